package guards

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

func newLimiter(t *testing.T, perSecond float64, burst, maxCost, waiters int) *Limiter {
	t.Helper()
	l, err := NewLimiter(perSecond, burst, maxCost, waiters)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func refusedBudget(t *testing.T, err error) *Refused {
	t.Helper()
	r, ok := errors.AsType[*Refused](err)
	if !ok {
		t.Fatalf("got %v, want a refusal", err)
	}
	return r
}

// rate.Limiter takes these numbers and then never lets anything through.
func TestBudgetsThatNeverAdmitAreRefused(t *testing.T) {
	t.Parallel()
	nan := 0.0
	for name, c := range map[string]struct {
		perSecond      float64
		burst, maxCost int
	}{
		"no rate":                     {0, 5, 1},
		"a negative rate":             {-1, 5, 1},
		"not a number":                {nan / nan, 5, 1},
		"no bound at all":             {1e12, 5, 1},
		"a negative burst":            {5, -1, 1},
		"an operation over the burst": {5, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := NewLimiter(c.perSecond, c.burst, c.maxCost, 1); err == nil {
				t.Error("taken")
			}
			err := newGuards(t, Config{}).SetAccount(Account{ID: "acct_1", Carrier: "northwind", MaxCost: c.maxCost,
				Limits: adapters.Limits{RequestsPerSecond: c.perSecond, Burst: c.burst}})
			if (err == nil) != (c.perSecond == 0) { // an account that says no rate has the default's
				t.Errorf("as an account: %v", err)
			}
		})
	}
}

// Wait of rate.Limiter fails at once when the deadline comes before the token, with an
// error that is no deadline: nothing was sent, and it is no timeout of the carrier.
func TestAWaitTooNearTheDeadlineIsRateLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		if err := g.SetAccount(Account{ID: "acct_1", Carrier: "northwind",
			Limits: adapters.Limits{RequestsPerSecond: 1, Burst: 1}}); err != nil {
			t.Fatal(err)
		}
		_ = g.Do(t.Context(), rateCall, answering(nil))
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := g.Do(ctx, rateCall, answering(nil))
		if e := refusedAs(t, err, normalize.KindRateLimited); e.RetryAfter != time.Second || time.Since(start) != 0 {
			t.Errorf("after %v: come back after %v; want at once, and a second", time.Since(start), e.RetryAfter)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Error("it reads as a timeout")
		}
	})
}

func TestWaitersAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 10, 1, 1, 3)
		_ = l.Take(t.Context(), 1, 0)
		var admitted, refused atomic.Int32
		for range 10 {
			go func() {
				if l.Take(t.Context(), 1, time.Hour) != nil {
					refused.Add(1)
				} else {
					admitted.Add(1)
				}
			}()
		}
		synctest.Wait()
		if l.Waiting() != 3 || refused.Load() != 7 {
			t.Errorf("%d wait and %d were refused at once, want 3 and 7", l.Waiting(), refused.Load())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if admitted.Load() != 3 || l.Waiting() != 0 {
			t.Errorf("%d of the waiters were admitted, %d still wait", admitted.Load(), l.Waiting())
		}
	})
}

func TestTheLongestWaitIsBoundedByClass(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		call Call
		want time.Duration
	}{
		{"a quote", Call{Op: adapters.OpRate}, 2 * time.Second},
		{"a purchase", Call{Op: adapters.OpLabel}, 5 * time.Second},
		{"a poller", Call{Op: adapters.OpTrack, Class: Background}, 30 * time.Second},
		{"one that must not wait", Call{Op: adapters.OpLabel, NoWait: true}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGuards(t, Config{})
				c.call.Carrier, c.call.Account = "northwind", "acct_1"
				if err := g.SetAccount(Account{ID: "acct_1", Carrier: "northwind",
					Limits: adapters.Limits{RequestsPerSecond: 1, Burst: 1}}); err != nil {
					t.Fatal(err)
				}
				// The n-th call waits for n seconds, as long as its class lets it.
				var mu sync.Mutex
				var longest time.Duration
				for range 40 {
					go func() {
						start := time.Now()
						if g.Do(t.Context(), c.call, answering(nil)) == nil {
							mu.Lock()
							defer mu.Unlock()
							longest = max(longest, time.Since(start))
						}
					}()
					synctest.Wait()
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if longest != c.want {
					t.Errorf("the longest wait was %v, want %v", longest, c.want)
				}
			})
		})
	}
}

