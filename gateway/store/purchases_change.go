package store

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// TransitionPurchase changes a purchase and writes all that belongs to the change.
func (db *DB) TransitionPurchase(ctx context.Context, ref Ref, t Transition) (Purchase, error) {
	p, err := db.transitionPurchase(ctx, ref, t)
	if !errors.Is(err, ErrCommitUnknown) {
		return p, err
	}
	return db.changedAfterAll(ctx, ref, t, p, err)
}

// transitionPurchase returns what it would have written also where the commit's answer was lost.
func (db *DB) transitionPurchase(ctx context.Context, ref Ref, t Transition) (Purchase, error) {
	var p Purchase
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		var err error
		if p, err = lockPurchase(ctx, s, ref); err != nil {
			return err
		}
		return transition(ctx, s, &p, t)
	})
	if err != nil && !errors.Is(err, ErrCommitUnknown) {
		return Purchase{}, err
	}
	return p, err
}

// transition applies t to the locked purchase p.
func transition(ctx context.Context, s *session, p *Purchase, t Transition) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	before := *p
	p.UpdatedAt = now
	if t.Release {
		p.LeaseUntil = time.Time{}
	}
	if t.Change != nil {
		if err := t.Change(p); err != nil {
			return err
		}
		p.keepIdentity(before)
	}
	if t.Fence {
		p.Epoch++
	}
	if p.State == PurchaseSettled && p.SettledAt.IsZero() {
		p.SettledAt = now
	}
	made, err := adoptTracker(ctx, s, p, t.Tracker)
	if err != nil {
		return err
	}
	if err := update(ctx, s, p, p.Tenant, p.ID); err != nil {
		return err
	}
	if err := writeEffects(ctx, s, p, t); err != nil {
		return err
	}
	if t.Emit != nil {
		if err := addEvents(ctx, s, p.Tenant, t.Emit(*p, made)); err != nil {
			return err
		}
	}
	if err := recount(ctx, s, before, *p); err != nil {
		return err
	}
	return respend(ctx, s, before, *p)
}

// writeEffects writes the rows that come with a change.
func writeEffects(ctx context.Context, s *session, p *Purchase, t Transition) error {
	if t.Attempt != nil {
		if err := resolveAttempt(ctx, s, p.Tenant, p.ID, *t.Attempt); err != nil {
			return err
		}
	}
	for _, l := range t.Labels {
		if err := putLabel(ctx, s, *p, l); err != nil {
			return err
		}
	}
	for _, d := range t.Documents {
		d.Tenant, d.Owner = p.Tenant, p.ID
		if _, err := putDocument(ctx, s, d); err != nil {
			return err
		}
	}
	if err := addHistory(ctx, s, p.Tenant, p.ID, t.History); err != nil {
		return err
	}
	return addAudit(ctx, s, p.Tenant, t.Audit)
}

// putLabel writes a label, or what has become of one that is there.
func putLabel(ctx context.Context, s *session, p Purchase, l BoughtLabel) error {
	row := labelRow{p.Tenant, p.ID, l}
	if row.Account == "" {
		row.Account = p.Account
	}
	if row.CreatedAt.IsZero() {
		row.CreatedAt = p.UpdatedAt
	}
	_, err := insert(ctx, s, &row, `ON CONFLICT (tenant, purchase_id, n) DO UPDATE SET
		shipment_id = excluded.shipment_id, tracking_number = excluded.tracking_number, parcels = excluded.parcels,
		cost_minor = excluded.cost_minor, cost_currency = excluded.cost_currency,
		carrier_data = excluded.carrier_data, voided = excluded.voided`)
	return err
}

// adoptTracker makes the purchase's tracker, or takes the one that follows the number
// already. It returns what it made.
func adoptTracker(ctx context.Context, s *session, p *Purchase, t *Tracker) (*Tracker, error) {
	if t == nil {
		return nil, nil
	}
	want := *t
	want.Tenant, want.LabelID = p.Tenant, p.ID
	if want.Account == "" {
		want.Account = p.Account
	}
	out, made, err := createTracker(ctx, s, want)
	if err != nil {
		return nil, err
	}
	p.TrackerID = out.ID
	if made {
		return &out, nil
	}
	if out.LabelID == "" {
		out.LabelID, out.Reference, out.OrderID, out.UpdatedAt = p.ID, want.Reference, want.OrderID, p.UpdatedAt
		out.PromisedBy = cmp.Or(out.PromisedBy, want.PromisedBy)
		return nil, update(ctx, s, &out, out.Tenant, out.ID)
	}
	return nil, nil
}

// ClaimDuePurchases takes what is due.
func (db *DB) ClaimDuePurchases(ctx context.Context, states []PurchaseState, d Due) ([]Purchase, error) {
	if len(states) == 0 {
		return nil, errors.New("a claim needs states")
	}
	cond, args := in("state", states)
	return claimDue[Purchase](ctx, db, d, cond, args)
}

// ExpireLeases ends leases that ran out while a purchase's fate was open.
func (db *DB) ExpireLeases(ctx context.Context, limit int, change func(*Purchase), emit func(Purchase) []Event) ([]Purchase, error) {
	var out []Purchase
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		out, err = selectAll[Purchase](ctx, s, `state IN ('sending', 'voiding') AND lease_until <= ?
			ORDER BY lease_until LIMIT ?`+s.skipLocked(), now, bounded(limit, maxClaim))
		if err != nil {
			return err
		}
		for i := range out {
			if err := expire(ctx, s, &out[i], now, change, emit); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func expire(ctx context.Context, s *session, p *Purchase, now time.Time, change func(*Purchase), emit func(Purchase) []Event) error {
	_, err := s.exec(ctx, `UPDATE attempts SET ended_at = ?, outcome = ?
		WHERE tenant = ? AND purchase_id = ? AND ended_at = 0`, now, OutcomeUnknown, p.Tenant, p.ID)
	if err != nil {
		return err
	}
	p.Epoch++
	t := Transition{
		Release: true,
		History: []HistoryLine{{Detail: "the worker is gone; the outcome is not known"}},
		Change: func(p *Purchase) error {
			p.DueAt = p.UpdatedAt
			p.State = map[PurchaseState]PurchaseState{PurchaseSending: PurchaseUnknown, PurchaseVoiding: PurchaseVoidUnknown}[p.State]
			if change != nil {
				change(p)
			}
			return nil
		},
	}
	t.History[0].Status = string(PurchaseUnknown)
	if p.State == PurchaseVoiding {
		t.History[0].Status = string(PurchaseVoidUnknown)
	}
	if emit != nil {
		t.Emit = func(p Purchase, _ *Tracker) []Event { return emit(p) }
	}
	return transition(ctx, s, p, t)
}
