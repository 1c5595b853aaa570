package dhlunified

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// offline is a client whose use is a fault of the test.
func offline(t *testing.T) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s %s", r.Method, r.URL.Path)
		return nil, http.ErrHandlerTimeout
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func adapterOf(t *testing.T, c Config) *Adapter {
	t.Helper()
	a, err := New(c, adapters.Deps{HTTP: offline(t)})
	if err != nil {
		t.Fatal(err)
	}
	return a.(*Adapter)
}

func TestMeaningOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[[3]string]struct {
		meaning
		code string
	}{
		{"express", "transit", "WC"}:                         {meaning{normalize.StatusOutForDelivery, "", normalize.LegLastMile}, "WC"},
		{"express", "delivered", "OK"}:                       {meaning{normalize.StatusDelivered, "", normalize.LegLastMile}, "OK"},
		{"express", "transit", "ZZ99"}:                       {meaning{normalize.StatusInTransit, normalize.SubstatusUnmapped, ""}, "ZZ99"},
		{"express", "transit", "With delivery courier"}:      {meaning{normalize.StatusInTransit, "", ""}, "transit"}, // words are no code
		{"parcel-de", "transit", "WC"}:                       {meaning{normalize.StatusInTransit, normalize.SubstatusUnmapped, ""}, "WC"},
		{"parcel-de", "delivered", "ZU"}:                     {meaning{normalize.StatusDelivered, "", normalize.LegLastMile}, "ZU"},
		{"freight", "failure", ""}:                           {meaning{normalize.StatusException, "", ""}, "failure"},
		{"", "", "101"}:                                      {meaning{normalize.StatusDelivered, "", normalize.LegLastMile}, "delivered"},
		{"", "unknown", ""}:                                  {meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}, "unknown"},
		{"express", "pre-transit", "Shipment info received"}: {meaning{normalize.StatusLabelCreated, "", normalize.LegFirstMile}, "pre-transit"},
		{"express", "arrived", ""}:                           {meaning{normalize.StatusUnknown, normalize.SubstatusUnmapped, ""}, "arrived"},
	} {
		got, code := meaningOf(in[0], in[1], in[2])
		if got != want.meaning || code != want.code {
			t.Errorf("%q: got %v by %q, want %v by %q", in, got, code, want.meaning, want.code)
		}
	}
}

func TestTimeOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[[2]string]struct {
		at    string
		known bool
	}{
		{"2027-01-19T14:03:00Z", "DE"}:       {"2027-01-19T14:03:00Z", true},
		{"2027-01-19T14:03:00+05:30", ""}:    {"2027-01-19T14:03:00+05:30", true},
		{"2027-01-19T10:12:00", "DE"}:        {"2027-01-19T10:12:00+01:00", false},
		{"2027-01-19T10:12:00.500", "CN"}:    {"2027-01-19T10:12:00.5+08:00", false},
		{"2027-01-19T10:12:00", ""}:          {"2027-01-19T10:12:00Z", false},
		{"19.01.2027 10:12", "DE"}:           {"", false},
		{"2027-01-19T10:12:00 Berlin", "DE"}: {"", false},
	} {
		got, known, ok := timeOf(in[0], in[1])
		if want.at == "" {
			if ok {
				t.Errorf("%q is read as %v", in, got)
			}
			continue
		}
		if !ok || known != want.known || got.Format(time.RFC3339Nano) != want.at {
			t.Errorf("%q: got %v, %v, %v, want %s, %v", in, got, known, ok, want.at, want.known)
		}
	}
}

func TestConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Service: "dhl", HookHeader: "x token", Subscriptions: []string{"../1"}}, adapters.Deps{})
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("got %v, want four faults", err)
	}
}

// push is a message with the header that was agreed.
func push(body string) adapters.CallbackRequest {
	return adapters.CallbackRequest{Method: "POST", Header: http.Header{"X-Gw-Token": {"s3cr3t-value"}}, Body: []byte(body)}
}

