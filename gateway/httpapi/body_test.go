package httpapi

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/rating"
)

// A key that is given twice is refused wherever it stands, by its pointer.
func TestKeysGivenTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"none", `{"a":1,"b":[{"a":1},{"a":2}]}`, nil},
		{"at the top", `{"a":1,"b":2,"a":3}`, []string{"/a"}},
		{"deep in a list", `{"b":[{"c":1},{"c":1,"c":2}]}`, []string{"/b/1/c"}},
		{"escaped alike", `{"a":1,"\u0061":2}`, []string{"/a"}},
		{"with a slash and a tilde", `{"a/b~":1,"a/b~":2}`, []string{"/a~1b~0"}},
		{"in another case", `{"a":1,"A":2}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			errs, err := checkKeys([]byte(c.in))
			var got []string
			for _, e := range errs {
				got = append(got, e.Pointer)
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
	for _, bad := range []string{``, `{`, `{"a"}`, `{"a":}`, `[1,]`, `{} {}`, `NaN`, "{\"a\":\"\x00\"}", `{"a":1}x`, `nul`} {
		if _, err := checkKeys([]byte(bad)); err != errSyntax {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := checkKeys([]byte(strings.Repeat("[", maxJSONDepth+2) + strings.Repeat("]", maxJSONDepth+2))); err != errDepth {
		t.Errorf("nested too deeply: %v", err)
	}
	if _, err := checkKeys([]byte(strings.Repeat("[", maxJSONDepth) + strings.Repeat("]", maxJSONDepth))); err != nil {
		t.Errorf("nested as deep as allowed: %v", err)
	}
}

// A value that its own type refuses is named by its pointer, down to the part at fault.
func TestWhereAValueIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"amount with three decimals", `"12.50"`, `"12.500"`, "/items/0/unit_value/amount"},
		{"amount that is a number", `"12.50"`, `12.50`, "/items/0/unit_value"},
		{"currency that is none", `"currency":"USD"`, `"currency":"XXY"`, "/items/0/unit_value/currency"},
		{"unit of weight", `"unit":"g"`, `"unit":"stone"`, "/parcels/0/weight/unit"},
		{"weight of zero", `"350"`, `"0"`, "/parcels/0/weight/value"},
		{"one side", `"15"`, `"-15"`, "/parcels/0/dimensions/width"},
		{"unit of length", `"unit":"cm"`, `"unit":"yd"`, "/parcels/0/dimensions/unit"},
		{"a day that is none", `"incoterm"`, `"ship_date":"2026-02-30","incoterm"`, "/ship_date"},
		{"a word where a list should be", `"incoterm"`, `"notify":"email","incoterm"`, "/notify"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			errs := locate([]byte(order(c.from, c.to)), reflect.TypeFor[rating.Request](), "")
			if len(errs) != 1 || errs[0].Pointer != c.want {
				t.Errorf("got %v, want %s", errs, c.want)
			}
		})
	}
	if errs := locate([]byte(order()), reflect.TypeFor[rating.Request](), ""); errs != nil {
		t.Errorf("a good order: %v", errs)
	}
}

// A small request has no large answer: of many faults the first are named.
func TestAnAnswerNamesABoundedNumberOfFaults(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `"f%d":1,`, i)
	}
	w := s.call("POST", "/v1/rates", s.key("t1", "rates:read"), order(`{"origin"`, `{`+b.String()+`"origin"`))
	if p := problemOf(t, w); w.Code != 422 || len(p.Errors) != maxErrors || p.Errors[0].Detail != unknownField {
		t.Errorf("%d with %d faults in %d bytes", w.Code, len(p.Errors), w.Body.Len())
	}
}

// The body's edge cases, each with its status and code.
func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "admin")
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		code, pointer            string
	}{
		{"no body", "POST", "/v1/rates", "", nil, 400, "malformed", ""},
		{"not JSON", "POST", "/v1/rates", "{", nil, 400, "malformed", ""},
		{"a list", "POST", "/v1/rates", "[]", nil, 422, "invalid_request", ""},
		{"null", "POST", "/v1/rates", "null", nil, 422, "invalid_request", ""},
		{"another type", "POST", "/v1/rates", order(), []string{"Content-Type", "text/plain"}, 415, "unsupported_media_type", ""},
		{"given twice", "POST", "/v1/rates", order(`"incoterm"`, `"incoterm":"DAP","incoterm"`), nil, 422, "invalid_request", "/incoterm"},
		{"unknown field inside", "POST", "/v1/rates", order(`"city":"Berlin"`, `"city":"Berlin","colour":"red"`), nil, 422, "invalid_request", "/destination/colour"},
		{"another case", "POST", "/v1/rates", order(`"city":"Berlin"`, `"City":"Berlin"`), nil, 422, "invalid_request", "/destination/City"},
		{"missing", "POST", "/v1/rates", order(`"city":"Berlin",`, ``), nil, 422, "invalid_request", "/destination/city"},
		{"no idempotency key", "POST", "/v1/labels", "{}", nil, 400, "idempotency_key_required", ""},
		{"idempotency key with a space", "POST", "/v1/labels", "{}", []string{"Idempotency-Key", "a b"}, 400, "malformed", ""},
		{"idempotency key too long", "POST", "/v1/labels", "{}", []string{"Idempotency-Key", strings.Repeat("k", 256)}, 400, "malformed", ""},
		{"deadline too short", "POST", "/v1/rates", order(`"incoterm"`, `"deadline_ms":99,"incoterm"`), nil, 422, "invalid_request", "/deadline_ms"},
		{"deadline too long", "POST", "/v1/rates", order(`"incoterm"`, `"deadline_ms":30001,"incoterm"`), nil, 422, "invalid_request", "/deadline_ms"},
		{"page too large", "GET", "/v1/labels?limit=101", "", nil, 422, "invalid_request", "/limit"},
		{"cursor of nothing", "GET", "/v1/labels?cursor=zzz", "", nil, 422, "invalid_request", "/cursor"},
		{"status of nothing", "GET", "/v1/labels?status=lost", "", nil, 422, "invalid_request", "/status"},
		{"lane to nowhere", "GET", "/v1/channels?from=CN&to=ZZ", "", nil, 422, "invalid_request", "/to"},
		{"unknown query", "GET", "/v1/labels?colour=red", "", nil, 422, "invalid_request", "/colour"},
		{"no such route", "GET", "/v1/nothing", "", nil, 404, "not_found", ""},
		{"no such method", "PUT", "/v1/labels", "{}", nil, 405, "method_not_allowed", ""},
		{"unknown scope", "POST", "/v1/keys", `{"scopes":["all"]}`, nil, 422, "invalid_request", "/scopes/0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := s.call(c.method, c.path, key, c.body, c.header...)
			p := problemOf(t, w)
			if w.Code != c.status || p.Code != c.code {
				t.Fatalf("got %d %s, want %d %s: %s", w.Code, p.Code, c.status, c.code, w.Body)
			}
			if c.pointer != "" && (len(p.Errors) == 0 || p.Errors[0].Pointer != c.pointer) {
				t.Errorf("got %v, want a fault at %s", p.Errors, c.pointer)
			}
		})
	}
}
