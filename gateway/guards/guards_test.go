package guards

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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

func TestAnUnusedPermitIsGivenBack(t *testing.T) {
	t.Parallel()
	g := newGuards(t, Config{Concurrent: 1})
	buy := rateCall
	buy.Op = adapters.OpLabel
	for range 3 {
		p, err := g.Admit(t.Context(), buy)
		if err != nil {
			t.Fatal(err)
		}
		p.Cancel()
		p.Cancel() // again does nothing
		if err := p.Run(t.Context(), answering(nil)); normalize.KindOf(err) != normalize.KindTimeout {
			t.Errorf("a cancelled permit ran: %v", err)
		}
	}
}

// A process that was frozen between the write-ahead and the send must not send: another
// may have taken the purchase over, since its lease is over too.
func TestAPermitThatOutlivedItsTimeDoesNotSend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		buy := rateCall
		buy.Op = adapters.OpLabel
		p, err := g.Admit(t.Context(), buy)
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(p.Deadline()); left != 15*time.Second {
			t.Errorf("the deadline is in %v, want 15 s", left)
		}
		time.Sleep(15 * time.Second)
		sent := false
		err = p.Run(t.Context(), func(context.Context) error { sent = true; return nil })
		if e, ok := errors.AsType[*normalize.Error](err); sent || !ok || e.Kind != normalize.KindTimeout || !e.NotSent {
			t.Errorf("sent %t, %v; want a timeout that sent nothing", sent, err)
		}
		stateIs(t, g, Closed)
	})
}

func TestDeadlinesShrinkOnTheirWayDown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		op     adapters.Operation
		parent time.Duration // 0 is none
		want   time.Duration
	}{
		{"a rate without a caller's deadline", adapters.OpRate, 0, 10 * time.Second},
		{"a label", adapters.OpLabel, 0, 15 * time.Second},
		{"a track", adapters.OpTrack, 0, 10 * time.Second},
		{"a token", adapters.OpToken, 0, 5 * time.Second},
		{"a patient caller does not lengthen it", adapters.OpRate, time.Minute, 10 * time.Second},
		{"a caller's deadline leaves 50 ms to answer", adapters.OpRate, 2 * time.Second, 1950 * time.Millisecond},
		{"or a twentieth of a short one", adapters.OpRate, 100 * time.Millisecond, 95 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, call, ctx := newGuards(t, Config{}), rateCall, t.Context()
				call.Op = c.op
				if c.parent > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.parent)
					defer cancel()
				}
				var got time.Duration
				if err := g.Do(ctx, call, func(ctx context.Context) error {
					d, _ := ctx.Deadline()
					got = time.Until(d)
					return nil
				}); err != nil || got != c.want {
					t.Errorf("got %v, %v; want %v", got, err, c.want)
				}
			})
		})
	}
}

// A bug in one adapter is that adapter's failure, with an unknown outcome on a write.
func TestAPanicIsABadResponseAndFreesThePlace(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	g, err := New(Config{Concurrent: 1}, nil, textLog(&out))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		err := g.Do(t.Context(), rateCall, func(context.Context) error { panic("Jane Doe, 5 Elm Street") })
		if e := normalize.AsError(err); e.Kind != normalize.KindBadResponse || e.NotSent {
			t.Errorf("got %v, want a bad_response that may have been sent", err)
		}
	}
	if !strings.Contains(out.String(), "adapter panicked") || strings.Contains(out.String(), "Jane") {
		t.Errorf("logged %s", out.String())
	}
}

// runtime.Goexit, which t.FailNow calls, unwinds without a panic.
func TestAGoexitFreesThePlaceAndTheProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{Concurrent: 1})
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
		}
		time.Sleep(12 * time.Second)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = g.Do(t.Context(), rateCall, func(context.Context) error { exit(); return nil })
		}()
		<-done
		stateIs(t, g, Open) // the probe counted as failed
		time.Sleep(12 * time.Second)
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Errorf("the place or the probe is stuck: %v", err)
		}
	})
}

func TestACallerWhoLeftBeforeIsNotAdmitted(t *testing.T) {
	t.Parallel()
	g := newGuards(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := g.Do(ctx, rateCall, func(context.Context) error { t.Error("it was sent"); return nil })
	if e := normalize.AsError(err); e.Kind != normalize.KindTimeout || !e.NotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
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

func TestMetricsNameWhatHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewRegistry()
		g, err := New(Config{}, reg, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = g.Do(t.Context(), rateCall, answering(nil))
		for range 7 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindUnavailable))
			time.Sleep(100 * time.Millisecond)
		}
		want := []string{
			"breaker_state northwind,account 0", "breaker_state northwind,rate 2",
			"bulkhead_in_flight northwind 0", "bulkhead_places northwind 32", "bulkhead_queued northwind 0",
			"calls_total northwind,ok,rate 1", "calls_total northwind,unavailable,rate 5",
			"limiter_waiting northwind 0", "refused_total northwind,circuit_open,rate 2",
		}
		if got := gather(t, reg); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// gather prints all counters and gauges, sorted.
func gather(t *testing.T, reg prometheus.Gatherer) []string {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if m.GetHistogram() != nil {
				continue
			}
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			out = append(out, fmt.Sprintf("%s %s %v", strings.TrimPrefix(f.GetName(), "crossdock_guard_"),
				strings.Join(labels, ","), m.GetCounter().GetValue()+m.GetGauge().GetValue()))
		}
	}
	slices.Sort(out)
	return out
}
