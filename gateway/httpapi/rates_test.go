package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// events reads a stream of server-sent events: each with its name and its one line of data.
func events(t *testing.T, body string) (names []string, data []json.RawMessage) {
	t.Helper()
	for block := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		name, rest, ok := strings.Cut(block, "\n")
		line, isData := strings.CutPrefix(rest, "data: ")
		if !ok || !isData || !strings.HasPrefix(name, "event: ") || strings.Contains(line, "\n") {
			t.Fatalf("not an event: %q", block)
		}
		names, data = append(names, name[len("event: "):]), append(data, json.RawMessage(line))
	}
	return names, data
}

// Rates stream as they come, and the stream ends with the whole answer.
func TestRatesAreStreamed(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "rates:read")
	w := s.call("POST", "/v1/rates", key, order(), "Accept", "text/event-stream")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/event-stream" || w.Header().Get("Cache-Control") != "no-store" || !w.Flushed {
		t.Fatalf("got %d %v, flushed %t", w.Code, w.Header(), w.Flushed)
	}
	names, data := events(t, w.Body.String())
	if got := strings.Join(names, " "); got != "unavailable rate done" {
		t.Fatalf("got %s", got)
	}
	var u struct{ Channel, Code string }
	var r, done struct {
		ID     string
		Status string
		Rates  []struct{ ID string }
	}
	for i, v := range []any{&u, &r, &done} {
		if err := json.Unmarshal(data[i], v); err != nil {
			t.Fatal(err)
		}
	}
	if u.Channel != "northwind.other" || u.Code != "not_serviceable" || done.Status != "complete" || len(done.Rates) != 1 || done.Rates[0].ID != r.ID {
		t.Errorf("got %+v, %+v, %+v", u, r, done)
	}
	again := s.call("GET", "/v1/rates/"+done.ID, key, "")
	if again.Code != 200 || compact(t, again.Body.String()) != compact(t, string(data[2])) {
		t.Errorf("asked for again: %d %s, want %s", again.Code, again.Body, data[2])
	}
}

// What is refused before anything is streamed is a problem like any other.
func TestARefusedStreamIsAProblem(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	w := s.call("POST", "/v1/rates", s.key("t1", "rates:read"), order(`"incoterm"`, `"channels":["northwind.rocket"],"incoterm"`), "Accept", "text/event-stream")
	if p := problemOf(t, w); w.Code != 422 || p.Errors[0].Pointer != "/channels/0" || p.Instance != "/v1/rates" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// Whatever a client accepts, it gets JSON, and no error for its taste.
func TestAcceptBreaksNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "admin")
	for _, accept := range []string{"", "*/*", "application/json", "application/problem+json", "text/html", "application/xml;q=0.9", "application/cbor", "nonsense", ";;q=,,"} {
		for _, c := range []struct{ method, path, body string }{{"POST", "/v1/rates", order()}, {"GET", "/v1/channels", ""}} {
			w := s.call(c.method, c.path, key, c.body, "Accept", accept)
			if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || !json.Valid(w.Body.Bytes()) {
				t.Errorf("Accept %q: %d %s", accept, w.Code, w.Header().Get("Content-Type"))
			}
		}
		if w := s.call("GET", "/v1/labels/lbl_x", key, "", "Accept", accept); w.Code != 404 || problemOf(t, w).Code != "not_found" {
			t.Errorf("Accept %q: a problem is %d", accept, w.Code)
		}
	}
}

// A slow carrier does not hold the answer up, and rates expire.
func TestTheDeadlineAndTheEndOfRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, func(s *stand) { s.carrier.delay = time.Minute })
		key := s.key("t1", "rates:read")
		start := time.Now()
		w := s.call("POST", "/v1/rates", key, order(`"incoterm"`, `"deadline_ms":800,"incoterm"`))
		var a struct {
			ID, Status  string
			Unavailable []struct{ Channel, Code string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || time.Since(start) > 800*time.Millisecond || a.Status != "failed" || a.Unavailable[1].Code != "timeout" {
			t.Fatalf("after %v: %s, %v", time.Since(start), w.Body, err)
		}
		time.Sleep(30 * time.Minute)
		if w := s.call("GET", "/v1/rates/"+a.ID, key, ""); w.Code != 404 || problemOf(t, w).Code != "not_found" {
			t.Errorf("after half an hour: %d", w.Code)
		}
	})
}

