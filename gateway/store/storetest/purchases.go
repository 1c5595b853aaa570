package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

var purchaseChecks = []purchaseCheck{
	{"is_written_ahead_whole", func(t *testing.T, s Keeper) {
		in := intent(s, ada, "k1")
		in.DueIn = time.Minute
		in.History = []store.HistoryLine{{Status: "purchasing", Detail: "accepted"}}
		in.Audit = []store.AuditEntry{{Action: "label.override"}}
		b, err := s.BeginPurchase(t.Context(), in)
		noError(t, err)
		equal(t, b.Created, true)
		equal(t, b.Purchase.State, store.PurchaseReady)
		equal(t, b.Purchase.DueAt, b.Purchase.CreatedAt.Add(time.Minute))
		f, err := s.PurchaseFile(t.Context(), ada, in.Purchase.ID)
		noError(t, err)
		equal(t, f.Purchase, b.Purchase)
		equal(t, f.History[0].Detail, "accepted")
		audit, err := s.ListAudit(t.Context(), ada, store.Page{})
		noError(t, err)
		equal(t, len(audit.Items), 1)
	}},
	{"is_found_by_key_and_client_reference", func(t *testing.T, s Keeper) {
		p := begin(t, s, ada, "k1")
		byKey, err := s.PurchaseByKey(t.Context(), ada, "k1")
		noError(t, err)
		equal(t, byKey, p)
		byRef, err := s.PurchaseByClientReference(t.Context(), ada, p.ClientReference)
		noError(t, err)
		equal(t, byRef, p)
	}},
	// Fifty clients that press the button at once have bought one label.
	{"is_one_per_key_however_many_come", func(t *testing.T, s Keeper) {
		var created atomic.Int32
		found := make([]string, 50)
		var wg sync.WaitGroup
		for i := range found {
			wg.Go(func() {
				b, err := s.BeginPurchase(t.Context(), intent(s, ada, "same"))
				if err != nil {
					t.Error(err)
				}
				if b.Created {
					created.Add(1)
				}
				found[i] = b.Purchase.ID
			})
		}
		wg.Wait()
		equal(t, created.Load(), int32(1))
		for _, id := range found {
			equal(t, id, found[0])
		}
		l, err := s.ListPurchases(t.Context(), ada, store.PurchaseFilter{}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
	}},
	// The fingerprint tells a repeat from another body under the same key.
	{"returns_the_first_one_for_a_key", func(t *testing.T, s Keeper) {
		first := begin(t, s, ada, "k1")
		other := intent(s, ada, "k1")
		other.Purchase.Fingerprint = []byte("another body")
		b, err := s.BeginPurchase(t.Context(), other)
		noError(t, err)
		equal(t, b.Created, false)
		equal(t, b.Purchase, first)
	}},
	{"never_shares_a_client_reference", func(t *testing.T, s Keeper) {
		p := begin(t, s, ada, "k1")
		in := intent(s, ada, "k2")
		in.Purchase.ClientReference = p.ClientReference
		_, err := s.BeginPurchase(t.Context(), in)
		wantError(t, err, store.ErrDuplicate)
		_, err = s.PurchaseByKey(t.Context(), ada, "k2") // a refused intent leaves its key free
		wantError(t, err, store.ErrNotFound)
	}},
	{"settles_with_all_that_belongs_to_it", settlesWhole},
	{"settles_nothing_when_a_part_fails", settlesNothing},
	{"keeps_its_identity_through_changes", func(t *testing.T, s Keeper) {
		p := begin(t, s, ada, "k1")
		got, err := s.TransitionPurchase(t.Context(), p.Ref(), store.Transition{Change: func(p *store.Purchase) error {
			*p = store.Purchase{State: store.PurchaseFailed}
			return nil
		}})
		noError(t, err)
		equal(t, []any{got.ID, got.Key, got.ClientReference, got.CreatedAt}, []any{p.ID, p.Key, p.ClientReference, p.CreatedAt})
	}},
	// Two purchases with one shipment mean that a carrier mixed its answers up.
	{"never_shares_a_shipment_or_number", func(t *testing.T, s Keeper) {
		a, b := begin(t, s, ada, "k1"), begin(t, s, ada, "k2")
		_, err := s.TransitionPurchase(t.Context(), a.Ref(), store.Transition{Labels: []store.BoughtLabel{{ShipmentID: "S1", TrackingNumber: "T1"}}})
		noError(t, err)
		for _, l := range []store.BoughtLabel{{ShipmentID: "S1"}, {TrackingNumber: "T1"}} {
			_, err = s.TransitionPurchase(t.Context(), b.Ref(), store.Transition{Labels: []store.BoughtLabel{l}})
			wantError(t, err, store.ErrDuplicate)
		}
		c := begin(t, s, ben, "k1") // another account has numbers of its own
		_, err = s.TransitionPurchase(t.Context(), c.Ref(), store.Transition{Labels: []store.BoughtLabel{{ShipmentID: "S1", TrackingNumber: "T1"}}})
		noError(t, err)
	}},
	{"learns_late_numbers_of_a_label", func(t *testing.T, s Keeper) {
		p := begin(t, s, ada, "k1")
		for _, l := range []store.BoughtLabel{{ShipmentID: "S1"}, {ShipmentID: "S1", TrackingNumber: "T1", Voided: true}} {
			_, err := s.TransitionPurchase(t.Context(), p.Ref(), store.Transition{Labels: []store.BoughtLabel{l}})
			noError(t, err)
		}
		f, err := s.PurchaseFile(t.Context(), ada, p.ID)
		noError(t, err)
		equal(t, len(f.Labels), 1)
		equal(t, f.Labels[0].TrackingNumber, "T1")
		equal(t, f.Labels[0].Voided, true)
	}},
	{"is_listed_by_filters_newest_first", func(t *testing.T, s Keeper) {
		var want []string
		for i := range 7 {
			p := begin(t, s, ada, fmt.Sprint("k", i))
			want = append([]string{p.ID}, want...)
		}
		var got []string
		page := store.Page{Limit: 3}
		for range 4 {
			l, err := s.ListPurchases(t.Context(), ada, store.PurchaseFilter{Channel: "yanwen.tracked", States: []store.PurchaseState{store.PurchaseReady, store.PurchaseSettled}}, page)
			noError(t, err)
			for _, p := range l.Items {
				got = append(got, p.ID)
			}
			if page.Cursor = l.Next; page.Cursor == "" {
				break
			}
		}
		equal(t, got, want)
		l, err := s.ListPurchases(t.Context(), ada, store.PurchaseFilter{Reference: "EB-k3"}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
		_, err = s.ListPurchases(t.Context(), ada, store.PurchaseFilter{}, store.Page{Cursor: "no cursor"})
		wantError(t, err, store.ErrBadCursor)
	}},
}

// sharedKeyChecks are what one key means to purchases and plans together.
var sharedKeyChecks = []check{
	// Keys are a tenant's over all routes, and every tenant has its own.
	with("shares_its_keys_with_plans_not_with_tenants", func(t *testing.T, s *store.DB) {
		begin(t, s, ada, "k1")
		_, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		wantError(t, err, store.ErrKeyReused)
		b, err := s.BeginPurchase(t.Context(), intent(s, ben, "k1"))
		noError(t, err)
		equal(t, b.Created, true)
	}),
}

func settlesWhole(t *testing.T, s Keeper) {
	p, a := sending(t, s, ada, "k1", long)
	settled, err := s.TransitionPurchase(t.Context(), p.Ref(), store.Transition{
		Change: func(p *store.Purchase) error {
			p.State, p.TrackingNumber, p.CarrierReference = store.PurchaseSettled, "UF1CN", "S1"
			p.Cost, p.CostSource = usd(640), "carrier"
			p.Parcels = []normalize.LabelParcel{{TrackingNumber: "UF1CN"}}
			p.CarrierData = map[string]string{"lp": "LP1"}
			p.Draft = &normalize.Draft{ID: "D1", Cost: normalize.Money{Minor: 640, Currency: "RMB"}} // no ISO code, as some write it
			p.Warnings = []normalize.Warning{{Code: "w", Message: "m"}}
			p.Details = []byte(`{"tracking_url":"https://carrier.test"}`)
			return nil
		},
		Release:   true,
		Attempt:   &store.AttemptResult{N: a.N, Phase: "first_byte", Outcome: store.OutcomeOK, CarrierCode: "0"},
		Labels:    []store.BoughtLabel{{ShipmentID: "S1", TrackingNumber: "UF1CN", Cost: usd(640), Parcels: []normalize.LabelParcel{{TrackingNumber: "UF1CN"}}}},
		Documents: []store.Document{{Type: "label", Format: "pdf", Source: "carrier", Data: []byte("%PDF")}},
		History:   []store.HistoryLine{{Status: "purchased"}},
		Tracker:   &store.Tracker{Number: "UF1CN", Channel: "yanwen.tracked", Status: normalize.StatusLabelCreated},
		Emit: func(p store.Purchase, made *store.Tracker) []store.Event {
			return []store.Event{{Type: "label.purchased", Subject: p.ID, Data: []byte(`{"tracker":"` + p.TrackerID + `"}`)},
				{Type: "tracker.created", Subject: made.ID}}
		},
	})
	noError(t, err)
	f, err := s.PurchaseFile(t.Context(), ada, p.ID)
	noError(t, err)
	equal(t, f.Purchase, settled)
	equal(t, f.Purchase.LeaseUntil.IsZero(), true)
	equal(t, f.Purchase.SettledAt.IsZero(), false)
	equal(t, f.Attempts[0].Outcome, store.OutcomeOK)
	equal(t, f.Labels[0].Account, p.Account)
	equal(t, len(f.Documents), 1)
	equal(t, f.History[len(f.History)-1].Status, "purchased")
	trk, err := s.Tracker(t.Context(), ada, settled.TrackerID)
	noError(t, err)
	equal(t, trk.LabelID, p.ID)
	events := allEvents(t, s)
	equal(t, []string{events[0].Type, events[1].Type}, []string{"label.purchased", "tracker.created"})
	equal(t, string(events[0].Data), `{"tracker":"`+trk.ID+`"}`)
}

func settlesNothing(t *testing.T, s Keeper) {
	p, _ := sending(t, s, ada, "k1", long)
	before, err := s.PurchaseFile(t.Context(), ada, p.ID)
	noError(t, err)
	oops := errors.New("cannot be")
	for _, broken := range []store.Transition{
		{Change: func(p *store.Purchase) error { p.State = store.PurchaseSettled; return oops }},
		{Change: to(store.PurchaseSettled), Documents: []store.Document{{Type: "label"}}, History: []store.HistoryLine{{}}, Attempt: &store.AttemptResult{N: 99}},
		{Change: to(store.PurchaseSettled), Labels: []store.BoughtLabel{{N: 0, ShipmentID: "S"}, {N: 1, ShipmentID: "S"}}},
	} {
		if _, err := s.TransitionPurchase(t.Context(), p.Ref(), broken); err == nil {
			t.Fatal("a broken transition went through")
		}
	}
	after, err := s.PurchaseFile(t.Context(), ada, p.ID)
	noError(t, err)
	if d := cmp.Diff(before, after); d != "" {
		t.Fatal(d)
	}
}

var spendingChecks = []purchaseCheck{
	{"sums_the_day_by_currency", func(t *testing.T, s Keeper) {
		a, b := begin(t, s, ada, "k1"), begin(t, s, ada, "k2")
		day := normalize.DateOf(a.CreatedAt)
		got, err := s.Spending(t.Context(), ada, day)
		noError(t, err)
		equal(t, got, []store.Spent{{Count: 2, Money: usd(1280)}})

		// The carrier's word corrects the quote, in whatever currency.
		_, err = s.TransitionPurchase(t.Context(), a.Ref(), store.Transition{Change: func(p *store.Purchase) error {
			p.Spend = normalize.Money{Minor: 4608, Currency: "CNY"}
			return nil
		}})
		noError(t, err)
		// What was certainly not bought is not spent.
		_, err = s.TransitionPurchase(t.Context(), b.Ref(), store.Transition{Change: to(store.PurchaseDeclined)})
		noError(t, err)
		got, err = s.Spending(t.Context(), ada, day)
		noError(t, err)
		equal(t, got, []store.Spent{{Count: 1, Money: normalize.Money{Minor: 4608, Currency: "CNY"}}})
	}},
	// A leaked key buys up to the ceiling and not one label more, however fast it is.
	{"stops_a_hundred_buyers_at_the_ceiling", func(t *testing.T, s Keeper) {
		for _, limit := range []struct {
			tenant store.Tenant
			c      store.Ceilings
		}{{ada, store.Ceilings{Count: 10}}, {ben, store.Ceilings{Money: usd(6400)}}} {
			var bought, refused atomic.Int32
			var wg sync.WaitGroup
			for i := range 100 {
				wg.Go(func() {
					in := intent(s, limit.tenant, fmt.Sprint("k", i))
					in.Ceilings = limit.c
					_, err := s.BeginPurchase(t.Context(), in)
					if _, over := errors.AsType[*store.CeilingError](err); over {
						refused.Add(1)
					} else if err == nil {
						bought.Add(1)
					}
				})
			}
			wg.Wait()
			equal(t, []int32{bought.Load(), refused.Load()}, []int32{10, 90})
			l, err := s.ListPurchases(t.Context(), limit.tenant, store.PurchaseFilter{}, store.Page{Limit: 100})
			noError(t, err)
			equal(t, len(l.Items), 10) // what was refused has left nothing
		}
	}},
	{"tells_how_much_is_gone", func(t *testing.T, s Keeper) {
		begin(t, s, ada, "k1")
		b, err := s.BeginPurchase(t.Context(), intent(s, ada, "k2"))
		noError(t, err)
		equal(t, b.Spent, []store.Spent{{Count: 2, Money: usd(1280)}})
	}},
	{"refuses_an_impossible_amount", func(t *testing.T, s Keeper) {
		for _, minor := range []int64{-1, 1 << 60} {
			in := intent(s, ada, "k1")
			in.Purchase.Spend.Minor = minor
			if _, err := s.BeginPurchase(t.Context(), in); err == nil {
				t.Errorf("%d was counted", minor)
			}
		}
	}},
}
