package sf

import (
	"net/http"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mocksf "github.com/crossdock-hub/crossdock/mocks/sf"
)

// harness is the app that the simulator publishes.
var harness = adaptertest.Harness{
	Spec: Spec(),
	Config: `base_url: http://sandbox/sf/std/service
partner_id: GWSANDBOX
checkword: TestCheckword0123456789ABCDEFGH1
`,
	Service:  tracking,
	Number:   "SF1000000000001",
	Shipment: adaptertest.Shipment(),
	Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
		s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mocksf.New)
		t.Cleanup(s.Close)
		return mocks.Transport(s)
	},
}

func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }
