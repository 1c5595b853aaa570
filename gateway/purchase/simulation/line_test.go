package simulation

import (
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// line is the adapter of one carrier in one process: it carries requests there and answers
// back, and the process may die or stand still at every step between.
type line struct {
	p *process
	c *carrier
}

// answer is what comes back from a carrier. A status of 0 is a connection that broke.
type answer struct {
	status    int
	body      string
	err       *normalize.Error
	label     normalize.Label
	found     normalize.Found
	voided    normalize.Voided
	draft     normalize.Draft
	documents normalize.Documents
	listing   normalize.Listing
}

var (
	beforeSend = map[string]string{crashBefore: crash, freezeBefore: freeze}
	unseen     = map[string]string{freezeUnseen: freeze}
	whileSent  = map[string]string{crashOnWire: crash, freezeOnWire: freeze}
	onReply    = map[string]string{crashOnReply: crash, freezeOnReply: freeze}
	whenKept   = map[string]string{crashOnKept: crash}
)

// exchange makes one request. serve is the carrier's side of it, which goes on whatever
// becomes of us, and may answer more than once or never.
func (l *line) exchange(ctx context.Context, op string, n int, serve func(f *fault, reply chan<- answer)) answer {
	w := l.p.w
	l.p.here(ctx, op, n)
	f, theirs := w.strike(op, n), w.strike(op+" at the carrier", n)
	l.p.suffer(ctx, f, beforeSend, op, n)
	dial := w.moment(op, n)
	if f != nil && f.kind == slowDial {
		dial = f.lasts
	}
	within(ctx, dial)
	l.p.here(ctx, op, n) // a process that stood still meanwhile finds that its time is over
	if ctx.Err() != nil || f != nil && f.kind == unreachable {
		return answer{err: &normalize.Error{Kind: normalize.KindUnavailable, NotSent: true, Message: "no connection"}}
	}
	l.p.suffer(ctx, f, unseen, op, n)
	reply := make(chan answer, 2)
	l.c.serve(func() { serve(theirs, reply) })
	if f != nil && whileSent[f.kind] != "" {
		time.Sleep(w.between(0, 300*time.Millisecond, "on wire", op, n))
		l.p.suffer(ctx, f, whileSent, op, n)
	}
	a := l.wait(ctx, reply, op, n)
	l.p.suffer(ctx, f, onReply, op, n)
	l.keep(ctx, op, a, reply)
	l.p.suffer(ctx, f, whenKept, op, n)
	l.p.here(ctx, op, n)
	return a
}

// within waits, unless ctx ends before.
func within(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// wait takes the answer, or the end of the call's time. A process that stood still finds both.
func (l *line) wait(ctx context.Context, reply <-chan answer, op string, n int) answer {
	timeout := answer{err: normalize.Fail(normalize.KindTimeout, "no answer in time")}
	if ctx.Err() == nil {
		select {
		case a := <-reply:
			l.p.here(ctx, op, n)
			return a
		case <-ctx.Done():
		case <-l.p.gone:
		}
	}
	l.p.here(ctx, op, n)
	select {
	case a := <-reply:
		if l.p.w.draw("which", op, n)%4 > 0 {
			return a
		}
	default:
	}
	return timeout
}

// keep stores the raw reply of a request that commits, as the transport does: before it is
// parsed, and without regard to whether that works.
func (l *line) keep(ctx context.Context, op string, a answer, more <-chan answer) {
	keep, _ := ctx.Value(evidenceKey{}).(func(context.Context, normalize.Evidence) error)
	if keep == nil || a.status == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = keep(ctx, normalize.Evidence{Operation: op, Status: a.status, Body: []byte(a.body), At: time.Now()})
	select {
	case again := <-more:
		_ = keep(ctx, normalize.Evidence{Operation: op, Status: again.status, Body: []byte(again.body), At: time.Now()})
	default:
	}
}

// failure is the error of an answer, without a typed nil.
func (a answer) failure() error {
	if a.err == nil {
		return nil
	}
	return a.err
}

func (l *line) Label(ctx context.Context, r normalize.LabelRequest) (normalize.Label, error) {
	n := l.p.w.named(r.ClientReference)
	a := l.exchange(ctx, "label", n, func(f *fault, reply chan<- answer) { l.c.sell(n, r, f, reply) })
	if a.err == nil {
		l.p.w.told(n, l.p, a.label.CarrierReference)
	}
	return a.label, a.failure()
}

func (l *line) Draft(ctx context.Context, r normalize.LabelRequest) (normalize.Draft, error) {
	n := l.p.w.named(r.ClientReference)
	a := l.exchange(ctx, "draft", n, func(f *fault, reply chan<- answer) { l.c.book(n, r, f, reply) })
	return a.draft, a.failure()
}

func (l *line) Documents(ctx context.Context, r normalize.DocumentsRequest) (normalize.Documents, error) {
	n := l.p.w.named(r.Ref.ClientReference)
	a := l.exchange(ctx, "documents", n, func(f *fault, reply chan<- answer) { l.c.print(n, r, f, reply) })
	return a.documents, a.failure()
}

func (l *line) Find(ctx context.Context, r normalize.FindRequest) (normalize.Found, error) {
	n := l.p.w.named(r.Ref.ClientReference)
	r.Evidence = slices.Clone(r.Evidence)
	a := l.exchange(ctx, "find", n, func(f *fault, reply chan<- answer) { l.c.search(n, r, f, reply) })
	return a.found, a.failure()
}

func (l *line) Void(ctx context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
	n := l.p.w.named(r.Ref.ClientReference)
	a := l.exchange(ctx, "void", n, func(f *fault, reply chan<- answer) { l.c.cancel(n, r, f, reply) })
	return a.voided, a.failure()
}

func (l *line) List(ctx context.Context, r normalize.ListRequest) (normalize.Listing, error) {
	a := l.exchange(ctx, "list", nobody, func(f *fault, reply chan<- answer) { l.c.list(r, f, reply) })
	return a.listing, a.failure()
}
