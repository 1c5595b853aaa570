package store

import (
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/normalize"
)

func (p *Purchase) table() string { return "purchases" }

func (p *Purchase) columns() []column {
	return []column{
		{"tenant", asWord(&p.Tenant)}, {"id", &p.ID},
		{"idempotency_key", &p.Key}, {"fingerprint", &p.Fingerprint},
		{"account", &p.Account}, {"adapter", &p.Adapter}, {"channel", &p.Channel}, {"service", &p.Service},
		{"class", &p.Class}, {"platform", &p.Platform}, {"order_id", &p.OrderID},
		{"reference", &p.Reference}, {"client_reference", &p.ClientReference},
		{"state", asWord(&p.State)}, {"epoch", &p.Epoch}, {"lease_until", &p.LeaseUntil}, {"due_at", &p.DueAt},
		{"empties", &p.Empties}, {"caller_deadline", &p.CallerDeadline},
		{"request", &p.Request},
		{"quote_minor", &p.Quote.Minor}, {"quote_currency", &p.Quote.Currency},
		{"cost_minor", &p.Cost.Minor}, {"cost_currency", &p.Cost.Currency}, {"cost_source", &p.CostSource},
		{"spend_minor", &p.Spend.Minor}, {"spend_currency", &p.Spend.Currency},
		{"tracking_number", &p.TrackingNumber}, {"last_mile_tracking_number", &p.LastMileTrackingNumber},
		{"carrier_reference", &p.CarrierReference}, {"parcels", asJSON(&p.Parcels)},
		{"carrier_data", asJSON(&p.CarrierData)}, {"draft", &draftColumn{&p.Draft}}, {"tracker_id", &p.TrackerID},
		{"warnings", asJSON(&p.Warnings)}, {"refusal", &p.Refusal}, {"details", &p.Details},
		{"created_at", &p.CreatedAt}, {"updated_at", &p.UpdatedAt}, {"settled_at", &p.SettledAt},
	}
}

// draftColumn holds a draft with its cost as plain numbers, so that a carrier's odd currency
// never makes a purchase unreadable.
type draftColumn struct{ to **normalize.Draft }

type draftJSON struct {
	ID             string            `json:"id"`
	TrackingNumber string            `json:"tracking_number,omitempty"`
	Minor          int64             `json:"minor"`
	Currency       string            `json:"currency,omitempty"`
	CarrierData    map[string]string `json:"carrier_data,omitempty"`
}

func (c *draftColumn) stored() any {
	var out *draftJSON
	if d := *c.to; d != nil {
		out = &draftJSON{d.ID, d.TrackingNumber, d.Cost.Minor, d.Cost.Currency, d.CarrierData}
	}
	return asJSON(&out).stored()
}

func (c *draftColumn) Scan(src any) error {
	var in *draftJSON
	*c.to = nil
	if err := asJSON(&in).Scan(src); err != nil || in == nil {
		return err
	}
	*c.to = &normalize.Draft{ID: in.ID, TrackingNumber: in.TrackingNumber,
		Cost: normalize.Money{Minor: in.Minor, Currency: in.Currency}, CarrierData: in.CarrierData}
	return nil
}

func (p *Purchase) hold(until time.Time) Ref {
	p.Epoch++
	p.LeaseUntil = until
	return p.Ref()
}

// keepIdentity undoes what a change may not touch.
func (p *Purchase) keepIdentity(before Purchase) {
	p.ID, p.Tenant, p.Key, p.Fingerprint = before.ID, before.Tenant, before.Key, before.Fingerprint
	p.ClientReference, p.Epoch, p.CreatedAt = before.ClientReference, before.Epoch, before.CreatedAt
}

// attemptRow is an Attempt with the key of its purchase.
type attemptRow struct {
	tenant   Tenant
	purchase string
	Attempt
}

func (a *attemptRow) table() string { return "attempts" }

func (a *attemptRow) columns() []column {
	return []column{
		{"tenant", asWord(&a.tenant)}, {"purchase_id", &a.purchase}, {"n", &a.N}, {"epoch", &a.Epoch},
		{"kind", asWord(&a.Kind)}, {"digest", &a.Digest}, {"started_at", &a.StartedAt}, {"ended_at", &a.EndedAt},
		{"phase", &a.Phase}, {"outcome", asWord(&a.Outcome)}, {"carrier_code", &a.CarrierCode},
	}
}

// evidenceRow is Evidence with what the store adds.
type evidenceRow struct {
	id     string
	digest []byte
	Evidence
}

func newEvidenceRow(e Evidence) evidenceRow {
	return evidenceRow{id: ids.New(ids.Evidence), digest: digestOf(e.Body), Evidence: e}
}

func (e *evidenceRow) table() string { return "evidence" }

func (e *evidenceRow) columns() []column {
	return []column{
		{"tenant", asWord(&e.Tenant)}, {"purchase_id", &e.Purchase}, {"id", &e.id}, {"epoch", &e.Epoch},
		{"operation", &e.Operation}, {"status", &e.Status}, {"digest", &e.digest}, {"body", &e.Body},
		{"key_version", &e.KeyVersion}, {"at", &e.At},
	}
}

// labelRow is a BoughtLabel with the key of its purchase.
type labelRow struct {
	tenant   Tenant
	purchase string
	BoughtLabel
}

func (l *labelRow) table() string { return "labels" }

func (l *labelRow) columns() []column {
	return []column{
		{"tenant", asWord(&l.tenant)}, {"purchase_id", &l.purchase}, {"n", &l.N}, {"account", &l.Account},
		{"shipment_id", &l.ShipmentID}, {"tracking_number", &l.TrackingNumber}, {"parcels", asJSON(&l.Parcels)},
		{"cost_minor", &l.Cost.Minor}, {"cost_currency", &l.Cost.Currency},
		{"carrier_data", asJSON(&l.CarrierData)}, {"voided", &l.Voided}, {"created_at", &l.CreatedAt},
	}
}
