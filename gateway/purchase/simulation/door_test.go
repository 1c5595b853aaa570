package simulation

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// door is the store as one process sees it. All that the process writes goes through here, so
// that it may die, stand still or be left without an answer at every write.
type door struct {
	*memory
	p *process
}

var (
	deathsOfWrite = map[string]string{crashBefore: crash, freezeBefore: freeze}
	afterWrite    = map[string]string{crashAfter: crash, freezeAfter: freeze}
)

var errRefused = errors.New("the store refused the write")

// write brings one write through the door. do must work on a context that outlives the process.
func (d door) write(ctx context.Context, at, id string, do func(context.Context) error) error {
	w := d.p.w
	n := w.named(id)
	f := w.strike(at, n)
	d.p.here(ctx, at, n)
	time.Sleep(w.moment(at, n))
	d.p.here(ctx, at, n)
	d.p.suffer(ctx, f, deathsOfWrite, at, n)
	ctx = w.syncing(ctx, at, n)
	if f == nil {
		err := do(ctx)
		d.p.here(ctx, at, n)
		return err
	}
	switch f.kind {
	case refusedWrite, lostWrite:
		if w.excuse(n); f.kind == lostWrite {
			return store.ErrCommitUnknown
		}
		return errRefused
	case crashDuring:
		go func() { _ = do(context.WithoutCancel(ctx)) }()
		d.p.die()
		d.p.here(ctx, at, n)
	}
	err := do(ctx)
	if f.kind == lostWritten && err == nil {
		w.excuse(n)
		err = store.ErrCommitUnknown
	}
	d.p.here(ctx, at, n)
	d.p.suffer(ctx, f, afterWrite, at, n)
	return err
}

// read lets a read through, or not.
func (d door) read(ctx context.Context, id string) error {
	w := d.p.w
	n := w.named(id)
	d.p.here(ctx, "read", n)
	f := w.strike("read", n)
	d.p.suffer(ctx, f, deathsOfWrite, "read", n)
	if f != nil && f.kind == refusedWrite {
		w.excuse(n)
		return errRefused
	}
	return nil
}

func (d door) BeginPurchase(ctx context.Context, in store.Intent) (out store.Begun, err error) {
	d.p.w.name(in.Purchase)
	err = d.write(ctx, "begin", in.Purchase.ID, func(ctx context.Context) (err error) {
		out, err = d.memory.BeginPurchase(ctx, in)
		return err
	})
	return out, err
}

func (d door) ClaimPurchase(ctx context.Context, ref store.Ref, c store.Claim) (p store.Purchase, a store.Attempt, err error) {
	if c.Kind == store.AttemptSend {
		switch d.p.w.bug {
		case bugShortLease:
			c.Lease = 300 * time.Millisecond
		case bugLateWriteAhead:
			return d.pretend(ctx, ref, c)
		}
	}
	err = d.write(ctx, "claim "+string(c.Kind), ref.ID, func(ctx context.Context) (err error) {
		p, a, err = d.memory.ClaimPurchase(ctx, ref, c)
		return err
	})
	return p, a, err
}

func (d door) StartAttempt(ctx context.Context, ref store.Ref, kind store.AttemptKind, digest []byte) (a store.Attempt, err error) {
	err = d.write(ctx, "attempt", ref.ID, func(ctx context.Context) (err error) {
		a, err = d.memory.StartAttempt(ctx, ref, kind, digest)
		return err
	})
	return a, err
}

func (d door) ResolveAttempt(ctx context.Context, t store.Tenant, id string, r store.AttemptResult) error {
	return d.write(ctx, "attempt", id, func(ctx context.Context) error { return d.memory.ResolveAttempt(ctx, t, id, r) })
}

func (d door) TransitionPurchase(ctx context.Context, ref store.Ref, t store.Transition) (p store.Purchase, err error) {
	ref, t = d.atLast(ctx, ref, t)
	err = d.write(ctx, "settle", ref.ID, func(ctx context.Context) (err error) {
		p, err = d.memory.TransitionPurchase(ctx, ref, t)
		return err
	})
	if errors.Is(err, store.ErrConflict) && d.p.w.bug == bugDropLate && len(t.Labels) > 0 {
		runtime.Goexit()
	}
	return p, err
}

func (d door) AppendEvidence(ctx context.Context, e store.Evidence) error {
	return d.write(ctx, "evidence", e.Purchase, func(ctx context.Context) error { return d.memory.AppendEvidence(ctx, e) })
}

func (d door) PutDocument(ctx context.Context, doc store.Document) (out store.Document, err error) {
	err = d.write(ctx, "settle", doc.Owner, func(ctx context.Context) (err error) {
		out, err = d.memory.PutDocument(ctx, doc)
		return err
	})
	return out, err
}

// ClaimDuePurchases and ExpireLeases come twice a second in each process and seldom find
// anything, so that nothing happens to them but what happens to their process.
func (d door) ClaimDuePurchases(ctx context.Context, states []store.PurchaseState, due store.Due) ([]store.Purchase, error) {
	d.p.here(ctx, "due", nobody)
	if d.p.w.bug == bugNoAudit {
		states = withoutAudits(states)
	}
	list, err := d.memory.ClaimDuePurchases(d.p.w.syncing(ctx, "due", -d.p.slot), states, due)
	d.p.here(ctx, "due", nobody)
	return list, err
}

func (d door) ExpireLeases(ctx context.Context, limit int, change func(*store.Purchase), emit func(store.Purchase) []store.Event) ([]store.Purchase, error) {
	d.p.here(ctx, "expire", nobody)
	list, err := d.memory.ExpireLeases(d.p.w.syncing(ctx, "expire", -d.p.slot), limit, change, emit)
	d.p.here(ctx, "expire", nobody)
	return list, err
}

func (d door) Purchase(ctx context.Context, t store.Tenant, id string) (store.Purchase, error) {
	if err := d.read(ctx, id); err != nil {
		return store.Purchase{}, err
	}
	return d.memory.Purchase(ctx, t, id)
}

func (d door) PurchaseByKey(ctx context.Context, t store.Tenant, key string) (store.Purchase, error) {
	if err := d.read(ctx, key); err != nil {
		return store.Purchase{}, err
	}
	return d.memory.PurchaseByKey(ctx, t, key)
}

func (d door) PurchaseFile(ctx context.Context, t store.Tenant, id string) (store.PurchaseFile, error) {
	if err := d.read(ctx, id); err != nil {
		return store.PurchaseFile{}, err
	}
	return d.memory.PurchaseFile(ctx, t, id)
}

func (d door) EvidenceOf(ctx context.Context, t store.Tenant, id string) ([]store.Evidence, error) {
	if err := d.read(ctx, id); err != nil {
		return nil, err
	}
	return d.memory.EvidenceOf(ctx, t, id)
}
