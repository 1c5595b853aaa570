package trackers

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestNextPoll(t *testing.T) {
	t.Parallel()
	iv := DefaultIntervals()
	const day = 24 * time.Hour
	for _, c := range []struct {
		name    string
		status  normalize.Status
		quiet   int
		heard   time.Duration // since the newest scan
		want    time.Duration
		forever bool // never again
	}{
		{"before the first scan", normalize.StatusRegistered, 0, 0, 30 * time.Minute, false},
		{"a fresh label", normalize.StatusLabelCreated, 0, 0, 30 * time.Minute, false},
		{"a label that lies about", normalize.StatusLabelCreated, 4, 0, 151 * time.Minute, false},
		{"on its way", normalize.StatusInTransit, 0, 0, 2 * time.Hour, false},
		{"in customs", normalize.StatusCustoms, 1, 0, 3 * time.Hour, false},
		{"silent for long", normalize.StatusInTransit, 40, 0, day, false},
		{"on the last mile", normalize.StatusOutForDelivery, 0, 0, 30 * time.Minute, false},
		{"in a shop", normalize.StatusAvailableForPickup, 0, 0, 30 * time.Minute, false},
		{"coming back", normalize.StatusReturning, 0, 0, 2 * time.Hour, false},
		{"just delivered", normalize.StatusDelivered, 9, 0, day, false},
		{"delivered yesterday", normalize.StatusDelivered, 0, 25 * time.Hour, 47 * time.Hour, false},
		{"delivered last week", normalize.StatusDelivered, 0, 7 * day, 0, true},
		{"returned", normalize.StatusReturned, 0, 0, 0, true},
		{"cancelled", normalize.StatusCancelled, 0, 0, 0, true},
		{"expired", normalize.StatusExpired, 0, 0, 0, true},
		{"forgotten by its carrier", normalize.StatusInTransit, 0, 121 * day, 0, true},
	} {
		tr := &store.Tracker{Status: c.status, UpdatedAt: hour(0), LastEventAt: hour(0).Add(-c.heard), CreatedAt: hour(0).Add(-c.heard)}
		d := &details{Quiet: c.quiet}
		if c.status == normalize.StatusDelivered {
			d.Marks.add("k", scan("D", tr.LastEventAt, c.status))
		}
		got := iv.next(tr, d)
		if c.forever != got.IsZero() {
			t.Errorf("%s: due at %s, want never: %v", c.name, got, c.forever)
			continue
		}
		if wait := got.Sub(hour(0)); !c.forever && (wait < c.want*8/10 || wait > c.want*12/10) {
			t.Errorf("%s: got %s, want about %s", c.name, wait, c.want)
		}
	}
}

func TestJitterStaysNear(t *testing.T) {
	t.Parallel()
	for range 1000 {
		if got := jitter(time.Hour); got < 54*time.Minute || got > 66*time.Minute {
			t.Fatalf("got %s", got)
		}
	}
	if got := jitter(0); got != 0 {
		t.Errorf("nothing: got %s", got)
	}
}
