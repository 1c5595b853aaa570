package purchase

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/promises"
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
	// DriftPercent is how far a cost may be from its quote before that is told.
	DriftPercent int
	// TrackEvery is when a new tracker is polled first.
	TrackEvery time.Duration
	// Mandates are the platforms' rules; nil is none.
	Mandates *mandates.Judge
	// Promises are made to the tracker of a label when it is bought; nil makes none.
	Promises *promises.Table
	// Trackers ends the tracker of a label that was voided.
	Trackers Trackers
	// Passes and PassEvery are for what carriers list of an account at regular times; without
	// them no list is read.
	Passes    store.Passes
	PassEvery time.Duration
}

// Trackers follow the parcels of labels.
type Trackers interface {
	// Cancel ends a tracker; doing it twice changes nothing.
	Cancel(ctx context.Context, tenant, id string) error
}

// leaseSlack is how much longer than the call a lease is, so that no other worker takes a
// purchase whose call may still be under way.
const leaseSlack = 5 * time.Second

// closeLimit bounds how long Close waits: a call that commits money and one that looks for
// what became of it. What is still under way then is found unknown at the next start.
const closeLimit = 30 * time.Second

// Service buys and voids labels.
type Service struct {
	Deps
	mu      sync.Mutex
	closed  bool
	work    sync.WaitGroup // purchases under way; added to under mu
	stop    chan struct{}  // closed when nobody is to begin a wait any more
	flights sync.Map       // tenant and key → *flight
	places  chan struct{}  // of what the worker does at once
	begun   sync.WaitGroup // what the worker does
	metrics *metrics
}

// flight is a purchase that this process carries out.
type flight struct {
	print []byte
	left  atomic.Bool // its caller has been answered, or went away
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{Deps: d, stop: make(chan struct{}), places: make(chan struct{}, workBatch), metrics: newMetrics()}
}

// enter tells whether a purchase may begin. Each that did is ended by s.work.Done.
func (s *Service) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.work.Add(1)
	}
	return !s.closed
}

// Close refuses new purchases and waits for those that are under way, at most closeLimit.
func (s *Service) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.stop)
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
		s.Logger.Error("purchases are still under way; they will be found unknown", "op", "label")
	}
}

// Result is what a purchase came to. Settled tells 201 from 202.
type Result struct {
	Label    Label
	Settled  bool
	Replayed bool
}

// Buy buys a label once per key. A refusal is a *gateway.Refusal; Result then tells whether
// it is a replayed one.
func (s *Service) Buy(ctx context.Context, tenant, actor, key string, r Request) (Result, error) {
	until := time.Now().Add(r.deadline())
	print, err := Fingerprint("POST /v1/labels", r)
	if err != nil {
		return Result{}, err
	}
	name, mine := tenant+"\x00"+key, &flight{print: print}
	other, here := s.flights.Load(name)
	if here && !other.(*flight).left.Load() {
		return Result{}, twin(other.(*flight).print, print)
	}
	old, err := s.Store.PurchaseByKey(ctx, store.Tenant(tenant), key)
	if err == nil {
		return s.replay(ctx, old, print, here)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return Result{}, err
	}
	// Twins are answered before each of them asks the carrier for a price.
	if other, busy := s.flights.LoadOrStore(name, mine); busy {
		return Result{}, twin(other.(*flight).print, print)
	}
	land := func() { s.flights.CompareAndDelete(name, mine) }
	if !s.enter() {
		land()
		r := gateway.Refuse(gateway.CodeOverloaded, "the gateway is being stopped; nothing was done")
		r.RetryAfter = time.Second
		return Result{}, r
	}
	p, want, permit, err := s.intend(ctx, tenant, actor, key, print, until, r)
	if err != nil || permit == nil {
		land()
		s.work.Done()
		if err != nil {
			return Result{}, err
		}
		return s.replay(ctx, p, print, false)
	}
	done := make(chan struct{})
	own := context.WithoutCancel(ctx) // a caller who leaves does not stop it
	go func() {
		defer s.work.Done()
		defer close(done)
		defer land()
		s.run(own, p, want, permit, until)
	}()
	wait(ctx, done, until)
	mine.left.Store(true)
	return s.result(own, p.Tenant, p.ID, false)
}

// intend checks and admits a purchase and writes it down. What is asked before that lasts no
// longer than the caller waits. Without a permit the key belongs to the purchase returned.
func (s *Service) intend(ctx context.Context, tenant, actor, key string, print []byte, until time.Time, r Request) (store.Purchase, prepared, accounts.Permit, error) {
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	want, err := s.prepare(ctx, tenant, r)
	if err != nil {
		return store.Purchase{}, want, nil, err
	}
	permit, err := s.Caller.Admit(ctx, want.account, want.first())
	if err != nil {
		return store.Purchase{}, want, nil, refuseChannel(want.channel, normalize.AsError(err))
	}
	begun, err := s.begin(ctx, tenant, actor, key, print, until, r, want)
	if err != nil || !begun.Created {
		permit.Cancel()
		return begun.Purchase, want, nil, err
	}
	return begun.Purchase, want, permit, nil
}

// wait ends when the purchase is done, the caller's deadline has passed or it has left.
func wait(ctx context.Context, done <-chan struct{}, until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// twin refuses a request whose key another request uses at this moment.
func twin(theirs, ours []byte) *gateway.Refusal {
	if !bytes.Equal(theirs, ours) {
		return gateway.Refuse(gateway.CodeKeyReused, "this idempotency key was used with another body")
	}
	r := gateway.Refuse(gateway.CodeInProgress, "the first request with this key is still under way")
	r.RetryAfter = time.Second
	return r
}

// replay answers a key that was used before. abandoned says that it is carried out here and
// its caller waits no more.
func (s *Service) replay(ctx context.Context, p store.Purchase, print []byte, abandoned bool) (Result, error) {
	if !bytes.Equal(p.Fingerprint, print) || !abandoned && open(p, time.Now()) {
		return Result{}, twin(p.Fingerprint, print)
	}
	return s.result(ctx, p.Tenant, p.ID, true)
}

// open tells whether a caller of another process may still wait for the purchase.
func open(p store.Purchase, now time.Time) bool {
	return under(p) && now.Before(p.CallerDeadline) && (p.State == store.PurchaseReady || now.Before(p.LeaseUntil))
}

// under tells whether a purchase is under way.
func under(p store.Purchase) bool {
	return p.State == store.PurchaseReady || p.State == store.PurchaseSending || p.State == store.PurchaseBought
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
