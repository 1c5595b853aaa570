package cainiao

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// A handover takes parcels once, prints its papers, and frees the parcels when it is cancelled.
func TestHandover(t *testing.T) {
	s := open(t, mocks.Options{})
	one, two := s.buy("1"), s.buy("2")
	form := func(extra ...string) url.Values {
		v := url.Values{"client": {"ISV-gateway"}, "user_info": {`{"top_user_key":"1"}`}, "pickup_info": {`{"address_id":1002}`},
			"order_code_list": {`["` + one.OutCode + `","` + two.OutCode + `"]`}, "type": {"cainiao_pickup"}, "weight": {"1.5"}, "weight_unit": {"kg"}}
		for i := 0; i+1 < len(extra); i += 2 {
			v.Set(extra[i], extra[i+1])
		}
		return v
	}
	type answer struct {
		Result struct {
			Success bool
			Code    string `json:"error_code"`
			Data    json.RawMessage
		}
	}
	commit := func(v url.Values) (out answer) {
		s.sync("cainiao.global.handover.commit", v, &out)
		return out
	}
	for _, tt := range [][]string{
		{"client", "gateway"}, {"type", "teleport"}, {"type", "self_post"}, {"weight", "-1"}, {"appointment_type", "soon"}, {"order_code_list", "[]"},
		{"pickup_info", `{"name":"Li Wei","mobile":"13800000000"}`}, {"pickup_info", `{"name":"李伟","mobile":"12800000000"}`}, {"pickup_info", `{"address_id":5}`},
	} {
		if out := commit(form(tt...)); out.Result.Success || out.Result.Code != "PARAM_ERROR" {
			t.Errorf("%v: got %+v, want it refused", tt, out)
		}
	}
	if out := commit(form("order_code_list", `["LP00000000000000"]`)); out.Result.Code != "ORDER_NOT_FOUND" {
		t.Errorf("got %+v, want an unknown parcel refused", out)
	}
	var bag struct {
		Content json.Number `json:"handover_content_id"`
		Code    string      `json:"handover_content_code"`
	}
	if out := commit(form()); !out.Result.Success || json.Unmarshal(out.Result.Data, &bag) != nil || !strings.HasPrefix(bag.Code, "LP") {
		t.Fatalf("got %+v", out)
	}
	if out := commit(form()); out.Result.Code != "ORDER_ALREADY_HANDOVER" {
		t.Errorf("got %+v, want parcels taken once", out)
	}
	who := func(extra ...string) url.Values {
		v := url.Values{"client": {"ISV-gateway"}, "user_info": {"{}"}, "handover_content_id": {bag.Content.String()}, "order_code": {bag.Code}}
		for i := 0; i+1 < len(extra); i += 2 {
			v.Set(extra[i], extra[i+1])
		}
		return v
	}
	for kind, barcode := range map[string]int{"1": 1, "4": 1, "512": 0} {
		var out struct{ Result struct{ Data string } }
		s.sync("cainiao.global.handover.pdf.get", who("type", kind), &out)
		if got := barcodes(t, decoded(t, out.Result.Data)); len(got) != barcode || barcode == 1 && got[0] != bag.Code {
			t.Errorf("type %s: got barcodes %v", kind, got)
		}
	}
	if text := s.sync("cainiao.global.handover.content.query", who(), &answer{}); !strings.Contains(text, two.OutCode) || !strings.Contains(text, `"estimate_weight":"1500"`) {
		t.Errorf("got %s", text)
	}
	s.sync("cainiao.global.handover.cancel", who(), &answer{})
	if out := commit(form()); !out.Result.Success {
		t.Errorf("got %+v, want the parcels free again", out)
	}
}

// Tracking tells action codes, the newest first, in a time that fits no clock but the odd one.
func TestTracking(t *testing.T) {
	s := open(t, mocks.Options{})
	number := s.buy("9").Number
	control(t, s, "scan", `{"carrier":"cainiao","tracking_number":"`+number+`","code":"PU_PICKUP_SUCCESS","at":"2026-01-05T10:00:00+08:00","city":"Shenzhen","country":"CN"}`)
	control(t, s, "scan", `{"carrier":"cainiao","tracking_number":"`+number+`","code":"GTMS_SIGNED","at":"2026-01-15T14:30:00+03:00","city":"Moscow","country":"RU"}`)
	track := func(number string) (out struct {
		Details []trackDetail
		Success bool `json:"result_success"`
	}) {
		s.sync("aliexpress.logistics.redefining.querytrackingresult", url.Values{"logistics_no": {number}, "origin": {"ESCROW"}, "out_ref": {"9"},
			"service_name": {"CAINIAO_STANDARD"}, "to_area": {"RU"}}, &out)
		return out
	}
	got := track(number)
	if len(got.Details) != 2 || got.Details[0].Action != "GTMS_SIGNED" || got.Details[1].Address != "Shenzhen,CN" {
		t.Fatalf("got %+v", got)
	}
	at, err := time.ParseInLocation(stampShape, got.Details[1].Date, shanghai)
	if err != nil || at.In(losAngeles).Format(stampShape) != "2026-01-05 10:00:00" {
		t.Errorf("got %s, want 10:00 in Shenzhen to be 10:00 on a clock in Los Angeles", got.Details[1].Date)
	}
	if got := track("LX000000005CN"); got.Success {
		t.Errorf("got %+v, want an unknown number refused", got)
	}
}

// A relabelled parcel has a new number, and the old one beside it.
func TestRelabel(t *testing.T) {
	s := open(t, mocks.Options{})
	sold := s.buy("9")
	control(t, s, "scan", `{"carrier":"cainiao","tracking_number":"`+sold.Number+`","code":"GTMS_RELABEL","country":"RU"}`)
	var out struct {
		List []online `json:"result_list"`
	}
	s.sync("aliexpress.logistics.redefining.getonlinelogisticsinfo", url.Values{"logistics_order_code": {sold.OutCode}}, &out)
	if len(out.List) != 1 || out.List[0].Original != sold.Number || out.List[0].Latest == sold.Number || !strings.HasSuffix(out.List[0].Latest, "RU") {
		t.Errorf("got %+v", out)
	}
}

// Many sell at once over real connections: every sale has its own numbers and one entry.
func TestConcurrent(t *testing.T) {
	s := open(t, mocks.Options{RequestsPerSecond: -1})
	server := httptest.NewServer(s.sandbox)
	defer server.Close()
	s.client = &http.Client{Transport: rewrite{server}}
	var mu sync.Mutex
	seen := map[string]bool{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				sold := s.buy("42")
				mu.Lock()
				seen[sold.OutCode], seen[sold.Number] = true, true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(seen) != 160 || len(s.sandbox.Purchases("cainiao", "42")) != 80 {
		t.Errorf("got %d numbers and %d sales, want 160 and 80", len(seen), len(s.sandbox.Purchases("cainiao", "42")))
	}
}

// rewrite sends requests for the sandbox to a server on a socket.
type rewrite struct{ server *httptest.Server }

func (r rewrite) RoundTrip(in *http.Request) (*http.Response, error) {
	out := in.Clone(in.Context())
	out.URL.Host = strings.TrimPrefix(r.server.URL, "http://")
	return r.server.Client().Transport.RoundTrip(out)
}
