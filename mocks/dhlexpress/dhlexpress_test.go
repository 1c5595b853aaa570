package dhlexpress

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The header of the carrier's page on authentication.
func TestBasicVector(t *testing.T) {
	if got, want := basic("apiTestUser", "P@ss!word9"), "Basic YXBpVGVzdFVzZXI6UEBzcyF3b3JkOQ=="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Without the right user and password nothing is answered but the carrier's 401.
func TestUnauthorized(t *testing.T) {
	c := now(t)
	for name, header := range map[string]string{"none": "", "other password": basic(username, "guess"), "bearer": "Bearer " + password} {
		r := httptest.NewRequest("GET", c.base+"/dhl_express/mydhlapi/shipments/1/tracking", nil)
		r.RequestURI = ""
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		p := c.send(r).refused(http.StatusUnauthorized)
		if p.Status != "401" || p.Detail != "Invalid Credentials" || p.Instance != "/expressapi/shipments/1/tracking" {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

// The carrier's own form of "too many requests", with the time to wait.
func TestTooManyRequests(t *testing.T) {
	c := open(t, mocks.Options{RequestsPerSecond: 1})
	c.do("GET", "/reference-data?datasetName=country", "")
	p := c.do("GET", "/reference-data?datasetName=country", "").refused(http.StatusTooManyRequests)
	if p.Status != "429" || p.Title == "" {
		t.Errorf("got %+v", p)
	}
}

// The test environment is a path on the same host.
func TestTestEnvironment(t *testing.T) {
	c := now(t)
	if a := c.do("POST", "/test/rates", rates("DE", "Berlin", "10969", "1")); a.status != http.StatusOK {
		t.Errorf("got %d: %s", a.status, a.body)
	}
}

// Numbers that the carrier's test environment tracks all end with their check digit.
func TestWaybillCheckDigit(t *testing.T) {
	for _, awb := range []string{"9356579890", "4818240420", "5584773180", "5786694550", "2449648740", "5980622760", "6781059250", "9077880070"} {
		if got := waybill(awb[:9]); got != awb {
			t.Errorf("got %s, want %s", got, awb)
		}
	}
}

// scan reads the barcodes in a PDF, as a hand scanner would.
func scan(t *testing.T, content string) []string {
	t.Helper()
	pdf, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		t.Fatal(err)
	}
	noConfigDir()
	pages, err := api.ExtractImagesRaw(bytes.NewReader(pdf), nil, model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, images := range pages {
		for _, found := range images {
			img, _, err := image.Decode(found)
			if err != nil {
				t.Fatal(err)
			}
			bits, err := gozxing.NewBinaryBitmapFromImage(img)
			if err != nil {
				t.Fatal(err)
			}
			code, err := oned.NewCode128Reader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
			if err != nil {
				t.Fatalf("no barcode found: %v", err)
			}
			out = append(out, code.GetText())
		}
	}
	return out
}

// From a quote to a delivered parcel, over a real socket.
func TestHappyPath(t *testing.T) {
	s := mocks.New(mocks.Options{SearchLag: -1, Seed: 1}, New)
	t.Cleanup(s.Close)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := client{t, s, server.Client(), server.URL}

	var quote ratesAnswer
	c.do("POST", "/rates", rates("DE", "Berlin", "10969", "1.2")).into(http.StatusOK, &quote)
	quoted := priceOf(t, quote, "P", "BILLC")

	got := c.buy(label("ours-1", "EB-1001"))
	if len(got.TrackingNumber) != 10 || waybill(got.TrackingNumber[:9]) != got.TrackingNumber {
		t.Errorf("got waybill %s", got.TrackingNumber)
	}
	if plate := got.Packages[0].TrackingNumber; len(plate) != 20 || !strings.HasPrefix(plate, "JD01") {
		t.Errorf("got licence plate %s", plate)
	}
	if codes := scan(t, got.Documents[0].Content); !slices.Equal(codes, []string{got.TrackingNumber}) {
		t.Errorf("the label's barcode says %v", codes)
	}
	if d := got.Documents[1]; d.TypeCode != "invoice" || d.ImageFormat != "PDF" {
		t.Errorf("got document %s %s, want the invoice", d.TypeCode, d.ImageFormat)
	}
	sale := s.Purchases("dhl_express", "ours-1")[0]
	want := mocks.Purchase{Carrier: "dhl_express", Account: "acct_sandbox_dhl_express", Operation: "purchase", Reference: "EB-1001",
		ClientReference: "ours-1", CarrierID: got.TrackingNumber, TrackingNumber: got.TrackingNumber, State: mocks.Live,
		Charged: mocks.Money{Amount: quoted.amount(), Currency: "USD"}, At: sale.At}
	if sale != want {
		t.Errorf("got %+v, want %+v", sale, want)
	}

	travel(t, c, got.TrackingNumber, "delivered")
	var track trackingAnswer
	c.do("GET", "/shipments/"+got.TrackingNumber+"/tracking", "").into(http.StatusOK, &track)
	events := track.Shipments[0].Events
	if first, last := events[0].TypeCode, events[len(events)-1].TypeCode; first != "PU" || last != "OK" {
		t.Errorf("got events from %s to %s, want PU to OK", first, last)
	}
	if a := c.do("GET", "/shipments/"+got.TrackingNumber+"/proof-of-delivery", ""); a.status != http.StatusOK {
		t.Errorf("no proof of delivery: %s", a.body)
	}
}

func travel(t *testing.T, c client, number, journey string) {
	t.Helper()
	body := fmt.Sprintf(`{"carrier":"dhl_express","tracking_number":%q,"journey":%q}`, number, journey)
	r, err := http.NewRequestWithContext(t.Context(), "POST", c.base+"/_control/push", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Sent, Scans int }
	c.send(r).into(http.StatusOK, &out)
	if out.Sent != 0 || out.Scans == 0 {
		t.Fatalf("got %+v, want scans and no push: MyDHL has none", out)
	}
}

// priceOf is a product's total of one kind.
func priceOf(t *testing.T, a ratesAnswer, code, kind string) decimal {
	t.Helper()
	for _, p := range a.Products {
		for _, total := range p.TotalPrice {
			if p.ProductCode == code && total.CurrencyType == kind {
				return total.Price
			}
		}
	}
	t.Fatalf("no %s price of product %s", kind, code)
	return 0
}

// UnmarshalJSON lets the tests read what the simulator writes.
func (d *decimal) UnmarshalJSON(b []byte) error {
	*d = decimal(thousandths(json.Number(b)) / 10)
	return nil
}

func (m *milli) UnmarshalJSON(b []byte) error {
	*m = milli(thousandths(json.Number(b)))
	return nil
}

func (d *decimal6) UnmarshalJSON(b []byte) error {
	*d = decimal6(thousandths(json.Number(b)) * 1000)
	return nil
}

// Many buyers at once get numbers of their own, and each sale is in the ledger once.
func TestManyBuyers(t *testing.T) {
	c := now(t)
	const buyers = 40
	var wg sync.WaitGroup
	numbers := make([]string, buyers)
	for i := range buyers {
		wg.Go(func() { numbers[i] = c.buy(label("r-" + strconv.Itoa(i))).TrackingNumber })
	}
	wg.Wait()
	slices.Sort(numbers)
	if n := len(slices.Compact(numbers)); n != buyers || len(c.sandbox.Purchases("dhl_express", "")) != buyers {
		t.Errorf("got %d numbers and %d sales, want %d of both", n, len(c.sandbox.Purchases("", "")), buyers)
	}
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return "?" + v.Encode()
}
