package mocks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"syscall"
)

// Transport is a client's transport that calls h in the same process, without a socket, so
// that it works inside a synctest bubble. It keeps what matters of a real connection: the
// handler's context ends when the caller leaves, a handler that aborts is a connection reset
// (or an unexpected end in the body, once the answer has begun), and httptrace hears of the
// request and the first byte.
func Transport(h http.Handler) http.RoundTripper { return transport{h} }

type transport struct{ handler http.Handler }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	in := serverRequest(r.Clone(ctx), body)
	trace := httptrace.ContextClientTrace(r.Context())
	if trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	w := &wire{reply: *newReply()}
	done := make(chan struct{})
	go func() { // ends with the handler, whose context ends with the caller
		defer close(done)
		defer cancel()
		w.serve(t.handler, in)
	}()
	select {
	case <-done:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if w.broken && w.status == 0 {
		return nil, errReset
	}
	if trace != nil && trace.GotFirstResponseByte != nil {
		trace.GotFirstResponseByte()
	}
	return w.response(r), nil
}

// errReset is what a client reads from a connection that its peer has reset.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

// serverRequest is the request as a server would see it.
func serverRequest(r *http.Request, body []byte) *http.Request {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:1234"
	return r
}

// wire is the answer on its way to a caller in the same process.
type wire struct {
	reply
	broken bool
}

// Flush is a no-op: the answer is handed over whole.
func (w *wire) Flush() {}

func (w *wire) serve(h http.Handler, r *http.Request) {
	defer func() {
		if v := recover(); v != nil {
			if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			w.broken = true
		}
	}()
	h.ServeHTTP(w, r)
	w.WriteHeader(http.StatusOK)
}

func (w *wire) response(r *http.Request) *http.Response {
	length := int64(w.body.Len())
	if promised, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil {
		length = promised
	}
	var body io.Reader = &w.body
	if w.broken || length > int64(w.body.Len()) {
		body = io.MultiReader(body, brokenReader{})
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: length, Request: r,
	}
}

// brokenReader ends a body in the middle, as a broken connection does.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
