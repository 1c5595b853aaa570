package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

var mappingChecks = []check{
	with("mends_a_scan_that_is_told_again_with_a_meaning", mendsScans),
	with("counts_what_is_unmapped_by_code", countsUnmapped),
	with("replays_what_told_of_unmapped_scans", replaysUnmapped),
	with("hastens_polls_after_an_outage", hastensAfterAnOutage),
	with("deletes_old_callbacks", deletesOldCallbacks),
	with("counts_right_under_twenty_workers", countsUnderWorkers),
}

// strange is a scan of an hour in November whose code the table lacks.
func strange(dedupe, code, words string) store.TrackerEvent {
	e := scan(dedupe, 10, normalize.StatusUnknown)
	e.Event.Substatus, e.Event.Code, e.Event.Text = normalize.SubstatusUnmapped, code, words
	return e
}

func mendsScans(t *testing.T, s *store.DB) {
	trk := tracker(t, s, ada, "UF1CN")
	var log []store.TrackerEvent
	apply := func(events ...store.TrackerEvent) (store.Tracker, []store.TrackerEvent) {
		t.Helper()
		got, fresh, err := s.ApplyEvents(t.Context(), ada, trk.ID, events, func(_ *store.Tracker, fresh []store.TrackerEvent) ([]store.Event, error) {
			log = append(log, fresh...)
			return nil, nil
		})
		noError(t, err)
		return got, fresh
	}
	apply(strange("1", "Z1", "as told"), scan("2", 11, normalize.StatusInTransit))
	_, fresh := apply(strange("1", "Z1", "as told")) // nobody knows it yet
	equal(t, len(fresh), 0)
	known := scan("1", 10, normalize.StatusCustoms)
	known.Event.Substatus, known.Event.Leg = normalize.SubstatusCustomsHeld, normalize.LegImportCustoms
	got, fresh := apply(known, known)
	equal(t, len(fresh), 1)
	equal(t, []any{fresh[0].ID, fresh[0].Seq, fresh[0].Late, fresh[0].Mended, got.Seq}, []any{log[0].ID, int64(3), true, true, int64(3)})
	line, err := s.TrackerEvents(t.Context(), ada, trk.ID)
	noError(t, err)
	equal(t, len(line), 2)
	e := line[0].Event
	equal(t, []any{e.Status, e.Substatus, e.Leg, e.Code, e.Text, line[0].Seen, line[0].ID},
		[]any{normalize.StatusCustoms, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms, "Z1", "as told", 4, log[0].ID})
	// What has a meaning keeps it.
	_, fresh = apply(strange("1", "Z1", "as told"), scan("1", 10, normalize.StatusDelivered))
	equal(t, len(fresh), 0)
	_, fresh = apply(scan("3", 12, normalize.StatusDelivered))
	equal(t, fresh[0].Seq, int64(4))
}

func countsUnmapped(t *testing.T, s *store.DB) {
	first, second := tracker(t, s, ada, "UF1CN"), tracker(t, s, ada, "UF2CN")
	bens := tracker(t, s, ben, "UF1CN")
	apply := func(tenant store.Tenant, trk store.Tracker, events ...store.TrackerEvent) {
		t.Helper()
		_, _, err := s.ApplyEvents(t.Context(), tenant, trk.ID, events, nil)
		noError(t, err)
	}
	apply(ada, first, strange("1", "Z1", "one"), strange("2", "Z1", "two"), strange("1", "Z1", "one"), scan("3", 11, normalize.StatusInTransit))
	apply(ada, second, strange("1", "Z1", "one"), strange("4", "", "no code"))
	apply(ben, bens, strange("1", "Z1", "ben's"))
	count := func(adapter string, byWords ...string) map[string]int64 {
		t.Helper()
		list, err := s.UnmappedCodes(t.Context(), ada, adapter, byWords)
		noError(t, err)
		out := map[string]int64{}
		for _, c := range list {
			if c.Adapter != "yanwen" || c.FirstSeen.IsZero() || c.LastSeen.Before(c.FirstSeen) || c.Words == "ben's" ||
				c.Tracker != first.ID && c.Tracker != second.ID {
				t.Errorf("got %+v", c)
			}
			if len(byWords) > 0 {
				out[c.Code+"/"+c.Words] += c.Count
			} else {
				out[c.Code] += c.Count
			}
		}
		equal(t, len(out), len(list))
		return out
	}
	equal(t, count(""), map[string]int64{"Z1": 3, "": 1})
	equal(t, count("yanwen"), map[string]int64{"Z1": 3, "": 1})
	equal(t, count("speedpak"), map[string]int64{})
	equal(t, count("", "speedpak", "yanwen"), map[string]int64{"Z1/one": 2, "Z1/two": 1, "/no code": 1})
	apply(ada, second, scan("1", 10, normalize.StatusInTransit)) // mended
	equal(t, count(""), map[string]int64{"Z1": 2, "": 1})
}

