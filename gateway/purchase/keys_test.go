package purchase

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Fifty callers with one key: one question for a price, one committing call; the others
// hear in_progress, and afterwards the same label.
func TestFiftyTwins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(time.Second, sold)})
		var mu sync.Mutex
		got := map[string]int{}
		twins := func() {
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					res, err := s.buy("k1")
					mu.Lock()
					defer mu.Unlock()
					got[fmt.Sprintf("%s%s %t", code(err), res.Label.Status, res.Replayed)]++
				})
			}
			wg.Wait()
		}
		twins()
		if got["purchased false"] != 1 || got["in_progress false"] != 49 {
			t.Errorf("at once: %v", got)
		}
		clear(got)
		twins()
		if got["purchased true"] != 50 {
			t.Errorf("afterwards: %v", got)
		}
		if n, asked := s.carrier.calls(adapters.OpLabel), s.prices.asked; n != 1 || asked != 1 {
			t.Errorf("%d committing calls, %d prices", n, asked)
		}
	})
}

// Twins that meet two processes on one store make one purchase too.
func TestTwinsOfTwoProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(time.Second, sold)})
		first := s.Service
		s.start()
		var mu sync.Mutex
		got := map[string]int{}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				svc := []*Service{first, s.Service}[i%2]
				res, err := svc.Buy(t.Context(), "t1", "key_1", "k1", request())
				mu.Lock()
				defer mu.Unlock()
				got[code(err)+res.Label.Status]++
			})
		}
		wg.Wait()
		if got["purchased"] != 1 || got["in_progress"] != 19 || s.carrier.calls(adapters.OpLabel) != 1 {
			t.Errorf("got %v after %d calls", got, s.carrier.calls(adapters.OpLabel))
		}
	})
}

func TestAKeyBelongsToItsBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(time.Second, sold)})
		other := func(r *Request) { r.Reference = "EB-1002" }
		s.inBackground("k1")
		if _, err := s.buy("k1", other); code(err) != "idempotency_key_reused" {
			t.Errorf("another body while the first is under way: %v", err)
		}
		time.Sleep(2 * time.Second)
		if _, err := s.buy("k1", other); code(err) != "idempotency_key_reused" {
			t.Errorf("another body afterwards: %v", err)
		}
		// Spacing and the order of keys are no other body, nor is another tenant's key this one.
		if res := s.mustBuy("k1"); !res.Replayed {
			t.Errorf("got %+v", res)
		}
	})
}

// What is refused before anything is written leaves the key free: by us, by a price that
// is not there, by the guards.
func TestARefusalBeforeAnythingIsWrittenLeavesTheKeyFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		for want, change := range map[string]func(*Request){
			"invalid_request": func(r *Request) { r.Reference = "with space" },
			"unsupported":     func(r *Request) { r.Label.Format = "zpl" },
			"spending_limit":  func(r *Request) { r.MaxCost = usd(1) },
			"not_found":       func(r *Request) { *r = Request{RateID: "rate_unknown"} },
		} {
			if _, err := s.buy("k1", change); code(err) != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		s.prices.refused = &rating.Unavailable{Code: "timeout"}
		if _, err := s.buy("k1"); code(err) != "timeout" {
			t.Errorf("no price: %v", err)
		}
		s.prices.refused = nil
		s.mustBuy("k1")
	})
}

// A carrier whose breaker is open is not asked, and nothing is written.
func TestAnOpenBreakerWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: func(context.Context, normalize.LabelRequest) (normalize.Label, error) {
			return normalize.Label{}, normalize.Fail(normalize.KindUnavailable, "500")
		}}
		s := newStand(t, n)
		for i := range 5 {
			s.mustBuy(fmt.Sprint("k", i))
		}
		if _, err := s.buy("k6"); code(err) != "circuit_open" {
			t.Fatalf("got %v", err)
		}
		time.Sleep(15 * time.Second)
		n.label = sold
		if res := s.mustBuy("k6"); !res.Settled || res.Replayed {
			t.Errorf("the key was not free: %+v", res)
		}
	})
}

