package webhooks

import (
	"context"
	"log/slog"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

const (
	// sweepEvery is how often old deliveries are deleted, sweepBatch how many at once.
	sweepEvery = 10 * time.Minute
	sweepBatch = 1000
)

// every calls fn again and again until ctx ends.
func (s *Service) every(ctx context.Context, wait time.Duration, fn func(context.Context)) {
	tick := time.NewTicker(wait)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fn(ctx)
		}
	}
}

// watch gives notices, and disables who failed for too long, also where nothing is tried.
func (s *Service) watch(ctx context.Context) {
	now := time.Now()
	for _, level := range []struct {
		spell   time.Duration
		notices int
	}{{disableAfter, 3}, {secondNotice, 2}, {firstNotice, 1}} {
		list, err := s.store.FailingWebhooks(ctx, now.Add(-level.spell), level.notices, sweepBatch)
		if err != nil {
			s.logger.LogAttrs(ctx, slog.LevelWarn, "webhooks: those that fail cannot be found", slog.Any("error", err))
			return
		}
		for _, b := range list {
			work, err := s.store.WorkWebhook(ctx, b.Tenant, b.ID, store.WebhookRound{
				Settle: func(w *store.Webhook, now time.Time, _ []store.DeliveryResult) []store.Event {
					return s.limits.settle(w, now, nil, 0)
				}})
			if err == nil && work.Webhook.State == store.WebhookDisabled {
				s.tellDisabled(work.Webhook)
			}
		}
	}
}

// sweep deletes deliveries that nobody lists any more.
func (s *Service) sweep(ctx context.Context) {
	for {
		n, err := s.store.DeleteDeliveries(ctx, s.limits.Keep, sweepBatch)
		if err != nil && ctx.Err() == nil {
			s.logger.LogAttrs(ctx, slog.LevelWarn, "webhooks: old deliveries stay", slog.Any("error", err))
		}
		if err != nil || n < sweepBatch {
			return
		}
	}
}
