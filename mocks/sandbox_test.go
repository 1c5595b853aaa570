package mocks

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind: what the sandbox starts, it ends.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// kiosk is a carrier with one call that sells (POST /buy?ref=), and one that reads (GET /track).
type kiosk struct{ desk *Desk }

func newKiosk(d *Desk) Carrier { return kiosk{d} }

func (kiosk) Code() string { return "kiosk" }

func (kiosk) Account() Account {
	return Account{Credentials: map[string]string{"key": "k"}, Paths: map[string]string{"buy": "/buy"}, PushSecret: "ink"}
}

func (kiosk) Classify(r *http.Request, _ []byte) string {
	if r.URL.Path == "/buy" {
		return OpLabel
	}
	return OpTrack
}

func (k kiosk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/buy" {
		p, _ := k.desk.Parcel(r.URL.Query().Get("n"))
		fmt.Fprintf(w, "scans %d", len(p.Scans))
		return
	}
	number := "K" + k.desk.Serial(6)
	err := k.desk.Purchase(Purchase{Reference: r.URL.Query().Get("ref"), CarrierID: number, TrackingNumber: number,
		Charged: Money{"1.20", "EUR"}})
	if err == nil {
		err = k.desk.AddParcel(Parcel{Number: number, To: Place{Country: "DE"}})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, number)
}

func (kiosk) Journey(_ Parcel, kind string) []Step {
	return []Step{
		{Code: "PICKED", City: "Shenzhen", Country: "CN"},
		{Code: "FLOWN", After: 30 * time.Hour, Country: "DE", Night: true},
		{Code: strings.ToUpper(kind), After: 50 * time.Hour, City: "Berlin", Country: "DE"},
	}
}

func (kiosk) Message(p Parcel, s Scan, secret string) (Message, error) {
	return Message{Header: http.Header{"X-Sign": {secret}}, Body: []byte(p.Number + " " + s.Code)}, nil
}

func (kiosk) Acked(status int, body []byte) bool { return status == 200 && string(body) == "OK" }

// open gives a sandbox with the kiosk, closed at the end of the test, and a client without sockets.
func open(t *testing.T, opts Options) (*Sandbox, *http.Client) {
	t.Helper()
	s := New(opts, newKiosk)
	t.Cleanup(s.Close)
	return s, &http.Client{Transport: Transport(s)}
}

// send is one request; the body is read as far as it goes.
func send(t *testing.T, c *http.Client, method, url, body string) (status int, text string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

// Each kind of fault, seen by a caller with 10 s of patience: what comes back, and whether the
// carrier has sold.
func TestFaults(t *testing.T) {
	tests := []struct {
		fault  Fault
		status int
		body   string // part of it
		broken bool   // an error instead of an answer, or in its body
		took   time.Duration
		sold   int
	}{
		{Fault{Kind: Latency, DelayMS: 4000}, 200, "K0", false, 4 * time.Second, 1},
		{Fault{Kind: Latency, DelayMS: 20000}, 0, "", true, 10 * time.Second, 0},
		{Fault{Kind: Status}, 503, "<html>", false, 0, 0},
		{Fault{Kind: Status, Status: 404}, 404, "Not Found", false, 0, 0},
		{Fault{Kind: ResetConn}, 0, "", true, 0, 0},
		{Fault{Kind: Blackhole}, 0, "", true, 10 * time.Second, 0},
		{Fault{Kind: RateLimit}, 429, "Too Many", false, 0, 0},
		{Fault{Kind: CommitThenCut}, 0, "", true, 0, 1},
		{Fault{Kind: CommitThenSlow, DelayMS: 3000}, 200, "K0", false, 3 * time.Second, 1},
		{Fault{Kind: CommitThenSlow, DelayMS: 30000}, 0, "", true, 10 * time.Second, 1},
		{Fault{Kind: CommitThen500}, 500, "<html>", false, 0, 1},
		{Fault{Kind: Truncate}, 200, "K00", true, 0, 1},
		{Fault{Kind: Garbage}, 200, "not what was asked for", false, 0, 1},
		{Fault{Kind: LateCommit, DelayMS: 2000}, 0, "", true, 10 * time.Second, 1},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.fault.Kind, tt.fault.DelayMS), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, client := open(t, Options{Seed: 1})
				client.Timeout = 10 * time.Second
				tt.fault.Carrier, tt.fault.Operation = "kiosk", OpLabel
				s.AddFault(tt.fault)
				start := time.Now()
				status, body, err := send(t, client, "POST", "http://sandbox/kiosk/buy?ref=R1", "")
				if status != tt.status || !strings.Contains(body, tt.body) || (err != nil) != tt.broken {
					t.Errorf("got %d %q %v, want %d, a body with %q, broken %v", status, body, err, tt.status, tt.body, tt.broken)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if sold := s.Purchases("kiosk", "R1"); len(sold) != tt.sold {
					t.Errorf("sold %d, want %d", len(sold), tt.sold)
				}
			})
		})
	}
}

