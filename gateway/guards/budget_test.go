package guards

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

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