func word(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// hooked has what a subscription was made with.
var hooked = Config{APIKey: normalize.NewSecret("k"), HookHeader: "x-gw-token", HookToken: normalize.NewSecret("s3cr3t-value"),
	Subscriptions: []string{"0c2f7b1e-aaaa-bbbb-cccc-000000000001"}}

// What tells a push from a forged one: the way, the header, the subscription. It is a hint at best.
func TestVerifyCallback(t *testing.T) {
	t.Parallel()
	genuine := word(t, "push.json")
	without := func(change func(*adapters.CallbackRequest)) adapters.CallbackRequest {
		req := push(genuine)
		req.Header = req.Header.Clone()
		change(&req)
		return req
	}
	bare := Config{APIKey: normalize.NewSecret("k")}
	for name, c := range map[string]struct {
		config Config
		req    adapters.CallbackRequest
		want   adapters.Trust
	}{
		"genuine":              {hooked, push(genuine), adapters.TrustHint},
		"wrong token":          {hooked, without(func(r *adapters.CallbackRequest) { r.Header.Set("x-gw-token", "s3cr3t-valuf") }), ""},
		"no token":             {hooked, without(func(r *adapters.CallbackRequest) { r.Header = http.Header{} }), ""},
		"two tokens":           {hooked, without(func(r *adapters.CallbackRequest) { r.Header.Add("x-gw-token", "s3cr3t-value") }), ""},
		"by GET":               {hooked, without(func(r *adapters.CallbackRequest) { r.Method = "GET" }), ""},
		"another subscription": {hooked, push(strings.ReplaceAll(genuine, "000000000001", "000000000002")), ""},
		"no subscription":      {bare, push(`{"scope":"subscription.push","shipments":[]}`), ""},
		"no scope":             {bare, push(`{"self":"https://api-eu.dhl.com/tracking/push/v1/subscription/1"}`), ""},
		"nothing agreed":       {bare, push(genuine), adapters.TrustHint},
		"garbage, proven":      {hooked, push("garbage"), adapters.TrustHint}, // kept until we can read it
		"garbage, unproven":    {bare, push("garbage"), ""},
	} {
		got, err := adapterOf(t, c.config).VerifyCallback(c.req)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && normalize.KindOf(err) != normalize.KindAuthFailed {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, c.want)
		}
	}
}

func TestParseCallback(t *testing.T) {
	t.Parallel()
	a := adapterOf(t, hooked)
	for name, c := range map[string]struct {
		body    string
		numbers string
		odd     bool
	}{
		"push":               {word(t, "push.json"), "7777700001", false},
		"a number as number": {strings.ReplaceAll(word(t, "push.json"), `"7777700001"`, `7777700001`), "7777700001", false},
		"one of two is odd":  {word(t, "push_odd.json"), "7777700002", true},
		"no shipment":        {strings.Replace(word(t, "push_odd.json"), `"shipments"`, `"parcels"`, 1), "", true},
		"validate":           {word(t, "validate.json"), "", false},
		"ready":              {strings.Replace(word(t, "validate.json"), "validate", "ready", 1), "", false},
		"ended":              {strings.Replace(word(t, "validate.json"), "validate", "deleted", 1), "", false},
		"failure":            {strings.Replace(word(t, "validate.json"), "validate", "failure", 1), "", true},
		"an unknown scope":   {strings.Replace(word(t, "validate.json"), "validate", "party", 1), "", true},
	} {
		list, err := a.ParseCallback(push(c.body))
		var numbers []string
		for _, p := range list {
			numbers = append(numbers, p.TrackingNumber)
		}
		if strings.Join(numbers, " ") != c.numbers || (err != nil) != c.odd {
			t.Errorf("%s: got %q, %v, want %q", name, numbers, err, c.numbers)
		}
	}
}

