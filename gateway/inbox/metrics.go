package inbox

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics have labels from small sets only: carriers, outcomes, states.
type metrics struct {
	received *prometheus.CounterVec
	worked   *prometheus.CounterVec
	deleted  prometheus.Counter
}

func newMetrics() *metrics {
	return &metrics{
		received: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_callbacks_received_total",
			Help: "Messages that carriers sent: accepted, refused, not_stored, too_large, unknown_address."}, []string{"carrier", "outcome"}),
		worked: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_callbacks_worked_total",
			Help: "Messages that were read: done, unmatched, quarantined, or received where they are tried again."}, []string{"carrier", "state"}),
		deleted: prometheus.NewCounter(prometheus.CounterOpts{Name: "crossdock_callbacks_deleted_total",
			Help: "Messages that were deleted because of their age."}),
	}
}

func (m *metrics) register(reg prometheus.Registerer) error {
	return errors.Join(reg.Register(m.received), reg.Register(m.worked), reg.Register(m.deleted))
}
