package purchase

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics have labels from small sets only: carriers, kinds of outcome.
type metrics struct {
	passes  *prometheus.CounterVec
	listed  *prometheus.CounterVec
	orphans *prometheus.CounterVec
}

func newMetrics() *metrics {
	return &metrics{
		passes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_listing_passes_total",
			Help: "Lists of an account that were read to their end or not, by kind of outcome."}, []string{"carrier", "kind"}),
		listed: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_listed_shipments_total",
			Help: "Shipments that carriers list or bill, by what they are to us: known, found, reopened, extra, orphan, foreign."}, []string{"carrier", "result"}),
		orphans: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "crossdock_orphan_labels_total",
			Help: "Paid labels of ours that no purchase knew of, or whose purchase had been given up."}, []string{"carrier"}),
	}
}

// Register offers the service's metrics.
func (s *Service) Register(reg prometheus.Registerer) error {
	m := s.metrics
	return errors.Join(reg.Register(m.passes), reg.Register(m.listed), reg.Register(m.orphans))
}
