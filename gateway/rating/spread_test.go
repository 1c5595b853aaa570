package rating

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/normalize"
)

// A card needs no carrier: its price is there though the carrier's live services hang.
func TestACardDoesNotWaitForItsCarrier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{spec: spec("x", "live", "carded"), delay: time.Minute}
		n.spec.Services[1].CardPriced = true
		s := service(t, n)
		a, err := s.Quote(t.Context(), "t1", order(), nil)
		if err != nil || len(a.Rates) != 1 || a.Rates[0].Channel != "x.carded" || a.Rates[0].Source != "rate_card" || len(a.Unavailable) != 1 {
			t.Errorf("got %+v, %v", a, err)
		}
		s.Close()
	})
}

// second is another account of the same carrier and tenant.
func second(s *Service, n *northwind) {
	first := *s.registry.All()[0]
	other := first
	other.ID, other.Name, other.Default, other.CallbackToken, other.Ops = "acct_second", "second", false, "second", adapters.OpsOf(n)
	reg, err := accounts.NewRegistry(s.registry.Specs(), []*accounts.Account{&first, &other})
	if err != nil {
		panic(err)
	}
	s.registry = reg
}

// Two accounts give two rates, and a channel is refused only when none of its accounts
// gave one: once, at the end, with the default account's reason.
func TestTwoAccountsOfOneCarrier(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second error
		rates         int
		refused       []string
	}{
		{"both answer", nil, nil, 2, nil},
		{"one fails at once", normalize.Fail(normalize.KindUnavailable, "down"), nil, 1, nil},
		{"both fail", normalize.Fail(normalize.KindUnavailable, "down"), normalize.Fail(normalize.KindRejected, "no"), 0, []string{"x.a unavailable"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rates := []normalize.Rate{price("a", 100, "USD", 5)}
				s := service(t, &northwind{spec: spec("x", "a"), rates: rates, err: c.first, delay: 20 * time.Millisecond})
				second(s, &northwind{spec: spec("x", "a"), rates: rates, err: c.second, delay: 10 * time.Millisecond})
				var told []string
				a, err := s.Quote(t.Context(), "t1", order(), func(r *Rate, u *Unavailable) {
					if u != nil {
						told = append(told, u.Channel+" "+u.Code)
					}
				})
				if err != nil || len(a.Rates) != c.rates || !slices.Equal(told, c.refused) || len(a.Unavailable) != len(c.refused) {
					t.Errorf("%d rates, refused %v, in the end %+v, %v", len(a.Rates), told, a.Unavailable, err)
				}
			})
		})
	}
}
