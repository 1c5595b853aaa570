package trackers

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// strange is a scan whose code the table lacks.
func strange(code string, at time.Time) normalize.TrackingEvent {
	e := scan(code, at, normalize.StatusUnknown)
	e.Substatus = normalize.SubstatusUnmapped
	return e
}

// A code that nobody knows is counted; once the table knows it, the same news told again mend
// the scan and move the parcel, as if it had been known from the start.
func TestAnUnmappedScanIsMended(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.create("NW123456789").ID
	news := func(e ...normalize.TrackingEvent) normalize.Tracking {
		return normalize.Tracking{TrackingNumber: "NW123456789", Events: e}
	}
	b.push(news(scan("A", hour(1), normalize.StatusPickedUp), strange("ZZ", hour(2)), strange("YY", hour(3))))
	b.push(news(strange("ZZ", hour(2)))) // told again, and counted once
	list, err := b.Mappings(t.Context(), "ada", "north", "")
	if err != nil || len(list) != 2 || list[0].Count != 1 || list[1].Count != 1 || list[0].State != StateUnmapped || list[0].Tracker != id {
		t.Fatalf("got %+v, %v", list, err)
	}
	before := b.get(id)
	if before.Status != normalize.StatusPickedUp || before.Events[1].Status != normalize.StatusUnknown {
		t.Fatalf("before: %+v", before)
	}
	got := b.push(news(scan("A", hour(1), normalize.StatusPickedUp), scan("ZZ", hour(2), normalize.StatusDelivered)))
	if got.Fresh != 1 {
		t.Errorf("got %+v", got)
	}
	after := b.get(id)
	if after.Status != normalize.StatusDelivered || len(after.Events) != 3 || after.Events[1].ID != before.Events[1].ID ||
		after.Events[1].Status != normalize.StatusDelivered || after.Events[1].Substatus != "" {
		t.Errorf("after: %+v", after)
	}
	if list, _ = b.Mappings(t.Context(), "ada", "", StateUnmapped); len(list) != 1 || list[0].Code != "YY" {
		t.Errorf("left: %+v", list)
	}
	log, err := b.store.ListEvents(t.Context(), "ada", store.EventFilter{Subject: id, Types: []string{TypeUpdated, TypeDelivered}}, store.Page{})
	if err != nil || len(log.Items) != 5 || log.Items[0].Sequence != 4 || log.Items[1].Sequence != 4 || log.Items[2].Sequence != 3 {
		t.Errorf("the log goes on without a gap: got %+v, %v", log.Items, err)
	}
}

func TestTablesAndTheirCodes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tables, err := b.Tables(t.Context(), "ada")
	if err != nil || len(tables) != 1 || tables[0] != (StatusTable{Adapter: "north", Reads: adapters.ReadsCode, Codes: 1, Source: "invented", Date: "2026-11-21"}) {
		t.Errorf("got %+v, %v", tables, err)
	}
	list, err := b.Mappings(t.Context(), "ada", "", StateMapped)
	if err != nil || len(list) != 1 || list[0].Code != "A" || list[0].Status != normalize.StatusPickedUp || list[0].Count != 0 {
		t.Errorf("got %+v, %v", list, err)
	}
	if _, err := b.Mappings(t.Context(), "ada", "nobody", ""); err == nil {
		t.Error("an adapter that is none")
	}
	if _, err := b.Reread(t.Context(), "ada", "nobody", ""); err == nil {
		t.Error("an adapter that is none")
	}
	if _, err := b.Reread(t.Context(), "ada", "north", "nonsense"); err == nil {
		t.Error("a cursor that is none")
	}
}

// Scans that came by polls, or whose message is gone, are told again by the carrier itself.
func TestRereadAsksForWhatHasNoMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		const number = "NW123456789"
		b.carrier.tell(number, strange("ZZ", time.Now()))
		id := b.create(number).ID
		time.Sleep(10 * time.Second)
		if n := len(b.get(id).Events); n != 1 {
			t.Fatalf("got %d scans", n)
		}
		b.carrier.set(func(c *carrier) { c.known = map[string]normalize.Tracking{} })
		b.carrier.tell(number, scan("ZZ", b.get(id).Events[0].OccurredAt, normalize.StatusInTransit))
		polls := len(b.carrier.asked())
		got, err := b.Reread(t.Context(), "ada", "north", "")
		if err != nil || got.Trackers != 1 || got.Callbacks != 0 || got.NextCursor != nil {
			t.Fatalf("got %+v, %v", got, err)
		}
		time.Sleep(2 * time.Second)
		if tr := b.get(id); tr.Status != normalize.StatusInTransit || len(tr.Events) != 1 || len(b.carrier.asked()) != polls+1 {
			t.Errorf("got %s with %d scans after %d polls", tr.Status, len(tr.Events), len(b.carrier.asked()))
		}
		if got, err = b.Reread(t.Context(), "ada", "north", ""); err != nil || got.Trackers != 0 {
			t.Errorf("nothing is left: got %+v, %v", got, err)
		}
	})
}
