package guards

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// RateLimit is how much of a budget is left. Reset is how long until all of it is.
type RateLimit struct {
	Limit, Remaining int
	Reset            time.Duration
}

// Limiter is one budget of requests, with a bounded number of waiters.
//
// It wraps rate.Limiter, which mints tokens when a caller's clock reading is older than
// the last one: here the clock is read and the reservation made under one lock.
type Limiter struct {
	mu      sync.Mutex
	bucket  *rate.Limiter
	limit   int           // what Snapshot calls the limit
	changed chan struct{} // closed when the budget is set anew, so that waiters ask again
	waiting int
	waiters int
}

// Refused is why a Limiter gave nothing. After is how long until it would have.
type Refused struct {
	After  time.Duration
	Reason string
	Err    error // the context's, where the caller left
}

func (r *Refused) Error() string { return r.Reason }

// Unwrap gives the context's error, where the caller left.
func (r *Refused) Unwrap() error { return r.Err }

// NewLimiter makes the budget of perSecond requests a second, of which the dearest
// operation costs maxCost. With a burst it is a token bucket of exactly these numbers.
// Without one no second of the carrier's own clock may see more than perSecond: requests
// are spread with a burst as small as they allow, and 5 % apart for what the network adds.
// waiters bounds who may wait at once.
func NewLimiter(perSecond float64, burst, maxCost, waiters int) (*Limiter, error) {
	l := &Limiter{changed: make(chan struct{}), waiters: waiters}
	r, b, err := bucketOf(perSecond, burst, maxCost)
	if err != nil {
		return nil, err
	}
	l.bucket = rate.NewLimiter(r, b)
	l.limit = limitOf(perSecond, burst)
	return l, nil
}

func limitOf(perSecond float64, burst int) int {
	return max(burst, int(perSecond), 1)
}

// bucketOf refuses what rate.Limiter would take and then never let through: an operation
// that costs more than the burst, a burst of 0.
func bucketOf(perSecond float64, burst, maxCost int) (rate.Limit, int, error) {
	if err := checkRate(perSecond); err != nil {
		return 0, 0, err
	}
	switch {
	case burst < 0 || maxCost < 0:
		return 0, 0, errors.New("burst and cost must not be negative")
	case burst > 0 && maxCost > burst:
		return 0, 0, fmt.Errorf("an operation of %d requests never fits a burst of %d", maxCost, burst)
	case burst > 0:
		return rate.Limit(perSecond), burst, nil
	}
	b := max(1, maxCost, int(perSecond/40))
	return rate.Limit(max(perSecond+1-float64(b), perSecond/2) / 1.05), b, nil
}

// Set changes the budget; what was spent stays spent. Waiters ask anew at once.
func (l *Limiter) Set(perSecond float64, burst, maxCost int) error {
	r, b, err := bucketOf(perSecond, burst, maxCost)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := limitOf(perSecond, burst)
	if l.bucket.Limit() == r && l.bucket.Burst() == b && l.limit == limit {
		return nil
	}
	now := time.Now()
	l.bucket.SetLimitAt(now, r)
	l.bucket.SetBurstAt(now, b)
	l.limit = limit
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

// Take waits for n requests of the budget, at most maxWait and never past the context's
// deadline; where that would not do it fails at once. Its only error is *Refused.
func (l *Limiter) Take(ctx context.Context, n int, maxWait time.Duration) error {
	start := time.Now()
	until := start.Add(maxWait)
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		until = d
	}
	for {
		if err := ctx.Err(); err != nil {
			return &Refused{Reason: "the caller left", Err: err}
		}
		res, changed, err := l.reserve(n, until)
		if err != nil || res == nil {
			return err
		}
		again, err := l.sleep(ctx, res, changed)
		if !again {
			return err
		}
	}
}

// reserve returns nil where the tokens are there now, else a reservation to wait for.
func (l *Limiter) reserve(n int, until time.Time) (*rate.Reservation, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.bucket.AllowN(now, n) {
		return nil, nil, nil
	}
	res := l.bucket.ReserveN(now, n)
	if !res.OK() {
		return nil, nil, &Refused{Reason: fmt.Sprintf("%d requests never fit the budget's burst", n)}
	}
	delay := res.DelayFrom(now)
	switch {
	case now.Add(delay).After(until):
		res.CancelAt(now) // the newest reservation is given back whole
		return nil, nil, &Refused{After: delay, Reason: "our own budget of requests is spent"}
	case l.waiting >= l.waiters:
		res.CancelAt(now)
		return nil, nil, &Refused{After: delay, Reason: "too many wait for the budget of requests"}
	}
	l.waiting++
	return res, l.changed, nil
}

// sleep waits until res is due. It says again where the budget was changed meanwhile.
func (l *Limiter) sleep(ctx context.Context, res *rate.Reservation, changed <-chan struct{}) (again bool, err error) {
	timer := time.NewTimer(res.Delay())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		err = &Refused{After: res.Delay(), Reason: "the caller left", Err: ctx.Err()}
	case <-changed:
		again = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
	if again || err != nil {
		res.CancelAt(time.Now())
	}
	return again, err
}

// Snapshot is the budget now.
func (l *Limiter) Snapshot() RateLimit {
	l.mu.Lock()
	defer l.mu.Unlock()
	tokens, burst := l.bucket.TokensAt(time.Now()), float64(l.bucket.Burst())
	share := min(max(math.Floor(tokens), 0)/burst, 1)
	reset := (burst - tokens) / float64(l.bucket.Limit())
	return RateLimit{Limit: l.limit, Remaining: int(math.Floor(share * float64(l.limit))),
		Reset: time.Duration(max(reset, 0) * float64(time.Second))}
}

// Waiting is how many wait now.
func (l *Limiter) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}
