package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

var claimChecks = []purchaseCheck{
	{"raises_the_epoch_and_opens_an_attempt", func(t *testing.T, s Keeper) {
		ready := begin(t, s, ada, "k1")
		p, a, err := s.ClaimPurchase(t.Context(), ready.Ref(), send(long))
		noError(t, err)
		equal(t, p.Epoch, ready.Epoch+1)
		equal(t, p.State, store.PurchaseSending)
		equal(t, p.LeaseUntil, p.UpdatedAt.Add(long))
		equal(t, []any{a.N, a.Epoch, a.Kind}, []any{1, p.Epoch, store.AttemptSend})
		stored, err := s.PurchaseFile(t.Context(), ada, p.ID)
		noError(t, err)
		equal(t, stored.Purchase, p)
		equal(t, stored.Attempts, []store.Attempt{a})
	}},
	// Of all who would send, one may.
	{"is_given_to_one", func(t *testing.T, s Keeper) {
		p := begin(t, s, ada, "k1")
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, _, err := s.ClaimPurchase(t.Context(), p.Ref(), send(long))
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, store.ErrConflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, won.Load(), int32(1))
	}},
	{"asks_for_the_right_state", func(t *testing.T, s Keeper) {
		p := begin(t, s, ada, "k1")
		c := send(long)
		c.From = []store.PurchaseState{store.PurchaseSettled}
		_, _, err := s.ClaimPurchase(t.Context(), p.Ref(), c)
		wantError(t, err, store.ErrConflict)
	}},
	// A worker that lost its lease changes nothing any more.
	{"fences_off_who_held_it_before", func(t *testing.T, s Keeper) {
		old, a := sending(t, s, ada, "k1", over)
		expired, err := s.ExpireLeases(t.Context(), 10, nil, nil)
		noError(t, err)
		equal(t, len(expired), 1)
		_, err = s.TransitionPurchase(t.Context(), old.Ref(), store.Transition{Change: to(store.PurchaseSettled)})
		wantError(t, err, store.ErrConflict)
		_, err = s.StartAttempt(t.Context(), old.Ref(), store.AttemptFind, nil)
		wantError(t, err, store.ErrConflict)
		err = s.ResolveAttempt(t.Context(), ada, old.ID, store.AttemptResult{N: a.N, Outcome: store.OutcomeOK})
		wantError(t, err, store.ErrConflict)
	}},
	// Who settles for certain stops whoever holds it at that moment.
	{"may_be_fenced_off_by_a_change", func(t *testing.T, s Keeper) {
		held, _ := sending(t, s, ada, "k1", long)
		settled, err := s.TransitionPurchase(t.Context(), held.Ref(), store.Transition{Fence: true, Change: to(store.PurchaseSettled)})
		noError(t, err)
		equal(t, settled.Epoch, held.Epoch+1)
		_, err = s.TransitionPurchase(t.Context(), held.Ref(), store.Transition{Change: to(store.PurchaseParked)})
		wantError(t, err, store.ErrConflict)
		stored, err := s.Purchase(t.Context(), ada, held.ID)
		noError(t, err)
		equal(t, stored, settled)
	}},
	// What the carrier said is kept though: it may be the only proof of a paid label.
	{"takes_evidence_from_anyone", func(t *testing.T, s Keeper) {
		old, _ := sending(t, s, ada, "k1", over)
		_, err := s.ExpireLeases(t.Context(), 10, nil, nil)
		noError(t, err)
		for _, body := range []string{"late \x00\xff reply", ""} {
			noError(t, s.AppendEvidence(t.Context(), store.Evidence{Tenant: ada, Purchase: old.ID, Epoch: old.Epoch, Operation: "label", Status: 200, Body: []byte(body)}))
		}
		got, err := s.EvidenceOf(t.Context(), ada, old.ID)
		noError(t, err)
		equal(t, []any{len(got), string(got[0].Body), got[0].Epoch, len(got[1].Body)}, []any{2, "late \x00\xff reply", old.Epoch, 0})
		err = s.AppendEvidence(t.Context(), store.Evidence{Tenant: ada, Purchase: "lbl_none"})
		wantError(t, err, store.ErrNotFound)
	}},
	// Of SEND and VOID one is open at a time; reads may come and go beside it.
	{"allows_one_open_send", func(t *testing.T, s Keeper) {
		p, a := sending(t, s, ada, "k1", long)
		_, err := s.StartAttempt(t.Context(), p.Ref(), store.AttemptVoid, nil)
		wantError(t, err, store.ErrDuplicate)
		find, err := s.StartAttempt(t.Context(), p.Ref(), store.AttemptFind, []byte("digest"))
		noError(t, err)
		equal(t, find.N, 2)
		noError(t, s.ResolveAttempt(t.Context(), ada, p.ID, store.AttemptResult{N: a.N, Phase: "dialled", Outcome: store.OutcomeNotSent}))
		_, err = s.StartAttempt(t.Context(), p.Ref(), store.AttemptSend, nil)
		noError(t, err)
		err = s.ResolveAttempt(t.Context(), ada, p.ID, store.AttemptResult{N: 99})
		wantError(t, err, store.ErrNotFound)
	}},
	{"respects_a_lease_that_runs", func(t *testing.T, s Keeper) {
		begun, err := s.BeginPurchase(t.Context(), func() store.Intent { in := intent(s, ada, "k1"); in.DueIn = over; return in }())
		noError(t, err)
		held, err := s.ClaimDuePurchases(t.Context(), []store.PurchaseState{store.PurchaseReady}, store.Due{Lease: long})
		noError(t, err)
		equal(t, len(held), 1)
		equal(t, held[0].Epoch, begun.Purchase.Epoch+1)
		_, _, err = s.ClaimPurchase(t.Context(), held[0].Ref(), send(long))
		wantError(t, err, store.ErrConflict)
		c := send(long)
		c.Held = true
		_, _, err = s.ClaimPurchase(t.Context(), held[0].Ref(), c)
		noError(t, err)
	}},
	{"of_due_ones_gives_each_to_one_worker", dueOnce},
	{"of_due_ones_looks_at_state_time_and_account", func(t *testing.T, s Keeper) {
		for key, in := range map[string]store.Intent{"due": intent(s, ada, "due"), "later": intent(s, ada, "later"), "never": intent(s, ada, "never"), "other": intent(s, ben, "other")} {
			in.DueIn = map[string]store.Due{"due": {Lease: over}, "later": {Lease: long}, "other": {Lease: over}}[key].Lease
			_, err := s.BeginPurchase(t.Context(), in)
			noError(t, err)
		}
		none, err := s.ClaimDuePurchases(t.Context(), []store.PurchaseState{store.PurchaseUnknown}, store.Due{Lease: long})
		noError(t, err)
		equal(t, len(none), 0)
		got, err := s.ClaimDuePurchases(t.Context(), []store.PurchaseState{store.PurchaseReady}, store.Due{Lease: long, Accounts: []string{"acct_ada"}})
		noError(t, err)
		equal(t, len(got), 1)
		equal(t, got[0].Key, "due")
	}},
	// At start, what nobody works on any more is unknown, never simply sent again.
	{"that_ran_out_leaves_the_outcome_unknown", func(t *testing.T, s Keeper) {
		lost, a := sending(t, s, ada, "lost", over)
		sending(t, s, ada, "alive", long)
		got, err := s.ExpireLeases(t.Context(), 10, func(p *store.Purchase) { p.DueAt = p.UpdatedAt.Add(long) },
			func(p store.Purchase) []store.Event { return []store.Event{{Type: "label.unknown", Subject: p.ID}} })
		noError(t, err)
		equal(t, len(got), 1)
		equal(t, []any{got[0].ID, got[0].State, got[0].Epoch}, []any{lost.ID, store.PurchaseUnknown, lost.Epoch + 1})
		equal(t, got[0].DueAt, got[0].UpdatedAt.Add(long))
		f, err := s.PurchaseFile(t.Context(), ada, lost.ID)
		noError(t, err)
		equal(t, f.Purchase, got[0])
		equal(t, []any{f.Attempts[0].N, f.Attempts[0].Outcome, f.Attempts[0].EndedAt.IsZero()}, []any{a.N, store.OutcomeUnknown, false})
		equal(t, f.History[len(f.History)-1].Status, "unknown")
		equal(t, allEvents(t, s)[0].Subject, lost.ID)
		again, err := s.ExpireLeases(t.Context(), 10, nil, nil)
		noError(t, err)
		equal(t, len(again), 0)
	}},
}

// dueOnce lets workers claim in small portions until nothing is left.
func dueOnce(t *testing.T, s Keeper) {
	const things, workers = 60, 6
	for i := range things {
		in := intent(s, ada, fmt.Sprint("k", i))
		in.DueIn = over
		_, err := s.BeginPurchase(t.Context(), in)
		noError(t, err)
	}
	var mu sync.Mutex
	taken := map[string]int{}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range things {
				got, err := s.ClaimDuePurchases(t.Context(), []store.PurchaseState{store.PurchaseReady}, store.Due{Lease: long, Limit: 4})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				for _, p := range got {
					taken[p.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	equal(t, len(taken), things)
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was given to %d workers", id, n)
		}
	}
}
