package sf

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// client calls one sandbox as the customer's application, and hears its pushes.
type client struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	http    *http.Client
	hook    *customer
	mode    string
	calls   int
}

func open(t *testing.T) *client {
	t.Helper()
	hook := &customer{ack: `{"return_code":"0000","return_msg":"成功"}`}
	s := mocks.New(mocks.Options{RequestsPerSecond: -1, Seed: 1, HTTP: &http.Client{Transport: hook}}, New)
	t.Cleanup(s.Close)
	return &client{t: t, sandbox: s, http: &http.Client{Transport: mocks.Transport(s)}, hook: hook, mode: standard}
}

// heard is a push.
type heard struct {
	contentType string
	body        string
}

// customer answers each push with HTTP 200 and its acknowledgement.
type customer struct {
	mu  sync.Mutex
	ack string
	got []heard
}

func (c *customer) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, heard{r.Header.Get("Content-Type"), string(body)})
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(c.ack)), Request: r}, nil
}

func (c *customer) answers(ack string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ack = ack
}

func (c *customer) take() []heard {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.got
	c.got = nil
	return out
}

func (c *client) do(method, path, contentType, body string) (int, []byte) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, "http://sandbox"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, b
}

// form is a signed request, before anything is changed about it.
func (c *client) form(service, message string) url.Values {
	c.calls++
	stamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	return url.Values{"partnerID": {partnerID}, "requestID": {fmt.Sprintf("%036d", c.calls)}, "serviceCode": {service}, "timestamp": {stamp},
		"msgData": {message}, "msgDigest": {digest(c.mode, message, stamp, checkword)}}
}

const formType = "application/x-www-form-urlencoded;charset=UTF-8"

// send returns the gateway's layer.
func (c *client) send(form url.Values) outer {
	c.t.Helper()
	status, body := c.do("POST", "/sf/std/service", formType, form.Encode())
	var out outer
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK || out.ResponseID == "" {
		c.t.Fatalf("got %d %s: %v", status, body, err)
	}
	return out
}

// result is the service's layer, with how often it was quoted.
type result struct {
	Success bool
	Code    string `json:"errorCode"`
	Message *string
	Data    struct {
		Resps []routeResp `json:"routeResps"`
	} `json:"msgData"`
	quotes int
}

func (c *client) unwrap(o outer) (r result) {
	c.t.Helper()
	data := []byte(o.Data)
	for len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			c.t.Fatal(err)
		}
		data = []byte(text)
		r.quotes++
	}
	quotes := r.quotes
	if err := json.Unmarshal(data, &r); err != nil || o.Code != "A1000" {
		c.t.Fatalf("got %s %s: %v", o.Code, o.Data, err)
	}
	r.quotes = quotes
	return r
}

func (c *client) call(service, message string) result {
	c.t.Helper()
	return c.unwrap(c.send(c.form(service, message)))
}

// routes follows one waybill.
func (c *client) routes(number string) []route {
	c.t.Helper()
	r := c.call(searchRoutes, `{"language":"0","trackingType":"1","trackingNumber":["`+number+`"],"methodType":"1"}`)
	if !r.Success || r.Code != "S0000" || len(r.Data.Resps) != 1 || r.Data.Resps[0].MailNo != number {
		c.t.Fatalf("got %+v", r)
	}
	return r.Data.Resps[0].Routes
}

// control speaks to the sandbox.
func (c *client) control(method, path, body string) string {
	c.t.Helper()
	status, out := c.do(method, "/_control/"+path, "application/json", body)
	if status != http.StatusOK {
		c.t.Fatalf("got %d %s", status, out)
	}
	return string(out)
}

func (c *client) callback() {
	c.control("PUT", "callbacks", `{"carrier":"sf","account":"acct_1","url":"http://gateway.test/callbacks/sf/token"}`)
}

func (c *client) scan(number, code, at string) {
	c.t.Helper()
	c.control("POST", "scan", `{"carrier":"sf","tracking_number":"`+number+`","code":"`+code+`","at":"`+at+`","city":"Shenzhen","country":"CN"}`)
}

func (c *client) console(path, body string) int {
	c.t.Helper()
	status, _ := c.do("PUT", "/sf/console/"+path, "application/json", body)
	return status
}
