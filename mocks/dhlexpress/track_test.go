package dhlexpress

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

func (c client) tracking(path string) trackingAnswer {
	c.t.Helper()
	var out trackingAnswer
	c.do("GET", path, "").into(http.StatusOK, &out)
	return out
}

func byReference(value string, more ...string) string {
	return "/tracking" + query(append([]string{"shipmentReference", value, "shipmentReferenceType", "CU", "shipperAccountNumber", accountNumber,
		"dateRangeFrom", time.Now().AddDate(0, 0, -2).Format("2006-01-02"), "dateRangeTo", time.Now().AddDate(0, 0, 2).Format("2006-01-02")}, more...)...)
}

// A reference finds every sale that carries it, and nobody else's.
func TestFindByReference(t *testing.T) {
	c := now(t)
	a, b := c.buy(label("ours-1", "EB-1")), c.buy(label("ours-1", "EB-1"))
	c.buy(label("ours-2"))
	for _, value := range []string{"ours-1", "EB-1"} {
		out := c.tracking(byReference(value))
		if len(out.Shipments) != 2 || out.Shipments[0].TrackingNumber != a.TrackingNumber || out.Shipments[1].TrackingNumber != b.TrackingNumber {
			t.Errorf("%s: got %+v", value, out.Shipments)
		}
	}
	if got := len(c.sandbox.Arrivals("dhl_express", mocks.OpFind)); got != 2 {
		t.Errorf("got %d finds, want 2", got)
	}
	refused := map[string]struct {
		path   string
		status int
		want   string
	}{
		"unknown":        {byReference("ours-3"), 404, noReference + "ours-3"},
		"no account":     {"/tracking?shipmentReference=ours-1", 400, "Missing mandatory parameters: shipperAccountNumber"},
		"other account":  {"/tracking?shipmentReference=ours-1&shipperAccountNumber=1", 404, noReference + "ours-1"},
		"earlier":        {"/tracking?shipmentReference=ours-1&dateRangeFrom=2020-01-01&dateRangeTo=2020-02-01&shipperAccountNumber=" + accountNumber, 404, noReference + "ours-1"},
		"wrong date":     {"/tracking?shipmentReference=ours-1&dateRangeFrom=1.1.2020&shipperAccountNumber=" + accountNumber, 400, "Parameters not having correct format: dateRangeFrom"},
		"nothing":        {"/tracking", 400, "Missing mandatory parameters"},
		"unknown number": {"/shipments/1251820953/tracking", 404, noData},
		"unknown view":   {"/shipments/" + a.TrackingNumber + "/tracking?trackingView=shipment-details", 400, "Parameters not having correct format: trackingView"},
	}
	for name, test := range refused {
		if p := c.do("GET", test.path, "").refused(test.status); !strings.HasPrefix(p.Detail, test.want) {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

// A sale hides from every search until the lag has passed.
func TestSearchLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, mocks.Options{SearchLag: 3 * time.Minute})
		s := c.buy(label("ours-1"))
		paths := []string{byReference("ours-1"), "/tracking?shipmentTrackingNumber=" + s.TrackingNumber, "/shipments/" + s.TrackingNumber + "/tracking"}
		for _, path := range paths {
			c.do("GET", path, "").refused(http.StatusNotFound)
		}
		time.Sleep(3 * time.Minute)
		for _, path := range paths {
			if got := c.tracking(path).Shipments[0]; got.TrackingNumber != s.TrackingNumber || len(got.Events) != 0 || got.Status != "Success" {
				t.Errorf("%s: got %+v, want the shipment without events", path, got)
			}
		}
	})
}

