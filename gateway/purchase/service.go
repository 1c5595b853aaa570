package purchase

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Caller makes guarded calls to carriers.
type Caller interface {
	Call(ctx context.Context, a *accounts.Account, op adapters.Operation, fn func(context.Context) error) error
	// Admit asks all guards before anything is written down. A refusal has certainly sent
	// nothing. The permit is to be run or cancelled.
	Admit(ctx context.Context, a *accounts.Account, op adapters.Operation) (accounts.Permit, error)
	// Limit is how long one call of an operation may take.
	Limit(op adapters.Operation) time.Duration
	// Recorded lets the transport hand the raw replies of committing requests to keep, before
	// they are parsed, and tells afterwards how far the wire got.
	Recorded(ctx context.Context, keep func(context.Context, normalize.Evidence) error) (context.Context, func() string)
}

// Prices finds what a purchase costs.
type Prices interface {
	Offer(ctx context.Context, tenant, rateID string) (rating.Offer, error)
	PriceOne(ctx context.Context, tenant, channel, account string, r rating.Request) (rating.Offer, *rating.Unavailable, error)
}

// Store is what purchases keep.
type Store interface {
	store.Purchases
	store.Documents
	Meta() store.Meta
}

// Deps are what the service needs.
type Deps struct {
	Registry *accounts.Registry
	Caller   Caller
	Prices   Prices
	Store    Store
	Logger   *slog.Logger
	// Ceilings are a tenant's spending limits, and Spend a price in their currency.
	Ceilings func(tenant string) store.Ceilings
	Spend    func(price normalize.Money, limit store.Ceilings) (normalize.Money, error)
	// TrackEvery is when a new tracker is polled first.
	TrackEvery time.Duration
}

// leaseSlack is how much longer than the call a lease is, so that no other worker takes a
// purchase whose call may still be under way.
const leaseSlack = 5 * time.Second

// Service buys and voids labels.
type Service struct {
	Deps
	work    sync.WaitGroup // purchases under way, and the worker
	waiting sync.Map       // tenant and key → struct{}: a caller here waits for this purchase
}

// New makes the service.
func New(d Deps) *Service { return &Service{Deps: d} }

// Close waits for purchases that are under way, each no longer than its call's limit.
func (s *Service) Close() { s.work.Wait() }

// Result is what a purchase came to. Settled tells 201 from 202.
type Result struct {
	Label    Label
	Settled  bool
	Replayed bool
}

// Buy buys a label once per key. A refusal is a *gateway.Refusal; Result then tells whether
// it is a replayed one.
func (s *Service) Buy(ctx context.Context, tenant, actor, key string, r Request) (Result, error) {
	arrived := time.Now()
	print, err := Fingerprint("POST /v1/labels", r)
	if err != nil {
		return Result{}, err
	}
	old, err := s.Store.PurchaseByKey(ctx, store.Tenant(tenant), key)
	switch {
	case err == nil:
		return s.replay(ctx, old, print)
	case errors.Is(err, store.ErrKeyReused):
		return Result{}, gateway.Refuse(gateway.CodeKeyReused, "this idempotency key belongs to another request")
	case !errors.Is(err, store.ErrNotFound):
		return Result{}, err
	}
	want, err := s.prepare(ctx, tenant, r)
	if err != nil {
		return Result{}, err
	}
	permit, err := s.Caller.Admit(ctx, want.account, adapters.OpLabel)
	if err != nil {
		return Result{}, refuseChannel(want.channel, normalize.AsError(err))
	}
	begun, err := s.begin(ctx, tenant, actor, key, print, arrived, r, want)
	if err != nil || !begun.Created {
		permit.Cancel()
		if err != nil {
			return Result{}, err
		}
		return s.replay(ctx, begun.Purchase, print)
	}
	return s.await(ctx, begun.Purchase, want, permit, arrived.Add(r.deadline()))
}

// await runs the purchase on its own, so that a caller who leaves does not stop it, and
// answers when it is settled or the caller's deadline has passed.
func (s *Service) await(ctx context.Context, p store.Purchase, want prepared, permit accounts.Permit, until time.Time) (Result, error) {
	waitKey := string(p.Tenant) + "\x00" + p.Key
	s.waiting.Store(waitKey, struct{}{})
	defer s.waiting.Delete(waitKey)
	done := make(chan struct{})
	own := context.WithoutCancel(ctx)
	s.work.Go(func() {
		defer close(done)
		s.run(own, p, want, permit, until)
	})
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
	return s.result(own, p.Tenant, p.ID, false)
}

