package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// DeleteCallbacks deletes what is too old. Ids sort by time, so that tenant by tenant the oldest
// are first, and no index is needed for it that every push would pay for on its way in.
func (db *DB) DeleteCallbacks(ctx context.Context, age time.Duration, limit int) (int, error) {
	left := bounded(limit, maxClaim)
	deleted := 0
	tenant, err := nextTenant(ctx, db.reader(), "")
	for ; err == nil && left > deleted; tenant, err = nextTenant(ctx, db.reader(), tenant) {
		n, err := db.deleteCallbacks(ctx, tenant, age, left-deleted)
		if deleted += n; err != nil {
			return deleted, err
		}
	}
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return deleted, err
}

// nextTenant is the next one that has pushes.
func nextTenant(ctx context.Context, s *session, after Tenant) (Tenant, error) {
	var t string
	err := s.queryRow(ctx, "SELECT tenant FROM callbacks WHERE tenant > ? ORDER BY tenant LIMIT 1", []any{after}, &t)
	return Tenant(t), err
}

func (db *DB) deleteCallbacks(ctx context.Context, tenant Tenant, age time.Duration, limit int) (int, error) {
	n := 0
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		n = 0
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		var old []string
		err = s.query(ctx, "SELECT id, received_at FROM callbacks WHERE tenant = ? AND state <> 'received' ORDER BY id LIMIT ?"+s.skipLocked(),
			[]any{tenant, limit}, func(r *sql.Rows) error {
				var id string
				var at int64
				err := r.Scan(&id, &at)
				if fromMicros(at).Before(now.Add(-age)) {
					old = append(old, id)
				}
				return err
			})
		if err != nil || len(old) == 0 {
			return err
		}
		for _, from := range []struct{ table, column string }{{"callback_numbers", "callback_id"}, {"callbacks", "id"}} {
			cond, args := in(from.column, old)
			if _, err := s.exec(ctx, "DELETE FROM "+from.table+" WHERE tenant = ? AND "+cond, append([]any{tenant}, args...)...); err != nil {
				return err
			}
		}
		n = len(old)
		return nil
	})
	return n, err
}