// A budget without a burst is one of the carrier's own clock: no second of it, wherever it
// begins, sees more, even where the network delays some requests by up to 40 ms.
func TestNoSecondSeesMoreThanTheBudget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		perSecond float64
		cost      int
		least     int // requests in 30 s of full demand
	}{
		{1, 1, 27}, {5, 1, 135}, {10, 1, 270}, {10, 2, 240}, {50, 1, 1350}, {200, 1, 5400}, {200, 2, 5400},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLimiter(t, c.perSecond, 0, c.cost, 100)
			var arrivals []time.Time
			time.Sleep(10 * time.Second) // the bucket is full
			end := time.Now().Add(30 * time.Second)
			for i := 0; time.Now().Before(end); i++ {
				if err := l.Take(t.Context(), c.cost, time.Hour); err != nil {
					t.Fatal(err)
				}
				for range c.cost {
					arrivals = append(arrivals, time.Now().Add(time.Duration(i*17%40)*time.Millisecond))
				}
			}
			slices.SortFunc(arrivals, time.Time.Compare)
			for i := range arrivals {
				if j := i + int(c.perSecond); j < len(arrivals) && arrivals[j].Sub(arrivals[i]) < time.Second {
					t.Fatalf("%v/s at cost %d: %v between a request and the one %d after it", c.perSecond, c.cost,
						arrivals[j].Sub(arrivals[i]), int(c.perSecond))
				}
			}
			if len(arrivals) < c.least {
				t.Errorf("%v/s at cost %d: %d requests in 30 s, want at least %d", c.perSecond, c.cost, len(arrivals), c.least)
			}
		})
	}
}

// rate.Limiter mints tokens for callers whose clock reading is older than the last one.
func TestManyCallersDoNotOverspend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 100, 10, 1, 5000)
		var admitted atomic.Int32
		for range 2000 {
			go func() {
				if l.Take(t.Context(), 1, 990*time.Millisecond) == nil {
					admitted.Add(1)
				}
			}()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := admitted.Load(); n > 110 || n < 100 {
			t.Errorf("%d in a second at 100/s and a burst of 10", n)
		}
	})
}

// Cancel of a reservation gives back little once others came after it, which is why the
// budget is taken last; the newest one, refused for its wait, is given back whole.
func TestRefusalsCostNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 10, 5, 5, 10)
		_ = l.Take(t.Context(), 5, 0)
		for range 100 {
			refusedBudget(t, l.Take(t.Context(), 5, 100*time.Millisecond))
		}
		time.Sleep(500 * time.Millisecond)
		if err := l.Take(t.Context(), 5, 0); err != nil {
			t.Errorf("a hundred refusals took tokens: %v", err)
		}
	})
}

func TestACancelledWaiterLeavesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 1, 1, 1, 10)
		_ = l.Take(t.Context(), 1, 0)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		r := refusedBudget(t, l.Take(ctx, 1, time.Hour))
		if !errors.Is(r, context.Canceled) || time.Since(start) != 100*time.Millisecond || l.Waiting() != 0 {
			t.Errorf("got %v after %v, %d waiting", r, time.Since(start), l.Waiting())
		}
		time.Sleep(900 * time.Millisecond)
		if err := l.Take(t.Context(), 1, 0); err != nil {
			t.Errorf("what it reserved is lost: %v", err)
		}
	})
}

// SetLimit of rate.Limiter does not wake its waiters: one slept 2 s after the limit rose.
func TestAWaiterNoticesARaisedBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 0.1, 1, 1, 10)
		_ = l.Take(t.Context(), 1, 0)
		start := time.Now()
		time.AfterFunc(time.Second, func() {
			if err := l.Set(1000, 1000, 1); err != nil {
				t.Error(err)
			}
		})
		if err := l.Take(t.Context(), 1, time.Minute); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 1010*time.Millisecond {
			t.Errorf("it slept for %v, want about a second", took)
		}
	})
}

// A changed configuration is no fresh bucket.
func TestAChangedBudgetRemembersWhatWasSpent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 10, 10, 1, 10)
		_ = l.Take(t.Context(), 10, 0)
		if err := l.Set(5, 5, 1); err != nil {
			t.Fatal(err)
		}
		if s := l.Snapshot(); s.Limit != 5 || s.Remaining != 0 || s.Reset != time.Second {
			t.Errorf("got %+v, want nothing left of 5 for a second", s)
		}
	})
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 2, 30, 1, 1) // as Amazon publishes them
		if s := l.Snapshot(); s != (RateLimit{30, 30, 0}) {
			t.Errorf("fresh: %+v", s)
		}
		_ = l.Take(t.Context(), 12, 0)
		if s := l.Snapshot(); s != (RateLimit{30, 18, 6 * time.Second}) {
			t.Errorf("after 12: %+v", s)
		}
		if s := newLimiter(t, 0.5, 0, 1, 1).Snapshot(); s.Limit != 1 || s.Remaining != 1 {
			t.Errorf("every two seconds: %+v", s)
		}
	})
}

// An operation that costs two requests takes two.
func TestCostIsTakenPerRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		if err := g.SetAccount(Account{ID: "acct_1", Carrier: "northwind", MaxCost: 3,
			Limits: adapters.Limits{RequestsPerSecond: 1, Burst: 10}}); err != nil {
			t.Fatal(err)
		}
		call := rateCall
		call.Cost = 3
		_ = g.Do(t.Context(), call, answering(nil))
		if left := g.Health("acct_1").RateLimit.Remaining; left != 7 {
			t.Errorf("%d left of 10, want 7", left)
		}
	})
}
