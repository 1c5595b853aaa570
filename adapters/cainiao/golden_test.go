package cainiao

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Purchases of either door, as the gateway knows them in the kept answers.
var (
	sold = normalize.ShipmentRef{Service: standard, ClientReference: "XDK7ZV0000000001", OrderID: "8011223344556677",
		TrackingNumber: "LX000000015CN", CarrierReference: "LP00099887766554", CarrierData: map[string]string{dataOrderID: "3001"},
		Destination: normalize.Address{Country: "RS"}, At: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	byLink = normalize.ShipmentRef{Service: globalStandard, ClientReference: "GW-2026-0001", TrackingNumber: "LX000000001CN",
		CarrierReference: "LP00011122233344", Destination: normalize.Address{Country: "US"}}
)

func TestGolden(t *testing.T) {
	adaptertest.Golden(t, aliexpress, "testdata", []adaptertest.Case{
		{Name: "rate_ok", Do: rate(nil)},
		{Name: "rate_odd_prices", Do: rate([]string{standard, premium, saver, globalSaver})},
		{Name: "rate_nothing_offered", Do: rate(nil)},
		{Name: "rate_refused", Do: rate(nil)},

		{Name: "label_ok", Do: label(nil)},
		{Name: "label_everything", Do: label(everything)},
		{Name: "label_with_number", Do: label(nil)},
		{Name: "label_refused", Do: label(nil)},
		{Name: "label_system_trouble", Do: label(nil)}, // a no that proves nothing
		{Name: "label_contradiction", Do: label(nil)},
		{Name: "label_other_order", Do: label(nil)},
		{Name: "label_proxy", Do: label(nil)},
		{Name: "label_platform_trouble", Do: label(nil)},

		{Name: "documents_number_comes", Do: documents(unnumbered())},
		{Name: "documents_no_number", Do: documents(unnumbered())},
		{Name: "documents_not_printed", Do: documents(sold)},
		{Name: "documents_pick_list", Do: documents(sold, "pick_list")},

		{Name: "find_by_trade_order", Do: find(sold)},
		{Name: "find_nothing", Do: find(sold)},
		{Name: "find_two", Do: find(sold)},
		{Name: "find_none_of_ours", Do: find(sold)}, // closed, of another day, of another solution

		{Name: "list_first_page", Do: list("")}, // one closed, one of another solution, one without a name
		{Name: "list_last_page", Do: list("3")},

		{Name: "mandates_ok", Do: netRules}, // of one country and of any, with a service of another carrier
		{Name: "mandates_refused", Do: netRules},
		{Name: "mandates_odd_comparison", Do: netRules},
		{Name: "mandates_odd_amount", Do: netRules},

		{Name: "track_ok", Do: track(sold)},
		{Name: "track_unknown_number", Do: track(sold)},
		{Name: "track_odd_time", Do: track(sold)},

		{Name: "manifest_ok", Do: manifest(nil)},
		{Name: "manifest_by_courier", Do: manifest(byCourier)}, // and its papers are not there
		{Name: "manifest_taken", Do: manifest(nil)},

		{Name: "link_label_ok", Do: linkLabel(nil)},
		{Name: "link_label_everything", Do: linkLabel(linkEverything)},
		{Name: "link_label_refused", Do: linkLabel(nil)},
		{Name: "link_label_unknown_code", Do: linkLabel(nil)},
		{Name: "link_documents_ok", Do: documents(byLink)},
		{Name: "link_documents_pending", Do: documents(byLink)},
		{Name: "link_find_by_lp", Do: find(byLink)},
		{Name: "link_track_ok", Do: track(byLink)},
		{Name: "link_track_inner_no", Do: track(byLink)},
		{Name: "link_void_ok", Do: void},
		{Name: "link_void_handed_in", Do: void},
	})
}

// unnumbered is the purchase before its number came.
func unnumbered() normalize.ShipmentRef {
	r := sold
	r.TrackingNumber = ""
	return r
}

func rate(services []string) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Rater.Rate(ctx, normalize.RateRequest{Shipment: marketplaceOrder(), Services: services})
	}
}

func label(change func(*normalize.LabelRequest)) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		req := normalize.LabelRequest{Shipment: marketplaceOrder(), Service: standard,
			ClientReference: sold.ClientReference, Reference: "AE-1001"}
		if change != nil {
			change(&req)
		}
		return ops.Labeler.Label(ctx, req)
	}
}

