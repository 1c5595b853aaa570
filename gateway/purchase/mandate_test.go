package purchase

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

const shopRules = `platform: shop
rules:
  - {id: shop-own, channels: [shop.own], verdict: required, others: forbidden, override: true, reason: the shop's own channel only, source: s,
     penalty: {amount: 10.00 USD, text: the shop fines it}}
`

// ruled is a stand whose platform has rules.
func ruled(t *testing.T, rules string) *stand {
	t.Helper()
	set, err := mandates.Load(fstest.MapFS{"shop.yaml": {Data: []byte(rules)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := newStand(t, &northwind{label: sold})
	s.Mandates = mandates.NewJudge(set, mandates.Channels(s.Registry.Specs()), nil)
	return s
}

func onShop(r *Request) { r.Platform = "shop" }

func override(rule, reason string) func(*Request) {
	return func(r *Request) { r.Override = &Override{Rule: rule, Reason: reason} }
}

// What a rule forbids is refused before the carrier is asked anything, and leaves the key free.
func TestAForbiddenPurchaseIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		rules    string
		override func(*Request)
		pointer  string
		says     string
	}{
		"no override":         {shopRules, func(*Request) {}, "", "the shop fines it, 10.00 USD; an override that names the rule"},
		"of another rule":     {shopRules, override("shop-other", "agreed"), "/override/rule", "shop-own"},
		"none is allowed":     {strings.Replace(shopRules, "override: true, ", "", 1), override("shop-own", "agreed"), "/override/rule", "shop-own"},
		"two rules forbid it": {shopRules + "  - {id: shop-two, channels: [\"*\"], verdict: forbidden, override: true, reason: r, source: s}\n", override("shop-own", "agreed"), "/override/rule", "shop-two"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := ruled(t, tt.rules)
				_, err := s.buy("k1", onShop, tt.override)
				r, ok := errors.AsType[*gateway.Refusal](err)
				if !ok || r.Code != gateway.CodeMandateViolation || r.Channel != "northwind.plain" || !strings.Contains(r.Detail+r.Fields.Error(), tt.says) {
					t.Fatalf("got %v", err)
				}
				if got := strings.Join(pointers(err), " "); got != tt.pointer {
					t.Errorf("points at %q, want %q", got, tt.pointer)
				}
				if n := s.carrier.calls(adapters.OpLabel) + s.prices.asked; n != 0 {
					t.Errorf("the carrier was asked %d times", n)
				}
				if l := s.mustBuy("k1"); l.Label.Status != "purchased" || l.Label.Mandate != nil {
					t.Errorf("the key for another order: %+v", l.Label)
				}
			})
		})
	}
}

// With an override that names the rule and a reason it is bought; the label keeps the verdict
// and the audit log says who wanted it, and against what.
func TestAnOverrideBuysAndIsAudited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ruled(t, shopRules)
		l := s.mustBuy("k1", onShop, override("shop-own", "agreed by mail")).Label
		v := l.Mandate
		if v == nil || v.Verdict != mandates.Forbidden || v.Rule != "shop-own" || v.Penalty.Amount != usd(1000) {
			t.Errorf("the label keeps %+v", v)
		}
		if !strings.Contains(l.History[0].Detail, "by override against the rule shop-own") {
			t.Errorf("history begins with %q", l.History[0].Detail)
		}
		list, err := s.db.ListAudit(t.Context(), "t1", store.Page{})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("audit: %+v, %v", list.Items, err)
		}
		var d struct {
			Rule, Reason, Channel string
			Against               []string
		}
		a := list.Items[0]
		if err := json.Unmarshal(a.Detail, &d); err != nil || a.Action != "label.override" || a.Object != l.ID || a.Actor != "key_1" ||
			d.Rule != "shop-own" || d.Reason != "agreed by mail" || d.Channel != "northwind.plain" || !slices.Equal(d.Against, []string{"shop-own"}) {
			t.Errorf("audit: %+v %s (%v)", a, a.Detail, err)
		}
		if again := s.mustBuy("k1", onShop, override("shop-own", "agreed by mail")); !again.Replayed || again.Label.Mandate.Rule != "shop-own" {
			t.Errorf("the same key again: %+v", again)
		}
	})
}

// An override without a reason is none.
func TestAnOverrideNeedsAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ruled(t, shopRules)
		_, err := s.buy("k1", onShop, override("shop-own", "  "))
		if got := pointers(err); !slices.Equal(got, []string{"/override/reason"}) {
			t.Errorf("got %v", err)
		}
	})
}

// A purchase that the rules allow keeps their verdict too.
func TestALabelKeepsItsVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ruled(t, strings.NewReplacer("shop.own", "northwind.*").Replace(shopRules))
		if v := s.mustBuy("k1", onShop).Label.Mandate; v == nil || v.Verdict != mandates.Required || v.Penalty != nil {
			t.Errorf("got %+v", v)
		}
	})
}
