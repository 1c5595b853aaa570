package store

import (
	"context"
	"errors"
)

// AbandonLeases ends every lease that an earlier process left behind, so that what was in
// flight when it died is looked at now and not when its lease runs out. Only the one
// process that owns the store may call it, before it begins to work: it takes a lease from
// whoever holds it.
func (db *DB) AbandonLeases(ctx context.Context) error {
	if !db.dialect.oneProcess {
		return errors.New("the leases of other replicas cannot be ended")
	}
	return db.write(ctx, func(ctx context.Context, s *session) error {
		for _, table := range []string{"purchases", "trackers", "callbacks", "plans", "passes"} {
			if _, err := s.exec(ctx, "UPDATE "+table+" SET lease_until = 1 WHERE lease_until > 1"); err != nil {
				return err
			}
		}
		// Deliveries are many; the index knows those that can be due.
		_, err := s.exec(ctx, "UPDATE deliveries SET lease_until = 1 WHERE state = 'pending' AND due_at > 0 AND lease_until > 1")
		return err
	})
}
