package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// kept is a sink that remembers.
type kept struct{ all []normalize.Evidence }

func (k *kept) sink(_ context.Context, e normalize.Evidence) error {
	k.all = append(k.all, e)
	return nil
}

func get(ctx context.Context, hc *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader("x"))
	if err != nil {
		return nil, err
	}
	return hc.Do(req)
}

func replies(t *testing.T, status int, body io.Reader) *http.Client {
	t.Helper()
	return newOutbound(t, Options{}).ClientOver(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body)}, nil
	}), "northwind")
}

// Store it before you parse it: when the parser sees the first byte, the proof is kept.
func TestAReplyIsKeptBeforeItIsParsed(t *testing.T) {
	t.Parallel()
	var k kept
	resp, err := get(WithEvidence(buying(t.Context()), k.sink), replies(t, 201, strings.NewReader(`{"n":"LX1"}`)), "http://n.test/")
	if err != nil {
		t.Fatal(err)
	}
	if len(k.all) != 1 {
		t.Fatalf("%d replies kept before the body was read, want 1", len(k.all))
	}
	e := k.all[0]
	if e.Operation != "label" || e.Status != 201 || string(e.Body) != `{"n":"LX1"}` || e.At.IsZero() {
		t.Errorf("kept %+v", e)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil || string(b) != `{"n":"LX1"}` || resp.Body.Close() != nil {
		t.Errorf("the parser got %q, %v", b, err)
	}
}

func TestOnlyCommittingRequestsAreKept(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]adapters.Mark{
		"a rate":                          {Op: adapters.OpRate},
		"a label's step before the last":  {Op: adapters.OpLabel},
		"a token, whatever its mark says": {Op: adapters.OpToken, Commits: true},
		"no mark":                         {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var k kept
			resp, err := get(WithEvidence(adapters.WithMark(t.Context(), m), k.sink), replies(t, 200, strings.NewReader("secret")), "http://n.test/")
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if len(k.all) != 0 {
				t.Errorf("kept %d replies", len(k.all))
			}
		})
	}
}

// A reply cut short may hold the number that was paid for.
func TestACutReplyIsKeptAsFarAsItCame(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"number":"LX1`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer srv.Close()
	var k kept
	hc := newOutbound(t, Options{}).Client("northwind")
	defer hc.CloseIdleConnections()
	resp, err := get(WithEvidence(buying(t.Context()), k.sink), hc, srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if string(b) != `{"number":"LX1` || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the parser got %q, %v; want what came and an unexpected end", b, err)
	}
	if len(k.all) != 1 || string(k.all[0].Body) != `{"number":"LX1` {
		t.Errorf("kept %+v", k.all)
	}
}

// endless is a body that never ends by itself.
type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAHugeReplyIsKeptUpToTheBound(t *testing.T) {
	t.Parallel()
	var k kept
	resp, err := get(WithEvidence(buying(t.Context()), k.sink), replies(t, 200, endless{}), "http://n.test/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if len(k.all) != 1 || len(k.all[0].Body) != MaxEvidence {
		t.Fatalf("kept %d replies", len(k.all))
	}
	// The parser's own bound must still be able to trip.
	if n, err := io.CopyN(io.Discard, resp.Body, MaxEvidence+1000); err != nil {
		t.Errorf("the parser got %d bytes, then %v", n, err)
	}
}

// The caller leaves while the reply is stored: the store must not notice.
func TestTheSinkSurvivesTheCallersCancellation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(buying(t.Context()))
		var inSink error
		var bound time.Duration
		ctx = WithEvidence(ctx, func(ctx context.Context, _ normalize.Evidence) error {
			cancel()
			synctest.Wait()
			inSink = ctx.Err()
			d, _ := ctx.Deadline()
			bound = time.Until(d)
			return nil
		})
		resp, err := get(ctx, replies(t, 200, strings.NewReader("ok")), "http://n.test/")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if inSink != nil || bound != 10*time.Second {
			t.Errorf("the sink's context: %v, %v left; want alive with its own 10 s", inSink, bound)
		}
	})
}

// A paid label is worth more than its proof: a store that fails does not lose the reply.
func TestAFailedSinkStillDeliversTheReplyAndIsCounted(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	o, err := New(Options{}, reg, nil)
	if err != nil {
		t.Fatal(err)
	}
	hc := o.ClientOver(roundTripper(func(*http.Request) (*http.Response, error) { return answer(200, "ok"), nil }), "northwind")
	ctx := WithEvidence(buying(t.Context()), func(context.Context, normalize.Evidence) error { return errors.New("disk full") })
	resp, err := get(ctx, hc, "http://n.test/")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if string(b) != "ok" {
		t.Errorf("the parser got %q", b)
	}
	if got := gather(t, reg, "crossdock_carrier_evidence_failed_total"); !slices.Equal(got, []string{"northwind,label 1"}) {
		t.Errorf("counted %v", got)
	}
}
