package store

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

// CreateWebhook makes an endpoint.
func (db *DB) CreateWebhook(ctx context.Context, w Webhook, max int) (Webhook, bool, error) {
	if err := db.settleLog(ctx); err != nil {
		return Webhook{}, false, err
	}
	var out Webhook
	var created bool
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		out, created = w, false
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		if out.ID == "" {
			out.ID = ids.New(ids.Webhook)
		}
		known, err := claimKey(ctx, s, keyRow{tenant: w.Tenant, key: w.Key, kind: kindWebhook, object: out.ID, at: now})
		if err != nil {
			return err
		}
		if known != "" {
			out, err = selectOne[Webhook](ctx, s, liveWebhook, w.Tenant, known)
			return err
		}
		if err := s.dialect.lockName(ctx, s, "webhooks "+string(w.Tenant)); err != nil {
			return err
		}
		var n int
		if err := s.queryRow(ctx, "SELECT COUNT(*) FROM webhooks WHERE tenant = ? AND state <> 'deleted'", []any{w.Tenant}, &n); err != nil {
			return err
		}
		if n >= max {
			return ErrTooManyWebhooks
		}
		if err := s.queryRow(ctx, "SELECT value FROM counters WHERE name = ?", []any{counterEvents}, &out.Position); err != nil {
			return err
		}
		out.State, out.CreatedAt, out.UpdatedAt = WebhookEnabled, now, now
		created = true
		_, err = insert(ctx, s, &out, "")
		return err
	})
	if err != nil {
		return Webhook{}, false, err
	}
	return out, created, nil
}

// ChangeWebhook edits an endpoint.
func (db *DB) ChangeWebhook(ctx context.Context, tenant Tenant, id string, change func(*Webhook) error) (Webhook, error) {
	var w Webhook
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if w, err = lockWebhook(ctx, s, tenant, id); err != nil {
			return err
		}
		before := w
		if w.UpdatedAt, err = s.now(ctx); err != nil {
			return err
		}
		if err := change(&w); err != nil {
			return err
		}
		w.keepIdentity(before)
		return update(ctx, s, &w, tenant, id)
	})
	if err != nil {
		return Webhook{}, err
	}
	return w, nil
}

// DeleteWebhook forgets an endpoint.
func (db *DB) DeleteWebhook(ctx context.Context, tenant Tenant, id string) error {
	_, err := db.ChangeWebhook(ctx, tenant, id, func(w *Webhook) error {
		w.State, w.Secret, w.Previous, w.PreviousUntil = WebhookDeleted, nil, nil, time.Time{}
		w.URL, w.Description = "", ""
		return nil
	})
	return err
}

func lockWebhook(ctx context.Context, s *session, tenant Tenant, id string) (Webhook, error) {
	return selectOne[Webhook](ctx, s, liveWebhook+s.lock(), tenant, id)
}

// BusyWebhooks finds the endpoints that have something to do.
func (db *DB) BusyWebhooks(ctx context.Context, queue, limit int) ([]BusyWebhook, error) {
	if err := db.settleLog(ctx); err != nil {
		return nil, err
	}
	s := db.reader()
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := selectAll[busyRow](ctx, s, `state = 'enabled' AND open_until <= ? AND (
		EXISTS (SELECT 1 FROM deliveries d WHERE d.tenant = webhooks.tenant AND d.webhook_id = webhooks.id
			AND d.state = 'pending' AND d.due_at > 0 AND d.due_at <= ? AND d.lease_until <= ?)
		OR (queued < ? AND EXISTS (SELECT 1 FROM events e WHERE e.tenant = webhooks.tenant
			AND e.position > 0 AND e.position > webhooks.position))) LIMIT ?`, now, now, now, queue, limit)
	return busyOf(rows), err
}

func busyOf(rows []busyRow) []BusyWebhook {
	out := make([]BusyWebhook, len(rows))
	for i, r := range rows {
		out[i] = r.BusyWebhook
	}
	return out
}

// busyRow is what BusyWebhooks reads of an endpoint.
type busyRow struct{ BusyWebhook }

func (r *busyRow) table() string { return "webhooks" }

func (r *busyRow) columns() []column {
	return []column{{"tenant", asWord(&r.Tenant)}, {"id", &r.ID}, {"failures", &r.Failures}}
}

