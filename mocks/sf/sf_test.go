package sf

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Any waybill can be followed once it was scanned; times are China's.
func TestRoutes(t *testing.T) {
	c := open(t)
	if got := c.routes("SF1000000000001"); len(got) != 0 {
		t.Errorf("got %v of an unknown number, want none", got)
	}
	c.scan("SF1000000000001", "50", "2026-11-20T10:20:11Z")
	c.scan("SF1000000000001", "ZZ99", "2026-11-20T11:00:00Z")
	want := []route{{"2026-11-20 18:20:11", "深圳市", "顺丰速运 已收取快件", "50"}, {"2026-11-20 19:00:00", "深圳市", "快件状态更新", "ZZ99"}}
	if got := c.routes("SF1000000000001"); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
	r := c.call(searchRoutes, `{"language":1,"trackingType":2,"trackingNumber":["SO-SF1000000000001","SO-SF1000000000002"],"methodType":"1"}`)
	if len(r.Data.Resps) != 2 || r.Data.Resps[0].Routes[0] != (route{"2026-11-20 18:20:11", "Shenzhen", "Shipment picked up", "50"}) || r.Data.Resps[1].Routes == nil || len(r.Data.Resps[1].Routes) != 0 {
		t.Errorf("got %+v, want the order's routes in English", r)
	}
	c.scan("SF1000000000003", "80", time.Now().Add(-91*24*time.Hour).UTC().Format(time.RFC3339))
	if got := c.routes("SF1000000000003"); len(got) != 0 {
		t.Errorf("got %v, want what is older than three months forgotten", got)
	}
}

// A stranger's waybill is not refused: it just has no routes, without a phone's last digits.
func TestStrangersWaybill(t *testing.T) {
	c := open(t)
	c.scan("SF9999000000001", "50", "2026-11-20T10:20:11Z")
	if got := c.routes("SF9999000000001"); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	r := c.call(searchRoutes, `{"language":"0","trackingType":"1","trackingNumber":["SF9999000000001"],"methodType":"1","checkPhoneNo":"0002"}`)
	if len(r.Data.Resps[0].Routes) != 1 {
		t.Errorf("got %+v, want one route", r)
	}
	for phone, ok := range map[string]bool{"": false, "0002": true} {
		if r := c.call(registerRoute, `{"type":"2","attributeNo":"SF9999000000001","checkPhoneNo":"`+phone+`"}`); r.Success != ok {
			t.Errorf("registered with phone %q: got %+v", phone, r)
		}
	}
}

// The result is quoted once, sometimes twice, sometimes not at all.
func TestThreeLayers(t *testing.T) {
	c := open(t)
	for number, want := range map[string]int{"SF1000000000001": 1, "SF1000000000007": 2, "SF1000000000004": 0} {
		c.scan(number, "50", "2026-11-20T10:20:11Z")
		r := c.call(searchRoutes, `{"trackingType":"1","trackingNumber":["`+number+`"]}`)
		if r.quotes != want || len(r.Data.Resps[0].Routes) != 1 {
			t.Errorf("%s: got %+v, want %d quotations", number, r, want)
		}
	}
}

