// Package rest is the one way in which adapters speak HTTP: a resty client with what the
// field learnt the hard way (no retries, no cookie jar, no redirects, bounded answers, no
// debug log), and failures of the wire in our words.
package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// MaxReply bounds the decompressed bytes of one answer; a label of many pieces fits.
const MaxReply = 16 << 20

// Client is one carrier account's way out. It is immutable and safe for many goroutines.
type Client struct {
	resty   *resty.Client
	carrier string
	base    string
	secrets []normalize.Secret
}

// New makes a client from the transport that the gateway hands in. base has no trailing
// slash; secrets are masked wherever the carrier echoes them.
func New(hc *http.Client, carrier, base string, secrets ...normalize.Secret) *Client {
	own := http.Client{Transport: hc.Transport, Timeout: hc.Timeout}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r := resty.NewWithClient(&own).
		SetRetryCount(0).
		SetDebug(false).
		SetLogger(silent{}).
		SetResponseBodyLimit(MaxReply).
		SetHeader("User-Agent", "crossdock/1")
	own.Jar = nil // resty would share one session between all tenants
	return &Client{resty: r, carrier: carrier, base: strings.TrimRight(base, "/"), secrets: secrets}
}

type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// Call is one HTTP exchange. Body is sent as it is: sign these bytes, send these bytes.
type Call struct {
	Op      adapters.Operation
	Commits bool // this request commits money
	Method  string
	Path    string     // below the base URL; an absolute URL is taken as it is
	Query   url.Values // encoded sorted by key
	Header  http.Header
	Body    []byte
}

// Reply is what came back, whole and within bounds.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK tells whether the status is 2xx.
func (r Reply) OK() bool { return r.Status >= 200 && r.Status < 300 }

// Do sends one request, once. A failure of the wire is timeout or unavailable, marked
// NotSent where no connection was ever had; an answer cut short or over the bound is
// bad_response. Any complete answer is a Reply, whatever its status.
func (c *Client) Do(ctx context.Context, call Call) (Reply, error) {
	// Only a connection that was asked for and never had proves that nothing was sent.
	var asked, had atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { had.Store(true) },
	}
	ctx = adapters.WithMark(ctx, adapters.Mark{Op: call.Op, Commits: call.Commits})
	req := c.resty.R().SetContext(httptrace.WithClientTrace(ctx, trace))
	req.Header = call.Header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if call.Body != nil {
		req.SetBody(call.Body)
	}
	target := call.Path
	if !strings.Contains(target, "://") {
		target = c.base + target
	}
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	resp, err := req.Execute(call.Method, target)
	if err != nil {
		return Reply{}, c.wireError(ctx, call.Op, err, asked.Load() && !had.Load())
	}
	return Reply{resp.StatusCode(), resp.Header(), resp.Body()}, nil
}

// wireError never wraps a *url.Error: it prints the whole URL, which may hold a key.
func (c *Client) wireError(ctx context.Context, op adapters.Operation, err error, unsent bool) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	e := &normalize.Error{Carrier: c.carrier, Op: string(op), Err: err, NotSent: unsent}
	if nerr, ok := errors.AsType[*normalize.Error](err); ok { // the gateway's transport refused
		out := *nerr
		out.Carrier, out.Op = c.carrier, string(op)
		return &out
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() == context.DeadlineExceeded || isTimeout(err):
		e.Kind, e.Message = normalize.KindTimeout, "no answer in time"
	case errors.Is(err, resty.ErrResponseBodyTooLarge):
		e.Kind, e.Message = normalize.KindBadResponse, "the answer is larger than we read"
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Kind, e.Message = normalize.KindBadResponse, "the answer was cut short"
	case errors.Is(err, context.Canceled):
		e.Kind, e.Message = normalize.KindUnavailable, "the caller went away"
	default:
		e.Kind, e.Message = normalize.KindUnavailable, "the connection failed"
	}
	return e
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// Fallback is the kind of an answer that is not in the carrier's documented shape. On a
// committing call nothing but that shape proves a refusal, so that a proxy's page leaves
// the purchase unknown.
func Fallback(status int, commits bool) normalize.Kind {
	switch {
	case status >= 500:
		return normalize.KindUnavailable
	case commits:
		return normalize.KindBadResponse
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return normalize.KindAuthFailed
	case status == http.StatusTooManyRequests:
		return normalize.KindRateLimited
	default:
		return normalize.KindBadResponse
	}
}

// Fail builds an adapter's error from a reply, in the one place of each carrier. code and
// message are the carrier's own; message is cut and masked.
func (c *Client) Fail(op adapters.Operation, kind normalize.Kind, r Reply, code, message string) *normalize.Error {
	msg := c.Excerpt(message)
	e := &normalize.Error{Kind: kind, Carrier: c.carrier, Op: string(op), Status: r.Status,
		Code: c.Excerpt(code), Message: msg, CarrierMsg: msg, RetryAfter: RetryAfter(r.Header)}
	if e.Message == "" {
		e.Message = strings.TrimSpace("answered " + strconv.Itoa(r.Status) + " " + http.StatusText(r.Status))
	}
	return e
}

// RetryAfter reads a Retry-After header in seconds or as a date, at most an hour.
func RetryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	if s, err := strconv.Atoi(v); err == nil && s >= 0 {
		return min(time.Duration(s)*time.Second, time.Hour)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(time.Until(t), 0), time.Hour)
	}
	return 0
}
