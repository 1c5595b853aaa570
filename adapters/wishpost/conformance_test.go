package wishpost

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockwishpost "github.com/crossdock-hub/crossdock/mocks/wishpost"
	"github.com/crossdock-hub/crossdock/normalize"
)

// account is the one that the simulator publishes, but for what proves the merchant.
const account = `base_url: http://sandbox/wishpost
client_id: 5f00aa11bb22cc33dd44ee55
client_secret: 0123456789abcdef0123456789abcdef
services: {epacket: "11-1", tracked: "10-1"}
warehouse_code: "1001"
`

// harness buys with the merchant's consent, which the simulator takes once after each start.
var harness = adaptertest.Harness{
	Spec:     Spec(),
	Config:   "auth_code: sandboxConsentCode0001\nredirect_uri: https://merchant.example.test/wishpost/callback\n" + account,
	Service:  epacket,
	Shipment: shipment(),
	Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
		s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockwishpost.New)
		t.Cleanup(s.Close)
		return mocks.Transport(s)
	},
	Refusals: []adaptertest.Refusal{
		{Name: "a parameter is missing", Kind: normalize.KindInvalidRequest, Reply: refused(400, "1001", "error_message")},
		{Name: "token expired", Kind: normalize.KindAuthFailed, Reply: refused(200, "1007", "error-message")},
		{Name: "token revoked", Kind: normalize.KindAuthFailed, Reply: refused(401, "1008", "error_message")},
		{Name: "token not recognised", Kind: normalize.KindAuthFailed, Reply: refused(200, "4000", "error_message")},
		{Name: "unknown trouble, which may have sold", Kind: normalize.KindUnavailable, Reply: refused(200, "9000", "error_message")},
		{Name: "a number that no client knows", Kind: normalize.KindBadResponse, Reply: refused(200, "2077", "error_message")},
	},
	UnknownCode: "ZZ99",
	Fields: map[string]func(*normalize.Shipment){
		"/handover": func(s *normalize.Shipment) { s.Handover = &normalize.Handover{Method: pickup} },
	},
	Exceptions: map[string]string{
		"happy path/find": "nothing is found by reference: an order is found in the kept answer or by WishPost's own number",
	},
}

// shipment is the suite's, as an order of Wish.
func shipment() normalize.Shipment {
	s := adaptertest.Shipment()
	s.Platform, s.Order.ID = "wish", "5f1a2b3c4d5e6f7a8b9c0001"
	s.Items[0].LineID, s.Items[0].ListingID = "5f1a2b3c4d5e6f7a8b9c0001", "5e9f8d7c6b5a493827160504"
	return s
}

func refused(status int, code, element string) adaptertest.Reply {
	return adaptertest.Reply{Status: status, Body: strings.NewReplacer("CODE", code, "ELEMENT", element).Replace(
		`<root><status>CODE</status><timestamp>2021/03/01 10:00:00</timestamp><ELEMENT>refused</ELEMENT><error_ref_id>1</error_ref_id></root>`)}
}

func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }

// The same with a refresh token in place of the consent, by a channel whose number comes late.
func TestConformanceByRefreshToken(t *testing.T) {
	h := harness
	h.Config = "refresh_token: " + mockwishpost.New(nil).Account().Credentials["refresh_token"] + "\n" + account
	h.Service = tracked
	adaptertest.Run(t, h)
}

// offline is a way out that leads nowhere: what is refused here must not need it.
var offline = &http.Client{Transport: nowhere{}}

type nowhere struct{}

// RoundTrip fails.
func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("a call was made")
}
