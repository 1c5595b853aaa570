package amazonfba

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Nothing is signed, so that the token's form is the one thing to get right to the byte: the pipe
// in a refresh token travels as %7C.
func TestTokenBody(t *testing.T) {
	t.Parallel()
	got := tokenBody("Atzr|demo-refresh", "amzn1.application-oa2-client.demo0001", "amzn1.oa2-cs.v1.demosecret")
	const want = "grant_type=refresh_token&refresh_token=Atzr%7Cdemo-refresh&client_id=amzn1.application-oa2-client.demo0001&client_secret=amzn1.oa2-cs.v1.demosecret"
	if got != want {
		t.Errorf("got %s", got)
	}
}

// In a list of MSKUs three characters are encoded twice, counting the query's own encoding.
func TestSKUList(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"A,B": "mskus=A%252CB", "50%+": "mskus=50%2525%252B", "plain-1": "mskus=plain-1"} {
		if got := encodeQuery(map[string][]string{"mskus": {skuList([]string{in})}}); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := encodeQuery(map[string][]string{"mskus": {skuList([]string{"A", "B"})}}); got != "mskus=A%2CB" {
		t.Errorf("the comma between two: %s", got)
	}
}

func encodeQuery(v map[string][]string) string { return url.Values(v).Encode() }

