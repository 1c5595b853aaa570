package sf

import (
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The vectors of the platform's page. The last but one shows what Java's escaping changes.
func TestSign(t *testing.T) {
	t.Parallel()
	const plain, odd = `{"orderId":"GW-TEST-0002","language":"zh-CN"}`, `{"orderId":"GW-TEST-0001","language":"zh-CN","remark":"a b*c~d"}`
	for _, v := range []struct{ message, mode, want string }{
		{plain, "md5", "e1FmRwUHwx2shCZAj0a9Jw=="},
		{plain, "simple_md5", "X894n6IeMgF2gUi2AwQMCA=="},
		{plain, "sm3", "h/9ZatkWIa6bE1HWJNXq3X78zaD4ul0x37oUD86vhxQ="},
		{odd, "md5", "cSTa7O9xn/bBenJjUTlrxg=="},
	} {
		if got := sign(v.mode, v.message, "1767225600000", normalize.NewSecret("TestCheckword0123456789ABCDEFGH1")); got != v.want {
			t.Errorf("%s of %s: got %s, want %s", v.mode, v.message, got, v.want)
		}
	}
}

// The two examples of the standard, and lengths about the end of a block.
func TestSM3(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"abc":                      "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		strings.Repeat("abcd", 16): "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
		"":                         "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
	} {
		if got := sm3([]byte(in)); hex.EncodeToString(got[:]) != want {
			t.Errorf("%q: got %x, want %s", in, got, want)
		}
	}
	seen := map[[32]byte]int{}
	for n := range 130 {
		sum := sm3([]byte(strings.Repeat("a", n)))
		if other, ok := seen[sum]; ok {
			t.Errorf("%d and %d bytes have one hash", other, n)
		}
		seen[sum] = n
	}
}

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

var errNo = errors.New("no")

var plain = Config{PartnerID: "GWSANDBOX", Checkword: normalize.NewSecret("TestCheckword0123456789ABCDEFGH1")}

// What leaves us, byte for byte but for the id, which is new for each call.
func TestForm(t *testing.T) {
	t.Parallel()
	a := adapterOf(t, plain)
	got := a.client.form(serviceRoutes, `{"orderId":"GW-TEST-0002","language":"zh-CN"}`, "id-1", time.UnixMilli(1767225600000)).Encode()
	const want = "msgData=%7B%22orderId%22%3A%22GW-TEST-0002%22%2C%22language%22%3A%22zh-CN%22%7D&msgDigest=e1FmRwUHwx2shCZAj0a9Jw%3D%3D" +
		"&partnerID=GWSANDBOX&requestID=id-1&serviceCode=EXP_RECE_SEARCH_ROUTES&timestamp=1767225600000"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRoutesRequest(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]string{"": "", "+86 130 0000 0001": "0001", "13000000001": "0001", "123": "", "tel 12-34": "1234"} {
		got := adapterOf(t, plain).routes("SF1000000000001", phone)
		if got.CheckPhoneNo != want || got.Language != "1" || got.TrackingType != "1" || got.TrackingNumber[0] != "SF1000000000001" {
			t.Errorf("%q: got %+v", phone, got)
		}
	}
}

func TestMeaningOf(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]meaning{
		"80":   {normalize.StatusDelivered, "", normalize.LegLastMile},
		"648":  {normalize.StatusReturned, "", normalize.LegReturn},
		"ZZ99": {normalize.StatusInTransit, normalize.SubstatusUnmapped, ""},
		"":     {normalize.StatusInTransit, normalize.SubstatusUnmapped, ""},
	} {
		if got := meaningOf(number); got != want {
			t.Errorf("%q: got %v, want %v", number, got, want)
		}
	}
}

func TestConfigNamesAllFaults(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Digest: "sha256", Language: "de", PartnerID: strings.Repeat("x", 65)}, adapters.Deps{})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three faults", err)
	}
}

func push(body string) adapters.CallbackRequest {
	return adapters.CallbackRequest{Method: "POST", Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}}, Body: []byte(body)}
}