// What the gateway refuses, each by its documented code.
func TestGatewayErrors(t *testing.T) {
	c := open(t)
	used := c.form(searchRoutes, `{"trackingType":"1","trackingNumber":["1"]}`)
	c.unwrap(c.send(used))
	for _, tt := range []struct {
		name, code string
		change     func(url.Values)
	}{
		{"no partner", "A1001", func(f url.Values) { f.Del("partnerID") }},
		{"no message", "A1001", func(f url.Values) { f.Set("msgData", "") }},
		{"long request id", "A1001", func(f url.Values) { f.Set("requestID", strings.Repeat("x", 41)) }},
		{"time is none", "A1001", func(f url.Values) { f.Set("timestamp", "now") }},
		{"neither digest nor token", "A1001", func(f url.Values) { f.Del("msgDigest") }},
		{"digest and token", "A1001", func(f url.Values) { f.Set("accessToken", "x") }},
		{"other partner", "A1006", func(f url.Values) { f.Set("partnerID", "SOMEONE") }},
		{"changed message", "A1006", func(f url.Values) { f.Set("msgData", `{"trackingType":"1","trackingNumber":["2"]}`) }},
		{"changed time", "A1006", func(f url.Values) { f.Set("timestamp", "1767225600000") }},
		{"token of nobody", "A1011", func(f url.Values) { f.Del("msgDigest"); f.Set("accessToken", "x") }},
		{"token is over", "A1002", func(f url.Values) { f.Del("msgDigest"); f.Set("accessToken", seal(partnerID, time.Now())) }},
		{"orders are not associated", "A1004", func(f url.Values) { f.Set("serviceCode", "EXP_RECE_CREATE_ORDER") }},
		{"no such service", "A1004", func(f url.Values) { f.Set("serviceCode", "EXP_RECE_NOTHING") }},
		{"a request id twice", "A1007", func(f url.Values) { f.Set("requestID", used.Get("requestID")) }},
	} {
		f := c.form(searchRoutes, `{"trackingType":"1","trackingNumber":["1"]}`)
		tt.change(f)
		if got := c.send(f); got.Code != tt.code || got.Message == "" || string(got.Data) != "null" {
			t.Errorf("%s: got %+v, want %s", tt.name, got, tt.code)
		}
	}
	status, body := c.do("POST", "/sf/std/service", "application/json", "{}")
	if status != 200 || !strings.Contains(string(body), "A1001") {
		t.Errorf("got %d %s, want A1001 for what is no form", status, body)
	}
}

// What the service refuses, inside of an A1000.
func TestServiceErrors(t *testing.T) {
	c := open(t)
	eleven := `"1"` + strings.Repeat(`,"1"`, 10)
	for _, tt := range []struct{ service, message, code string }{
		{searchRoutes, `{`, "S0001"}, {searchRoutes, `{"trackingType":"1"}`, "S0002"}, {searchRoutes, `{"trackingNumber":["1"]}`, "S0002"},
		{searchRoutes, `{"trackingType":"3","trackingNumber":["1"]}`, "S0002"}, {searchRoutes, `{"language":"zh","trackingType":"1","trackingNumber":["1"]}`, "S0002"},
		{searchRoutes, `{"trackingType":"1","methodType":"3","trackingNumber":["1"]}`, "S0002"}, {searchRoutes, `{"trackingType":"1","trackingNumber":[` + eleven + `]}`, "8247"},
		{registerRoute, `[]`, "S0001"}, {registerRoute, `{"type":"2"}`, "S0002"}, {registerRoute, `{"type":"1","attributeNo":"SO-1"}`, "8247"},
	} {
		if got := c.call(tt.service, tt.message); got.Success || got.Code != tt.code {
			t.Errorf("%s: got %+v, want %s", tt.message, got, tt.code)
		}
	}
}

// The console's choice of a signature holds for the whole app.
func TestSignModes(t *testing.T) {
	c := open(t)
	for _, mode := range []string{simple, modeSM3, standard} {
		if status := c.console("sign-mode", `{"mode":"`+mode+`"}`); status != 200 {
			t.Fatalf("%s: got %d", mode, status)
		}
		for _, used := range []string{standard, simple, modeSM3} {
			c.mode = used
			want := "A1006"
			if used == mode {
				want = "A1000"
			}
			if got := c.send(c.form(searchRoutes, `{"trackingType":"1","trackingNumber":["a b*c~d"]}`)); got.Code != want {
				t.Errorf("%s signed as %s: got %s, want %s", mode, used, got.Code, want)
			}
		}
	}
	for path, body := range map[string]string{"sign-mode": `{"mode":"md5"}`, "route-push": `{"format":"xml"}`} {
		if status := c.console(path, body); status != 400 {
			t.Errorf("%s: got %d, want 400", body, status)
		}
	}
}

