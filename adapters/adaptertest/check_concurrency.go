package adaptertest

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/normalize"
)

// callers is how many goroutines use one adapter at once.
const callers = 16

// checkConcurrency: one adapter serves a whole account. Under -race this finds shared maps,
// headers and buffers; without it, it finds answers that went to the wrong caller.
func checkConcurrency(t *testing.T, h Harness) {
	synctest.Test(t, func(t *testing.T) {
		s := newSession(t, h)
		if s.ops.Labeler == nil {
			if h.Number != "" {
				trackedByMany(t, s)
			}
			return
		}
		var wg sync.WaitGroup
		labels := make([]normalize.Label, callers)
		errs := make([]error, callers)
		for i := range callers {
			shipment := s.uniqueShipment()
			s.reference() // the next one gets order and lines of its own
			wg.Go(func() {
				req, err := s.order(t.Context(), shipment)
				if err == nil {
					labels[i], err = s.ops.Labeler.Label(t.Context(), req)
				}
				errs[i] = err
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for i, l := range labels {
			if errs[i] != nil {
				t.Errorf("caller %d: %v", i, errs[i])
				continue
			}
			if id := l.CarrierReference + l.TrackingNumber; id == "" || seen[id] {
				t.Errorf("caller %d got no label of its own", i)
			} else {
				seen[id] = true
			}
		}
		if n := len(s.sales()); n != callers {
			t.Errorf("%d sales for %d callers", n, callers)
		}
	})
}

// trackedByMany: where there is nothing to sell, each caller asks for a parcel of his own.
func trackedByMany(t *testing.T, s *session) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range callers {
		number := bump(s.h.Number, i)
		s.travel(number)
		wg.Go(func() {
			got, err := s.ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: number}})
			if err != nil || got.TrackingNumber != number || len(got.Events) == 0 {
				t.Errorf("caller %d asked for %s and got %s with %d scans: %v", i, number, got.TrackingNumber, len(got.Events), err)
			}
		})
	}
	wg.Wait()
}
