package inbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// markLimit bounds the write of what became of a batch, also while we shut down.
const markLimit = 5 * time.Second

// Run reads what was accepted until ctx ends, and returns when its last batch is written
// down. Any number of processes may run it on one store.
func (s *Service) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { s.retain(ctx) })
	done := make(chan struct{}, s.limits.Batches)
	busy, again := 0, true
	for ctx.Err() == nil {
		if busy < s.limits.Batches && again {
			rows, err := s.store.ClaimDueCallbacks(ctx, store.Due{Lease: s.limits.Lease, Limit: s.limits.Batch})
			if err != nil && ctx.Err() == nil {
				s.logger.LogAttrs(ctx, slog.LevelWarn, "callbacks: the store gives none", slog.Any("error", err))
			}
			if len(rows) > 0 {
				busy++
				work.Go(func() {
					defer func() { done <- struct{}{} }()
					s.batch(ctx, rows)
				})
				continue // other accounts may have more
			}
			// While batches run, what comes is nearly always of the accounts that they hold: to
			// look at each arrival would cost the store more than the work itself.
			again = busy == 0
		}
		if s.rest(ctx, done, &again) {
			busy--
		}
	}
}

// rest waits until there may be something to do, and tells whether a batch has ended. again
// is set where it is time to look whatever runs.
func (s *Service) rest(ctx context.Context, done <-chan struct{}, again *bool) (ended bool) {
	timer := time.NewTimer(s.limits.Idle)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-s.wake:
		return false
	case <-timer.C:
	case <-done:
		ended = true
	}
	*again = true
	return ended
}

// batch reads and applies claimed messages and marks them, all at once. Parcels are worked on
// side by side, the news of one parcel in the order in which they came.
func (s *Service) batch(ctx context.Context, rows []store.Callback) {
	work, cancel := context.WithTimeout(ctx, s.limits.Lease*2/3)
	defer cancel()
	items := make([]*item, len(rows))
	chains := map[string][]unit{}
	var order []string
	for i, row := range rows {
		items[i] = s.read(row)
		for _, u := range items[i].units() {
			if chains[u.parcel] == nil {
				order = append(order, u.parcel)
			}
			chains[u.parcel] = append(chains[u.parcel], u)
		}
	}
	s.runChains(work, order, chains)
	marks := make([]store.CallbackMark, len(items))
	for i, it := range items {
		marks[i] = s.verdict(work, it)
		s.metrics.worked.WithLabelValues(it.row.Adapter, string(marks[i].State)).Inc()
	}
	write, stop := context.WithTimeout(context.WithoutCancel(ctx), markLimit)
	defer stop()
	if _, err := s.store.MarkCallbacks(write, marks); err != nil {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "callbacks: marks not written, the lease will end", slog.Any("error", err))
	}
}

// runChains runs each parcel's units in order, and some parcels at once.
func (s *Service) runChains(ctx context.Context, order []string, chains map[string][]unit) {
	var work sync.WaitGroup
	defer work.Wait()
	places := make(chan struct{}, s.limits.Parcels)
	for _, parcel := range order {
		places <- struct{}{}
		work.Go(func() {
			defer func() { <-places }()
			for _, u := range chains[parcel] {
				s.apply(ctx, u)
			}
		})
	}
}
