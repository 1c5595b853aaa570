package dhlunified

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Any number can be followed once it has a scan; before that it is no different from a wrong one.
func TestAnyNumberIsBornByItsScan(t *testing.T) {
	c := open(t)
	if p := c.do("GET", "/dhl_unified/track/shipments?trackingNumber=7777700001", "").refused(http.StatusNotFound); p.Title != "No result found" {
		t.Errorf("got %+v, want no result found", p)
	}
	at := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	c.scan("7777700001", "PU", at.Add(-time.Hour).Format(time.RFC3339), "CN")
	c.scan("7777700001", "WC", at.Format(time.RFC3339), "DE")
	s := c.track("trackingNumber=7777700001&service=express")
	local := at.In(mocks.Zone("DE")).Format("2006-01-02T15:04:05")
	if string(s.ID) != `"7777700001"` || s.Service != "express" || s.Status.StatusCode != "transit" || s.Status.Status != "WC" || s.Status.Timestamp != local {
		t.Errorf("got %+v %+v, want WC at %s", s, s.Status, local)
	}
	if len(s.Events) != 2 || s.Events[0].Status != "WC" || s.Events[1].Status != "PU" {
		t.Errorf("got events %+v, want the newest first", s.Events)
	}
}

// One payload has times with Z and times without any zone.
func TestTimesOfBothForms(t *testing.T) {
	c := open(t)
	c.callback(callbackURL)
	c.push(`"tracking_number":"7777700002","journey":"customs_hold"`)
	forms := map[bool]int{}
	s := c.track("trackingNumber=7777700002")
	for _, e := range s.Events {
		forms[strings.HasSuffix(e.Timestamp, "Z")]++
	}
	if forms[true] == 0 || forms[false] == 0 {
		t.Errorf("got %v, want both forms", forms)
	}
	if s.Status.StatusCode != transit || s.ReturnFlag != nil || s.Estimated == "" {
		t.Errorf("got %+v, want a shipment in transit", s)
	}
}

// Where each journey ends, in the unified words.
func TestJourneys(t *testing.T) {
	for _, tt := range []struct{ kind, statusCode, status string }{
		{"delivered", "delivered", "OK"}, {"customs_hold", "transit", "UD"}, {"returned", "failure", "RT"}, {"lost", "failure", "DS"},
	} {
		c := open(t)
		c.do("POST", "/_control/push", `{"carrier":"dhl_unified","tracking_number":"7777700003","journey":"`+tt.kind+`"}`) // no address yet: the scans are there
		s := c.track("trackingNumber=7777700003")
		if s.Status.StatusCode != tt.statusCode || s.Status.Status != tt.status || (s.ReturnFlag != nil) != (tt.kind == "returned") || (s.Details.Proof != nil) != (tt.kind == "delivered") {
			t.Errorf("%s: got %+v %+v, want %s %s", tt.kind, s, s.Status, tt.statusCode, tt.status)
		}
	}
}

// A scan may name one of the five states; what DHL cannot place is unknown, and no error.
func TestStatesOfScans(t *testing.T) {
	for _, tt := range []struct{ code, statusCode, status, description string }{
		{"OK", "delivered", "OK", "Delivered"}, {"delivered", "delivered", "", "Delivered"}, {"transit:customs", "transit", "customs", "customs"},
		{"ZZ99", "unknown", "ZZ99", ""}, {"unknown", "unknown", "", "Status not available"}, {"failure:Returned", "failure", "Returned", "Returned"},
	} {
		e := eventOf(mocks.Scan{Code: tt.code, At: time.Unix(0, 0)})
		if e.StatusCode != tt.statusCode || e.Status != tt.status || e.Description != tt.description || e.Timestamp != "1970-01-01T00:00:00Z" || e.Location != nil {
			t.Errorf("%s: got %+v, want %+v", tt.code, e, tt)
		}
	}
}

// Without a service, a number that two divisions use may be the wrong shipment.
func TestNumberOfTwoDivisions(t *testing.T) {
	c := open(t)
	c.scan("7654320001", "WC", time.Now().UTC().Format(time.RFC3339), "DE")
	var out answer
	c.do("GET", "/dhl_unified/track/shipments?trackingNumber=7654320001", "").into(http.StatusOK, &out)
	if len(out.Shipments) != 1 || out.Shipments[0].Service != "freight" || out.Shipments[0].Status.StatusCode != delivered ||
		len(out.Additional) != 1 || out.Additional[0] != "/shipments?trackingNumber=7654320001&service=express" {
		t.Errorf("got %+v, want the freight shipment and a hint at the other", out)
	}
	if s := c.track("trackingNumber=7654320001&service=express"); s.Service != "express" || s.Status.Status != "WC" {
		t.Errorf("got %+v, want ours", s)
	}
	if s := c.track("trackingNumber=7654320001&service=freight"); s.Service != "freight" {
		t.Errorf("got %+v, want theirs", s)
	}
	c.do("GET", "/dhl_unified/track/shipments?trackingNumber=7654320001&service=parcel-de", "").refused(http.StatusNotFound)
}

