package speedpak

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks"
)

// client calls one sandbox as the seller's application.
type client struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	http    *http.Client
	base    string
	bearer  string
}

func open(t *testing.T, opts mocks.Options) *client {
	t.Helper()
	opts.Seed = 1
	s := mocks.New(opts, New)
	t.Cleanup(s.Close)
	c := &client{t: t, sandbox: s, http: &http.Client{Transport: mocks.Transport(s)}, base: "http://sandbox"}
	c.login()
	return c
}

// now is a sandbox without lags.
func now(t *testing.T) *client {
	return open(t, mocks.Options{SearchLag: -1, LateNumbers: -1, RequestsPerSecond: -1})
}

func (c *client) login() {
	c.t.Helper()
	var out tokenAnswer
	c.grant("grant_type", "refresh_token", "refresh_token", published()["refresh_token"], "scope", edelivery).into(http.StatusOK, &out)
	c.bearer = "Bearer " + out.AccessToken
}

func published() map[string]string { return (*Carrier)(nil).Account().Credentials }

// grant asks the token endpoint.
func (c *client) grant(pairs ...string) answer {
	c.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := c.request("POST", tokenPath, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", basic(clientID, clientSecret))
	return c.send(r)
}

type answer struct {
	t      *testing.T
	status int
	body   []byte
}

func (c *client) request(method, path, body string) *http.Request {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/speedpak"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c *client) do(method, path, body string) answer {
	c.t.Helper()
	r := c.request(method, root+path, body)
	r.Header.Set("Authorization", c.bearer)
	r.Header.Set("Content-Type", "application/json")
	return c.send(r)
}

func (c *client) send(r *http.Request) answer {
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

// done expects an empty 204.
func (a answer) done() {
	a.t.Helper()
	if a.status != http.StatusNoContent || len(a.body) > 0 {
		a.t.Fatalf("got %d, want an empty 204: %s", a.status, a.body)
	}
}

// failed reads eBay's error.
func (a answer) failed(status, id int) apiError {
	a.t.Helper()
	var out struct {
		Errors []apiError `json:"errors"`
	}
	a.into(status, &out)
	if len(out.Errors) != 1 || out.Errors[0].ErrorID != id || out.Errors[0].Message == "" {
		a.t.Fatalf("got %s, want error %d", a.body, id)
	}
	return out.Errors[0]
}

// line is an order line of its own for each n.
func line(n int) string { return fmt.Sprintf("110000000001-1000000000%04d", n) }

// draft is a package with one phone case for California.
func draft(orderLine, comment string) string {
	return fmt.Sprintf(`{"packageInfo":{"shippingServiceId":"US0001-DEMO","consignPreferenceId":"90001","shipFromAddressId":"80001","incoterm":"DDU",
	"packageWeight":350,"packageLength":20,"packageWidth":15,"packageHeight":8,"packageComment":%q,
	"shipToAddress":{"contact":"Jane Doe","phone":"5550100","countryCode":"US","countryName":"United States","province":"CA","city":"San Jose","street1":"1 Demo St","postcode":"95101"},
	"items":[{"orderLineItem":%q,"orderId":"01-00001-00001","postedQuantity":1,
	"sku":{"skuNumber":"DEMO-1","nameEn":"phone case","nameZh":"手机壳","origin":"CN","weight":300,"price":{"value":"8.50","currency":"USD"},"isLiBattery":false}}]}}`,
		comment, orderLine)
}

func (c *client) create(body string) createResult {
	c.t.Helper()
	var out struct {
		Result createResult `json:"createPackageResult"`
	}
	c.do("POST", "/package", body).into(http.StatusCreated, &out)
	return out.Result
}

// sell creates and confirms.
func (c *client) sell(orderLine string) createResult {
	c.t.Helper()
	p := c.create(draft(orderLine, "ours "+orderLine))
	c.do("POST", "/package/"+p.PackageID+"/confirm", "").done()
	return p
}

// control calls the control interface.
func (c *client) control(path, body string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), "POST", c.base+"/_control/"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if a := c.send(r); a.status != http.StatusOK {
		c.t.Fatalf("got %d: %s", a.status, a.body)
	}
}

func (c *client) travel(number, journey string) {
	c.t.Helper()
	c.control("push", fmt.Sprintf(`{"carrier":"speedpak","tracking_number":%q,"journey":%q}`, number, journey))
}

func (c *client) scan(number, code string) {
	c.t.Helper()
	c.control("scan", fmt.Sprintf(`{"carrier":"speedpak","tracking_number":%q,"code":%q,"city":"Shenzhen","country":"CN"}`, number, code))
}

var numberForm = regexp.MustCompile(`^E[A-Z]\d{13}[A-Z]{2}\d{8}[A-Z][A-Z0-9]{2}$`)

// scanned reads the barcodes in a PDF, as a hand scanner would.
func scanned(t *testing.T, content string) []string {
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
			read, err := oned.NewCode128Reader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
			if err != nil {
				t.Fatalf("no barcode found: %v", err)
			}
			out = append(out, read.GetText())
		}
	}
	return out
}
