// Package inbox takes what carriers push. A message is verified by its carrier's own means
// and durable before it is acknowledged; it is read and applied afterwards, in the order of
// arrival. What is forged is refused and kept in a small quarantine; what is authentic but
// cannot be read is acknowledged, kept, and can be replayed once we know better.
package inbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Store is what the inbox keeps.
type Store interface {
	store.Callbacks
}

// Trackers take in what was read.
type Trackers interface {
	Apply(ctx context.Context, a *accounts.Account, list []normalize.Tracking, source trackers.Source, callback string) (trackers.Applied, error)
	Hint(ctx context.Context, a *accounts.Account, list []normalize.Tracking) (unmatched []string, err error)
}

// Caller makes guarded calls to carriers.
type Caller interface {
	Call(ctx context.Context, a *accounts.Account, op adapters.Operation, fn func(context.Context) error) error
}

// Deps are what the service needs. Caller makes the calls that handshakes ask for. Metrics may
// be nil.
type Deps struct {
	Registry *accounts.Registry
	Caller   Caller
	Store    Store
	Trackers Trackers
	Logger   *slog.Logger
	Metrics  prometheus.Registerer
	Limits   Limits
}

// Limits bound the inbox; those that are 0 take their default.
type Limits struct {
	// Refused and RefusedBytes bound the quarantine of forged messages per account. What
	// comes beyond is refused all the same, and only counted. 20,000 and 64 MiB.
	Refused      int
	RefusedBytes int64
	// RefusedPerSecond bounds how fast it fills, after a burst of twenty times as many: 100.
	RefusedPerSecond int
	// Keep is how long a message is kept, whatever became of it, unless it still waits to be
	// read: 30 days.
	Keep time.Duration
	// Batch is how many messages one claim takes (128), Batches how many are worked on at
	// once (3), and Parcels how many parcels of one batch (64).
	Batch, Batches, Parcels int
	// Lease is how long a claim holds an account's messages, should its process die: 2 s.
	// Work on them stops after two thirds of it, and on one parcel after half.
	Lease time.Duration
	// Idle is how long the worker rests when nothing is due: 250 ms.
	Idle time.Duration
	// Append bounds the durable write before the acknowledgement: 4 s, since one carrier
	// waits no longer than 5 s.
	Append time.Duration
	// Retry are the waits after a first and a second failure that is not the message's
	// fault; the third puts it in quarantine. 1 s and 10 s. A store that is too slow is not a
	// failure of that kind: only after Slow tries (50) it may be the message that makes it so.
	Retry [2]time.Duration
	Slow  int
}

func (l *Limits) fill() {
	for _, n := range []struct {
		to    *int
		value int
	}{{&l.Refused, 20_000}, {&l.RefusedPerSecond, 100}, {&l.Batch, 128}, {&l.Batches, 3}, {&l.Parcels, 64}, {&l.Slow, 50}} {
		if *n.to <= 0 {
			*n.to = n.value
		}
	}
	if l.RefusedBytes <= 0 {
		l.RefusedBytes = 64 << 20
	}
	for _, d := range []struct {
		to    *time.Duration
		value time.Duration
	}{{&l.Keep, 30 * 24 * time.Hour}, {&l.Lease, 2 * time.Second}, {&l.Idle, 250 * time.Millisecond}, {&l.Append, 4 * time.Second},
		{&l.Retry[0], time.Second}, {&l.Retry[1], 10 * time.Second}} {
		if *d.to <= 0 {
			*d.to = d.value
		}
	}
}

// Service is the inbox of all accounts.
type Service struct {
	registry   *accounts.Registry
	caller     Caller
	store      Store
	trackers   Trackers
	logger     *slog.Logger
	limits     Limits
	metrics    *metrics
	quarantine quarantine
	wake       chan struct{}
}

// New makes the service.
func New(d Deps) (*Service, error) {
	d.Limits.fill()
	s := &Service{registry: d.Registry, caller: d.Caller, store: d.Store, trackers: d.Trackers, logger: d.Logger, limits: d.Limits,
		metrics: newMetrics(), wake: make(chan struct{}, 1)}
	s.quarantine.limits, s.quarantine.store = d.Limits, d.Store
	if d.Metrics != nil {
		return s, s.metrics.register(d.Metrics)
	}
	return s, nil
}

// Wake makes the worker look at once for what is due.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