func (c client) scan(number, code, at, city, country string) {
	c.t.Helper()
	body := fmt.Sprintf(`{"carrier":"dhl_express","tracking_number":%q,"code":%q,"at":%q,"city":%q,"country":%q}`, number, code, at, city, country)
	r, err := http.NewRequestWithContext(c.t.Context(), "POST", c.base+"/_control/scan", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	var out any
	c.send(r).into(http.StatusOK, &out)
}

// Times are local to the scan and bare, unless the offset is asked for, which only the call
// for one waybill takes.
func TestLocalTimes(t *testing.T) {
	c := now(t)
	s := c.buy(label("ours-1"))
	c.scan(s.TrackingNumber, "WC", "2026-07-01T06:00:00Z", "Berlin", "DE")
	c.scan(s.TrackingNumber, "PU", "2026-06-29T08:30:00Z", "Shenzhen", "CN")
	path := "/shipments/" + s.TrackingNumber + "/tracking"
	events := c.tracking(path).Shipments[0].Events
	want := event{Date: "2026-06-29", Time: "16:30:00", TypeCode: "PU", Description: "Shipment picked up"}
	if got := events[0]; got.Date != want.Date || got.Time != want.Time || got.TypeCode != want.TypeCode || got.GMTOffset != "" || got.Description != want.Description {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := events[0].ServiceArea[0]; got != (area{"SZX", "SHENZHEN-CN"}) {
		t.Errorf("got %+v", got)
	}
	events = c.tracking(path + "?requestGMTOffsetPerEvent=true").Shipments[0].Events
	if events[0].GMTOffset != "+08:00" || events[1].GMTOffset != "+02:00" || events[1].Time != "08:00:00" {
		t.Errorf("got %+v", events)
	}
	if got := c.tracking("/tracking?requestGMTOffsetPerEvent=true&shipmentTrackingNumber=" + s.TrackingNumber); got.Shipments[0].Events[0].GMTOffset != "" {
		t.Error("the call for many numbers has no such parameter")
	}
	if last := c.tracking(path + "?trackingView=last-checkpoint").Shipments[0].Events; len(last) != 1 || last[0].TypeCode != "WC" {
		t.Errorf("got %+v", last)
	}
	if none := c.tracking(path + "?trackingView=shipment-details-only").Shipments[0].Events; len(none) != 0 {
		t.Errorf("got %+v", none)
	}
	if pieces := c.tracking(path + "?levelOfDetail=all").Shipments[0].Pieces; len(pieces) != 1 || len(pieces[0].Events) != 2 {
		t.Errorf("got %+v", pieces)
	}
}

// Many numbers in one call, waybills and licence plates; the unknown are left out.
func TestTrackMany(t *testing.T) {
	c := now(t)
	a, b := c.buy(label("a")), c.buy(label("b"))
	out := c.tracking("/tracking?shipmentTrackingNumber=" + a.TrackingNumber + ",1111111111&pieceTrackingNumber=" + b.Packages[0].TrackingNumber)
	if len(out.Shipments) != 2 || out.Shipments[1].TrackingNumber != b.TrackingNumber {
		t.Errorf("got %+v", out.Shipments)
	}
	if p := c.do("GET", "/tracking?shipmentTrackingNumber="+strings.Repeat("1,", 201), "").refused(http.StatusBadRequest); !strings.Contains(p.Detail, "maxItems=200") {
		t.Errorf("got %+v", p)
	}
}

// Every journey ends as it says, in codes of the carrier's list, by day where people work.
func TestJourneys(t *testing.T) {
	c := now(t)
	for journey, want := range map[string]struct{ last, has string }{
		"delivered": {"OK", "CR"}, "customs_hold": {"OK", "CD"}, "returned": {"RT", "RD"}, "lost": {"DS", "OH"},
	} {
		s := c.buy(label("ours-" + journey))
		travel(t, c, s.TrackingNumber, journey)
		events := c.tracking("/shipments/" + s.TrackingNumber + "/tracking").Shipments[0].Events
		has := false
		for _, e := range events {
			has = has || e.TypeCode == want.has
			if descriptions[e.TypeCode] == "" {
				t.Errorf("%s: code %s is not in the list", journey, e.TypeCode)
			}
			if hour := e.Time[:2]; e.TypeCode == "WC" && (hour < "07" || hour > "21") {
				t.Errorf("%s: with the courier at %s", journey, e.Time)
			}
		}
		if last := events[len(events)-1].TypeCode; last != want.last || !has {
			t.Errorf("%s: ends with %s, want %s after %s", journey, last, want.last, want.has)
		}
	}
}
