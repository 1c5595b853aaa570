package dhlexpress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

func TestTrack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, number, want string }{
		{"track_delivered", "1234567890", "/shipments/1234567890/tracking?levelOfDetail=all&requestGMTOffsetPerEvent=true&trackingView=all-checkpoints"},
		{"track_customs_hold", "1103733901", "/shipments/1103733901/tracking?levelOfDetail=all&requestGMTOffsetPerEvent=true&trackingView=all-checkpoints"},
		{"track_piece", "JD014600004617230771", "/tracking?levelOfDetail=all&pieceTrackingNumber=JD014600004617230771&trackingView=all-checkpoints"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, wire := accountOf(t, config(), 200, read(t, c.name+".response.json"))
			got, err := a.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: c.number}})
			if err != nil {
				t.Fatal(err)
			}
			if url := strings.TrimPrefix(wire.calls[0].url, "http://dhl.test/mydhlapi"); url != c.want {
				t.Errorf("asked %s, want %s", url, c.want)
			}
			golden(t, c.name+".golden.json", got)
		})
	}
}

// Of several pieces each is delivered by itself, though the shipment's own list repeats it; one
// that is followed alone hears nothing of the others.
func TestPiecesAreDeliveredOneByOne(t *testing.T) {
	t.Parallel()
	at := func(clock, code string) scan {
		return scan{Date: "2027-01-21", Time: clock, GMTOffset: "+01:00", TypeCode: code}
	}
	const one, two = "JD014600004617230770", "JD014600004617230771"
	s := trackedShipment{ShipmentTrackingNumber: "1103733901",
		Events: []scan{at("08:00:00", "WC"), at("11:00:00", "OK"), at("11:00:00", "OK")},
		Pieces: []trackedPiece{{one, []scan{at("08:00:00", "WC"), at("11:00:00", "OK")}}, {two, []scan{at("08:00:00", "WC")}}}}
	tell := func(asked string) string {
		var out []string
		tr := trackingFrom(s, asked)
		for _, e := range tr.Events {
			out = append(out, e.Code+" "+e.Number)
		}
		return strings.Join(append(out, tr.Pieces...), ", ")
	}
	if got, want := tell("1103733901"), "WC 1103733901, OK "+one+", "+one+", "+two; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := tell(two), "WC 1103733901"; got != want {
		t.Errorf("the other piece: got %s, want %s", got, want)
	}
	s.Pieces[1].Events = append(s.Pieces[1].Events, at("11:00:00", "OK"))
	if got, want := tell("1103733901"), "WC 1103733901, OK "+one+", OK "+two+", "+one+", "+two; got != want {
		t.Errorf("at the same minute: got %s, want %s", got, want)
	}
	s.Pieces = s.Pieces[:1]
	if got, want := tell("1103733901"), "WC 1103733901, OK 1103733901"; got != want {
		t.Errorf("a single piece: got %s, want %s", got, want)
	}
}

