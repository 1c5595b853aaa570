package outbound

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Phase is how far a request got on the wire.
type Phase int

// The phases. Up to PhaseTLS no byte of the request left us; from PhaseWritten on some may
// have, which is all that is known where the transport does not tell.
const (
	PhaseNone Phase = iota
	PhaseDialled
	PhaseTLS
	PhaseWritten
	PhaseFirstByte
	PhaseComplete
)

// String is the word that is stored.
func (p Phase) String() string {
	return [...]string{"none", "dialled", "tls", "written", "first_byte", "complete"}[min(max(p, PhaseNone), PhaseComplete)]
}

type phaseKey struct{}

// recorder keeps the furthest phase of all requests that it is told of.
type recorder struct {
	mu     sync.Mutex
	now    Phase
	record func(Phase)
}

// WithPhases has record told the furthest phase of the committing requests under ctx: each
// phase once, rising, by one goroutine at a time. Requests that commit nothing are not
// told of; while none has begun to, the phase is PhaseNone.
func WithPhases(ctx context.Context, record func(Phase)) context.Context {
	return context.WithValue(ctx, phaseKey{}, &recorder{record: record})
}

func (r *recorder) reached(p Phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p > r.now {
		r.now = p
		r.record(p)
	}
}

// tracker is one request's. It is nil where nobody asked; its methods allow that.
type tracker struct {
	mu      sync.Mutex
	rec     *recorder
	tells   bool
	stopped bool // a connection that is dialled in vain may end after the request
}

func trackerOf(ctx context.Context, mark adapters.Mark, tells bool) *tracker {
	rec, _ := ctx.Value(phaseKey{}).(*recorder)
	if rec == nil || !mark.Commits {
		return nil
	}
	return &tracker{rec: rec, tells: tells}
}

func (t *tracker) reached(p Phase) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopped {
		t.rec.reached(p)
	}
}

// failed is called when the request had no answer. Only a transport that tells of what it
// writes proves by its silence that nothing was written.
func (t *tracker) failed() {
	if t != nil && !t.tells {
		t.reached(PhaseWritten)
	}
}

func (t *tracker) stop() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
}

func (t *tracker) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				t.reached(PhaseDialled)
			}
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				t.reached(PhaseTLS)
			}
		},
		GotConn: func(httptrace.GotConnInfo) { t.reached(PhaseDialled) },
		// The first header field is written right after the request line, before anything
		// is flushed: later hooks would miss a long line that left by itself.
		WroteHeaderField:     func(string, []string) { t.reached(PhaseWritten) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { t.reached(PhaseWritten) },
		GotFirstResponseByte: func() { t.reached(PhaseFirstByte) },
	}
}
