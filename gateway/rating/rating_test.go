package rating

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// northwind is an invented carrier: it answers after delay with rates or err.
type northwind struct {
	spec  adapters.Spec
	delay time.Duration
	rates []normalize.Rate
	err   error
}

func (n *northwind) Spec() adapters.Spec { return n.spec }

func (n *northwind) Rate(ctx context.Context, _ normalize.RateRequest) ([]normalize.Rate, error) {
	if n.delay == 0 {
		return n.rates, n.err
	}
	select {
	case <-time.After(n.delay):
		return n.rates, n.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func spec(code string, services ...string) adapters.Spec {
	s := adapters.Spec{Code: code, Carrier: code}
	for _, name := range services {
		s.Services = append(s.Services, adapters.Service{Name: name, Title: code + " " + name, Kind: "express", Mode: "direct_mail"})
	}
	return s
}

func price(service string, minor int64, currency string, daysMax int) normalize.Rate {
	m := normalize.Money{Minor: minor, Currency: currency}
	return normalize.Rate{Service: service, Total: m, Charges: []normalize.Charge{{Type: normalize.ChargeFreight, Amount: m}},
		Transit: normalize.Transit{DaysMin: 1, DaysMax: daysMax}}
}

// plainCaller calls without guards.
type plainCaller struct{}

func (plainCaller) Call(ctx context.Context, _ *accounts.Account, _ adapters.Operation, fn func(context.Context) error) error {
	return fn(ctx)
}

type noCards struct{}

func (noCards) Price(string, *normalize.Shipment, normalize.Date) (normalize.Rate, error) {
	return price("", 500, "CNY", 9), nil
}

type plainDays struct{}

func (plainDays) Add(_ string, from normalize.Date, days int, _ bool) normalize.Date {
	return normalize.DateOf(from.At(time.UTC).AddDate(0, 0, days))
}
func (plainDays) Today(_ string, now time.Time) normalize.Date { return normalize.DateOf(now.UTC()) }

// memory keeps rate requests.
type memory struct {
	mu   sync.Mutex
	rows map[string]store.RateRequest
}

func (m *memory) SaveRates(_ context.Context, r store.RateRequest) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[r.ID] = r
	return nil
}

func (m *memory) RateRequest(_ context.Context, t store.Tenant, id string) (store.RateRequest, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.rows[id]
	if !ok || r.Tenant != t {
		return r, store.ErrNotFound
	}
	return r, nil
}

func (m *memory) RateRequestOf(ctx context.Context, t store.Tenant, rate string) (store.RateRequest, error) {
	return m.RateRequest(ctx, t, "rq_"+strings.TrimPrefix(rate, "rate_")[:26])
}

func (m *memory) DeleteExpiredRates(context.Context, time.Duration, int) (int, error) { return 0, nil }

func testFX(t testing.TB) *fx.Rates {
	t.Helper()
	table, err := fx.Load(fstest.MapFS{"fx.csv": {Data: []byte("# source: a test\nas_of,base,currency,rate\n2000-01-01,USD,CNY,7.2\n2000-01-01,USD,EUR,0.9\n")}}, "fx.csv")
	if err != nil {
		t.Fatal(err)
	}
	return fx.New(table, 0)
}

func service(t testing.TB, carriers ...*northwind) *Service {
	t.Helper()
	var specs []adapters.Spec
	var list []*accounts.Account
	for _, n := range carriers {
		specs = append(specs, n.spec)
		a := &accounts.Account{ID: "acct_" + n.spec.Code, Tenant: "t1", Name: "main", Adapter: n.spec.Code, Default: true, Enabled: true,
			CallbackToken: n.spec.Code, Spec: n.spec, Ops: adapters.OpsOf(n)}
		for _, s := range n.spec.Services {
			a.Services = append(a.Services, s.Name)
		}
		list = append(list, a)
	}
	reg, err := accounts.NewRegistry(specs, list)
	if err != nil {
		t.Fatal(err)
	}
	return New(Deps{Registry: reg, Caller: plainCaller{}, Cards: noCards{}, Currencies: testFX(t), Calendar: plainDays{},
		Store: &memory{rows: map[string]store.RateRequest{}}})
}

func order() Request {
	return Request{Currency: "USD", Shipment: normalize.Shipment{
		Origin:      normalize.Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"},
		Destination: normalize.Address{Name: "Anna Schmidt", Line1: "Lindenstr. 5", City: "Berlin", Country: "DE"},
		Parcels:     []normalize.Parcel{{Weight: 350 * normalize.Gram}},
		Items: []normalize.Item{{Description: "phone case", Quantity: 1, UnitValue: normalize.Money{Minor: 1250, Currency: "USD"},
			OriginCountry: "CN"}},
		Incoterm: normalize.DDP,
	}}
}

func TestASlowCarrierIsNamedAndTheOthersAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := service(t,
			&northwind{spec: spec("fast", "a"), rates: []normalize.Rate{price("a", 720, "CNY", 5)}},
			&northwind{spec: spec("slow", "b", "c"), delay: 30 * time.Second})
		r := order()
		r.DeadlineMS = 800
		start := time.Now()
		a, err := s.Quote(t.Context(), "t1", r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 800*time.Millisecond {
			t.Errorf("answered after %v, want 800 ms", took)
		}
		if a.Status != StatusPartial || len(a.Rates) != 1 || len(a.Unavailable) != 2 {
			t.Fatalf("got %s with %d rates and %v", a.Status, len(a.Rates), a.Unavailable)
		}
		for _, u := range a.Unavailable {
			if u.Code != "timeout" || !u.Retryable || u.Message != "no answer within 800 ms" {
				t.Errorf("got %+v", u)
			}
		}
		if got := a.Rates[0].Total; got != (normalize.Money{Minor: 100, Currency: "USD"}) {
			t.Errorf("7.20 CNY is %v, want 1.00 USD", got)
		}
		s.Close()
	})
}

func TestAllAnswersComeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := service(t, &northwind{spec: spec("x", "a"), delay: 300 * time.Millisecond, rates: []normalize.Rate{price("a", 100, "USD", 5)}},
			&northwind{spec: spec("y", "b"), delay: 400 * time.Millisecond, rates: []normalize.Rate{price("b", 90, "USD", 9)}})
		start := time.Now()
		a, err := s.Quote(t.Context(), "t1", order(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 400*time.Millisecond || a.Status != StatusComplete {
			t.Errorf("got %s after %v, want complete after 400 ms: carriers are asked at once", a.Status, took)
		}
		if a.Rates[0].Channel != "y.b" || *a.Recommended.Cheapest != a.Rates[0].ID || *a.Recommended.Fastest != a.Rates[1].ID ||
			*a.Recommended.Best != a.Rates[1].ID {
			t.Errorf("order or choice is wrong: %+v", a.Recommended)
		}
	})
}

func TestChargesSumToTheTotalInBothCurrencies(t *testing.T) {
	t.Parallel()
	n := &northwind{spec: spec("x", "a")}
	m := func(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "CNY"} }
	n.rates = []normalize.Rate{{Service: "a", Total: m(4608), Charges: []normalize.Charge{
		{Type: normalize.ChargeFreight, Amount: m(3744)}, {Type: normalize.ChargeFuel, Amount: m(1001)}, {Type: normalize.ChargeDiscount, Amount: m(-137)}}}}
	a, err := service(t, n).Quote(t.Context(), "t1", order(), nil)
	if err != nil || len(a.Rates) != 1 {
		t.Fatalf("got %+v, %v", a, err)
	}
	var ours, theirs []normalize.Money
	for _, c := range a.Rates[0].Charges {
		ours, theirs = append(ours, c.Amount), append(theirs, c.CarrierAmount)
	}
	if sum, err := normalize.Sum(ours...); err != nil || sum != a.Rates[0].Total {
		t.Errorf("charges sum to %v, total is %v", sum, a.Rates[0].Total)
	}
	if sum, err := normalize.Sum(theirs...); err != nil || sum != a.Rates[0].CarrierTotal {
		t.Errorf("the carrier's sum to %v, total is %v", sum, a.Rates[0].CarrierTotal)
	}
	if a.Rates[0].FX == nil || a.Rates[0].FX.AsOf != "2000-01-01" {
		t.Errorf("the conversion names no day: %+v", a.Rates[0].FX)
	}
}

