package purchase

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// A hundred buyers at once never pass the tenant's ceiling, in money or in labels, and
// whoever is refused has a free key and no label.
func TestTheCeilingHoldsUnderAHundredBuyers(t *testing.T) {
	for name, c := range map[string]store.Ceilings{
		"money":  {Money: usd(100 * 64)}, // ten labels of 6.40
		"labels": {Count: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: sold})
				s.ceilings = c
				var mu sync.Mutex
				got := map[string]int{}
				var wg sync.WaitGroup
				for i := range 100 {
					wg.Go(func() {
						_, err := s.buy("k" + string(rune('a'+i)))
						mu.Lock()
						defer mu.Unlock()
						got[code(err)]++
					})
				}
				wg.Wait()
				if got[""] != 10 || got["spending_limit"] != 90 || s.carrier.calls(adapters.OpLabel) != 10 {
					t.Errorf("got %v, and %d labels", got, s.carrier.calls(adapters.OpLabel))
				}
				spent, err := s.db.Spending(t.Context(), "t1", "2000-01-01")
				if err != nil || len(spent) != 1 || spent[0].Count != 10 || spent[0].Money != usd(6400) {
					t.Errorf("spent %v, %v", spent, err)
				}
			})
		})
	}
}

// What was not bought, or was voided, does not count.
func TestRefusedAndVoidedLabelsDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{void: func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{Confirmed: true}, nil
		}}
		n.label = func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
			return normalize.Label{}, normalize.Fail(normalize.KindRejected, "no")
		}
		s := newStand(t, n)
		s.ceilings = store.Ceilings{Count: 1}
		for _, key := range []string{"k1", "k2"} {
			if _, err := s.buy(key); code(err) != "rejected" {
				t.Fatalf("%s: %v", key, err)
			}
		}
		n.label = sold
		l := s.mustBuy("k3").Label
		if _, err := s.buy("k4"); code(err) != "spending_limit" {
			t.Errorf("over the ceiling: %v", err)
		}
		if _, err := s.Void(t.Context(), "t1", l.ID); err != nil {
			t.Fatal(err)
		}
		s.mustBuy("k4") // the key that was refused before anything was written is free
	})
}

// The carrier's own word of the cost counts as soon as it is known.
func TestTheCarriersCostCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		s.prices.price = usd(100)
		s.ceilings = store.Ceilings{Money: usd(700)}
		s.mustBuy("k1")
		if _, err := s.buy("k2"); code(err) != "spending_limit" {
			t.Errorf("a label that cost 6.40 and one of 1.00 fit a ceiling of 7.00: %v", err)
		}
	})
}

// A cost that is more than two percent off its quote is told, with both in the history.
func TestADriftIsTold(t *testing.T) {
	for _, c := range []struct {
		name   string
		quoted normalize.Money
		told   bool
	}{
		{"as quoted", usd(640), false}, {"two percent less than it cost", usd(628), false}, {"more than that less", usd(627), true},
		{"far more", usd(900), true}, {"in another currency", normalize.Money{Minor: 100, Currency: "CNY"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: sold})
				s.DriftPercent, s.prices.price = 2, c.quoted
				l := s.mustBuy("k1").Label
				if got := slices.Contains(s.events(), "label.adjusted"); got != c.told || *l.Cost != usd(640) {
					t.Errorf("told %t, want %t: %v", got, c.told, l.History)
				}
			})
		})
	}
}

func TestMaxCost(t *testing.T) {
	for _, c := range []struct {
		name string
		max  normalize.Money
		want string
	}{
		{"above", usd(641), ""},
		{"equal", usd(640), ""},
		{"below", usd(639), "spending_limit"},
		{"other currency", normalize.Money{Minor: 64000, Currency: "EUR"}, "invalid_request"},
		{"negative", usd(-1), "invalid_request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: sold})
				_, err := s.buy("k1", func(r *Request) { r.MaxCost = c.max })
				if code(err) != c.want {
					t.Fatalf("got %v, want %q", err, c.want)
				}
				if c.want != "" && (!slices.Equal(pointers(err), []string{"/max_cost"}) || s.carrier.calls(adapters.OpLabel) != 0) {
					t.Errorf("pointers %v, sent %d times", pointers(err), s.carrier.calls(adapters.OpLabel))
				}
			})
		})
	}
}

// A channel that gives no price is bought only where the caller says so, and never past a
// limit of money that could then not be kept.
func TestUnpriced(t *testing.T) {
	none := &rating.Unavailable{Channel: "northwind.plain", Code: "not_serviceable", Message: "no price here"}
	for _, c := range []struct {
		name    string
		refused *rating.Unavailable
		ceiling normalize.Money
		change  func(*Request)
		want    string
	}{
		{"not allowed", none, normalize.Money{}, func(*Request) {}, "not_serviceable"},
		{"allowed", none, normalize.Money{}, func(r *Request) { r.AllowUnpriced = true }, ""},
		{"with max_cost", none, normalize.Money{}, func(r *Request) { r.AllowUnpriced, r.MaxCost = true, usd(100) }, "spending_limit"},
		{"under a ceiling", none, usd(10_000), func(r *Request) { r.AllowUnpriced = true }, "spending_limit"},
		{"a lane that is not served", &rating.Unavailable{Code: "not_serviceable", Pointer: "/destination/country"}, normalize.Money{},
			func(r *Request) { r.AllowUnpriced = true }, "not_serviceable"},
		{"a carrier that is down", &rating.Unavailable{Code: "unavailable"}, normalize.Money{}, func(r *Request) { r.AllowUnpriced = true }, "unavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: sold})
				s.prices.refused, s.ceilings.Money = c.refused, c.ceiling
				if _, err := s.buy("k1", c.change); code(err) != c.want {
					t.Errorf("got %v, want %q", err, c.want)
				}
			})
		})
	}
}
