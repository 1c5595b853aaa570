package trackers

import (
	"math/rand/v2"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Intervals say how often a parcel is asked for. Each poll that brings nothing new makes the
// wait half as long again, up to Most; news begin anew.
type Intervals struct {
	Begin          time.Duration // before the first scan of carriage
	Moving         time.Duration // on its way
	OutForDelivery time.Duration
	Most           time.Duration
	// AfterDelivery are the last looks for a return, counted from the delivery.
	AfterDelivery []time.Duration
	// GiveUp is how long a parcel may be silent before it is asked for no more.
	GiveUp time.Duration
	// Failure is the wait after a first failed poll. It doubles up to FailureMost.
	Failure     time.Duration
	FailureMost time.Duration
	// Hint is the least time between a poll and the one that an unsigned push asks for, so
	// that a forged one cannot drain the carrier's budget.
	Hint time.Duration
	// Outage is how long nobody may have polled until it is taken that pushes were lost: the
	// next poll of every parcel under way comes within the hour then. 15 min when 0.
	Outage time.Duration
	// Idle is how long the poller rests when nothing is due.
	Idle time.Duration
	// Promises is how often promises that come to be in danger are looked for.
	Promises time.Duration
}

const defaultOutage = 15 * time.Minute

// DefaultIntervals are those of live carriers. Most forget a parcel within 90 to 120 days.
func DefaultIntervals() Intervals {
	return Intervals{
		Begin: 30 * time.Minute, Moving: 2 * time.Hour, OutForDelivery: 30 * time.Minute, Most: 24 * time.Hour,
		AfterDelivery: []time.Duration{24 * time.Hour, 72 * time.Hour}, GiveUp: 120 * 24 * time.Hour,
		Failure: time.Minute, FailureMost: 6 * time.Hour, Hint: 30 * time.Second, Outage: defaultOutage, Idle: time.Second,
		Promises: time.Minute,
	}
}

// SandboxIntervals let simulated parcels be seen moving.
func SandboxIntervals() Intervals {
	iv := DefaultIntervals()
	iv.Begin, iv.Moving, iv.OutForDelivery, iv.Most = 2*time.Second, 2*time.Second, 2*time.Second, 15*time.Second
	iv.Failure, iv.FailureMost, iv.Hint, iv.Idle = time.Second, 15*time.Second, time.Second, 250*time.Millisecond
	iv.Promises = time.Second
	return iv
}

// next is when a tracker is to be polled again, counted from its UpdatedAt; zero is never.
func (iv Intervals) next(t *store.Tracker, d *details) time.Time {
	now := t.UpdatedAt
	switch t.Status {
	case normalize.StatusReturned, normalize.StatusCancelled, normalize.StatusExpired:
		return time.Time{}
	case normalize.StatusDelivered:
		return iv.afterDelivery(now, d)
	}
	if iv.givenUp(t) {
		return time.Time{}
	}
	wait := iv.Moving
	switch t.Status {
	case normalize.StatusRegistered, normalize.StatusLabelCreated, normalize.StatusUnknown, "":
		wait = iv.Begin
	case normalize.StatusOutForDelivery, normalize.StatusAvailableForPickup, normalize.StatusDeliveryFailed:
		wait = iv.OutForDelivery
	}
	if !d.ToldRisk.IsZero() {
		wait = min(wait, iv.OutForDelivery) // somebody waits for this one
	}
	return now.Add(jitter(grown(wait, 3, 2, d.Quiet, iv.Most)))
}

// afterDelivery is the first of the last looks that lies ahead.
func (iv Intervals) afterDelivery(now time.Time, d *details) time.Time {
	delivered := now
	if _, last, _ := d.Marks.delivered(); last != nil && last.At.Before(now) {
		delivered = last.At
	}
	for _, after := range iv.AfterDelivery {
		if at := delivered.Add(after); at.After(now) {
			return at
		}
	}
	return time.Time{}
}

// afterFailure is the next try after a poll that failed. What was never sent, because of our
// own guards or the carrier's quota, is no failure of the parcel's.
func (iv Intervals) afterFailure(t *store.Tracker, err *normalize.Error) time.Time {
	if iv.givenUp(t) {
		return time.Time{}
	}
	wait := iv.Failure
	switch err.Kind {
	case normalize.KindRateLimited, normalize.KindCircuitOpen, guards.KindOverloaded:
		wait = max(wait, err.RetryAfter)
	default:
		t.Failures++
		wait = max(grown(wait, 2, 1, t.Failures-1, iv.FailureMost), err.RetryAfter)
	}
	return t.UpdatedAt.Add(jitter(min(wait, iv.Most)))
}

func (iv Intervals) givenUp(t *store.Tracker) bool {
	last := t.CreatedAt
	if t.LastEventAt.After(last) {
		last = t.LastEventAt
	}
	return t.UpdatedAt.Sub(last) > iv.GiveUp
}

// grown is d times (num/den) to the power n, at most most.
func grown(d time.Duration, num, den int64, n int, most time.Duration) time.Duration {
	for i := 0; i < n && d < most; i++ {
		d = d / time.Duration(den) * time.Duration(num)
	}
	return min(d, most)
}

// jitter spreads d by up to a tenth, so that parcels of one day are not asked for at once.
func jitter(d time.Duration) time.Duration {
	if d < 10 {
		return d
	}
	return d - d/10 + rand.N(d/5)
}
