package mocks

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// control is one request to the control interface.
func control(t *testing.T, c *http.Client, method, path, body string) (int, string) {
	t.Helper()
	status, text, err := send(t, c, method, "http://sandbox/_control/"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	return status, text
}

// Bad input is a 4xx problem that points at the field.
func TestControlNamesTheBadField(t *testing.T) {
	tests := []struct{ method, path, body, pointer string }{
		{"POST", "faults", `{"carrier":"dhl","kind":"reset"}`, "/carrier"},
		{"POST", "faults", `{"kind":"reset"}`, "/carrier"},
		{"POST", "faults", `{"carrier":"*","operation":"labels","kind":"reset"}`, "/operation"},
		{"POST", "faults", `{"carrier":"*","kind":"boom"}`, "/kind"},
		{"POST", "faults", `{"carrier":"*","kind":"reset","rate":1.5}`, "/rate"},
		{"POST", "faults", `{"carrier":"*","kind":"reset","rate":"often"}`, "/rate"},
		{"POST", "faults", `{"carrier":"*","kind":"latency","delay_ms":-1}`, "/delay_ms"},
		{"POST", "faults", `{"carrier":"*","kind":"latency","delay_ms":999999}`, "/delay_ms"},
		{"POST", "faults", `{"carrier":"*","kind":"status","status":99}`, "/status"},
		{"POST", "faults", `{"carrier":"*","kind":"reset","count":0}`, "/count"},
		{"POST", "faults", `{"carrier":"*","kind":"reset","kinds":1}`, "/kinds"},
		{"POST", "scan", `{"carrier":"kiosk","code":"X"}`, "/tracking_number"},
		{"POST", "scan", `{"carrier":"kiosk","tracking_number":"K1"}`, "/code"},
		{"POST", "scan", `{"carrier":"kiosk","tracking_number":"K1","code":"X","country":"Germany"}`, "/country"},
		{"POST", "scan", `{"carrier":"kiosk","tracking_number":"K1","code":"X","at":"yesterday"}`, "/at"},
		{"POST", "scan", `{"carrier":"post","tracking_number":"K1","code":"X"}`, "/carrier"},
		{"POST", "push", `{"carrier":"kiosk","tracking_number":"K1","journey":"to mars"}`, "/journey"},
		{"POST", "push", `{"carrier":"kiosk","tracking_number":"K1","journey":"lost","duplicate":-1}`, "/duplicate"},
		{"POST", "push", `{"carrier":"kiosk","tracking_number":"K1"}`, "/tracking_number"},
		{"POST", "push", `{"carrier":"kiosk","tracking_number":"K1","journey":"lost"}`, "/carrier"}, // no callback yet
		{"PUT", "callbacks", `{"carrier":"kiosk","account":"a","url":"/callbacks"}`, "/url"},
		{"PUT", "callbacks", `{"carrier":"kiosk","url":"http://gateway/"}`, "/account"},
	}
	_, client := open(t, Options{})
	for _, tt := range tests {
		status, body := control(t, client, tt.method, tt.path, tt.body)
		var p problem
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatalf("%s: got %s", tt.body, body)
		}
		if status < 400 || status > 499 || p.Status != status || len(p.Errors) != 1 || p.Errors[0].Pointer != tt.pointer || p.Detail == "" {
			t.Errorf("%s %s: got %d %s, want a 4xx that points at %s", tt.path, tt.body, status, body, tt.pointer)
		}
	}
	if status, body := control(t, client, "GET", "nothing", ""); status != 404 || !strings.Contains(body, `"status":404`) {
		t.Errorf("unknown path: got %d %s, want a 404 problem", status, body)
	}
	for _, body := range []string{"", "{", "[]", `{} {}`} {
		if status, text := control(t, client, "POST", "scan", body); status != 400 && status != 422 {
			t.Errorf("%q: got %d %s, want a refusal", body, status, text)
		}
	}
}

