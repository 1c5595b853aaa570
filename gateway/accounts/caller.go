package accounts

import (
	"context"
	"log/slog"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/outbound"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Permit is a call that all guards have admitted. It is run once, or cancelled.
type Permit interface {
	Run(ctx context.Context, fn func(context.Context) error) error
	Cancel()
}

// Caller makes calls to carriers, each through the guards of its account, and logs one
// line for each that finished.
type Caller struct {
	guards *guards.Guards
	logger *slog.Logger
}

// NewCaller makes a caller.
func NewCaller(g *guards.Guards, logger *slog.Logger) *Caller { return &Caller{g, logger} }

type backgroundKey struct{}

// InBackground marks calls that nobody waits for: they yield to those that somebody does.
func InBackground(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

func (c *Caller) call(ctx context.Context, a *Account, op adapters.Operation) guards.Call {
	out := guards.Call{Carrier: a.Adapter, Account: a.ID, BaseURL: a.BaseURL, Op: op, Cost: a.Spec.CostOf(op)}
	if ctx.Value(backgroundKey{}) != nil {
		out.Class = guards.Background
	}
	return out
}

// Call admits and runs a call.
func (c *Caller) Call(ctx context.Context, a *Account, op adapters.Operation, fn func(context.Context) error) error {
	start := time.Now()
	err := c.guards.Do(ctx, c.call(ctx, a, op), fn)
	c.log(ctx, a, op, start, err)
	return err
}

// Admit asks all guards before anything is written down.
func (c *Caller) Admit(ctx context.Context, a *Account, op adapters.Operation) (Permit, error) {
	p, err := c.guards.Admit(ctx, c.call(ctx, a, op))
	if err != nil {
		c.log(ctx, a, op, time.Now(), err)
		return nil, err
	}
	return &permit{p, c, a, op}, nil
}

type permit struct {
	*guards.Permit
	caller  *Caller
	account *Account
	op      adapters.Operation
}

func (p *permit) Run(ctx context.Context, fn func(context.Context) error) error {
	start := time.Now()
	err := p.Permit.Run(ctx, fn)
	p.caller.log(ctx, p.account, p.op, start, err)
	return err
}

// Limit is how long one call of an operation may take.
func (c *Caller) Limit(op adapters.Operation) time.Duration { return c.guards.Limit(op) }

// Recorded lets the transport hand each raw reply of a committing request to keep, before
// it is parsed; the returned function tells how far the wire got.
func (c *Caller) Recorded(ctx context.Context, keep func(context.Context, normalize.Evidence) error) (context.Context, func() string) {
	var reached phaseRecord
	ctx = outbound.WithPhases(ctx, reached.note)
	return outbound.WithEvidence(ctx, keep), reached.String
}

func (c *Caller) log(ctx context.Context, a *Account, op adapters.Operation, start time.Time, err error) {
	attrs := []slog.Attr{slog.String("carrier", a.Adapter), slog.String("account", a.ID), slog.String("op", string(op)),
		slog.Duration("duration", time.Since(start))}
	level, kind := slog.LevelInfo, "ok"
	if err != nil {
		level, kind = slog.LevelWarn, string(normalize.KindOf(err))
	}
	c.logger.LogAttrs(ctx, level, "carrier call", append(attrs, slog.String("kind", kind))...)
}
