package speedpak

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The package of the kept answers, as the gateway knows it before and after its confirm.
var (
	drafted = normalize.Draft{ID: "PKG100001", TrackingNumber: "ES1000000000001US01010001D0N",
		Cost: normalize.Money{Minor: 620, Currency: "USD"}}
	known = normalize.ShipmentRef{Service: standard, ClientReference: "XDK7ZV0000000001", OrderID: "01-00001-00001",
		LineIDs: []string{"110000000001-10000000000001"}, DraftID: drafted.ID, TrackingNumber: drafted.TrackingNumber,
		CarrierReference: drafted.ID}
	lineOnly = normalize.ShipmentRef{Service: standard, ClientReference: known.ClientReference, LineIDs: known.LineIDs}
)

const settings = `client_id: DemoApp-GW-PRD-000000001
client_secret: PRD-demo-cert-0001
refresh_token: demo-refresh-token
ship_from_address_id: "80001"
consign_preference_id: "90001"
consign_preferences: {pickup: "90001", drop_off: "90002"}
services: {standard: US0001-DEMO}
`

// golden is an account that is logged in already.
func golden() adaptertest.Harness {
	h := adaptertest.Harness{Spec: Spec(), Config: settings}
	h.Spec.New = func(settings []byte, d adapters.Deps) (adapters.Adapter, error) {
		d.Tokens = loggedIn{}
		return Spec().New(settings, d)
	}
	return h
}

// loggedIn is a store with a token that is good for long.
type loggedIn struct{}

func (loggedIn) Refresh(context.Context, string, func(string) (string, error)) (string, error) {
	b, err := json.Marshal(token.Grant{Access: "demo-access-token", Refresh: "demo-refresh-token", Expires: 4102444800,
		Seed: seedOf(Config{ClientID: "DemoApp-GW-PRD-000000001", RefreshToken: normalize.NewSecret("demo-refresh-token")})})
	return string(b), err
}

func TestGolden(t *testing.T) {
	adaptertest.Golden(t, golden(), "testdata", []adaptertest.Case{
		{Name: "draft_sample", Do: newDraft(nil)},
		{Name: "draft_everything", Do: newDraft(everything)},
		{Name: "draft_not_synced", Do: newDraft(nil)}, // worth another try, and no fault of eDIS
		{Name: "draft_unpaid", Do: newDraft(nil)},
		{Name: "draft_line_taken", Do: newDraft(nil)},          // by a confirmed package
		{Name: "draft_line_taken_by_other", Do: newDraft(nil)}, // unconfirmed, to another street
		{Name: "draft_left_behind", Do: newDraft(nil)},         // the same, whose answer was lost
		{Name: "draft_after_cancel", Do: newDraft(nil)},        // the line is freed

		{Name: "label_ok", Do: confirm},
		{Name: "label_wallet_empty", Do: confirm}, // the draft is cancelled
		{Name: "label_twice", Do: confirm},
		{Name: "label_unknown_id", Do: confirm}, // unknown: no list has it
		{Name: "label_odd_success", Do: confirm},

		{Name: "documents_ok", Do: documents(normalize.LabelFormat{})},
		{Name: "documents_a4_pick_list", Do: documents(normalize.LabelFormat{Size: "a4", Extras: []string{"pick_list"}})},
		{Name: "documents_not_printed", Do: documents(normalize.LabelFormat{})},
		{Name: "documents_late_number", Do: lateNumber},

		{Name: "find_confirmed", Do: find(known, nil)},
		{Name: "find_draft", Do: find(known, nil)},
		{Name: "find_cancelled", Do: find(known, nil)},
		{Name: "find_deleted", Do: find(known, nil)},
		{Name: "find_unread_status", Do: find(known, nil)}, // no clean negative
		{Name: "find_unread_status_with_evidence", Do: find(known, []normalize.Evidence{{Operation: "label", Status: 204}})},
		{Name: "find_by_line", Do: find(lineOnly, nil)}, // one cancelled, one a stranger's, one ours
		{Name: "find_by_line_nothing", Do: find(lineOnly, nil)},

		{Name: "void_ok", Do: void},
		{Name: "void_twice", Do: void},
		{Name: "void_in_transit", Do: void},
		{Name: "void_processing", Do: void},
		{Name: "void_unknown_package", Do: void}, // proves nothing

		{Name: "track_ok", Do: track},
		{Name: "track_unknown_words", Do: track},
		{Name: "track_not_scanned", Do: track},
		{Name: "track_unknown_number", Do: track},
		{Name: "track_odd_time", Do: track},

		{Name: "manifest_sheet", Do: manifest(nil)},
		{Name: "manifest_bag", Do: manifest(&normalize.Handover{Method: handoverDropOff})},
		{Name: "manifest_bag_without_label", Do: manifest(&normalize.Handover{Point: "90001"})},

		{Name: "actual_cost_weight_gap", Do: actualCosts},
		{Name: "actual_cost_not_billed", Do: actualCosts},
		{Name: "list_charged", Do: charged}, // twice, once, and not at all
	})
}