// Times come with and without seconds; what is none is an error.
func TestInstant(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"2026-03-01T08:00Z"`: "2026-03-01T08:00:00Z", `"2026-03-01T00:00:00.000Z"`: "2026-03-01T00:00:00Z",
		`"2026-03-01T08:00:05+08:00"`: "2026-03-01T00:00:05Z", `"2026-03-01T08:00+08:00"`: "2026-03-01T00:00:00Z", `"2026-03-01"`: "2026-03-01T00:00:00Z",
		`null`: "0001-01-01T00:00:00Z", `""`: "0001-01-01T00:00:00Z", `"soon"`: "error", `5`: "error",
	} {
		var i instant
		got := "error"
		if err := json.Unmarshal([]byte(in), &i); err == nil {
			got = i.UTC().Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := minute(time.Date(2026, 3, 1, 16, 0, 30, 0, time.FixedZone("", 8*3600))); got != "2026-03-01T08:01Z" {
		t.Errorf("half a minute past: %s", got)
	}
}

// A pound stays a pound; what is no round number of pounds goes as grams, rounded up.
func TestMassesAndSides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   normalize.Weight
		want mass
	}{{normalize.Pound, mass{"LB", "1"}}, {50 * normalize.Pound, mass{"LB", "50"}}, {normalize.Pound / 100 * 3210, mass{"LB", "32.1"}},
		{12_500 * normalize.Gram, mass{"KG", "12.5"}}, {normalize.Gram/2 + normalize.Gram, mass{"KG", "0.002"}}} {
		got := massOf(c.in)
		back, err := got.weight()
		if got != c.want || err != nil || back < c.in {
			t.Errorf("%s: got %+v, which is %s (%v)", c.in, got, back, err)
		}
	}
	inches := sidesOf(normalize.Dimensions{Length: 10 * normalize.Inch, Width: normalize.Inch / 2, Height: normalize.Inch})
	metric := sidesOf(normalize.Dimensions{Length: 300_100, Width: 200_000, Height: 10 * normalize.Inch})
	if inches != (sides{"IN", "10", "0.5", "1"}) || metric != (sides{"CM", "30.1", "20", "25.4"}) {
		t.Errorf("got %+v and %+v", inches, metric)
	}
	if d, err := (sides{"IN", "10", "0.5", "1"}).dimensions(); err != nil || d.Width != normalize.Inch/2 {
		t.Errorf("back: %+v, %v", d, err)
	}
	for _, bad := range []mass{{"ST", "1"}, {"LB", "one"}, {"LB", "-1"}} {
		if w, err := bad.weight(); err == nil {
			t.Errorf("%+v is %s", bad, w)
		}
	}
}

// A 429 says when to come back by its rate, or does not: then by the rule.
func TestPause(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{"2.0": 500 * time.Millisecond, "0.5": 2 * time.Second, "": time.Second, "none": time.Second, "-1": time.Second,
		"0": time.Second, "1e99": time.Second, "99999": time.Second / 10, "0.000001": time.Minute, "99999999999999": time.Second} {
		if got := pause(in); got != want {
			t.Errorf("%q: got %v, want %v", in, got, want)
		}
	}
}

// A link in an answer is followed to Amazon and nowhere else.
func TestMayFetch(t *testing.T) {
	t.Parallel()
	c := &client{base: "http://127.0.0.1:8090/amazon_fba"}
	for link, want := range map[string]bool{
		"https://fba-labels.s3.us-east-1.amazonaws.com/a.pdf?X-Amz-Signature=1": true, "https://images.amazon.com/a": true,
		"http://127.0.0.1:8090/amazon_fba/documents/1": true, "http://127.0.0.1:8091/x": false, "https://127.0.0.1:8090/x": false,
		"http://fba.s3.amazonaws.com/a": false, "https://fba.s3.amazonaws.com:8443/a": false, "https://amazonaws.com.evil.example/a": false,
		"https://evilamazonaws.com/a": false, "https://user:pw@s3.amazonaws.com/a": false, "file:///etc/passwd": false,
		"https://169.254.169.254/latest": false, "": false, "/relative": false, "https://s3.amazonaws.com/" + strings.Repeat("x", 9000): false,
	} {
		if got := c.mayFetch(link); got != want {
			t.Errorf("%.60s: got %v", link, got)
		}
	}
}

// A file is a PDF, a ZPL, or an archive; what is none of them is not printed.
func TestUnwrap(t *testing.T) {
	t.Parallel()
	archive := func(files map[string]string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, text := range files {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"a PDF": {[]byte("%PDF-1.4 …"), "pdf"}, "a ZPL": {[]byte("\n^XA^XZ"), "zpl"}, "an archive of one": {archive(map[string]string{"labels.PDF": "%PDF-1.4"}), "pdf"},
		"an archive of two": {archive(map[string]string{"a.pdf": "%PDF-", "b.pdf": "%PDF-"}), "zip"}, "an archive of a lie": {archive(map[string]string{"a.pdf": "<html>"}), ""},
		"a page": {[]byte("<html>expired</html>"), ""}, "nothing": {nil, ""}, "half an archive": {[]byte("PK\x03\x04half"), ""},
	} {
		if _, format := unwrap(c.in); format != c.want {
			t.Errorf("%s: got %q, want %q", name, format, c.want)
		}
	}
}

// Which thermal paper fits hangs on who carries.
func TestPageType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		partnered     bool
		carrier, size string
		want          string
	}{{true, "UPSN", "4x6", "PackageLabel_Thermal"}, {true, "DHLE", "4x6", "PackageLabel_Thermal_No_Carrier_Rotation"}, {true, "AMZN", "4x6", "PackageLabel_Thermal_Unified"},
		{false, "OTHR", "4x6", "PackageLabel_Thermal_NonPCP"}, {true, "UPSN", "a4", "PackageLabel_A4_2"}, {false, "", "letter", "PackageLabel_Letter_2"}, {true, "UPSN", "10x10", ""}} {
		got, err := pageType(adapters.InboundLabelRequest{Partnered: c.partnered, CarrierCode: c.carrier}, c.size)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: got %q, %v", c, got, err)
		}
	}
}

// What a plan must have is said before anything is sent, with the place of it.
func TestCheckPlan(t *testing.T) {
	t.Parallel()
	a := &Adapter{region: "na"}
	for pointer, change := range map[string]func(*adapters.InboundPlanRequest){
		"":                     func(*adapters.InboundPlanRequest) {},
		"/marketplace":         func(r *adapters.InboundPlanRequest) { r.Marketplace = "DE" }, // of another region
		"/name":                func(r *adapters.InboundPlanRequest) { r.Name = strings.Repeat("ü", 41) },
		"/source/phone":        func(r *adapters.InboundPlanRequest) { r.Source.Phone = "" },
		"/source/postal_code":  func(r *adapters.InboundPlanRequest) { r.Source.PostalCode = "" },
		"/source/name":         func(r *adapters.InboundPlanRequest) { r.Source.Name = strings.Repeat("x", 51) },
		"/source/country":      func(r *adapters.InboundPlanRequest) { r.Source.Country = "XX" },
		"/items":               func(r *adapters.InboundPlanRequest) { r.Items = nil },
		"/items/0/quantity":    func(r *adapters.InboundPlanRequest) { r.Items[0].Quantity = 500_001 },
		"/items/0/label_owner": func(r *adapters.InboundPlanRequest) { r.Items[0].LabelOwner = "platform" }, // ended in the US
		"/items/0/prep_owner":  func(r *adapters.InboundPlanRequest) { r.Items[0].PrepOwner = "nobody" },
		"/items/0/sku":         func(r *adapters.InboundPlanRequest) { r.Items[0].SKU = "" },
		"/items/0/lot":         func(r *adapters.InboundPlanRequest) { r.Items[0].Lot = strings.Repeat("x", 257) },
	} {
		r := sample("GW plan 0042")
		change(&r)
		err := a.CheckPlan(r)
		if pointer == "" && err != nil || pointer != "" && (err == nil || normalize.AsError(err).Field != pointer) {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}

// A kept reply tells what it began; anything else tells nothing.
func TestStarted(t *testing.T) {
	t.Parallel()
	a := &Adapter{}
	for body, want := range map[string]string{`{"inboundPlanId":"wf1","operationId":"op1"}`: "op1", `{"operationId":"op2"}`: "op2", `{"operationId":`: "", `{}`: "", `{"operationId":"` + strings.Repeat("x", 100) + `"}`: ""} {
		got, ok := a.Started(normalize.Evidence{Status: 202, Body: []byte(body)})
		if got.Operation != want || ok != (want != "") {
			t.Errorf("%s: %+v, %v", body, got, ok)
		}
	}
	if _, ok := a.Started(normalize.Evidence{Status: 400, Body: []byte(`{"operationId":"op1"}`)}); ok {
		t.Error("a refusal began something")
	}
}

// Only Amazon's own list of errors proves that a committing call did nothing.
func TestFail(t *testing.T) {
	t.Parallel()
	c := newClient(Config{BaseURL: "http://x.test"}, adapters.Deps{HTTP: &http.Client{}})
	const list = `{"errors":[{"code":"BadRequest","message":"no","details":"why"}]}`
	for _, v := range []struct {
		status         int
		body           string
		reads, commits normalize.Kind
	}{
		{400, list, normalize.KindInvalidRequest, normalize.KindInvalidRequest}, {400, "<html>", normalize.KindBadResponse, normalize.KindBadResponse},
		{403, list, normalize.KindAuthFailed, normalize.KindAuthFailed}, {403, "no", normalize.KindAuthFailed, normalize.KindBadResponse},
		{404, list, normalize.KindNotFound, normalize.KindNotFound}, {413, list, normalize.KindInvalidRequest, normalize.KindInvalidRequest},
		{429, list, normalize.KindRateLimited, normalize.KindRateLimited}, {429, "", normalize.KindRateLimited, normalize.KindBadResponse},
		{500, list, normalize.KindUnavailable, normalize.KindUnavailable}, {503, "", normalize.KindUnavailable, normalize.KindUnavailable},
		{401, list, normalize.KindAuthFailed, normalize.KindBadResponse}, {302, "", normalize.KindBadResponse, normalize.KindBadResponse},
	} {
		r := rest.Reply{Status: v.status, Body: []byte(v.body)}
		if got := c.fail(r, false).Kind; got != v.reads {
			t.Errorf("%d %s on a reading: %s, want %s", v.status, v.body, got, v.reads)
		}
		if got := c.fail(r, true).Kind; got != v.commits {
			t.Errorf("%d %s on a commit: %s, want %s", v.status, v.body, got, v.commits)
		}
	}
}
