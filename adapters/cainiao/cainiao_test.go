package cainiao

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockcainiao "github.com/crossdock-hub/crossdock/mocks/cainiao"
	"github.com/crossdock-hub/crossdock/normalize"
)

// account is what the simulator publishes, with both doors.
const account = `sync_url: http://sandbox/cainiao/sync
rest_url: http://sandbox/cainiao/rest
link_url: http://sandbox/cainiao/gateway/link.do
app_key: "500123"
app_secret: demoSecret
access_token: 50000601sandboxSellerAccess0000000000000000000001
refresh_token: 50001601sandboxSellerRefresh000000000000000000001
logistic_provider_id: demo_resource_code
link_secret: linkSecret42
partner_code: demo_resource_code
from_code: CNCTP
services: {standard: CAINIAO_STANDARD, premium: CAINIAO_PREMIUM, saver: CAINIAO_ECONOMY, global_standard: CN_GLO_STD, global_express: CN_GLO_EXP, global_saver: CN_GLO_SAV}
sender_address_id: 1001
pickup_address_id: 1002
refund_address_id: 1003
domestic_logistics_company_id: 505
`

// aliexpress is the door of AliExpress orders. Its tracking numbers come a second late here.
var aliexpress = adaptertest.Harness{
	Spec: Spec(), Config: account, Service: standard, Shipment: marketplaceOrder(),
	Wire: simulator,
	Refusals: []adaptertest.Refusal{
		{Name: "the business says no", Kind: normalize.KindRejected, Reply: adaptertest.Reply{Body: `{"result":{"success":false,"error_code":105,"error_desc":"receiver: city is required"},"result_success":true}`}},
		{Name: "signature refused", Kind: normalize.KindAuthFailed, Reply: platformNo("ISV", "IncompleteSignature", "")},
		{Name: "token refused", Kind: normalize.KindAuthFailed, Reply: platformNo("ISV", "27", "")},
		{Name: "called too often", Kind: normalize.KindRateLimited, Reply: platformNo("ISP", "ApiCallLimit", "")},
		{Name: "parameter missing", Kind: normalize.KindInvalidRequest, Reply: platformNo("ISV", "MissingParameter", "")},
		{Name: "the caller is at fault", Kind: normalize.KindRejected, Reply: platformNo("ISV", "15", "isv.order-not-exist")},
		{Name: "flat error", Kind: normalize.KindAuthFailed, Reply: adaptertest.Reply{Body: `{"type":"ISV","code":"IllegalAccessToken","message":"The specified access token is invalid","request_id":"1"}`}},
	},
	Exact: []adaptertest.Exact{
		{Name: "a tenth and two tenths", Want: cny(30), Reply: priced("CNY 0.1", "", "0.2")},
		{Name: "a discount", Want: cny(2470), Reply: priced("CN¥23.50", "CNY 23.50", "1.20")},
		{Name: "fees behind the currency", Want: cny(123575), Reply: priced("1,234.55 CNY", "", "1.2")},
	},
	Extras: []adaptertest.Extra{
		{Name: "mandates", Op: adapters.OpMandates, Ready: func(_ testing.TB, a adapters.Adapter) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := adapters.OpsOf(a).MandateSource.Mandates(ctx)
				return err
			}
		}},
	},
	Fields: map[string]func(*normalize.Shipment){
		// The last of the ways would be the suite's choice, with a point of its own besides.
		"/handover": func(s *normalize.Shipment) { s.Handover = &normalize.Handover{Method: pickup} },
	},
	Exceptions: map[string]string{
		"happy path/void": "AliExpress has no call to void an order; LINK's is tested below",
		"failures/void":   "it is refused as unsupported without a call",
	},
}

