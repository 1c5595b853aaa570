package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Codes that no table holds are counted, whether they were pushed or polled, and survive on the
// timeline with their words.
func TestUnmappedCodesAreCounted(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	router := s.contract(t)
	polled := s.buy(t, "yanwen.tracked", "order-de.json", "polled")
	pushed := s.buy(t, "cainiao.global_standard", "order-de.json", "pushed")
	for carrier, number := range map[string]string{"yanwen": polled.TrackingNumber, "cainiao": pushed.TrackingNumber} {
		for _, code := range []string{"QQ77", "QQ78"} {
			r := s.call("POST", "/_control/scan", map[string]any{"carrier": carrier, "tracking_number": number, "code": code,
				"at": time.Now().UTC().Format(time.RFC3339), "city": "Shenzhen", "country": "CN"})
			if r.status >= 300 {
				t.Fatalf("scan: %d %s", r.status, r.body)
			}
		}
		s.call("POST", "/_control/push", map[string]any{"carrier": carrier, "tracking_number": number, "duplicate": 0.5})
	}
	s.call("POST", "/v1/trackers/"+polled.Tracker+"/refresh", nil)
	list := func(query string) []trackers.Mapping {
		t.Helper()
		r := s.call("GET", "/v1/mappings"+query, nil)
		conforms(t, router, "GET", "/v1/mappings"+query, r)
		var page httpapi.ListBody[trackers.Mapping]
		r.into(t, &page)
		return page.Data
	}
	eventually(t, "all four are counted", func() bool { return len(list("")) == 4 })
	eventually(t, "all messages are done with", func() bool {
		return !strings.Contains(string(s.call("GET", "/v1/callbacks?state=received", nil).body), "cbk_")
	})
	for _, m := range list("?adapter=cainiao") {
		if m.Adapter != "cainiao" || m.Count != 1 || m.Tracker != pushed.Tracker || !strings.HasPrefix(m.Code, "QQ7") || m.LastSeen.IsZero() {
			t.Errorf("got %+v", m)
		}
	}
	var tr trackers.Tracker
	s.call("GET", "/v1/trackers/"+pushed.Tracker, nil).into(t, &tr)
	if !slices.ContainsFunc(tr.Events, func(e trackers.Event) bool {
		return e.Raw.Code == "QQ77" && e.Substatus == normalize.SubstatusUnmapped && e.Source == trackers.SourceCallback
	}) {
		t.Errorf("the timeline lacks the raw scan: %+v", tr.Events)
	}
	for _, path := range []string{"/v1/mappings?state=mapped&adapter=yanwen&limit=5", "/v1/mappings/tables", "/v1/mappings?limit=1"} {
		conforms(t, router, "GET", path, s.call("GET", path, nil))
	}
	r := s.call("POST", "/v1/mappings/cainiao/replay", nil)
	conforms(t, router, "POST", "/v1/mappings/cainiao/replay", r)
	var again trackers.Reread
	if r.into(t, &again); again.Callbacks != 2 || again.NextCursor != nil {
		t.Errorf("got %s", r.body)
	}
	s.showsMapping(t)
}

// showsMapping asks by the command line.
func (s *stand) showsMapping(t *testing.T) {
	t.Helper()
	cl := newClient()
	cl.url = s.url
	v, err := readMapping(t.Context(), cl, "")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(v.Tables, func(s trackers.StatusTable) bool { return s.Adapter == "yanwen" })
	if len(v.Unmapped) != 4 || i < 0 || v.Tables[i].Unmapped != 2 || v.Tables[i].Codes < 10 || v.Tables[i].Source == "" || v.Tables[i].Date == "" {
		t.Errorf("got %+v", v)
	}
	var out bytes.Buffer
	if err := v.write(&out); err != nil || !strings.Contains(out.String(), "QQ77") || !strings.Contains(out.String(), "ADAPTER") {
		t.Errorf("got %s, %v", out.String(), err)
	}
	one, err := readMapping(t.Context(), cl, "cainiao")
	if err != nil || len(one.Tables) != 1 || len(one.Unmapped) != 2 {
		t.Errorf("of one adapter: got %+v, %v", one, err)
	}
	if b, err := json.Marshal(one); err != nil || !json.Valid(b) {
		t.Error(err)
	}
}
