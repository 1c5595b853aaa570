package purchase

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// cut sells and loses the answer.
func cut(context.Context, normalize.LabelRequest) (normalize.Label, error) {
	return normalize.Label{}, normalize.Fail(normalize.KindUnavailable, "the connection failed")
}

func finds(f normalize.Found) func(context.Context, normalize.FindRequest) (normalize.Found, error) {
	return func(context.Context, normalize.FindRequest) (normalize.Found, error) { return f, nil }
}

var absentHere = finds(normalize.Found{Complete: true})

// What a lost answer leaves unknown is looked for when the carrier has had time to show
// it, and ends by what its search says.
func TestAnUnknownPurchaseEnds(t *testing.T) {
	down := func(context.Context, normalize.FindRequest) (normalize.Found, error) {
		return normalize.Found{}, normalize.Fail(normalize.KindUnavailable, "down")
	}
	for _, c := range []struct {
		name   string
		find   func(context.Context, normalize.FindRequest) (normalize.Found, error)
		within time.Duration
		want   string
		sends  int
	}{
		{"found once", finds(normalize.Found{Labels: []normalize.Label{bought("NW1")}, Complete: true}), 12 * time.Second, "purchased", 1},
		{"proven absent by two answers", absentHere, 30 * time.Second, "failed", 1},
		{"cannot be asked", nil, 12 * time.Second, "needs_attention", 1},
		{"search is down", down, 20 * time.Second, "unknown", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: cut, find: c.find})
				s.work()
				id := s.mustBuy("k1").Label.ID
				time.Sleep(c.within)
				synctest.Wait()
				l, err := s.Get(t.Context(), "t1", id)
				if err != nil || l.Status != c.want || s.carrier.calls(adapters.OpLabel) != c.sends {
					t.Errorf("got %s, %v, sent %d times; want %s: %+v", l.Status, err, s.carrier.calls(adapters.OpLabel), c.want, l.History)
				}
			})
		})
	}
}

// A search that neither finds nor proves is not asked for ever.
func TestASearchThatProvesNothingEndsWithAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: cut, find: finds(normalize.Found{})})
		l := s.mustBuy("k1").Label
		for n := 0; l.Status == "unknown"; n++ {
			if n > maxLooks {
				t.Fatalf("still unknown after %d looks", n)
			}
			time.Sleep(time.Until(s.row(l.ID).DueAt))
			var err error
			if l, err = s.Reconcile(t.Context(), "t1", l.ID); err != nil {
				t.Fatal(err)
			}
		}
		if l.Status != "needs_attention" {
			t.Errorf("got %s: %+v", l.Status, l.History)
		}
	})
}

// One clean negative is no proof: the carrier may be slow.
func TestOneNegativeProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		s := newStand(t, &northwind{label: cut, find: func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			if looks++; looks == 1 {
				return normalize.Found{Complete: true}, nil
			}
			return normalize.Found{Labels: []normalize.Label{bought("NW1")}, Complete: true}, nil
		}})
		s.work()
		id := s.mustBuy("k1").Label.ID
		time.Sleep(30 * time.Second)
		if l, err := s.Get(t.Context(), "t1", id); err != nil || l.Status != "purchased" {
			t.Errorf("got %s, %v: %+v", l.Status, err, l.History)
		}
	})
}

// Nobody can hurry a proof: looks that come before the quiet period is over, or too close to
// each other, find a label but never its absence, of a purchase or of a void.
func TestLooksThatComeTooEarlyProveNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: cut, find: absentHere}
		n.void = func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{}, normalize.Fail(normalize.KindTimeout, "no answer")
		}
		s := newStand(t, n)
		many := func(id string) (l Label) {
			for range 10 {
				var err error
				if l, err = s.Reconcile(t.Context(), "t1", id); err != nil {
					t.Fatal(err)
				}
			}
			return l
		}
		id := s.mustBuy("k1").Label.ID
		for _, wait := range []time.Duration{0, 10 * time.Second} {
			time.Sleep(wait)
			if l := many(id); l.Status != "unknown" {
				t.Errorf("%v after the answer was lost it is %s: %+v", wait, l.Status, l.History)
			}
		}
		if p := s.row(id); p.Empties != 1 {
			t.Errorf("%d negatives were counted, want the one after the quiet period", p.Empties)
		}
		n.label = sold
		id = s.mustBuy("k2").Label.ID
		if _, err := s.Void(t.Context(), "t1", id); err != nil {
			t.Fatal(err)
		}
		for _, wait := range []time.Duration{0, 10 * time.Second} {
			time.Sleep(wait)
			if l := many(id); l.Status != "needs_attention" {
				t.Errorf("%v after the void was lost it is %s: %+v", wait, l.Status, l.History)
			}
		}
		n.find = finds(normalize.Found{Labels: []normalize.Label{bought("NW1")}, Complete: true})
		id = s.mustBuyLost("k3").ID
		if l := many(id); l.Status != "purchased" {
			t.Errorf("what is found early counts: %s", l.Status)
		}
	})
}

// mustBuyLost buys and loses the answer.
func (s *stand) mustBuyLost(key string) Label {
	s.t.Helper()
	before := s.carrier.label
	s.carrier.label = cut
	defer func() { s.carrier.label = before }()
	return s.mustBuy(key).Label
}

