package dhlexpress

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Golden cases: <case>.request.json is what we must send, <case>.response.json what DHL says,
// <case>.golden.json what we make of it. `go test -update` rewrites the golden alone.
func init() {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite the golden files")
	}
}

func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// friday is when the golden cases happen: three days before DHL's sample shipment leaves.
const friday = "2027-01-15T09:00:00+01:00"

// call is a request that reached the carrier.
type call struct {
	method, url string
	header      http.Header
	body        []byte
}

// carrier answers every request with one reply and keeps what was asked.
type carrier struct {
	status int
	reply  []byte
	calls  []call
}

func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	c.calls = append(c.calls, call{r.Method, r.URL.String(), r.Header, body})
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(c.status)
	_, _ = w.Write(c.reply)
	return w.Result(), nil
}

// config is the account of the samples.
func config() Config {
	return Config{BaseURL: "http://dhl.test/mydhlapi", Username: "apiTestUser", Password: normalize.NewSecret("P@ss!word9"),
		AccountNumber: "123456789"}
}

// account makes an adapter before a carrier that answers in one way.
func accountOf(t *testing.T, c Config, status int, reply []byte) (*Adapter, *carrier) {
	t.Helper()
	wire := &carrier{status: status, reply: reply}
	a, err := New(c, adapters.Deps{HTTP: &http.Client{Transport: wire}})
	if err != nil {
		t.Fatal(err)
	}
	return a.(*Adapter), wire
}

// at runs f at a moment.
func at(t *testing.T, moment string, f func(*testing.T)) {
	t.Helper()
	when, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(when))
		f(t)
	})
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sent compares the body of the only request with a file, and returns the request.
func sent(t *testing.T, wire *carrier, name string) call {
	t.Helper()
	if len(wire.calls) != 1 {
		t.Fatalf("%d requests were sent, want 1", len(wire.calls))
	}
	var got bytes.Buffer
	if err := json.Indent(&got, wire.calls[0].body, "", "  "); err != nil {
		t.Fatalf("the request is no JSON: %v", err)
	}
	got.WriteByte('\n')
	if diff := cmp.Diff(string(read(t, name)), got.String()); diff != "" {
		t.Errorf("%s (-want +sent):\n%s", name, diff)
	}
	return wire.calls[0]
}

// golden compares what we made of an answer with a file.
func golden(t *testing.T, name string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if updating() {
		if err := os.WriteFile(filepath.Join("testdata", name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, name)), string(text)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func kindIs(t *testing.T, err error, kind normalize.Kind, field string) {
	t.Helper()
	e := normalize.AsError(err)
	if e == nil || e.Kind != kind || e.Field != field {
		t.Errorf("got %v (%+v), want %s at %q", err, e, kind, field)
	}
}

// pragueToNewYork is the shipment behind DHL's sample of a purchase: three shirts.
func pragueToNewYork() normalize.Shipment {
	return normalize.Shipment{
		Origin: normalize.Address{Name: "Jan Test", Company: "Acme CZ", Phone: "+420111222333", Line1: "Testova 1",
			City: "Prague", PostalCode: "14800", Country: "CZ"},
		Destination: normalize.Address{Name: "Jane Doe", Phone: "+12125550100", Line1: "1 Sample St", City: "New York",
			State: "NY", PostalCode: "10001", Country: "US"},
		Parcels: []normalize.Parcel{{Weight: 1200 * normalize.Gram, Dimensions: box(30, 20, 8)}},
		Items: []normalize.Item{{Description: "Cotton shirts", Quantity: 3, UnitValue: eur(2000),
			Weight: normalize.Kilogram / 3, ExportHSCode: "610510", OriginCountry: "CZ"}},
		Incoterm: normalize.DAP,
		Customs:  &normalize.Customs{Invoice: &normalize.Invoice{Number: "INV-1", Date: "2027-01-17"}},
		ShipDate: "2027-01-18",
	}
}

// pragueToBerlin is the shipment behind DHL's sample of a rate, within the EU.
func pragueToBerlin() normalize.Shipment {
	s := pragueToNewYork()
	s.Destination = normalize.Address{Name: "Anna Schmidt", Phone: "+4915112345678", Line1: "Lindenstr. 5", City: "Berlin",
		PostalCode: "10115", Country: "DE"}
	s.Parcels = []normalize.Parcel{{Weight: 2500 * normalize.Gram, Dimensions: box(25, 20, 10)}}
	return s
}

func box(length, width, height normalize.Length) normalize.Dimensions {
	return normalize.Dimensions{Length: length * normalize.Centimetre, Width: width * normalize.Centimetre, Height: height * normalize.Centimetre}
}

func eur(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "EUR"} }
