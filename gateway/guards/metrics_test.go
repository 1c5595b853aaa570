package guards

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/normalize"
)

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
