package wishpost

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks"
)

// client calls one sandbox as the merchant's application.
type client struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	http    *http.Client
	token   string
}

func open(t *testing.T, opts mocks.Options) *client {
	t.Helper()
	opts.Seed = 1
	s := mocks.New(opts, New)
	t.Cleanup(s.Close)
	return &client{t, s, &http.Client{Transport: mocks.Transport(s), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		published()["access_token"]}
}

// now is a sandbox without lags.
func now(t *testing.T) *client {
	return open(t, mocks.Options{SearchLag: -1, LateNumbers: -1, RequestsPerSecond: -1})
}

func published() map[string]string { return (*Carrier)(nil).Account().Credentials }

type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (c *client) do(method, url, body string, headers ...string) answer {
	c.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = "http://sandbox" + url
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{c.t, res.StatusCode, res.Header, b}
}

// v2 sends XML; the word TOKEN in it is the access token.
func (c *client) v2(path, body string) answer {
	c.t.Helper()
	return c.do("POST", "/wishpost/api/v2/"+path, strings.ReplaceAll(body, "TOKEN", c.token), "Content-Type", "application/xml")
}

// v3 sends JSON, or nothing with GET, and the token in the header.
func (c *client) v3(path, body string) answer {
	c.t.Helper()
	method := "POST"
	if body == "" {
		method = "GET"
	}
	return c.do(method, "/wishpost/api/v3/"+path, body, "Content-Type", "application/json", "Authorization", "Bearer "+c.token)
}

// xml reads an answer of v2 and returns its status.
func (a answer) xml() (node, string) {
	a.t.Helper()
	n, err := readXML(a.body)
	if err != nil || n.name != "root" || n.get("timestamp") == "" {
		a.t.Fatalf("got %d %s: %v", a.status, a.body, err)
	}
	return n, n.get("status")
}

// fine expects success of v2.
func (a answer) fine() node {
	a.t.Helper()
	n, status := a.xml()
	if status != "0" || a.status != http.StatusOK {
		a.t.Fatalf("got %d %s, want success", a.status, a.body)
	}
	return n
}

// into decodes an answer of v3, of this code.
func (a answer) into(code int, v any) {
	a.t.Helper()
	var head struct {
		Code    *int
		Message string
	}
	if err := json.Unmarshal(a.body, &head); err != nil || head.Code == nil || *head.Code != code || head.Message == "" {
		a.t.Fatalf("got %d %s, want code %d: %v", a.status, a.body, code, err)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatal(err)
	}
}

// sample is an order of one line; pairs of old and new text change it.
func sample(change ...string) string {
	return strings.NewReplacer(change...).Replace(`<orders><access_token>TOKEN</access_token><mark>D1</mark><bid>0</bid><order><guid>GW-1</guid><otype>11-1</otype>
<doorpickup>0</doorpickup><from>Li Wei</from><sender_province>Guangdong</sender_province><sender_city>Shenzhen</sender_city><sender_district>Nanshan</sender_district>
<sender_addres>88 Keyuan Rd</sender_addres><sender_phone>13000000001</sender_phone><sender_zipcode>518057</sender_zipcode>
<receive_from>甲</receive_from><receive_province>广东省</receive_province><receive_city>深圳市</receive_city><receive_district>南山区</receive_district><receive_addres>科苑路88号</receive_addres><receive_phone>13000000001</receive_phone>
<to>Jane Doe</to><recipient_country>United States</recipient_country><recipient_country_short>US</recipient_country_short><recipient_province>California</recipient_province>
<recipient_city>San Jose</recipient_city><recipient_addres>1 First St</recipient_addres><recipient_postcode>95110</recipient_postcode><recipient_phone>4085550100</recipient_phone>
<type_no>4</type_no><unit_measurement>item</unit_measurement><trade_amount>25.00</trade_amount>
<product_items><product_item><wish_order_id>5f00aa11bb22cc33dd44ee66</wish_order_id><product_item_from_country>CN</product_item_from_country><product_item_name>phone case</product_item_name>
<product_item_name_chinese>手机壳</product_item_name_chinese><product_item_num>2</product_item_num><product_item_weight>0.350</product_item_weight><product_item_single_price>12.50</product_item_single_price>
<product_item_has_battery>0</product_item_has_battery><product_item_sensitivity_type>0</product_item_sensitivity_type><product_item_product_url>https://example.test/case</product_item_product_url></product_item></product_items></order></orders>`)
}

// bought is what an answer says of one order.
type bought struct{ id, number, state, guid string }

func (c *client) buy(change ...string) bought {
	c.t.Helper()
	body := c.v2("create_order", sample(change...)).body
	n := answer{c.t, 200, nil, body}.fine()
	barcode := n.all("barcode")
	if len(barcode) != 1 || n.get("mark") != "D1" {
		c.t.Fatalf("got %s", body)
	}
	out := bought{id: n.get("wish_standard_tracking_id"), number: barcode[0].text}
	for _, part := range []struct {
		attr string
		to   *string
	}{{`guid="`, &out.guid}, {`state="`, &out.state}} {
		_, rest, _ := strings.Cut(string(body), part.attr)
		*part.to, _, _ = strings.Cut(rest, `"`)
	}
	if !strings.HasPrefix(out.id, "WI") {
		c.t.Fatalf("got %s", body)
	}
	return out
}

func (c *client) control(path, body string) {
	c.t.Helper()
	if a := c.do("POST", "/_control/"+path, body); a.status != http.StatusOK {
		c.t.Fatalf("got %d %s", a.status, a.body)
	}
}

// status asks for one order.
func (c *client) status(id string) record {
	c.t.Helper()
	var out struct{ Orders []record }
	c.v3("order_status", `{"wish_standard_tracking_ids":["`+id+`"]}`).into(0, &out)
	if len(out.Orders) != 1 {
		c.t.Fatalf("got %d orders of %s", len(out.Orders), id)
	}
	return out.Orders[0]
}

// barcodes are those of a PDF's pages, in their order.
func barcodes(t *testing.T, pdf []byte) []string {
	t.Helper()
	pages, err := api.ExtractImagesRaw(bytes.NewReader(pdf), nil, model.NewDefaultConfiguration())
	if err != nil {
		t.Fatalf("no PDF (%v): %.60q", err, pdf)
	}
	var out []string
	for _, page := range pages {
		for _, found := range page {
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
	slices.Sort(out)
	return out
}
