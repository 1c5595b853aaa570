package store

import (
	"context"
	"errors"
	"time"
)

// Passes are what is done for a carrier account at regular times, such as to read what it was
// sold. One worker of all replicas makes a pass; they find there what the pass needs.
type Passes interface {
	// EnsurePass makes a pass that is not there yet; first is when it is due, from now.
	EnsurePass(ctx context.Context, tenant Tenant, account, kind string, first time.Duration) error
	// ClaimDuePasses takes what is due and under no lease, the longest due first.
	ClaimDuePasses(ctx context.Context, d Due) ([]Pass, error)
	// EndPass writes down what came of a pass and ends its lease. change sets DueAt from
	// UpdatedAt, which is now. ErrConflict when the epoch has moved on.
	EndPass(ctx context.Context, ref Ref, change func(*Pass)) (Pass, error)

	// PurchaseByLabel finds the purchase that has a label of the account, by the carrier's own
	// id of it, else by its tracking number; an empty one finds nothing.
	PurchaseByLabel(ctx context.Context, tenant Tenant, account, shipmentID, trackingNumber string) (Purchase, error)
	// PurchasesOfAccount lists what was bought, or was to be bought, by one account.
	PurchasesOfAccount(ctx context.Context, tenant Tenant, account string, f AccountFilter, page Page) (List[Purchase], error)
}

// Pass is one kind of work for one account.
type Pass struct {
	ID      string // of account and kind
	Tenant  Tenant
	Account string
	Kind    string

	Epoch        int64
	LeaseUntil   time.Time
	DueAt        time.Time
	CoveredUntil time.Time // the last pass that came to its end has looked up to here
	Failures     int       // in a row
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Ref names the pass at the epoch at which it was read.
func (p Pass) Ref() Ref { return Ref{p.Tenant, p.ID, p.Epoch} }

// AccountFilter narrows a list; empty fields do not.
type AccountFilter struct {
	States      []PurchaseState
	From, Until time.Time // of CreatedAt; Until is exclusive
}

func (p *Pass) table() string { return "passes" }

func (p *Pass) columns() []column {
	return []column{
		{"tenant", asWord(&p.Tenant)}, {"id", &p.ID}, {"account", &p.Account}, {"kind", &p.Kind},
		{"epoch", &p.Epoch}, {"lease_until", &p.LeaseUntil}, {"due_at", &p.DueAt}, {"covered_until", &p.CoveredUntil},
		{"failures", &p.Failures}, {"created_at", &p.CreatedAt}, {"updated_at", &p.UpdatedAt},
	}
}

func (p *Pass) hold(until time.Time) Ref {
	p.Epoch++
	p.LeaseUntil = until
	return p.Ref()
}

// EnsurePass makes a pass that is not there yet.
func (db *DB) EnsurePass(ctx context.Context, tenant Tenant, account, kind string, first time.Duration) error {
	p := Pass{ID: "pass_" + account + "_" + kind, Tenant: tenant, Account: account, Kind: kind}
	_, err := selectOne[Pass](ctx, db.reader(), "tenant = ? AND id = ?", tenant, p.ID)
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	return db.write(ctx, func(ctx context.Context, s *session) error {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		p.DueAt, p.CreatedAt, p.UpdatedAt = now.Add(first), now, now
		_, err = insert(ctx, s, &p, "ON CONFLICT (tenant, id) DO NOTHING")
		return err
	})
}

// ClaimDuePasses takes what is due.
func (db *DB) ClaimDuePasses(ctx context.Context, d Due) ([]Pass, error) {
	return claimDue[Pass](ctx, db, d, "", nil)
}

// EndPass writes down what came of a pass.
func (db *DB) EndPass(ctx context.Context, ref Ref, change func(*Pass)) (Pass, error) {
	var p Pass
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		before, err := selectOne[Pass](ctx, s, "tenant = ? AND id = ?"+s.lock(), ref.Tenant, ref.ID)
		if err != nil {
			return err
		}
		if before.Epoch != ref.Epoch {
			return ErrConflict
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		p = before
		p.LeaseUntil, p.UpdatedAt = time.Time{}, now
		change(&p)
		p.ID, p.Tenant, p.Account, p.Kind, p.Epoch = before.ID, before.Tenant, before.Account, before.Kind, before.Epoch
		return update(ctx, s, &p, p.Tenant, p.ID)
	})
	if err != nil {
		return Pass{}, err
	}
	return p, nil
}

// PurchaseByLabel finds the purchase that has a label of the account.
func (db *DB) PurchaseByLabel(ctx context.Context, tenant Tenant, account, shipmentID, trackingNumber string) (Purchase, error) {
	for _, by := range [][2]string{{"shipment_id", shipmentID}, {"tracking_number", trackingNumber}} {
		if by[1] == "" {
			continue
		}
		p, err := selectOne[Purchase](ctx, db.reader(), "tenant = ? AND id = (SELECT purchase_id FROM labels WHERE tenant = ? AND account = ? AND "+by[0]+" = ?)",
			tenant, tenant, account, by[1])
		if !errors.Is(err, ErrNotFound) {
			return p, err
		}
	}
	return Purchase{}, ErrNotFound
}

// PurchasesOfAccount lists what was bought, or was to be bought, by one account.
func (db *DB) PurchasesOfAccount(ctx context.Context, tenant Tenant, account string, f AccountFilter, page Page) (List[Purchase], error) {
	w := where{}
	w.and("tenant = ? AND account = ?", tenant, account)
	if len(f.States) > 0 {
		cond, args := in("state", f.States)
		w.and(cond, args...)
	}
	if !f.From.IsZero() {
		w.and("created_at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		w.and("created_at < ?", f.Until)
	}
	return selectPage[Purchase](ctx, db.reader(), w, page, func(p Purchase) string { return p.ID })
}
