package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The bounds of a tracker.
const (
	maxApply    = 1000 // events in one call
	maxTimeline = 5000 // events in one answer
	maxNumbers  = 50   // trackers of one number
)

// CreateTracker makes a tracker, or returns the one that follows the parcel already.
func (db *DB) CreateTracker(ctx context.Context, t Tracker, emit func(Tracker) []Event) (Tracker, bool, error) {
	var out Tracker
	var made bool
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if out, made, err = createTracker(ctx, s, t); err != nil || !made || emit == nil {
			return err
		}
		return addEvents(ctx, s, out.Tenant, emit(out))
	})
	if err != nil {
		return Tracker{}, false, err
	}
	return out, made, nil
}

// createTracker takes the tracker of the same account and number whose ship date does not
// speak against it, since a carrier may use a number again after a year.
func createTracker(ctx context.Context, s *session, t Tracker) (Tracker, bool, error) {
	if t.Number == "" {
		return t, false, errors.New("a tracker needs a number")
	}
	t.nameSelf()
	if err := lockNumbers(ctx, s, t.Tenant, numbersOf(t)); err != nil {
		return t, false, err
	}
	w := where{}
	w.and("tenant = ? AND account = ? AND number = ?", t.Tenant, t.Account, t.Number)
	if t.ShipDate != "" {
		w.and("ship_date IN (?, '')", t.ShipDate)
	}
	before, err := selectOne[Tracker](ctx, s, w.String()+" ORDER BY id DESC LIMIT 1"+s.lock(), w.args...)
	if !errors.Is(err, ErrNotFound) {
		return before, false, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return t, false, err
	}
	if t.ID == "" {
		t.ID = ids.New(ids.Tracker)
	}
	t.Seq, t.Epoch, t.LastEventAt, t.LeaseUntil = 0, 0, time.Time{}, time.Time{}
	t.CreatedAt, t.UpdatedAt = now, now
	if _, err := insert(ctx, s, &t, ""); err != nil {
		return t, false, err
	}
	return t, true, addNumbers(ctx, s, t, numbersOf(t))
}

func numbersOf(t Tracker) []string {
	out := make([]string, len(t.Numbers))
	for i, n := range t.Numbers {
		out[i] = n.Number
	}
	return out
}