// A token instead of a signature, for two hours, which a reset does not end.
func TestToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		ask := func(secret, grant string) (out tokenAnswer) {
			_, body := c.do("POST", "/sf/oauth2/accessToken", formType, url.Values{"partnerID": {partnerID}, "secret": {secret}, "grantType": {grant}}.Encode())
			if err := json.Unmarshal(body, &out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := ask("wrong", "password").Code; got != "A1006" {
			t.Errorf("got %s, want A1006", got)
		}
		if got := ask(checkword, "code").Code; got != "A1001" {
			t.Errorf("got %s, want A1001", got)
		}
		token := ask(checkword, "password")
		if token.Code != "A1000" || token.Expires != 7200 {
			t.Fatalf("got %+v", token)
		}
		c.sandbox.Reset()
		code := func() string {
			f := c.form(searchRoutes, `{"trackingType":"1","trackingNumber":["1"]}`)
			f.Del("msgDigest")
			f.Set("accessToken", token.Token)
			return c.send(f).Code
		}
		if got := code(); got != "A1000" {
			t.Errorf("got %s, want A1000", got)
		}
		time.Sleep(2 * time.Hour)
		if got := code(); got != "A1002" {
			t.Errorf("got %s after two hours, want A1002", got)
		}
	})
}

// The integration environment allows thirty calls a second and 3,000 a day.
func TestIntegrationQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		send := func() string {
			f := c.form(searchRoutes, `{"trackingType":"1","trackingNumber":["1"]}`)
			f.Set("partnerID", testPartner)
			return c.send(f).Code
		}
		good := 0
		for range 31 {
			if send() == "A1000" {
				good++
			}
		}
		if good != 30 {
			t.Errorf("got %d calls in a second, want 30", good)
		}
		for good < callsPerDay {
			time.Sleep(time.Second)
			for range 30 {
				if got := send(); got != "A1000" {
					t.Fatalf("call %d: got %s", good, got)
				}
				good++
			}
		}
		time.Sleep(time.Second)
		if got := send(); got != "A1005" {
			t.Errorf("got %s for call 3,001, want A1005", got)
		}
		time.Sleep(24 * time.Hour)
		if got := send(); got != "A1000" {
			t.Errorf("got %s on the next day, want A1000", got)
		}
	})
}

// The sandbox's own limit is A1005 too; only the route query is tracking to it.
func TestTooManyAndClassify(t *testing.T) {
	s := mocks.New(mocks.Options{RequestsPerSecond: 1}, New)
	t.Cleanup(s.Close)
	c := &client{t: t, sandbox: s, http: &http.Client{Transport: mocks.Transport(s)}, mode: standard}
	c.send(c.form(searchRoutes, `{"trackingType":"1","trackingNumber":["1"]}`))
	if got := c.send(c.form(registerRoute, `{}`)); got.Code != "A1005" {
		t.Errorf("got %+v, want A1005", got)
	}
	c.do("POST", "/sf/oauth2/accessToken", formType, "")
	for op, want := range map[string]int{mocks.OpTrack: 1, mocks.OpOther: 1, mocks.OpToken: 1, mocks.OpLabel: 0} {
		if got := len(s.Arrivals("sf", op)); got != want {
			t.Errorf("%s: got %d arrivals, want %d", op, got, want)
		}
	}
}

// Where each journey ends.
func TestJourneys(t *testing.T) {
	c := open(t)
	for i, tt := range []struct{ kind, last string }{{"delivered", "8000"}, {"customs_hold", "70"}, {"returned", "648"}, {"lost", "70"}} {
		number := "SF10000000001" + string(rune('1'+i)) + "1"
		c.do("POST", "/_control/push", "application/json", `{"carrier":"sf","tracking_number":"`+number+`","journey":"`+tt.kind+`"}`)
		got := c.routes(number)
		delivered := strings.Contains(string(must(got)), `"opCode":"80"`)
		if len(got) < 4 || got[len(got)-1].OpCode != tt.last || delivered != (tt.kind == "delivered") || got[0].OpCode != "50" {
			t.Errorf("%s: got %v", tt.kind, got)
		}
	}
}
