package trackers

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics have labels from small sets only: carriers, kinds, sources.
type metrics struct {
	polls    *prometheus.CounterVec
	scans    *prometheus.CounterVec
	unmapped *prometheus.CounterVec
	mended   *prometheus.CounterVec
}

func newMetrics() *metrics {
	return &metrics{
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_tracker_polls_total",
			Help: "Parcels asked for, by kind of outcome; ok where the carrier answered."}, []string{"carrier", "kind"}),
		scans: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_tracker_events_total",
			Help: "Scans that were new, by how we heard of them."}, []string{"carrier", "source"}),
		unmapped: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_tracker_unmapped_total",
			Help: "New scans with a carrier code that we do not know yet."}, []string{"carrier"}),
		mended: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_tracker_mended_total",
			Help: "Scans with such a code that were told again once we knew it."}, []string{"carrier"}),
	}
}

func (m *metrics) register(reg prometheus.Registerer) error {
	return errors.Join(reg.Register(m.polls), reg.Register(m.scans), reg.Register(m.unmapped), reg.Register(m.mended))
}
