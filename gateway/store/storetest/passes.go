package storetest

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// PassKeeper is what keeps purchases and passes: a store, or what stands in for one.
type PassKeeper interface {
	Keeper
	store.Passes
}

// passCheck is a promise of passes, to two replicas.
type passCheck struct {
	name string
	run  func(t *testing.T, a, b PassKeeper)
}

var ofPasses = []passCheck{
	{"one replica makes it", passOnce},
	{"what came of it", passEnds},
	{"purchases by label and account", purchasesOfAccount},
}

var passChecks = func() []check {
	var out []check
	for _, c := range ofPasses {
		out = append(out, check{c.name, func(t *testing.T, fresh Fresh) {
			url := fresh(t)
			c.run(t, open(t, url), open(t, url))
		}})
	}
	return out
}()

// RunPasses proves what stands in for a store of passes. open gives each check an empty one.
func RunPasses(t *testing.T, open func() PassKeeper) {
	for _, c := range ofPasses {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open()
			c.run(t, s, s)
		})
	}
}

// Replicas that begin together make one pass of an account and kind, and one of them claims it.
func passOnce(t *testing.T, a, b PassKeeper) {
	for _, s := range []PassKeeper{a, b, a} {
		noError(t, s.EnsurePass(t.Context(), ada, "acct_1", "listing", 0))
	}
	noError(t, a.EnsurePass(t.Context(), ada, "acct_2", "listing", time.Hour))
	noError(t, a.EnsurePass(t.Context(), ben, "acct_1", "listing", time.Hour))
	first, err := a.ClaimDuePasses(t.Context(), store.Due{Lease: long, Limit: 10})
	noError(t, err)
	equal(t, len(first), 1)
	equal(t, first[0].Account+" "+first[0].Kind+" "+string(first[0].Tenant), "acct_1 listing ada")
	second, err := b.ClaimDuePasses(t.Context(), store.Due{Lease: long, Limit: 10})
	noError(t, err)
	equal(t, len(second), 0)
}

// A pass that was ended is due when it says; whoever lost it to another changes nothing.
func passEnds(t *testing.T, s, _ PassKeeper) {
	noError(t, s.EnsurePass(t.Context(), ada, "acct_1", "listing", 0))
	list, err := s.ClaimDuePasses(t.Context(), store.Due{Lease: over, Limit: 1})
	noError(t, err)
	time.Sleep(time.Millisecond)
	again, err := s.ClaimDuePasses(t.Context(), store.Due{Lease: long, Limit: 1})
	noError(t, err)
	equal(t, len(again), 1) // the first one's lease is over
	until := again[0].CreatedAt.Add(-time.Hour)
	done := func(p *store.Pass) {
		p.DueAt, p.CoveredUntil, p.Account = p.UpdatedAt.Add(24*time.Hour), until, "acct_other"
	}
	_, err = s.EndPass(t.Context(), list[0].Ref(), done)
	wantError(t, err, store.ErrConflict)
	p, err := s.EndPass(t.Context(), again[0].Ref(), done)
	noError(t, err)
	equal(t, p.Account+" "+p.DueAt.Sub(p.UpdatedAt).String(), "acct_1 24h0m0s")
	equal(t, p.CoveredUntil, until)
	equal(t, p.LeaseUntil.IsZero(), true)
	none, err := s.ClaimDuePasses(t.Context(), store.Due{Lease: long, Limit: 1})
	noError(t, err)
	equal(t, len(none), 0)
	_, err = s.EndPass(t.Context(), store.Ref{Tenant: ben, ID: p.ID, Epoch: p.Epoch}, done)
	wantError(t, err, store.ErrNotFound)
}

// A line of a listing or an invoice finds its purchase, and never another tenant's or account's.
func purchasesOfAccount(t *testing.T, s, _ PassKeeper) {
	in := intent(s, ada, "found")
	in.Purchase.State = store.PurchaseParked
	in.Labels = []store.BoughtLabel{{ShipmentID: "S1", TrackingNumber: "T1"}}
	in.Events = []store.Event{{Type: "label.orphaned", Subject: in.Purchase.ID}}
	begun, err := s.BeginPurchase(t.Context(), in)
	noError(t, err)
	other := begin(t, s, ada, "other")
	for _, by := range [][2]string{{"S1", ""}, {"", "T1"}, {"S9", "T1"}} {
		p, err := s.PurchaseByLabel(t.Context(), ada, "acct_ada", by[0], by[1])
		noError(t, err)
		equal(t, p.ID, begun.Purchase.ID)
	}
	for _, no := range [][4]string{{"ada", "acct_ada", "", ""}, {"ada", "acct_ada", "T1", "S1"}, {"ada", "acct_2", "S1", "T1"}, {"ben", "acct_ada", "S1", "T1"}} {
		_, err := s.PurchaseByLabel(t.Context(), store.Tenant(no[0]), no[1], no[2], no[3])
		wantError(t, err, store.ErrNotFound)
	}
	ids := func(account string, f store.AccountFilter) []string {
		list, err := s.PurchasesOfAccount(t.Context(), ada, account, f, store.Page{})
		noError(t, err)
		out := []string{}
		for _, p := range list.Items {
			out = append(out, p.ID)
		}
		return out
	}
	equal(t, ids("acct_ada", store.AccountFilter{}), []string{other.ID, begun.Purchase.ID})
	equal(t, ids("acct_ada", store.AccountFilter{States: []store.PurchaseState{store.PurchaseParked}}), []string{begun.Purchase.ID})
	equal(t, ids("acct_ada", store.AccountFilter{From: begun.Purchase.CreatedAt, Until: other.CreatedAt}), []string{begun.Purchase.ID})
	equal(t, ids("acct_2", store.AccountFilter{}), []string{})
	events, err := s.ReadEvents(t.Context(), 0, 10)
	noError(t, err)
	equal(t, len(events), 1)
}
