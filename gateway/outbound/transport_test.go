package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/adapters"
)

func TestPhasesRiseToTheFurthest(t *testing.T) {
	t.Parallel()
	ok := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for _, c := range []struct {
		name    string
		tls     bool
		handler http.HandlerFunc
		want    string
	}{
		{"a whole answer", false, ok, "dialled written first_byte complete"},
		{"a whole answer over TLS", true, ok, "dialled tls written first_byte complete"},
		{"cut before the answer", false, cut, "dialled written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewUnstartedServer(c.handler)
			opt := Options{}
			if c.tls {
				srv.StartTLS()
				opt.TLS = srv.Client().Transport.(*http.Transport).TLSClientConfig
			} else {
				srv.Start()
			}
			defer srv.Close()
			hc := newOutbound(t, opt).Client("northwind")
			defer hc.CloseIdleConnections()
			if got := phasesOf(t, hc, srv.URL); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// phasesOf makes one purchase and returns the phases that were told.
func phasesOf(t *testing.T, hc *http.Client, url string) string {
	t.Helper()
	var told []string
	ctx := WithPhases(buying(t.Context()), func(p Phase) { told = append(told, p.String()) })
	if resp, err := get(ctx, hc, url); err == nil {
		_, _ = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	return strings.Join(told, " ")
}

func TestARefusedConnectionIsProofThatNothingWasWritten(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	if got := phasesOf(t, newOutbound(t, Options{}).Client("northwind"), "http://"+addr); got != "" {
		t.Errorf("got %q, want no phase beyond none", got)
	}
}

// A transport in the process tells nothing of what it wrote: its failure proves nothing.
func TestASilentTransportProvesNothing(t *testing.T) {
	t.Parallel()
	hc := newOutbound(t, Options{}).ClientOver(roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("reset")
	}), "northwind")
	if got := phasesOf(t, hc, "http://n.test/"); got != "written" {
		t.Errorf("got %q, want written", got)
	}
}

// The token call before a purchase is not the purchase.
func TestPhasesAreOfCommittingRequestsOnly(t *testing.T) {
	t.Parallel()
	hc := replies(t, 200, strings.NewReader("ok"))
	var told []Phase
	ctx := WithPhases(adapters.WithMark(t.Context(), adapters.Mark{Op: adapters.OpToken}), func(p Phase) { told = append(told, p) })
	resp, err := get(ctx, hc, "http://n.test/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if len(told) != 0 {
		t.Errorf("told %v", told)
	}
}

func TestATokenCallHasItsOwnLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hc := newOutbound(t, Options{}).ClientOver(roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), "northwind")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := get(adapters.WithMark(ctx, adapters.Mark{Op: adapters.OpToken}), hc, "http://n.test/")
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 5*time.Second {
			t.Errorf("got %v after %v, want a deadline after 5 s", err, took)
		}
	})
}

// The limit holds for the body too: one byte a second must not go on for ever.
func TestALimitCoversTheBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var inside context.Context
		hc := newOutbound(t, Options{}).ClientOver(roundTripper(func(r *http.Request) (*http.Response, error) {
			inside = r.Context()
			return answer(200, "ok"), nil
		}), "northwind")
		resp, err := get(adapters.WithMark(t.Context(), adapters.Mark{Op: adapters.OpToken}), hc, "http://n.test/")
		if err != nil || inside.Err() != nil {
			t.Fatalf("got %v, context %v, before the body was read", err, inside.Err())
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if inside.Err() == nil {
			t.Error("the limit ended with the header")
		}
		_ = resp.Body.Close()
	})
}

