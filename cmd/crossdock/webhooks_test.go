package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

// marketplace is a subscriber that checks each delivery by the scheme's own library.
type marketplace struct {
	t    *testing.T
	srv  *httptest.Server
	mu   sync.Mutex
	sign *standardwebhooks.Webhook
	got  []webhooks.Message
	fail int // deliveries yet to be refused
}

func newMarketplace(t *testing.T) *marketplace {
	t.Helper()
	m := &marketplace{t: t}
	m.srv = httptest.NewServer(m)
	t.Cleanup(m.srv.Close)
	return m
}

func (m *marketplace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		err = m.sign.Verify(body, r.Header)
	}
	if err != nil {
		m.t.Errorf("a delivery does not verify: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if m.fail > 0 {
		m.fail--
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	var msg webhooks.Message
	if err := json.Unmarshal(body, &msg); err != nil {
		m.t.Error(err)
	}
	m.got = append(m.got, msg)
}

// of are the messages of a type.
func (m *marketplace) of(kind string) []webhooks.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []webhooks.Message
	for _, msg := range m.got {
		if msg.Type == kind {
			out = append(out, msg)
		}
	}
	return out
}

// subscribe makes the endpoint; the secret is shown here and nowhere else.
func (s *stand) subscribe(t *testing.T, m *marketplace, events ...string) webhooks.Endpoint {
	t.Helper()
	m.mu.Lock() // no delivery is looked at before there is a secret
	defer m.mu.Unlock()
	r := s.call("POST", "/v1/webhooks", map[string]any{"url": m.srv.URL + "/hook", "events": events, "description": "shop"})
	var e webhooks.Endpoint
	r.into(t, &e)
	if r.status != 201 || !strings.HasPrefix(e.Secret, "whsec_") {
		t.Fatalf("webhook: %d %s", r.status, r.body)
	}
	var err error
	if m.sign, err = standardwebhooks.NewWebhook(e.Secret); err != nil {
		t.Fatal(err)
	}
	return e
}

// trialStand lets webhooks reach this machine.
func trialStand(t *testing.T) *stand {
	t.Helper()
	sim, err := listenSandbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.close)
	s := &stand{t: t, sandbox: sim.url, logs: &logBuffer{}}
	s.startGateway("CROSSDOCK_DATA="+t.TempDir(), "CROSSDOCK_WEBHOOKS_ALLOW_LOOPBACK=true")
	return s
}

// What a carrier pushes reaches the marketplace: each scan once, signed, in order, gapless,
// also when the marketplace fails in between; and the log says the same.
func TestMarketplacesHearEachScanInOrder(t *testing.T) {
	t.Parallel()
	s := trialStand(t)
	router := s.contract(t)
	m := newMarketplace(t)
	e := s.subscribe(t, m, "tracker.created", "tracker.updated", "tracker.delivered", "label.purchased")
	l := s.buy(t, "yanwen.tracked", "order-de.json", "hooks")
	m.mu.Lock()
	m.fail = 1
	m.mu.Unlock()
	s.call("POST", "/_control/push", map[string]any{"carrier": "yanwen", "tracking_number": l.TrackingNumber, "journey": "delivered", "duplicate": 0.3, "shuffle": true})
	s.call("POST", "/v1/trackers/"+l.Tracker+"/refresh", nil)
	eventually(t, "the delivery is told", func() bool { return len(m.of("tracker.delivered")) == 1 })
	var tr trackers.Tracker
	s.call("GET", "/v1/trackers/"+l.Tracker, nil).into(t, &tr)
	eventually(t, "every scan is told", func() bool { return len(m.of("tracker.updated")) >= len(tr.Events) })
	for i, msg := range m.of("tracker.updated") {
		var u trackers.Update
		if err := json.Unmarshal(msg.Data, &u); err != nil || u.Sequence != int64(i+1) || u.ID != l.Tracker || u.Event == nil {
			t.Errorf("update %d: got sequence %d of %s, %v", i, u.Sequence, u.ID, err)
		}
		if strings.Contains(string(msg.Data), `"events"`) {
			t.Error("the tracker in a webhook has its whole timeline")
		}
	}
	eventually(t, "the purchase and the tracker are told once each", func() bool {
		return len(m.of("label.purchased")) == 1 && len(m.of("tracker.created")) == 1
	})

	check := func(method, path string, body any) reply {
		r := s.call(method, path, body)
		conforms(t, router, method, path, r)
		return r
	}
	var log httpapi.ListBody[httpapi.Event]
	check("GET", "/v1/events?order=asc&limit=100&types=tracker.updated&subject="+l.Tracker, nil).into(t, &log)
	told := m.of("tracker.updated")
	if len(log.Data) != len(told) || log.NextCursor == nil {
		t.Fatalf("the log has %d, %d were told", len(log.Data), len(told))
	}
	for i, line := range log.Data {
		if line.ID != told[i].ID || line.Sequence != int64(i+1) || !line.Timestamp.Equal(told[i].Timestamp) {
			t.Errorf("line %d of the log is %s %d", i, line.ID, line.Sequence)
		}
	}
	s.readsTheLogFromAnyPoint(t, check, log.Data)

	var list httpapi.ListBody[webhooks.Delivery]
	check("GET", "/v1/webhooks/"+e.ID+"/deliveries?limit=100&status=delivered", nil).into(t, &list)
	if len(list.Data) < len(told)+3 {
		t.Errorf("%d deliveries are listed", len(list.Data))
	}
	check("GET", "/v1/webhooks", nil)
	var again webhooks.Endpoint
	check("GET", "/v1/webhooks/"+e.ID, nil).into(t, &again)
	if again.Secret != "" {
		t.Error("the secret is shown twice")
	}
	if r := check("POST", "/v1/webhooks/"+e.ID+"/replay", map[string]any{"tracker": l.Tracker, "types": []string{"tracker.delivered"}}); r.status != 202 {
		t.Errorf("replay: %d %s", r.status, r.body)
	}
	eventually(t, "the replay arrives", func() bool { return len(m.of("tracker.delivered")) == 2 })
	if d := m.of("tracker.delivered"); d[0].ID != d[1].ID {
		t.Error("a replay has another event id")
	}
	if r := check("POST", "/v1/webhooks/"+e.ID+"/test", nil); r.status != 200 || !strings.Contains(string(r.body), `"status":"delivered"`) {
		t.Errorf("test: %d %s", r.status, r.body)
	}
	check("POST", "/v1/webhooks/"+e.ID+"/rotate-secret", nil)
	check("POST", "/v1/webhooks/"+e.ID+"/enable", nil)
	check("POST", "/v1/webhooks", map[string]any{"url": "https://169.254.169.254/", "events": []string{"tracker.updated"}})
	if r := check("DELETE", "/v1/webhooks/"+e.ID, nil); r.status != 204 {
		t.Errorf("delete: %d", r.status)
	}
	check("GET", "/v1/webhooks/"+e.ID, nil)
	if strings.Contains(s.logs.String(), e.Secret) || strings.Contains(s.logs.String(), m.srv.URL) {
		t.Error("the log holds a secret or an endpoint's address")
	}
}

