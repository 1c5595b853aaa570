package trackers

import (
	"cmp"
	"context"
	"log/slog"
	"time"
)

// hastenAtOnce is how many parcels one write brings nearer.
const hastenAtOnce = 500

// beat notes that somebody is there, and where nobody was for too long has the parcels asked
// for whose pushes were lost meanwhile: carriers give up after some hours. How fast they are
// asked for is the account's budget.
func (s *Service) beat(ctx context.Context) {
	outage := cmp.Or(s.intervals.Outage, defaultOutage)
	tick := time.NewTicker(outage / 3)
	defer tick.Stop()
	for {
		silence, err := s.store.Beat(ctx)
		if err == nil && silence > outage {
			err = s.backfill(ctx, silence)
		}
		if err != nil && ctx.Err() == nil {
			s.logger.LogAttrs(ctx, slog.LevelWarn, "trackers: the store knows of no outage", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// backfill makes parcels due whose carriers push, and can be asked as well.
func (s *Service) backfill(ctx context.Context, silence time.Duration) error {
	var accounts []string
	for _, a := range s.registry.All() {
		if a.Enabled && a.Ops.Tracker != nil && a.Ops.CallbackParser != nil {
			accounts = append(accounts, a.ID)
		}
	}
	all := 0
	for {
		n, err := s.store.HastenTrackers(ctx, accounts, hastenAtOnce)
		if all += n; err != nil || n == 0 {
			s.logger.LogAttrs(ctx, slog.LevelInfo, "trackers: parcels are asked for after an outage", slog.Duration("duration", silence), slog.Int("parcels", all))
			return err
		}
	}
}
