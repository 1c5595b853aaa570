package guards

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/adapters"
)

// metrics have labels from small sets only: carriers, operations, kinds.
type metrics struct {
	calls   *prometheus.CounterVec
	refused *prometheus.CounterVec
	waits   *prometheus.HistogramVec

	state, places, inFlight, queued, waiting *prometheus.Desc
}

func newMetrics() *metrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("crossdock_guard_"+name, help, labels, nil)
	}
	return &metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_guard_calls_total",
			Help: "Adapter calls that ended, by kind of outcome; ok where it succeeded."}, []string{"carrier", "op", "kind"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_guard_refused_total",
			Help: "Adapter calls that were not admitted."}, []string{"carrier", "op", "kind"}),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "crossdock_guard_limiter_wait_seconds",
			Help:    "How long admitted calls waited for their account's rate budget.",
			Buckets: []float64{0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}}, []string{"carrier"}),
		state: desc("breaker_state", "0 closed, 1 half open, 2 open: the worst of the carrier's, by operation; "+
			"operation account is its credentials.", "carrier", "op"),
		places:   desc("bulkhead_places", "How many calls of the carrier may run at once.", "carrier"),
		inFlight: desc("bulkhead_in_flight", "Calls of the carrier that run.", "carrier"),
		queued:   desc("bulkhead_queued", "Calls of the carrier that wait for a place.", "carrier"),
		waiting:  desc("limiter_waiting", "Calls of the carrier that wait for a rate budget.", "carrier"),
	}
}

func (g *Guards) register(reg prometheus.Registerer) error {
	return errors.Join(reg.Register(g.metrics.calls), reg.Register(g.metrics.refused),
		reg.Register(g.metrics.waits), reg.Register(collector{g}))
}

// collector reads the gauges when they are asked for, so that they cannot be stale.
type collector struct{ g *Guards }

func (c collector) Describe(ch chan<- *prometheus.Desc) {
	m := c.g.metrics
	for _, d := range []*prometheus.Desc{m.state, m.places, m.inFlight, m.queued, m.waiting} {
		ch <- d
	}
}

func (c collector) Collect(ch chan<- prometheus.Metric) {
	m := c.g.metrics
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	states, waiting, bulkheads := c.read()
	for k, s := range states {
		gauge(m.state, s, k.carrier, string(k.op))
	}
	for carrier, n := range waiting {
		gauge(m.waiting, n, carrier)
	}
	for carrier, b := range bulkheads {
		size, in, queued := b.use()
		gauge(m.places, size, carrier)
		gauge(m.inFlight, in, carrier)
		gauge(m.queued, queued, carrier)
	}
}

type stateKey struct {
	carrier string
	op      adapters.Operation
}

// read takes what it needs under the registry's lock and nothing else.
func (c collector) read() (states map[stateKey]int, waiting map[string]int, bulkheads map[string]*bulkhead) {
	states, waiting, bulkheads = map[stateKey]int{}, map[string]int{}, map[string]*bulkhead{}
	worst := func(k stateKey, b *breaker) {
		s, _, _ := b.view()
		states[k] = max(states[k], s.rank())
	}
	c.g.mu.RLock()
	defer c.g.mu.RUnlock()
	for k, l := range c.g.lines {
		worst(stateKey{k.carrier, k.op}, l.breaker)
	}
	for _, a := range c.g.accounts {
		worst(stateKey{a.carrier, "account"}, a.breaker)
		waiting[a.carrier] += a.limiter.Waiting()
	}
	for carrier, b := range c.g.carriers {
		bulkheads[carrier] = b
	}
	return states, waiting, bulkheads
}