// Faults can be set, listed, read and deleted; one with a count ends by itself.
func TestFaultsOverControl(t *testing.T) {
	_, client := open(t, Options{})
	_, body := control(t, client, "POST", "faults", `{"carrier":"kiosk","operation":"track","kind":"status","rate":1,"delay_ms":0,"status":500,"count":2,"seed":7}`)
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(body), &made); err != nil || made.ID == "" {
		t.Fatalf("got %s, want an id", body)
	}
	var got []int
	for range 3 {
		status, _, _ := send(t, client, "GET", "http://sandbox/kiosk/track", "")
		got = append(got, status)
	}
	if !slices.Equal(got, []int{500, 500, 200}) {
		t.Errorf("got %v, want two faults and then an answer", got)
	}
	if _, body = control(t, client, "GET", "faults/"+made.ID, ""); !strings.Contains(body, `"hits":2`) {
		t.Errorf("got %s, want 2 hits", body)
	}
	control(t, client, "POST", "faults", `{"carrier":"*","operation":"*","kind":"reset","count":null}`)
	if _, body = control(t, client, "GET", "faults", ""); strings.Count(body, `"kind"`) != 2 || !strings.Contains(body, `"count":null`) {
		t.Errorf("got %s, want both", body)
	}
	if status, _ := control(t, client, "DELETE", "faults/"+made.ID, ""); status != 200 {
		t.Errorf("delete: got %d, want 200", status)
	}
	if status, _ := control(t, client, "DELETE", "faults/"+made.ID, ""); status != 404 {
		t.Errorf("delete again: got %d, want 404", status)
	}
	control(t, client, "DELETE", "faults", "")
	if status, _, err := send(t, client, "GET", "http://sandbox/kiosk/track", ""); status != 200 || err != nil {
		t.Errorf("without faults: got %d %v, want 200", status, err)
	}
}

func TestAccounts(t *testing.T) {
	_, client := open(t, Options{})
	control(t, client, "PUT", "callbacks", `{"carrier":"kiosk","account":"acct_1","url":"http://gateway/callbacks/kiosk/t"}`)
	_, body := control(t, client, "GET", "accounts", "")
	want := `{"data":[{"carrier":"kiosk","account":"acct_sandbox_kiosk","base_url":"http://sandbox/kiosk","urls":{"buy":"http://sandbox/kiosk/buy"},` +
		`"credentials":{"key":"k"},"settings":null,"push_secret":"ink","callback_url":"http://gateway/callbacks/kiosk/t"}]}`
	if strings.TrimSpace(body) != want {
		t.Errorf("got %s\nwant %s", body, want)
	}
}

// Arrivals are listed oldest first, and a reset forgets them with all else but the callbacks.
func TestResetForgets(t *testing.T) {
	s, client := open(t, Options{})
	send(t, client, "POST", "http://sandbox/kiosk/buy", "")
	send(t, client, "GET", "http://sandbox/kiosk/track", "")
	control(t, client, "POST", "scan", `{"carrier":"kiosk","tracking_number":"K1","code":"X"}`)
	control(t, client, "PUT", "callbacks", `{"carrier":"kiosk","account":"a","url":"http://gateway/"}`)
	s.AddFault(Fault{Carrier: "*", Kind: ResetConn})
	_, body := control(t, client, "GET", "arrivals?carrier=kiosk", "")
	var got page[Arrival]
	if err := json.Unmarshal([]byte(body), &got); err != nil || len(got.Data) != 2 || got.Data[0].Operation != OpLabel || got.Data[1].At.Before(got.Data[0].At) {
		t.Errorf("got arrivals %s", body)
	}
	if status, _ := control(t, client, "POST", "reset", ""); status != 200 {
		t.Errorf("reset: got %d", status)
	}
	for path, want := range map[string]string{"arrivals": `{"data":[]}`, "ledger": `{"data":[]}`, "faults": `{"data":[]}`} {
		if _, body := control(t, client, "GET", path, ""); strings.TrimSpace(body) != want {
			t.Errorf("%s: got %s, want %s", path, body, want)
		}
	}
	if _, body, _ := send(t, client, "GET", "http://sandbox/kiosk/track?n=K1", ""); body != "scans 0" {
		t.Errorf("got %s, want scans 0", body)
	}
	if _, body := control(t, client, "GET", "accounts", ""); !strings.Contains(body, "http://gateway/") {
		t.Errorf("the callback address is gone: %s", body)
	}
}

// gateway is the one who is told of scans.
type gateway struct {
	mu      sync.Mutex
	got     []string
	status  int    // what it answers
	secrets string // all signatures that it saw
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.got = append(g.got, string(body))
	g.secrets += r.Header.Get("X-Sign") + ";"
	w.WriteHeader(g.status)
	fmt.Fprint(w, "OK")
}

func (g *gateway) answers(status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.status = status
}

func (g *gateway) heard() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.got)
}

