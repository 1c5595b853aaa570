// Package webhooks tells marketplaces what happened. Each endpoint has a queue of its own,
// filled from the log of events, and hears of each subject in order: at least once, signed by
// the Standard Webhooks scheme, tried again over three days, then laid aside as a dead letter
// that can be replayed. An endpoint that fails is spared, told of, and in the end disabled;
// it never takes the place of another's.
package webhooks

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Store is what webhooks keep.
type Store interface {
	store.Webhooks
	store.Events
}

// Deps are what the service needs. Zero Limits are the default ones; Metrics may be nil.
type Deps struct {
	Store  Store
	Guard  *egress.Guard
	Logger *slog.Logger
	Limits Limits
	// Version is told to endpoints.
	Version string
	Metrics prometheus.Registerer
	// Client sends; the Guard's when nil.
	Client *http.Client
}

// Limits bound the service; those that are 0 take their default.
type Limits struct {
	// Timeout is the longest time of one delivery: 15 s.
	Timeout time.Duration
	// Schedule is how long to wait before each try: over three days.
	Schedule []time.Duration
	// Overlap is how long the secret before a rotation signs too: 24 h.
	Overlap time.Duration
	// Keep is how long deliveries are listed, and how far back an endpoint that was disabled
	// catches up: 30 days.
	Keep time.Duration
	// Trip is how many failures in a row make an endpoint one that is spared: 5.
	Trip int
	// Endpoints is how many a tenant may have: 1,000.
	Endpoints int
	// Queue is how many deliveries of an endpoint may be open: 10,000.
	Queue int
	// All is how many deliveries run at once (256), Failing how many of them may be to
	// endpoints that fail (64), PerTenant (64) and PerEndpoint (16) how many of one.
	All, Failing, PerTenant, PerEndpoint int
	// Ahead is how many deliveries of one endpoint are claimed beyond those that run: 32.
	Ahead int
	// Idle is how long the worker rests when nothing is due: 250 ms.
	Idle time.Duration
	// Watch is how often those that fail are looked at for notices: 5 min.
	Watch time.Duration
	// Grace is how long running deliveries may take when the process ends: 5 s.
	Grace time.Duration
}

// Schedule is how long to wait before each try. After the last one a delivery is dead.
var Schedule = []time.Duration{0, 5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour,
	5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

func (l *Limits) fill() {
	for _, n := range []struct {
		to    *int
		value int
	}{{&l.Trip, 5}, {&l.Endpoints, 1000}, {&l.Queue, 10_000}, {&l.All, 256}, {&l.Failing, 64}, {&l.PerTenant, 64}, {&l.PerEndpoint, 16}, {&l.Ahead, 32}} {
		if *n.to <= 0 {
			*n.to = n.value
		}
	}
	for _, d := range []struct {
		to    *time.Duration
		value time.Duration
	}{{&l.Timeout, 15 * time.Second}, {&l.Overlap, 24 * time.Hour}, {&l.Keep, 30 * 24 * time.Hour},
		{&l.Idle, 250 * time.Millisecond}, {&l.Watch, 5 * time.Minute}, {&l.Grace, 5 * time.Second}} {
		if *d.to <= 0 {
			*d.to = d.value
		}
	}
	if len(l.Schedule) == 0 {
		l.Schedule = Schedule
	}
}

// lease is how long a claim holds, should its process die.
func (l *Limits) lease() time.Duration { return l.Timeout + 10*time.Second }

// Service tells of events.
type Service struct {
	store   Store
	guard   *egress.Guard
	client  *http.Client
	logger  *slog.Logger
	limits  Limits
	version string
	metrics *metrics
	lanes   *lanes
	wake    chan struct{}
}

// New makes the service.
func New(d Deps) (*Service, error) {
	d.Limits.fill()
	s := &Service{store: d.Store, guard: d.Guard, client: d.Client, logger: d.Logger, limits: d.Limits, version: d.Version,
		metrics: newMetrics(), lanes: newLanes(d.Limits), wake: make(chan struct{}, 1)}
	if s.client == nil {
		s.client = d.Guard.Client()
	}
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

// Close frees idle connections.
func (s *Service) Close() { s.client.CloseIdleConnections() }
