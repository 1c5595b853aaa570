package webhooks

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics have labels from small sets only; endpoints and tenants are none.
type metrics struct {
	tries    *prometheus.CounterVec
	ended    *prometheus.CounterVec
	disabled *prometheus.CounterVec
	duration prometheus.Histogram
}

func newMetrics() *metrics {
	return &metrics{
		tries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_webhook_tries_total",
			Help: "Tries of deliveries: delivered, failed, blocked by the address guard, gone."}, []string{"outcome"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_webhook_deliveries_total",
			Help: "Deliveries that ended: delivered, or dead."}, []string{"state"}),
		disabled: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_webhooks_disabled_total",
			Help: "Endpoints that were disabled: gone, failing."}, []string{"reason"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "crossdock_webhook_try_seconds",
			Help: "How long tries take.", Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}}),
	}
}

func (m *metrics) register(reg prometheus.Registerer) error {
	return errors.Join(reg.Register(m.tries), reg.Register(m.ended), reg.Register(m.disabled), reg.Register(m.duration))
}
