package guards

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestFiveFailuresInARowOpenIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		fail := func(n int) {
			for range n {
				_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
			}
		}
		fail(4)
		_ = g.Do(t.Context(), rateCall, answering(nil))
		fail(4)
		stateIs(t, g, Closed)
		fail(1)
		stateIs(t, g, Open)
		called := false
		e := refusedAs(t, g.Do(t.Context(), rateCall, func(context.Context) error { called = true; return nil }), normalize.KindCircuitOpen)
		if called || e.RetryAfter < 8*time.Second || e.RetryAfter > 12*time.Second {
			t.Errorf("called %t, come back after %v; want not called and 10 s give or take 20 %%", called, e.RetryAfter)
		}
	})
}

func TestHalfOfTwentyOpensIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		for i := range 19 {
			kind := answering(nil)
			if i%2 == 0 {
				kind = failing(normalize.KindBadResponse)
			}
			_ = g.Do(t.Context(), rateCall, kind)
			time.Sleep(time.Second)
		}
		stateIs(t, g, Closed) // 10 of 19
		_ = g.Do(t.Context(), rateCall, answering(nil))
		stateIs(t, g, Closed) // gobreaker asks at a failure only
		_ = g.Do(t.Context(), rateCall, failing(normalize.KindBadResponse))
		stateIs(t, g, Open) // 11 of 21
	})
}

// The window moves: what is older than a minute is forgotten.
func TestOldFailuresAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		for range 5 {
			for range 4 {
				_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
			}
			_ = g.Do(t.Context(), rateCall, answering(nil))
			time.Sleep(66 * time.Second)
		}
		stateIs(t, g, Closed)
	})
}

// Reliability: gobreaker never opens on a carrier that is slow to fail if its window is
// shorter than the calls.
func TestSlowFailuresOpenIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		op   adapters.Operation
		// one call in every gap; each runs until its deadline
		gap time.Duration
	}{
		{"one after the other", adapters.OpRate, 0},
		{"one every 40 s, which no window of a minute holds", adapters.OpLabel, 40 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, call := newGuards(t, Config{}), rateCall
				call.Op = c.op
				for range 5 {
					stateIs(t, g, Closed)
					_ = g.Do(t.Context(), call, slow(time.Hour, nil))
					time.Sleep(c.gap)
				}
				if c.gap == 0 {
					stateIs(t, g, Open)
				} else if h := g.Health("acct_1"); h.State == Closed {
					t.Error("five slow failures in a row left it closed")
				}
			})
		})
	}
}

func TestSlowFailuresInParallelOpenIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		start := time.Now()
		for range 20 {
			go func() { _ = g.Do(t.Context(), rateCall, slow(time.Hour, nil)) }()
		}
		time.Sleep(10*time.Second + time.Millisecond)
		stateIs(t, g, Open)
		if took := time.Since(start); took > 2*10*time.Second {
			t.Errorf("opened after %v, want at most twice the call's limit", took)
		}
	})
}

// gobreaker leaves a result that comes back after its window out of its counts: an adapter
// that ignores its deadline must open it all the same.
func TestFailuresTooLateForTheWindowOpenIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		for range 5 {
			_ = g.Do(t.Context(), rateCall, func(context.Context) error {
				time.Sleep(5 * time.Minute)
				return normalize.Fail(normalize.KindUnavailable, "at last")
			})
		}
		stateIs(t, g, Open)
	})
}

// What was sent before it opened and fails after it closed says nothing about the carrier
// that came back.
func TestLateResultsOfAnEarlierPhaseDoNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, call := newGuards(t, Config{}), rateCall
		call.Op = adapters.OpLabel
		for range 10 {
			go func() {
				_ = g.Do(t.Context(), call, slow(14*time.Second, normalize.Fail(normalize.KindUnavailable, "late")))
			}()
		}
		synctest.Wait()
		for range 5 {
			_ = g.Do(t.Context(), call, failing(normalize.KindUnavailable))
		}
		stateIs(t, g, Open)
		time.Sleep(12*time.Second + time.Millisecond)
		if err := g.Do(t.Context(), call, answering(nil)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		stateIs(t, g, Closed)
	})
}

func TestTheOpenTimeIsJittered(t *testing.T) {
	t.Parallel()
	b := newBreaker(Defaults(), 10*time.Second, false, true)
	least, most := time.Hour, time.Duration(0)
	for range 2000 {
		d := b.openFor(1)
		least, most = min(least, d), max(most, d)
	}
	if least < 8*time.Second || most > 12*time.Second || most-least < 3*time.Second {
		t.Errorf("between %v and %v, want spread over 8 to 12 s", least, most)
	}
}

// OnStateChange runs under gobreaker's lock: with nobody to read the changes it must
// neither wait nor deadlock.
func TestStateChangesNeverWait(t *testing.T) {
	t.Parallel()
	b := newBreaker(Defaults(), 10*time.Second, false, true)
	for range 4 * cap(b.changes) {
		b.onStateChange("", gobreaker.StateClosed, gobreaker.StateOpen)
	}
	if len(b.changes) != cap(b.changes) {
		t.Errorf("%d changes kept, want %d", len(b.changes), cap(b.changes))
	}
}
