package inbox

import (
	"context"
	"log/slog"
	"time"
)

// When old messages are deleted: so long after the start, then daily, in small parts with a
// pause after each, so that nobody waits for it.
const (
	retainFirst = time.Minute
	retainEvery = 24 * time.Hour
	retainPart  = 200
	retainPause = 50 * time.Millisecond
	retainMost  = 5_000 // parts a day: a million messages
)

// retain deletes messages that are too old, until ctx ends.
func (s *Service) retain(ctx context.Context) {
	for wait := retainFirst; rested(ctx, wait); wait = retainEvery {
		n, err := s.deleteOld(ctx)
		if err != nil && ctx.Err() == nil {
			s.logger.LogAttrs(ctx, slog.LevelWarn, "callbacks: old ones are not all deleted", slog.Any("error", err))
		}
		s.metrics.deleted.Add(float64(n))
	}
}

func (s *Service) deleteOld(ctx context.Context) (int, error) {
	all := 0
	for range retainMost {
		n, err := s.store.DeleteCallbacks(ctx, s.limits.Keep, retainPart)
		if all += n; err != nil || n < retainPart || !rested(ctx, retainPause) {
			return all, err
		}
	}
	return all, nil
}

// rested waits, and tells whether ctx still lives.
func rested(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