func TestMetricsCountOnceByClass(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	o, err := New(Options{}, reg, nil)
	if err != nil {
		t.Fatal(err)
	}
	status := 0
	hc := o.ClientOver(roundTripper(func(*http.Request) (*http.Response, error) {
		if status == 0 {
			return nil, errors.New("reset")
		}
		return answer(status, "ok"), nil
	}), "northwind")
	for _, status = range []int{200, 201, 404, 503, 0, 999} {
		if resp, err := get(buying(t.Context()), hc, "http://n.test/"); err == nil {
			if got := gather(t, reg, "crossdock_carrier_http_in_flight"); !slices.Equal(got, []string{"northwind 1"}) {
				t.Errorf("in flight before the body was read: %v", got)
			}
			_, _ = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
	}
	want := []string{"northwind,label,2xx 2", "northwind,label,4xx 1", "northwind,label,5xx 1", "northwind,label,error 2"}
	if got := gather(t, reg, "crossdock_carrier_http_requests_total"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := gather(t, reg, "crossdock_carrier_http_in_flight"); !slices.Equal(got, []string{"northwind 0"}) {
		t.Errorf("in flight at the end: %v", got)
	}
}

func TestTheLogNamesNothingOfTheRequest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o, err := New(Options{}, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	hc := o.ClientOver(roundTripper(func(*http.Request) (*http.Response, error) { return answer(200, "marker-reply"), nil }), "northwind")
	if err := send(buying(t.Context()), hc, "POST", "http://n.test/marker-path?key=marker-query", "marker-body"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"carrier=northwind", "op=label", "status=200", "duration="} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, out.String())
		}
	}
	for _, not := range []string{"marker", "n.test", "purchase-1"} {
		if strings.Contains(out.String(), not) {
			t.Errorf("%s is in %s", not, out.String())
		}
	}
}

// A proxy comes from the configuration alone. net/http reads the environment once for the
// whole process, so that the proof is the field and not a request.
func TestTheProxyIsConfiguredOnly(t *testing.T) {
	t.Parallel()
	if newOutbound(t, Options{}).base(0, false).Proxy != nil {
		t.Error("there is a proxy that nobody configured")
	}
	var asked string
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.URL.String() }))
	defer proxy.Close()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	hc := newOutbound(t, Options{Proxy: u}).Client("northwind")
	defer hc.CloseIdleConnections()
	if err := send(t.Context(), hc, "POST", "http://carrier.test/buy", "x"); err != nil {
		t.Fatal(err)
	}
	if asked != "http://carrier.test/buy" {
		t.Errorf("the proxy was asked for %q", asked)
	}
}

func TestControlMayRefuseAnAddress(t *testing.T) {
	t.Parallel()
	carrier := cuttingCarrier(t)
	refused := errors.New("an internal address")
	hc := newOutbound(t, Options{Control: func(string, string, syscall.RawConn) error { return refused }}).Client("northwind")
	if err := send(t.Context(), hc, "POST", carrier.url+"/warm", "x"); !errors.Is(err, refused) || carrier.conns.Load() != 0 {
		t.Errorf("got %v and %d connections", err, carrier.conns.Load())
	}
}

func TestEveryPhaseOfAConnectionIsBounded(t *testing.T) {
	t.Parallel()
	o := newOutbound(t, Options{})
	tr := o.base(o.opt.IdleWrites, false)
	if tr.TLSHandshakeTimeout != 5*time.Second || tr.ResponseHeaderTimeout != 30*time.Second || tr.IdleConnTimeout != 4*time.Second ||
		tr.MaxIdleConns != 16 || tr.MaxIdleConnsPerHost != 16 || tr.MaxResponseHeaderBytes != 64<<10 {
		t.Errorf("bounds: %v %v %v %d %d %d", tr.TLSHandshakeTimeout, tr.ResponseHeaderTimeout, tr.IdleConnTimeout,
			tr.MaxIdleConns, tr.MaxIdleConnsPerHost, tr.MaxResponseHeaderBytes)
	}
	huge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Huge", strings.Repeat("x", 100<<10))
	}))
	defer huge.Close()
	hc := o.Client("northwind")
	defer hc.CloseIdleConnections()
	if err := send(t.Context(), hc, "POST", huge.URL, "x"); err == nil {
		t.Error("a header of 100 KiB was read")
	}
}
