package wishpost

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The order of the kept answers: what the gateway knows of it before and after its number came.
var (
	known = normalize.ShipmentRef{Service: epacket, ClientReference: "XDK7ZV0000000001", OrderID: "5f1a2b3c4d5e6f7a8b9c0d1e",
		CarrierReference: "WI000000000001DMO", TrackingNumber: "LX100000011CN"}
	numberless = normalize.ShipmentRef{Service: epacket, ClientReference: known.ClientReference, CarrierReference: known.CarrierReference}
	lost       = normalize.ShipmentRef{Service: epacket, ClientReference: known.ClientReference, OrderID: known.OrderID}
)

const settings = `client_id: 5f00aa11bb22cc33dd44ee55
client_secret: 0123456789abcdef0123456789abcdef
refresh_token: demo-refresh-token
services: {epacket: "11-1", tracked: "1"}
warehouse_code: "1001"
`

// golden is an account that is logged in already, with more settings where a case has some.
func golden(more string) adaptertest.Harness {
	h := adaptertest.Harness{Spec: Spec(), Config: settings + more}
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
		Seed: seedOf(Config{ClientID: "5f00aa11bb22cc33dd44ee55", RefreshToken: normalize.NewSecret("demo-refresh-token")})})
	return string(b), err
}

func TestGolden(t *testing.T) {
	adaptertest.Golden(t, golden(""), "testdata", []adaptertest.Case{
		{Name: "label_number_later", Do: label(nil)},
		{Name: "label_with_number", Do: label(nil)},
		{Name: "label_everything", Do: label(everything)},
		{Name: "label_china_post", Do: label(chinaPost)},
		{Name: "label_other_order", Do: label(nil)},       // unknown: not ours
		{Name: "label_names_nothing", Do: label(nil)},     // unknown: a success without a number
		{Name: "label_parameter_missing", Do: label(nil)}, // not bought
		{Name: "label_token_expired", Do: label(nil)},     // not bought
		{Name: "label_carrier_unknown", Do: label(nil)},   // unknown: to be tried again, and never is
		{Name: "label_new_number", Do: label(nil)},        // unknown: no client knows it
		{Name: "label_page", Do: label(nil)},

		{Name: "documents_ok", Do: documents(known, normalize.LabelFormat{})},
		{Name: "documents_a4", Do: documents(known, normalize.LabelFormat{Size: "a4"})},
		{Name: "documents_error_page", Do: documents(known, normalize.LabelFormat{})},
		{Name: "documents_led_away", Do: documents(known, normalize.LabelFormat{})},
		{Name: "documents_number_comes", Do: documents(numberless, normalize.LabelFormat{})},
		{Name: "documents_no_number", Do: documents(numberless, normalize.LabelFormat{})},
		{Name: "documents_cancelled", Do: documents(numberless, normalize.LabelFormat{})},

		{Name: "find_by_own_number", Do: find(numberless)},
		{Name: "find_cancelled", Do: find(numberless)},
		{Name: "find_not_there", Do: find(numberless)}, // no clean negative

		{Name: "void_ok", Do: void},
		{Name: "void_twice", Do: void},
		{Name: "void_in_transit", Do: void},
		{Name: "void_says_nothing", Do: void},
		{Name: "void_then_down", Do: void}, // nobody knows

		{Name: "track_ok", Do: track(known)},
		{Name: "track_other_case", Do: track(known)},
		{Name: "track_not_scanned", Do: track(known)},
		{Name: "track_error_message", Do: track(known)},
		{Name: "track_other_number", Do: track(known)},
		{Name: "track_odd_time", Do: track(known)},
	})
}

// The first call logs in, by the Basic header of the known vector.
func TestGoldenLogin(t *testing.T) {
	h := golden("")
	h.Spec = Spec()
	adaptertest.Golden(t, h, "testdata/login", []adaptertest.Case{
		{Name: "login_ok", Do: track(known)},
		{Name: "login_refused", Do: track(known)},
		{Name: "login_down", Do: track(known)},
		{Name: "login_without_access", Do: track(known)},
	})
}

// An account of the older form, whose channel shows but a part of the way.
func TestGoldenOlderAccount(t *testing.T) {
	h := golden("order_form: flat\nlabel_language: local\nlast_scan_delivers: true\n")
	older := known
	older.Service = tracked
	h.Spec.New = func(_ []byte, d adapters.Deps) (adapters.Adapter, error) {
		d.Tokens = loggedIn{}
		return New(Config{BaseURL: "https://www.wishpost.cn", ClientID: "5f00aa11bb22cc33dd44ee55",
			RefreshToken: normalize.NewSecret("demo-refresh-token"), Services: map[string]string{epacket: "9-1", tracked: "9-0"},
			OrderForm: formFlat, Language: printLocal, LastScan: true}, d)
	}
	adaptertest.Golden(t, h, "testdata/older", []adaptertest.Case{
		{Name: "label_flat", Do: label(func(r *normalize.LabelRequest) { r.Shipment.Items[0].Quantity = 3 })},
		{Name: "documents_local", Do: documents(known, normalize.LabelFormat{})},
		{Name: "track_last_visible", Do: track(older)},
	})
}