// Ids are numbers in some payloads, and references one object.
func TestOldPayloads(t *testing.T) {
	c := open(t)
	now := time.Now().UTC().Format(time.RFC3339)
	for number, id := range map[string]string{"7777700008": "7777700008", "0777700008": `"0777700008"`, "JD0146008": `"JD0146008"`, "7777700001": `"7777700001"`} {
		c.scan(number, "PU", now, "CN")
		if s := c.track("trackingNumber=" + number); string(s.ID) != id {
			t.Errorf("%s: got id %s, want %s", number, s.ID, id)
		}
	}
	c.scan("7777700006", "PU", now, "CN")
	if s := c.track("trackingNumber=7777700006"); s.Details.References == nil {
		t.Error("got no reference")
	} else if _, one := s.Details.References.(map[string]any); !one {
		t.Errorf("got %v, want one object", s.Details.References)
	}
}

// What is older than ninety days is forgotten.
func TestPurged(t *testing.T) {
	c := open(t)
	c.scan("7777700004", "OK", time.Now().Add(-91*24*time.Hour).UTC().Format(time.RFC3339), "DE")
	c.do("GET", "/dhl_unified/track/shipments?trackingNumber=7777700004", "").refused(http.StatusNotFound)
}

func TestBadQueries(t *testing.T) {
	c := open(t)
	c.scan("7777700005", "PU", time.Now().UTC().Format(time.RFC3339), "CN")
	for _, tt := range []struct {
		query  string
		status int
	}{
		{"", 400}, {"trackingNumber=", 400}, {"trackingNumber=1&trackingNumber=2", 400}, {"trackingNumber=7777700005&service=EXPRESS", 400},
		{"trackingNumber=7777700005&language=german", 400}, {"trackingNumber=7777700005&requesterCountryCode=de", 400},
		{"trackingNumber=7777700005&originCountryCode=DEU", 400}, {"trackingNumber=7777700005&limit=0", 400}, {"trackingNumber=7777700005&offset=-1", 400},
		{"trackingNumber=7777700005&limit=x", 400}, {"trackingNumber=7777700005&offset=1", 404}, {"trackingNumber=7777700005&service=dgf", 404},
	} {
		c.do("GET", "/dhl_unified/track/shipments?"+tt.query, "").refused(tt.status)
	}
	ok := "trackingNumber=7777700005&service=express&language=de&requesterCountryCode=DE&originCountryCode=CN&recipientPostalCode=10969&offset=0&limit=5"
	if a := c.do("GET", "/dhl_unified/track/shipments?"+ok, ""); a.status != 200 || a.header.Get("Content-Language") != "en" {
		t.Errorf("got %d %v, want an answer in English", a.status, a.header)
	}
	c.do("GET", "/dhl_unified/track/other?"+url.Values{}.Encode(), "").refused(http.StatusNotFound)
}

// The key is the consumer key, and nothing else lets anybody in.
func TestKey(t *testing.T) {
	c := open(t)
	for _, key := range []string{"", "demo-key"} {
		c.key = key
		c.do("GET", "/dhl_unified/track/shipments?trackingNumber=1", "").refused(http.StatusUnauthorized)
		c.do("GET", "/dhl_unified/tracking/push/v1/subscriptions", "").refused(http.StatusUnauthorized)
	}
}

// A new app has one call a second and 250 a day, until midnight in Greenwich.
func TestQuotaOfANewApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.key = newAppKey
		ask := func() reply { return c.do("GET", "/dhl_unified/track/shipments?trackingNumber=1", "") }
		ask().refused(http.StatusNotFound)
		a := ask()
		if a.refused(http.StatusTooManyRequests); a.header.Get("Retry-After") != "1" {
			t.Errorf("got Retry-After %q, want 1", a.header.Get("Retry-After"))
		}
		for range callsPerDay - 1 {
			time.Sleep(time.Second)
			ask().refused(http.StatusNotFound)
		}
		time.Sleep(time.Second)
		left := time.Until(time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour))
		ask().refused(http.StatusTooManyRequests)
		c.do("GET", "/dhl_unified/tracking/push/v1/subscriptions", "").into(http.StatusOK, &struct{}{}) // of tracking alone
		time.Sleep(left)
		ask().refused(http.StatusNotFound)
	})
}

// The sandbox's own limit speaks DHL's words.
func TestTooMany(t *testing.T) {
	s := mocks.New(mocks.Options{RequestsPerSecond: 1}, New)
	t.Cleanup(s.Close)
	c := &client{t, s, &http.Client{Transport: mocks.Transport(s)}, nil, apiKey}
	c.do("GET", "/dhl_unified/track/shipments?trackingNumber=1", "").refused(http.StatusNotFound)
	if p := c.do("GET", "/dhl_unified/track/shipments?trackingNumber=1", "").refused(http.StatusTooManyRequests); p.Title != "Too Many Requests" {
		t.Errorf("got %+v", p)
	}
	if got := len(s.Arrivals("dhl_unified", mocks.OpTrack)); got != 2 {
		t.Errorf("got %d arrivals, want 2", got)
	}
}
