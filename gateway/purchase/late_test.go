package purchase

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// oneOrphan is the one orphan that the store has; it was told of once.
func (s *stand) oneOrphan() Label {
	s.t.Helper()
	var ids []string
	list, err := s.db.ReadEvents(s.t.Context(), 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range list {
		if e.Type == "label.orphaned" {
			ids = append(ids, e.Subject)
		}
	}
	if got := testutil.ToFloat64(s.metrics.orphans.WithLabelValues("northwind")); len(ids) != 1 || got != 1 {
		s.t.Fatalf("told of %d orphans, counted %v; want one", len(ids), got)
	}
	return s.get(ids[0])
}

// absentThenLate is a carrier whose answer comes 90 s late, when its search has proved twice
// that nothing was sold.
func absentThenLate() *northwind {
	return &northwind{label: after(90*time.Second, sold), void: voids,
		find: func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{Complete: true}, nil
		}}
}

// A purchase that has failed keeps that word when the carrier's answer comes after all; its
// label is known, and voided where the carrier can do that.
func TestALateAnswerToAFailedPurchase(t *testing.T) {
	for _, c := range []struct {
		name   string
		void   func(context.Context, normalize.VoidRequest) (normalize.Voided, error)
		want   string
		voids  int
		events string
	}{
		{"voided", voids, "voided", 1, "label.orphaned label.voided"},
		{"the carrier has no void", nil, "needs_attention", 0, "label.orphaned"},
		{"the void is refused", func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{}, normalize.Fail(normalize.KindRejected, "in the van")
		}, "needs_attention", 1, "label.orphaned label.updated"},
		{"the void is not sent", func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{}, &normalize.Error{Kind: normalize.KindUnavailable, NotSent: true, Message: "no connection"}
		}, "needs_attention", maxVoids, "label.orphaned label.updated label.updated label.updated label.updated"},
		{"the void's answer is lost", func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{}, normalize.Fail(normalize.KindTimeout, "no answer")
		}, "needs_attention", 1, "label.orphaned"}, // the search has it not, as before
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := absentThenLate()
				n.void = c.void
				s := newStand(t, n)
				s.work()
				failed := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 1000 }).Label
				time.Sleep(80 * time.Second)
				if got := s.get(failed.ID); got.Status != "failed" {
					t.Fatalf("got %s before the answer came: %+v", got.Status, got.History)
				}
				told := len(s.events())
				time.Sleep(10 * time.Minute)
				if _, err := s.buy("k1", func(r *Request) { r.DeadlineMS = 1000 }); code(err) != "unavailable" {
					t.Errorf("the key answers %q", code(err))
				}
				got := s.oneOrphan()
				if got.Status != c.want || got.TrackingNumber != "NW"+failed.ClientReference || got.ClientReference != failed.ClientReference || len(got.Documents) != 1 {
					t.Errorf("got %s %s with %d papers: %+v", got.Status, got.TrackingNumber, len(got.Documents), got.History)
				}
				if n.calls(adapters.OpVoid) != c.voids || strings.Join(s.events()[told:], " ") != c.events {
					t.Errorf("voided %d times, told %v", n.calls(adapters.OpVoid), s.events()[told:])
				}
				if h := s.get(failed.ID).History; !strings.Contains(h[len(h)-1].Detail, got.ID) {
					t.Errorf("the purchase tells nothing of it: %+v", h)
				}
			})
		})
	}
}

// An orphan that could not be voided is a person's to void or to settle.
func TestAnOrphanOfAPurchaseIsSettledByHand(t *testing.T) {
	for outcome, want := range map[string]string{"bought": "purchased", "voided": "voided", "": "voided"} {
		t.Run(want+outcome, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := absentThenLate()
				refuses := true
				n.void = func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
					if refuses {
						return normalize.Voided{}, normalize.Fail(normalize.KindRejected, "not now")
					}
					return normalize.Voided{Confirmed: true}, nil
				}
				s := newStand(t, n)
				s.work()
				_ = s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 1000 })
				time.Sleep(3 * time.Minute)
				orphan := s.oneOrphan()
				n.find = finds(normalize.Found{Labels: []normalize.Label{bought(orphan.TrackingNumber)}})
				if l, err := s.Reconcile(t.Context(), "t1", orphan.ID); err != nil || l.Status != "needs_attention" {
					t.Errorf("a look decided for the person: %s, %v", l.Status, err)
				}
				var err error
				if refuses = false; outcome == "" {
					_, err = s.Void(t.Context(), "t1", orphan.ID)
				} else {
					_, err = s.Settle(t.Context(), "t1", "key_1", orphan.ID, Settlement{Outcome: outcome, TrackingNumber: orphan.TrackingNumber, Reason: "seen"})
				}
				if got := s.get(orphan.ID); err != nil || got.Status != want {
					t.Errorf("got %s, %v: %+v", got.Status, err, got.History)
				}
			})
		})
	}
}

