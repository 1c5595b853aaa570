package guards

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/crossdock-hub/crossdock/normalize"
)

// verdict is what one call says about the other side.
type verdict int

const (
	excluded verdict = iota // says nothing
	success
	failure
)

var errFailed, errExcluded = errors.New("failed"), errors.New("excluded")

// breaker is gobreaker's, with what it lacks: a count of failures in a row that neither
// slow calls nor a rolling window lose, an open time with jitter that may grow, and a
// ramp after it closed.
type breaker struct {
	cb      *gobreaker.TwoStepCircuitBreaker[struct{}]
	cfg     Config
	grows   bool // the open time doubles each time in a row
	ramps   bool
	now     atomic.Pointer[phase]
	last    atomic.Pointer[normalize.Kind] // of the last failure
	changes chan change                    // from gobreaker's callback, which runs under its lock
}

// phase is one stay in one state. A call belongs to the phase that admitted it, so that
// what comes back late says nothing about a later phase.
type phase struct {
	state    gobreaker.State
	since    time.Time
	until    time.Time // of an open one: not before this
	opened   int       // times in a row, this one included
	reason   string
	failures atomic.Int64 // in a row
	inFlight atomic.Int64
	full     atomic.Bool // no ramp, or it is over

	mu      sync.Mutex // of the ramp
	step    int
	stepAt  time.Time
	succeed bool // in this step
}

type change struct{ from, to *phase }

// pass is a breaker's leave for one call.
type pass struct {
	b     *breaker
	phase *phase
	done  func(error)
}

// probe tells whether the call decides if the breaker closes.
func (p pass) probe() bool { return p.phase.state == gobreaker.StateHalfOpen }

// newBreaker makes a breaker for calls that take at most limit.
func newBreaker(cfg Config, limit time.Duration, grows, ramps bool) *breaker {
	b := &breaker{cfg: cfg, grows: grows, ramps: ramps, changes: make(chan change, 16)}
	first := &phase{state: gobreaker.StateClosed, since: time.Now()}
	first.full.Store(true)
	b.now.Store(first)
	// gobreaker drops what comes back after its window: a window that is not several
	// times the longest call never opens on a carrier that is slow to fail.
	window := max(cfg.Window, 4*limit)
	b.cb = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests:   1,
		Interval:      window,
		BucketPeriod:  window / 12,
		Timeout:       b.shortest() - time.Millisecond,
		ReadyToTrip:   b.readyToTrip,
		IsSuccessful:  func(err error) bool { return err == nil },
		IsExcluded:    func(err error) bool { return err == errExcluded },
		OnStateChange: b.onStateChange,
	})
	return b
}

func (b *breaker) shortest() time.Duration {
	return b.cfg.Open * time.Duration(100-b.cfg.JitterPercent) / 100
}

// readyToTrip runs under gobreaker's lock. It is asked at every failure of the phase, those
// included that came back too late for the window and are in none of its counts.
func (b *breaker) readyToTrip(c gobreaker.Counts) bool {
	if b.now.Load().failures.Load() >= int64(b.cfg.Failures) {
		return true
	}
	// Excluded calls and those still running are no outcomes.
	outcomes := c.TotalFailures + c.TotalSuccesses
	return int(outcomes) >= b.cfg.Calls && int(c.TotalFailures)*100 >= b.cfg.Percent*int(outcomes)
}

// onStateChange runs under gobreaker's lock: it must not call the breaker, and does
// nothing that could wait.
func (b *breaker) onStateChange(_ string, _, to gobreaker.State) {
	old := b.now.Load()
	p := &phase{state: to, since: time.Now(), opened: old.opened}
	p.stepAt = p.since
	switch to {
	case gobreaker.StateOpen:
		p.opened++
		p.until = p.since.Add(b.openFor(p.opened))
		p.reason = "failures in a row or too large a share"
		if k := b.last.Load(); k != nil {
			p.reason = "too many failures, the last one " + string(*k)
		}
	case gobreaker.StateHalfOpen:
		p.reason = "one call finds out whether it is back"
	case gobreaker.StateClosed:
		p.opened = 0
	}
	p.full.Store(to != gobreaker.StateClosed || !b.ramps)
	b.now.Store(p)
	select {
	case b.changes <- change{old, p}:
	default: // the log misses a line rather than that a carrier waits
	}
}

func (b *breaker) openFor(times int) time.Duration {
	d := b.cfg.Open
	if b.grows {
		for range min(times-1, 16) {
			d = min(2*d, b.cfg.MaxAuthOpen)
		}
	}
	j := b.cfg.JitterPercent
	return d * time.Duration(10000-100*j+rand.IntN(200*j+1)) / 10000
}

// allow lets a call through, or tells after how long it may be worth trying. size is the
// carrier's number of places, of which a ramp gives a share.
func (b *breaker) allow(size int) (pass, time.Duration, bool) {
	p := b.now.Load()
	if p.state == gobreaker.StateOpen {
		if left := time.Until(p.until); left > 0 {
			return pass{}, left, false
		}
	}
	done, err := b.cb.Allow()
	p = b.now.Load()
	if err != nil { // a probe is out
		return pass{}, max(time.Until(p.until), min(time.Second, b.cfg.Open)), false
	}
	if left, ok := p.enter(b.cfg, size); !ok {
		done(errExcluded)
		return pass{}, left, false
	}
	return pass{b, p, done}, 0, true
}

// settle tells the breaker how the call went, once.
func (p pass) settle(v verdict, kind normalize.Kind) {
	p.phase.inFlight.Add(-1)
	switch v {
	case success:
		p.phase.failures.Store(0)
		p.phase.succeeded()
		p.done(nil)
	case failure:
		p.phase.failures.Add(1)
		p.b.last.Store(&kind)
		p.done(errFailed)
	default:
		p.done(errExcluded)
	}
}

// enter counts a call in, unless the ramp has no room: a breaker that just closed must
// not let a full burst at a carrier that just came back.
func (p *phase) enter(cfg Config, size int) (time.Duration, bool) {
	n := p.inFlight.Add(1)
	if p.full.Load() {
		return 0, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.succeed && now.Sub(p.stepAt) >= cfg.RampStep {
		p.step, p.stepAt, p.succeed = p.step+1, now, false
	}
	if p.step >= len(cfg.Ramp) || cfg.Ramp[p.step] >= 100 {
		p.full.Store(true)
		return 0, true
	}
	if n <= int64(max(1, (size*cfg.Ramp[p.step]+99)/100)) {
		return 0, true
	}
	p.inFlight.Add(-1)
	return max(cfg.RampStep-now.Sub(p.stepAt), 10*time.Millisecond), false
}

func (p *phase) succeeded() {
	if p.full.Load() {
		return
	}
	p.mu.Lock()
	p.succeed = true
	p.mu.Unlock()
}

// view is the state for health: an open breaker whose time is over waits for its probe.
func (b *breaker) view() (state State, since time.Time, reason string) {
	p := b.now.Load()
	switch {
	case p.state == gobreaker.StateOpen && time.Now().Before(p.until):
		return Open, p.since, p.reason
	case p.state == gobreaker.StateOpen:
		return HalfOpen, p.until, "the next call finds out whether it is back"
	case p.state == gobreaker.StateHalfOpen:
		return HalfOpen, p.since, p.reason
	case !p.full.Load():
		return Closed, p.since, "just recovered: only a share of the calls goes through"
	}
	return Closed, p.since, ""
}
