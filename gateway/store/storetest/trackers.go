package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

var trackerChecks = []check{
	with("is_one_per_parcel", func(t *testing.T, s *store.DB) {
		first := tracker(t, s, ada, "UF1CN")
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				got, made, err := s.CreateTracker(t.Context(), store.Tracker{Tenant: ada, Account: first.Account, Number: "UF1CN", ShipDate: "2026-11-21"}, nil)
				if err != nil || made || got.ID != first.ID {
					t.Errorf("got %s, %v, %v", got.ID, made, err)
				}
			})
		}
		wg.Wait()
		got, err := s.Tracker(t.Context(), ada, first.ID)
		noError(t, err)
		equal(t, got, first)
		equal(t, got.Numbers, []normalize.TrackedNumber{{Number: "UF1CN"}})
	}),
	// Carriers use a number again after a year or so.
	with("tells_a_number_of_another_year_apart", func(t *testing.T, s *store.DB) {
		for _, day := range []normalize.Date{"2025-05-01", "2026-11-21"} {
			_, made, err := s.CreateTracker(t.Context(), store.Tracker{Tenant: ada, Account: "a", Number: "UF1CN", ShipDate: day}, nil)
			noError(t, err)
			equal(t, made, true)
		}
		got, err := s.FindTrackers(t.Context(), ada, "a", "UF1CN")
		noError(t, err)
		equal(t, []normalize.Date{got[0].ShipDate, got[1].ShipDate}, []normalize.Date{"2026-11-21", "2025-05-01"})
	}),
	with("is_adopted_by_the_label_that_comes_later", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		p := begin(t, s, ada, "k1")
		got, err := s.TransitionPurchase(t.Context(), p.Ref(), store.Transition{
			Tracker: &store.Tracker{Number: "UF1CN", Reference: "EB-1", ShipDate: "2026-11-21"},
			Emit: func(_ store.Purchase, made *store.Tracker) []store.Event {
				if made != nil {
					t.Error("a second tracker was made")
				}
				return nil
			},
		})
		noError(t, err)
		equal(t, got.TrackerID, trk.ID)
		trk, err = s.Tracker(t.Context(), ada, trk.ID)
		noError(t, err)
		equal(t, []string{trk.LabelID, trk.Reference}, []string{p.ID, "EB-1"})
	}),
	with("is_found_by_any_number_of_the_parcel", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "LP00")
		_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, nil, func(trk *store.Tracker, _ []store.TrackerEvent) ([]store.Event, error) {
			trk.Numbers = append(trk.Numbers, normalize.TrackedNumber{Number: "CN99", Carrier: "China Post", Leg: normalize.LegLineHaul})
			return nil, nil
		})
		noError(t, err)
		for _, q := range []struct {
			tenant          store.Tenant
			account, number string
			want            int
		}{{ada, "", "LP00", 1}, {ada, "", "CN99", 1}, {ada, "acct_ada", "CN99", 1}, {ada, "another", "CN99", 0}, {ben, "", "CN99", 0}, {ada, "", "XX", 0}} {
			got, err := s.FindTrackers(t.Context(), q.tenant, q.account, q.number)
			noError(t, err)
			equal(t, len(got), q.want)
		}
		l, err := s.ListTrackers(t.Context(), ada, store.TrackerFilter{Number: "CN99", Status: normalize.StatusRegistered, Channel: "yanwen.tracked"}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
	}),
	with("takes_each_scan_once_in_order", takesScansOnce),
	with("keeps_the_scan_as_it_was_told", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		want := normalize.TrackingEvent{CarrierEventID: "e1", Number: "UF1CN", Status: normalize.StatusCustoms, Substatus: normalize.SubstatusCustomsHeld,
			Leg: normalize.LegImportCustoms, Code: "N55", Text: "清关中", OccurredAt: time.Date(2026, 11, 20, 8, 0, 0, 123456000, time.FixedZone("", 8*3600)),
			ZoneKnown: true, RawTime: "2026-11-20 08:00:00", Location: normalize.Location{City: "Shenzhen", Country: "CN"}, SignedBy: "A. Schmidt"}
		_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, []store.TrackerEvent{{Dedupe: "d", Event: want, Liable: "seller", Source: "poll", Callback: "cbk_1"}}, nil)
		noError(t, err)
		got, err := s.TrackerEvents(t.Context(), ada, trk.ID)
		noError(t, err)
		equal(t, got[0].Event, want)
		equal(t, got[0].Event.OccurredAt.Format(time.RFC3339), "2026-11-20T08:00:00+08:00")
		equal(t, []string{got[0].Liable, got[0].Source, got[0].Callback}, []string{"seller", "poll", "cbk_1"})
	}),
	// However many workers bring the news, the sequence has no gap and the outbox no twin.
	with("has_no_gap_under_twenty_workers", gapless),
	with("changes_nothing_when_the_fold_fails", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, []store.TrackerEvent{scan("1", 1, normalize.StatusInTransit)},
			func(*store.Tracker, []store.TrackerEvent) ([]store.Event, error) { return nil, store.ErrConflict })
		wantError(t, err, store.ErrConflict)
		got, err := s.Tracker(t.Context(), ada, trk.ID)
		noError(t, err)
		equal(t, got, trk)
		events, err := s.TrackerEvents(t.Context(), ada, trk.ID)
		noError(t, err)
		equal(t, len(events), 0)
	}),
	with("is_polled_when_due_by_one", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		none, err := s.ClaimDueTrackers(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, len(none), 0)
		due := func(trk *store.Tracker, _ []store.TrackerEvent) ([]store.Event, error) {
			trk.DueAt, trk.LeaseUntil = trk.UpdatedAt, time.Time{}
			return nil, nil
		}
		for range 2 { // the poll that has ended makes it due again
			_, _, err = s.ApplyEvents(t.Context(), ada, trk.ID, nil, due)
			noError(t, err)
			got, err := s.ClaimDueTrackers(t.Context(), store.Due{Lease: long})
			noError(t, err)
			equal(t, len(got), 1)
			none, err = s.ClaimDueTrackers(t.Context(), store.Due{Lease: long})
			noError(t, err)
			equal(t, len(none), 0)
		}
	}),
	with("is_at_risk_when_that_time_has_come", func(t *testing.T, s *store.DB) {
		trk := tracker(t, s, ada, "UF1CN")
		tracker(t, s, ben, "UF2CN") // nothing was promised of it
		risky := func(in time.Duration) {
			_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, nil, func(trk *store.Tracker, _ []store.TrackerEvent) ([]store.Event, error) {
				trk.RiskAt = time.Time{}
				if in != 0 {
					trk.RiskAt = trk.UpdatedAt.Add(in)
				}
				return nil, nil
			})
			noError(t, err)
		}
		for in, want := range map[time.Duration]int{0: 0, time.Hour: 0, -time.Second: 1} {
			risky(in)
			got, err := s.TrackersAtRisk(t.Context(), 10)
			noError(t, err)
			equal(t, len(got), want)
			for _, g := range got {
				equal(t, g.ID, trk.ID)
			}
		}
	}),
}

