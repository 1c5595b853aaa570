package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

const (
	share  = "ebay-share"
	window = 30 * 24 * time.Hour
)

// counting writes the intent of a purchase that counts towards a share.
func counting(t *testing.T, s *store.DB, tenant store.Tenant, key, shop string, satisfied bool) store.Purchase {
	t.Helper()
	in := intent(s, tenant, key)
	in.Quotas = []store.QuotaEntry{{Rule: share, Shop: shop, Satisfied: satisfied}}
	b, err := s.BeginPurchase(t.Context(), in)
	noError(t, err)
	return b.Purchase
}

func becomes(t *testing.T, s *store.DB, p store.Purchase, state store.PurchaseState) store.Purchase {
	t.Helper()
	out, err := s.TransitionPurchase(t.Context(), p.Ref(), store.Transition{Change: func(p *store.Purchase) error { p.State = state; return nil }})
	noError(t, err)
	return out
}

func counted(t *testing.T, s *store.DB, tenant store.Tenant, want ...store.QuotaCount) {
	t.Helper()
	got, err := s.QuotaCounts(t.Context(), tenant, share, window)
	noError(t, err)
	equal(t, got, want)
}

var quotaChecks = []check{
	with("counts_what_is_bought_until_it_is_voided", func(t *testing.T, s *store.DB) {
		a, b := counting(t, s, ada, "k1", "", true), counting(t, s, ada, "k2", "", false)
		counted(t, s, ada)
		for _, open := range []store.PurchaseState{store.PurchaseSending, store.PurchaseUnknown, store.PurchaseParked} {
			a = becomes(t, s, a, open)
			counted(t, s, ada)
		}
		for _, owned := range []store.PurchaseState{store.PurchaseBought, store.PurchaseSettled, store.PurchaseVoiding, store.PurchaseVoidUnknown, store.PurchaseVoidRefused} {
			a = becomes(t, s, a, owned)
			counted(t, s, ada, store.QuotaCount{Orders: 1, Satisfied: 1})
		}
		becomes(t, s, b, store.PurchaseSettled)
		counted(t, s, ada, store.QuotaCount{Orders: 2, Satisfied: 1})
		becomes(t, s, a, store.PurchaseVoided)
		counted(t, s, ada, store.QuotaCount{Orders: 1})
	}),
	with("counts_shop_by_shop_and_tenant_by_tenant", func(t *testing.T, s *store.DB) {
		becomes(t, s, counting(t, s, ada, "k1", "north", true), store.PurchaseSettled)
		becomes(t, s, counting(t, s, ada, "k2", "south", false), store.PurchaseSettled)
		becomes(t, s, counting(t, s, ben, "k1", "north", false), store.PurchaseSettled)
		becomes(t, s, begin(t, s, ben, "k2"), store.PurchaseSettled) // no rule counts it
		counted(t, s, ada, store.QuotaCount{Shop: "north", Orders: 1, Satisfied: 1}, store.QuotaCount{Shop: "south", Orders: 1})
		counted(t, s, ben, store.QuotaCount{Shop: "north", Orders: 1})
		tenants, err := s.QuotaTenants(t.Context(), share, window)
		noError(t, err)
		equal(t, tenants, []store.Tenant{ada, ben})
		none, err := s.QuotaCounts(t.Context(), ada, share, 0)
		noError(t, err)
		equal(t, len(none), 0)
	}),
	with("counts_nothing_of_a_purchase_that_was_not_written", func(t *testing.T, s *store.DB) {
		p := counting(t, s, ada, "k1", "", true)
		_, err := s.TransitionPurchase(t.Context(), p.Ref(), store.Transition{
			Change: func(p *store.Purchase) error { p.State = store.PurchaseSettled; return nil },
			Labels: []store.BoughtLabel{{ShipmentID: "S1"}}, Attempt: &store.AttemptResult{N: 99},
		})
		if err == nil {
			t.Fatal("an attempt that is not there was resolved")
		}
		counted(t, s, ada)
	}),
	with("tells_once_that_a_share_is_in_danger", func(t *testing.T, s *store.DB) {
		tell := func(risk bool, every time.Duration) bool {
			told, err := s.AlertQuota(t.Context(), store.QuotaAlert{Tenant: ada, Rule: share, AtRisk: risk}, every, func() []store.Event {
				return []store.Event{{Tenant: ada, Type: "mandate.quota_at_risk", Subject: share, Data: []byte(`{}`)}}
			})
			noError(t, err)
			return told
		}
		var got []bool
		for _, c := range []struct {
			risk  bool
			every time.Duration
		}{{false, 0}, {true, 0}, {true, 0}, {false, 0}, {true, time.Hour}, {true, 0}, {true, 0}} {
			got = append(got, tell(c.risk, c.every))
		}
		equal(t, fmt.Sprint(got), "[false true false false false true false]")
		events, err := s.ReadEvents(t.Context(), 0, 100)
		noError(t, err)
		equal(t, len(events), 2)
	}),
}
