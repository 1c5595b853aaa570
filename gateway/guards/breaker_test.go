package guards

import (
	"context"
	"slices"
	"sync/atomic"
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

// gobreaker drops a result that comes back after its window and never asks whether to
// trip: an adapter that ignores its deadline must open it all the same.
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

// openAndWait opens the rate breaker and lets its time pass.
func openAndWait(t *testing.T, g *Guards) {
	t.Helper()
	for range 5 {
		_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
	}
	stateIs(t, g, Open)
	time.Sleep(12*time.Second + time.Millisecond)
	stateIs(t, g, HalfOpen)
}

func TestOneProbeOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		openAndWait(t, g)
		var probes atomic.Int32
		release := make(chan struct{})
		for range 50 {
			go func() {
				_ = g.Do(t.Context(), rateCall, func(context.Context) error { probes.Add(1); <-release; return nil })
			}()
		}
		synctest.Wait()
		if n := probes.Load(); n != 1 {
			t.Errorf("%d probes, want 1", n)
		}
		refusedAs(t, g.Do(t.Context(), rateCall, answering(nil)), normalize.KindCircuitOpen)
		close(release)
		synctest.Wait()
		stateIs(t, g, Closed)
	})
}

func TestAFailedProbeOpensItAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		openAndWait(t, g)
		_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
		stateIs(t, g, Open)
	})
}

// gobreaker's half-open state has no timeout: a probe that hangs would hold its only slot
// for ever. This one ignores its deadline.
func TestAHungProbeIsFreedAtItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		openAndWait(t, g)
		release := make(chan struct{})
		defer close(release)
		go func() { _ = g.Do(t.Context(), rateCall, func(context.Context) error { <-release; return nil }) }()
		time.Sleep(10 * time.Second)
		refusedAs(t, g.Do(t.Context(), rateCall, answering(nil)), normalize.KindCircuitOpen)
		time.Sleep(grace + time.Millisecond)
		stateIs(t, g, Open) // the probe failed
		time.Sleep(12 * time.Second)
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Errorf("the next probe: %v", err)
		}
	})
}

// A purchase that was admitted as the probe and whose process never ran it.
func TestAnAbandonedPermitDoesNotHoldTheProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		openAndWait(t, g)
		if _, err := g.Admit(t.Context(), rateCall); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10*time.Second + grace + time.Millisecond)
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Errorf("the probe is stuck: %v", err)
		}
	})
}

func TestAnExcludedProbeFreesTheSlotAndDecidesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		openAndWait(t, g)
		for range 3 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnsupported))
			stateIs(t, g, HalfOpen)
		}
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Fatal(err)
		}
		stateIs(t, g, Closed)
	})
}

// MaxRequests successes close gobreaker at once, and a full burst meets a carrier that
// has just come back.
func TestARampAndNotABurstAfterClosing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 200})
		openAndWait(t, g)
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Fatal(err)
		}
		var got []int32
		for range 5 {
			got = append(got, burst(t, g, 200))
			time.Sleep(time.Second)
		}
		if want := []int32{2, 10, 50, 175, 175}; !slices.Equal(got, want) {
			t.Errorf("let through %v, want 1, 5, 25 and 100 %% of 200 places, of which an eighth is for purchases", got)
		}
	})
}

// burst makes n calls at once, of which none ends before all were asked, and counts those
// that the carrier saw.
func burst(t *testing.T, g *Guards, n int) int32 {
	t.Helper()
	var seen atomic.Int32
	release := make(chan struct{})
	call := rateCall
	call.NoWait = true
	for range n {
		go func() {
			_ = g.Do(t.Context(), call, func(context.Context) error { seen.Add(1); <-release; return nil })
		}()
	}
	synctest.Wait()
	close(release)
	synctest.Wait()
	return seen.Load()
}

// A step lasts until a call in it succeeded: time alone is no sign of health.
func TestTheRampWaitsForASuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 200})
		openAndWait(t, g)
		_ = g.Do(t.Context(), rateCall, answering(nil))
		time.Sleep(time.Hour)
		if n := burst(t, g, 100); n != 2 {
			t.Errorf("%d calls after an hour without any, want the first step's 2", n)
		}
	})
}

// A caller who leaves is excluded: ten of them close nothing, and none of them hides the
// four real failures before it.
func TestCancelledCallersDoNotOpenIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		for range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(5*time.Second, cancel)
			_ = g.Do(ctx, rateCall, slow(time.Hour, nil))
		}
		stateIs(t, g, Closed)
		if h := g.Health("acct_1"); h.Calls != 0 || h.ErrorRate != 0 {
			t.Errorf("%d calls and an error rate of %v for what says nothing", h.Calls, h.ErrorRate)
		}
	})
}

func TestAnImpatientCallerDoesNotOpenIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		deadline time.Duration
		want     State
	}{
		{100 * time.Millisecond, Closed},
		{500 * time.Millisecond, Closed}, // it ran for 475 ms
		{800 * time.Millisecond, Open},
		{time.Minute, Open}, // our own limit of the carrier
	} {
		t.Run(c.deadline.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGuards(t, Config{})
				for range 5 {
					ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
					_ = g.Do(ctx, rateCall, slow(time.Hour, nil))
					cancel()
				}
				stateIs(t, g, c.want)
			})
		})
	}
}

// A caller of 100 ms as the probe frees it and decides nothing.
func TestAnImpatientProbeDecidesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		openAndWait(t, g)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_ = g.Do(ctx, rateCall, slow(time.Hour, nil))
		stateIs(t, g, HalfOpen)
	})
}

// What counts is one table; every kind is in it.
func TestTheKindsTable(t *testing.T) {
	t.Parallel()
	type row struct{ line, account verdict }
	want := map[normalize.Kind]row{
		normalize.KindInvalidRequest:    {success, success},
		normalize.KindNotServiceable:    {success, success},
		normalize.KindProhibitedGoods:   {success, success},
		normalize.KindUnsupported:       {excluded, excluded},
		normalize.KindNotFound:          {success, success},
		normalize.KindDuplicate:         {success, success},
		normalize.KindInsufficientFunds: {success, success},
		normalize.KindRejected:          {success, success},
		normalize.KindAuthFailed:        {excluded, failure},
		normalize.KindRateLimited:       {excluded, excluded},
		normalize.KindCircuitOpen:       {excluded, excluded},
		KindOverloaded:                  {excluded, excluded},
		normalize.KindTimeout:           {failure, excluded},
		normalize.KindUnavailable:       {failure, excluded},
		normalize.KindBadResponse:       {failure, excluded},
		normalize.KindOutcomeUnknown:    {failure, excluded},
	}
	for _, k := range append(normalize.Kinds(), KindOverloaded) {
		line, account := judge(normalize.Fail(k, "x"), circumstances{})
		if w, ok := want[k]; !ok || (row{line, account}) != w {
			t.Errorf("%s: got %v %v, want %v", k, line, account, w)
		}
	}
	if line, account := judge(nil, circumstances{callerGone: true}); line != success || account != success {
		t.Error("a success is one, whoever left meanwhile")
	}
	answered := &normalize.Error{Kind: normalize.KindUnavailable, Status: 503}
	if line, _ := judge(answered, circumstances{callerGone: true}); line != failure {
		t.Error("an answered 503 counts, whoever left meanwhile")
	}
}

// Refused credentials stop one account, before the carrier locks it, and nobody else.
func TestRefusedCredentialsCountPerAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		other := rateCall
		other.Account = "acct_2"
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindAuthFailed))
		}
		stateIs(t, g, Open)
		track := rateCall
		track.Op = adapters.OpTrack
		refusedAs(t, g.Do(t.Context(), track, answering(nil)), normalize.KindCircuitOpen)
		if err := g.Do(t.Context(), other, answering(nil)); err != nil {
			t.Errorf("another account is stopped too: %v", err)
		}
		if h := g.Health("acct_2"); h.State != Closed {
			t.Errorf("another account is %s", h.State)
		}
	})
}

// A carrier that is down says nothing about the credentials, and the other way round.
func TestTransportFailuresDoNotStopTheAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, track := newGuards(t, Config{}), rateCall
		track.Op = adapters.OpTrack
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
		}
		if err := g.Do(t.Context(), track, answering(nil)); err != nil {
			t.Errorf("another operation is stopped: %v", err)
		}
		elsewhere := rateCall
		elsewhere.BaseURL = "https://eu.northwind.test"
		if err := g.Do(t.Context(), elsewhere, answering(nil)); err != nil {
			t.Errorf("another base URL is stopped: %v", err)
		}
	})
}

// Each try with bad credentials brings the lock-out nearer: the pauses double.
func TestProbesOfRefusedCredentialsGrowRare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		tries := 0
		for range 600 {
			_ = g.Do(t.Context(), rateCall, func(context.Context) error {
				tries++
				return normalize.Fail(normalize.KindAuthFailed, "no")
			})
			time.Sleep(time.Second)
		}
		if tries > 12 {
			t.Errorf("%d tries in ten minutes", tries)
		}
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
