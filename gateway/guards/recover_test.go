package guards

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

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
