package simulation

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// process is one life of one gateway: the real service, with its worker. Whatever it asks of
// the store or a carrier goes through here, where it may die or stand still.
type process struct {
	w    *world
	slot int
	svc  *purchase.Service
	stop context.CancelFunc
	work sync.WaitGroup
	gone chan struct{} // closed at its death

	mu     sync.Mutex
	dead   bool
	died   time.Time
	frozen chan struct{} // closed when it goes on; nil while it runs
}

// here is passed by every goroutine of a process before and after all that others can see. A
// dead process has no goroutines: what it still does ends here. Those of one that goes on again
// do so one after the other, in an order that what they are at gives them.
func (p *process) here(ctx context.Context, at string, n int) {
	for stood := false; ; stood = true {
		p.mu.Lock()
		dead, frozen := p.dead, p.frozen
		p.mu.Unlock()
		switch {
		case dead:
			runtime.Goexit()
		case frozen == nil && stood:
			time.Sleep(p.w.between(0, 800*time.Microsecond, "wake", at, n, p.slot, ctx.Value(whoKey{})))
			return
		case frozen == nil:
			return
		}
		select {
		case <-frozen:
		case <-p.gone:
		}
	}
}

// whoKey is where a context says which buyer a request is made for.
type whoKey struct{}

// die ends a life. Whoever calls it of the process itself goes on to here.
func (p *process) die() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dead {
		p.dead, p.died = true, time.Now()
		close(p.gone)
		p.stop()
	}
}

// livedOn tells whether a process had time enough, after something, to act on it.
func (p *process) livedOn(after time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.dead || p.died.Sub(after) > 3*time.Minute
}

// freeze lets a process stand still for a while.
func (p *process) freeze(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead || p.frozen != nil {
		return
	}
	wake := make(chan struct{})
	p.frozen = wake
	time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.frozen = nil
		close(wake)
	})
}

// suffer does what a fault does to the process itself, if it is one of those that are meant.
func (p *process) suffer(ctx context.Context, f *fault, kinds map[string]string, at string, n int) {
	if f == nil {
		return
	}
	switch kinds[f.kind] {
	case crash:
		p.die()
	case freeze:
		p.freeze(f.lasts)
	}
	p.here(ctx, at, n)
}

// newProcess starts a gateway in a slot.
func (w *world) newProcess(slot int) *process {
	p := &process{w: w, slot: slot, gone: make(chan struct{})}
	var specs []adapters.Spec
	var list []*accounts.Account
	for _, l := range lanes {
		specs = append(specs, l.spec(w.bug))
		list = append(list, &accounts.Account{ID: "acct_" + l.name, Tenant: tenant, Name: "main", Adapter: l.name, Enabled: true, Default: true,
			CallbackToken: l.name, Spec: specs[len(specs)-1], Services: []string{service}, Resend: l.resends, Ops: l.ops(&line{p: p, c: w.carriers[l.name]})})
	}
	registry, err := accounts.NewRegistry(specs, list)
	if err != nil {
		panic(err) // the lanes are written here
	}
	p.svc = purchase.New(purchase.Deps{Registry: registry, Caller: caller{p}, Prices: w.prices, Store: door{w.mem, p},
		Logger: slog.New(slog.DiscardHandler), Ceilings: func(string) store.Ceilings { return store.Ceilings{} },
		Spend:      func(m normalize.Money, _ store.Ceilings) (normalize.Money, error) { return m, nil },
		TrackEvery: time.Minute, Trackers: noTrackers{}, Passes: door{w.mem, p}, PassEvery: passEvery})
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.work.Go(func() { p.svc.Work(ctx) })
	return p
}

// keep runs a slot: one life after another, until all is over.
func (w *world) keep(slot int) {
	for life := 0; ; life++ {
		p := w.newProcess(slot)
		if w.put(slot, p) {
			p.die()
		}
		select {
		case <-p.gone:
			if w.put(slot, nil) {
				return
			}
			time.Sleep(w.between(300*time.Millisecond, 3*time.Second, "down", slot, life))
		case <-w.over:
			p.svc.Close()
			p.stop()
			p.work.Wait()
			return
		}
	}
}

type noTrackers struct{}

func (noTrackers) Cancel(context.Context, string, string) error { return nil }

// The calls' limits. They are shorter than the usual ones, since nothing here is slow by itself.
const (
	limitLabel = 4 * time.Second
	limitOther = 2 * time.Second
	// passEvery is how often the list of an account is read.
	passEvery = 5 * time.Minute
	// leaseLabel is the lease that the service takes for a label: the limit and its slack.
	leaseLabel = limitLabel + 5*time.Second
)

// caller has no guards but the limits: what the guards do is not under test.
type caller struct{ p *process }

func (c caller) Limit(op adapters.Operation) time.Duration {
	if op == adapters.OpLabel || op == adapters.OpVoid {
		return limitLabel
	}
	return limitOther
}

func (c caller) Call(ctx context.Context, _ *accounts.Account, op adapters.Operation, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.Limit(op))
	defer cancel()
	return fn(ctx)
}

func (c caller) Admit(ctx context.Context, _ *accounts.Account, op adapters.Operation) (accounts.Permit, error) {
	c.p.here(ctx, "admit", nobody)
	if c.p.w.strike("admit", -1) != nil {
		return nil, &normalize.Error{Kind: normalize.KindCircuitOpen, NotSent: true, Message: "not admitted"}
	}
	return &permit{c, op}, nil
}

type evidenceKey struct{}

func (c caller) Recorded(ctx context.Context, keep func(context.Context, normalize.Evidence) error) (context.Context, func() string) {
	return context.WithValue(ctx, evidenceKey{}, keep), func() string { return "" }
}

type permit struct {
	c  caller
	op adapters.Operation
}

func (p *permit) Cancel() {}

func (p *permit) Run(ctx context.Context, fn func(context.Context) error) error {
	if p.op == adapters.OpLabel && p.c.p.w.bug == bugLateDeadline {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, p.c.Limit(p.op))
	defer cancel()
	err := fn(ctx)
	if p.op != adapters.OpLabel || err == nil {
		return err
	}
	e := normalize.AsError(err)
	if (p.c.p.w.bug == bugResend || p.c.p.w.bug == bugDuplicate) && !e.NotSent && e.Kind.AfterWrite() == normalize.Unknown {
		again, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.c.Limit(p.op))
		defer cancel()
		if err = fn(again); err != nil && p.c.p.w.bug == bugDuplicate && normalize.KindOf(err) == normalize.KindDuplicate {
			err = normalize.Fail(normalize.KindRejected, "the carrier refused")
		}
	}
	return err
}
