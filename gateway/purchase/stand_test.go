package purchase

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/outbound"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// prices asks nobody: each purchase by channel costs price, and rates are offers.
type prices struct {
	mu      sync.Mutex
	asked   int
	price   normalize.Money
	refused *rating.Unavailable
	offers  map[string]rating.Offer
}

func (p *prices) Offer(_ context.Context, tenant, id string) (rating.Offer, error) {
	o, ok := p.offers[tenant+" "+id]
	if !ok {
		return o, rating.ErrNotFound
	}
	return o, nil
}

func (p *prices) PriceOne(_ context.Context, _, channel, account string, r rating.Request) (rating.Offer, *rating.Unavailable, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if errs := r.Shipment.Validate(); len(errs) > 0 {
		return rating.Offer{}, nil, errs
	}
	return rating.Offer{Request: r, Rate: rating.Rate{ID: "rate_1", Channel: channel, Account: account, Total: p.price, CarrierTotal: p.price, Source: "live"}}, p.refused, nil
}

// followed keeps which trackers were ended.
type followed struct {
	mu    sync.Mutex
	ended []string
}

func (f *followed) Cancel(_ context.Context, _, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = append(f.ended, id)
	return nil
}

// stand is a service on a store of its own, with one account of one invented carrier.
type stand struct {
	t        *testing.T
	path     string
	db       *store.DB
	carrier  *northwind
	prices   *prices
	trackers *followed
	ceilings store.Ceilings
	http     *http.Client // out of the gateway, over wire
	wire     func(*http.Request) (*http.Response, error)
	*Service
}

func newStand(t *testing.T, carrier *northwind) *stand {
	t.Helper()
	s := &stand{t: t, path: storetest.SQLite(t), carrier: carrier, prices: &prices{price: usd(640)}, trackers: &followed{}}
	s.start()
	return s
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// start begins a process on the stand's store, as after the first one's death.
func (s *stand) start() {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), store.Options{URL: s.path})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = db.Close() }) // closed already where the process was killed
	g, err := guards.New(guards.Config{Waiters: 500, Queue: 500}, nil, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	spec := adapters.Spec{Code: "northwind", Carrier: "Northwind", Services: []adapters.Service{{Name: "plain", Title: "Plain",
		Requirements: adapters.Requirements{LabelFormats: []string{"pdf"}}}},
		Purchase: adapters.Purchase{Class: adapters.ClassB, QuietPeriod: 10 * time.Second}}
	a := &accounts.Account{ID: "acct_nw", Tenant: "t1", Name: "main", Adapter: "northwind", Enabled: true, Default: true,
		CallbackToken: "token", Spec: spec, Ops: s.carrier.ops(), Services: []string{"plain"}}
	if err := g.SetAccount(guards.Account{ID: a.ID, Carrier: "northwind", Limits: adapters.Limits{RequestsPerSecond: 1e4, Burst: 1e4, Concurrent: 300}}); err != nil {
		s.t.Fatal(err)
	}
	out, err := outbound.New(outbound.Options{}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	s.http = out.ClientOver(roundTrip(func(r *http.Request) (*http.Response, error) { return s.wire(r) }), "northwind")
	reg, err := accounts.NewRegistry([]adapters.Spec{spec}, []*accounts.Account{a})
	if err != nil {
		s.t.Fatal(err)
	}
	s.db = db
	logger := slog.New(slog.DiscardHandler)
	s.Service = New(Deps{Registry: reg, Caller: accounts.NewCaller(g, logger), Prices: s.prices, Store: db, Logger: logger,
		Ceilings:   func(string) store.Ceilings { return s.ceilings },
		Spend:      func(m normalize.Money, _ store.Ceilings) (normalize.Money, error) { return m, nil },
		TrackEvery: time.Minute, Trackers: s.trackers, Passes: db, PassEvery: 24 * time.Hour})
}

// kill ends the process without a word: what it still does reaches the store no more.
func (s *stand) kill() {
	if err := s.db.Close(); err != nil {
		s.t.Errorf("close: %v", err)
	}
}

// work runs the worker until the test ends.
func (s *stand) work() {
	ctx, stop := context.WithCancel(context.WithoutCancel(s.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Work(ctx)
	}()
	s.t.Cleanup(func() {
		stop()
		<-done
	})
}

// buy buys an order by channel.
func (s *stand) buy(key string, change ...func(*Request)) (Result, error) {
	r := request()
	for _, c := range change {
		c(&r)
	}
	return s.Buy(s.t.Context(), "t1", "key_1", key, r)
}

// mustBuy buys and expects no refusal.
func (s *stand) mustBuy(key string, change ...func(*Request)) Result {
	s.t.Helper()
	res, err := s.buy(key, change...)
	if err != nil {
		s.t.Fatalf("buy %s: %v", key, err)
	}
	return res
}

func request() Request {
	return Request{Channel: "northwind.plain", Reference: "EB-1001", Shipment: Shipment{
		Origin:      &normalize.Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"},
		Destination: &normalize.Address{Name: "Anna Schmidt", Line1: "Lindenstr. 5", City: "Berlin", Country: "DE"},
		Parcels:     []normalize.Parcel{{Weight: 350 * normalize.Gram}},
		Items: []normalize.Item{{Description: "phone case", Quantity: 1, UnitValue: usd(1250),
			OriginCountry: "CN"}},
		Incoterm: normalize.DDP,
	}}
}

// row is the purchase as the store has it.
func (s *stand) row(id string) store.Purchase {
	s.t.Helper()
	p, err := s.db.Purchase(s.t.Context(), "t1", id)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// only is the one purchase that the store has.
func (s *stand) only() store.Purchase {
	s.t.Helper()
	list, err := s.db.ListPurchases(s.t.Context(), "t1", store.PurchaseFilter{}, store.Page{})
	if err != nil || len(list.Items) != 1 {
		s.t.Fatalf("got %d purchases, %v; want one", len(list.Items), err)
	}
	return list.Items[0]
}

// events are the types of all that was told.
func (s *stand) events() []string {
	s.t.Helper()
	list, err := s.db.ReadEvents(s.t.Context(), 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Type)
	}
	return out
}

// code is what a refusal says: our code, else the carrier's kind.
func code(err error) string {
	r, ok := errors.AsType[*gateway.Refusal](err)
	switch {
	case !ok && err != nil:
		return "error: " + err.Error()
	case !ok:
		return ""
	case r.Code != "":
		return string(r.Code)
	default:
		return string(r.Carrier.Kind)
	}
}

// pointers are the fields that a refusal names.
func pointers(err error) []string {
	r, _ := errors.AsType[*gateway.Refusal](err)
	var out []string
	if r != nil {
		for _, f := range r.Fields {
			out = append(out, f.Pointer)
		}
	}
	return out
}

// rateID is the id of a rate that is on offer to t1 for the order of request.
func (s *stand) rateID(expired bool) string {
	id := ids.RateOf(ids.New(ids.RateRequest), 0)
	s.prices.offers = map[string]rating.Offer{"t1 " + id: {Expired: expired, CarrierData: map[string]string{"product": "P"},
		Request: rating.Request{Shipment: request().full()},
		Rate:    rating.Rate{ID: id, Channel: "northwind.plain", Account: "acct_nw", Total: usd(640), CarrierTotal: usd(640), Source: "live"}}}
	return id
}
