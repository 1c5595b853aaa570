package main

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// A parcel of an order of Temu's is held by German customs, as the carrier's own scans tell: the
// tracker says who answers, by which rule and on which scan, and so do the label's legs.
func TestACustomsHoldNamesWhoAnswers(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for _, c := range []struct {
		model, code      string
		party, rule, leg string
	}{
		{"semi_managed", "IC51", "seller", "any-semi-managed-import-customs", "import_customs"},
		{"fully_managed", "IC51", "platform", "any-fully-managed-import-customs", "import_customs"},
		{"semi_managed", "LM40", "none", "", ""},
	} {
		o := example(t, "order-de.json")
		o["channel"], o["platform"], o["operating_model"] = "yanwen.tracked", "temu", c.model
		r := s.call("POST", "/v1/labels", o, "Idempotency-Key", "liable-"+c.model+c.code)
		var l purchase.Label
		if r.into(t, &l); r.status != 201 {
			t.Fatalf("buy: %d %s", r.status, r.body)
		}
		at := time.Now().Add(-48 * time.Hour)
		for i, code := range []string{"PU10", "LH20", c.code} {
			body := map[string]any{"carrier": "yanwen", "tracking_number": l.TrackingNumber, "code": code, "at": at.Add(time.Duration(i) * 5 * time.Hour), "city": "Leipzig", "country": "DE"}
			if r := s.call("POST", "/_control/scan", body); r.status != 200 {
				t.Fatalf("scan: %d %s", r.status, r.body)
			}
		}
		var tr trackers.Tracker
		eventually(t, "the last scan", func() bool {
			s.call("POST", "/v1/trackers/"+l.Tracker+"/refresh", nil)
			s.call("GET", "/v1/trackers/"+l.Tracker, nil).into(t, &tr)
			return len(tr.Events) >= 3
		})
		last := tr.Events[len(tr.Events)-1]
		if tr.Liability == nil || tr.Liability.Party != c.party || tr.Liability.Rule != c.rule || tr.Liability.Reason == "" {
			t.Fatalf("%s %s: got %+v", c.model, c.code, tr.Liability)
		}
		if last.Liable == nil || *last.Liable != c.party || last.LiableRule != c.rule {
			t.Errorf("%s %s: the scan says %v by %q", c.model, c.code, last.Liable, last.LiableRule)
		}
		if c.leg != "" && (tr.Leg != normalize.Leg(c.leg) || tr.Liability.Phase != "last_mile" || len(tr.Liability.Evidence) != 1 || tr.Liability.Evidence[0] != last.ID) {
			t.Errorf("%s %s: leg %s, phase %s, evidence %v", c.model, c.code, tr.Leg, tr.Liability.Phase, tr.Liability.Evidence)
		}
		var legs httpapi.LabelLegs
		s.call("GET", "/v1/labels/"+l.ID+"/legs", nil).into(t, &legs)
		if legs.Liability == nil || legs.Liability.Party != c.party || *legs.OperatingModel != c.model || len(legs.Legs) != 6 {
			t.Errorf("%s %s: legs %+v", c.model, c.code, legs)
		}
	}
}
