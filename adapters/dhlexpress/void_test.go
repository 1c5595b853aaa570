package dhlexpress

import (
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Without a pickup nobody is asked, and nothing is confirmed.
func TestVoidAsksNobody(t *testing.T) {
	t.Parallel()
	a, wire := accountOf(t, config(), 500, nil)
	out, err := a.Void(t.Context(), normalize.VoidRequest{Ref: normalize.ShipmentRef{TrackingNumber: "1103733901"}})
	if err != nil || out.Confirmed || out.Message == "" || len(wire.calls) > 0 {
		t.Errorf("got %+v, %v after %d calls", out, err, len(wire.calls))
	}
}

func TestVoidCancelsThePickup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		reply  string
		want   string
	}{
		{"cancelled", 200, ``, ""},
		{"gone already", 404, `{"instance":"/x","detail":"Cancellation of booking was not successful. Requested Pickup was not found","title":"Pickup not found","status":"404"}`, ""},
		{"too late", 400, `{"instance":"/x","detail":"Pickup already completed","title":"Bad request","status":"400"}`, "rejected"},
		{"down", 503, ``, "unavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, wire := accountOf(t, config(), c.status, []byte(c.reply))
			out, err := a.Void(t.Context(), normalize.VoidRequest{Reason: "changed my mind",
				Ref: normalize.ShipmentRef{TrackingNumber: "1103733901", PickupRef: "PRG999126012345"}})
			const want = "DELETE http://dhl.test/mydhlapi/pickups/PRG999126012345?reason=changed+my+mind&requestorName=Shipping+desk"
			if got := wire.calls[0].method + " " + wire.calls[0].url; got != want {
				t.Errorf("sent %s, want %s", got, want)
			}
			got := ""
			if err != nil {
				got = string(normalize.KindOf(err))
			}
			if got != c.want || out.Confirmed {
				t.Errorf("got %q confirmed=%v, want %q", got, out.Confirmed, c.want)
			}
		})
	}
}

// A collection may have several confirmations; each is cancelled.
func TestVoidOfSeveralPickups(t *testing.T) {
	t.Parallel()
	a, wire := accountOf(t, config(), 200, nil)
	_, err := a.Void(t.Context(), normalize.VoidRequest{Ref: normalize.ShipmentRef{PickupRef: "A1,B2"}})
	if err != nil || len(wire.calls) != 2 || !strings.Contains(wire.calls[1].url, "/pickups/B2?reason=shipment+cancelled") {
		t.Errorf("%v after %d calls", err, len(wire.calls))
	}
}
