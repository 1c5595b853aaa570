package store

import (
	"context"
	"errors"
	"time"
)

// counterAlive holds the time of the last beat.
const counterAlive = "alive"

// Beat notes that somebody polls.
func (db *DB) Beat(ctx context.Context) (time.Duration, error) {
	var silence time.Duration
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		silence = 0
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		var last int64
		err = s.queryRow(ctx, "SELECT value FROM counters WHERE name = ?"+s.lock(), []any{counterAlive}, &last)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return err
		default:
			silence = max(0, now.Sub(fromMicros(last)))
		}
		_, err = s.exec(ctx, "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			counterAlive, now)
		return err
	})
	return silence, err
}

// hastened is the span into which polls are brought.
const hastened = time.Hour

// HastenTrackers brings polls nearer: each wait becomes the 32nd part, that of a day 45 minutes,
// so that the order stays and no crowd comes at once.
func (db *DB) HastenTrackers(ctx context.Context, accounts []string, limit int) (int, error) {
	if len(accounts) == 0 {
		return 0, nil
	}
	var n int64
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		cond, args := in("account", accounts)
		args = append([]any{now, now, now.Add(hastened), false}, args...)
		n, err = s.exec(ctx, `UPDATE trackers SET due_at = ? + (due_at - ?) / 32 WHERE (tenant, id) IN (
			SELECT tenant, id FROM trackers WHERE due_at > 0 AND due_at > ? AND terminal = ? AND `+cond+` ORDER BY due_at LIMIT ?`+s.skipLocked()+`)`,
			append(args, bounded(limit, maxClaim))...)
		return err
	})
	return int(n), err
}
