//go:build canary

package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// This build has bugs on purpose, so that the harnesses of cmd/chaos can prove that they
// would notice them. They are named in CHAOS_BUGS, with commas between them, and wrap what the
// purchase service is given: its own code is the shipped one.
const (
	bugResend         = "resend"           // a purchase call that failed is made again, as a client library with retries does
	bugDuplicateFails = "duplicate_fails"  // "I have this reference already" is read as a refusal
	bugShortLease     = "short_lease"      // the lease ends before the call does
	bugLateDeadline   = "late_deadline"    // the call's time is counted from after the claim
	bugLateWriteAhead = "late_write_ahead" // the claim is written after the call
)

// bugs are those of this process.
var bugs = strings.Split(os.Getenv("CHAOS_BUGS"), ",")

func has(bug string) bool { return slices.Contains(bugs, bug) }

// planted puts the bugs and the failpoints between the purchase service and what it uses.
func planted(d purchase.Deps) purchase.Deps {
	d.Store = &plantedStore{Store: d.Store, unwritten: map[string]store.Claim{}}
	d.Caller = plantedCaller{d.Caller}
	return d
}

type plantedStore struct {
	purchase.Store
	mu        sync.Mutex
	unwritten map[string]store.Claim // by purchase
}

func (s *plantedStore) BeginPurchase(ctx context.Context, in store.Intent) (store.Begun, error) {
	out, err := s.Store.BeginPurchase(ctx, in)
	reach("intended")
	return out, err
}

func (s *plantedStore) StartAttempt(ctx context.Context, ref store.Ref, kind store.AttemptKind, digest []byte) (store.Attempt, error) {
	out, err := s.Store.StartAttempt(ctx, ref, kind, digest)
	if kind == store.AttemptDraft {
		reach("drafting")
	}
	return out, err
}

const shortLease = 300 * time.Millisecond

func (s *plantedStore) ClaimPurchase(ctx context.Context, ref store.Ref, c store.Claim) (store.Purchase, store.Attempt, error) {
	if c.Kind != store.AttemptSend {
		p, a, err := s.Store.ClaimPurchase(ctx, ref, c)
		if c.Kind == store.AttemptVoid {
			reach("void_claimed")
		}
		return p, a, err
	}
	if has(bugLateWriteAhead) {
		return s.pretend(ctx, ref, c)
	}
	if has(bugShortLease) {
		c.Lease = shortLease
	}
	p, a, err := s.Store.ClaimPurchase(ctx, ref, c)
	reach("claimed")
	return p, a, err
}

// pretend says that the claim is written.
func (s *plantedStore) pretend(ctx context.Context, ref store.Ref, c store.Claim) (store.Purchase, store.Attempt, error) {
	p, err := s.Store.Purchase(ctx, ref.Tenant, ref.ID)
	if err != nil {
		return p, store.Attempt{}, err
	}
	p.Epoch, p.State = p.Epoch+1, c.To
	s.mu.Lock()
	s.unwritten[p.ID] = c
	s.mu.Unlock()
	reach("claimed")
	return p, store.Attempt{N: 1, Epoch: p.Epoch, Kind: c.Kind}, nil
}

func (s *plantedStore) AppendEvidence(ctx context.Context, e store.Evidence) error {
	err := s.Store.AppendEvidence(ctx, e)
	reach(under() + "kept")
	return err
}

func (s *plantedStore) TransitionPurchase(ctx context.Context, ref store.Ref, t store.Transition) (store.Purchase, error) {
	s.mu.Lock()
	claim, late := s.unwritten[ref.ID]
	delete(s.unwritten, ref.ID)
	s.mu.Unlock()
	if late {
		_, a, err := s.Store.ClaimPurchase(ctx, store.Ref{Tenant: ref.Tenant, ID: ref.ID, Epoch: ref.Epoch - 1}, claim)
		if err != nil {
			return store.Purchase{}, err
		}
		if t.Attempt != nil {
			r := *t.Attempt
			r.N = a.N
			t.Attempt = &r
		}
	}
	step := under()
	reach(step + "settling")
	p, err := s.Store.TransitionPurchase(ctx, ref, t)
	reach(step + "settled")
	return p, err
}

type plantedCaller struct{ purchase.Caller }

func (c plantedCaller) Call(ctx context.Context, a *accounts.Account, op adapters.Operation, fn func(context.Context) error) error {
	if op == adapters.OpFind {
		begin(doFind)
		reach("finding")
		defer reach("found")
	}
	return c.Caller.Call(ctx, a, op, fn)
}

func (c plantedCaller) Admit(ctx context.Context, a *accounts.Account, op adapters.Operation) (accounts.Permit, error) {
	p, err := c.Caller.Admit(ctx, a, op)
	if err != nil {
		return nil, err
	}
	if op == adapters.OpLabel && has(bugLateDeadline) {
		p.Cancel()
		p = &latePermit{caller: c.Caller, account: a}
	}
	return &plantedPermit{p, op}, nil
}

func (c plantedCaller) Recorded(ctx context.Context, keep func(context.Context, normalize.Evidence) error) (context.Context, func() string) {
	ctx, _ = c.Caller.Recorded(ctx, keep)
	return traced(ctx)
}

type plantedPermit struct {
	accounts.Permit
	op adapters.Operation
}

const resends = 3

func (p *plantedPermit) Run(ctx context.Context, fn func(context.Context) error) error {
	switch p.op {
	case adapters.OpLabel:
		begin(doSend)
	case adapters.OpVoid:
		begin(doVoid)
	case adapters.OpDraft:
		begin(doDraft)
	}
	return p.Permit.Run(ctx, func(ctx context.Context) error {
		err := fn(ctx)
		if p.op == adapters.OpLabel {
			for n := 0; n < resends && has(bugResend) && uncertain(err); n++ {
				err = fn(ctx)
			}
			if has(bugDuplicateFails) && err != nil && normalize.KindOf(err) == normalize.KindDuplicate {
				err = normalize.Fail(normalize.KindRejected, "the carrier refused")
			}
		}
		reach(under() + "parsed")
		return err
	})
}

func uncertain(err error) bool {
	return err != nil && normalize.KindOf(err).AfterWrite() == normalize.Unknown
}

// latePermit is admitted when it is run, so that its time begins only then.
type latePermit struct {
	caller  purchase.Caller
	account *accounts.Account
}

func (p *latePermit) Run(ctx context.Context, fn func(context.Context) error) error {
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.caller.Limit(adapters.OpLabel))
	defer cancel()
	permit, err := p.caller.Admit(fresh, p.account, adapters.OpLabel)
	if err != nil {
		return err
	}
	return permit.Run(fresh, fn)
}

func (p *latePermit) Cancel() {}
