package trackers

import (
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Applied is what became of a carrier's news.
type Applied struct {
	Trackers int // that were touched
	Fresh    int // scans that were new
	// Unmatched are the numbers of parcels that no tracker of ours follows.
	Unmatched []string
}

// Apply takes what a carrier told of parcels into the trackers of its account, found by any
// of their numbers. The same news again change nothing. callback is the inbox row that it
// came with, empty for a poll. On an error some of the news may have been applied; all of it
// may be applied again.
func (s *Service) Apply(ctx context.Context, a *accounts.Account, list []normalize.Tracking, source Source, callback string) (Applied, error) {
	var out Applied
	for _, tr := range list {
		n := newsOf(a.ID, tr, source, callback, time.Now())
		rows, err := s.match(ctx, a, n)
		if err != nil {
			return out, err
		}
		if len(rows) == 0 {
			out.Unmatched = append(out.Unmatched, n.all()...)
			continue
		}
		for _, row := range rows {
			_, fresh, err := s.applyAll(ctx, row, n.events, s.pushed(a, n))
			if err != nil {
				return out, err
			}
			s.count(a.Adapter, source, fresh)
			out.Trackers++
			out.Fresh += len(fresh)
		}
	}
	return out, nil
}

// applyAll writes scans in portions that the store takes, each with its own fold.
func (s *Service) applyAll(ctx context.Context, row store.Tracker, events []store.TrackerEvent, fold store.Fold) (store.Tracker, []store.TrackerEvent, error) {
	var all []store.TrackerEvent
	for {
		part := events[:min(len(events), maxPortion)]
		events = events[len(part):]
		out, fresh, err := s.store.ApplyEvents(ctx, row.Tenant, row.ID, part, fold)
		if err != nil {
			return out, all, err
		}
		if all = append(all, fresh...); len(events) == 0 {
			return out, all, nil
		}
	}
}

// pushed folds news that nobody asked for. They put the next poll off, unless one is due.
func (s *Service) pushed(a *accounts.Account, n news) store.Fold {
	return func(t *store.Tracker, fresh []store.TrackerEvent) ([]store.Event, error) {
		d := detailsOf(t)
		events, err := n.fold(t, &d, fresh, s.judge(t, &d))
		if err != nil {
			return nil, err
		}
		if len(fresh) > 0 {
			due := !t.DueAt.IsZero() && !t.DueAt.After(t.UpdatedAt)
			if next := s.next(a, t, &d); next.IsZero() || !due {
				t.DueAt = next
			}
		}
		t.Details, err = d.encode()
		return events, err
	}
}

// next is when a tracker is to be polled again: never, where its carrier cannot be asked.
func (s *Service) next(a *accounts.Account, t *store.Tracker, d *details) time.Time {
	if a.Ops.Tracker == nil {
		return time.Time{}
	}
	return s.intervals.next(t, d)
}

// Hint makes the trackers of these parcels due, since an unsigned push spoke of them: what
// it says is not believed, the carrier is asked. It returns the numbers that nobody follows.
func (s *Service) Hint(ctx context.Context, a *accounts.Account, list []normalize.Tracking) (unmatched []string, err error) {
	for _, tr := range list {
		n := newsOf(a.ID, normalize.Tracking{TrackingNumber: tr.TrackingNumber, Numbers: tr.Numbers}, SourceCallback, "", time.Now())
		rows, err := s.match(ctx, a, n)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			unmatched = append(unmatched, n.all()...)
		}
		for _, row := range rows {
			if a.Ops.Tracker == nil {
				continue
			}
			if _, _, err := s.store.ApplyEvents(ctx, row.Tenant, row.ID, nil, s.hinted); err != nil {
				return nil, err
			}
		}
	}
	s.Wake()
	return unmatched, nil
}

func (s *Service) hinted(t *store.Tracker, _ []store.TrackerEvent) ([]store.Event, error) {
	at := t.UpdatedAt
	if soonest := t.PolledAt.Add(s.intervals.Hint); !t.PolledAt.IsZero() && soonest.After(at) {
		at = soonest
	}
	polling := t.LeaseUntil.After(t.UpdatedAt) // that poll may be older than the hint
	if t.DueAt.IsZero() || t.DueAt.After(at) || polling {
		t.DueAt = at
	}
	return nil, nil
}

// match finds the trackers that news are of, each once. Of several that follow the same
// number from different days only the latest that had left by then is meant.
func (s *Service) match(ctx context.Context, a *accounts.Account, n news) ([]store.Tracker, error) {
	var out []store.Tracker
	for _, number := range n.all() {
		found, err := s.store.FindTrackers(ctx, store.Tenant(a.Tenant), a.ID, number)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			if !slices.ContainsFunc(out, func(o store.Tracker) bool { return o.ID == t.ID }) {
				out = append(out, t)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(out), func(t store.Tracker) bool {
		return t.ShipDate != "" && slices.ContainsFunc(out, func(o store.Tracker) bool {
			return o.Number == t.Number && o.ShipDate != "" && better(o, t, n.asOf)
		})
	}), nil
}

// better tells whether news of a time belong to o rather than to t, which has the same number
// and another ship date. A day and a half of slack allows for zones.
func better(o, t store.Tracker, at time.Time) bool {
	if o.ShipDate == t.ShipDate {
		return false
	}
	oLeft, tLeft := left(o, at), left(t, at)
	if oLeft != tLeft {
		return oLeft
	}
	return (o.ShipDate > t.ShipDate) == oLeft
}

func left(t store.Tracker, at time.Time) bool {
	return at.IsZero() || !t.ShipDate.At(time.UTC).After(at.Add(36*time.Hour))
}

func (s *Service) count(adapter string, source Source, fresh []store.TrackerEvent) {
	for _, e := range fresh {
		if e.Mended {
			s.metrics.mended.WithLabelValues(adapter).Inc()
			continue
		}
		s.metrics.scans.WithLabelValues(adapter, string(source)).Inc()
		if e.Event.Substatus == normalize.SubstatusUnmapped {
			s.metrics.unmapped.WithLabelValues(adapter).Inc()
		}
	}
}
