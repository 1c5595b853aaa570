package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// The rules in force are listed, dated: of a platform, on a day.
func TestListMandates(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "rates:read")
	for _, tt := range []struct{ query, want string }{
		{"", "ebay-plain"}, {"?platform=ebay&on=2019-06-01", "ebay-old ebay-plain"}, {"?platform=wish", ""}, {"?on=2019-06-01&limit=1", "ebay-old"},
	} {
		w := s.call("GET", "/v1/mandates"+tt.query, key, "")
		var got ListBody[struct{ Rule string }]
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", tt.query, w.Code, w.Body)
		}
		var ids []string
		for _, r := range got.Data {
			ids = append(ids, r.Rule)
		}
		if strings.Join(ids, " ") != tt.want {
			t.Errorf("%s: got %v, want %s", tt.query, ids, tt.want)
		}
	}
	if w := s.call("GET", "/v1/mandates?on=yesterday", key, ""); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none: %d", w.Code)
	}
}

// An order is held against the rules without prices: every channel once, the rules that
// apply, and with explain what each rule saw.
func TestEvaluateMandates(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "rates:read")
	body := order(`"incoterm"`, `"platform":"ebay","incoterm"`)
	w := s.call("POST", "/v1/mandates/evaluate", key, body)
	want := `{"channels":[{"channel":"northwind.other","mandate":{"verdict":"required","rule":"ebay-plain","reason":"only the other","penalty":null}},` +
		`{"channel":"northwind.plain","mandate":{"verdict":"forbidden","rule":"ebay-plain","reason":"only the other","penalty":{"amount":{"amount":"9.00","currency":"EUR"},"text":"a fine"}}}],` +
		`"mandates":[{"rule":"ebay-plain","verdict":"forbidden","reason":"only the other"}]}`
	if got := strings.TrimSpace(w.Body.String()); w.Code != http.StatusOK || got != want {
		t.Errorf("%d %s", w.Code, got)
	}
	w = s.call("POST", "/v1/mandates/evaluate", key, order(`"incoterm"`, `"platform":"ebay","explain":true,"incoterm"`))
	for _, want := range []string{`"trace":[{"rule":"ebay-old","outcome":"not_in_force"`, `"valid_to":"2020-01-01"`, `{"rule":"ebay-plain","outcome":"applies"`,
		`"verdicts":{"northwind.other":"required","northwind.plain":"forbidden"}`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
	w = s.call("POST", "/v1/mandates/evaluate", key, order())
	if got := w.Body.String(); !strings.Contains(got, `"mandates":[]`) || strings.Count(got, `"allowed"`) != 2 {
		t.Errorf("an order of no platform: %s", got)
	}
	if w := s.call("POST", "/v1/mandates/evaluate", key, "{}"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("no order at all: %d", w.Code)
	}
}

// A rate on a forbidden channel says so, and its landed cost holds the fine.
func TestRatesShowMandates(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	w := s.call("POST", "/v1/rates", s.key("t1", "rates:read"), order(`"incoterm"`, `"platform":"ebay","explain":true,"incoterm"`))
	for _, want := range []string{`"mandate":{"verdict":"forbidden","rule":"ebay-plain"`, `"recommended":{"cheapest":null,"fastest":null,"best":null}`,
		`"landed_cost":{"total":{"amount":"16.40","currency":"USD"},"lines":[{"type":"penalty","amount":{"amount":"10.00","currency":"USD"},"basis":"a fine","rule":"ebay-plain","payer":"seller"}],"taxes":"unknown"}`,
		`"total":{"amount":"6.40","currency":"USD"}`, `"trace":[`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
}

// A forbidden purchase is the platform's refusal; bought by an override it is in the audit log,
// which only its tenant's administrators read.
func TestAnOverrideIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	buyer := s.key("t1", "labels:write")
	body := order(`"incoterm"`, `"platform":"ebay","channel":"northwind.plain","incoterm"`)
	w := s.call("POST", "/v1/labels", buyer, body, "Idempotency-Key", "k1")
	if got := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(got, `"code":"mandate_violation"`) || !strings.Contains(got, `"source":"platform"`) {
		t.Fatalf("%d %s", w.Code, got)
	}
	body = order(`"incoterm"`, `"platform":"ebay","channel":"northwind.plain","override":{"rule":"ebay-plain","reason":"agreed"},"incoterm"`)
	w = s.call("POST", "/v1/labels", buyer, body, "Idempotency-Key", "k1")
	if got := w.Body.String(); w.Code != http.StatusCreated || !strings.Contains(got, `"mandate":{"verdict":"forbidden","rule":"ebay-plain"`) {
		t.Fatalf("%d %s", w.Code, got)
	}
	w = s.call("GET", "/v1/audit", s.key("t1", "admin"), "")
	if got := w.Body.String(); !strings.Contains(got, `"action":"label.override"`) ||
		!strings.Contains(got, `"detail":{"rule":"ebay-plain","reason":"agreed","channel":"northwind.plain","against":["ebay-plain"]}`) {
		t.Errorf("%d %s", w.Code, got)
	}
	if w := s.call("GET", "/v1/audit", s.key("t2", "admin"), ""); strings.Contains(w.Body.String(), "ebay-plain") {
		t.Errorf("another tenant reads %s", w.Body)
	}
	if w := s.call("GET", "/v1/audit", buyer, ""); w.Code != http.StatusForbidden {
		t.Errorf("a buyer reads the log: %d", w.Code)
	}
}