// Another tenant's label is no label.
func TestOtherTenantsSeeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		l := s.mustBuy("k1").Label
		_, unknown := s.Get(t.Context(), "t2", "lbl_unknown")
		_, get := s.Get(t.Context(), "t2", l.ID)
		_, void := s.Void(t.Context(), "t2", l.ID)
		_, doc := s.Document(t.Context(), "t2", l.ID, l.Documents[0].ID)
		list, _, err := s.List(t.Context(), "t2", Filter{}, store.Page{})
		if code(get) != "not_found" || get.Error() != unknown.Error() || code(void) != "not_found" || code(doc) != "not_found" || len(list) != 0 || err != nil {
			t.Errorf("get %v, void %v, document %v, list %v %v", get, void, doc, list, err)
		}
		if _, err := s.Buy(t.Context(), "t2", "key_2", "k1", request()); code(err) != "invalid_request" {
			t.Errorf("the same key of a tenant without accounts: %v", err)
		}
		id := s.rateID(false)
		if _, err := s.Buy(t.Context(), "t2", "key_2", "k2", Request{RateID: id}); code(err) != "not_found" {
			t.Errorf("another tenant's rate: %v", err)
		}
	})
}

// What a request must and must not say.
func TestRequestsThatSayTooMuchOrTooLittle(t *testing.T) {
	for _, c := range []struct {
		name, pointer string
		change        func(*Request)
	}{
		{"neither rate nor channel", "/rate_id", func(r *Request) { r.Channel = "" }},
		{"both", "/channel", func(r *Request) { r.RateID = "rate_1" }},
		{"an account beside a rate", "/account", func(r *Request) { r.Channel, r.RateID, r.Account = "", "rate_1", "acct_nw" }},
		{"unknown channel", "/channel", func(r *Request) { r.Channel = "northwind.rocket" }},
		{"somebody's account", "/account", func(r *Request) { r.Account = "acct_other" }},
		{"reference with a line break", "/reference", func(r *Request) { r.Reference = "a\nb" }},
		{"reference that turns the text round", "/reference", func(r *Request) { r.Reference = "a\u202eb" }},
		{"too little time", "/deadline_ms", func(r *Request) { r.DeadlineMS = 99 }},
		{"too much time", "/deadline_ms", func(r *Request) { r.DeadlineMS = 60_001 }},
		{"no parcels", "/parcels", func(r *Request) { r.Parcels = nil }},
		{"no such country", "/destination/country", func(r *Request) { r.Destination.Country = "ZZ" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: sold})
				if _, err := s.buy("k1", c.change); code(err) != "invalid_request" || !slices.Equal(pointers(err), []string{c.pointer}) {
					t.Errorf("got %v at %v", err, pointers(err))
				}
			})
		})
	}
}

// A rate is bought as it was quoted, with what its carrier needs again.
func TestBuyingByRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{}
		n.label = func(ctx context.Context, r normalize.LabelRequest) (normalize.Label, error) {
			if r.CarrierData["product"] != "P" || r.Service != "plain" || r.Shipment.Destination.Phone != "+4930123" || r.Shipment.Note != "ring twice" {
				t.Errorf("the carrier was handed %+v", r)
			}
			return sold(ctx, r)
		}
		s := newStand(t, n)
		id := s.rateID(false)
		r := Request{RateID: id, Shipment: Shipment{Note: "ring twice", Destination: &normalize.Address{Phone: "+4930123"}}}
		res, err := s.Buy(t.Context(), "t1", "key_1", "k1", r)
		if err != nil || !res.Settled || s.prices.asked != 0 || *res.Label.Quoted != usd(640) {
			t.Fatalf("got %+v, %v", res, err)
		}
		r.Destination.City = "Hamburg"
		_, err = s.Buy(t.Context(), "t1", "key_1", "k2", r)
		if code(err) != "rate_mismatch" || !slices.Equal(pointers(err), []string{"/destination/city"}) {
			t.Errorf("another city: %v at %v", err, pointers(err))
		}
		if _, err := s.Buy(t.Context(), "t1", "key_1", "k3", Request{RateID: s.rateID(true)}); code(err) != "rate_expired" {
			t.Errorf("an expired rate: %v", err)
		}
	})
}

// An override is in the audit log with its rule, its reason and who said so.
func TestAnOverrideIsAudited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		s.mustBuy("k1", func(r *Request) { r.Override = &Override{Rule: "wish-wishpost", Reason: "agreed by mail"} })
		list, err := s.db.ListAudit(t.Context(), "t1", store.Page{})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("got %+v, %v", list, err)
		}
		if a := list.Items[0]; a.Actor != "key_1" || a.Action != "label.override" || !strings.Contains(string(a.Detail), "agreed by mail") {
			t.Errorf("got %+v", a)
		}
	})
}