// from and to tell whether a channel carries on a lane.
func TestChannelsOfALane(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "rates:read")
	for query, want := range map[string]string{
		"?from=CN&to=DE": `{"from":"CN","to":"DE","serviceable":true,"reason":null}`,
		"?from=CN&to=BR": `{"from":"CN","to":"BR","serviceable":false,"reason":"does not carry to this country"}`,
		"?from=US&to=DE": `{"from":"US","to":"DE","serviceable":false,"reason":"carries from CN only"}`,
		"":               "",
	} {
		var ch struct{ Lane json.RawMessage }
		w := s.call("GET", "/v1/channels/northwind.plain"+query, key, "")
		if err := json.Unmarshal(w.Body.Bytes(), &ch); err != nil || string(ch.Lane) != want {
			t.Errorf("%s: %s, %v", query, ch.Lane, err)
		}
	}
}

// What the contract shows of a channel is there, null where nobody knows it.
func TestPromisedFieldsOfAChannel(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	w := s.call("GET", "/v1/channels/northwind.plain", s.key("t1", "rates:read"), "")
	var ch map[string]json.RawMessage
	var inner struct {
		Health       map[string]json.RawMessage
		Requirements map[string]json.RawMessage
	}
	for _, v := range []any{&ch, &inner} {
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"channel", "adapter", "carrier", "service", "kind", "mode", "configured", "platforms", "capabilities", "requirements", "promise", "health"} {
		if ch[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"state", "since", "reason", "rate_limit", "error_rate", "p50_ms", "p99_ms"} {
		if inner.Health[name] == nil {
			t.Errorf("health.%s is missing", name)
		}
	}
	for _, name := range []string{"limits", "required", "goods", "tax_ids", "signature", "handover", "non_delivery_option", "label", "options"} {
		if v := string(inner.Requirements[name]); v == "" || v == "null" {
			t.Errorf("requirements.%s is %q", name, v)
		}
	}
}

// The same key again says that it is a replay; a paper is served as itself.
func TestALabelOverHTTP(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "admin")
	body := `{"channel":"northwind.plain","reference":"EB-1",` + order()[1:]
	first := s.call("POST", "/v1/labels", key, body, "Idempotency-Key", "k1")
	again := s.call("POST", "/v1/labels", key, body, "Idempotency-Key", "k1")
	if first.Code != 201 || first.Header().Get("Idempotency-Replayed") != "" || again.Code != 201 || again.Header().Get("Idempotency-Replayed") != "true" ||
		first.Body.String() != again.Body.String() {
		t.Fatalf("first %d %s\nagain %d %s", first.Code, first.Body, again.Code, again.Body)
	}
	var l struct {
		Documents []struct{ URL, SHA256 string }
	}
	if err := json.Unmarshal(first.Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	w := s.call("GET", l.Documents[0].URL, key, "")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/pdf" || w.Body.String() != "%PDF-1.7" ||
		w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("paper: %d %v %q", w.Code, w.Header(), w.Body)
	}
	if w.Header().Get("X-Request-Id") == "" {
		t.Error("no request id")
	}
	if w := s.call("GET", "/healthz", "", "", "X-Request-Id", "mine-1"); w.Header().Get("X-Request-Id") != "mine-1" {
		t.Errorf("request id is not echoed: %q", w.Header().Get("X-Request-Id"))
	}
	if w := s.call("GET", "/healthz", "", "", "X-Request-Id", "forged\nline"); strings.Contains(w.Header().Get("X-Request-Id"), "forged") {
		t.Error("a forged request id is echoed")
	}
}

// BenchmarkRates is a rate request through the whole handler: key, body, validation, one
// instant carrier, answer.
func BenchmarkRates(b *testing.B) {
	s := newStand(b)
	key := s.key("t1", "rates:read")
	body := order()
	b.ReportAllocs()
	for b.Loop() {
		if w := s.call("POST", "/v1/rates", key, body); w.Code != 200 {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}

// A list that is short is whole unless a part of it is asked for.
func TestPartsOfAList(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	key := s.key("t1", "admin")
	var l struct {
		Data       []struct{ Channel string }
		NextCursor *string `json:"next_cursor"`
	}
	read := func(query string) string {
		l.Data, l.NextCursor = nil, nil
		w := s.call("GET", "/v1/channels"+query, key, "")
		if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d %s", query, w.Code, w.Body)
		}
		var names []string
		for _, c := range l.Data {
			names = append(names, c.Channel)
		}
		return strings.Join(names, " ")
	}
	if got := read(""); got != "northwind.plain northwind.other" || l.NextCursor != nil {
		t.Errorf("whole: %s", got)
	}
	if got := read("?limit=1"); got != "northwind.plain" || l.NextCursor == nil {
		t.Fatalf("first part: %s", got)
	}
	if got := read("?limit=1&cursor=" + *l.NextCursor); got != "northwind.other" || l.NextCursor != nil {
		t.Errorf("last part: %s", got)
	}
	if w := s.call("GET", "/v1/channels?cursor=nothing", key, ""); w.Code != 422 {
		t.Errorf("a cursor of nothing: %d", w.Code)
	}
}