// The first call logs in, by the Basic header of the published vector.
func TestGoldenLogin(t *testing.T) {
	h := golden()
	h.Spec = Spec()
	adaptertest.Golden(t, h, "testdata/login", []adaptertest.Case{
		{Name: "login_ok", Do: track},
		{Name: "login_refused", Do: track},
		{Name: "login_down", Do: track},
	})
}

// By name a service is looked up once for all.
func TestGoldenServices(t *testing.T) {
	h := golden()
	h.Config = settings[:len(settings)-len("services: {standard: US0001-DEMO}\n")]
	adaptertest.Golden(t, h, "testdata/services", []adaptertest.Case{
		{Name: "services_looked_up", Do: func(ctx context.Context, ops adapters.Ops) (any, error) {
			if _, err := newDraft(nil)(ctx, ops); err != nil {
				return nil, err
			}
			return newDraft(nil)(ctx, ops)
		}},
		{Name: "services_other_term", Do: newDraft(func(r *normalize.LabelRequest) { r.Shipment.Incoterm = normalize.DDP })},
	})
}

// sample is the order of the documentation's example.
func sample() normalize.LabelRequest {
	return normalize.LabelRequest{Service: standard, ClientReference: known.ClientReference, Shipment: normalize.Shipment{
		Platform: "ebay", Order: &normalize.Order{ID: "01-00001-00001"},
		Origin: normalize.Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"},
		Destination: normalize.Address{Name: "Jane Doe", Phone: "5550100", Line1: "1 Demo St", City: "San Jose",
			State: "CA", PostalCode: "95101", Country: "US"},
		Parcels: []normalize.Parcel{{Weight: 350 * normalize.Gram, Dimensions: normalize.Dimensions{
			Length: 20 * normalize.Centimetre, Width: 15 * normalize.Centimetre, Height: 8 * normalize.Centimetre}}},
		Items: []normalize.Item{{SKU: "DEMO-1", Description: "phone case", LocalDescription: "手机壳", Quantity: 1,
			UnitValue: normalize.Money{Minor: 850, Currency: "USD"}, Weight: 300 * normalize.Gram, HSCode: "392690",
			OriginCountry: "CN", LineID: "110000000001-10000000000001"}},
		Incoterm: normalize.DAP,
	}}
}

func newDraft(change func(*normalize.LabelRequest)) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		req := sample()
		if change != nil {
			change(&req)
		}
		return ops.Drafter.Draft(ctx, req)
	}
}

