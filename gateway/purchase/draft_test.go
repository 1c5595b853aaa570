package purchase

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func drafted(id string) func(context.Context, normalize.LabelRequest) (normalize.Draft, error) {
	return func(context.Context, normalize.LabelRequest) (normalize.Draft, error) {
		return normalize.Draft{ID: id}, nil
	}
}

func noDraft(kind normalize.Kind) func(context.Context, normalize.LabelRequest) (normalize.Draft, error) {
	return func(context.Context, normalize.LabelRequest) (normalize.Draft, error) {
		return normalize.Draft{}, normalize.Fail(kind, "no draft")
	}
}

// A draft is durable before it is confirmed.
func TestADraftIsStoredBeforeItIsConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{draft: drafted("D1")}
		var s *stand
		n.label = func(ctx context.Context, r normalize.LabelRequest) (normalize.Label, error) {
			if p := s.only(); p.Draft == nil || p.Draft.ID != "D1" || p.State != store.PurchaseSending {
				t.Errorf("stored before the confirmation: %+v in %s", p.Draft, p.State)
			}
			if r.Draft == nil || r.Draft.ID != "D1" {
				t.Errorf("the confirmation was handed %+v", r.Draft)
			}
			return sold(ctx, r)
		}
		s = newStand(t, n)
		if l := s.mustBuy("k1").Label; l.Status != "purchased" {
			t.Errorf("got %+v", l)
		}
	})
}

// Whatever comes of a draft is free: without one nothing is confirmed and the purchase failed.
func TestWithoutADraftNothingIsBought(t *testing.T) {
	for kind, want := range map[normalize.Kind]store.Outcome{
		normalize.KindRejected: store.OutcomeRefused, normalize.KindTimeout: store.OutcomeError, normalize.KindBadResponse: store.OutcomeError,
		normalize.KindDuplicate: store.OutcomeRefused,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{draft: noDraft(kind), label: sold})
				_, err := s.buy("k1")
				if code(err) != string(kind) || s.carrier.calls(adapters.OpLabel) != 0 {
					t.Fatalf("got %v after %d confirmations", err, s.carrier.calls(adapters.OpLabel))
				}
				f, err := s.db.PurchaseFile(t.Context(), "t1", s.only().ID)
				if err != nil || Status(f.Purchase.State) != "failed" || f.Attempts[0].Outcome != want {
					t.Errorf("got %s, attempts %+v, %v", f.Purchase.State, f.Attempts, err)
				}
			})
		})
	}
}

// An order line whose draft is there already is confirmed by that draft.
func TestAnEarlierDraftIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{draft: noDraft(normalize.KindDuplicate)}
		n.find = func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			return normalize.Found{Draft: &normalize.Draft{ID: "D0"}, Complete: true}, nil
		}
		n.label = func(ctx context.Context, r normalize.LabelRequest) (normalize.Label, error) {
			if r.Draft == nil || r.Draft.ID != "D0" {
				t.Errorf("confirmed %+v", r.Draft)
			}
			return sold(ctx, r)
		}
		s := newStand(t, n)
		if l := s.mustBuy("k1").Label; l.Status != "purchased" {
			t.Errorf("got %+v", l)
		}
	})
}
