package guards

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// grace is how long after its deadline a probe may still come back by itself.
const grace = 100 * time.Millisecond

// Permit is the admission of one call. It must end in Run or Cancel; Cancel after Run does
// nothing, so that it can be deferred. The deadline of the call is fixed here: a process
// that was frozen between the admission and the sending wakes up too late to send.
type Permit struct {
	g        *Guards
	lane     *lane
	call     Call
	deadline time.Time
	line     pass
	account  pass
	timer    *time.Timer // of a probe, else nil

	mu      sync.Mutex
	used    bool
	started time.Time
	cut     bool // the deadline is the caller's own
	settled bool
}

// Deadline is when the call ends, whatever happens before it is run.
func (p *Permit) Deadline() time.Time { return p.deadline }

// Cancel gives the admission back. What it took of the rate budget stays taken.
func (p *Permit) Cancel() {
	if !p.use(time.Time{}, false) {
		return
	}
	p.end()
	p.settle(excluded, excluded, "")
}

// end frees what the call held.
func (p *Permit) end() {
	if p.timer != nil {
		p.timer.Stop()
	}
	p.lane.bulkhead.leave()
}

// use takes the permit for its one purpose.
func (p *Permit) use(started time.Time, cut bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.used {
		return false
	}
	p.used, p.started, p.cut = true, started, cut
	return true
}

// Run makes the call with the permit's deadline, or one a little before the caller's own
// where that is earlier, so that there is time left to answer. A panic in fn is the
// adapter's fault and becomes a bad_response: on a write, an unknown outcome.
func (p *Permit) Run(ctx context.Context, fn func(context.Context) error) error {
	now := time.Now()
	deadline, cut := p.deadline, false
	if d, ok := ctx.Deadline(); ok {
		if d = d.Add(-slack(d.Sub(now))); d.Before(deadline) {
			deadline, cut = d, true
		}
	}
	if !p.use(now, cut) {
		return &normalize.Error{Kind: normalize.KindTimeout, Carrier: p.call.Carrier, Op: string(p.call.Op),
			NotSent: true, Message: "this admission was used before"}
	}
	defer p.end()
	if err := ctx.Err(); err != nil || !now.Before(deadline) {
		p.settle(excluded, excluded, "")
		return late(p.call, err)
	}
	ctx2, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	if p.timer != nil {
		p.timer.Reset(time.Until(deadline) + grace)
	}
	returned := false
	defer func() {
		if !returned { // runtime.Goexit in fn: the place must not stay taken for ever
			p.finish(normalize.Fail(normalize.KindBadResponse, "the call did not return"), circumstances{})
		}
	}()
	err := p.shielded(ctx2, fn)
	returned = true
	p.finish(err, circumstances{ran: time.Since(now), patience: p.g.cfg.Patience,
		callerGone: errors.Is(ctx.Err(), context.Canceled), callerCut: cut && ctx2.Err() != nil})
	return err
}

// slack is what a call leaves its caller to answer with: a twentieth, at most 50 ms.
func slack(left time.Duration) time.Duration {
	return max(min(left/20, 50*time.Millisecond), 0)
}

func late(call Call, cause error) error {
	return &normalize.Error{Kind: normalize.KindTimeout, Carrier: call.Carrier, Op: string(call.Op),
		NotSent: true, Message: "its time was over before it was sent", Err: cause}
}

// shielded keeps a bug in one adapter from taking the others down.
func (p *Permit) shielded(ctx context.Context, fn func(context.Context) error) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		what := fmt.Sprintf("%T", r) // the value may hold what a caller sent
		if e, ok := r.(runtime.Error); ok {
			what = e.Error()
		}
		p.g.log.Error("adapter panicked", "carrier", p.call.Carrier, "account", p.call.Account,
			"op", string(p.call.Op), "panic", what, "stack", string(debug.Stack()))
		err = &normalize.Error{Kind: normalize.KindBadResponse, Carrier: p.call.Carrier,
			Op: string(p.call.Op), Message: "the adapter failed on the answer"}
	}()
	return fn(ctx)
}

// finish judges the call, once.
func (p *Permit) finish(err error, c circumstances) {
	line, account := judge(err, c)
	kind := normalize.Kind("ok")
	if err != nil {
		kind = normalize.KindOf(err)
	}
	if p.settle(line, account, kind) && (line != excluded || account == failure) {
		p.lane.samples.add(c.ran, line == failure || account == failure)
	}
	p.g.metrics.calls.WithLabelValues(p.call.Carrier, string(p.call.Op), string(kind)).Inc()
	if e, ok := errors.AsType[*normalize.Error](err); ok && kind == normalize.KindRateLimited && !e.NotSent {
		p.lane.hold(min(e.RetryAfter, p.g.cfg.MaxHold))
	}
}

// settle tells the breakers, unless a hung probe was given up meanwhile.
func (p *Permit) settle(line, account verdict, kind normalize.Kind) bool {
	p.mu.Lock()
	first := !p.settled
	p.settled = true
	p.mu.Unlock()
	if !first {
		return false
	}
	p.line.settle(line, kind)
	p.account.settle(account, kind)
	p.lane.report(p.g)
	return true
}

// giveUp frees the breaker of a probe that does not come back: gobreaker would wait for
// ever. The place in the bulkhead stays taken as long as the call runs.
func (p *Permit) giveUp() {
	p.mu.Lock()
	started, cut := p.started, p.cut
	p.mu.Unlock()
	if started.IsZero() {
		p.settle(excluded, excluded, "")
		return
	}
	line, account := judge(context.DeadlineExceeded, circumstances{ran: time.Since(started), callerCut: cut,
		patience: p.g.cfg.Patience})
	p.settle(line, account, normalize.KindTimeout)
}