const (
	one = `{"Body":{"WaybillRoute":[{"id":"190001","mailno":"SF1000000000001","orderid":"GW-20270118-1","acceptTime":"2027-01-18 18:20:11",` +
		`"acceptAddress":"深圳市","remark":"顺丰速运 已收取快件","opCode":"50","reasonCode":"","reasonName":""}]}}`
	inXML = `<Request service="RoutePushService" lang="zh-CN"><Body><WaybillRoute id="190001" mailno="SF1000000000001" orderid="GW-1" ` +
		`acceptTime="2027-01-18 18:20:11" acceptAddress="深圳市" remark="已收取快件" opCode="50"/></Body></Request>`
	// mixed tells of two parcels, in turn, with four items that cannot be read.
	mixed = `{"Body":{"WaybillRoute":[{"id":1,"mailno":"SF1000000000001","acceptTime":"2027-01-18 18:20:11","opCode":50},` +
		`{"id":"2","mailno":"SF1000000000002","acceptTime":"2027-01-18 18:21:00","opCode":"50"},` +
		`{"id":"3","mailno":"SF1000000000003","acceptTime":"yesterday","opCode":"80"},{"id":"4","acceptTime":"2027-01-18 18:21:00","opCode":"80"},` +
		`{"id":"5","mailno":"SF1000000000003","acceptTime":"2027-01-18 18:21:00"},{"mailno":{}},7,` +
		`{"id":"6","mailno":"SF1000000000001","acceptTime":"2027-01-18 20:00:00","opCode":"30"}]}}`
)

func form(text string) string { return url.Values{"content": {text}}.Encode() }

func TestParseCallback(t *testing.T) {
	t.Parallel()
	a := adapterOf(t, plain)
	for name, c := range map[string]struct {
		body, want string
		odd        bool
	}{
		"JSON":          {one, "SF1000000000001:190001/50", false},
		"XML in a form": {form(inXML), "SF1000000000001:190001/50", false},
		"bare XML":      {inXML, "SF1000000000001:190001/50", false},
		"odd items":     {mixed, "SF1000000000001:1/50,6/30 SF1000000000002:2/50", true},
		"nothing":       {`{"Body":{"WaybillRoute":[]}}`, "", true},
		"another push":  {`{"Body":{"OrderState":[{}]}}`, "", true},
		"too many":      {`{"Body":{"WaybillRoute":[` + strings.Repeat(`{},`, maxRoutes) + `{}]}}`, "", true},
	} {
		list, err := a.ParseCallback(push(c.body))
		var got []string
		for _, p := range list {
			var scans []string
			for _, e := range p.Events {
				scans = append(scans, e.CarrierEventID+"/"+e.Code)
			}
			got = append(got, p.TrackingNumber+":"+strings.Join(scans, ","))
		}
		if strings.Join(got, " ") != c.want || (err != nil) != c.odd {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, c.want)
		}
	}
}

// Nothing proves a push, so that it is a hint; what is none is refused.
func TestVerifyCallback(t *testing.T) {
	t.Parallel()
	a := adapterOf(t, plain)
	byGet := push(one)
	byGet.Method = "GET"
	for name, c := range map[string]struct {
		req  adapters.CallbackRequest
		want adapters.Trust
	}{
		"JSON": {push(one), adapters.TrustHint}, "XML": {push(form(inXML)), adapters.TrustHint}, "odd items": {push(mixed), adapters.TrustHint},
		"by GET": {byGet, ""}, "no push": {push(`{"Body":{}}`), ""}, "broken XML": {push(form("<Request><Body>")), ""}, "words": {push("hello"), ""},
		"an entity": {push(`<!DOCTYPE r [<!ENTITY a "aaaa">]><Request><Body><WaybillRoute mailno="&a;"/></Body></Request>`), ""},
	} {
		got, err := a.VerifyCallback(c.req)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && normalize.KindOf(err) != normalize.KindAuthFailed {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, c.want)
		}
	}
}

// SF reads the body of an acknowledgement, which has the form of its push.
func TestAck(t *testing.T) {
	t.Parallel()
	a := adapterOf(t, plain)
	for _, c := range []struct {
		body string
		err  error
		want string
	}{
		{one, nil, `{"return_code":"0000","return_msg":"成功"}`},
		{one, errNo, `{"return_code":"1000","return_msg":"系统异常"}`},
		{form(inXML), nil, `<Response service="RoutePushService"><Head>OK</Head></Response>`},
		{form(inXML), errNo, `<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">系统异常</ERROR></Response>`},
	} {
		got := a.AckCallback(push(c.body), c.err)
		if string(got.Body) != c.want || got.Status != 200 {
			t.Errorf("got %d %s, want %s", got.Status, got.Body, c.want)
		}
	}
}
