package trackers

import (
	"context"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/calendar"
	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func promised(t *testing.T) *promises.Table {
	t.Helper()
	days, err := calendar.Load(os.DirFS("../../configs/calendars"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := promises.Load(os.DirFS("../../configs/promises"), nil, days)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// follow makes a tracker as a purchase of a label does, with what was promised of it.
func (b *bench) follow(number string, p promises.Promise) string {
	b.t.Helper()
	row := store.Tracker{Tenant: "ada", Account: b.account.ID, Adapter: "north", Channel: "north.tracked", Number: number,
		Status: normalize.StatusLabelCreated}
	SetPromise(&row, p, time.Now())
	row, _, err := b.store.CreateTracker(b.t.Context(), row, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return row.ID
}

func (b *bench) risks(id string) []store.Event {
	b.t.Helper()
	var out []store.Event
	for _, e := range b.log(id) {
		if e.Type == TypeAtRisk {
			out = append(out, e)
		}
	}
	return out
}

// The store's clock is the bubble's, which begins at midnight of 1 January 2000 UTC.
func tenDays(t *testing.T) promises.Promise {
	p := promised(t).For(promises.Subject{Channel: "cainiao.premium", From: "CN", To: "FR", Shipped: "2000-01-01"})
	if p.Day != "" {
		t.Fatalf("nothing was promised in 2000: %+v", p)
	}
	own := p
	own.Rule, own.Day = "ten-days", "2000-01-11"
	own.By = time.Date(2000, 1, 11, 22, 59, 59, 0, time.UTC)
	for i, s := range []promises.Stage{promises.PickedUp, promises.Departed, promises.Arrived, promises.LastMile, promises.Delivered} {
		own.Checkpoints = append(own.Checkpoints, promises.Checkpoint{Stage: s, At: time.Date(2000, 1, 3+2*i, 0, 0, 0, 0, time.UTC)})
	}
	return own
}

// A parcel that stands still is told of once, before its promise breaks, by whichever of two
// processes looks first.
func TestAPromiseInDangerIsToldOnceAndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(d *Deps) {
			d.Intervals = DefaultIntervals()
			d.Intervals.Promises = time.Hour
		})
		id := b.follow("NW000000001", tenDays(t))
		ctx, cancel := context.WithCancel(t.Context())
		var work sync.WaitGroup
		for range 2 {
			work.Go(func() { b.WatchPromises(ctx) })
		}
		time.Sleep(36 * time.Hour)
		b.push(normalize.Tracking{TrackingNumber: "NW000000001", Events: []normalize.TrackingEvent{
			{Status: normalize.StatusPickedUp, Code: "A", OccurredAt: time.Now(), ZoneKnown: true}}})
		time.Sleep(72 * time.Hour) // 5 January at noon: picked up in time, not departed in time
		if got := b.risks(id); len(got) != 1 || !got[0].CreatedAt.Before(tenDays(t).By) || got[0].Sequence != 1 {
			t.Fatalf("told %d times: %+v", len(got), got)
		}
		if got := b.get(id); got.OnTime != onTimeRisk || got.PromisedBy != "2000-01-11" || got.PromiseRule != "ten-days" {
			t.Errorf("it shows %s, by %s (%s)", got.OnTime, got.PromisedBy, got.PromiseRule)
		}
		b.push(normalize.Tracking{TrackingNumber: "NW000000001", Events: []normalize.TrackingEvent{
			{Status: normalize.StatusInTransit, Leg: normalize.LegLastMile, Code: "B", OccurredAt: time.Now(), ZoneKnown: true}}})
		if got := b.get(id); got.OnTime != onTimeYes {
			t.Errorf("it caught up, and shows %s", got.OnTime)
		}
		time.Sleep(10 * 24 * time.Hour)
		cancel()
		work.Wait()
		if got := b.risks(id); len(got) != 1 {
			t.Errorf("told %d times in the end", len(got))
		}
		if got := b.get(id); got.OnTime != onTimeLate {
			t.Errorf("after the day it shows %s", got.OnTime)
		}
	})
}

// A parcel that keeps to its checkpoints is never told of, and one that is held up is at once.
func TestWhatIsToldOfAPromise(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2000, 1, day, 0, 0, 0, 0, time.UTC) }
	scan := func(day int, status normalize.Status, sub normalize.Substatus, leg normalize.Leg) normalize.TrackingEvent {
		return normalize.TrackingEvent{Status: status, Substatus: sub, Leg: leg, Code: "A", OccurredAt: at(day), ZoneKnown: true}
	}
	for name, c := range map[string]struct {
		scans    []normalize.TrackingEvent
		estimate normalize.Date
		risks    int
		onTime   string
	}{
		"in time all the way": {scans: []normalize.TrackingEvent{
			scan(2, normalize.StatusPickedUp, "", ""), scan(4, normalize.StatusInTransit, normalize.SubstatusExportDeparted, ""),
			scan(6, normalize.StatusInTransit, normalize.SubstatusArrivedDestination, ""),
			scan(8, normalize.StatusOutForDelivery, "", ""), scan(9, normalize.StatusDelivered, "", "")}, onTime: onTimeYes},
		"held by customs": {scans: []normalize.TrackingEvent{
			scan(2, normalize.StatusCustoms, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms)}, risks: 1, onTime: onTimeRisk},
		"lost": {scans: []normalize.TrackingEvent{
			scan(2, normalize.StatusException, normalize.SubstatusLost, "")}, risks: 1, onTime: onTimeRisk},
		"its carrier expects it later": {scans: []normalize.TrackingEvent{scan(2, normalize.StatusPickedUp, "", "")},
			estimate: "2000-01-12", risks: 1, onTime: onTimeRisk},
		"its carrier expects it on the day": {scans: []normalize.TrackingEvent{scan(2, normalize.StatusPickedUp, "", "")},
			estimate: "2000-01-11", onTime: onTimeYes},
		"delivered late, and known as late at once": {scans: []normalize.TrackingEvent{scan(8, normalize.StatusOutForDelivery, "", ""),
			scan(12, normalize.StatusDelivered, "", "")}, onTime: onTimeLate},
		"going back": {scans: []normalize.TrackingEvent{scan(2, normalize.StatusReturning, "", normalize.LegReturn)}, onTime: onTimeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			row := store.Tracker{ID: "trk_1", Tenant: "ada", Number: "NW1", Status: normalize.StatusLabelCreated, CreatedAt: at(1), UpdatedAt: at(1)}
			SetPromise(&row, tenDays(t), at(1))
			var risks int
			for i, e := range c.scans {
				n := newsOf("acct_1", normalize.Tracking{TrackingNumber: "NW1", EstimatedDelivery: c.estimate, Events: []normalize.TrackingEvent{e}}, SourceCallback, "", at(2))
				row.UpdatedAt, row.Seq = e.OccurredAt, int64(i+1)
				fresh := n.events
				fresh[0].Seq = row.Seq
				d := detailsOf(&row)
				out, err := n.fold(&row, &d, fresh, judge{})
				if err != nil {
					t.Fatal(err)
				}
				if row.Details, err = d.encode(); err != nil {
					t.Fatal(err)
				}
				for _, e := range out {
					if e.Type == TypeAtRisk {
						risks++
					}
				}
			}
			d := detailsOf(&row)
			if got := onTime(&row, &d, row.UpdatedAt); got != c.onTime || risks != c.risks {
				t.Errorf("%s and told %d times, want %s and %d", got, risks, c.onTime, c.risks)
			}
			if risks > 0 && !row.RiskAt.IsZero() {
				t.Error("it is watched although it was told")
			}
		})
	}
}
