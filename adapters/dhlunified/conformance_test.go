package dhlunified

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockdhl "github.com/crossdock-hub/crossdock/mocks/dhlunified"
	"github.com/crossdock-hub/crossdock/normalize"
)

// harness is the app that the simulator publishes.
var harness = adaptertest.Harness{
	Spec: Spec(),
	Config: `base_url: http://sandbox/dhl_unified/track
push_url: http://sandbox/dhl_unified/tracking/push/v1
api_key: sandboxDHLkey0001raisedByRequest
service: express
hook_header: x-gw-token
hook_token: sandbox-hook-token-0001
`,
	Service:  tracking,
	Number:   "7777700001",
	Shipment: adaptertest.Shipment(),
	Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
		s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockdhl.New)
		t.Cleanup(s.Close)
		return mocks.Transport(s)
	},
	Extras: []adaptertest.Extra{{Name: "handshake", Op: adapters.OpCallback,
		Ready: func(t testing.TB, a adapters.Adapter) func(context.Context) error {
			req := adapters.CallbackRequest{Method: "POST", Body: []byte(`{"scope":"subscription.validate","secret":"s",` +
				`"self":"https://api-eu.dhl.com/tracking/push/v1/subscription/0c2f7b1e-aaaa-bbbb-cccc-000000000001"}`)}
			return func(ctx context.Context) error { return adapters.OpsOf(a).Handshaker.Handshake(ctx, req) }
		}}},
	Exceptions: map[string]string{
		"happy path/handshake":           "its secret comes with a message of DHL's: TestHandshakeWithDHL",
		"failures/handshake/garbage":     "a subscription that was activated answers without a body worth reading",
		"failures/handshake/empty":       "a subscription that was activated answers without a body",
		"failures/handshake/wrong JSON":  "a subscription that was activated answers without a body worth reading",
		"failures/handshake/null":        "a subscription that was activated answers without a body worth reading",
		"failures/handshake/without end": "as a body over our bound, it is refused as such on all other calls",
	},
}

func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }

// letterbox takes what the simulator sends to the hook, and acknowledges it.
type letterbox struct {
	mu   sync.Mutex
	came []adapters.CallbackRequest
}

func (l *letterbox) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.came = append(l.came, adapters.CallbackRequest{Method: r.Method, Header: r.Header.Clone(), Body: body})
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: readCloser("{}"), Request: r}, nil
}

// A subscription is made, its secret comes, goes back, and the subscription is live; a secret
// that is not DHL's opens nothing.
func TestHandshakeWithDHL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box := &letterbox{}
		wire := harness.Wire(t, &http.Client{Transport: box})
		made, err := harness.Spec.New([]byte(harness.Config), adapters.Deps{HTTP: &http.Client{Transport: wire}})
		if err != nil {
			t.Fatal(err)
		}
		a := made.(*Adapter)
		id := subscribe(t, wire)
		synctest.Wait()
		if len(box.came) != 1 || !a.IsHandshake(box.came[0]) {
			t.Fatalf("%d messages came, want the handshake", len(box.came))
		}
		genuine := box.came[0]
		if trust, err := a.VerifyCallback(genuine); err != nil || trust != adapters.TrustHint {
			t.Errorf("the handshake: got %q, %v", trust, err)
		}
		var m message
		if err := json.Unmarshal(genuine.Body, &m); err != nil {
			t.Fatal(err)
		}
		forged := genuine
		forged.Body = bytes.ReplaceAll(genuine.Body, []byte(m.Secret), []byte("guess"))
		if err := a.Handshake(t.Context(), forged); normalize.KindOf(err) != normalize.KindAuthFailed || status(t, wire, id) != "VALIDATING" {
			t.Errorf("a guessed secret: %v, and the subscription is %s", err, status(t, wire, id))
		}
		if err := a.Handshake(t.Context(), genuine); err != nil || status(t, wire, id) != "READY" {
			t.Errorf("got %v, and the subscription is %s", err, status(t, wire, id))
		}
	})
}

func subscribe(t *testing.T, wire http.RoundTripper) (id string) {
	t.Helper()
	var out struct{ ID string }
	ask(t, wire, "POST", "/subscription", `{"hook":{"uri":"https://gateway.test/callbacks/dhl_unified/token",
		"authentication":{"type":"ApiKeyAuthentication","header":"x-gw-token","token":"sandbox-hook-token-0001"}},
		"format":"Default","type":"Shipment","service":"express","events":["Transit","Delivered"],"shipmentIDs":["7777700001"]}`, &out)
	return out.ID
}

func status(t *testing.T, wire http.RoundTripper, id string) string {
	t.Helper()
	var out struct{ Status string }
	ask(t, wire, "GET", "/subscription/"+id, "", &out)
	return out.Status
}

// ask is a call of the operator's own to the push API.
func ask(t *testing.T, wire http.RoundTripper, method, path, body string, out any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://sandbox/dhl_unified/tracking/push/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("DHL-API-Key", "sandboxDHLkey0001raisedByRequest")
	res, err := wire.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil || res.StatusCode > 299 {
		t.Fatalf("%s %s: %d, %v", method, path, res.StatusCode, err)
	}
}
