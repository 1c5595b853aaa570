package purchase

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// duplicating is a carrier of class C: it takes a reference as often as it comes and shows
// all that it sold under it. What is sold appears after lag.
type duplicating struct {
	*northwind
	mu   sync.Mutex
	sold []struct {
		at     time.Time
		number string
	}
	voided []string
}

// newDuplicating loses the answer of the first sending and sells it after late, or never
// where that is 0; other sendings are answered.
func newDuplicating(late time.Duration) *duplicating {
	c := &duplicating{northwind: &northwind{}}
	sell := func(number string, at time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sold = append(c.sold, struct {
			at     time.Time
			number string
		}{at, number})
	}
	c.label = func(_ context.Context, r normalize.LabelRequest) (normalize.Label, error) {
		if c.calls(adapters.OpLabel) > 1 {
			sell("NW2", time.Now())
			return bought("NW2"), nil
		}
		if late > 0 {
			sell("NW1", time.Now().Add(late))
		}
		return normalize.Label{}, normalize.Fail(normalize.KindUnavailable, "the connection failed")
	}
	c.find = func(context.Context, normalize.FindRequest) (normalize.Found, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		found := normalize.Found{Complete: true}
		for _, l := range c.sold {
			if !l.at.After(time.Now()) && !slices.Contains(c.voided, "B-"+l.number) {
				found.Labels = append(found.Labels, bought(l.number))
			}
		}
		return found, nil
	}
	c.void = func(_ context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.voided = append(c.voided, r.Ref.CarrierReference)
		return normalize.Voided{Confirmed: true}, nil
	}
	return c
}

// Where duplicates are accepted a purchase is sent again only if that is switched on, only
// after two clean negatives, and is looked at twice afterwards: a label that came late is
// voided.
func TestAClassThatAcceptsDuplicates(t *testing.T) {
	for _, c := range []struct {
		name         string
		resend       bool
		late         time.Duration
		sends, looks int
		want         string
		voided       []string
	}{
		{"never bought, and switched off", false, 0, 1, 2, "failed", nil},
		{"never bought", true, 0, 2, 4, "purchased", nil},
		{"bought before the looks end", true, 12 * time.Second, 1, 2, "purchased", nil},
		{"bought after the sending again", true, 20 * time.Second, 2, 5, "purchased", []string{"B-NW1"}},
		{"bought long after", true, 5 * time.Minute, 2, 5, "purchased", []string{"B-NW1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				carrier := newDuplicating(c.late)
				s := newStand(t, carrier.northwind)
				for _, a := range s.Registry.All() {
					a.Resend, a.Spec.Purchase.Class = c.resend, adapters.ClassC
				}
				id := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 60_000 }).Label.ID
				s.workFor(15 * time.Minute)
				l, err := s.Get(t.Context(), "t1", id)
				if err != nil || l.Status != c.want || carrier.calls(adapters.OpLabel) != c.sends || carrier.calls(adapters.OpFind) != c.looks || !slices.Equal(carrier.voided, c.voided) {
					t.Errorf("got %s, %v, sent %d times, looked %d times, voided %v: %+v", l.Status, err,
						carrier.calls(adapters.OpLabel), carrier.calls(adapters.OpFind), carrier.voided, l.History)
				}
				if p := s.row(id); !p.DueAt.IsZero() {
					t.Errorf("it still waits until %v", p.DueAt)
				}
			})
		})
	}
}

// An audit that learns nothing ends with a person, not in silence.
func TestAnAuditThatLearnsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		carrier := newDuplicating(0)
		find := carrier.find
		carrier.find = func(ctx context.Context, r normalize.FindRequest) (normalize.Found, error) {
			if carrier.calls(adapters.OpFind) > 2 {
				return normalize.Found{}, normalize.Fail(normalize.KindUnavailable, "down")
			}
			return find(ctx, r)
		}
		s := newStand(t, carrier.northwind)
		for _, a := range s.Registry.All() {
			a.Resend, a.Spec.Purchase.Class = true, adapters.ClassC
		}
		id := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 60_000 }).Label.ID
		s.workFor(2 * time.Hour)
		if l, err := s.Get(t.Context(), "t1", id); err != nil || l.Status != "needs_attention" || l.TrackingNumber != "NW2" {
			t.Errorf("got %s %s, %v: %+v", l.Status, l.TrackingNumber, err, l.History)
		}
	})
}
