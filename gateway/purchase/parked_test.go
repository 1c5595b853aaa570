package purchase

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Looking once more at a purchase that a person has says nothing new, where nothing is.
func TestAParkedPurchaseIsLookedAtAgain(t *testing.T) {
	for name, find := range map[string]func(context.Context, normalize.FindRequest) (normalize.Found, error){
		"which cannot be asked": nil,
		"which finds nothing": func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &northwind{label: cut, find: find}
				s := newStand(t, n)
				a, _ := s.Registry.Get("t1", "acct_nw")
				a.Spec.Purchase.Class = adapters.ClassE
				before := s.parked("k1")
				told := len(s.events())
				for range 3 {
					time.Sleep(time.Minute)
					after, err := s.Reconcile(t.Context(), "t1", before.ID)
					if err != nil || after.Status != "needs_attention" || len(after.History) != len(before.History) {
						t.Fatalf("got %s, %v: %+v", after.Status, err, after.History)
					}
				}
				if got := len(s.events()); got != told {
					t.Errorf("told %v", s.events()[told:])
				}
				if looks := n.calls(adapters.OpFind); find != nil && looks != 4 {
					t.Errorf("looked %d times", looks)
				}
				n.find = func(_ context.Context, r normalize.FindRequest) (normalize.Found, error) {
					return normalize.Found{Labels: []normalize.Label{bought("NW1")}}, nil
				}
				if after, err := s.Reconcile(t.Context(), "t1", before.ID); find != nil && (err != nil || after.Status != "purchased") {
					t.Errorf("found in the end, it is %s, %v", after.Status, err)
				}
			})
		})
	}
}