// linkDoor is the door of everybody else's orders, which is sold in a way of its own.
var linkDoor = adaptertest.Harness{
	Spec: ofLink(), Config: account, Service: globalStandard, Shipment: adaptertest.Shipment(),
	Wire: simulator,
	Refusals: []adaptertest.Refusal{
		{Name: "digest refused", Kind: normalize.KindAuthFailed, Reply: linkNo("S02", "illegal data_digest")},
		{Name: "parameter refused", Kind: normalize.KindInvalidRequest, Reply: linkNo("S12", "receiverParam: zipCode is required")},
		{Name: "the business says no", Kind: normalize.KindRejected, Reply: linkNo("S13", "no lane to KP")},
	},
	Fields: map[string]func(*normalize.Shipment){
		"/handover": func(s *normalize.Shipment) { s.Handover = &normalize.Handover{Method: dropOff, Point: "HKG"} },
	},
	Exceptions: map[string]string{
		"happy path/list":                   "LINK has no list",
		"happy path/find":                   "LINK has no search: a label is found in the kept answer or by its LP number",
		"happy path/rate":                   "LINK has no quote: its services are priced by a card",
		"failures/rate":                     "no call is made",
		"cancelled/rate":                    "no call is made",
		"service-changing fields/insurance": "is refused here too, for a gateway that reads the adapter's list instead of the service's",
		"failures/manifest":                 "only AliExpress parcels are handed over in a bag",
		"happy path/manifest":               "only AliExpress parcels are handed over in a bag",
	},
}

// ofLink is the Spec with what the LINK services say of themselves, as the gateway reads it.
func ofLink() adapters.Spec {
	s := Spec()
	s.Purchase, s.Honours = s.PurchaseOf(globalStandard), s.HonoursOf(globalStandard)
	return s
}

func simulator(t testing.TB, push *http.Client) http.RoundTripper {
	s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockcainiao.New)
	t.Cleanup(s.Close)
	return mocks.Transport(s)
}

// marketplaceOrder is the sample as an order of AliExpress.
func marketplaceOrder() normalize.Shipment {
	s := adaptertest.Shipment()
	s.Platform, s.Order.ID = "aliexpress", "8011223344556677"
	s.Items[0].ListingID, s.Items[0].LineID = "1005001234567890", "8011223344556678"
	return s
}

func cny(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "CNY"} }

func platformNo(kind, code, sub string) adaptertest.Reply {
	return adaptertest.Reply{Body: `{"error_response":{"type":"` + kind + `","code":"` + code + `","msg":"no","sub_code":"` + sub + `","request_id":"1"}}`}
}

func linkNo(code, message string) adaptertest.Reply {
	return adaptertest.Reply{Body: `{"success":"false","errorCode":"` + code + `","errorMsg":"` + message + `"}`}
}

func priced(trial, discounted, fee string) adaptertest.Reply {
	return adaptertest.Reply{Body: `{"result_response":{"is_success":true,"result_list":[{"logistics_service_id":"CAINIAO_STANDARD","logistics_service_name":"Standard","trial_result":"` +
		trial + `","discount_trial_result":"` + discounted + `","other_fees":[{"code":"FUEL","name":"fuel","amount":"` + fee + `","curreny":"CNY"}]}]},"request_id":"1"}`}
}

func TestConformance(t *testing.T) {
	t.Run("aliexpress", func(t *testing.T) { adaptertest.Run(t, aliexpress) })
	t.Run("link", func(t *testing.T) { adaptertest.Run(t, linkDoor) })
}

// The gateway reads class and fields of the door that sells a service.
func TestEachDoorSpeaksForItself(t *testing.T) {
	t.Parallel()
	spec := Spec()
	for _, name := range aliexpressServices {
		if got := spec.PurchaseOf(name).Class; got != adapters.ClassD || !slices.Contains(spec.HonoursOf(name), "/insurance") {
			t.Errorf("%s: class %s", name, got)
		}
	}
	for _, name := range linkServices {
		if got := spec.PurchaseOf(name).Class; got != adapters.ClassE || slices.Contains(spec.HonoursOf(name), "/insurance") {
			t.Errorf("%s: class %s", name, got)
		}
	}
}
