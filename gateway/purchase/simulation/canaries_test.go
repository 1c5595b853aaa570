package simulation

import (
	"context"
	"slices"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// The bugs that are planted on purpose. They are in what stands around the service (its store,
// its caller, its settings); the service itself is the shipped one.
const (
	bugResend         = "resend"           // a call without an answer is made again at once
	bugNoEpoch        = "no_epoch"         // the store compares no epochs
	bugDropLate       = "drop_late"        // an answer that comes after the lease is dropped
	bugNoQuiet        = "no_quiet"         // the quiet period is 0
	bugShortLease     = "short_lease"      // the lease ends before the call does
	bugLateWriteAhead = "late_write_ahead" // the claim is written after the call
	bugLateDeadline   = "late_deadline"    // the call's time is counted from after the claim
	bugDuplicate      = "duplicate_fails"  // "I have this reference already" is read as a refusal
	bugLooseStore     = "loose_store"      // the store acknowledges what is not synced
	bugNoAudit        = "no_audit"         // what was sent again is never looked at again
)

// canary is a bug, what it breaks (empty is anything), and the plans in which it must be noticed.
type canary struct {
	bug, goal string
	draw      func(seed uint64) plan
}

var canaries = []canary{
	{bugResend, doubleBuy, newPlan}, {bugNoEpoch, "", newPlan}, {bugDropLate, dropped, newPlan}, {bugNoQuiet, orphan, newPlan},
	{bugShortLease, "", newPlan}, {bugLateWriteAhead, "", newPlan}, {bugLateDeadline, "", newPlan}, {bugDuplicate, orphan, newPlan},
	{bugLooseStore, "", newPlan}, {bugNoAudit, doubleBuy, newTardyPlan},
}

// withoutAudits are the states that a worker who knows no audits looks for.
func withoutAudits(states []store.PurchaseState) []store.PurchaseState {
	return slices.DeleteFunc(slices.Clone(states), func(s store.PurchaseState) bool {
		return s == store.PurchaseSettled || s == store.PurchaseVoided || s == store.PurchaseVoidRefused || s == store.PurchaseParked
	})
}

// pretend says that a claim is written which is not.
func (d door) pretend(ctx context.Context, ref store.Ref, c store.Claim) (store.Purchase, store.Attempt, error) {
	p, err := d.Purchase(ctx, ref.Tenant, ref.ID)
	if err != nil {
		return p, store.Attempt{}, err
	}
	p.Epoch, p.State = p.Epoch+1, c.To
	d.p.w.mu.Lock()
	d.p.w.ahead[p.ID] = c
	d.p.w.mu.Unlock()
	return p, store.Attempt{N: 1, Epoch: p.Epoch, Kind: c.Kind}, nil
}

// atLast writes a claim that was only pretended.
func (d door) atLast(ctx context.Context, ref store.Ref, t store.Transition) (store.Ref, store.Transition) {
	w := d.p.w
	w.mu.Lock()
	c, due := w.ahead[ref.ID]
	delete(w.ahead, ref.ID)
	w.mu.Unlock()
	if !due {
		return ref, t
	}
	before := store.Ref{Tenant: ref.Tenant, ID: ref.ID, Epoch: ref.Epoch - 1}
	if p, a, err := d.memory.ClaimPurchase(ctx, before, c); err == nil {
		ref = p.Ref()
		if t.Attempt != nil {
			r := *t.Attempt
			r.N = a.N
			t.Attempt = &r
		}
	}
	return ref, t
}
