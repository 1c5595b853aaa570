package guards

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// crowd starts n calls that run until release is closed, and counts those that run.
func crowd(t *testing.T, g *Guards, call Call, n int, release <-chan struct{}) (running *atomic.Int32, errs chan error) {
	t.Helper()
	running, errs = new(atomic.Int32), make(chan error, n)
	for range n {
		go func() {
			errs <- g.Do(t.Context(), call, func(context.Context) error { running.Add(1); <-release; return nil })
		}()
	}
	synctest.Wait()
	return running, errs
}

func TestASlowCarrierTakesItsOwnPlacesOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 8, Queue: 4})
		release := make(chan struct{})
		buy := rateCall
		buy.Op = adapters.OpLabel
		running, errs := crowd(t, g, buy, 20, release)
		if n := running.Load(); n != 8 {
			t.Errorf("%d run, want 8", n)
		}
		if len(errs) != 8 {
			t.Fatalf("%d were refused, want 8: 20 less 8 places and 4 in the queue", len(errs))
		}
		refusedAs(t, <-errs, KindOverloaded)
		other := rateCall
		other.Carrier, other.Account = "southwind", "acct_2"
		if err := g.Do(t.Context(), other, answering(nil)); err != nil {
			t.Errorf("another carrier is stopped too: %v", err)
		}
		close(release)
		synctest.Wait()
		if n := running.Load(); n != 12 {
			t.Errorf("%d ran in the end, want the queue's too", n)
		}
	})
}

func TestTheQueueHasATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 1})
		release := make(chan struct{})
		defer close(release)
		crowd(t, g, rateCall, 1, release)
		start := time.Now()
		refusedAs(t, g.Do(t.Context(), rateCall, answering(nil)), KindOverloaded)
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("waited for %v, want 2 s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start = time.Now()
		refusedAs(t, g.Do(ctx, rateCall, answering(nil)), KindOverloaded)
		if took := time.Since(start); took != 50*time.Millisecond {
			t.Errorf("waited for %v, want the caller's 50 ms", took)
		}
		if _, in, queued := g.carriers["northwind"].use(); in != 1 || queued != 0 {
			t.Errorf("%d in flight, %d queued", in, queued)
		}
	})
}

// Quotes and pollers that hang must leave room for the purchases.
func TestPurchasesKeepAShareOfThePlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class Class
		want  int32
	}{{Background, 8}, {Interactive, 14}, {Purchase, 16}} {
		synctest.Test(t, func(t *testing.T) {
			g := newGuards(t, Config{Concurrent: 16, Queue: 1})
			release := make(chan struct{})
			defer close(release)
			call := rateCall
			call.Class = c.class
			running, _ := crowd(t, g, call, 50, release)
			if n := running.Load(); n != c.want {
				t.Errorf("class %d: %d run of 16 places, want %d", c.class, n, c.want)
			}
		})
	}
}

func TestEveryClassHasAPlace(t *testing.T) {
	t.Parallel()
	b := &bulkhead{size: 1}
	for _, c := range []Class{Purchase, Interactive, Background} {
		if b.places(c) != 1 {
			t.Errorf("class %d has %d of one place", c, b.places(c))
		}
	}
}

func TestPurchasesGoFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 1})
		release := make(chan struct{})
		crowd(t, g, rateCall, 1, release)
		var order []Class
		for _, c := range []Class{Background, Interactive, Purchase, Interactive, Purchase} {
			call := rateCall
			call.Class = c
			go func() {
				_ = g.Do(t.Context(), call, func(context.Context) error { order = append(order, c); return nil })
			}()
			synctest.Wait()
		}
		close(release)
		synctest.Wait()
		if want := []Class{Purchase, Purchase, Interactive, Interactive, Background}; !slices.Equal(order, want) {
			t.Errorf("got %v, want %v", order, want)
		}
	})
}

// The places are the carrier's, as many as its most generous account says.
func TestPlacesFollowTheAccounts(t *testing.T) {
	t.Parallel()
	g := newGuards(t, Config{})
	set := func(id string, concurrent int) {
		if err := g.SetAccount(Account{ID: id, Carrier: "northwind", Limits: adapters.Limits{Concurrent: concurrent}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		id         string
		concurrent int
		want       int
	}{{"acct_1", 0, 32}, {"acct_1", 4, 4}, {"acct_2", 6, 6}, {"acct_2", 2, 4}} {
		set(c.id, c.concurrent)
		if size, _, _ := g.carriers["northwind"].use(); size != c.want {
			t.Errorf("%s with %d: %d places, want %d", c.id, c.concurrent, size, c.want)
		}
	}
}
