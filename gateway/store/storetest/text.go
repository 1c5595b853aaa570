package storetest

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

var textChecks = []check{
	// Carriers send what no database takes; it must not cost us the event.
	with("of_carriers_may_be_nonsense", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "A\x00B\xff")
		e := scan("d\x00", 1, "weird\xff")
		e.Event.Text = "a\x00b\xffc"
		_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, []store.TrackerEvent{e}, nil)
		noError(t, err)
		got, err := s.TrackerEvents(t.Context(), ada, trk.ID)
		noError(t, err)
		equal(t, got[0].Event.Text, "ab\uFFFDc")
		found, err := s.FindTrackers(t.Context(), ada, "", "A\x00B\xff")
		noError(t, err)
		equal(t, len(found), 1)
		_, err = s.Purchase(t.Context(), ada, "lbl_\x00\xff'; DROP TABLE purchases; --")
		wantError(t, err, store.ErrNotFound)
	}),
	with("in_json_comes_back_byte_for_byte", func(t *testing.T, s *store.DB) {
		in := intent(s, ada, "k1")
		in.Purchase.Request = []byte("{ \"b\": 1.10, \"a\":\"\\u0000 ü\", \"b\": 2 }")
		b, err := s.BeginPurchase(t.Context(), in)
		noError(t, err)
		got, err := s.Purchase(t.Context(), ada, b.Purchase.ID)
		noError(t, err)
		equal(t, string(got.Request), string(in.Purchase.Request))
	}),
	with("of_times_keeps_microseconds_in_utc", func(t *testing.T, s *store.DB) {
		in := intent(s, ada, "k1")
		in.Purchase.CallerDeadline = time.Date(2026, 11, 21, 8, 0, 0, 123456000, time.FixedZone("", 8*3600))
		b, err := s.BeginPurchase(t.Context(), in)
		noError(t, err)
		got, err := s.Purchase(t.Context(), ada, b.Purchase.ID)
		noError(t, err)
		equal(t, got.CallerDeadline, time.Date(2026, 11, 21, 0, 0, 0, 123456000, time.UTC))
	}),
}
