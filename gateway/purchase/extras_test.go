package purchase

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// twice is a carrier that sold two labels under one reference and lost both answers. It shows
// those that nobody voided.
type twice struct {
	*northwind
	gone map[string]bool
}

func soldTwice() *twice {
	c := &twice{northwind: &northwind{label: cut}, gone: map[string]bool{}}
	c.find = func(context.Context, normalize.FindRequest) (normalize.Found, error) {
		found := normalize.Found{Complete: true}
		for _, n := range []string{"NW1", "NW2"} {
			if !c.gone["B-"+n] {
				found.Labels = append(found.Labels, bought(n))
			}
		}
		return found, nil
	}
	c.void = func(_ context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
		c.gone[r.Ref.CarrierReference] = true
		return normalize.Voided{Confirmed: true}, nil
	}
	return c
}

// lostVoids makes the first voids lose their answers, reached or not.
func (c *twice) lostVoids(n int, reached bool) {
	void := c.void
	c.void = func(ctx context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
		if c.calls(adapters.OpVoid) > n {
			return void(ctx, r)
		}
		if reached {
			_, _ = void(ctx, r)
		}
		return normalize.Voided{}, normalize.Fail(normalize.KindTimeout, "no answer")
	}
}

func voidsOf(l Label) []string {
	var out []string
	for _, a := range l.Attempts {
		if a.Kind == "void" {
			out = append(out, a.Outcome)
		}
	}
	return out
}

// The void of an extra label is a purchase of its own: written ahead, looked for where its
// answer is lost, sent again where it did not arrive, and never forgotten in silence.
func TestAnExtraLabelEnds(t *testing.T) {
	refuses := func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
		return normalize.Voided{}, normalize.Fail(normalize.KindRejected, "too late")
	}
	for _, c := range []struct {
		name   string
		change func(*twice)
		voids  []string
		want   string
	}{
		{"voided", func(*twice) {}, []string{"ok"}, "purchased"},
		{"voided, and the answer is lost", func(c *twice) { c.lostVoids(1, true) }, []string{"unknown"}, "purchased"},
		{"the void did not arrive", func(c *twice) { c.lostVoids(1, false) }, []string{"unknown", "ok"}, "purchased"},
		{"no void arrives", func(c *twice) { c.lostVoids(1000, false) }, []string{"unknown", "unknown", "unknown", "unknown"}, "needs_attention"},
		{"refused", func(c *twice) { c.void = refuses }, []string{"refused"}, "needs_attention"},
		{"refused, for it is gone", func(c *twice) {
			c.void = func(ctx context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
				c.gone[r.Ref.CarrierReference] = true
				return refuses(ctx, r)
			}
		}, []string{"refused"}, "purchased"},
		{"there is no void", func(c *twice) { c.void = nil }, nil, "needs_attention"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				carrier := soldTwice()
				c.change(carrier)
				s := newStand(t, carrier.northwind)
				id := s.mustBuy("k1").Label.ID
				s.workFor(5 * time.Minute)
				l, err := s.Get(t.Context(), "t1", id)
				if err != nil || l.Status != c.want || l.TrackingNumber != "NW1" || !slices.Equal(voidsOf(l), c.voids) {
					t.Fatalf("got %s %s, voids %v, %v: %+v", l.Status, l.TrackingNumber, voidsOf(l), err, l.History)
				}
				f, err := s.db.PurchaseFile(t.Context(), "t1", id)
				if err != nil || len(f.Labels) != 2 || f.Labels[1].ShipmentID != "B-NW2" || f.Labels[1].Voided != (c.want == "purchased") || f.Labels[0].Voided {
					t.Errorf("the store has %+v, %v", f.Labels, err)
				}
				last := l.History[len(l.History)-1]
				if c.want == "needs_attention" && (!strings.Contains(last.Detail, "B-NW1") || !strings.Contains(last.Detail, "B-NW2")) {
					t.Errorf("a person is not told both ids: %+v", last)
				}
				if p := s.row(id); !p.DueAt.IsZero() || !p.LeaseUntil.IsZero() {
					t.Errorf("it still waits: due %v, leased until %v", p.DueAt, p.LeaseUntil)
				}
			})
		})
	}
}

// A process that dies while it voids an extra leaves the attempt behind; the next one asks
// what became of it before anything else.
func TestDeathWhileAnExtraIsVoided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		carrier := soldTwice()
		voids := carrier.void
		carrier.void = func(ctx context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
			out, err := voids(ctx, r)
			time.Sleep(10 * time.Second)
			return out, err
		}
		s := newStand(t, carrier.northwind)
		s.work()
		id := s.mustBuy("k1").Label.ID
		for carrier.calls(adapters.OpVoid) == 0 {
			time.Sleep(100 * time.Millisecond)
		}
		f, err := s.db.PurchaseFile(t.Context(), "t1", id)
		if err != nil || !slices.ContainsFunc(f.Attempts, func(a store.Attempt) bool { return a.Kind == store.AttemptVoid && a.EndedAt.IsZero() }) {
			t.Fatalf("nothing is written ahead of the void: %+v, %v", f.Attempts, err)
		}
		s.kill()
		s.start()
		s.work()
		time.Sleep(2 * time.Minute)
		l, err := s.Get(t.Context(), "t1", id)
		if err != nil || l.Status != "purchased" || carrier.calls(adapters.OpVoid) != 1 || !slices.Equal(voidsOf(l), []string{"unknown"}) {
			t.Errorf("got %s, %v, voided %d times: %+v", l.Status, err, carrier.calls(adapters.OpVoid), l.History)
		}
	})
}

// What a person has seen to is a label like any other.
func TestAnExtraIsSettledByHand(t *testing.T) {
	for outcome, want := range map[string]string{"bought": "purchased", "voided": "voided"} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				carrier := soldTwice()
				carrier.void = nil
				s := newStand(t, carrier.northwind)
				id := s.mustBuy("k1").Label.ID
				s.workFor(time.Minute)
				l, err := s.Settle(t.Context(), "t1", "key_1", id, Settlement{Outcome: outcome, TrackingNumber: "NW1", Reason: "voided in the portal"})
				if err != nil || l.Status != want {
					t.Errorf("got %s, %v: %+v", l.Status, err, l.History)
				}
			})
		})
	}
}