// readsTheLogFromAnyPoint reads it in small parts, after an event, and again later.
func (s *stand) readsTheLogFromAnyPoint(t *testing.T, check func(string, string, any) reply, want []httpapi.Event) {
	t.Helper()
	after := want[1]
	path := "/v1/events?limit=2&types=tracker.updated&after=" + after.ID
	var got []string
	cursor := ""
	for range 100 {
		var part httpapi.ListBody[httpapi.Event]
		check("GET", path+cursor, nil).into(t, &part)
		if part.NextCursor == nil {
			t.Fatal("a reader cannot come back")
		}
		path, cursor = "/v1/events?limit=2&types=tracker.updated", "&cursor="+*part.NextCursor
		if len(part.Data) == 0 {
			break
		}
		for _, e := range part.Data {
			got = append(got, e.ID)
		}
	}
	if len(got) != len(want)-2 || got[0] != want[2].ID {
		t.Errorf("after the second of %d events: got %d", len(want), len(got))
	}
	var newest httpapi.ListBody[httpapi.Event]
	check("GET", "/v1/events?limit=1", nil).into(t, &newest)
	if len(newest.Data) != 1 || newest.NextCursor == nil {
		t.Errorf("from the newest: got %+v", newest)
	}
	for _, bad := range []string{"order=asc&cursor=log_-1", "order=asc&cursor=nonsense", "after=evt_none", "order=up"} {
		if r := check("GET", "/v1/events?"+bad, nil); r.status != 422 {
			t.Errorf("%s: got %d", bad, r.status)
		}
	}
	var key httpapi.APIKey
	s.call("POST", "/v1/keys", map[string]any{"scopes": []string{"tracking:read"}}).into(t, &key)
	r := s.call("GET", "/v1/events?limit=100", nil, "Authorization", "Bearer "+key.Key)
	if r.status != 200 || strings.Contains(string(r.body), "label.purchased") || !strings.Contains(string(r.body), "tracker.updated") {
		t.Errorf("a key for tracking reads of labels, or not of trackers: %d", r.status)
	}
	if r := s.call("GET", "/v1/events?types=label.purchased", nil, "Authorization", "Bearer "+key.Key); r.status != 403 {
		t.Errorf("asked for labels: got %d, want 403", r.status)
	}
}