// WorkWebhook is one round of work for an endpoint.
func (db *DB) WorkWebhook(ctx context.Context, tenant Tenant, id string, r WebhookRound) (WebhookWork, error) {
	if r.Fill > 0 {
		if err := db.settleLog(ctx); err != nil {
			return WebhookWork{}, err
		}
	}
	var out WebhookWork
	var due []Delivery
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		out, due = WebhookWork{}, nil
		w := &out.Webhook
		if *w, err = lockWebhook(ctx, s, tenant, id); err != nil {
			return err
		}
		if err := settleDeliveries(ctx, s, w, r); err != nil {
			return err
		}
		if w.State == WebhookEnabled {
			if out.Behind, err = fillWebhook(ctx, s, w, r); err != nil {
				return err
			}
			if due, err = claimDeliveries(ctx, s, w, r); err != nil {
				return err
			}
		}
		return update(ctx, s, w, tenant, id)
	})
	if err != nil {
		return WebhookWork{}, err
	}
	out.Due, err = db.withEvents(ctx, tenant, due)
	return out, err
}

// settleDeliveries writes down results, and what they mean for the endpoint.
func settleDeliveries(ctx context.Context, s *session, w *Webhook, r WebhookRound) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	open, err := pendingOf(ctx, s, w, r.Done)
	if err != nil {
		return err
	}
	var counted []DeliveryResult
	for _, res := range r.Done {
		d, ok := open[res.ID]
		if !ok || d.Epoch != res.Epoch {
			continue
		}
		delete(open, res.ID) // of two results of one claim the first counts
		if err := settleDelivery(ctx, s, w, d, res, now); err != nil {
			return err
		}
		if !res.Released {
			counted = append(counted, res)
		}
	}
	if r.Settle == nil || len(counted) == 0 && len(r.Done) > 0 {
		return nil
	}
	before := *w
	events := r.Settle(w, now, counted)
	w.keepIdentity(before)
	return addEvents(ctx, s, w.Tenant, events)
}

// pendingOf reads the open deliveries of which there are results.
func pendingOf(ctx context.Context, s *session, w *Webhook, done []DeliveryResult) (map[string]Delivery, error) {
	if len(done) == 0 {
		return nil, nil
	}
	names := make([]string, len(done))
	for i, r := range done {
		names[i] = r.ID
	}
	cond, list := in("id", names)
	rows, err := selectAll[Delivery](ctx, s, "tenant = ? AND webhook_id = ? AND state = 'pending' AND "+cond, append([]any{w.Tenant, w.ID}, list...)...)
	out := make(map[string]Delivery, len(rows))
	for _, d := range rows {
		out[d.ID] = d
	}
	return out, err
}

func settleDelivery(ctx context.Context, s *session, w *Webhook, d Delivery, res DeliveryResult, now time.Time) error {
	d.LeaseUntil = time.Time{}
	if res.Released {
		return putDelivery(ctx, s, &d)
	}
	d.Tries++
	d.State, d.Response, d.DueAt = res.State, res.Response, now.Add(res.Delay)
	d.Attempts = append(d.Attempts, res.Attempt)
	if d.State == DeliveryPending {
		return putDelivery(ctx, s, &d)
	}
	d.DueAt, d.EndedAt = time.Time{}, now
	w.Queued--
	if err := putDelivery(ctx, s, &d); err != nil {
		return err
	}
	return promote(ctx, s, d, now)
}

func putDelivery(ctx context.Context, s *session, d *Delivery) error {
	_, err := s.exec(ctx, `UPDATE deliveries SET state = ?, tries = ?, due_at = ?, lease_until = ?, attempts = ?, response = ?, ended_at = ?
		WHERE `+whereDelivery, d.State, d.Tries, d.DueAt, d.LeaseUntil, asJSON(&d.Attempts).stored(), d.Response, d.EndedAt, d.Tenant, d.Webhook, d.ID)
	return err
}

// promote makes due what waited behind a delivery that has ended.
func promote(ctx context.Context, s *session, d Delivery, now time.Time) error {
	_, err := s.exec(ctx, `UPDATE deliveries SET due_at = ? WHERE tenant = ? AND webhook_id = ? AND id = (
		SELECT id FROM deliveries WHERE tenant = ? AND webhook_id = ? AND subject = ? AND state = 'pending' ORDER BY ord LIMIT 1)
		AND due_at = 0`, now, d.Tenant, d.Webhook, d.Tenant, d.Webhook, d.Subject)
	return err
}
