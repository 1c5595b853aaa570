package outbound

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/crossdock-hub/crossdock/adapters"
)

// carrier executes every request that it reads. After the warm-up it closes the
// connection before the reply, as a carrier that dies after it has committed.
type carrier struct {
	url        string
	executions atomic.Int32
	conns      atomic.Int32
}

func cuttingCarrier(t *testing.T) *carrier {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &carrier{url: "http://" + l.Addr().String()}
	var wg sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.conns.Add(1)
			wg.Go(func() { c.serve(conn) })
		}
	})
	return c
}

func (c *carrier) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		if req.URL.Path != "/warm" {
			c.executions.Add(1)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	}
}

func newOutbound(t *testing.T, opt Options) *Outbound {
	t.Helper()
	o, err := New(opt, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func buying(ctx context.Context) context.Context {
	return adapters.WithMark(ctx, adapters.Mark{Op: adapters.OpLabel, Commits: true})
}

// send makes one request with the header that tells net/http to repeat it.
func send(ctx context.Context, hc *http.Client, method, url, body string) error {
	var rd io.Reader
	if body != "" {
		rd = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, rd)
	if err != nil {
		return err
	}
	req.Header.Set("Idempotency-Key", "purchase-1")
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.ReadAll(resp.Body)
	return err
}

// A connection that was kept alive breaks after the carrier executed the purchase and
// before it answered. A bare client buys twice; ours buys once and says that it broke.
func TestABrokenConnectionExecutesAWriteOnce(t *testing.T) {
	t.Parallel()
	bare := func() *http.Client { return &http.Client{Transport: &http.Transport{}} }
	ours := func() *http.Client { return newOutbound(t, Options{}).Client("northwind") }
	for _, c := range []struct {
		name, method, body string
		client             func() *http.Client
		want               int32
	}{
		{"a bare client, as the control", "POST", `{"buy":1}`, bare, 2},
		{"a bare client without a body", "POST", "", bare, 2},
		{"POST", "POST", `{"buy":1}`, ours, 1},
		{"PUT", "PUT", `{"buy":1}`, ours, 1},
		{"POST without a body", "POST", "", ours, 1},
		{"a purchase by GET", "GET", "", ours, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			carrier, hc := cuttingCarrier(t), c.client()
			defer hc.CloseIdleConnections()
			if err := send(buying(t.Context()), hc, "POST", carrier.url+"/warm", "x"); err != nil {
				t.Fatal(err)
			}
			err := send(buying(t.Context()), hc, c.method, carrier.url+"/buy", c.body)
			if err == nil {
				t.Error("a cut reply is no error")
			}
			if got := carrier.executions.Load(); got != c.want {
				t.Errorf("%d executions, want %d", got, c.want)
			}
		})
	}
}

// The one execution above must come from the transport and not from a fresh connection:
// writes with a body do share a warm one.
func TestWritesReuseAWarmConnection(t *testing.T) {
	t.Parallel()
	carrier, hc := cuttingCarrier(t), newOutbound(t, Options{}).Client("northwind")
	defer hc.CloseIdleConnections()
	for range 3 {
		if err := send(buying(t.Context()), hc, "POST", carrier.url+"/warm", "x"); err != nil {
			t.Fatal(err)
		}
	}
	if n := carrier.conns.Load(); n != 1 {
		t.Errorf("%d connections for three writes, want 1", n)
	}
}

// Two accounts of one carrier never share a connection or a cookie.
func TestAccountsShareNothing(t *testing.T) {
	t.Parallel()
	carrier, o := cuttingCarrier(t), newOutbound(t, Options{})
	for range 2 {
		hc := o.Client("northwind")
		if hc.Jar != nil {
			t.Error("there is a cookie jar")
		}
		if err := send(t.Context(), hc, "POST", carrier.url+"/warm", "x"); err != nil {
			t.Fatal(err)
		}
		defer hc.CloseIdleConnections()
	}
	if n := carrier.conns.Load(); n != 2 {
		t.Errorf("%d connections for two accounts, want 2", n)
	}
}

// The request reaches the base as the adapter made it, but for GetBody; the adapter's own
// is not touched.
func TestTheRequestIsClonedAndLosesOnlyGetBody(t *testing.T) {
	t.Parallel()
	var sent *http.Request
	hc := newOutbound(t, Options{}).ClientOver(roundTripper(func(r *http.Request) (*http.Response, error) {
		sent = r
		return answer(200, "ok"), nil
	}), "northwind")
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://northwind.test/buy?x=1", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Signature", "abc")
	resp, err := hc.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if sent.GetBody != nil || req.GetBody == nil {
		t.Errorf("GetBody: sent %t, the adapter's %t; want only the adapter's", sent.GetBody != nil, req.GetBody != nil)
	}
	b, _ := io.ReadAll(sent.Body)
	if sent.Method != "POST" || sent.URL.String() != req.URL.String() || sent.Header.Get("X-Signature") != "abc" ||
		sent.ContentLength != 4 || string(b) != "body" {
		t.Errorf("sent %s %s %v %d %q", sent.Method, sent.URL, sent.Header, sent.ContentLength, b)
	}
}

func TestARedirectIsHandedOverAndNotFollowed(t *testing.T) {
	t.Parallel()
	calls := 0
	hc := newOutbound(t, Options{}).ClientOver(roundTripper(func(*http.Request) (*http.Response, error) {
		calls++
		resp := answer(307, "")
		resp.Header.Set("Location", "http://elsewhere.test/")
		return resp, nil
	}), "northwind")
	if err := send(t.Context(), hc, "POST", "http://northwind.test/buy", "x"); err != nil || calls != 1 {
		t.Errorf("got %v after %d calls, want none after 1", err, calls)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}
