// Package inbound drives stock into a platform's own warehouses: a plan is created, packed,
// placed, carried, labelled and counted, each step of it a piece of work at the platform that
// takes its time.
//
// A person decides three things: what is in which box, which placement, which transport. The
// worker does all else, one remote call after the other. Every write is a step in the store
// before it is sent: pending is not sent, unknown is sent or about to be, and what has an
// operation is polled. Whoever dies, whenever, leaves a plan that the next worker reads on from
// there. The confirmations of a placement and of transport cannot be undone: after a lost answer
// the state at the platform is read, and they are never sent again on our own account.
package inbound

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Caller makes guarded calls to platforms.
type Caller interface {
	Call(ctx context.Context, a *accounts.Account, op adapters.Operation, fn func(context.Context) error) error
	Admit(ctx context.Context, a *accounts.Account, op adapters.Operation) (accounts.Permit, error)
	Recorded(ctx context.Context, keep func(context.Context, normalize.Evidence) error) (context.Context, func() string)
}

// Store is what plans keep.
type Store interface {
	store.Plans
	store.Documents
}

// Intervals are how often the platform is asked.
type Intervals struct {
	Tick    time.Duration // between looks for what is due
	Poll    time.Duration // of a piece of work, the first time; then half as long again each time
	MaxPoll time.Duration
	Refresh time.Duration // of offers that wait for a person
	Follow  time.Duration // of shipments on their way
	Retry   time.Duration // after a call that failed, doubled each time
	MaxWait time.Duration // of those
	// Lease is how long a worker holds a plan after each of its writes: longer than a call.
	Lease time.Duration
}

// DefaultIntervals keep well below two calls a second and operation.
func DefaultIntervals() Intervals {
	return Intervals{Tick: time.Second, Poll: time.Second, MaxPoll: 30 * time.Second, Refresh: 10 * time.Minute,
		Follow: 15 * time.Minute, Retry: 2 * time.Second, MaxWait: 5 * time.Minute, Lease: time.Minute}
}

// SandboxIntervals are for simulators, which work in a third of a second.
func SandboxIntervals() Intervals {
	return Intervals{Tick: 200 * time.Millisecond, Poll: 400 * time.Millisecond, MaxPoll: time.Second, Refresh: 10 * time.Second,
		Follow: time.Second, Retry: 500 * time.Millisecond, MaxWait: 2 * time.Second, Lease: 20 * time.Second}
}

// Deps are what the service needs.
type Deps struct {
	Registry  *accounts.Registry
	Caller    Caller
	Store     Store
	Logger    *slog.Logger
	Intervals Intervals
}

// Service keeps inbound plans.
type Service struct {
	Deps
	wake chan struct{}
}

// New makes the service.
func New(d Deps) *Service { return &Service{Deps: d, wake: make(chan struct{}, 1)} }

// Create writes a plan down; the worker creates it at the platform. The same key and body give
// the same plan again, as it stands.
func (s *Service) Create(ctx context.Context, tenant, key string, r Request) (out Plan, replayed bool, err error) {
	print := fingerprint("POST /v1/inbound-plans", r)
	if errs := r.validate(); len(errs) > 0 {
		return Plan{}, false, errs
	}
	account, err := s.accountFor(tenant, r)
	if err != nil {
		return Plan{}, false, err
	}
	if err := account.Ops.Inbounder.CheckPlan(r.platformRequest()); err != nil {
		return Plan{}, false, refusePlan(err)
	}
	p := store.Plan{ID: ids.New(ids.InboundPlan), Tenant: store.Tenant(tenant), Account: account.ID, Adapter: account.Adapter,
		Marketplace: r.Marketplace, Name: r.Name, Key: key, Fingerprint: print, Status: statusCreating,
		Request: mustJSON(r), State: (&file{Stage: stageCreate}).encode()}
	p, created, err := s.Store.BeginPlan(ctx, p, store.HistoryLine{Status: statusCreating, Detail: "written down, nothing sent yet"})
	switch {
	case errors.Is(err, store.ErrKeyReused):
		return Plan{}, false, gateway.Refuse(gateway.CodeKeyReused, "this idempotency key belongs to another request")
	case errors.Is(err, store.ErrDuplicate):
		return Plan{}, false, gateway.RefuseField(gateway.CodeStateConflict, "/name", "the account has a plan of this name already")
	case err != nil:
		return Plan{}, false, err
	case !created && !bytes.Equal(p.Fingerprint, print):
		return Plan{}, false, gateway.Refuse(gateway.CodeKeyReused, "this idempotency key was used with another body")
	}
	s.stir()
	out, err = s.show(ctx, p)
	return out, !created, err
}

// accountFor picks the account: the named one, else the adapter's first, which is the default.
func (s *Service) accountFor(tenant string, r Request) (*accounts.Account, error) {
	spec, ok := s.Registry.Spec(r.Adapter)
	if !ok {
		return nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/adapter", "is not an adapter of this gateway")
	}
	if spec.Support[adapters.OpInbound].Level != adapters.LevelCan {
		return nil, gateway.RefuseField(gateway.CodeUnsupported, "/adapter", "this carrier takes no stock into a warehouse of its own")
	}
	for _, a := range s.Registry.Tenant(tenant) {
		if a.Adapter == r.Adapter && a.Ops.Inbounder != nil && (r.Account == "" || r.Account == a.ID) {
			return a, nil
		}
	}
	return nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/account", "no account of yours with this platform")
}

// refusePlan is an adapter's word on a request, before anything was sent.
func refusePlan(err error) error {
	e := normalize.AsError(err)
	r := gateway.Refuse(gateway.CodeInvalidRequest, e.Message)
	if e.Field != "" {
		r.Fields = normalize.FieldErrors{{Pointer: e.Field, Detail: e.Message}}
	}
	return r
}

// Get returns a plan as it stands.
func (s *Service) Get(ctx context.Context, tenant, id string) (Plan, error) {
	p, err := s.plan(ctx, tenant, id)
	if err != nil {
		return Plan{}, err
	}
	return s.show(ctx, p)
}

func (s *Service) plan(ctx context.Context, tenant, id string) (store.Plan, error) {
	p, err := s.Store.Plan(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		err = gateway.NotFound("inbound plan")
	}
	return p, err
}

func (s *Service) show(ctx context.Context, p store.Plan) (Plan, error) {
	f, err := fileOf(p)
	if err != nil {
		return Plan{}, err
	}
	papers, err := s.Store.DocumentsOf(ctx, p.Tenant, p.ID)
	if err != nil {
		return Plan{}, err
	}
	history, err := s.Store.HistoryOf(ctx, p.Tenant, p.ID)
	if err != nil {
		return Plan{}, err
	}
	return planOf(p, f, papers, history, time.Now()), nil
}

// Filter narrows a list of plans.
type Filter struct{ Adapter, Account, Status string }

// List returns plans from the newest.
func (s *Service) List(ctx context.Context, tenant string, f Filter, page store.Page) ([]Plan, string, error) {
	list, err := s.Store.ListPlans(ctx, store.Tenant(tenant), store.PlanFilter(f), page)
	if err != nil {
		return nil, "", err
	}
	out := make([]Plan, 0, len(list.Items))
	for _, p := range list.Items {
		one, err := s.show(ctx, p)
		if err != nil {
			return nil, "", err
		}
		out = append(out, one)
	}
	return out, list.Next, nil
}

// stir has the worker look at once.
func (s *Service) stir() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
