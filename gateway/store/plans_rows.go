package store

import "time"

func (p *Plan) table() string { return "plans" }

func (p *Plan) columns() []column {
	return []column{
		{"tenant", asWord(&p.Tenant)}, {"id", &p.ID}, {"account", &p.Account}, {"adapter", &p.Adapter},
		{"marketplace", &p.Marketplace}, {"name", &p.Name}, {"idempotency_key", &p.Key}, {"fingerprint", &p.Fingerprint},
		{"carrier_plan_id", &p.CarrierPlanID}, {"status", &p.Status}, {"request", &p.Request}, {"state", &p.State},
		{"spent_minor", &p.Spent.Minor}, {"spent_currency", &p.Spent.Currency}, {"epoch", &p.Epoch},
		{"lease_until", &p.LeaseUntil}, {"due_at", &p.DueAt}, {"created_at", &p.CreatedAt}, {"updated_at", &p.UpdatedAt},
	}
}

func (p *Plan) hold(until time.Time) Ref {
	p.Epoch++
	p.LeaseUntil = until
	return p.Ref()
}

// keepIdentity undoes what a change may not touch.
func (p *Plan) keepIdentity(before Plan) {
	p.ID, p.Tenant, p.Key, p.Fingerprint, p.Name = before.ID, before.Tenant, before.Key, before.Fingerprint, before.Name
	p.Epoch, p.CreatedAt = before.Epoch, before.CreatedAt
}

// stepRow is a Step with its tenant.
type stepRow struct {
	tenant Tenant
	Step
}

func (r *stepRow) table() string { return "plan_steps" }

func (r *stepRow) columns() []column {
	return []column{
		{"tenant", asWord(&r.tenant)}, {"plan_id", &r.Plan}, {"id", &r.ID}, {"name", &r.Name}, {"target", &r.Target},
		{"idempotency_key", &r.Key}, {"fingerprint", &r.Fingerprint}, {"irreversible", &r.Irreversible},
		{"state", asWord(&r.State)}, {"operation", &r.Operation}, {"detail", &r.Detail},
		{"started_at", &r.StartedAt}, {"ended_at", &r.EndedAt},
	}
}
