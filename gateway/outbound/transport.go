package outbound

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// transport is one account's http.RoundTripper.
type transport struct {
	o       *Outbound
	base    http.RoundTripper
	carrier string
	tells   bool // base tells httptrace of everything that it writes
}

// CloseIdleConnections reaches the base through http.Client.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip sends the request once. The request ends, for the figures and the time limit,
// when its answer's body was read or closed.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	mark := adapters.MarkOf(ctx)
	cancel := context.CancelFunc(func() {})
	if d, ok := t.o.opt.Limits[mark.Op]; ok {
		ctx, cancel = context.WithTimeout(ctx, d)
	}
	tracker := trackerOf(ctx, mark, t.tells)
	if tracker != nil {
		ctx = httptrace.WithClientTrace(ctx, tracker.trace())
	}
	out := r.Clone(ctx)
	out.GetBody = nil // net/http cannot send twice what it cannot read twice

	x := &exchange{t: t, op: opName(mark.Op), start: time.Now(), cancel: cancel, tracker: tracker}
	t.o.metrics.inFlight.WithLabelValues(t.carrier).Inc()
	resp, err := t.base.RoundTrip(out)
	if err != nil {
		tracker.failed()
		x.end(0)
		return nil, err
	}
	tracker.reached(PhaseFirstByte)
	x.status = resp.StatusCode
	if mark.Commits && mark.Op != adapters.OpToken {
		t.keepEvidence(ctx, mark.Op, resp)
	}
	resp.Body = &body{ReadCloser: resp.Body, x: x}
	return resp, nil
}

func opName(op adapters.Operation) string {
	if op == "" {
		return "other"
	}
	return string(op)
}

// exchange is one request and its answer.
type exchange struct {
	t       *transport
	op      string
	start   time.Time
	status  int
	cancel  context.CancelFunc
	tracker *tracker
	once    sync.Once
}

// end is called when nothing more will come. status 0 is a request without an answer.
func (x *exchange) end(status int) {
	x.once.Do(func() {
		x.cancel()
		x.tracker.stop()
		took := time.Since(x.start)
		m, carrier := x.t.o.metrics, x.t.carrier
		m.inFlight.WithLabelValues(carrier).Dec()
		m.requests.WithLabelValues(carrier, x.op, statusClass(status)).Inc()
		m.seconds.WithLabelValues(carrier, x.op).Observe(took.Seconds())
		x.t.o.log.Debug("carrier request", "carrier", carrier, "op", x.op, "status", status, "duration", took)
	})
}

// body ends the exchange with its last byte.
type body struct {
	io.ReadCloser
	x *exchange
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.x.tracker.reached(PhaseComplete)
	}
	if err != nil {
		b.x.end(b.x.status)
	}
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.x.end(b.x.status)
	return err
}