// everything fills each field that a package has a place for: a pound and inches round up, a
// long street is wrapped, cents that a float would spoil stay, an ampersand is not escaped.
func everything(r *normalize.LabelRequest) {
	r.Reference = "EB-1001"
	s := &r.Shipment
	s.Incoterm, s.Signature = normalize.DDP, "adult"
	s.Insurance = normalize.Money{Minor: 1005, Currency: "EUR"}
	s.Options = map[string]any{optionSaturday: true, optionMaxParcels: 2}
	s.Origin.PlatformAddressID = "80009"
	s.Handover = &normalize.Handover{Method: handoverPickup, Point: "90007"}
	s.Order = &normalize.Order{ID: "01-00001-00001", BuyerID: "jane_d", Value: normalize.Money{Minor: 2990, Currency: "EUR"},
		PlacedAt: time.Date(2026, 11, 20, 16, 0, 0, 0, time.FixedZone("", 8*3600)), PaidAt: time.Date(2026, 11, 20, 8, 5, 0, 0, time.UTC)}
	s.Destination = normalize.Address{Name: "Jane Doe", Company: "Doe & Sons", Phone: "5550100", Email: "jane@example.com",
		Line1: "Residenza Molto Lunga dei Fiori e delle Erbe, Scala B, Piano 4", HouseNumber: "5a", Line2: "Interno  2",
		District: "Centro", City: "Milano", State: "MI", PostalCode: "20121", Country: "IT"}
	s.ResponsiblePerson = &normalize.Address{Name: "Erika Muster", Company: "EU Rep GmbH", Line1: "Musterstr.", HouseNumber: "1",
		City: "Berlin", PostalCode: "10115", Country: "DE", Phone: "+4930000000"}
	s.Parcels[0] = normalize.Parcel{Weight: normalize.Pound, Packaging: "pak", Dimensions: normalize.Dimensions{
		Length: 10 * normalize.Inch, Width: 6 * normalize.Inch, Height: normalize.Millimetre}}
	it := &s.Items[0]
	it.Weight, it.UnitValue, it.Goods = normalize.Ounce, normalize.Money{Minor: 29, Currency: "EUR"}, []string{"battery_contained"}
	it.Battery = &normalize.Battery{Chemistry: "lithium_ion", WattHours: "12.5", Certificate: "BQ1001"}
	s.TaxIDs = []normalize.TaxID{{Type: "ioss", Number: "IM0000000000", Party: "platform"}, {Type: "tin", Party: "consignee", Number: "RSSMRA85T10A562S"}}
	s.Customs = &normalize.Customs{TaxCollected: normalize.Money{Minor: 658, Currency: "EUR"}}
}

func confirm(ctx context.Context, ops adapters.Ops) (any, error) {
	req := sample()
	req.Draft = new(drafted)
	return ops.Labeler.Label(ctx, req)
}

func documents(f normalize.LabelFormat) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Documenter.Documents(ctx, normalize.DocumentsRequest{Ref: known, Label: f})
	}
}

func lateNumber(ctx context.Context, ops adapters.Ops) (any, error) {
	ref := known
	ref.TrackingNumber = ""
	return ops.Documenter.Documents(ctx, normalize.DocumentsRequest{Ref: ref})
}

func find(ref normalize.ShipmentRef, evidence []normalize.Evidence) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Finder.Find(ctx, normalize.FindRequest{Ref: ref, Evidence: evidence})
	}
}

func void(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Voider.Void(ctx, normalize.VoidRequest{Ref: known, Reason: "changed my mind"})
}

func track(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: known})
}

func manifest(h *normalize.Handover) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		other := known
		other.TrackingNumber = "ES1000000000002US01010001D0N"
		return ops.Manifester.Manifest(ctx, normalize.ManifestRequest{Labels: []normalize.ShipmentRef{known, other}, Handover: h})
	}
}

func charged(ctx context.Context, ops adapters.Ops) (any, error) {
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	return ops.Lister.List(ctx, normalize.ListRequest{From: day, Until: day.Add(24 * time.Hour)})
}

func actualCosts(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Coster.ActualCost(ctx, known)
}
