package guards

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// rateCall is a quote at the invented carrier, whose account has a budget that is never
// the matter unless a test makes it so.
var rateCall = Call{Carrier: "northwind", Account: "acct_1", BaseURL: "https://northwind.test", Op: adapters.OpRate}

func newGuards(t *testing.T, cfg Config) *Guards {
	t.Helper()
	if cfg.RequestsPerSecond == 0 {
		cfg.RequestsPerSecond = 1e5
	}
	g, err := New(cfg, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func answering(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

func failing(kind normalize.Kind) func(context.Context) error {
	return answering(normalize.Fail(kind, "as the test wants"))
}

// slow fails as an adapter does when its carrier takes d: by itself, or when the context ends.
func slow(d time.Duration, err error) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(d):
			return err
		case <-ctx.Done():
			return &normalize.Error{Kind: normalize.KindTimeout, Message: "no answer in time", Err: ctx.Err()}
		}
	}
}

// refusedAs checks that nothing was sent and that the caller is told when to come back.
func refusedAs(t *testing.T, err error, want normalize.Kind) *normalize.Error {
	t.Helper()
	e, ok := errors.AsType[*normalize.Error](err)
	if !ok || e.Kind != want || !e.NotSent || e.RetryAfter <= 0 || e.Carrier != "northwind" {
		t.Fatalf("got %+v, want a refusal as %s with a time to come back", err, want)
	}
	return e
}

func stateIs(t *testing.T, g *Guards, want State) {
	t.Helper()
	if h := g.Health("acct_1"); h.State != want {
		t.Fatalf("state %s (%s), want %s", h.State, h.Reason, want)
	}
}

func TestDoPassesTheResultOn(t *testing.T) {
	t.Parallel()
	g := newGuards(t, Config{})
	if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
		t.Error(err)
	}
	want := normalize.NotServiceable("/to/country", "not to AQ")
	if err := g.Do(t.Context(), rateCall, answering(want)); err != want {
		t.Errorf("got %v, want the adapter's own error", err)
	}
}

// The order is bulkhead, breaker, budget: what was taken of a budget cannot be given back,
// so that a call refused for another reason must not have taken any.
func TestTheBudgetIsTakenLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		if err := g.SetAccount(Account{ID: "acct_1", Carrier: "northwind",
			Limits: adapters.Limits{RequestsPerSecond: 0.001, Burst: 10, Concurrent: 1}}); err != nil {
			t.Fatal(err)
		}
		now := rateCall
		now.NoWait = true
		p, err := g.Admit(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			refusedAs(t, g.Do(t.Context(), now, answering(nil)), KindOverloaded)
		}
		p.Cancel()
		for range 5 {
			_ = g.Do(t.Context(), now, failing(normalize.KindUnavailable))
		}
		for range 5 {
			refusedAs(t, g.Do(t.Context(), now, answering(nil)), normalize.KindCircuitOpen)
		}
		if left := g.Health("acct_1").RateLimit.Remaining; left != 10-1-5 {
			t.Errorf("%d requests left, want 4: one was admitted, five were made", left)
		}
	})
}

func TestARefusedAdmissionHoldsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 2})
		if err := g.SetAccount(Account{ID: "acct_1", Carrier: "northwind",
			Limits: adapters.Limits{RequestsPerSecond: 0.001, Burst: 1}}); err != nil {
			t.Fatal(err)
		}
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			refusedAs(t, g.Do(t.Context(), rateCall, answering(nil)), normalize.KindRateLimited)
		}
		if _, in, queued := g.carriers["northwind"].use(); in != 0 || queued != 0 {
			t.Errorf("%d in flight and %d queued after refusals", in, queued)
		}
	})
}

// What the carrier answers with 429 and Retry-After is obeyed, for that operation of that
// account alone, and no longer than a minute.
func TestACarriersRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		limited := &normalize.Error{Kind: normalize.KindRateLimited, Status: 429, RetryAfter: time.Hour}
		_ = g.Do(t.Context(), rateCall, answering(limited))
		if e := refusedAs(t, g.Do(t.Context(), rateCall, answering(nil)), normalize.KindRateLimited); e.RetryAfter != time.Minute {
			t.Errorf("come back after %v, want a minute", e.RetryAfter)
		}
		other, track := rateCall, rateCall
		other.Account, track.Op = "acct_2", adapters.OpTrack
		for _, c := range []Call{other, track} {
			if err := g.Do(t.Context(), c, answering(nil)); err != nil {
				t.Errorf("%s %s is held back too: %v", c.Account, c.Op, err)
			}
		}
		time.Sleep(time.Minute)
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Error(err)
		}
	})
}

func TestFaultyNumbersAreAllNamed(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Failures: -1, Percent: 101, RequestsPerSecond: -5, Ramp: []int{5, 5, 200},
		Limits: map[adapters.Operation]time.Duration{adapters.OpRate: -time.Second}}, nil, nil)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"failures", "percent", "requests per second", "ramp share 5", "ramp share 200", "rate"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named in: %v", want, err)
		}
	}
}
