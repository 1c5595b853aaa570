package store

import "context"

// maxClaim bounds what one claim takes.
const maxClaim = 1000

// claimDue takes what is due and under no lease. The kinds of things that can be due all
// have the same columns for it.
func claimDue[T any, R holdable[T]](ctx context.Context, db *DB, d Due, cond string, args []any) ([]T, error) {
	var out []T
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		w := where{}
		w.and("due_at > 0 AND due_at <= ? AND lease_until <= ?", now, now)
		if cond != "" {
			w.and(cond, args...)
		}
		if len(d.Accounts) > 0 {
			c, a := in("account", d.Accounts)
			w.and(c, a...)
		}
		out, err = lockDue[T, R](ctx, s, d.Lease, "", w.String()+" ORDER BY due_at LIMIT ?",
			append(w.args, bounded(d.Limit, maxClaim))...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
