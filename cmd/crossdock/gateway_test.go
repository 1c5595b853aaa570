package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/configs"
)

// stand is a gateway and its simulators, over real sockets.
type stand struct {
	t       *testing.T
	url     string
	sandbox string
	logs    *logBuffer
}

// logBuffer keeps what the gateway logged, to be searched for what must not be there.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newStand starts both and stops them when the test ends.
func newStand(t *testing.T) *stand {
	t.Helper()
	sim, err := listenSandbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.close)
	s := &stand{t: t, sandbox: sim.url, logs: &logBuffer{}}
	s.startGateway("CROSSDOCK_DATA=" + t.TempDir())
	return s
}

func (s *stand) startGateway(environ ...string) {
	s.t.Helper()
	file, err := configs.Load("", environ)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(s.t.Context()))
	gw, err := newGateway(ctx, gatewayOptions{file: file, sandboxURL: s.sandbox,
		logger: slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		stop()
		s.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		stop()
		s.t.Fatal(err)
	}
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- gw.run(ctx, ln, "", func(addr string) error {
			ready <- "http://" + addr
			return nil
		})
	}()
	select {
	case s.url = <-ready:
	case err := <-done:
		stop()
		s.t.Fatalf("the gateway ended: %v", err)
	}
	s.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			s.t.Errorf("the gateway ended with %v", err)
		}
	})
}

// reply is an answer of either side.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("answer %d %s: %v", r.status, r.body, err)
	}
}

// problem is what the tests look at of one.
type problem struct {
	Code   string
	Status int
	Source string
	Errors []struct{ Pointer, Detail string }
	Label  *struct{ Status string }
}

// call makes one request with the sandbox's key; header pairs may replace it.
func (s *stand) call(method, path string, body any, header ...string) reply {
	s.t.Helper()
	var rd io.Reader
	switch v := body.(type) {
	case nil:
	case []byte:
		rd = bytes.NewReader(v)
	case string:
		rd = strings.NewReader(v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			s.t.Fatal(err)
		}
		rd = bytes.NewReader(b)
	}
	base := s.url
	if strings.HasPrefix(path, "/_control/") {
		base = s.sandbox
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, base+path, rd)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_sandbox")
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, b}
}

// example is a shipped order as an object that a test may change.
func example(t *testing.T, name string) map[string]any {
	t.Helper()
	b, err := fs.ReadFile(configs.Examples(), name)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// eventually waits for what another goroutine or process brings about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
		time.Sleep(50 * time.Millisecond) // real processes: there is no clock to fake
	}
}
