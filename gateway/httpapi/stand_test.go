package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/claims"
	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/inbound"
	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/quotas"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
	"github.com/crossdock-hub/crossdock/normalize"
)

// northwind is an invented carrier: it prices, sells, follows and voids at once.
type northwind struct {
	delay time.Duration
	fails error
}

func (n *northwind) Spec() adapters.Spec {
	return adapters.Spec{Code: "northwind", Carrier: "Northwind",
		Services: []adapters.Service{{Name: "plain", Title: "Plain", Kind: "express", Mode: "direct_mail",
			Requirements: adapters.Requirements{Origins: []string{"CN"}, NotTo: []string{"BR"}}},
			{Name: "other", Title: "Other", Kind: "express", Mode: "direct_mail", Platforms: []string{"ebay"}}},
		Support: map[adapters.Operation]adapters.Support{adapters.OpRate: adapters.Can(""), adapters.OpLabel: adapters.Can("")}}
}

func (n *northwind) Rate(ctx context.Context, _ normalize.RateRequest) ([]normalize.Rate, error) {
	select {
	case <-time.After(n.delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m := normalize.Money{Minor: 640, Currency: "USD"}
	return []normalize.Rate{{Service: "plain", Total: m, Charges: []normalize.Charge{{Type: normalize.ChargeFreight, Amount: m}}}}, n.fails
}

func (n *northwind) Label(_ context.Context, r normalize.LabelRequest) (normalize.Label, error) {
	return normalize.Label{TrackingNumber: "NW" + r.ClientReference,
		Documents: []normalize.Document{{Type: normalize.DocumentLabel, Format: "pdf", Data: []byte("%PDF-1.7")}}}, nil
}

func (n *northwind) Void(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
	return normalize.Voided{Confirmed: true}, nil
}

func (n *northwind) Track(context.Context, normalize.TrackRequest) (normalize.Tracking, error) {
	return normalize.Tracking{}, normalize.Fail(normalize.KindNotFound, "not scanned yet")
}

// ebayRules are what the marketplace of these tests says.
const ebayRules = `platform: ebay
rules:
  - {id: ebay-plain, channels: [northwind.plain], verdict: forbidden, others: required, override: true, reason: only the other, source: s,
     penalty: {amount: 9.00 EUR, text: a fine}}
  - {id: ebay-old, channels: ["*"], verdict: advised, reason: old, source: s, valid_to: 2020-01-01}
`

// standDeadlines are what the carrier of these tests says.
const standDeadlines = `deadlines:
  - {id: northwind-lost, channels: [northwind.*], reasons: [lost], days: 30, counted_from: acceptance, reason: 30 days, source: s}
`

type noCards struct{}

func (noCards) Price(string, *normalize.Shipment, normalize.Date) (normalize.Rate, error) {
	return normalize.Rate{}, normalize.NotServiceable("", "no card")
}

type plainDays struct{}

func (plainDays) Add(_ string, from normalize.Date, days int, _ bool) normalize.Date {
	return normalize.DateOf(from.At(time.UTC).AddDate(0, 0, days))
}
func (plainDays) Today(_ string, now time.Time) normalize.Date { return normalize.DateOf(now.UTC()) }

// stand is the whole API over a store of its own, for two tenants with an account each.
type stand struct {
	t       testing.TB
	handler http.Handler
	deps    Deps
	db      *store.DB
	keys    *Keys
	carrier *northwind
	limit   float64
}

func newStand(t testing.TB, change ...func(*stand)) *stand {
	t.Helper()
	s := &stand{t: t, carrier: &northwind{}, db: storetest.Open(t)}
	for _, c := range change {
		c(s)
	}
	logger := slog.New(slog.DiscardHandler)
	g, err := guards.New(guards.Config{RequestsPerSecond: 1e5}, nil, logger)
	if err != nil {
		t.Fatal(err)
	}
	var list []*accounts.Account
	for _, tenant := range []string{"t1", "t2"} {
		list = append(list, &accounts.Account{ID: "acct_" + tenant, Tenant: tenant, Name: "main", Adapter: "northwind", Enabled: true, Default: true,
			CallbackToken: tenant, Spec: s.carrier.Spec(), Ops: adapters.OpsOf(s.carrier), Services: []string{"plain", "other"}})
	}
	reg, err := accounts.NewRegistry([]adapters.Spec{s.carrier.Spec()}, list)
	if err != nil {
		t.Fatal(err)
	}
	table, err := fx.Load(fstest.MapFS{"fx.csv": {Data: []byte("# source: a test\nas_of,base,currency,rate\n2000-01-01,USD,EUR,0.9\n")}}, "fx.csv")
	if err != nil {
		t.Fatal(err)
	}
	caller := accounts.NewCaller(g, logger)
	exchange := fx.New(table, 0)
	rules, err := mandates.Load(fstest.MapFS{"ebay.yaml": {Data: []byte(ebayRules)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	judge := mandates.NewJudge(rules, mandates.Channels(reg.Specs()), exchange)
	split, err := responsibility.Load(os.DirFS("../../configs/responsibilities"), nil)
	if err != nil {
		t.Fatal(err)
	}
	rates := rating.New(rating.Deps{Mandates: judge, Registry: reg, Caller: caller, Cards: noCards{}, Currencies: exchange, Calendar: plainDays{}, Store: s.db})
	follow, err := trackers.New(trackers.Deps{Registry: reg, Caller: caller, Store: s.db, Logger: logger, Responsibility: split})
	if err != nil {
		t.Fatal(err)
	}
	box, err := inbox.New(inbox.Deps{Registry: reg, Store: s.db, Trackers: follow, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	hooks, err := webhooks.New(webhooks.Deps{Store: s.db, Guard: egress.New(egress.Options{}), Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	s.keys = NewKeys(s.db, s.db.Meta().DataKey)
	s.deps = Deps{Registry: reg, Guards: g, Store: s.db, Rating: rates, Mandates: judge, Quotas: quotas.New(quotas.Deps{Judge: judge, Rates: rates, Store: s.db, Logger: logger}), Responsibility: split, Trackers: follow, Inbox: box, Webhooks: hooks, Keys: s.keys, Logger: logger, Version: "test",
		Inbound: inbound.New(inbound.Deps{Registry: reg, Caller: caller, Store: s.db, Logger: logger}),
		Purchases: purchase.New(purchase.Deps{Registry: reg, Caller: caller, Prices: rates, Store: s.db, Logger: logger, Trackers: follow, TrackEvery: time.Hour, Mandates: judge,
			Ceilings: func(string) store.Ceilings { return store.Ceilings{} },
			Spend:    func(m normalize.Money, _ store.Ceilings) (normalize.Money, error) { return m, nil }}),
		TenantLimit: func(tenant string) (float64, int) {
			if tenant == "t2" {
				return 0, 0
			}
			return s.limit, 0
		}}
	deadlines, err := claims.LoadDeadlines(fstest.MapFS{"d.yaml": {Data: []byte(standDeadlines)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.deps.Claims = claims.New(claims.Deps{Store: s.db, Parcels: follow, Purchases: s.deps.Purchases, Deadlines: deadlines})
	s.handler = New(s.deps)
	t.Cleanup(func() {
		s.deps.Rating.Close()
		s.deps.Purchases.Close()
		hooks.Close()
	})
	return s
}

// key makes a key of a tenant with scopes.
func (s *stand) key(tenant string, scopes ...string) string {
	s.t.Helper()
	text, _, err := s.keys.Create(s.t.Context(), store.Tenant(tenant), "test", scopes, time.Time{})
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

// call makes a request; key "" sends none.
func (s *stand) call(method, path, key, body string, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	var rd io.Reader
	if body != "" {
		rd = strings.NewReader(body)
	}
	req := httptest.NewRequestWithContext(s.t.Context(), method, path, rd)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	return w
}

// problemOf reads a refusal.
func problemOf(t testing.TB, w *httptest.ResponseRecorder) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d %s %q is no problem: %v", w.Code, w.Header().Get("Content-Type"), w.Body, err)
	}
	if p.Status != w.Code || p.Code == "" || p.Title == "" || p.Type == "" || p.Detail == "" || !strings.HasPrefix(p.Instance, "/") {
		t.Errorf("status %d, but the problem says %+v", w.Code, p)
	}
	return p
}

// order is a rate request; each change replaces a text of it.
func order(changes ...string) string {
	out := `{"origin":{"name":"Li Wei","line1":"88 Keyuan Rd","city":"Shenzhen","country":"CN"},
	"destination":{"name":"Anna Schmidt","line1":"Lindenstr. 5","city":"Berlin","country":"DE"},
	"parcels":[{"weight":{"value":"350","unit":"g"},"dimensions":{"length":"20","width":"15","height":"5","unit":"cm"}}],
	"items":[{"description":"phone case","quantity":1,"unit_value":{"amount":"12.50","currency":"USD"},"origin_country":"CN"}],
	"incoterm":"DDP"}`
	for i := 0; i+1 < len(changes); i += 2 {
		if !strings.Contains(out, changes[i]) {
			panic("the order has no " + changes[i])
		}
		out = strings.Replace(out, changes[i], changes[i+1], 1)
	}
	return out
}

func compact(t testing.TB, raw string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