// replay answers a key that was used before.
func (s *Service) replay(ctx context.Context, p store.Purchase, print []byte) (Result, error) {
	if !bytes.Equal(p.Fingerprint, print) {
		return Result{}, gateway.Refuse(gateway.CodeKeyReused, "this idempotency key was used with another body")
	}
	if s.open(p) {
		r := gateway.Refuse(gateway.CodeInProgress, "the first request with this key is still under way")
		r.RetryAfter = time.Second
		return Result{}, r
	}
	return s.result(ctx, p.Tenant, p.ID, true)
}

// open tells whether a caller still waits for the purchase: one of this process, or of
// another whose deadline has not passed.
func (s *Service) open(p store.Purchase) bool {
	if p.State != store.PurchaseReady && p.State != store.PurchaseSending && p.State != store.PurchaseBought {
		return false
	}
	if _, here := s.waiting.Load(string(p.Tenant) + "\x00" + p.Key); here {
		return true
	}
	return p.State != store.PurchaseBought && time.Now().Before(p.LeaseUntil) && time.Now().Before(p.CallerDeadline)
}

// result reads the purchase as it stands. A refused one is the carrier's refusal again.
func (s *Service) result(ctx context.Context, tenant store.Tenant, id string, replayed bool) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	f, err := s.Store.PurchaseFile(ctx, tenant, id)
	if err != nil {
		return Result{}, err
	}
	out := Result{Label: labelOf(f), Replayed: replayed, Settled: f.Purchase.State == store.PurchaseSettled}
	switch f.Purchase.State {
	case store.PurchaseVoided, store.PurchaseVoiding, store.PurchaseVoidRefused, store.PurchaseVoidUnknown:
		out.Settled = true
	case store.PurchaseDeclined, store.PurchaseFailed:
		return out, refusalOf(f.Purchase, out.Label)
	}
	return out, nil
}

// refusalOf is a carrier's stored refusal.
func refusalOf(p store.Purchase, l Label) *gateway.Refusal {
	var e refusal
	if err := json.Unmarshal(p.Refusal, &e); err != nil {
		e = refusal{Kind: normalize.KindRejected, Message: "the purchase failed"}
	}
	r := refuseChannel(p.Channel, &normalize.Error{Kind: e.Kind, Carrier: p.Adapter, Op: "label", Code: e.Code,
		Message: e.Message, CarrierMsg: e.CarrierMsg, Field: e.Field, RetryAfter: time.Duration(e.RetryAfterMS) * time.Millisecond})
	r.Label = l
	return r
}

// refusal is the stored form of a carrier's refusal.
type refusal struct {
	Kind         normalize.Kind `json:"kind"`
	Code         string         `json:"code,omitempty"`
	Message      string         `json:"message,omitempty"`
	CarrierMsg   string         `json:"carrier_message,omitempty"`
	Field        string         `json:"field,omitempty"`
	RetryAfterMS int64          `json:"retry_after_ms,omitempty"`
}

func encodeRefusal(e *normalize.Error) json.RawMessage {
	b, err := json.Marshal(refusal{e.Kind, e.Code, e.Message, e.CarrierMsg, e.Field, e.RetryAfter.Milliseconds()})
	if err != nil {
		return nil
	}
	return b
}

// Get returns a label.
func (s *Service) Get(ctx context.Context, tenant, id string) (Label, error) {
	f, err := s.Store.PurchaseFile(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return Label{}, gateway.NotFound("label")
	}
	return labelOf(f), err
}

// Filter narrows a list of labels.
type Filter struct{ Reference, Status, Channel string }

// List returns labels from the newest.
func (s *Service) List(ctx context.Context, tenant string, f Filter, page store.Page) ([]Label, string, error) {
	q := store.PurchaseFilter{Reference: f.Reference, Channel: f.Channel}
	if f.Status != "" {
		if q.States = statesOf(f.Status); q.States == nil {
			return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/status", "is not a status of labels")
		}
	}
	list, err := s.Store.ListPurchases(ctx, store.Tenant(tenant), q, page)
	if err != nil {
		return nil, "", err
	}
	out := make([]Label, 0, len(list.Items))
	for _, p := range list.Items {
		file, err := s.Store.PurchaseFile(ctx, p.Tenant, p.ID)
		if err != nil {
			return nil, "", err
		}
		out = append(out, labelOf(file))
	}
	return out, list.Next, nil
}

// Document returns a paper with its bytes.
func (s *Service) Document(ctx context.Context, tenant, label, doc string) (store.Document, error) {
	d, err := s.Store.Document(ctx, store.Tenant(tenant), label, doc)
	if errors.Is(err, store.ErrNotFound) {
		return store.Document{}, gateway.NotFound("document")
	}
	return d, err
}

func newLabelID() string { return ids.New(ids.Label) }