// everything fills each field that an AliExpress order has a place for: a pound rounds up to
// whole grams, cents that a float would spoil stay, Serbia is written in the platform's way.
func everything(req *normalize.LabelRequest) {
	req.Service, req.CarrierData = premium, map[string]string{dataSolution: "CAINIAO_STANDARD_SG"}
	s := &req.Shipment
	s.Destination.Country, s.Destination.PlatformAddressID = "RS", "sealed+address/1=="
	s.Destination.HouseNumber, s.Destination.Line2 = "5a", " Hof  2 "
	s.NonDeliveryOption, s.Insurance = "abandon", normalize.Money{Minor: 5029, Currency: "USD"}
	s.ReturnAddress = &normalize.Address{PlatformAddressID: "2003"}
	s.Customs = &normalize.Customs{Invoice: &normalize.Invoice{Number: "INV-1"}}
	s.Handover = &normalize.Handover{Method: courier, Point: "Tran_Store_13452656", Address: new(s.Origin),
		Courier: &normalize.Courier{Name: "顺丰", TrackingNumber: "SF1000000000001"}}
	it := &s.Items[0]
	it.Quantity, it.Weight = 3, normalize.Ounce
	it.UnitValue = normalize.Money{Minor: 29, Currency: "USD"}
	it.Goods = []string{"battery_contained", "cosmetic", "fragile"}
	it.LocalDescription = "一二三四五六七八九十一二三四五六七八九十余下"
	gift := *it
	gift.ListingID, gift.LineID, gift.Goods = "0", "no number", []string{"battery_only", "liquid"}
	s.Items = append(s.Items, gift)
}

func linkLabel(change func(*normalize.LabelRequest)) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		req := normalize.LabelRequest{Shipment: adaptertest.Shipment(), Service: globalStandard,
			ClientReference: byLink.ClientReference, Reference: "GW-1001"}
		if change != nil {
			change(&req)
		}
		return ops.Labeler.Label(ctx, req)
	}
}

// linkEverything fills each field that a LINK order has a place for.
func linkEverything(req *normalize.LabelRequest) {
	req.Service = globalExpress
	s := &req.Shipment
	s.Order.PaidAt = time.Date(1999, 12, 31, 23, 0, 0, 0, time.UTC)
	s.NonDeliveryOption, s.ReturnAddress = "ask", new(s.Origin)
	s.Handover = &normalize.Handover{Method: dropOff, Point: "HKG"}
	s.Destination.Line2 = "Hinterhaus & Hof"
	s.Parcels[0] = normalize.Parcel{Weight: 5 * normalize.Pound, Dimensions: normalize.Dimensions{
		Length: 30 * normalize.Inch, Width: 6 * normalize.Inch, Height: normalize.Millimetre}}
	s.Items[0].Goods, s.Items[0].UnitValue = []string{"battery_packed"}, normalize.Money{Minor: 29, Currency: "EUR"}
	s.TaxIDs = []normalize.TaxID{{Type: "vat", Country: "GB", Number: "elsewhere"}, {Type: "vat", Number: "DE123456789"}}
}

func documents(ref normalize.ShipmentRef, extras ...string) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Documenter.Documents(ctx, normalize.DocumentsRequest{Ref: ref, Label: normalize.LabelFormat{Extras: extras}})
	}
}

func find(ref normalize.ShipmentRef) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Finder.Find(ctx, normalize.FindRequest{Ref: ref})
	}
}

func list(cursor string) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Lister.List(ctx, normalize.ListRequest{From: sold.At.Add(-24 * time.Hour), Until: sold.At, Cursor: cursor})
	}
}

func netRules(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.MandateSource.Mandates(ctx)
}

func track(ref normalize.ShipmentRef) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: ref})
	}
}

func void(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Voider.Void(ctx, normalize.VoidRequest{Ref: byLink, Reason: "changed my mind"})
}

func manifest(change func(*normalize.ManifestRequest)) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		req := normalize.ManifestRequest{Labels: []normalize.ShipmentRef{sold}, Weight: 420 * normalize.Gram}
		if change != nil {
			change(&req)
		}
		return ops.Manifester.Manifest(ctx, req)
	}
}

// byCourier has all that a handover has a place for. The name in Chinese is the local one, and
// only a mobile number is one.
func byCourier(req *normalize.ManifestRequest) {
	origin := marketplaceOrder().Origin
	back := origin
	back.Phone = "+86 138-0013-8000"
	req.ReturnAddress = &back
	req.Handover = &normalize.Handover{Method: courier, Address: &origin, Courier: &normalize.Courier{TrackingNumber: "SF1000000000001"}}
}

// What the carrier answered to the creation is proof enough: nobody is asked again, and what
// was cut short, or is another operation's, is passed over.
func TestFindInEvidence(t *testing.T) {
	t.Parallel()
	for file, ref := range map[string]normalize.ShipmentRef{"label_ok": unnumbered(), "link_label_ok": byLink} {
		answer, err := os.ReadFile("testdata/" + file + ".response.json")
		if err != nil {
			t.Fatal(err)
		}
		evidence := []normalize.Evidence{
			{Operation: "find", Status: 200, Body: answer},
			{Operation: "label", Status: 200, Body: answer[:40]},
			{Operation: "label", Status: 502, Body: answer},
			{Operation: "label", Status: 200, Body: answer},
		}
		found, err := bothDoors(t, offline(t)).Finder.Find(t.Context(), normalize.FindRequest{Ref: ref, Evidence: evidence})
		if err != nil || len(found.Labels) != 1 || found.Labels[0].CarrierReference != ref.CarrierReference {
			t.Errorf("%s: got %+v, %v", file, found, err)
		}
	}
}
