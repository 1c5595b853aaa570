package adaptertest

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/crossdock-hub/crossdock/adapters"
)

// sent is a request as it left the adapter, and what came back for a committing one.
type sent struct {
	mark   adapters.Mark
	method string
	url    string
	header http.Header
	body   string
	broken bool // a fault answered it

	status int // of the reply, whole
	reply  []byte
}

// fault answers in the carrier's place the requests that it is for.
type fault struct {
	hits func(adapters.Mark) bool
	// reply may pass the request on and spoil the answer.
	reply func(r *http.Request, next http.RoundTripper) (*http.Response, error)
}

// tap lies between adapter and simulator: it writes down what passes and breaks what it is
// told to.
type tap struct {
	next http.RoundTripper

	mu    sync.Mutex
	log   []sent
	fault *fault
}

// RoundTrip notes the request, and lets the fault or the carrier answer.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	s := sent{mark: adapters.MarkOf(r.Context()), method: r.Method, url: r.URL.String(), header: r.Header.Clone()}
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		s.body, r.Body = string(b), io.NopCloser(bytes.NewReader(b))
	}
	t.mu.Lock()
	f := t.fault
	s.broken = f != nil && f.hits(s.mark)
	t.log = append(t.log, s)
	i := len(t.log) - 1
	t.mu.Unlock()
	if s.broken {
		return f.reply(r, recorder{t, i})
	}
	return recorder{t, i}.RoundTrip(r)
}

// recorder passes a request on and keeps the answer of a committing one, as evidence.
type recorder struct {
	tap *tap
	i   int
}

func (c recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.tap.next.RoundTrip(r)
	if err != nil || !adapters.MarkOf(r.Context()).Commits {
		return res, err
	}
	b, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(b))
	c.tap.mu.Lock()
	c.tap.log[c.i].status, c.tap.log[c.i].reply = res.StatusCode, b
	c.tap.mu.Unlock()
	return res, nil
}

// set puts a fault on the wire; nil heals it.
func (t *tap) set(f *fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fault = f
}

// all are the requests since the last call of forget.
func (t *tap) all() []sent {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]sent(nil), t.log...)
}

func (t *tap) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.log = nil
}

// commits are the requests that committed money, or would have.
func (t *tap) commits() []sent {
	var out []sent
	for _, s := range t.all() {
		if s.mark.Commits {
			out = append(out, s)
		}
	}
	return out
}

// brokenCount is how many requests met the fault.
func (t *tap) brokenCount() int {
	n := 0
	for _, s := range t.all() {
		if s.broken {
			n++
		}
	}
	return n
}

// errReset is what a client reads from a connection that its peer has reset.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// respond makes an answer.
func respond(r *http.Request, status int, contentType string, body io.Reader) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: -1,
		Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(body),
	}
}

// page is what something in front of the carrier answers.
func page(r *http.Request, status int) *http.Response {
	return respond(r, status, "text/html", strings.NewReader(
		"<html><head><title>"+http.StatusText(status)+"</title></head><body><h1>"+http.StatusText(status)+"</h1></body></html>"))
}

// brokenReader ends a body in the middle, as a broken connection does.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// endless is a body that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// hold answers nothing until the caller leaves.
func hold(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// noDial fails before a byte is sent, and says so to httptrace as the real transport does.
func noDial(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

// of makes a fault reply of the carrier's own words.
func (p Reply) of(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	res := respond(r, status, "application/json", strings.NewReader(p.Body))
	for k, v := range p.Header {
		res.Header[k] = v
	}
	return res, nil
}
