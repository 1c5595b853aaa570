package store

import (
	"context"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

func (e *AuditEntry) table() string { return "audit" }

func (e *AuditEntry) columns() []column {
	return []column{
		{"tenant", asWord(&e.Tenant)}, {"id", &e.ID}, {"actor", &e.Actor}, {"action", &e.Action},
		{"object", &e.Object}, {"detail", &e.Detail}, {"at", &e.At},
	}
}

// AppendAudit writes a line.
func (db *DB) AppendAudit(ctx context.Context, e AuditEntry) error {
	return db.write(ctx, func(ctx context.Context, s *session) error {
		return addAudit(ctx, s, e.Tenant, []AuditEntry{e})
	})
}

// addAudit writes lines of a tenant.
func addAudit(ctx context.Context, s *session, tenant Tenant, entries []AuditEntry) error {
	for _, e := range entries {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		e.Tenant = tenant
		if e.ID == "" {
			e.ID = ids.New(ids.Audit)
		}
		if e.At.IsZero() {
			e.At = now
		}
		if _, err := insert(ctx, s, &e, ""); err != nil {
			return err
		}
	}
	return nil
}

// ListAudit lists a tenant's log.
func (db *DB) ListAudit(ctx context.Context, tenant Tenant, page Page) (List[AuditEntry], error) {
	w := where{}
	w.and("tenant = ?", tenant)
	return selectPage[AuditEntry](ctx, db.reader(), w, page, func(e AuditEntry) string { return e.ID })
}
