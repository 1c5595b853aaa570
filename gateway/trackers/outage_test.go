package trackers

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// pusher lets the carrier push besides.
type pusher struct{ adapters.CallbackParser }

// After an outage of ours each parcel under way is asked for within the hour, though its turn
// was later, since its carrier's pushes were lost; after a short stop none is.
func TestParcelsAreAskedForAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		away   time.Duration
		pushes bool
		want   int
	}{
		"an outage": {time.Hour, true, 3}, "a restart": {time.Minute, true, 0}, "a carrier that does not push": {time.Hour, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				if c.pushes {
					b.account.Ops.CallbackParser = pusher{}
				}
				stop := b.run()
				for i := range 3 {
					b.create(fmt.Sprintf("NW%09d", i))
				}
				arrived := b.create("NW000000009").ID
				b.push(normalize.Tracking{TrackingNumber: "NW000000009", Events: []normalize.TrackingEvent{scan("D", time.Now(), normalize.StatusDelivered)}})
				time.Sleep(20 * time.Minute)
				for i, id := range b.all() {
					b.dueIn(id, time.Duration(10+i)*time.Hour)
				}
				stop()
				time.Sleep(c.away)
				polls := len(b.carrier.asked())
				defer b.run()()
				time.Sleep(time.Hour)
				if got := len(b.carrier.asked()) - polls; got != c.want {
					t.Errorf("%d parcels were asked for, want %d", got, c.want)
				}
				if row := b.row(arrived); row.DueAt.Before(time.Now().Add(time.Hour)) {
					t.Errorf("one that has arrived is due at %s", row.DueAt)
				}
			})
		})
	}
}

func (b *bench) all() []string {
	b.t.Helper()
	list, err := b.store.ListTrackers(b.t.Context(), "ada", store.TrackerFilter{}, store.Page{})
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, t := range list.Items {
		out = append(out, t.ID)
	}
	return out
}

// dueIn sets when a parcel is polled next.
func (b *bench) dueIn(id string, d time.Duration) {
	b.t.Helper()
	_, _, err := b.store.ApplyEvents(b.t.Context(), "ada", id, nil, func(t *store.Tracker, _ []store.TrackerEvent) ([]store.Event, error) {
		t.DueAt = t.UpdatedAt.Add(d)
		return nil, nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}
