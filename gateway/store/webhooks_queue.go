package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

// fillWebhook turns events of the log into deliveries, as far as there is room.
func fillWebhook(ctx context.Context, s *session, w *Webhook, r WebhookRound) (behind bool, err error) {
	limit := min(r.Fill, r.Queue-w.Queued)
	if limit <= 0 {
		return false, nil
	}
	events, err := eventHeads(ctx, s, w.Tenant, w.Position, EventFilter{}, limit)
	if err != nil || len(events) == 0 {
		return false, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return false, err
	}
	var wanted []Event
	for _, e := range events {
		w.Position = e.Position
		if r.Wants(w, &e.Event) && (r.MaxAge <= 0 || !e.CreatedAt.Before(now.Add(-r.MaxAge))) {
			wanted = append(wanted, e.Event)
		}
	}
	if err := enqueue(ctx, s, w, wanted, false, now); err != nil {
		return false, err
	}
	return len(events) == limit && w.Queued < r.Queue, nil
}

// enqueue adds deliveries to the end of an endpoint's queue, whose lock is held. One is due
// where no other of its subject is open.
func enqueue(ctx context.Context, s *session, w *Webhook, events []Event, replay bool, now time.Time) error {
	open, err := openSubjects(ctx, s, w, events)
	if err != nil {
		return err
	}
	rows := make([]*Delivery, len(events))
	for i, e := range events {
		w.Made++
		w.Queued++
		rows[i] = &Delivery{ID: ids.New(ids.Delivery), Tenant: w.Tenant, Webhook: w.ID, Ord: w.Made, Event: e.ID, Type: e.Type, Subject: e.Subject,
			Replay: replay, State: DeliveryPending, CreatedAt: now}
		if !open[e.Subject] {
			rows[i].DueAt = now
			open[e.Subject] = true
		}
	}
	return insertAll(ctx, s, rows)
}

// openSubjects are those of the events that have an open delivery.
func openSubjects(ctx context.Context, s *session, w *Webhook, events []Event) (map[string]bool, error) {
	open := map[string]bool{}
	var subjects []string
	for _, e := range events {
		if _, known := open[e.Subject]; !known {
			open[e.Subject] = false
			subjects = append(subjects, e.Subject)
		}
	}
	if len(subjects) == 0 || w.Queued == 0 {
		return open, nil
	}
	cond, list := in("subject", subjects)
	err := s.query(ctx, "SELECT DISTINCT subject FROM deliveries WHERE tenant = ? AND webhook_id = ? AND state = 'pending' AND "+cond,
		append([]any{w.Tenant, w.ID}, list...), func(r *sql.Rows) error {
			var subject string
			err := r.Scan(&subject)
			open[subject] = true
			return err
		})
	return open, err
}

// claimDeliveries takes what is due and under no lease.
func claimDeliveries(ctx context.Context, s *session, w *Webhook, r WebhookRound) ([]Delivery, error) {
	now, err := s.now(ctx)
	if err != nil || r.Take <= 0 || w.OpenUntil.After(now) {
		return nil, err
	}
	if r.Lease <= 0 {
		return nil, errors.New("a claim needs a lease")
	}
	take, failing := r.Take, r.Trip > 0 && w.Failures >= r.Trip
	if failing {
		take = 1
	}
	due, err := selectAll[Delivery](ctx, s, "tenant = ? AND webhook_id = ? AND state = 'pending' AND due_at > 0 AND due_at <= ? AND lease_until <= ? ORDER BY due_at LIMIT ?",
		w.Tenant, w.ID, now, now, bounded(take, maxClaim))
	if err != nil || len(due) == 0 {
		return nil, err
	}
	if failing {
		w.OpenUntil = now.Add(r.Lease)
	}
	names := make([]string, len(due))
	for i := range due {
		due[i].Epoch++
		due[i].LeaseUntil = now.Add(r.Lease)
		names[i] = due[i].ID
	}
	cond, args := in("id", names)
	_, err = s.exec(ctx, "UPDATE deliveries SET epoch = epoch + 1, lease_until = ? WHERE tenant = ? AND webhook_id = ? AND "+cond,
		append([]any{now.Add(r.Lease), w.Tenant, w.ID}, args...)...)
	return due, err
}

// withEvents reads what claimed deliveries are to tell.
func (db *DB) withEvents(ctx context.Context, tenant Tenant, due []Delivery) ([]DueDelivery, error) {
	if len(due) == 0 {
		return nil, nil
	}
	names := make([]string, len(due))
	for i, d := range due {
		names[i] = d.Event
	}
	cond, args := in("id", names)
	events, err := selectAll[Event](ctx, db.reader(), "tenant = ? AND "+cond, append([]any{tenant}, args...)...)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Event, len(events))
	for _, e := range events {
		byID[e.ID] = e
	}
	out := make([]DueDelivery, 0, len(due))
	for _, d := range due {
		out = append(out, DueDelivery{d, byID[d.Event]})
	}
	return out, nil
}

// ProbeWebhook delivers an event of its own to an endpoint.
func (db *DB) ProbeWebhook(ctx context.Context, tenant Tenant, id string, e Event, lease time.Duration) (DueDelivery, error) {
	var out DueDelivery
	if e.ID == "" {
		e.ID = ids.New(ids.Event)
	}
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		w, err := lockWebhook(ctx, s, tenant, id)
		if err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		e.Tenant, e.CreatedAt = tenant, now
		if err := addEvents(ctx, s, tenant, []Event{e}); err != nil {
			return err
		}
		w.Made++
		w.Queued++
		d := Delivery{ID: ids.New(ids.Delivery), Tenant: tenant, Webhook: id, Ord: w.Made, Event: e.ID, Type: e.Type, Subject: e.Subject,
			State: DeliveryPending, Epoch: 1, DueAt: now, LeaseUntil: now.Add(lease), CreatedAt: now}
		if _, err := insert(ctx, s, &d, ""); err != nil {
			return err
		}
		out = DueDelivery{d, e}
		return update(ctx, s, &w, tenant, id)
	})
	return out, err
}

// ReplayEvents queues events again.
func (db *DB) ReplayEvents(ctx context.Context, tenant Tenant, id string, r Replay) (ReplayPart, error) {
	if err := db.settleLog(ctx); err != nil {
		return ReplayPart{}, err
	}
	var out ReplayPart
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		out = ReplayPart{After: r.After}
		w, err := lockWebhook(ctx, s, tenant, id)
		if err != nil {
			return err
		}
		limit := bounded(r.Limit, maxEvents)
		events, err := eventHeads(ctx, s, tenant, r.After, r.Filter, limit)
		if err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		var again []Event
		for _, e := range events {
			out.After = e.Position
			if !r.Wants(&w, &e.Event) {
				continue
			}
			out.Matched++
			if e.Position <= w.Position {
				again = append(again, e.Event)
			}
		}
		if err := enqueue(ctx, s, &w, again, true, now); err != nil {
			return err
		}
		out.More = len(events) == limit
		return update(ctx, s, &w, tenant, id)
	})
	return out, err
}
