package dhlexpress

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks"
)

// client calls one sandbox, with the account's credentials.
type client struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	http    *http.Client
	base    string
}

func open(t *testing.T, opts mocks.Options) client {
	t.Helper()
	opts.Seed = 1
	s := mocks.New(opts, New)
	t.Cleanup(s.Close)
	return client{t, s, &http.Client{Transport: mocks.Transport(s)}, "http://sandbox"}
}

// now is a sandbox whose searches have no lag.
func now(t *testing.T) client { return open(t, mocks.Options{SearchLag: -1, RequestsPerSecond: -1}) }

type answer struct {
	t      *testing.T
	status int
	body   []byte
}

func (c client) do(method, path, body string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/dhl_express/mydhlapi"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", basic(username, password))
	return c.send(r)
}

func (c client) send(r *http.Request) answer {
	c.t.Helper()
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{c.t, res.StatusCode, b}
}

func (a answer) into(status int, v any) {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("got %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
}

// refused reads the carrier's error.
func (a answer) refused(status int) problem {
	a.t.Helper()
	var p problem
	a.into(status, &p)
	return p
}

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05") + "GMT" + t.Format("-07:00") }

// tomorrow is when the tests' shipments are planned, at their origin.
func tomorrow() string { return stamp(time.Now().In(mocks.Zone("CN")).AddDate(0, 0, 1)) }

// rates is a question for one parcel from Shenzhen.
func rates(country, city, postal, weight string) string {
	return fmt.Sprintf(`{"customerDetails":{"shipperDetails":{"postalCode":"518057","cityName":"Shenzhen","countryCode":"CN"},
	"receiverDetails":{"postalCode":%q,"cityName":%q,"countryCode":%q}},
	"accounts":[{"typeCode":"shipper","number":%q}],"plannedShippingDateAndTime":%q,"unitOfMeasurement":"metric","isCustomsDeclarable":true,
	"packages":[{"weight":%s,"dimensions":{"length":25,"width":20,"height":10}}]}`, postal, city, country, accountNumber, tomorrow(), weight)
}

// label is an order for one parcel of three cups from Shenzhen to Berlin.
func label(references ...string) string {
	refs := []string{}
	for _, r := range references {
		refs = append(refs, `{"value":"`+r+`","typeCode":"CU"}`)
	}
	return `{"plannedShippingDateAndTime":"` + tomorrow() + `","pickup":{"isRequested":false},"productCode":"P",
	"accounts":[{"typeCode":"shipper","number":"` + accountNumber + `"}],"customerReferences":[` + strings.Join(refs, ",") + `],
	"outputImageProperties":{"encodingFormat":"pdf","imageOptions":[{"typeCode":"label","templateName":"ECOM26_84_001"},{"typeCode":"invoice","isRequested":true}]},
	"customerDetails":{
	"shipperDetails":{"postalAddress":{"postalCode":"518057","cityName":"Shenzhen","countryCode":"CN","addressLine1":"88 Keyuan Rd"},"contactInformation":{"phone":"+8675512345678","companyName":"Bright Co","fullName":"Li Wei"}},
	"receiverDetails":{"postalAddress":{"postalCode":"10969","cityName":"Berlin","countryCode":"DE","addressLine1":"Lindenstr. 5"},"contactInformation":{"phone":"+4915112345678","companyName":"Anna Schmidt","fullName":"Anna Schmidt"}}},
	"content":{"unitOfMeasurement":"metric","incoterm":"DAP","isCustomsDeclarable":true,"description":"Ceramic cups","declaredValue":37.5,"declaredValueCurrency":"USD",
	"packages":[{"weight":1.2,"dimensions":{"length":30,"width":20,"height":8}}],
	"exportDeclaration":{"invoice":{"number":"INV-1","date":"2026-11-20"},"exportReasonType":"commercial_purpose_or_sale",
	"lineItems":[{"number":1,"description":"Ceramic cup","price":12.5,"quantity":{"value":3,"unitOfMeasurement":"PCS"},"manufacturerCountry":"CN",
	"commodityCodes":[{"typeCode":"outbound","value":"691110"}],"weight":{"netValue":0.9,"grossValue":1.1}}]}}}`
}

// buy sells a label and returns the answer.
func (c client) buy(body string) shipmentAnswer {
	c.t.Helper()
	var out shipmentAnswer
	c.do("POST", "/shipments", body).into(http.StatusCreated, &out)
	return out
}

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