// A shipment that exists and was not scanned is not found, as a number that DHL does not know.
func TestNotScannedYet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		reply  string
	}{
		"no scans":       {200, `{"shipments":[{"shipmentTrackingNumber":"1234567890","status":"Success","events":[]}]}`},
		"no shipment":    {200, `{"shipments":[]}`},
		"unknown number": {404, `{"instance":"/x","detail":"No data found","title":"Not data found","message":"Not data found","status":"404"}`},
	} {
		a, _ := accountOf(t, config(), c.status, []byte(c.reply))
		_, err := a.Track(t.Context(), normalize.TrackRequest{Ref: normalize.ShipmentRef{TrackingNumber: "1234567890"}})
		if err == nil || normalize.KindOf(err) != normalize.KindNotFound {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Each code of DHL's status list, and what the parcel's owner reads.
func TestStatuses(t *testing.T) {
	t.Parallel()
	groups := map[normalize.Status]string{
		normalize.StatusDelivered: "OK DD", normalize.StatusOutForDelivery: "WC", normalize.StatusDeliveryFailed: "ND NH BA CM CA RD MD",
		normalize.StatusReturned: "RT", normalize.StatusAvailableForPickup: "CC", normalize.StatusCustoms: "IC CD UD CR BN BR",
		normalize.StatusException: "OH HP MC MS SS PD DS", normalize.StatusLabelCreated: "SA", normalize.StatusPickedUp: "PU",
		normalize.StatusInTransit: "PL DF AF AR RR SC SM AD FD TP TR CS PY", normalize.StatusUnknown: "ZZ",
	}
	seen := 0
	for want, codes := range groups {
		for c := range strings.FieldsSeq(codes) {
			seen++
			if got := meaningOf(c); got.status != want {
				t.Errorf("%s: got %s, want %s", c, got.status, want)
			}
		}
	}
	if seen-1 != len(statuses) {
		t.Errorf("%d codes are tested, the table has %d", seen-1, len(statuses))
	}
	if m := meaningOf("ok"); m.substatus != normalize.SubstatusUnmapped || m.status.Terminal() {
		t.Errorf("a code in another case is another code: got %+v", m)
	}
}

// A clearance scan in the country of origin is the export's; one at the end is the import's.
func TestLegsAndArrival(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, area, from, to, want string }{
		{"IC", "SHENZHEN-CN", "CN", "DE", "customs customs_processing export_customs"},
		{"IC", "LEIPZIG-DE", "CN", "DE", "customs customs_processing import_customs"},
		{"CR", "LEIPZIG-DE", "", "", "customs customs_released import_customs"},
		{"AF", "LEIPZIG-DE", "CN", "DE", "in_transit arrived_destination line_haul"},
		{"AF", "HONG KONG-HK", "CN", "DE", "in_transit  line_haul"},
		{"AF", "BERLIN-DE", "DE", "DE", "in_transit  line_haul"},
	} {
		s := scan{TypeCode: c.code, Date: "2027-01-19", Time: "10:00:00"}
		s.ServiceArea = append(s.ServiceArea, struct {
			Code        string `json:"code"`
			Description string `json:"description"`
		}{"X", c.area})
		e := eventOf(s, "1", c.from, c.to)
		if got := fmt.Sprintf("%s %s %s", e.Status, e.Substatus, e.Leg); got != c.want {
			t.Errorf("%s at %s: got %s, want %s", c.code, c.area, got, c.want)
		}
	}
}

func TestTimeOfAScan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, date, clock, offset, country, want string
		known                                    bool
	}{
		{"with its offset", "2027-01-19", "10:00:00", "+05:30", "DE", "2027-01-19T10:00:00+05:30", true},
		{"in the winter of its place", "2027-01-19", "10:00:00", "", "DE", "2027-01-19T10:00:00+01:00", false},
		{"in the summer of its place", "2027-07-19", "10:00:00", "", "DE", "2027-07-19T10:00:00+02:00", false},
		{"an offset that is none", "2027-01-19", "10:00:00", "CET", "DE", "2027-01-19T10:00:00+01:00", false},
		{"a place that we do not know", "2027-01-19", "10:00:00", "", "", "2027-01-19T10:00:00Z", false},
		{"no time", "2027-01-19", "", "", "DE", "0001-01-01T00:00:00Z", false},
		{"no day", "yesterday", "10:00:00", "+01:00", "DE", "0001-01-01T00:00:00Z", false},
	} {
		got, known := scan{Date: c.date, Time: c.clock, GMTOffset: c.offset}.at(c.country)
		if got.Format(time.RFC3339) != c.want || known != c.known {
			t.Errorf("%s: got %s %v, want %s %v", c.name, got.Format(time.RFC3339), known, c.want, c.known)
		}
	}
}

func TestLocation(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]normalize.Location{
		"SYDNEY-AU": {City: "SYDNEY", Country: "AU"}, "NEW YORK CITY GATEWAY, NY-US": {City: "NEW YORK CITY GATEWAY, NY", Country: "US"},
		"EAST-MIDLANDS-GB": {City: "EAST-MIDLANDS", Country: "GB"}, "LEIPZIG": {City: "LEIPZIG"},
		"HONG KONG - HONG KONG SAR, CHINA": {City: "HONG KONG - HONG KONG SAR, CHINA"}, "": {},
	} {
		if got := locationOf(in); got != want {
			t.Errorf("%q: got %+v, want %+v", in, got, want)
		}
	}
}