// The secret goes back to our own push_url, whatever host the message names.
func TestHandshake(t *testing.T) {
	t.Parallel()
	var sent []*http.Request
	status := http.StatusNoContent
	wire := roundTrip(func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r)
		body := `{"title":"no","detail":"tmp-activation-secret is wrong","status":403}`
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: readCloser(body), Request: r}, nil
	})
	made, err := New(hooked, adapters.Deps{HTTP: &http.Client{Transport: wire}})
	if err != nil {
		t.Fatal(err)
	}
	shake := func(body string) error {
		req := push(body)
		if !made.(*Adapter).IsHandshake(req) {
			t.Errorf("%.60q is no handshake", body)
		}
		return made.(*Adapter).Handshake(t.Context(), req)
	}
	body := strings.Replace(word(t, "validate.json"), "https://api-eu.dhl.com", "https://evil.example", 1)
	if err := shake(body); err != nil || len(sent) != 1 {
		t.Fatalf("got %v after %d calls", err, len(sent))
	}
	r := sent[0]
	if got := r.Method + " " + r.URL.String(); got != "POST https://api-eu.dhl.com/tracking/push/v1/subscription/0c2f7b1e-aaaa-bbbb-cccc-000000000001" ||
		r.Header.Get("DHL-API-Hook-Secret") != "tmp-activation-secret" || r.Header.Get("DHL-API-Key") != "k" || r.ContentLength > 0 {
		t.Errorf("sent %s %v", got, r.Header)
	}
	status = http.StatusForbidden
	if err := shake(body); normalize.KindOf(err) != normalize.KindAuthFailed || strings.Contains(err.Error(), "tmp-activation-secret") {
		t.Errorf("a refusal: %v", err)
	}
	late := strings.Replace(body, "2027-01-18", "2020-01-18", 1)
	if err := shake(late); normalize.KindOf(err) != normalize.KindRejected || len(sent) != 2 {
		t.Errorf("an expired secret: %v after %d calls", err, len(sent))
	}
	if err := shake(strings.Replace(body, "tmp-activation-secret", "a\\r\\nb", 1)); err == nil || len(sent) != 2 {
		t.Errorf("a secret that breaks a header: %v after %d calls", err, len(sent))
	}
	if made.(*Adapter).IsHandshake(push(word(t, "push.json"))) {
		t.Error("a push is taken for a handshake")
	}
}

func TestAck(t *testing.T) {
	t.Parallel()
	a := adapterOf(t, hooked)
	if yes, no := a.AckCallback(push(""), nil), a.AckCallback(push(""), errors.New("no")); yes.Status != 200 || no.Status != 503 {
		t.Errorf("got %d and %d", yes.Status, no.Status)
	}
}

// A number that two divisions use is told apart by the destination, else refused.
func TestShipmentsOf(t *testing.T) {
	t.Parallel()
	to := func(country string) *place { return &place{address{Country: country}} }
	two := []shipment{{ID: "1", Service: "express", Destination: to("DE")}, {ID: "1", Service: "freight", Destination: to("SE")},
		{ID: "2", Service: "express", Details: details{PieceIDs: []text{"JD1"}}}}
	for name, c := range map[string]struct {
		number, service, country string
		want                     int
	}{
		"both": {"1", "", "", 2}, "by service": {"1", "freight", "", 1}, "by country": {"1", "", "DE", 1},
		"neither": {"1", "", "FR", 0}, "by piece": {"jd1", "", "", 1}, "another": {"3", "", "", 0},
	} {
		if got := shipmentsOf(two, c.number, c.service, c.country); len(got) != c.want {
			t.Errorf("%s: got %d, want %d", name, len(got), c.want)
		}
	}
}

func TestPageOf(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]bool{
		"https://www.dhl.com/track?tracking-id=1": true, "https://nolp.dhl.de/x": true,
		"http://www.dhl.com/": false, "https://dhl.com.evil.example/": false, "https://evil@www.dhl.com/": false, "javascript:alert(1)": false, "": false,
	} {
		if got := pageOf(link) != ""; got != want {
			t.Errorf("%q: got %v", link, got)
		}
	}
}
