package wishpost

import (
	"net/http"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockwishpost "github.com/crossdock-hub/crossdock/mocks/wishpost"
	"github.com/crossdock-hub/crossdock/normalize"
)

// sandboxAccount is what the simulator publishes.
func sandboxAccount() string {
	s := mocks.New(mocks.Options{}, mockwishpost.New)
	defer s.Close()
	c := s.Accounts("http://sandbox")[0].Credentials
	return "base_url: http://sandbox/wishpost\nclient_id: " + c["client_id"] + "\nclient_secret: " + c["client_secret"] +
		"\nrefresh_token: " + c["refresh_token"] + "\nservices: {epacket: 11-1, tracked: 10-1}\nwarehouse_code: \"1001\"\n"
}

// sampleOrder is the sample as an order of Wish to the United States.
func sampleOrder() normalize.Shipment {
	s := adaptertest.Shipment()
	s.Platform, s.Order.ID = "wish", "5f00aa11bb22cc33dd44ee66"
	s.Items[0].ListingID, s.Items[0].LineID = "5e9f8d7c6b5a493827160504", "5f00aa11bb22cc33dd44ee66"
	return s
}

func simulator(t testing.TB, push *http.Client) http.RoundTripper {
	s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockwishpost.New)
	t.Cleanup(s.Close)
	return mocks.Transport(s)
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Harness{
		Spec: Spec(), Config: sandboxAccount(), Service: "epacket", Shipment: sampleOrder(), Wire: simulator,
		Refusals: []adaptertest.Refusal{
			{Name: "parameter missing", Kind: normalize.KindInvalidRequest, Reply: no("1001", "Missing required parameter: otype")},
			{Name: "token revoked", Kind: normalize.KindAuthFailed, Reply: no("1008", "Access token has been revoked")},
		},
		Exceptions: map[string]string{
			"happy path/find": "WishPost has no search by reference: a label is found in the kept answer, by its WI id",
		},
	})
}

func no(status, message string) adaptertest.Reply {
	return adaptertest.Reply{Body: "<root><status>" + status + "</status><timestamp>2026/11/22 10:00:00</timestamp><error_message>" + message + "</error_message></root>"}
}
