package guards

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
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