// openWithGateway gives a sandbox whose pushes reach g.
func openWithGateway(t *testing.T, g *gateway) (*Sandbox, *http.Client) {
	t.Helper()
	s, client := open(t, Options{HTTP: &http.Client{Transport: Transport(g)}})
	control(t, client, "PUT", "callbacks", `{"carrier":"kiosk","account":"acct_1","url":"http://gateway/callbacks/kiosk/t"}`)
	return s, client
}

func push(t *testing.T, client *http.Client, body string) pushResult {
	t.Helper()
	status, text := control(t, client, "POST", "push", body)
	var out pushResult
	if err := json.Unmarshal([]byte(text), &out); status != 200 || err != nil {
		t.Fatalf("push: got %d %s", status, text)
	}
	return out
}

// A journey is pushed in order, one signed message per scan, and added only once per number.
func TestPushJourney(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{status: 200}
		_, client := openWithGateway(t, g)
		for round := range 2 {
			got := push(t, client, `{"carrier":"kiosk","tracking_number":"K1","journey":"delivered"}`)
			if want := (pushResult{Sent: 3, Acked: 3, Scans: 3}); got != want {
				t.Errorf("round %d: got %+v, want %+v", round, got, want)
			}
		}
		want := []string{"K1 PICKED", "K1 FLOWN", "K1 DELIVERED"}
		if got := g.heard(); !slices.Equal(got, append(want, want...)) {
			t.Errorf("got %v, want %v twice", got, want)
		}
		if strings.Trim(g.secrets, "ink;") != "" {
			t.Errorf("signed with %s, want the account's secret", g.secrets)
		}
	})
}

// What was not acknowledged comes again after 1, 2, 4 … 30 s, for two minutes and no longer.
func TestPushRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{status: 503}
		_, client := openWithGateway(t, g)
		start := time.Now()
		got := push(t, client, `{"carrier":"kiosk","tracking_number":"K1","journey":"lost"}`)
		if want := (pushResult{Sent: 3, Retrying: 3, Scans: 3}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		time.Sleep(8 * time.Second) // tries after 1, 3 and 7 s
		if n := len(g.heard()); n != 12 {
			t.Errorf("after 8 s: heard %d, want 12", n)
		}
		g.answers(200)
		time.Sleep(time.Until(start.Add(time.Hour)))
		if n := len(g.heard()); n != 15 {
			t.Errorf("in the end: heard %d, want 15, the last three acknowledged", n)
		}
		g.answers(500)
		push(t, client, `{"carrier":"kiosk","tracking_number":"K1"}`)
		time.Sleep(time.Hour)
		if n := len(g.heard()); n != 15+3*8 { // at 0, 1, 3, 7, 15, 31, 61 and 91 s
			t.Errorf("never acknowledged: heard %d, want %d", n, 15+3*8)
		}
	})
}

// A forged push has another signature and is not repeated; a refusal of a true one is.
func TestPushForged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{status: 401}
		_, client := openWithGateway(t, g)
		got := push(t, client, `{"carrier":"kiosk","tracking_number":"K1","journey":"lost","forge":true}`)
		if want := (pushResult{Sent: 3, Refused: 3, Scans: 3}); got != want {
			t.Errorf("forged: got %+v, want %+v", got, want)
		}
		if strings.Contains(g.secrets, ";ink;") || strings.HasPrefix(g.secrets, "ink;") {
			t.Errorf("forged with the true secret: %s", g.secrets)
		}
		time.Sleep(time.Minute)
		if n := len(g.heard()); n != 3 {
			t.Errorf("heard %d forged messages, want 3", n)
		}
		got = push(t, client, `{"carrier":"kiosk","tracking_number":"K1"}`)
		if want := (pushResult{Sent: 3, Refused: 3, Retrying: 3, Scans: 3}); got != want {
			t.Errorf("refused: got %+v, want %+v", got, want)
		}
	})
}

