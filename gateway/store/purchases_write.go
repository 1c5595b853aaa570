package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// BeginPurchase writes the intent.
func (db *DB) BeginPurchase(ctx context.Context, in Intent) (Begun, error) {
	if in.Purchase.ID == "" {
		return Begun{}, errors.New("an intent needs an id")
	}
	out, err := db.beginPurchase(ctx, in)
	if !errors.Is(err, ErrCommitUnknown) {
		return out, err
	}
	return db.begunAfterAll(ctx, in, out, err)
}

// beginPurchase returns what it would have written also where the commit's answer was lost.
func (db *DB) beginPurchase(ctx context.Context, in Intent) (Begun, error) {
	var out Begun
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		out = Begun{Purchase: in.Purchase}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		known, err := claimKey(ctx, s, keyRow{tenant: in.Purchase.Tenant, key: in.Purchase.Key, kind: kindLabel, object: in.Purchase.ID, at: now})
		if err != nil {
			return err
		}
		if known != "" {
			out.Purchase, err = selectOne[Purchase](ctx, s, "tenant = ? AND id = ?", in.Purchase.Tenant, known)
			return err
		}
		out.Created = true
		return begin(ctx, s, in, &out, now)
	})
	if err != nil && !errors.Is(err, ErrCommitUnknown) {
		return Begun{}, err
	}
	return out, err
}

func begin(ctx context.Context, s *session, in Intent, out *Begun, now time.Time) error {
	p := &out.Purchase
	p.Epoch, p.CreatedAt, p.UpdatedAt, p.DueAt = 0, now, now, time.Time{}
	if p.State == "" {
		p.State = PurchaseReady
	}
	if in.DueIn > 0 {
		p.DueAt = now.Add(in.DueIn)
	}
	if _, err := insert(ctx, s, p, ""); err != nil {
		return err
	}
	if err := addHistory(ctx, s, p.Tenant, p.ID, in.History); err != nil {
		return err
	}
	if err := addAudit(ctx, s, p.Tenant, in.Audit); err != nil {
		return err
	}
	if err := addQuotas(ctx, s, *p, in.Quotas); err != nil {
		return err
	}
	for _, l := range in.Labels {
		if err := putLabel(ctx, s, *p, l); err != nil {
			return err
		}
	}
	if len(in.Events) > 0 {
		if err := addEvents(ctx, s, p.Tenant, in.Events); err != nil {
			return err
		}
	}
	// Last, since from here on the tenant's other purchases wait.
	var err error
	out.Spent, err = spend(ctx, s, *p, in.Ceilings)
	return err
}

// lockPurchase reads a purchase for a change, and refuses one that has moved on.
func lockPurchase(ctx context.Context, s *session, ref Ref) (Purchase, error) {
	p, err := selectOne[Purchase](ctx, s, "tenant = ? AND id = ?"+s.lock(), ref.Tenant, ref.ID)
	if err == nil && p.Epoch != ref.Epoch {
		err = fmt.Errorf("%w: epoch %d is now %d", ErrConflict, ref.Epoch, p.Epoch)
	}
	return p, err
}

// ClaimPurchase lets one worker act.
func (db *DB) ClaimPurchase(ctx context.Context, ref Ref, c Claim) (Purchase, Attempt, error) {
	p, a, err := db.claimPurchase(ctx, ref, c)
	if !errors.Is(err, ErrCommitUnknown) {
		return p, a, err
	}
	return db.claimedAfterAll(ctx, ref, c, p, a, err)
}

// claimPurchase returns what it would have written also where the commit's answer was lost.
func (db *DB) claimPurchase(ctx context.Context, ref Ref, c Claim) (Purchase, Attempt, error) {
	var p Purchase
	var a Attempt
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		var err error
		if p, err = lockPurchase(ctx, s, ref); err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		if !slices.Contains(c.From, p.State) {
			return fmt.Errorf("%w: it is %s", ErrConflict, p.State)
		}
		if !c.Held && p.LeaseUntil.After(now) {
			return fmt.Errorf("%w: another worker holds it", ErrConflict)
		}
		p.hold(now.Add(c.Lease))
		p.State, p.UpdatedAt = c.To, now
		if err := update(ctx, s, &p, p.Tenant, p.ID); err != nil {
			return err
		}
		if err := addHistory(ctx, s, p.Tenant, p.ID, c.History); err != nil {
			return err
		}
		a, err = openAttempt(ctx, s, p, c.Kind, c.Digest, now)
		return err
	})
	if err != nil && !errors.Is(err, ErrCommitUnknown) {
		return Purchase{}, Attempt{}, err
	}
	return p, a, err
}

// StartAttempt opens an attempt without a claim.
func (db *DB) StartAttempt(ctx context.Context, ref Ref, kind AttemptKind, digest []byte) (Attempt, error) {
	var a Attempt
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		p, err := lockPurchase(ctx, s, ref)
		if err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		a, err = openAttempt(ctx, s, p, kind, digest, now)
		return err
	})
	return a, err
}

// openAttempt numbers and writes an attempt; the purchase is locked.
func openAttempt(ctx context.Context, s *session, p Purchase, kind AttemptKind, digest []byte, now time.Time) (Attempt, error) {
	var last int
	err := s.queryRow(ctx, "SELECT COALESCE(MAX(n), 0) FROM attempts WHERE tenant = ? AND purchase_id = ?",
		[]any{p.Tenant, p.ID}, &last)
	if err != nil {
		return Attempt{}, err
	}
	row := attemptRow{p.Tenant, p.ID, Attempt{N: last + 1, Epoch: p.Epoch, Kind: kind, Digest: digest, StartedAt: now}}
	_, err = insert(ctx, s, &row, "")
	return row.Attempt, err
}

// ResolveAttempt closes an attempt.
func (db *DB) ResolveAttempt(ctx context.Context, tenant Tenant, purchase string, r AttemptResult) error {
	return db.write(ctx, func(ctx context.Context, s *session) error {
		return resolveAttempt(ctx, s, tenant, purchase, r)
	})
}

func resolveAttempt(ctx context.Context, s *session, tenant Tenant, purchase string, r AttemptResult) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE attempts SET ended_at = ?, phase = ?, outcome = ?, carrier_code = ?
		WHERE tenant = ? AND purchase_id = ? AND n = ? AND ended_at = 0`,
		now, r.Phase, r.Outcome, r.CarrierCode, tenant, purchase, r.N)
	if err != nil || n == 1 {
		return err
	}
	var found int
	if err := s.queryRow(ctx, "SELECT n FROM attempts WHERE tenant = ? AND purchase_id = ? AND n = ?",
		[]any{tenant, purchase, r.N}, &found); err != nil {
		return err
	}
	return fmt.Errorf("%w: the attempt is closed", ErrConflict)
}

// AppendEvidence keeps a raw reply.
func (db *DB) AppendEvidence(ctx context.Context, e Evidence) error {
	row := newEvidenceRow(e)
	if row.At.IsZero() {
		row.At = time.Now()
	}
	put := func() error {
		return db.writeOne(ctx, func(ctx context.Context, s *session) error {
			_, err := insert(ctx, s, &row, "")
			return err
		})
	}
	err := put()
	if !errors.Is(err, ErrCommitUnknown) {
		return err
	}
	if err = put(); errors.Is(err, ErrDuplicate) { // by its id: it was there after all
		return nil
	}
	return err
}
