package store

import (
	"context"
	"errors"
	"fmt"
)

func (c *Case) table() string { return "claims" }

func (c *Case) columns() []column {
	return []column{
		{"tenant", asWord(&c.Tenant)}, {"id", &c.ID}, {"idempotency_key", &c.Key}, {"fingerprint", &c.Fingerprint},
		{"tracker_id", &c.Tracker}, {"label_id", &c.Label}, {"reason", &c.Reason}, {"state", asWord(&c.State)},
		{"party", &c.Party}, {"deadline", asWord(&c.Deadline)}, {"amount_minor", &c.Amount.Minor}, {"amount_currency", &c.Amount.Currency},
		{"paid_minor", &c.Paid.Minor}, {"paid_currency", &c.Paid.Currency}, {"archive_id", &c.Archive}, {"details", &c.Details},
		{"created_at", &c.CreatedAt}, {"updated_at", &c.UpdatedAt}, {"closed_at", &c.ClosedAt},
	}
}

// keepIdentity undoes what a change may not touch.
func (c *Case) keepIdentity(before Case) {
	c.ID, c.Tenant, c.Key, c.Fingerprint, c.CreatedAt = before.ID, before.Tenant, before.Key, before.Fingerprint, before.CreatedAt
	c.Tracker, c.Label, c.Reason, c.Archive = before.Tracker, before.Label, before.Reason, before.Archive
}

// OpenCase writes a claim with its archive.
func (db *DB) OpenCase(ctx context.Context, c Case, archive Document, audit []AuditEntry) (Case, bool, error) {
	var out Case
	var made bool
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		out, made = c, false
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		known, err := claimKey(ctx, s, keyRow{tenant: c.Tenant, key: c.Key, kind: kindClaim, object: c.ID, at: now})
		if err != nil {
			return err
		}
		if known != "" {
			out, err = selectOne[Case](ctx, s, byID, c.Tenant, known)
			return err
		}
		if _, err := selectOne[Tracker](ctx, s, byID, c.Tenant, c.Tracker); err != nil {
			return err
		}
		// The bytes are the same again only for the same claim, since they name it.
		archive.Tenant, archive.Owner = c.Tenant, c.ID
		paper, err := putDocument(ctx, s, archive)
		if err != nil {
			return err
		}
		out.State, out.Archive, out.UpdatedAt = CaseOpen, paper.ID, now
		if out.CreatedAt.IsZero() {
			out.CreatedAt = now
		}
		n, err := insert(ctx, s, &out, "ON CONFLICT (tenant, tracker_id, reason) DO NOTHING")
		if err == nil && n == 0 {
			// Read here: whoever came first may be of the same commit, which nobody else sees yet.
			if out, err = selectOne[Case](ctx, s, "tenant = ? AND tracker_id = ? AND reason = ?", c.Tenant, c.Tracker, c.Reason); err == nil {
				err = fmt.Errorf("%w: a claim for this tracker and reason", ErrDuplicate)
			}
		}
		if err != nil {
			return err
		}
		made = true
		return addAudit(ctx, s, c.Tenant, audit)
	})
	switch {
	case errors.Is(err, ErrDuplicate):
		return out, false, err
	case err != nil:
		return Case{}, false, err
	}
	return out, made, nil
}

const byID = "tenant = ? AND id = ?"

// Case reads one claim.
func (db *DB) Case(ctx context.Context, tenant Tenant, id string) (Case, error) {
	return selectOne[Case](ctx, db.reader(), byID, tenant, id)
}

// CaseByKey reads the claim that an idempotency key has made.
func (db *DB) CaseByKey(ctx context.Context, tenant Tenant, key string) (Case, error) {
	s := db.reader()
	id, err := knownKey(ctx, s, keyRow{tenant: tenant, key: key, kind: kindClaim})
	if err != nil {
		return Case{}, err
	}
	return selectOne[Case](ctx, s, byID, tenant, id)
}

// ListCases lists a tenant's claims.
func (db *DB) ListCases(ctx context.Context, tenant Tenant, f CaseFilter, page Page) (List[Case], error) {
	w := where{}
	w.and("tenant = ?", tenant)
	w.andIs("tracker_id", f.Tracker)
	w.andIs("reason", f.Reason)
	w.andIs("state", string(f.State))
	return selectPage[Case](ctx, db.reader(), w, page, func(c Case) string { return c.ID })
}

// ChangeCase edits a claim.
func (db *DB) ChangeCase(ctx context.Context, tenant Tenant, id string, change func(*Case) ([]AuditEntry, error)) (Case, error) {
	var c Case
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if c, err = selectOne[Case](ctx, s, byID+s.lock(), tenant, id); err != nil {
			return err
		}
		before := c
		if c.UpdatedAt, err = s.now(ctx); err != nil {
			return err
		}
		audit, err := change(&c)
		if err != nil {
			return err
		}
		c.keepIdentity(before)
		if err := update(ctx, s, &c, tenant, id); err != nil {
			return err
		}
		return addAudit(ctx, s, tenant, audit)
	})
	if err != nil {
		return Case{}, err
	}
	return c, nil
}