// Duplicates and disorder come as asked, and the same seed brings the same ones.
func TestPushDuplicatesAndShuffle(t *testing.T) {
	g := &gateway{status: 200}
	_, client := openWithGateway(t, g)
	for i := range 20 {
		control(t, client, "POST", "scan", fmt.Sprintf(`{"carrier":"kiosk","tracking_number":"K1","code":"S%02d","at":"2026-11-20T10:%02d:00+08:00"}`, i, i))
	}
	order := `{"carrier":"kiosk","tracking_number":"K1","duplicate":0.3,"shuffle":true,"seed":5}`
	first := push(t, client, order)
	heard := g.heard()
	if first.Sent <= 20 || first.Sent >= 40 || first.Acked != first.Sent || len(heard) != first.Sent {
		t.Errorf("got %+v, want some of 20 twice", first)
	}
	if slices.IsSorted(heard) {
		t.Errorf("got %v, want disorder", heard)
	}
	distinct := slices.Clone(heard)
	slices.Sort(distinct)
	if n := len(slices.Compact(distinct)); n != 20 {
		t.Errorf("got %d different scans, want all 20", n)
	}
	push(t, client, order)
	if again := g.heard()[len(heard):]; !slices.Equal(again, heard) {
		t.Errorf("the same seed gave\n%v, before\n%v", again, heard)
	}
}

// Closing in the middle of retries waits for them to stop, and does not send on.
func TestCloseStopsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{status: 503}
		s, client := openWithGateway(t, g)
		push(t, client, `{"carrier":"kiosk","tracking_number":"K1","journey":"lost"}`)
		s.Close()
		time.Sleep(time.Hour)
		if n := len(g.heard()); n != 3 {
			t.Errorf("heard %d, want the first 3 only", n)
		}
	})
}

// Hours of a journey: the last step is now, steps of the day are in daylight, and the order holds.
func TestTimeline(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)
	for hour := range 24 {
		steps := []Step{{Code: "A", Country: "CN"}, {Code: "B", After: 13 * time.Hour, Country: "CN"},
			{Code: "C", After: 20 * time.Hour, Country: "DE", Night: true}, {Code: "D", After: time.Hour, Country: "DE"}, {Code: "E", After: 5 * time.Hour, Country: "DE"}}
		end := now.Add(time.Duration(hour) * time.Hour)
		scans := timeline(steps, end)
		if !scans[4].At.Equal(end) {
			t.Errorf("ends at %v, want %v", scans[4].At, end)
		}
		for i, s := range scans[:4] {
			if h := s.At.In(Zone(s.Country)).Hour(); !steps[i].Night && (h < 7 || h >= 22) {
				t.Errorf("end %v: step %s at %d h", end, s.Code, h)
			}
			if !s.At.Before(scans[i+1].At) {
				t.Errorf("end %v: step %s is not before the next", end, s.Code)
			}
		}
	}
}

// Every zone name is one that the built-in table has.
func TestZones(t *testing.T) {
	for country, name := range zoneNames {
		if got := Zone(country).String(); got != name {
			t.Errorf("%s: got %s, want %s", country, got, name)
		}
	}
	if Zone("XX") != time.UTC || Zone("") != time.UTC {
		t.Error("an unknown country is not in UTC")
	}
}

// The ledger stops selling when it is full, and never forgets a sale.
func TestLedgerIsBounded(t *testing.T) {
	l := ledger{entries: make([]Purchase, maxEntries)}
	if err := l.add(Purchase{}); err != ErrFull || len(l.entries) != maxEntries {
		t.Errorf("got %v and %d entries, want %v", err, len(l.entries), ErrFull)
	}
}

// The arrival log forgets the oldest.
func TestArrivalsAreARing(t *testing.T) {
	a := arrivals{ring: make([]Arrival, maxEntries)}
	a.add(Arrival{Carrier: "x", Operation: "1"})
	a.add(Arrival{Carrier: "x", Operation: "2"})
	got := a.list("", "")
	if len(got) != maxEntries || got[maxEntries-1].Operation != "2" || got[maxEntries-2].Operation != "1" {
		t.Errorf("got %d arrivals, the last %+v", len(got), got[len(got)-1])
	}
}

// Voiding and late numbers work on live sales only.
func TestVoid(t *testing.T) {
	s, _ := open(t, Options{})
	d := &Desk{sandbox: s, books: s.now.Load(), code: "kiosk"}
	if err := d.Purchase(Purchase{CarrierID: "1"}); err != nil {
		t.Fatal(err)
	}
	if !d.Number("1", "T1") || !d.Void("1") || d.Void("1") || d.Number("1", "T2") || d.Void("2") {
		t.Error("a sale is numbered and voided once, and an unknown one never")
	}
	if got := s.Purchases("kiosk", "")[0]; got.State != Voided || got.TrackingNumber != "T1" {
		t.Errorf("got %+v", got)
	}
}
