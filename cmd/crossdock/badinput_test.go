package main

import (
	"bytes"
	"strings"
	"testing"
)

// Every way of getting a request wrong has its status, its code and the pointer of the
// field at fault, and the offending value never comes back.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	good, err := jsonOf(example(t, "order-de.json"))
	if err != nil {
		t.Fatal(err)
	}
	swap := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("the example has no %s", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	const weight = `"weight":{"unit":"g","value":"350"}`
	for _, c := range []struct {
		name, body string
		status     int
		code       string
		pointer    string
		header     []string
	}{
		{"unknown field", swap(`"incoterm"`, `"colour":"red","incoterm"`), 422, "invalid_request", "/colour", nil},
		{"field in another case", swap(`"incoterm"`, `"Incoterm"`), 422, "invalid_request", "/Incoterm", nil},
		{"duplicate key", swap(`"incoterm"`, `"currency":"EUR","incoterm"`), 422, "invalid_request", "/currency", nil},
		{"negative weight", swap(weight, `"weight":{"unit":"g","value":-350}`), 422, "invalid_request", "/parcels/0/weight", nil},
		{"zero weight", swap(weight, `"weight":{"unit":"g","value":"0"}`), 422, "invalid_request", "/parcels/0/weight", nil},
		{"NaN weight as text", swap(weight, `"weight":{"unit":"g","value":"NaN"}`), 422, "invalid_request", "/parcels/0/weight", nil},
		{"NaN weight as a number", swap(weight, `"weight":{"unit":"g","value":NaN}`), 400, "malformed", "", nil},
		{"unit stone", swap(weight, `"weight":{"unit":"stone","value":"1"}`), 422, "invalid_request", "/parcels/0/weight/unit", nil},
		{"no weight", swap(","+weight, ""), 422, "invalid_request", "/parcels/0/weight", nil},
		{"country ZZ", swap(`"country":"DE"`, `"country":"ZZ"`), 422, "invalid_request", "/destination/country", nil},
		{"HS code of five digits", swap(`"hs_code":"392690"`, `"hs_code":"39269"`), 422, "invalid_request", "/items/0/hs_code", nil},
		{"three decimals in USD", swap(`"unit_value":{"amount":"12.50","currency":"USD"}`, `"unit_value":{"amount":"12.500","currency":"USD"}`), 422, "invalid_request", "/items/0/unit_value", nil},
		{"one decimal in JPY", swap(`"unit_value":{"amount":"12.50","currency":"USD"}`, `"unit_value":{"amount":"12.5","currency":"JPY"}`), 422, "invalid_request", "/items/0/unit_value", nil},
		{"unknown channel", swap(`"incoterm"`, `"channels":["yanwen.rocket"],"incoterm"`), 422, "invalid_request", "/channels/0", nil},
		{"not JSON", `{"origin":`, 400, "malformed", "", nil},
		{"two documents", `{} {}`, 400, "malformed", "", nil},
		{"2 MiB body", `{"note":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "too_large", "", nil},
		{"not JSON by its type", good, 415, "unsupported_media_type", "", []string{"Content-Type", "text/xml"}},
		{"no key", good, 401, "unauthenticated", "", []string{"Authorization", ""}},
		{"wrong key", good, 401, "unauthenticated", "", []string{"Authorization", "Bearer sk_wrong"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := s.call("POST", "/v1/rates", c.body, c.header...)
			var p problem
			r.into(t, &p)
			if r.status != c.status || p.Status != c.status || p.Code != c.code {
				t.Fatalf("got %d %s, want %d %s: %s", r.status, p.Code, c.status, c.code, r.body)
			}
			if ct := r.header.Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("content type %q", ct)
			}
			if c.pointer != "" && (len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Pointer, c.pointer)) {
				t.Errorf("got %v, want a fault at %s", p.Errors, c.pointer)
			}
			if bytes.Contains(r.body, []byte("Anna")) || bytes.Contains(r.body, []byte("Lindenstr")) {
				t.Errorf("the answer echoes an address: %s", r.body)
			}
		})
	}
}

func TestNoParcels(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	o := example(t, "order-de.json")
	o["parcels"] = []any{}
	var p problem
	r := s.call("POST", "/v1/rates", o)
	r.into(t, &p)
	if r.status != 422 || p.Code != "invalid_request" || len(p.Errors) == 0 || p.Errors[0].Pointer != "/parcels" {
		t.Errorf("no parcels: got %d %s", r.status, r.body)
	}
	delete(o, "parcels")
	r = s.call("POST", "/v1/rates", o)
	p = problem{}
	r.into(t, &p)
	if r.status != 422 || len(p.Errors) == 0 || p.Errors[0].Pointer != "/parcels" {
		t.Errorf("parcels missing: got %d %s", r.status, r.body)
	}
	r = s.call("POST", "/v1/labels", map[string]any{"channel": "yanwen.tracked"})
	p = problem{}
	r.into(t, &p)
	if r.status != 400 || p.Code != "idempotency_key_required" {
		t.Errorf("no idempotency key: got %d %s", r.status, r.body)
	}
	if r := s.call("GET", "/v1/nothing", nil); r.status != 404 || r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("unknown route: got %d %s", r.status, r.body)
	}
	if r := s.call("GET", "/v1/labels/lbl_unknown", nil); r.status != 404 {
		t.Errorf("unknown label: got %d %s", r.status, r.body)
	}
	if r := s.call("GET", "/v1/labels?colour=red", nil); r.status != 422 {
		t.Errorf("unknown query parameter: got %d %s", r.status, r.body)
	}
}