func TestChargesThatDoNotSumAreNoOffer(t *testing.T) {
	t.Parallel()
	bad := price("a", 100, "USD", 5)
	bad.Charges[0].Amount.Minor = 99
	a, err := service(t, &northwind{spec: spec("x", "a"), rates: []normalize.Rate{bad}}).Quote(t.Context(), "t1", order(), nil)
	if err != nil || a.Status != StatusFailed || a.Unavailable[0].Code != "bad_response" {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestEachChannelWithoutARateIsNamedOnce(t *testing.T) {
	t.Parallel()
	platform := spec("shop", "only")
	platform.Services[0].Platforms = []string{"ebay"}
	s := service(t, &northwind{spec: spec("x", "a", "b"), rates: []normalize.Rate{price("a", 100, "USD", 5)}},
		&northwind{spec: platform}, &northwind{spec: spec("down", "z"), err: normalize.Fail(normalize.KindUnavailable, "down")})
	a, err := s.Quote(t.Context(), "t1", order(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, u := range a.Unavailable {
		if got[u.Channel] != "" {
			t.Errorf("%s is named twice", u.Channel)
		}
		got[u.Channel] = u.Code
	}
	want := map[string]string{"x.b": "not_serviceable", "shop.only": "not_serviceable", "down.z": "unavailable"}
	for c, code := range want {
		if got[c] != code {
			t.Errorf("%s: got %q, want %q", c, got[c], code)
		}
	}
	if len(got) != len(want) || a.Status != StatusPartial {
		t.Errorf("got %v, %s", got, a.Status)
	}
}

// A channel that only tracks is no offer and no gap in one: it is named to whoever asks for it,
// and its carrier is never called.
func TestWhatOnlyTracksIsNotAsked(t *testing.T) {
	t.Parallel()
	watch := spec("watch", "tracking")
	watch.Services[0].Kind = adapters.KindTracking
	s := service(t, &northwind{spec: spec("x", "a"), rates: []normalize.Rate{price("a", 100, "USD", 5)}},
		&northwind{spec: watch, rates: []normalize.Rate{price("tracking", 1, "USD", 1)}})
	a, err := s.Quote(t.Context(), "t1", order(), nil)
	if err != nil || len(a.Rates) != 1 || len(a.Unavailable) != 0 || a.Status != StatusComplete {
		t.Errorf("all channels: got %+v, %v", a, err)
	}
	r := order()
	r.Channels = []string{"x.a", "watch.tracking"}
	a, err = s.Quote(t.Context(), "t1", r, nil)
	if err != nil || len(a.Rates) != 1 || len(a.Unavailable) != 1 || a.Unavailable[0].Code != "not_serviceable" {
		t.Errorf("by name: got %+v, %v", a, err)
	}
}

func TestAnswersAreFoundAgainByTheirTenantOnly(t *testing.T) {
	t.Parallel()
	n := &northwind{spec: spec("x", "a"), rates: []normalize.Rate{price("a", 100, "USD", 5)}}
	n.rates[0].CarrierData = map[string]string{"product": "P"}
	s := service(t, n)
	a, err := s.Quote(t.Context(), "t1", order(), nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Get(t.Context(), "t1", a.ID)
	first, _ := json.Marshal(a)
	second, _ := json.Marshal(again)
	if err != nil || string(first) != string(second) {
		t.Errorf("read again: %s, %v; want %s", second, err, first)
	}
	if _, err := s.Get(t.Context(), "t2", a.ID); err != ErrNotFound {
		t.Errorf("another tenant got %v", err)
	}
	offer, err := s.Offer(t.Context(), "t1", a.Rates[0].ID)
	if err != nil || offer.CarrierData["product"] != "P" || offer.Request.Destination.City != "Berlin" {
		t.Errorf("got %+v, %v", offer, err)
	}
}

func TestBadRequestsNameTheField(t *testing.T) {
	t.Parallel()
	s := service(t, &northwind{spec: spec("x", "a")})
	for _, c := range []struct {
		name    string
		spoil   func(*Request)
		pointer string
	}{
		{"unknown channel", func(r *Request) { r.Channels = []string{"x.a", "x.zzz"} }, "/channels/1"},
		{"no such currency", func(r *Request) { r.Currency = "ABC" }, "/currency"},
		{"somebody's account", func(r *Request) { r.Accounts = []string{"acct_other"} }, "/accounts/0"},
		{"undeclared option", func(r *Request) { r.Options = map[string]any{"x.nonsense": true} }, "/options/x.nonsense"},
		{"deadline too short", func(r *Request) { r.DeadlineMS = 99 }, "/deadline_ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := order()
			c.spoil(&r)
			_, err := s.Quote(t.Context(), "t1", r, nil)
			errs, ok := err.(normalize.FieldErrors)
			if !ok || len(errs) != 1 || errs[0].Pointer != c.pointer {
				t.Errorf("got %v, want a fault at %s", err, c.pointer)
			}
		})
	}
}

func TestACardAnswersForACarrierThatDoesNot(t *testing.T) {
	t.Parallel()
	s := service(t, &northwind{spec: spec("x", "a"), err: normalize.Fail(normalize.KindUnavailable, "down")})
	s.registry.All()[0].CardAllowed = true
	a, err := s.Quote(t.Context(), "t1", order(), nil)
	if err != nil || len(a.Rates) != 1 || a.Rates[0].Source != "rate_card" || a.Rates[0].FallbackFor != "unavailable" || a.Status != StatusPartial {
		t.Errorf("got %+v, %v", a, err)
	}
}