// Where a carrier is not searched by our own reference, several candidates are a person's to
// tell apart, and none of them is voided.
func TestSeveralCandidatesAreNotVoided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: cut, void: voids,
			find: finds(normalize.Found{Labels: []normalize.Label{bought("NW1"), bought("NW2")}, Complete: true})})
		for _, a := range s.Registry.All() {
			a.Spec.Purchase.Class = adapters.ClassD
		}
		s.work()
		id := s.mustBuy("k1").Label.ID
		time.Sleep(12 * time.Second)
		if l, err := s.Get(t.Context(), "t1", id); err != nil || l.Status != "needs_attention" || s.carrier.calls(adapters.OpVoid) != 0 {
			t.Errorf("got %s, %v, voided %d labels", l.Status, err, s.carrier.calls(adapters.OpVoid))
		}
	})
}

// A carrier that refuses a reference it has makes a second sending safe, and while the
// caller still waits it is what he wants.
func TestProvenAbsentIsSentAgainWhileSomebodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{find: absentHere}
		n.label = func(ctx context.Context, r normalize.LabelRequest) (normalize.Label, error) {
			if n.calls(adapters.OpLabel) == 1 {
				return cut(ctx, r)
			}
			return sold(ctx, r)
		}
		s := newStand(t, n)
		s.work()
		res := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 60_000 })
		time.Sleep(20 * time.Second)
		l, err := s.Get(t.Context(), "t1", res.Label.ID)
		if err != nil || l.Status != "purchased" || n.calls(adapters.OpLabel) != 2 {
			t.Errorf("got %s, %v, sent %d times: %+v", l.Status, err, n.calls(adapters.OpLabel), l.History)
		}
		if l.ClientReference != res.Label.ClientReference {
			t.Error("the second sending had another reference")
		}
	})
}

// Of two labels one counts, and the other is voided at once.
func TestAnExtraLabelIsVoided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var voided []string
		s := newStand(t, &northwind{label: cut,
			find: finds(normalize.Found{Labels: []normalize.Label{bought("NW1"), bought("NW2")}, Complete: true}),
			void: func(_ context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
				voided = append(voided, r.Ref.CarrierReference)
				return normalize.Voided{Confirmed: true}, nil
			}})
		s.work()
		id := s.mustBuy("k1").Label.ID
		time.Sleep(12 * time.Second)
		l, err := s.Get(t.Context(), "t1", id)
		if err != nil || l.Status != "purchased" || l.TrackingNumber != "NW1" || !slices.Equal(voided, []string{"B-NW2"}) {
			t.Errorf("got %s %s, %v, voided %v", l.Status, l.TrackingNumber, err, voided)
		}
	})
}

// A void whose answer was lost ends by what the carrier's search shows, never as a label
// that is quietly still paid.
func TestALostVoidEnds(t *testing.T) {
	live := normalize.Found{Labels: []normalize.Label{bought("NW1")}, Complete: true}
	for _, c := range []struct {
		name string
		find func(context.Context, normalize.FindRequest) (normalize.Found, error)
		want string
	}{
		{"gone at the carrier", absentHere, "voided"},
		{"still alive", finds(live), "purchased"},
		{"search proves nothing", finds(normalize.Found{}), "needs_attention"},
		{"cannot be asked", nil, "needs_attention"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: sold, find: c.find, void: func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
					return normalize.Voided{}, normalize.Fail(normalize.KindTimeout, "no answer")
				}})
				id := s.mustBuy("k1").Label.ID
				if _, err := s.Void(t.Context(), "t1", id); err != nil && code(err) != "timeout" {
					t.Fatal(err)
				}
				var l Label
				var err error
				for range maxLooks {
					time.Sleep(time.Until(s.row(id).DueAt))
					l, err = s.Reconcile(t.Context(), "t1", id)
				}
				if err != nil || l.Status != c.want {
					t.Errorf("got %s, %v; want %s: %+v", l.Status, err, c.want, l.History)
				}
			})
		})
	}
}

// A person's word settles what nothing else can, and is audited.
func TestSettledByHand(t *testing.T) {
	for _, c := range []struct {
		outcome Settlement
		want    string
		refused string
	}{
		{Settlement{Outcome: "bought", TrackingNumber: "NW9", Reason: "seen in the portal"}, "needs_attention", ""},
		{Settlement{Outcome: "not_bought", Reason: "not on the invoice"}, "failed", ""},
		{Settlement{Outcome: "bought", Reason: "no number"}, "needs_attention", "invalid_request"},
		{Settlement{Outcome: "voided", Reason: "no void was asked"}, "needs_attention", "state_conflict"},
	} {
		t.Run(c.outcome.Outcome+" "+c.outcome.Reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: cut})
				s.work()
				id := s.mustBuy("k1").Label.ID
				time.Sleep(15 * time.Second)
				_, err := s.Settle(t.Context(), "t1", "key_1", id, c.outcome)
				if got := code(err); got != c.refused {
					t.Fatalf("got %q, %v; want %q", got, err, c.refused)
				}
				l, err := s.Get(t.Context(), "t1", id)
				if err != nil || (c.refused != "" && l.Status != c.want) || (c.want == "failed" && l.Status != "failed") {
					t.Errorf("got %s, %v", l.Status, err)
				}
				log, err := s.db.ListAudit(t.Context(), "t1", store.Page{})
				if err != nil || (len(log.Items) == 1) != (c.refused == "") {
					t.Errorf("audit %+v, %v", log.Items, err)
				}
				if c.outcome.Outcome == "bought" && c.refused == "" && l.TrackingNumber != "NW9" {
					t.Errorf("the number was not taken: %+v", l)
				}
			})
		})
	}
}
