package store

import (
	"context"
	"slices"
	"time"
)

func (w *Webhook) table() string { return "webhooks" }

func (w *Webhook) columns() []column {
	return []column{
		{"tenant", asWord(&w.Tenant)}, {"id", &w.ID}, {"idempotency_key", &w.Key}, {"fingerprint", &w.Fingerprint},
		{"url", &w.URL}, {"events", asJSON(&w.Events)}, {"description", &w.Description}, {"state", asWord(&w.State)},
		{"reason", &w.Reason}, {"secret", &w.Secret}, {"previous", &w.Previous}, {"previous_until", &w.PreviousUntil},
		{"key_version", &w.KeyVersion}, {"position", &w.Position}, {"made", &w.Made}, {"queued", &w.Queued},
		{"failures", &w.Failures}, {"failing_since", &w.FailingSince}, {"notices", &w.Notices}, {"open_until", &w.OpenUntil},
		{"delivered_at", &w.DeliveredAt}, {"disabled_at", &w.DisabledAt}, {"created_at", &w.CreatedAt}, {"updated_at", &w.UpdatedAt},
	}
}

// keepIdentity undoes what a change may not touch.
func (w *Webhook) keepIdentity(before Webhook) {
	w.ID, w.Tenant, w.Key, w.Fingerprint, w.CreatedAt = before.ID, before.Tenant, before.Key, before.Fingerprint, before.CreatedAt
	w.Position, w.Made, w.Queued = before.Position, before.Made, before.Queued
}

func (d *Delivery) table() string { return "deliveries" }

func (d *Delivery) columns() []column {
	return []column{
		{"tenant", asWord(&d.Tenant)}, {"webhook_id", &d.Webhook}, {"id", &d.ID}, {"ord", &d.Ord}, {"event_id", &d.Event},
		{"type", &d.Type}, {"subject", &d.Subject}, {"replay", &d.Replay}, {"state", asWord(&d.State)}, {"tries", &d.Tries},
		{"due_at", &d.DueAt}, {"lease_until", &d.LeaseUntil}, {"epoch", &d.Epoch}, {"attempts", asJSON(&d.Attempts)},
		{"response", &d.Response}, {"created_at", &d.CreatedAt}, {"ended_at", &d.EndedAt},
	}
}

const (
	liveWebhook   = "tenant = ? AND id = ? AND state <> 'deleted'"
	whereDelivery = "tenant = ? AND webhook_id = ? AND id = ?"
)

// Webhook reads one endpoint.
func (db *DB) Webhook(ctx context.Context, tenant Tenant, id string) (Webhook, error) {
	return selectOne[Webhook](ctx, db.reader(), liveWebhook, tenant, id)
}

// ListWebhooks lists a tenant's endpoints.
func (db *DB) ListWebhooks(ctx context.Context, tenant Tenant, page Page) (List[Webhook], error) {
	w := where{}
	w.and("tenant = ? AND state <> 'deleted'", tenant)
	return selectPage[Webhook](ctx, db.reader(), w, page, func(w Webhook) string { return w.ID })
}

// FailingWebhooks finds the endpoints that fail since a time or longer.
func (db *DB) FailingWebhooks(ctx context.Context, since time.Time, notices, limit int) ([]BusyWebhook, error) {
	rows, err := selectAll[busyRow](ctx, db.reader(), "state = 'enabled' AND failing_since > 0 AND failing_since <= ? AND notices < ? ORDER BY failing_since LIMIT ?",
		since, notices, bounded(limit, maxClaim))
	return busyOf(rows), err
}

// Delivery reads one delivery.
func (db *DB) Delivery(ctx context.Context, tenant Tenant, webhook, id string) (Delivery, error) {
	return selectOne[Delivery](ctx, db.reader(), whereDelivery, tenant, webhook, id)
}

// ListDeliveries lists an endpoint's deliveries.
func (db *DB) ListDeliveries(ctx context.Context, tenant Tenant, webhook string, f DeliveryFilter, page Page) (List[Delivery], error) {
	w := where{}
	w.and("tenant = ? AND webhook_id = ?", tenant, webhook)
	w.andIs("state", string(f.State))
	w.andIs("event_id", f.Event)
	w.andIs("subject", f.Subject)
	return selectPage[Delivery](ctx, db.reader(), w, page, func(d Delivery) string { return d.ID })
}

// DeleteDeliveries deletes what is too old, and what belongs to deleted endpoints.
func (db *DB) DeleteDeliveries(ctx context.Context, age time.Duration, limit int) (int, error) {
	var gone int64
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		limit = bounded(limit, maxClaim)
		old, err := s.exec(ctx, `DELETE FROM deliveries WHERE (tenant, webhook_id, id) IN (
			SELECT tenant, webhook_id, id FROM deliveries WHERE created_at < ? AND state <> 'pending' ORDER BY created_at LIMIT ?)`,
			now.Add(-age), limit)
		if err != nil {
			return err
		}
		orphans, err := s.exec(ctx, `DELETE FROM deliveries WHERE (tenant, webhook_id, id) IN (
			SELECT d.tenant, d.webhook_id, d.id FROM webhooks w JOIN deliveries d ON d.tenant = w.tenant AND d.webhook_id = w.id
			WHERE w.state = 'deleted' LIMIT ?)`, limit)
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `DELETE FROM webhooks WHERE state = 'deleted' AND NOT EXISTS (
			SELECT 1 FROM deliveries d WHERE d.tenant = webhooks.tenant AND d.webhook_id = webhooks.id)`)
		gone = old + orphans
		return err
	})
	return int(gone), err
}

// ReadTenantEvents reads one tenant's part of the log.
func (db *DB) ReadTenantEvents(ctx context.Context, tenant Tenant, after int64, f EventFilter, limit int) ([]Event, error) {
	if err := db.settleLog(ctx); err != nil {
		return nil, err
	}
	w := f.after(tenant, after)
	return selectAll[Event](ctx, db.reader(), w.String()+" ORDER BY position LIMIT ?", append(w.args, bounded(limit, maxEvents))...)
}

// settleLog gives positions to what is committed, where they are not given at insertion.
func (db *DB) settleLog(ctx context.Context) error {
	if db.dialect.oneProcess {
		return nil
	}
	return db.placeEvents(ctx)
}

// eventHead is an Event without its data, which a queue does not hold.
type eventHead struct{ Event }

func (e *eventHead) columns() []column {
	return slices.DeleteFunc(e.Event.columns(), func(c column) bool { return c.name == "data" })
}

func eventHeads(ctx context.Context, s *session, tenant Tenant, after int64, f EventFilter, limit int) ([]eventHead, error) {
	w := f.after(tenant, after)
	return selectAll[eventHead](ctx, s, w.String()+" ORDER BY position LIMIT ?", append(w.args, bounded(limit, maxEvents))...)
}

// after are the conditions of a filter on the log from after a position.
func (f EventFilter) after(tenant Tenant, position int64) where {
	w := f.where(tenant)
	// Not "> position": see heldAccounts.
	w.and("position > 0 AND position >= ?", max(position, 0)+1)
	return w
}

// where are the conditions of a filter.
func (f EventFilter) where(tenant Tenant) where {
	w := where{}
	w.and("tenant = ?", tenant)
	w.andIs("subject", f.Subject)
	if len(f.Types) > 0 {
		cond, args := in("type", f.Types)
		w.and(cond, args...)
	}
	if !f.Since.IsZero() {
		w.and("created_at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		w.and("created_at < ?", f.Until)
	}
	return w
}
