// Package guards stands between the gateway and every adapter call: a rate budget for each
// account, a circuit breaker for each base URL and operation and for each account's
// credentials, a bulkhead for each carrier, and a deadline for each call.
//
// A call is admitted in this order: bulkhead, breakers, budget last, since what was taken
// of a budget cannot be given back. A refusal is a *normalize.Error of kind rate_limited,
// circuit_open or overloaded, NotSent, with RetryAfter. Do admits and runs; a purchase
// calls Admit before anything is written down, then Run.
package guards

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Guards are all guards of one process. They are safe for many goroutines.
type Guards struct {
	cfg     Config
	log     *slog.Logger
	metrics *metrics
	registry
}

// New makes guards from numbers of which the zero ones take their defaults; every fault
// in them is named in the one error. reg and log may be nil.
func New(cfg Config, reg prometheus.Registerer, log *slog.Logger) (*Guards, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	g := &Guards{cfg: cfg, log: log, metrics: newMetrics(), registry: newRegistry()}
	if reg != nil {
		if err := g.register(reg); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// Do admits a call and makes it.
func (g *Guards) Do(ctx context.Context, call Call, fn func(context.Context) error) error {
	p, err := g.Admit(ctx, call)
	if err != nil {
		return err
	}
	return p.Run(ctx, fn)
}

// Admit takes everything that a call needs, so that a purchase is refused before anything
// is written down. It waits as long as the call's class allows.
func (g *Guards) Admit(ctx context.Context, call Call) (*Permit, error) {
	call.Cost = max(1, call.Cost)
	ln := g.lane(g.cfg, call)
	p, refusal := g.admit(ctx, ln, call)
	if refusal != nil {
		g.metrics.refused.WithLabelValues(call.Carrier, string(call.Op), string(refusal.Kind)).Inc()
		return nil, refusal
	}
	return p, nil
}

func (g *Guards) admit(ctx context.Context, ln *lane, call Call) (*Permit, *normalize.Error) {
	start := time.Now()
	until := start.Add(g.cfg.wait(call))
	if err := ctx.Err(); err != nil {
		e, _ := errors.AsType[*normalize.Error](late(call, err))
		return nil, e
	}
	if left := ln.held(start); left > 0 {
		return nil, refuse(call, normalize.KindRateLimited, left, nil, "the carrier asked to wait")
	}
	if in, err := ln.bulkhead.enter(ctx, call.class(), until); !in {
		return nil, refuse(call, KindOverloaded, time.Second, err, "too many calls of this carrier at once")
	}
	p := &Permit{g: g, lane: ln, call: call}
	if refusal := g.passBreakers(p); refusal != nil {
		ln.bulkhead.leave()
		ln.report(g)
		return nil, refusal
	}
	before := time.Now()
	if err := ln.account.limiter.Take(ctx, call.Cost, until.Sub(before)); err != nil {
		p.deadline = before
		p.Cancel()
		r, _ := errors.AsType[*Refused](err)
		return nil, refuse(call, normalize.KindRateLimited, r.After, r.Err, "%s", r.Reason)
	}
	now := time.Now()
	g.metrics.waits.WithLabelValues(call.Carrier).Observe(now.Sub(before).Seconds())
	limit := g.cfg.limit(call.Op)
	p.deadline = now.Add(limit)
	if p.line.probe() || p.account.probe() {
		p.timer = time.AfterFunc(limit+grace, p.giveUp)
	}
	return p, nil
}

// passBreakers asks the account's breaker first: it refuses for longer.
func (g *Guards) passBreakers(p *Permit) *normalize.Error {
	size, _, _ := p.lane.bulkhead.use()
	account, after, ok := p.lane.account.breaker.allow(size)
	if !ok {
		return refuse(p.call, normalize.KindCircuitOpen, after, nil, "the carrier refused the account's credentials")
	}
	line, after, ok := p.lane.line.breaker.allow(size)
	if !ok {
		account.settle(excluded, "")
		return refuse(p.call, normalize.KindCircuitOpen, after, nil, "the carrier failed too often and is left alone")
	}
	p.account, p.line = account, line
	return nil
}
