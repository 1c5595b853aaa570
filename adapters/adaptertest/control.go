package adaptertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"
)

// control speaks to the simulator's control interface; out may be nil.
func (s *session) control(method, path string, in, out any) int {
	s.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, sandbox+"/_control/"+path, bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := s.wire.RoundTrip(r)
	if err != nil {
		s.t.Fatalf("control interface: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			s.t.Fatalf("control interface answered %d: %s", res.StatusCode, body)
		}
	}
	return res.StatusCode
}

// travel lets the parcel make its usual journey to the door.
func (s *session) travel(number string) {
	s.t.Helper()
	status := s.control("POST", "push", map[string]any{"carrier": s.h.Spec.Code, "tracking_number": number, "journey": "delivered"}, nil)
	if status != http.StatusOK && status != http.StatusConflict { // 409: no callback address, the scans are there
		s.t.Fatalf("the simulator knows no journey: %d", status)
	}
}

// scan adds one raw event.
func (s *session) scan(number, code string) {
	s.t.Helper()
	status := s.control("POST", "scan", map[string]any{"carrier": s.h.Spec.Code, "tracking_number": number,
		"code": code, "at": time.Now(), "city": s.h.Shipment.Destination.City, "country": s.h.Shipment.Destination.Country}, nil)
	if status != http.StatusOK {
		s.t.Fatalf("the simulator takes no scan: %d", status)
	}
}

// sale is a line of the simulator's ledger.
type sale struct {
	ClientReference string `json:"client_reference"`
	CarrierID       string `json:"carrier_id"`
	TrackingNumber  string `json:"tracking_number"`
	State           string `json:"state"`
}

// sales is what the carrier really sold and did not take back.
func (s *session) sales() []sale {
	s.t.Helper()
	var out struct {
		Data []sale `json:"data"`
	}
	s.control("GET", "ledger?carrier="+url.QueryEscape(s.h.Spec.Code), nil, &out)
	var live []sale
	for _, v := range out.Data {
		if v.State == "live" {
			live = append(live, v)
		}
	}
	return live
}
