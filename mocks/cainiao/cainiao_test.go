package cainiao

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks"
)

// seller is a customer of both doors, without sockets.
type seller struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	client  *http.Client
}

// open starts a sandbox. Searches lag and numbers are late only where a test asks for it.
func open(t *testing.T, opts mocks.Options) seller {
	t.Helper()
	if opts.SearchLag == 0 {
		opts.SearchLag = -1
	}
	if opts.LateNumbers == 0 {
		opts.LateNumbers = -1
	}
	opts.Seed = 10_000_000
	s := mocks.New(opts, New)
	t.Cleanup(s.Close)
	return seller{t, s, &http.Client{Transport: mocks.Transport(s)}}
}

// post sends common parameters in the query and business ones as form, as the SDK does.
func (s seller) post(path string, common, business url.Values) string {
	s.t.Helper()
	u := "http://sandbox/cainiao" + path
	if len(common) > 0 {
		u += "?" + common.Encode()
	}
	r, err := http.NewRequestWithContext(s.t.Context(), "POST", u, strings.NewReader(business.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	res, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// common are the signed parameters of a /sync call at a time.
func common(method string, business url.Values, at time.Time) url.Values {
	q := url.Values{"app_key": {appKey}, "method": {method}, "session": {accessToken}, "timestamp": {strconv.FormatInt(at.UnixMilli(), 10)},
		"sign_method": {"sha256"}, "v": {"2.0"}, "format": {"json"}, "simplify": {"true"}}
	return sealed("", q, business)
}

// sealed signs query and form together.
func sealed(path string, q, business url.Values) url.Values {
	all := map[string]string{}
	for _, values := range []url.Values{q, business} {
		for name := range values {
			all[name] = values.Get(name)
		}
	}
	q.Set("sign", signIOP(appSecret, path, all))
	return q
}

// sync makes a good call of /sync and reads the answer.
func (s seller) sync(method string, business url.Values, out any) string {
	s.t.Helper()
	text := s.post("/sync", common(method, business, time.Now()), business)
	if err := json.Unmarshal([]byte(text), out); err != nil {
		s.t.Fatalf("%s: got %s", method, text)
	}
	return text
}

// rest makes a call of /rest, signed with its path.
func (s seller) rest(path string, business url.Values, out any) string {
	s.t.Helper()
	q := url.Values{"app_key": {appKey}, "timestamp": {strconv.FormatInt(time.Now().UnixMilli(), 10)}, "sign_method": {"sha256"}}
	if !strings.HasPrefix(path, "/auth/") {
		q.Set("access_token", accessToken)
	}
	text := s.post("/rest"+path, sealed(path, q, business), business)
	if err := json.Unmarshal([]byte(text), out); err != nil {
		s.t.Fatalf("%s: got %s", path, text)
	}
	return text
}

// failure is an error of /sync.
type failure struct {
	Error struct {
		Type, Code, Msg string
		SubCode         string `json:"sub_code"`
	} `json:"error_response"`
}

// shipment is the parcel of the platform's sample order, with edits.
func shipment(tradeOrder string, edits ...string) url.Values {
	v := url.Values{
		"trade_order_id": {tradeOrder}, "trade_order_from": {"ESCROW"}, "warehouse_carrier_service": {"CAINIAO_STANDARD"},
		"pickup_type": {"SELF_SEND"}, "undeliverable_decision": {"1"},
		"declare_product_d_t_os": {`[{"product_id":1005001,"category_cn_desc":"手机壳","category_en_desc":"phone case","product_num":1,"product_declare_amount":"3.00","product_weight":"0.060","contains_battery":false}]`},
		"address_d_t_os":         {`{"sender":{"address_id":1001},"refund":{"address_id":1003},"receiver":{"name":"Ivan P","country":"RU","province":"Moscow","city":"Moscow","street_address":"Lenina 1-2","post_code":"101000","mobile":"+79000000000","member_type":"receiver"}}`},
	}
	for i := 0; i+1 < len(edits); i += 2 {
		name, change, in := strings.Cut(edits[i], ":")
		if !in { // a whole field
			v.Set(name, edits[i+1])
			continue
		}
		v.Set(name, strings.ReplaceAll(v.Get(name), change, edits[i+1])) // a piece of JSON
	}
	return v
}

// buy makes an order that must succeed.
func (s seller) buy(tradeOrder string, edits ...string) createResult {
	s.t.Helper()
	var out createAnswer
	text := s.sync("aliexpress.logistics.order.createorder", shipment(tradeOrder, edits...), &out)
	if !out.Success || !out.Result.Success || out.Result.ErrorCode != 1 {
		s.t.Fatalf("not sold: %s", text)
	}
	return out.Result
}

// barcodes reads the Code 128 of every label of a PDF, page by page.
func barcodes(t *testing.T, pdf []byte) []string {
	t.Helper()
	pages, err := api.ExtractImagesRaw(bytes.NewReader(pdf), nil, model.NewDefaultConfiguration())
	if err != nil {
		t.Fatalf("not a PDF of ours: %v", err)
	}
	var out []string
	for _, images := range pages {
		for _, raw := range images {
			img, _, err := image.Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			bits, err := gozxing.NewBinaryBitmapFromImage(img)
			if err != nil {
				t.Fatal(err)
			}
			code, err := oned.NewCode128Reader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, code.GetText())
		}
	}
	return out
}

func decoded(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The signature of both protocols, by the platform's examples and by two computed apart.
func TestSignIOP(t *testing.T) {
	tests := []struct {
		name, secret, path, want string
		params                   map[string]string
	}{
		{"published, sync", "helloworld", "", "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB", map[string]string{
			"access_token": "test", "aliexpress_category_id": "200135143", "app_key": "123456", "method": "aliexpress.logistics.redefining.getonlinelogisticsinfo",
			"sign_method": "sha256", "timestamp": "1517820392000"}},
		{"published, rest", "helloworld", "/auth/token/create", "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81", map[string]string{
			"app_key": "12345678", "code": "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26", "sign_method": "sha256", "timestamp": "1517820392000"}},
		{"own, sync, empty left out", "demoSecret", "", "97CDEE348D99F5B09BDD691006121A7939D1762FCBBEAEA6E30528F6D7CEF50F", map[string]string{
			"app_key": "500123", "current_page": "1", "format": "json", "method": "aliexpress.logistics.querylogisticsorderdetail", "page_size": "10",
			"partner_id": "carrier-gw", "session": "demo_session_token", "sign_method": "sha256", "simplify": "true", "timestamp": "1760000000000",
			"trade_order_id": "8011223344556677", "v": "2.0", "sign": "left out", "logistics_status": ""}},
		{"own, rest", "demoSecret", "/auth/token/create", "D1A039535F9DCD998094C26DCA119872F0D7396BB80B1111DFF3104A6790705D", map[string]string{
			"app_key": "500123", "code": "3_500123_demoAuthCode", "sign_method": "sha256", "timestamp": "1760000000000"}},
	}
	for _, tt := range tests {
		if got := signIOP(tt.secret, tt.path, tt.params); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// LINK's digest, by its published example and by two computed apart.
func TestDigest(t *testing.T) {
	for _, tt := range []struct{ message, secret, want string }{
		{"hello1234", "key123", "ufYU7rvXhHY3IDyZgyt6SA=="},
		{`{"locale":"zh_CN","orderCode":"LP00099887766554"}`, "linkSecret42", "FBbn44iGia3o1DVNRqPN6w=="},
		{`{"receiver":"张三"}`, "linkSecret42", "wthjKY8y6HpgNNZR/kq7AQ=="},
	} {
		if got := digest(tt.message, tt.secret); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.message, got, tt.want)
		}
	}
}

// Numbers are S10 with a right check digit; the second is the union's own example.
func TestS10(t *testing.T) {
	if got, want := s10("LX", "00000000", "CN"), "LX000000005CN"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := s10("RR", "47312482", "CN"), "RR473124829CN"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestScaled(t *testing.T) {
	for _, tt := range []struct {
		text     string
		decimals int
		want     int64
		ok       bool
	}{
		{"0.060", 3, 60, true}, {"2", 3, 2000, true}, {"3.00", 2, 300, true}, {"0.0601", 3, 0, false},
		{"-1", 2, 0, false}, {"1e3", 2, 0, false}, {"", 2, 0, false}, {".5", 2, 0, false}, {"12345678", 2, 0, false},
	} {
		if got, ok := scaled(tt.text, tt.decimals); got != tt.want || ok != tt.ok {
			t.Errorf("%q: got %d %v, want %d %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

// Only the two calls that spend money are labels to the sandbox.
func TestClassify(t *testing.T) {
	labels := []string{}
	for name, op := range kinds {
		if op == mocks.OpLabel {
			labels = append(labels, name)
		}
	}
	slices.Sort(labels)
	if want := []string{"aliexpress.logistics.order.createorder", "cnge.order.create"}; !slices.Equal(labels, want) {
		t.Errorf("got %v, want %v", labels, want)
	}
	c := &Carrier{}
	for _, tt := range []struct{ url, body, want string }{
		{"/sync?method=aliexpress.logistics.order.createorder", "", mocks.OpLabel},
		{"/sync", "method=aliexpress.logistics.service.query", mocks.OpRate},
		{"/rest/auth/token/refresh", "", mocks.OpToken},
		{"/rest/nothing", "", mocks.OpOther},
		{"/gateway/link.do", "msg_type=cnge.order.create", mocks.OpLabel},
		{"/gateway/link.do", "msg_type=cnge.track.get", mocks.OpTrack},
		{"/sync?method=aliexpress.logistics.sellershipmentfortop", "", mocks.OpOther},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://x"+tt.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Classify(r, []byte(tt.body)); got != tt.want {
			t.Errorf("%s %s: got %s, want %s", tt.url, tt.body, got, tt.want)
		}
	}
}
