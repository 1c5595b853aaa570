package yanwen

import (
	"context"
	"os"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// bought is what the gateway knows of the purchase in the kept answers.
var bought = normalize.ShipmentRef{Service: tracked, ClientReference: "XDK7ZV0000000001",
	TrackingNumber: "UH100000017YP", CarrierReference: "YW0000000001"}

func TestGolden(t *testing.T) {
	adaptertest.Golden(t, harness, "testdata", []adaptertest.Case{
		{Name: "rate_ok", Do: rate(nil)},
		{Name: "rate_one_product", Do: rate([]string{tracked, special})}, // the lines do not sum to the total
		{Name: "rate_no_permission", Do: rate(nil)},

		{Name: "label_ok", Do: label(nil)},
		{Name: "label_everything", Do: label(everything)},
		{Name: "label_duplicate", Do: label(nil)},
		{Name: "label_remote_area", Do: label(nil)},
		{Name: "label_wrong_signature", Do: label(nil)}, // unknown: a proxy says 401 too

		{Name: "documents_ok", Do: documents},
		{Name: "documents_not_printed", Do: documents},

		{Name: "find_by_order_number", Do: find},
		{Name: "find_cancelled", Do: find},
		{Name: "find_nothing", Do: find},
		{Name: "find_stranger", Do: find},

		{Name: "void_ok", Do: void},
		{Name: "void_twice", Do: void},
		{Name: "void_received", Do: void},
		{Name: "void_still_alive", Do: void},
		{Name: "void_unseen", Do: void}, // cancelled, and the status cannot be read: unknown

		{Name: "track_ok", Do: track},
		{Name: "track_customs", Do: track},
		{Name: "track_unknown_code", Do: track},
		{Name: "track_odd_time", Do: track},
		{Name: "track_not_found", Do: track},
		{Name: "track_fail", Do: track},
	})
}

func rate(services []string) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Rater.Rate(ctx, normalize.RateRequest{Shipment: adaptertest.Shipment(), Services: services})
	}
}

func label(change func(*normalize.LabelRequest)) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		req := normalize.LabelRequest{Shipment: adaptertest.Shipment(), Service: tracked,
			ClientReference: bought.ClientReference, Reference: "EB-1001"}
		if change != nil {
			change(&req)
		}
		return ops.Labeler.Label(ctx, req)
	}
}

// everything fills each field that an order has a place for: a pound and inches round up,
// cents that a float would spoil stay, and an ampersand is not escaped.
func everything(req *normalize.LabelRequest) {
	req.CarrierData = map[string]string{dataChannel: "777"}
	s := &req.Shipment
	s.Platform, s.Note, s.ShipDate = "ebay", "gift & card", "2026-11-23"
	s.Order.ShippingCharged = normalize.Money{Minor: 310, Currency: "USD"}
	s.Destination.Country, s.Destination.State = "BR", ""
	s.Destination.HouseNumber, s.Destination.Line2 = "5a", " Hof  2 "
	s.Handover = &normalize.Handover{Method: "drop_off", Point: "GZ01"}
	s.Parcels[0] = normalize.Parcel{Weight: normalize.Pound, Dimensions: normalize.Dimensions{
		Length: 10 * normalize.Inch, Width: 6 * normalize.Inch, Height: normalize.Millimetre}}
	it := &s.Items[0]
	it.Quantity, it.Weight = 3, normalize.Ounce
	it.UnitValue = normalize.Money{Minor: 29, Currency: "EUR"}
	it.ExportValue = normalize.Money{Minor: 10, Currency: "EUR"}
	it.Goods = []string{"battery_contained"}
	s.TaxIDs = []normalize.TaxID{{Type: "cpf", Country: "BR", Number: "12345678909"},
		{Type: "vat", Number: "GB123456789"}, {Type: "eori", Number: "DE1234567"},
		{Type: "gst", Country: "AU", Number: "elsewhere"}}
}

func documents(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Documenter.Documents(ctx, normalize.DocumentsRequest{Ref: bought,
		Label: normalize.LabelFormat{Extras: []string{"pick_list"}}})
}

func find(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Finder.Find(ctx, normalize.FindRequest{Ref: bought})
}

func void(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Voider.Void(ctx, normalize.VoidRequest{Ref: bought, Reason: "changed my mind"})
}

func track(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: bought})
}

// What Yanwen answered to the creation is proof enough: nobody is asked again, and what was
// cut short is passed over.
func TestFindInEvidence(t *testing.T) {
	t.Parallel()
	answer, err := os.ReadFile("testdata/label_ok.response.json")
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{UserID: "900001", BaseURL: "http://127.0.0.1:1"}, adapters.Deps{HTTP: offline(t)})
	if err != nil {
		t.Fatal(err)
	}
	evidence := []normalize.Evidence{
		{Operation: "find", Status: 200, Body: answer},
		{Operation: "label", Status: 200, Body: answer[:40]},
		{Operation: "label", Status: 200, Body: answer},
	}
	found, err := adapters.OpsOf(a).Finder.Find(t.Context(), normalize.FindRequest{Ref: bought, Evidence: evidence})
	if err != nil || len(found.Labels) != 1 || found.Labels[0].TrackingNumber != "UH100000017YP" {
		t.Errorf("got %+v, %v", found, err)
	}
}