// A late commit comes even when the caller has long left, and one that a reset overtakes never does.
func TestLateCommitOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := open(t, Options{})
		client.Timeout = time.Second
		s.AddFault(Fault{Carrier: "*", Kind: LateCommit, DelayMS: 5000})
		buy := func() { send(t, client, "POST", "http://sandbox/kiosk/buy", "") }
		buy()
		if n := len(s.Purchases("", "")); n != 0 {
			t.Fatalf("sold %d before the delay, want 0", n)
		}
		time.Sleep(5 * time.Second)
		if n := len(s.Purchases("", "")); n != 1 {
			t.Fatalf("sold %d after the delay, want 1", n)
		}
		buy()
		s.Reset()
		time.Sleep(10 * time.Second)
		if n := len(s.Purchases("", "")); n != 0 {
			t.Errorf("sold %d after a reset, want 0", n)
		}
	})
}

// Over real sockets a cut is a reset connection, and half an answer an unexpected end.
func TestFaultsOverSockets(t *testing.T) {
	tests := []struct {
		kind string
		want error
		sold int
	}{
		{ResetConn, syscall.ECONNRESET, 0}, {CommitThenCut, syscall.ECONNRESET, 1}, {Truncate, io.ErrUnexpectedEOF, 1},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			s := New(Options{}, newKiosk)
			server := httptest.NewServer(s)
			t.Cleanup(s.Close)
			t.Cleanup(server.Close)
			s.AddFault(Fault{Carrier: "kiosk", Operation: OpLabel, Kind: tt.kind})
			_, _, err := send(t, server.Client(), "POST", server.URL+"/kiosk/buy", "{}")
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if n := len(s.Purchases("", "")); n != tt.sold {
				t.Errorf("sold %d, want %d", n, tt.sold)
			}
		})
	}
}

// A caller who leaves a silent connection frees the server, which could not close otherwise;
// and a late commit comes all the same.
func TestHeldSocketEndsWithItsCaller(t *testing.T) {
	for _, kind := range []string{Blackhole, LateCommit, CommitThenSlow} {
		s := New(Options{}, newKiosk)
		server := httptest.NewServer(s)
		s.AddFault(Fault{Carrier: "kiosk", Kind: kind, DelayMS: map[string]int64{CommitThenSlow: maxDelayMS}[kind]})
		client := server.Client()
		client.Timeout = 50 * time.Millisecond
		if _, _, err := send(t, client, "POST", server.URL+"/kiosk/buy", "{}"); err == nil {
			t.Errorf("%s: got an answer", kind)
		}
		server.Close() // waits for the handler
		want := 1
		if kind == Blackhole {
			want = 0
		}
		if n := len(s.Purchases("", "")); n != want {
			t.Errorf("%s: sold %d, want %d", kind, n, want)
		}
		s.Close()
	}
}

// In process the same two errors come back.
func TestTransportBreaksLikeASocket(t *testing.T) {
	s, client := open(t, Options{})
	s.AddFault(Fault{Carrier: "kiosk", Kind: ResetConn, Count: new(int64(1))})
	s.AddFault(Fault{Carrier: "kiosk", Kind: Truncate, Count: new(int64(1))})
	if _, _, err := send(t, client, "POST", "http://sandbox/kiosk/buy", ""); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: error %v, want %v", err, syscall.ECONNRESET)
	}
	if _, _, err := send(t, client, "POST", "http://sandbox/kiosk/buy", ""); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("truncate: error %v, want %v", err, io.ErrUnexpectedEOF)
	}
	if status, _, err := send(t, client, "POST", "http://sandbox/kiosk/buy", ""); status != 200 || err != nil {
		t.Errorf("after both: got %d %v, want 200", status, err)
	}
}

// Closing a sandbox lets go of those who wait for an answer that never comes.
func TestCloseFreesHeldCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := open(t, Options{})
		s.AddFault(Fault{Carrier: "*", Kind: Blackhole})
		got := make(chan error, 1)
		go func() {
			_, _, err := send(t, client, "GET", "http://sandbox/kiosk/track", "")
			got <- err
		}()
		synctest.Wait()
		s.Close()
		if err := <-got; !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("error %v, want %v", err, syscall.ECONNRESET)
		}
	})
}