// sample is an order as the documentation's example has it.
func sample() normalize.LabelRequest {
	return normalize.LabelRequest{Service: epacket, ClientReference: known.ClientReference, Shipment: normalize.Shipment{
		Platform: "wish", Order: &normalize.Order{ID: "5f1a2b3c4d5e6f7a8b9c0d1e", Value: dollars(980)},
		Origin: normalize.Address{Name: "Chen Jie", Phone: "13900000000", Line1: "15 Jichang Rd", District: "Baiyun",
			City: "Guangzhou", State: "Guangdong", PostalCode: "510405", Country: "CN"},
		Destination: normalize.Address{Name: "Jane Doe", Phone: "5550100", Line1: "1 Demo St", Line2: "Apt 2", City: "San Jose",
			State: "CA", PostalCode: "95101", Country: "US"},
		Parcels: []normalize.Parcel{{Weight: 180 * normalize.Gram}},
		Items: []normalize.Item{{Description: "polyester scarf", LocalDescription: "涤纶围巾", Quantity: 1, UnitValue: dollars(980),
			Weight: 160 * normalize.Gram, OriginCountry: "CN", Goods: []string{"general"}, ListingID: "5e9f8d7c6b5a493827160504"}},
		Incoterm: normalize.DAP,
	}}
}

func dollars(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

func label(change func(*normalize.LabelRequest)) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		req := sample()
		if change != nil {
			change(&req)
		}
		return ops.Labeler.Label(ctx, req)
	}
}

// everything fills each field that an order has a place for: collected at another address, two
// orders of one basket, an ounce that rounds up, sensitive goods, a name in another script, no
// province, an ampersand.
func everything(r *normalize.LabelRequest) {
	r.Reference = "EB & 1001"
	s := &r.Shipment
	s.Order.ShippingCharged = dollars(105)
	s.Handover = &normalize.Handover{Method: pickup, Point: "1002", Address: &normalize.Address{
		Name: "Wang Fang", Phone: "13900000001", Line1: "12 Fuhua Rd", District: "Futian", City: "Shenzhen", State: "Guangdong",
		PostalCode: "518000", Country: "CN",
		Local: &normalize.LocalAddress{Name: "王芳", Line1: "福华路12号", District: "福田区", City: "深圳市", State: "广东省"}}}
	s.Destination = normalize.Address{Name: "Kim Minji", Phone: "5550101", Line1: "Sejong-daero", HouseNumber: "110", City: "Seoul",
		PostalCode: "04524", Country: "KR", Local: &normalize.LocalAddress{Name: "김민지", Line1: "세종대로 110", City: "서울특별시"}}
	s.Customs = &normalize.Customs{Purpose: "gift"}
	it := s.Items[0]
	it.LineID, it.Quantity, it.Weight, it.UnitValue = "5f1a2b3c4d5e6f7a8b9c0d1f", 3, normalize.Ounce, dollars(29)
	it.Goods, it.URL = []string{"liquid"}, "https://example.com/perfume?a=1&b=2"
	s.Items[0].Goods, s.Items[0].Battery = []string{"battery_contained"}, &normalize.Battery{Chemistry: "lithium_ion"}
	s.Items = append(s.Items, it)
}

// chinaPost buys the product without a prefix, for which the sender is told in Chinese.
func chinaPost(r *normalize.LabelRequest) {
	r.Service = tracked
	r.Shipment.Origin.Local = &normalize.LocalAddress{Name: "陈洁", Line1: "机场路15号", District: "白云区", City: "广州市", State: "广东省"}
}

func documents(ref normalize.ShipmentRef, f normalize.LabelFormat) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Documenter.Documents(ctx, normalize.DocumentsRequest{Ref: ref, Label: f})
	}
}

func find(ref normalize.ShipmentRef) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Finder.Find(ctx, normalize.FindRequest{Ref: ref})
	}
}

func void(ctx context.Context, ops adapters.Ops) (any, error) {
	return ops.Voider.Void(ctx, normalize.VoidRequest{Ref: known, Reason: "changed my mind"})
}

func track(ref normalize.ShipmentRef) func(context.Context, adapters.Ops) (any, error) {
	return func(ctx context.Context, ops adapters.Ops) (any, error) {
		return ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: ref})
	}
}
