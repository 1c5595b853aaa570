package webhooks

import (
	"context"
	"errors"
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
			r := &runner{Service: s, endpoint: e, failing: failing, places: places, poke: make(chan struct{}, 1),
				results: make(chan store.DeliveryResult, s.limits.PerEndpoint)}
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

// runner works on one endpoint as long as it has something to do.
type runner struct {
	*Service
	endpoint
	failing bool // the lane of its places
	places  int  // taken and not in use
	flying  int  // deliveries under way, each on a place
	poke    chan struct{}
	results chan store.DeliveryResult
	done    []store.DeliveryResult // to be written down
}

// run ends with nothing under way and all results written down, or lost to a store that is
// away, in which case the leases end and the deliveries are made again.
func (r *runner) run(ctx, send context.Context) {
	defer func() { r.lanes.give(r.endpoint, r.failing, r.places) }()
	for {
		work, err := r.round(ctx)
		if err != nil {
			r.flush(ctx, err)
			return
		}
		for i := range work.Due {
			r.launch(send, &work.Webhook, &work.Due[i])
		}
		r.lanes.give(r.endpoint, r.failing, r.places)
		r.places = 0
		if r.flying == 0 && !work.Behind {
			return
		}
		if r.gather(); ctx.Err() != nil {
			r.flush(ctx, nil)
			return
		}
		if r.failing != (work.Webhook.Failures >= r.limits.Trip) && r.flying == 0 {
			r.flush(ctx, nil)
			return // to begin again in the right lane
		}
		for r.places = r.lanes.take(r.endpoint, r.failing); r.places == 0 && len(r.done) == 0 && r.flying > 0; {
			r.gather() // a poke alone gives nothing to do
			r.places = r.lanes.take(r.endpoint, r.failing)
		}
	}
}

// round writes down what is done and claims as much as there are places for.
func (r *runner) round(ctx context.Context) (store.WebhookWork, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTime)
	defer cancel()
	roll := rand.Float64()
	work, err := r.store.WorkWebhook(ctx, r.tenant, r.id, store.WebhookRound{
		Done: r.done, Take: r.places, Trip: r.limits.Trip, Lease: r.limits.lease(),
		Fill: fillAt, Queue: r.limits.Queue, MaxAge: r.limits.Keep, Wants: wants,
		Settle: func(w *store.Webhook, now time.Time, counted []store.DeliveryResult) []store.Event {
			return r.limits.settle(w, now, counted, roll)
		},
	})
	if err == nil {
		r.written(work.Webhook)
	}
	return work, err
}

// written counts what was written down.
func (r *runner) written(w store.Webhook) {
	for _, d := range r.done {
		if d.State == store.DeliveryDelivered || d.State == store.DeliveryDead {
			r.metrics.ended.WithLabelValues(string(d.State)).Inc()
		}
	}
	if w.State == store.WebhookDisabled && len(r.done) > 0 {
		r.tellDisabled(w)
	}
	r.done = nil
}

func (s *Service) tellDisabled(w store.Webhook) {
	s.metrics.disabled.WithLabelValues(w.Reason).Inc()
	s.logger.Warn("webhook disabled", "op", "webhook", "webhook", w.ID, "kind", w.Reason)
}

// launch makes one delivery on a place.
func (r *runner) launch(send context.Context, w *store.Webhook, d *store.DueDelivery) {
	claimed := time.Now()
	r.places--
	r.flying++
	go func() {
		released := store.DeliveryResult{ID: d.ID, Epoch: d.Epoch, Released: true}
		// Where the process slept since the claim, another may have the delivery by now.
		if send.Err() != nil || time.Since(claimed) > r.limits.lease()-r.limits.Timeout {
			r.results <- released
			return
		}
		if d.Event.ID == "" {
			r.results <- store.DeliveryResult{ID: d.ID, Epoch: d.Epoch, State: store.DeliveryDead,
				Attempt: store.Attempted{At: claimed.UTC(), Error: "the event is gone from the log"}}
			return
		}
		t := r.try(send, w, d.Event)
		if send.Err() != nil && t.attempt.Status == 0 {
			r.results <- released
			return
		}
		r.results <- r.limits.result(d, t, rand.Float64())
	}()
}

// gather waits for one result or a poke, and takes what else is there.
func (r *runner) gather() {
	if r.flying == 0 {
		return
	}
	select {
	case d := <-r.results:
		r.landed(d)
	case <-r.poke:
	}
	for {
		select {
		case d := <-r.results:
			r.landed(d)
		default:
			return
		}
	}
}

func (r *runner) landed(d store.DeliveryResult) {
	r.flying--
	r.lanes.give(r.endpoint, r.failing, 1)
	r.done = append(r.done, d)
}

// flush waits for what is under way and writes it down, once.
func (r *runner) flush(ctx context.Context, cause error) {
	for r.flying > 0 {
		r.landed(<-r.results)
	}
	var err error
	if len(r.done) > 0 {
		r.lanes.give(r.endpoint, r.failing, r.places)
		r.places = 0
		_, err = r.round(ctx)
	}
	if err = errors.Join(cause, err); err != nil && !errors.Is(err, store.ErrNotFound) {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "webhooks: results not written, the lease will end", slog.String("webhook", r.id), slog.Any("error", err))
	}
}
