package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// runner works on one endpoint as long as it has something to do. It claims somewhat more than
// there are places, so that deliveries go on while it writes down what became of others.
type runner struct {
	*Service
	endpoint
	failing bool // the lane of its places
	places  int  // taken and not in use
	open    int  // deliveries claimed and not yet landed
	poke    chan struct{}
	results chan store.DeliveryResult
	done    []store.DeliveryResult // to be written down
	halted  atomic.Bool            // what is ready is given back untried
	workers sync.WaitGroup

	mu      sync.Mutex
	ready   []job
	running int // places in use; none is left while something is ready
}

// job is a claimed delivery.
type job struct {
	webhook *store.Webhook
	due     *store.DueDelivery
	claimed time.Time
}

func (s *Service) runner(e endpoint, failing bool, places int) *runner {
	n := s.limits.PerEndpoint + s.limits.Ahead
	return &runner{Service: s, endpoint: e, failing: failing, places: places, poke: make(chan struct{}, 1),
		results: make(chan store.DeliveryResult, n)}
}

// run ends with nothing under way and all results written down, or lost to a store that is
// away, in which case the leases end and the deliveries are made again.
func (r *runner) run(ctx, send context.Context) {
	defer func() {
		r.workers.Wait()
		r.lanes.give(r.endpoint, r.failing, r.places)
	}()
	for {
		work, err := r.round(ctx)
		if err != nil {
			r.flush(ctx, err)
			return
		}
		r.launch(send, &work)
		if r.open == 0 && !work.Behind {
			return
		}
		if r.gather(); ctx.Err() != nil {
			r.flush(ctx, nil)
			return
		}
		if r.failing != (work.Webhook.Failures >= r.limits.Trip) && r.open == 0 {
			r.flush(ctx, nil)
			return // to begin again in the right lane
		}
		for r.places = r.lanes.take(r.endpoint, r.failing); r.take() == 0 && len(r.done) == 0 && r.open > 0; {
			r.gather() // a poke alone gives nothing to do
			r.places += r.lanes.take(r.endpoint, r.failing)
		}
	}
}

// take is how many deliveries to claim: for the places that are free, and ahead of those that
// will be. Who fails gets one at a time.
func (r *runner) take() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.failing:
		return r.places
	case r.places == 0 && r.running == 0:
		return 0
	}
	return max(0, min(r.places+r.limits.Ahead-len(r.ready), cap(r.results)-r.open))
}

// round writes down what is done and claims what can be made soon.
func (r *runner) round(ctx context.Context) (store.WebhookWork, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTime)
	defer cancel()
	roll := rand.Float64()
	work, err := r.store.WorkWebhook(ctx, r.tenant, r.id, store.WebhookRound{
		Done: r.done, Take: r.take(), Trip: r.limits.Trip, Lease: r.limits.lease(),
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

// launch makes the claimed deliveries ready, and sets the free places to work on them. Those
// that are not needed are given back.
func (r *runner) launch(send context.Context, work *store.WebhookWork) {
	// An endpoint that has begun to fail, or is disabled, is not sent what was claimed before.
	r.halted.Store(work.Webhook.State != store.WebhookEnabled || !r.failing && work.Webhook.Failures >= r.limits.Trip)
	r.set(send, work)
	r.lanes.give(r.endpoint, r.failing, r.places)
	r.places = 0
}

func (r *runner) set(send context.Context, work *store.WebhookWork) {
	r.mu.Lock()
	defer r.mu.Unlock()
	claimed := time.Now()
	for i := range work.Due {
		r.open++
		r.ready = append(r.ready, job{&work.Webhook, &work.Due[i], claimed})
	}
	for range min(r.places, len(r.ready)) {
		r.places--
		r.running++
		r.workers.Go(func() { r.work(send) })
	}
	if r.running == 0 { // what was claimed ahead has lost its places meanwhile
		r.giveBack()
	}
}

// work makes what is ready on one place, which it gives back in the end.
func (r *runner) work(send context.Context) {
	for j, ok := r.next(); ok; j, ok = r.next() {
		r.results <- r.deliver(send, j)
	}
	r.lanes.give(r.endpoint, r.failing, 1)
}

// next is what to make now; where there is nothing the place is free.
func (r *runner) next() (job, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ready) == 0 {
		r.running--
		return job{}, false
	}
	j := r.ready[0]
	r.ready = r.ready[1:]
	return j, true
}

// deliver makes one delivery.
func (r *runner) deliver(send context.Context, j job) store.DeliveryResult {
	d := j.due
	released := store.DeliveryResult{ID: d.ID, Epoch: d.Epoch, Released: true}
	// Where it waited too long since the claim, another may have the delivery by now.
	if send.Err() != nil || r.halted.Load() || time.Since(j.claimed) > r.limits.lease()-r.limits.Timeout {
		return released
	}
	if d.Event.ID == "" {
		return store.DeliveryResult{ID: d.ID, Epoch: d.Epoch, State: store.DeliveryDead,
			Attempt: store.Attempted{At: time.Now().UTC(), Error: "the event is gone from the log"}}
	}
	t := r.try(send, j.webhook, d.Event)
	if send.Err() != nil && t.attempt.Status == 0 {
		return released
	}
	return r.limits.result(d, t, rand.Float64())
}

// gather waits for one result or a poke, and takes what else is there.
func (r *runner) gather() {
	if r.open == 0 {
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
	r.open--
	r.done = append(r.done, d)
}

// flush waits for what is under way and writes it down, once. What has not begun is given
// back.
func (r *runner) flush(ctx context.Context, cause error) {
	r.halted.Store(true)
	r.mu.Lock()
	r.giveBack()
	r.mu.Unlock()
	for r.open > 0 {
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

// giveBack returns what is ready and on no place. The lock is held.
func (r *runner) giveBack() {
	for _, j := range r.ready {
		r.landed(store.DeliveryResult{ID: j.due.ID, Epoch: j.due.Epoch, Released: true})
	}
	r.ready = nil
}
