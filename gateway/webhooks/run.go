package webhooks

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

const (
	// fillAt is how many events of the log one round looks at.
	fillAt = 200
	// maxBusy is how many endpoints one look finds.
	maxBusy = 10_000
	// roundTime bounds one round in the store, also while we shut down.
	roundTime = 10 * time.Second
)

// Run delivers until ctx ends, and returns when its last delivery has. Any number of
// processes may run it on one store.
func (s *Service) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	// Running deliveries get a little time when we shut down.
	send, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	work.Go(func() {
		<-ctx.Done()
		select {
		case <-time.After(s.limits.Grace):
		case <-send.Done():
		}
		stop()
	})
	work.Go(func() { s.every(ctx, s.limits.Watch, s.watch) })
	work.Go(func() { s.every(ctx, sweepEvery, s.sweep) })
	s.dispatch(ctx, send)
	stop()
}

// dispatch keeps a runner for each endpoint that has something to do.
func (s *Service) dispatch(ctx, send context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	pokes := map[endpoint]chan struct{}{}
	ended := make(chan endpoint, maxBusy)
	idle := time.NewTimer(0)
	defer idle.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case e := <-ended:
			delete(pokes, e)
			continue
		case <-s.wake:
		case <-idle.C:
		}
		for _, b := range s.busy(ctx) {
			e := endpoint{b.Tenant, b.ID}
			if poke, ok := pokes[e]; ok {
				select {
				case poke <- struct{}{}:
				default:
				}
				continue
			}
			if len(pokes) >= maxBusy {
				break
			}
			failing := b.Failures >= s.limits.Trip
			places := s.lanes.take(e, failing)
			if places == 0 {
				continue
			}
			r := s.runner(e, failing, places)
			pokes[e] = r.poke
			running.Go(func() {
				defer func() { ended <- e }()
				r.run(ctx, send)
			})
		}
		idle.Reset(s.limits.Idle)
	}
}

// busy finds who has something to do, in no order, so that nobody is always last.
func (s *Service) busy(ctx context.Context) []store.BusyWebhook {
	list, err := s.store.BusyWebhooks(ctx, s.limits.Queue, maxBusy)
	if err != nil && ctx.Err() == nil {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "webhooks: the store gives none", slog.Any("error", err))
	}
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