// Faults draw from sequences of their own: with seeds, the same requests meet the same luck,
// and an earlier fault does not disturb a later one's.
func TestFaultsDrawIndependently(t *testing.T) {
	hits := func(faults ...Fault) string {
		s, client := open(t, Options{RequestsPerSecond: -1})
		for _, f := range faults {
			s.AddFault(f)
		}
		var b strings.Builder
		for range 40 {
			status, _, _ := send(t, client, "GET", "http://sandbox/kiosk/track", "")
			b.WriteString(map[int]string{200: ".", 502: "B", 503: "A"}[status])
		}
		return b.String()
	}
	first := Fault{Carrier: "*", Kind: Status, Rate: new(0.3), Seed: new(uint64(7))}
	second := Fault{Carrier: "*", Kind: Status, Status: 502, Rate: new(0.4), Seed: new(uint64(8))}
	alone, both := hits(second), hits(first, second)
	if alone != hits(second) {
		t.Error("the same seed gave another sequence")
	}
	if !strings.Contains(both, "A") || !strings.Contains(both, "B") || !strings.Contains(both, ".") {
		t.Fatalf("got %s, want a mixture", both)
	}
	for i := range both {
		if both[i] != 'A' && both[i] != alone[i] {
			t.Errorf("request %d: %c with the first fault, %c without", i, both[i], alone[i])
		}
	}
}

// An account is held to its limit, faults or not, and every request is in the arrival log.
func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := open(t, Options{RequestsPerSecond: 5})
		counts := map[int]int{}
		for range 8 {
			status, _, _ := send(t, client, "GET", "http://sandbox/kiosk/track", "")
			counts[status]++
		}
		if counts[200] != 5 || counts[429] != 3 {
			t.Errorf("got %v, want 5 answers and 3 refusals", counts)
		}
		time.Sleep(time.Second)
		if status, _, _ := send(t, client, "GET", "http://sandbox/kiosk/track", ""); status != 200 {
			t.Errorf("a second later: got %d, want 200", status)
		}
		if got := s.Arrivals("kiosk", OpTrack); len(got) != 9 {
			t.Errorf("got %d arrivals, want 9", len(got))
		}
	})
}

// Numbers go on over a reset, so that no number is sold twice to a gateway that remembers.
func TestSerialsSurviveReset(t *testing.T) {
	s, client := open(t, Options{Seed: 41})
	_, before, _ := send(t, client, "POST", "http://sandbox/kiosk/buy", "")
	s.Reset()
	_, after, _ := send(t, client, "POST", "http://sandbox/kiosk/buy", "")
	if before != "K000042" || after != "K000043" {
		t.Errorf("got %s and %s, want K000042 and K000043", before, after)
	}
}

func TestUnknownCarrierPath(t *testing.T) {
	_, client := open(t, Options{})
	status, body, _ := send(t, client, "GET", "http://sandbox/nobody/x", "")
	if status != 404 || !strings.Contains(body, "kiosk") {
		t.Errorf("got %d %s, want a 404 that names the carriers", status, body)
	}
}

// Bodies over the bound are refused before the carrier sees them.
func TestBodyIsBounded(t *testing.T) {
	s, client := open(t, Options{})
	status, _, _ := send(t, client, "POST", "http://sandbox/kiosk/buy", strings.Repeat("x", maxBody+1))
	if status != 413 || len(s.Arrivals("", "")) != 0 {
		t.Errorf("got %d and %d arrivals, want 413 and none", status, len(s.Arrivals("", "")))
	}
}

// The ledger speaks the words of the contract.
func TestLedgerShape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := open(t, Options{Seed: 1})
		send(t, client, "POST", "http://sandbox/kiosk/buy?ref=R1", "")
		_, body, _ := send(t, client, "GET", "http://sandbox/_control/ledger?carrier=kiosk&reference=R1", "")
		var got struct{ Data []map[string]any }
		if err := json.Unmarshal([]byte(body), &got); err != nil || len(got.Data) != 1 {
			t.Fatalf("got %s, %v, want one entry", body, err)
		}
		want := map[string]any{"carrier": "kiosk", "account": "acct_sandbox_kiosk", "operation": "purchase", "reference": "R1",
			"client_reference": "", "carrier_id": "K000002", "tracking_number": "K000002", "state": "live",
			"charged": map[string]any{"amount": "1.20", "currency": "EUR"}, "at": time.Now().Format(time.RFC3339Nano)}
		if fmt.Sprint(got.Data[0]) != fmt.Sprint(want) {
			t.Errorf("got %v\nwant %v", got.Data[0], want)
		}
	})
}

// Whoever sends a carrier's messages in its stead learns where to, and with which secret.
func TestPushersAreListedWithTheirSecret(t *testing.T) {
	s := New(Options{}, newKiosk)
	defer s.Close()
	s.callbacks.put("kiosk", "acct_1", "http://gateway/callbacks/kiosk/x")
	list := s.Pushing()
	if len(list) != 1 || list[0].Code != "kiosk" || list[0].Secret != "ink" || list[0].URL != "http://gateway/callbacks/kiosk/x" {
		t.Fatalf("got %+v", list)
	}
	if !s.Scan("kiosk", "N1", Scan{Code: "A"}) || s.Scan("nobody", "N1", Scan{Code: "A"}) {
		t.Error("a scan is taken by the carriers that there are")
	}
	if p, ok := s.now.Load().parcels.get("kiosk", "N1"); !ok || len(p.Scans) != 1 {
		t.Errorf("the parcel has %d scans", len(p.Scans))
	}
}
