package dhlexpress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The vector of DHL's documentation: a password with @, ! and digits.
func TestBasicAuthorization(t *testing.T) {
	t.Parallel()
	got := basic("apiTestUser", normalize.NewSecret("P@ss!word9")).Reveal()
	if want := "Basic YXBpVGVzdFVzZXI6UEBzcyF3b3JkOQ=="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Every call carries the header unasked, the constant version and a reference for support.
func TestHeadersOfEveryCall(t *testing.T) {
	t.Parallel()
	a, wire := accountOf(t, config(), 200, []byte(`{"shipments":[]}`))
	if _, err := a.Find(t.Context(), normalize.FindRequest{Ref: normalize.ShipmentRef{ClientReference: "XDK1"}}); err != nil {
		t.Fatal(err)
	}
	h := wire.calls[0].header
	for name, want := range map[string]string{"Authorization": "Basic YXBpVGVzdFVzZXI6UEBzcyF3b3JkOQ==",
		"Accept": "application/json", "X-Version": "3.1.0", "Content-Type": ""} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if n := len(h.Get("Message-Reference")); n != 36 {
		t.Errorf("the message reference has %d characters, want a UUID", n)
	}
}

// What the carrier echoes of our credentials never reaches an error.
func TestErrorsHideTheCredentials(t *testing.T) {
	t.Parallel()
	echo := `{"status":"400","title":"Bad request","detail":"998: bad YXBpVGVzdFVzZXI6UEBzcyF3b3JkOQ== of P@ss!word9"}`
	a, _ := accountOf(t, config(), 400, []byte(echo))
	_, err := a.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "1234567890"}})
	if text := fmt.Sprintf("%v %+v", err, normalize.AsError(err)); strings.Contains(text, "P@ss") || strings.Contains(text, "YXBp") {
		t.Errorf("a credential shows in %s", text)
	}
}
