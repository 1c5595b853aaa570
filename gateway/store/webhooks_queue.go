package store

import (
	"context"
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
	q := queuer{w: w, now: now, open: map[string]bool{}}
	for _, e := range events {
		w.Position = e.Position
		if !r.Wants(w, &e.Event) || r.MaxAge > 0 && e.CreatedAt.Before(now.Add(-r.MaxAge)) {
			continue
		}
		if err := q.add(ctx, s, e.Event, false); err != nil {
			return false, err
		}
	}
	return len(events) == limit && w.Queued < r.Queue, nil
}

// queuer adds deliveries to the end of an endpoint's queue, whose lock is held.
type queuer struct {
	w    *Webhook
	now  time.Time
	open map[string]bool // subjects that are known to have an open delivery
}

func (q *queuer) add(ctx context.Context, s *session, e Event, replay bool) error {
	d := Delivery{ID: ids.New(ids.Delivery), Tenant: q.w.Tenant, Webhook: q.w.ID, Event: e.ID, Type: e.Type, Subject: e.Subject,
		Replay: replay, State: DeliveryPending, CreatedAt: q.now}
	if !q.open[e.Subject] {
		var one int
		err := s.queryRow(ctx, "SELECT 1 FROM deliveries WHERE tenant = ? AND webhook_id = ? AND subject = ? AND state = 'pending' LIMIT 1",
			[]any{d.Tenant, d.Webhook, d.Subject}, &one)
		if errors.Is(err, ErrNotFound) {
			d.DueAt, err = q.now, nil
		}
		if err != nil {
			return err
		}
		q.open[e.Subject] = true
	}
	q.w.Made++
	q.w.Queued++
	d.Ord = q.w.Made
	_, err := insert(ctx, s, &d, "")
	return err
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
		q := queuer{w: &w, now: now, open: map[string]bool{}}
		for _, e := range events {
			out.After = e.Position
			if !r.Wants(&w, &e.Event) {
				continue
			}
			out.Matched++
			if e.Position > w.Position {
				continue
			}
			if err := q.add(ctx, s, e.Event, true); err != nil {
				return err
			}
		}
		out.More = len(events) == limit
		return update(ctx, s, &w, tenant, id)
	})
	return out, err
}
