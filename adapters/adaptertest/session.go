package adaptertest

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
)

// sandbox is the host under which every simulator's wire answers, control interface included.
const sandbox = "http://sandbox"

// session is one adapter before one fresh simulator.
type session struct {
	t       testing.TB
	h       Harness
	adapter adapters.Adapter
	ops     adapters.Ops
	tap     *tap
	wire    http.RoundTripper
	logs    *lockedBuffer

	mu     sync.Mutex
	serial int
	inbox  []adapters.CallbackRequest
	answer func(adapters.CallbackRequest) adapters.Ack
}

// lockedBuffer takes the log lines of many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newSession makes a simulator and an adapter that speaks to it.
func newSession(t testing.TB, h Harness) *session {
	t.Helper()
	s := &session{t: t, h: h, logs: &lockedBuffer{}}
	s.wire = h.Wire(t, &http.Client{Transport: postbox{s}})
	s.tap = &tap{next: s.wire}
	a, err := h.Spec.New([]byte(h.Config), adapters.Deps{HTTP: s.tapClient(), Logger: s.logger()})
	if err != nil {
		t.Fatalf("the harness's configuration is refused: %v", err)
	}
	s.adapter, s.ops = a, adapters.OpsOf(a)
	return s
}

func (s *session) tapClient() *http.Client { return &http.Client{Transport: s.tap} }

// logger keeps every line, debug included.
func (s *session) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// postbox receives the simulator's pushes.
type postbox struct{ s *session }

// RoundTrip keeps the push and answers as the adapter would, else with a plain 200.
func (p postbox) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	push := adapters.CallbackRequest{Method: r.Method, Header: r.Header.Clone(), Query: r.URL.RawQuery, Body: body}
	p.s.mu.Lock()
	p.s.inbox = append(p.s.inbox, push)
	answer := p.s.answer
	p.s.mu.Unlock()
	if answer == nil {
		return respond(r, http.StatusOK, "text/plain", strings.NewReader("")), nil
	}
	ack := answer(push)
	return respond(r, ack.Status, ack.ContentType, bytes.NewReader(ack.Body)), nil
}

// pushes are those that came so far.
func (s *session) pushes() []adapters.CallbackRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]adapters.CallbackRequest(nil), s.inbox...)
}

// reference is a client reference as the gateway makes them: 16 characters of Crockford's
// base32, the same sequence in every session.
func (s *session) reference() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return fmt.Sprintf("XDK%013d", s.serial)
}
