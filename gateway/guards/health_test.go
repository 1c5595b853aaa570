package guards

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestHealthOfAnUnknownAccountIsClosed(t *testing.T) {
	t.Parallel()
	if h := newGuards(t, Config{}).Health("acct_none"); h.State != Closed || h.Calls != 0 {
		t.Errorf("got %+v", h)
	}
}

func TestHealthCountsAndTimesTheLastCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGuards(t, Config{})
		for i := range 100 {
			var err error
			switch {
			case i%10 == 0:
				err = normalize.Fail(normalize.KindUnavailable, "down")
			case i%10 == 1: // a documented refusal is no error of the carrier
				err = normalize.NotServiceable("", "not there")
			}
			_ = g.Do(t.Context(), rateCall, slow(time.Duration(i+1)*time.Millisecond, err))
		}
		h := g.Health("acct_1", adapters.OpRate)
		if h.Calls != 100 || h.ErrorRate != 0.1 || h.P50 != 50*time.Millisecond || h.P99 != 99*time.Millisecond {
			t.Errorf("%d calls, error rate %v, p50 %v, p99 %v", h.Calls, h.ErrorRate, h.P50, h.P99)
		}
		if h := g.Health("acct_1", adapters.OpLabel); h.Calls != 0 {
			t.Errorf("%d calls of another operation", h.Calls)
		}
		for range 3 * keepSamples {
			_ = g.Do(t.Context(), rateCall, slow(time.Millisecond, nil))
		}
		if h := g.Health("acct_1"); h.Calls != keepSamples || h.ErrorRate != 0 || h.P99 != time.Millisecond {
			t.Errorf("%d calls, error rate %v, p99 %v; want the last 256 alone", h.Calls, h.ErrorRate, h.P99)
		}
		time.Sleep(sampleLife + time.Second)
		if h := g.Health("acct_1"); h.Calls != 0 || h.P50 != 0 {
			t.Errorf("%d calls of a quarter of an hour ago", h.Calls)
		}
	})
}

// A channel's health is the worse of its base URL and its account.
func TestHealthIsTheWorse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, track := newGuards(t, Config{}), rateCall
		track.Op = adapters.OpTrack
		_ = g.Do(t.Context(), track, answering(nil))
		started := time.Now()
		time.Sleep(time.Second)
		for range 5 {
			_ = g.Do(t.Context(), rateCall, failing(normalize.KindTimeout))
		}
		opened := time.Now()
		check := func(what string, h Health, state State, since time.Time, reason string) {
			t.Helper()
			if h.State != state || !h.Since.Equal(since) || !strings.Contains(h.Reason, reason) || (reason == "") != (h.Reason == "") {
				t.Errorf("%s: %s since %v (%s)", what, h.State, h.Since, h.Reason)
			}
		}
		check("all", g.Health("acct_1"), Open, opened, "the last one timeout")
		check("rates", g.Health("acct_1", adapters.OpRate), Open, opened, "timeout")
		check("tracking", g.Health("acct_1", adapters.OpTrack), Closed, started, "")

		for range 5 {
			_ = g.Do(t.Context(), track, failing(normalize.KindAuthFailed))
		}
		check("tracking with refused credentials", g.Health("acct_1", adapters.OpTrack), Open, opened, "credentials")
		time.Sleep(13 * time.Second)
		if h := g.Health("acct_1"); h.State != HalfOpen {
			t.Errorf("after its time it is %s", h.State)
		}
		if err := g.Do(t.Context(), rateCall, answering(nil)); err != nil {
			t.Fatal(err)
		}
		check("recovered", g.Health("acct_1", adapters.OpRate), Closed, time.Now(), "just recovered")
	})
}

func TestChangesAreLoggedOutsideOfTheLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		g, err := New(Config{}, nil, textLog(&out))
		if err != nil {
			t.Fatal(err)
		}
		openAndWait(t, g)
		_ = g.Do(t.Context(), rateCall, answering(nil))
		for _, want := range []string{"from=closed to=open", "from=open to=half-open", "from=half-open to=closed",
			"carrier=northwind", "op=rate"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("no %s in\n%s", want, out.String())
			}
		}
		if strings.Contains(out.String(), "northwind.test") {
			t.Error("the base URL is in the log")
		}
	})
}

func TestADroppedAccountLeavesNothing(t *testing.T) {
	t.Parallel()
	g, other := newGuards(t, Config{}), rateCall
	other.Account = "acct_2"
	for _, c := range []Call{rateCall, other} {
		if err := g.Do(t.Context(), c, answering(nil)); err != nil {
			t.Fatal(err)
		}
	}
	g.DropAccount("acct_1")
	if len(g.lanes) != 1 || len(g.accounts) != 1 || len(g.lines) != 1 {
		t.Errorf("%d lanes, %d accounts, %d lines; want the other account's", len(g.lanes), len(g.accounts), len(g.lines))
	}
	g.DropAccount("acct_2")
	if len(g.lanes)+len(g.accounts)+len(g.lines) != 0 {
		t.Errorf("%d lanes, %d accounts, %d lines are left", len(g.lanes), len(g.accounts), len(g.lines))
	}
}

func BenchmarkDo(b *testing.B) {
	g, err := New(Config{RequestsPerSecond: 1e6, Concurrent: 1 << 20}, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	if err := g.SetAccount(Account{ID: "acct_1", Carrier: "northwind",
		Limits: adapters.Limits{RequestsPerSecond: 1e6, Burst: 1 << 30}}); err != nil {
		b.Fatal(err)
	}
	fn := func(context.Context) error { return nil }
	b.Run("one caller", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := g.Do(b.Context(), rateCall, fn); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("many callers", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := g.Do(b.Context(), rateCall, fn); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
