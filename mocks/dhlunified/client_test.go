package dhlunified

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/crossdock-hub/crossdock/mocks"
)

// client calls one sandbox as the customer's application, and hears its pushes.
type client struct {
	t       *testing.T
	sandbox *mocks.Sandbox
	http    *http.Client
	hook    *customer
	key     string
}

func open(t *testing.T) *client {
	t.Helper()
	hook := &customer{}
	s := mocks.New(mocks.Options{RequestsPerSecond: -1, Seed: 1, HTTP: &http.Client{Transport: hook}}, New)
	t.Cleanup(s.Close)
	return &client{t, s, &http.Client{Transport: mocks.Transport(s)}, hook, apiKey}
}

// heard is a message at one of the customer's addresses.
type heard struct {
	url    string
	header http.Header
	body   []byte
}

// into decodes a message and returns its scope.
func (h heard) into(t *testing.T) message {
	t.Helper()
	var m message
	if err := json.Unmarshal(h.body, &m); err != nil {
		t.Fatalf("%v in %s", err, h.body)
	}
	return m
}

// customer takes pushes and answers with a status, 200 if none is set.
type customer struct {
	mu     sync.Mutex
	status int
	got    []heard
}

func (c *customer) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, heard{r.URL.String(), r.Header, body})
	status := c.status
	if status == 0 {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Body: http.NoBody, Request: r}, nil
}

// take returns what was heard since the last call.
func (c *customer) take() []heard {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.got
	c.got = nil
	return out
}

type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (c *client) do(method, path, body string, headers ...string) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, "http://sandbox"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.key != "" {
		r.Header.Set("DHL-API-Key", c.key)
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
	return reply{c.t, res.StatusCode, res.Header, b}
}

func (a reply) into(status int, v any) {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("got %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
}

// refused reads a problem.
func (a reply) refused(status int) problem {
	a.t.Helper()
	var p problem
	a.into(status, &p)
	if p.Status != status || p.Title == "" || p.Detail == "" || a.header.Get("Content-Type") != "application/problem+json" {
		a.t.Fatalf("got %s as %s, want a problem", a.body, a.header.Get("Content-Type"))
	}
	return p
}

func (c *client) scan(number, code, at, country string) {
	c.t.Helper()
	body, err := json.Marshal(map[string]string{"carrier": "dhl_unified", "tracking_number": number, "code": code, "at": at, "city": "Berlin", "country": country})
	if err != nil {
		c.t.Fatal(err)
	}
	if a := c.do("POST", "/_control/scan", string(body)); a.status != http.StatusOK {
		c.t.Fatalf("scan: got %d %s", a.status, a.body)
	}
}

// push tells what became of the messages.
func (c *client) push(body string) (out struct{ Sent, Acked, Refused, Retrying, Scans int }) {
	c.t.Helper()
	c.do("POST", "/_control/push", `{"carrier":"dhl_unified",`+body+`}`).into(http.StatusOK, &out)
	return out
}

func (c *client) callback(url string) {
	c.t.Helper()
	if a := c.do("PUT", "/_control/callbacks", `{"carrier":"dhl_unified","account":"acct_1","url":"`+url+`"}`); a.status != http.StatusOK {
		c.t.Fatalf("callback: got %d %s", a.status, a.body)
	}
}

// track reads the one shipment of a number.
func (c *client) track(query string) shipment {
	c.t.Helper()
	var out answer
	c.do("GET", "/dhl_unified/track/shipments?"+query, "").into(http.StatusOK, &out)
	if len(out.Shipments) != 1 {
		c.t.Fatalf("got %d shipments, want 1", len(out.Shipments))
	}
	return out.Shipments[0]
}
