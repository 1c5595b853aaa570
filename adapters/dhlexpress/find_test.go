package dhlexpress

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The search names our reference and its type, the account and the days around the purchase.
func TestFindByReference(t *testing.T) {
	t.Parallel()
	a, wire := accountOf(t, config(), 200, read(t, "track_customs_hold.response.json"))
	found, err := a.Find(t.Context(), normalize.FindRequest{Ref: normalize.ShipmentRef{
		ClientReference: "XDK0000000000001", At: moment(t, "2027-01-15T23:30:00Z")}})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(wire.calls[0].url)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"shipmentReference": {"XDK0000000000001"}, "shipmentReferenceType": {"CU"}, "shipperAccountNumber": {"123456789"},
		"dateRangeFrom": {"2027-01-14"}, "dateRangeTo": {"2027-01-26"}, "trackingView": {"shipment-details-only"}, "levelOfDetail": {"all"}}
	if diff := cmp.Diff(want, u.Query()); diff != "" || u.Path != "/mydhlapi/tracking" {
		t.Errorf("asked %s (-want +asked):\n%s", u.Path, diff)
	}
	golden(t, "find_by_reference.golden.json", found)
	if found.Complete {
		t.Error("DHL cannot prove that nothing else was bought")
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	const missing = `{"instance":"/expressapi/tracking","detail":"No Shipments Found for ReferenceID | XDK1","title":"Not data found","message":"Not data found","status":"404"}`
	for _, c := range []struct {
		name   string
		status int
		reply  string
		want   string // the numbers found, or the kind of failure
	}{
		{"nothing is no proof", 404, missing, ""},
		{"another's reference is not ours", 200, `{"shipments":[{"shipmentTrackingNumber":"1","shipperReferences":[{"value":"XDK10","typeCode":"CU"}]}]}`, ""},
		{"a shipment without references is what was asked for", 200, `{"shipments":[{"shipmentTrackingNumber":"1"}]}`, "1"},
		{"two were bought", 200, `{"shipments":[{"shipmentTrackingNumber":"1","shipperReferences":[{"value":"XDK1"}]},{"shipmentTrackingNumber":"2"}]}`, "1 2"},
		{"a shipment without a number is none", 200, `{"shipments":[{"status":"Success"}]}`, ""},
		{"an answer of another kind", 200, `{"data":[]}`, "bad_response"},
		{"a page", 404, `<html>`, "bad_response"},
		{"down", 503, ``, "unavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, _ := accountOf(t, config(), c.status, []byte(c.reply))
			found, err := a.Find(t.Context(), normalize.FindRequest{Ref: normalize.ShipmentRef{ClientReference: "XDK1"}})
			var numbers []string
			for _, l := range found.Labels {
				numbers = append(numbers, l.TrackingNumber)
			}
			got := strings.Join(numbers, " ")
			if err != nil {
				got = string(normalize.KindOf(err))
			}
			if got != c.want || found.Complete {
				t.Errorf("got %q complete=%v, want %q", got, found.Complete, c.want)
			}
		})
	}
}

// Without a reference and without evidence there is nothing to ask for.
func TestFindWithoutAnything(t *testing.T) {
	t.Parallel()
	a, wire := accountOf(t, config(), 200, nil)
	found, err := a.Find(t.Context(), normalize.FindRequest{})
	if err != nil || len(found.Labels) > 0 || found.Complete || len(wire.calls) > 0 {
		t.Errorf("got %+v, %v after %d calls", found, err, len(wire.calls))
	}
}
