package dhlexpress

import (
	"net/http"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockdhlexpress "github.com/crossdock-hub/crossdock/mocks/dhlexpress"
	"github.com/crossdock-hub/crossdock/normalize"
)

// harness is the account that the simulator publishes. Its shipment books a courier, so that a
// void has something to cancel.
var harness = adaptertest.Harness{
	Spec: Spec(),
	Config: `base_url: http://sandbox/dhl_express/mydhlapi
username: apiSandboxUser
password: S@ndbox!Pass0
account_number: "300000017"
handover: pickup
`,
	Service:  worldwide,
	Shipment: adaptertest.Shipment(),
	Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
		s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockdhlexpress.New)
		t.Cleanup(s.Close)
		return mocks.Transport(s)
	},
	Refusals: []adaptertest.Refusal{
		{Name: "time malformed", Kind: normalize.KindInvalidRequest, Field: "/ship_date",
			Reply: refused(400, "998: ShipTimeStamp is not well formatted.(Expected Sample Format : '2010-02-11T17:10:09 GMT+01:00')")},
		{Name: "service not available", Kind: normalize.KindNotServiceable,
			Reply: refused(400, "7008: The requested Special Service Code is not available between this origin and destination.")},
		{Name: "account not allowed", Kind: normalize.KindAuthFailed,
			Reply: refused(400, "8003: Account not allowed for this service. Please contact your DHL Express representative.")},
		{Name: "another code", Kind: normalize.KindRejected, Reply: refused(400, "7777: Something that no list has.")},
		{Name: "schema", Kind: normalize.KindInvalidRequest, Field: "/parcels/0/weight",
			Reply: refused(422, "#/content/packages/0/weight: 0 is not greater or equal to 0.001")},
		{Name: "several at once", Kind: normalize.KindInvalidRequest, Field: "/destination/city", Reply: adaptertest.Reply{Status: 422,
			Body: `{"instance":"/expressapi/shipments","detail":"Multiple problems found, see Additional Details","title":"Validation error",` +
				`"message":"Unprocessable Entity","additionalDetails":["#/customerDetails/receiverDetails/postalAddress/cityName: expected maxLength: 45, actual: 49"],"status":"422"}`}},
	},
	UnknownCode: "ZZ",
	Exact: []adaptertest.Exact{
		{Name: "a tenth and two tenths", Want: normalize.Money{Minor: 30, Currency: "EUR"}, Reply: adaptertest.Reply{Body: priceReply("0.3", "0.1", "0.2")}},
		{Name: "a total beyond its lines", Want: normalize.Money{Minor: 4109, Currency: "EUR"}, Reply: adaptertest.Reply{Body: priceReply("41.09", "22.08", "19")}},
		{Name: "a total below its lines", Want: normalize.Money{Minor: 4107, Currency: "EUR"}, Reply: adaptertest.Reply{Body: priceReply("41.07", "22.08", "19")}},
	},
	Fields: map[string]func(*normalize.Shipment){
		"/handover": func(s *normalize.Shipment) { s.Handover = &normalize.Handover{Method: handoverDropOff} },
	},
	Exceptions: map[string]string{
		"failures/void/empty": "a cancelled pickup is answered by a 200 without a body",
	},
}

func refused(status int, detail string) adaptertest.Reply {
	body := `{"instance":"/expressapi/shipments","detail":"` + detail + `","title":"Bad request","message":"Bad request","status":"400"}`
	if status == http.StatusUnprocessableEntity {
		body = `{"instance":"expressapi/shipments","detail":"` + detail + `","title":"Validation error","message":"Unprocessable Entity","status":"422"}`
	}
	return adaptertest.Reply{Status: status, Body: body}
}

func priceReply(total, freight, fuel string) string {
	return `{"products":[{"productName":"EXPRESS WORLDWIDE NONDOC","productCode":"P","weight":{"volumetric":0.3,"provided":0.35,"unitOfMeasurement":"metric"},` +
		`"totalPrice":[{"currencyType":"PULCL","priceCurrency":"CNY","price":1},{"currencyType":"BILLC","priceCurrency":"EUR","price":` + total + `}],` +
		`"detailedPriceBreakdown":[{"currencyType":"BILLC","priceCurrency":"EUR","breakdown":[{"name":"EXPRESS WORLDWIDE","price":` + freight +
		`},{"name":"FUEL SURCHARGE","serviceCode":"FF","serviceTypeCode":"SCH","price":` + fuel + `}]}]}]}`
}

func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }
