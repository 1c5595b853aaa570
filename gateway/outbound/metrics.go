package outbound

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	requests       *prometheus.CounterVec
	seconds        *prometheus.HistogramVec
	inFlight       *prometheus.GaugeVec
	evidenceFailed *prometheus.CounterVec
}

func newMetrics() *metrics {
	return &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_carrier_http_requests_total",
			Help: "HTTP requests to carriers, by class of status; error where there was no answer."},
			[]string{"carrier", "op", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "crossdock_carrier_http_seconds",
			Help:    "Duration of HTTP requests to carriers, until the answer was read.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30}}, []string{"carrier", "op"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "crossdock_carrier_http_in_flight",
			Help: "HTTP requests to carriers that run."}, []string{"carrier"}),
		evidenceFailed: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_carrier_evidence_failed_total",
			Help: "Replies of committing requests that could not be kept."}, []string{"carrier", "op"}),
	}
}

func (m *metrics) register(reg prometheus.Registerer) error {
	return errors.Join(reg.Register(m.requests), reg.Register(m.seconds), reg.Register(m.inFlight),
		reg.Register(m.evidenceFailed))
}

// statusClass is 2xx, 4xx and so on, or error.
func statusClass(status int) string {
	if status < 100 || status > 599 {
		return "error"
	}
	return strconv.Itoa(status/100) + "xx"
}