// However many workers bring the same news of many parcels, each scan counts once.
func countsUnderWorkers(t *testing.T, s *store.DB) {
	const parcels, workers, codes = 4, 20, 5
	var trackers []store.Tracker
	for i := range parcels {
		trackers = append(trackers, tracker(t, s, ada, fmt.Sprintf("UF%dCN", i)))
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range codes {
				code := fmt.Sprint("Z", (i+w)%codes)
				for _, trk := range trackers {
					if _, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, []store.TrackerEvent{strange(code, code, "")}, nil); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	list, err := s.UnmappedCodes(t.Context(), ada, "", nil)
	noError(t, err)
	equal(t, len(list), codes)
	for _, c := range list {
		equal(t, c.Count, int64(parcels))
	}
}

func replaysUnmapped(t *testing.T, s *store.DB) {
	trk, other := tracker(t, s, ada, "UF1CN"), tracker(t, s, ada, "UF2CN")
	push, err := s.AppendCallback(t.Context(), callback(ada, "a push"))
	noError(t, err)
	claimed, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
	noError(t, err)
	equal(t, len(claimed), 1)
	pushed, gone := strange("1", "Z1", ""), strange("2", "Z2", "")
	pushed.Callback, gone.Callback = push.ID, "cbk_gone"
	for id, events := range map[string][]store.TrackerEvent{trk.ID: {pushed, scan("3", 11, normalize.StatusInTransit)}, other.ID: {gone}} {
		_, _, err := s.ApplyEvents(t.Context(), ada, id, events, nil)
		noError(t, err)
	}
	_, err = s.MarkCallbacks(t.Context(), []store.CallbackMark{{Tenant: ada, ID: push.ID, Epoch: claimed[0].Epoch, State: store.CallbackDone}})
	noError(t, err)
	var all store.Replayed
	for range 3 {
		part, err := s.ReplayUnmapped(t.Context(), ada, "yanwen", []string{"acct_ada"}, store.Page{Limit: 1, Cursor: all.Next})
		noError(t, err)
		all = store.Replayed{Callbacks: all.Callbacks + part.Callbacks, Trackers: all.Trackers + part.Trackers, Next: part.Next}
		if part.Next == "" {
			break
		}
	}
	equal(t, all, store.Replayed{Callbacks: 1, Trackers: 1})
	claimed, err = s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
	noError(t, err)
	equal(t, []any{len(claimed), claimed[0].ID, claimed[0].Tries}, []any{1, push.ID, 1})
	due, err := s.ClaimDueTrackers(t.Context(), store.Due{Lease: long})
	noError(t, err)
	equal(t, []any{len(due), due[0].ID}, []any{1, other.ID})
	none, err := s.ReplayUnmapped(t.Context(), ben, "yanwen", nil, store.Page{})
	noError(t, err)
	equal(t, none, store.Replayed{})
	for _, bad := range []string{"x", "x.y.z", "trk_1. "} {
		_, err := s.ReplayUnmapped(t.Context(), ada, "yanwen", nil, store.Page{Cursor: bad})
		wantError(t, err, store.ErrBadCursor)
	}
}

// An outage is told once, by whoever beats first after it, and brings polls nearer in their order.
func hastensAfterAnOutage(t *testing.T, s *store.DB) {
	silence, err := s.Beat(t.Context())
	noError(t, err)
	equal(t, silence, time.Duration(0))
	silence, err = s.Beat(t.Context())
	noError(t, err)
	if silence < 0 || silence > time.Minute {
		t.Errorf("got %s", silence)
	}
	dueIn := func(number string, d time.Duration, terminal bool) store.Tracker {
		t.Helper()
		trk := tracker(t, s, ada, number)
		_, _, err := s.ApplyEvents(t.Context(), ada, trk.ID, nil, func(trk *store.Tracker, _ []store.TrackerEvent) ([]store.Event, error) {
			if trk.Terminal = terminal; d != 0 {
				trk.DueAt = trk.UpdatedAt.Add(d)
			}
			return nil, nil
		})
		noError(t, err)
		return trk
	}
	ids := []string{dueIn("A", 24*time.Hour, false).ID, dueIn("B", 20*time.Hour, false).ID, dueIn("C", time.Minute, false).ID,
		dueIn("D", 24*time.Hour, true).ID, dueIn("E", 0, false).ID}
	for _, want := range []int{1, 1, 0} {
		n, err := s.HastenTrackers(t.Context(), []string{"acct_ada"}, 1)
		noError(t, err)
		equal(t, n, want)
	}
	n, err := s.HastenTrackers(t.Context(), nil, 1)
	noError(t, err)
	equal(t, n, 0)
	var due []time.Duration
	for _, id := range ids {
		trk, err := s.Tracker(t.Context(), ada, id)
		noError(t, err)
		d := time.Duration(0)
		if !trk.DueAt.IsZero() {
			d = trk.DueAt.Sub(trk.UpdatedAt).Round(time.Minute)
		}
		due = append(due, d)
	}
	equal(t, due, []time.Duration{45 * time.Minute, 38 * time.Minute, time.Minute, 24 * time.Hour, 0})
}

func deletesOldCallbacks(t *testing.T, s *store.DB) {
	add := func(tenant store.Tenant, age time.Duration, state store.CallbackState) store.Callback {
		t.Helper()
		c := callback(tenant, "body")
		c.ReceivedAt, c.State = time.Now().Add(-age), state
		out, err := s.AppendCallback(t.Context(), c)
		noError(t, err)
		return out
	}
	waits := add(ada, 3*time.Hour, store.CallbackReceived)
	claimed, err := s.ClaimDueCallbacks(t.Context(), store.Due{Lease: long})
	noError(t, err)
	_, err = s.MarkCallbacks(t.Context(), []store.CallbackMark{{Tenant: ada, ID: waits.ID, Epoch: claimed[0].Epoch,
		State: store.CallbackUnmatched, Numbers: []string{"UF1CN", "UF2CN"}}})
	noError(t, err)
	add(ada, 3*time.Hour, store.CallbackDone)
	add(ben, 3*time.Hour, store.CallbackRefused)
	kept := []store.Callback{add(ada, 3*time.Hour, store.CallbackReceived), add(ada, time.Hour, store.CallbackDone)}
	for _, want := range []int{2, 1, 0} {
		n, err := s.DeleteCallbacks(t.Context(), 2*time.Hour, 2)
		noError(t, err)
		equal(t, n, want)
	}
	for _, c := range kept {
		_, err := s.Callback(t.Context(), ada, c.ID)
		noError(t, err)
	}
	_, err = s.Callback(t.Context(), ada, waits.ID)
	wantError(t, err, store.ErrNotFound)
}
