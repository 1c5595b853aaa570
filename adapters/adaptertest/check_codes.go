package adaptertest

import (
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/normalize"
)

// checkUnknownCodes: carriers add scan codes without a word. An adapter that guesses turns a
// parcel in customs into one in transit; one that fails hides the whole timeline. The event
// comes through, marked unmapped, with the raw code beside it, and never ends a journey.
func checkUnknownCodes(t *testing.T, h Harness) {
	synctest.Test(t, func(t *testing.T) {
		s := newSession(t, h)
		if s.ops.Tracker == nil || s.ops.Labeler == nil && h.Number == "" {
			return
		}
		p := s.buy()
		s.scan(p.label.TrackingNumber, h.unknownCode())
		got, err := s.ops.Tracker.Track(t.Context(), normalize.TrackRequest{Ref: p.ref()})
		if err != nil {
			t.Fatalf("one unknown code fails the timeline: %v", err)
		}
		unmapped(t, h, got)
	})
}

// unmapped looks for the event of the unknown code.
func unmapped(t *testing.T, h Harness, got normalize.Tracking) {
	t.Helper()
	for _, e := range got.Events {
		if e.Code != h.unknownCode() {
			continue
		}
		if e.Substatus != normalize.SubstatusUnmapped || e.Status.Terminal() {
			t.Errorf("code %s became %s/%s, want unmapped and not the end", e.Code, e.Status, e.Substatus)
		}
		return
	}
	t.Errorf("the event with the raw code %s is gone", h.unknownCode())
}