// addNumbers makes a tracker found by numbers, and wakes the pushes that waited for them.
func addNumbers(ctx context.Context, s *session, t Tracker, numbers []string) error {
	for _, n := range numbers {
		_, err := s.exec(ctx, `INSERT INTO tracker_numbers (tenant, number, tracker_id, account) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, t.Tenant, n, t.ID, t.Account)
		if err != nil {
			return err
		}
	}
	return wakeUnmatched(ctx, s, t.Tenant, t.Account, numbers, t.UpdatedAt)
}

// Tracker reads one tracker.
func (db *DB) Tracker(ctx context.Context, tenant Tenant, id string) (Tracker, error) {
	return selectOne[Tracker](ctx, db.reader(), "tenant = ? AND id = ?", tenant, id)
}

// FindTrackers finds by any number of the parcel.
func (db *DB) FindTrackers(ctx context.Context, tenant Tenant, account, number string) ([]Tracker, error) {
	w := where{}
	w.and("tenant = ?", tenant)
	w.and("id IN (SELECT tracker_id FROM tracker_numbers WHERE tenant = ? AND number = ?)", tenant, number)
	w.andIs("account", account)
	return selectAll[Tracker](ctx, db.reader(), w.String()+" ORDER BY id DESC LIMIT ?", append(w.args, maxNumbers)...)
}

// ListTrackers lists a tenant's trackers.
func (db *DB) ListTrackers(ctx context.Context, tenant Tenant, f TrackerFilter, page Page) (List[Tracker], error) {
	w := where{}
	w.and("tenant = ?", tenant)
	if f.Number != "" {
		w.and("id IN (SELECT tracker_id FROM tracker_numbers WHERE tenant = ? AND number = ?)", tenant, f.Number)
	}
	w.andIs("status", string(f.Status))
	w.andIs("channel", f.Channel)
	w.andIs("label_id", f.LabelID)
	return selectPage[Tracker](ctx, db.reader(), w, page, func(t Tracker) string { return t.ID })
}

// TrackerEvents reads the timeline.
func (db *DB) TrackerEvents(ctx context.Context, tenant Tenant, id string) ([]TrackerEvent, error) {
	rows, err := selectAll[trackerEventRow](ctx, db.reader(),
		"tenant = ? AND tracker_id = ? ORDER BY occurred_at, seq LIMIT ?", tenant, id, maxTimeline)
	out := make([]TrackerEvent, len(rows))
	for i := range rows {
		out[i] = rows[i].event()
	}
	return out, err
}

// ClaimDueTrackers takes what is due to be polled.
func (db *DB) ClaimDueTrackers(ctx context.Context, d Due) ([]Tracker, error) {
	return claimDue[Tracker](ctx, db, d, "", nil)
}

// TrackersAtRisk reads the trackers whose promise is in danger by now.
func (db *DB) TrackersAtRisk(ctx context.Context, limit int) ([]Tracker, error) {
	r := db.reader()
	now, err := r.now(ctx)
	if err != nil {
		return nil, err
	}
	return selectAll[Tracker](ctx, r, "risk_at > 0 AND risk_at <= ? ORDER BY risk_at LIMIT ?", now, bounded(limit, maxClaim))
}

// ApplyEvents adds what is new among the events.
func (db *DB) ApplyEvents(ctx context.Context, tenant Tenant, id string, events []TrackerEvent, fold Fold) (Tracker, []TrackerEvent, error) {
	var t Tracker
	var fresh []TrackerEvent
	if len(events) > maxApply {
		return t, nil, fmt.Errorf("more than %d events at once", maxApply)
	}
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if t, err = selectOne[Tracker](ctx, s, "tenant = ? AND id = ?"+s.lock(), tenant, id); err != nil {
			return err
		}
		if t.UpdatedAt, err = s.now(ctx); err != nil {
			return err
		}
		known := numbersOf(t)
		if fresh, err = sift(ctx, s, &t, events); err != nil {
			return err
		}
		if err := foldTracker(ctx, s, &t, fresh, fold); err != nil {
			return err
		}
		if err := putEvents(ctx, s, t, fresh); err != nil {
			return err
		}
		if err := update(ctx, s, &t, tenant, id); err != nil {
			return err
		}
		news := slices.DeleteFunc(numbersOf(t), func(n string) bool { return slices.Contains(known, n) })
		if len(news) == 0 {
			return nil
		}
		if err := lockNumbers(ctx, s, tenant, news); err != nil {
			return err
		}
		return addNumbers(ctx, s, t, news)
	})
	if err != nil {
		return Tracker{}, nil, err
	}
	return t, fresh, nil
}

// putEvents writes what is new, and the meaning of what was mended.
func putEvents(ctx context.Context, s *session, t Tracker, fresh []TrackerEvent) error {
	for _, e := range fresh {
		var err error
		if e.Mended {
			_, err = s.exec(ctx, `UPDATE tracker_events SET status = ?, substatus = ?, leg = ?, liable = ?, seen = ?
				WHERE tenant = ? AND tracker_id = ? AND dedupe = ?`,
				e.Event.Status, e.Event.Substatus, e.Event.Leg, e.Liable, e.Seen, t.Tenant, t.ID, e.Dedupe)
		} else {
			row := newTrackerEventRow(t, e)
			_, err = insert(ctx, s, &row, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// foldTracker lets the service make the new state, and writes the events that it returns.
func foldTracker(ctx context.Context, s *session, t *Tracker, fresh []TrackerEvent, fold Fold) error {
	if fold == nil {
		return nil
	}
	before := *t
	out, err := fold(t, fresh)
	if err != nil {
		return err
	}
	t.keepIdentity(before)
	t.nameSelf()
	return addEvents(ctx, s, t.Tenant, out)
}

// sift tells the new events, and those that are mended, from those that are known, counts the
// latter, and gives the former their place. The tracker is locked, so that nobody else does so
// meanwhile.
func sift(ctx context.Context, s *session, t *Tracker, events []TrackerEvent) ([]TrackerEvent, error) {
	known, err := seenBefore(ctx, s, *t, events)
	if err != nil {
		return nil, err
	}
	var fresh []TrackerEvent
	at := map[string]int{} // dedupe key → its place in fresh
	for _, e := range events {
		if e.Dedupe == "" {
			return nil, errors.New("an event needs a dedupe key")
		}
		if i, twice := at[e.Dedupe]; twice {
			fresh[i].Seen++
			continue
		}
		before, seen := known[e.Dedupe]
		if seen && !mends(before, e) {
			_, err := s.exec(ctx, "UPDATE tracker_events SET seen = seen + 1 WHERE tenant = ? AND tracker_id = ? AND dedupe = ?",
				t.Tenant, t.ID, e.Dedupe)
			if err != nil {
				return nil, err
			}
			continue
		}
		if seen {
			before.Event.Status, before.Event.Substatus, before.Event.Leg = e.Event.Status, e.Event.Substatus, e.Event.Leg
			e, e.Mended = before, true
		} else {
			e.ID, e.ReceivedAt, e.Seen = ids.New(ids.Event), t.UpdatedAt, 0
			e.Event.OccurredAt = e.Event.OccurredAt.Truncate(time.Microsecond)
		}
		t.Seq++
		e.Seq, e.Seen = t.Seq, e.Seen+1
		e.Late = e.Event.OccurredAt.Before(t.LastEventAt)
		if e.Event.OccurredAt.After(t.LastEventAt) {
			t.LastEventAt = e.Event.OccurredAt.UTC()
		}
		at[e.Dedupe] = len(fresh)
		fresh = append(fresh, e)
	}
	return fresh, nil
}

// mends tells whether a repeat of a scan brings the meaning that it lacked.
func mends(before, now TrackerEvent) bool {
	return before.Event.Substatus == normalize.SubstatusUnmapped && now.Event.Substatus != normalize.SubstatusUnmapped
}

// seenBefore are those of the events that are known already, by their dedupe key.
func seenBefore(ctx context.Context, s *session, t Tracker, events []TrackerEvent) (map[string]TrackerEvent, error) {
	if len(events) == 0 || t.Seq == 0 {
		return nil, nil
	}
	keys := make([]string, len(events))
	for i, e := range events {
		keys[i] = e.Dedupe
	}
	cond, args := in("dedupe", keys)
	rows, err := selectAll[trackerEventRow](ctx, s, "tenant = ? AND tracker_id = ? AND "+cond, append([]any{t.Tenant, t.ID}, args...)...)
	known := make(map[string]TrackerEvent, len(rows))
	for i := range rows {
		known[rows[i].Dedupe] = rows[i].event()
	}
	return known, err
}