func takesScansOnce(t *testing.T, s *store.DB) {
	trk := tracker(t, s, ada, "UF1CN")
	apply := func(events ...store.TrackerEvent) (store.Tracker, []store.TrackerEvent) {
		t.Helper()
		got, fresh, err := s.ApplyEvents(t.Context(), ada, trk.ID, events, func(trk *store.Tracker, fresh []store.TrackerEvent) ([]store.Event, error) {
			for _, e := range fresh {
				if !e.Late {
					trk.Status = e.Event.Status
				}
			}
			return nil, nil
		})
		noError(t, err)
		return got, fresh
	}
	_, fresh := apply(scan("1", 10, normalize.StatusPickedUp), scan("2", 12, normalize.StatusInTransit), scan("1", 10, normalize.StatusPickedUp))
	equal(t, []int64{fresh[0].Seq, fresh[1].Seq}, []int64{1, 2})
	equal(t, len(fresh), 2)
	got, fresh := apply(scan("2", 12, normalize.StatusInTransit), scan("3", 11, normalize.StatusCustoms))
	equal(t, []any{len(fresh), fresh[0].Seq, fresh[0].Late}, []any{1, int64(3), true})
	equal(t, got.Status, normalize.StatusInTransit) // a late scan joins the timeline and moves nothing
	equal(t, got.LastEventAt.Day(), 12)
	line, err := s.TrackerEvents(t.Context(), ada, trk.ID)
	noError(t, err)
	equal(t, []string{line[0].Dedupe, line[1].Dedupe, line[2].Dedupe}, []string{"1", "3", "2"})
	equal(t, []int{line[0].Seen, line[1].Seen, line[2].Seen}, []int{2, 1, 2})
}

func gapless(t *testing.T, s *store.DB) {
	const workers, each = 20, 6
	trk := tracker(t, s, ada, "UF1CN")
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				// Every scan comes from two workers.
				e := scan(fmt.Sprintf("%d-%d", w/2, i), 1+i, normalize.StatusInTransit)
				_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, []store.TrackerEvent{e}, func(trk *store.Tracker, fresh []store.TrackerEvent) ([]store.Event, error) {
					var out []store.Event
					for _, e := range fresh {
						out = append(out, store.Event{Type: "tracker.updated", Subject: trk.ID, Sequence: e.Seq})
					}
					return out, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	const want = workers / 2 * each
	got, err := s.Tracker(t.Context(), ada, trk.ID)
	noError(t, err)
	equal(t, got.Seq, int64(want))
	log := allEvents(t, s)
	equal(t, len(log), want)
	for i, e := range log {
		equal(t, e.Sequence, int64(i+1))
	}
}
