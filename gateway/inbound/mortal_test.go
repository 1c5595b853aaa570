package inbound

import (
	"context"
	"errors"
	"sync"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// life is that of a process. A dead one reaches neither the store nor the platform, and what it
// did last is done without its knowing.
type life struct {
	mu     sync.Mutex
	events int
	dieAt  int // the event at which it ends, 0 for never
	dead   bool
}

var errDead = errors.New("the process is dead")

// passes counts an event and tells whether the process outlives it.
func (l *life) passes() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return false
	}
	l.events++
	l.dead = l.events == l.dieAt
	return !l.dead
}

func (l *life) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

// through makes what a mortal process does: it may die before it, or after.
func through[T any](l *life, fn func() (T, error)) (T, error) {
	var zero T
	if !l.passes() {
		return zero, errDead
	}
	out, err := fn()
	if !l.passes() {
		return zero, errDead
	}
	return out, err
}

// mortalStore is the store as a mortal process has it.
type mortalStore struct {
	Store
	life *life
}

func (m mortalStore) UpdatePlan(ctx context.Context, ref store.Ref, u store.PlanUpdate) (store.Plan, error) {
	return through(m.life, func() (store.Plan, error) { return m.Store.UpdatePlan(ctx, ref, u) })
}

func (m mortalStore) UpdateStep(ctx context.Context, tenant store.Tenant, plan string, r store.StepResult) (store.Step, error) {
	return through(m.life, func() (store.Step, error) { return m.Store.UpdateStep(ctx, tenant, plan, r) })
}

func (m mortalStore) BeginStep(ctx context.Context, ref store.Ref, s store.Step) (store.Step, bool, error) {
	var created bool
	out, err := through(m.life, func() (out store.Step, err error) {
		out, created, err = m.Store.BeginStep(ctx, ref, s)
		return out, err
	})
	return out, created && err == nil, err
}

func (m mortalStore) ClaimDuePlans(ctx context.Context, d store.Due) ([]store.Plan, error) {
	if m.life.over() {
		return nil, errDead
	}
	return m.Store.ClaimDuePlans(ctx, d)
}

// caller passes calls on, as long as its process lives.
type caller struct {
	life *life
	kept *normalize.Evidence // the raw reply of the next call that commits, handed over before it is read
}

func (c caller) Call(ctx context.Context, _ *accounts.Account, _ adapters.Operation, fn func(context.Context) error) error {
	_, err := through(c.life, func() (struct{}, error) { return struct{}{}, fn(ctx) })
	return err
}

func (c caller) Admit(context.Context, *accounts.Account, adapters.Operation) (accounts.Permit, error) {
	return permit(c), nil
}

func (c caller) Recorded(ctx context.Context, keep func(context.Context, normalize.Evidence) error) (context.Context, func() string) {
	if c.kept != nil && c.kept.Body != nil {
		_ = keep(ctx, *c.kept) // as the transport does, which goes on without
		c.kept.Body = nil
	}
	return ctx, func() string { return "" }
}

type permit caller

func (p permit) Run(ctx context.Context, fn func(context.Context) error) error {
	return caller(p).Call(ctx, nil, "", fn)
}

func (p permit) Cancel() {}
