package speedpak

import (
	"net/http"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockspeedpak "github.com/crossdock-hub/crossdock/mocks/speedpak"
	"github.com/crossdock-hub/crossdock/normalize"
)

// account is the one that the simulator publishes, but for what proves the seller.
const account = `base_url: http://sandbox/speedpak/sell/edelivery_international_shipping/v1
token_url: http://sandbox/speedpak/identity/v1/oauth2/token
client_id: Crossdoc-sandbox-PRD-000000001
client_secret: PRD-sandbox-cert-0001
ship_from_address_id: "80001"
consign_preference_id: "90001"
consign_preferences: {pickup: "90001", drop_off: "90002"}
`

// harness buys with the seller's consent, which the simulator takes once after each start.
var harness = adaptertest.Harness{
	Spec:     Spec(),
	Config:   "auth_code: v^1.1#i^1#sandbox^consent^0001\nru_name: Crossdock-Crossdoc-sandbox-abcde\n" + account,
	Service:  standard,
	Shipment: shipment(),
	Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
		s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockspeedpak.New)
		t.Cleanup(s.Close)
		return mocks.Transport(s)
	},
	Refusals: []adaptertest.Refusal{
		{Name: "not a draft any more", Kind: normalize.KindDuplicate, Reply: refused(400, "355038", "The package cannot be confirmed due to its current status.")},
		{Name: "wallet empty", Kind: normalize.KindInsufficientFunds, Reply: refused(400, "355031", "Account balance is not enough to pay for the package.")},
		{Name: "battery qualification missing", Kind: normalize.KindInvalidRequest, Field: "/items/0/battery/certificate",
			Reply: refused(400, "355039", "The package cannot be confirmed due to missing or invalid battery qualification.")},
		{Name: "package unknown", Kind: normalize.KindNotFound, Reply: refused(400, "355037", "Unrecognized packageId. Please check.")},
		{Name: "user not allowed", Kind: normalize.KindAuthFailed, Reply: refused(401, "355400", "The access token is not for an eBay user account that is currently allowed.")},
		{Name: "being processed, which may be the confirm before", Kind: normalize.KindUnavailable, Reply: refused(400, "355041", "Package processing. Please try again later.")},
		{Name: "an id that no list has", Kind: normalize.KindBadResponse, Reply: refused(400, "355999", "Something new.")},
	},
	UnknownCode: "ZZ99",
	Fields: map[string]func(*normalize.Shipment){
		"/insurance": func(s *normalize.Shipment) { s.Insurance = normalize.Money{Minor: 10000, Currency: "EUR"} },
		"/handover":  func(s *normalize.Shipment) { s.Handover = &normalize.Handover{Method: handoverDropOff} },
	},
	Extras: []adaptertest.Extra{
		{Name: "actual_cost", Op: adapters.OpActualCost, Ready: readyCost},
		{Name: "bag", Op: adapters.OpManifest, Ready: readyBag},
	},
}

// shipment is the suite's, with what eBay's orders have.
func shipment() normalize.Shipment {
	s := adaptertest.Shipment()
	s.Platform = "ebay"
	s.Order.BuyerID = "anna_s"
	return s
}

func refused(status int, id, message string) adaptertest.Reply {
	return adaptertest.Reply{Status: status, Body: strings.NewReplacer("ID", id, "WORDS", message).Replace(
		`{"errors":[{"errorId":ID,"domain":"API_EDIS","subdomain":"API_EDIS","category":"REQUEST","message":"WORDS","longMessage":"WORDS"}]}`)}
}

func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }

// The same with a refresh token in place of the consent, and the account's word for the
// service, so that a draft is one call.
func TestConformanceByServiceID(t *testing.T) {
	h := harness
	refresh := mockspeedpak.New(nil).Account().Credentials["refresh_token"]
	h.Config = "refresh_token: " + refresh + "\n" + account + "services: {standard.DE: EU0001-DEMO}\n"
	adaptertest.Run(t, h)
}