// A live view shows the tracker, then each scan as it comes, and goes on where it was.
func TestLiveView(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	l := s.buy(t, "yanwen.tracked", "order-de.json", "live")
	watch := func(last string) (*bufio.Scanner, func()) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/v1/trackers/"+l.Tracker, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer sk_sandbox")
		req.Header.Set("Accept", "text/event-stream")
		if last != "" {
			req.Header.Set("Last-Event-ID", last)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if ct := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || ct != "text/event-stream" {
			t.Fatalf("got %d %s", resp.StatusCode, ct)
		}
		sc := bufio.NewScanner(resp.Body)
		sc.Buffer(nil, 1<<20)
		return sc, func() { _ = resp.Body.Close() }
	}
	next := func(sc *bufio.Scanner) (kind, id string, data []byte) {
		for sc.Scan() {
			name, value, _ := strings.Cut(sc.Text(), ": ")
			switch {
			case sc.Text() == "" && kind != "":
				return kind, id, data
			case name == "event":
				kind = value
			case name == "id":
				id = value
			case name == "data":
				data = []byte(value)
			}
		}
		t.Fatalf("the view ended: %v", sc.Err())
		return "", "", nil
	}
	sc, stop := watch("")
	defer stop()
	kind, id, data := next(sc)
	var shown trackers.Tracker
	if err := json.Unmarshal(data, &shown); err != nil || kind != "tracker" || shown.ID != l.Tracker {
		t.Fatalf("first: %s %s %v", kind, data, err)
	}
	first := id
	s.call("POST", "/_control/push", map[string]any{"carrier": "yanwen", "tracking_number": l.TrackingNumber, "journey": "delivered"})
	s.call("POST", "/v1/trackers/"+l.Tracker+"/refresh", nil)
	var u trackers.Update
	for n := int64(1); u.Status != "delivered"; n++ {
		kind, id, data = next(sc)
		if err := json.Unmarshal(data, &u); err != nil || kind != "tracker.updated" || id != fmt.Sprint(u.Sequence) {
			t.Fatalf("got %s %s %s, %v", kind, id, data, err)
		}
	}
	back, leave := watch(first)
	defer leave()
	if kind, id, _ := next(back); kind != "tracker.updated" || id != "1" && first == "0" {
		t.Errorf("coming back after %s: got %s %s", first, kind, id)
	}
	for path, want := range map[string]int{"/v1/trackers/trk_none": 404} {
		if r := s.call("GET", path, nil, "Accept", "text/event-stream"); r.status != want {
			t.Errorf("%s: got %d, want %d", path, r.status, want)
		}
	}
	if r := s.call("GET", "/v1/trackers/"+l.Tracker, nil, "Accept", "text/event-stream", "Authorization", ""); r.status != 401 {
		t.Errorf("without a key: got %d", r.status)
	}
}

// Without the switch no webhook reaches this machine: not when it is asked for, not when it
// was stored while it was allowed, not by a redirect, and not by a replay or a test.
func TestWebhooksDoNotReachThisMachine(t *testing.T) {
	t.Parallel()
	trap := newMarketplace(t)
	trap.srv.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	connected := make(chan struct{}, 100)
	trap.srv.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			connected <- struct{}{}
		}
	}
	sim, err := listenSandbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.close)
	data := "CROSSDOCK_DATA=" + t.TempDir()
	var e webhooks.Endpoint
	t.Run("while it is allowed", func(t *testing.T) {
		s := &stand{t: t, sandbox: sim.url, logs: &logBuffer{}}
		s.startGateway(data, "CROSSDOCK_WEBHOOKS_ALLOW_LOOPBACK=true")
		s.call("POST", "/v1/webhooks", map[string]any{"url": trap.srv.URL, "events": []string{"tracker.created"}}).into(t, &e)
	})
	s := &stand{t: t, sandbox: sim.url, logs: &logBuffer{}}
	s.startGateway(data)
	for _, url := range []string{trap.srv.URL, "https://localhost:8443/", "https://127.0.0.1/", "https://[::1]:8443/", "https://10.0.0.1/",
		"https://169.254.169.254/latest/meta-data", "https://2130706433/", "https://[::ffff:127.0.0.1]/"} {
		r := s.call("POST", "/v1/webhooks", map[string]any{"url": url, "events": []string{"tracker.created"}})
		var p problem
		r.into(t, &p)
		if r.status != 422 || len(p.Errors) != 1 || p.Errors[0].Pointer != "/url" || strings.Contains(string(r.body), url) {
			t.Errorf("%s: got %d %s", url, r.status, r.body)
		}
	}
	s.call("POST", "/v1/trackers", map[string]any{"tracking_number": "UF123456785CN", "channel": "yanwen.tracked"})
	var d webhooks.Delivery
	s.call("POST", "/v1/webhooks/"+e.ID+"/test", nil).into(t, &d)
	if d.Status != "dead" || len(d.Attempts) != 1 || !strings.HasPrefix(d.Attempts[0].Error, "not allowed") {
		t.Errorf("test: got %+v", d)
	}
	eventually(t, "the delivery is refused", func() bool {
		var list httpapi.ListBody[webhooks.Delivery]
		s.call("GET", "/v1/webhooks/"+e.ID+"/deliveries?status=pending", nil).into(t, &list)
		return len(list.Data) == 1 && len(list.Data[0].Attempts) > 0
	})
	s.call("POST", "/v1/webhooks/"+e.ID+"/replay", map[string]any{"since": time.Now().Add(-time.Hour)})
	time.Sleep(500 * time.Millisecond) // what must not come has no sign
	if len(connected) != 0 {
		t.Errorf("%d connections reached this machine", len(connected))
	}
}
