package inbound

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Bounds of one turn, in which a worker holds a plan.
const (
	turnTime  = time.Minute
	maxMoves  = 40
	batch     = 8
	trouble   = 10 * time.Second // before a turn is repeated that the store has ended
	storeTime = 10 * time.Second // of one write
)

// Run drives plans until ctx ends. It waits for what it began.
func (s *Service) Run(ctx context.Context) {
	ctx = accounts.InBackground(ctx)
	tick := time.NewTicker(s.Intervals.Tick)
	defer tick.Stop()
	for {
		s.drive(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// drive takes what is due and gives each plan one turn.
func (s *Service) drive(ctx context.Context) {
	due, err := s.Store.ClaimDuePlans(ctx, store.Due{Lease: s.Intervals.Lease, Limit: batch})
	if err != nil {
		if ctx.Err() == nil {
			s.Logger.Error("due plans could not be claimed", "op", "inbound", "err", err.Error())
		}
		return
	}
	var work sync.WaitGroup
	for _, p := range due {
		work.Go(func() { s.turn(ctx, p) })
	}
	work.Wait()
}

// turn makes steps of progress with one plan until it has to wait. Readings end with ctx; writes
// to the store do not, nor does a call that commits.
func (s *Service) turn(ctx context.Context, p store.Plan) {
	defer func() { // one plan's nonsense must not stop the others
		if r := recover(); r != nil {
			s.Logger.Error("turn broke", "carrier", p.Adapter, "account", p.Account, "plan", p.ID, "panic", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
		}
	}()
	began := time.Now()
	t, err := s.load(ctx, p)
	if err != nil {
		s.Logger.Error("plan cannot be worked on", "carrier", p.Adapter, "account", p.Account, "plan", p.ID, "err", err.Error())
		s.release(ctx, p)
		return
	}
	for range maxMoves {
		if time.Since(began) > turnTime || ctx.Err() != nil {
			break
		}
		m := decide(t.plan, t.file, t.steps, time.Now(), s.Intervals)
		if m.do == actWait {
			s.rest(ctx, t, m.until)
			return
		}
		pause, err := s.make(ctx, t, m)
		if err != nil {
			s.stopped(ctx, t, m, err)
			return
		}
		if pause > 0 {
			s.rest(ctx, t, time.Now().Add(pause))
			return
		}
	}
	s.rest(ctx, t, time.Now())
}

// turnOf is a claimed plan with all that a decision needs.
type turnOf struct {
	plan    store.Plan
	file    file
	req     Request
	steps   []store.Step
	asks    int // what callers had asked for when this turn began
	account *accounts.Account
	in      adapters.Inbounder
}

var errNoAccount = errors.New("the account of the plan is not there any more")

func (s *Service) load(ctx context.Context, p store.Plan) (*turnOf, error) {
	t := &turnOf{plan: p}
	var err error
	if t.file, err = fileOf(p); err != nil {
		return nil, err
	}
	if t.req, err = requestOf(p); err != nil {
		return nil, err
	}
	a, ok := s.Registry.Get(string(p.Tenant), p.Account)
	if !ok || !a.Enabled || a.Ops.Inbounder == nil {
		return nil, errNoAccount
	}
	t.asks, t.account, t.in = t.file.Asks, a, a.Ops.Inbounder
	t.steps, err = s.Store.StepsOf(ctx, p.Tenant, p.ID)
	return t, err
}

// release gives a plan back that cannot be worked on now.
func (s *Service) release(ctx context.Context, p store.Plan) {
	ctx, cancel := lasting(ctx)
	defer cancel()
	_, err := s.Store.UpdatePlan(ctx, p.Ref(), store.PlanUpdate{Release: true, Change: func(p *store.Plan) error {
		p.DueAt = p.UpdatedAt.Add(s.Intervals.MaxWait)
		return nil
	}})
	if err != nil && !errors.Is(err, store.ErrConflict) {
		s.Logger.Error("plan was not given back", "plan", p.ID, "err", err.Error())
	}
}

// rest ends the turn until a time, a zero one for ever. Where a caller asked for something
// meanwhile the plan is due at once.
func (s *Service) rest(ctx context.Context, t *turnOf, until time.Time) {
	wait := time.Until(until)
	err := s.write(ctx, t, store.PlanUpdate{Release: true}, func(p *store.Plan, f *file) error {
		switch {
		case f.Asks != t.asks:
			p.DueAt = p.UpdatedAt
		case until.IsZero():
			p.DueAt = time.Time{}
		default:
			p.DueAt = p.UpdatedAt.Add(max(wait, time.Millisecond))
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrConflict) {
		s.Logger.Error("plan was not given back", "plan", t.plan.ID, "err", err.Error())
	}
}

// lasting is a context for a write that a stopping process still makes.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), storeTime)
}

// write changes the plan that the turn holds, and holds it on.
func (s *Service) write(ctx context.Context, t *turnOf, u store.PlanUpdate, fn func(p *store.Plan, f *file) error) error {
	ctx, cancel := lasting(ctx)
	defer cancel()
	p, f, err := s.change(ctx, t.plan.Ref(), u, func(p *store.Plan, f *file) error {
		if !u.Release {
			p.LeaseUntil = p.UpdatedAt.Add(s.Intervals.Lease)
		}
		return fn(p, f)
	})
	if err == nil {
		t.plan, t.file = p, f
	}
	return err
}

// progress is a change after a call that succeeded. Whatever changes the status is a line of
// history, and so is what has words.
func (s *Service) progress(ctx context.Context, t *turnOf, u store.PlanUpdate, words string, fn func(p *store.Plan, f *file) error) error {
	ahead, err := fileOf(t.plan)
	if err != nil {
		return err
	}
	plan, before := t.plan, ahead.status()
	if err := fn(&plan, &ahead); err != nil {
		return err
	}
	if status := ahead.status(); words != "" || status != before {
		u.History = append(u.History, store.HistoryLine{Status: status, Detail: words})
	}
	return s.write(ctx, t, u, func(p *store.Plan, f *file) error {
		f.clearTrouble()
		return fn(p, f)
	})
}

// stopped ends a turn on an error. What the platform did is tried again later, at growing
// intervals, and shown as a passing problem; another worker who took over is no error.
func (s *Service) stopped(ctx context.Context, t *turnOf, m move, err error) {
	if errors.Is(err, store.ErrConflict) {
		return
	}
	if ctx.Err() != nil { // we are stopping; the next process goes on at once
		s.rest(ctx, t, time.Now())
		return
	}
	e, ok := errors.AsType[*normalize.Error](err)
	if !ok {
		s.Logger.Error("turn interrupted", "carrier", t.plan.Adapter, "account", t.plan.Account, "op", opOf(m), "plan", t.plan.ID, "err", err.Error())
		s.rest(ctx, t, time.Now().Add(trouble))
		return
	}
	var wait time.Duration
	werr := s.write(ctx, t, store.PlanUpdate{}, func(_ *store.Plan, f *file) error {
		f.Failures++
		wait = max(backoff(f.Failures, s.Intervals), e.RetryAfter)
		f.note(Problem{Code: string(e.Kind), Message: opOf(m) + ": " + e.Message, Severity: "warning", Passing: true})
		return nil
	})
	if werr == nil {
		s.rest(ctx, t, time.Now().Add(wait))
	}
}

func opOf(m move) string {
	if m.name != "" {
		return m.name
	}
	return m.step.Name
}

// backoff is the pause after the n-th failure in a row, from 1.
func backoff(n int, every Intervals) time.Duration {
	d := every.Retry
	for range min(n-1, 20) {
		if d *= 2; d >= every.MaxWait {
			break
		}
	}
	return min(d, every.MaxWait)
}

// pollPause is the pause before the n-th look at a piece of work, from 0.
func pollPause(n int, every Intervals) time.Duration {
	d := every.Poll
	for range min(n, 20) {
		if d += d / 2; d >= every.MaxPoll {
			break
		}
	}
	return min(d, every.MaxPoll)
}
