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