// However many write one late label down at once, the answer itself and the lists, it becomes
// one row.
func TestAnOrphanIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: cut, void: voids})
		l := s.mustBuy("k1").Label
		if _, err := s.giveUp(t.Context(), s.row(l.ID), nil, normalize.Fail(normalize.KindUnavailable, "gone"), "given up"); err == nil {
			t.Fatal("not given up")
		}
		a, o, err := s.accountAndOrder(s.row(l.ID))
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				if i%2 == 0 {
					_, err := s.late(t.Context(), store.Purchase{Tenant: "t1", ID: l.ID}, prepared{account: a, order: o}, bought("NW1"), nil)
					s.lost(s.row(l.ID), "label", err)
					return
				}
				line := normalize.Listed{ClientReference: l.ClientReference, TrackingNumber: "NW1", CarrierReference: "B-NW1"}
				if _, _, err := s.whose(t.Context(), a, line); err != nil {
					t.Errorf("listed: %v", err)
				}
			})
		}
		all.Wait()
		if got := s.oneOrphan(); got.TrackingNumber != "NW1" || got.Status != "needs_attention" {
			t.Errorf("got %s %s", got.Status, got.TrackingNumber)
		}
		if got := s.get(l.ID); got.Status != "failed" {
			t.Errorf("the purchase is %s", got.Status)
		}
	})
}

// A second label that a late answer names is voided where each is certainly one of its own, and
// told to a person where the first was only matched; one that is known changes nothing.
func TestALateAnswerNamesASecondLabel(t *testing.T) {
	for _, c := range []struct {
		name   string
		class  adapters.Class
		number string
		want   string
		voided []string
	}{
		{"by our reference", adapters.ClassC, "NW2", "purchased", []string{"B-NW2"}},
		{"matched by a list", adapters.ClassD, "NW2", "needs_attention", nil},
		{"the one that counts", adapters.ClassC, "", "purchased", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var voided []string
				s := newStand(t, &northwind{label: sold, void: func(_ context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
					voided = append(voided, r.Ref.CarrierReference)
					return normalize.Voided{Confirmed: true}, nil
				}})
				a, _ := s.Registry.Get("t1", "acct_nw")
				a.Spec.Purchase.Class = c.class
				l := s.mustBuy("k1").Label
				second := bought(c.number)
				if c.number == "" {
					second = bought(l.TrackingNumber)
				}
				for range 2 {
					_, err := s.late(t.Context(), store.Purchase{Tenant: "t1", ID: l.ID, Epoch: -1}, prepared{account: a}, second, nil)
					s.lost(s.row(l.ID), "label", err)
				}
				told := len(s.events())
				s.work()
				time.Sleep(time.Minute)
				got := s.get(l.ID)
				if got.Status != c.want || !slices.Equal(voided, c.voided) || got.TrackingNumber != l.TrackingNumber {
					t.Errorf("got %s, voided %v, told %v: %+v", got.Status, voided, s.events()[told:], got.History)
				}
			})
		})
	}
}

// A late answer to the first sending settles a purchase that is about to be sent again, and
// what is under way then changes nothing but what it hears.
func TestALateAnswerWhileItIsSentAgain(t *testing.T) {
	for _, state := range []store.PurchaseState{store.PurchaseReady, store.PurchaseSending} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: cut, void: voids})
				l := s.mustBuy("k1").Label
				a, o, err := s.accountAndOrder(s.row(l.ID))
				if err != nil {
					t.Fatal(err)
				}
				again, err := s.db.TransitionPurchase(t.Context(), s.row(l.ID).Ref(), store.Transition{Change: func(p *store.Purchase) error {
					p.State = store.PurchaseReady
					return nil
				}})
				if err != nil {
					t.Fatal(err)
				}
				claim := store.Claim{From: []store.PurchaseState{store.PurchaseReady}, To: store.PurchaseSending, Lease: time.Minute, Kind: store.AttemptSend}
				if state == store.PurchaseSending {
					if again, _, err = s.db.ClaimPurchase(t.Context(), again.Ref(), claim); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := s.late(t.Context(), store.Purchase{Tenant: "t1", ID: l.ID, Epoch: -1}, prepared{account: a, order: o}, bought("NW1"), nil); err != nil {
					t.Fatal(err)
				}
				if _, _, err := s.db.ClaimPurchase(t.Context(), again.Ref(), claim); err == nil {
					t.Error("it could be sent again")
				}
				if _, err := s.Void(t.Context(), "t1", l.ID); err != nil {
					t.Errorf("it cannot be voided: %v", err)
				}
			})
		})
	}
}

// refusing is a store that cannot be written to for a while when the carrier has answered.
type refusing struct {
	Store
	times int
}

func (r *refusing) TransitionPurchase(ctx context.Context, ref store.Ref, t store.Transition) (store.Purchase, error) {
	if len(t.Labels) > 0 && r.times > 0 {
		r.times--
		return store.Purchase{}, errors.New("the disk is full")
	}
	return r.Store.TransitionPurchase(ctx, ref, t)
}

// What a carrier sold is written down as soon as the store takes it.
func TestAnAnswerOutlastsTheStoresTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		s.Store = &refusing{Store: s.Store, times: 4}
		l := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 30_000 }).Label
		if l.Status != "purchased" || l.Attempts[0].Outcome != string(store.OutcomeOK) {
			t.Errorf("got %s, %+v", l.Status, l.Attempts)
		}
	})
}
