package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/egress/egresstest"
)

// fenced is a guard whose good connections end just before they leave this machine, and are
// written down instead.
type fenced struct {
	*Guard
	client *http.Client
	mu     sync.Mutex
	leave  []string
}

var errFence = errors.New("a test goes no further")

// newFenced lets the traps' port be a good one, so that the address alone decides.
func newFenced(o Options, tr *egresstest.Traps) *fenced {
	if o.Connect == 0 {
		o.Connect = 2 * time.Second
	}
	f := &fenced{Guard: New(o)}
	f.ports = append(f.ports, tr.Port)
	way := func(secure bool) *http.Transport {
		d := f.dialer(secure)
		inner := d.Control
		d.Control = func(network, address string, c syscall.RawConn) error {
			if err := inner(network, address, c); err != nil {
				return err
			}
			if netip.MustParseAddrPort(address).Addr().IsLoopback() {
				return nil
			}
			f.mu.Lock()
			f.leave = append(f.leave, address)
			f.mu.Unlock()
			return errFence
		}
		t := f.transport(secure)
		t.DialContext = func(ctx context.Context, _, addr string) (net.Conn, error) { return f.dial(ctx, d, addr, secure) }
		return t
	}
	f.client = f.Client()
	f.client.Transport = &transport{secure: way(true), plain: way(false)}
	return f
}

func (f *fenced) left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.leave)
}

// send makes a request without the look that Parse takes at it.
func (f *fenced) send(t *testing.T, raw string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, raw, strings.NewReader("{}"))
	if err != nil {
		return err
	}
	resp, err := f.client.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return err
}

// Names that lead where they must not, at the first lookup or at a later one.
func TestNamesThatTurnBad(t *testing.T) {
	t.Parallel()
	for name, c := range egresstest.Turns() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := egresstest.NewTraps(t)
			host := name + ".shop.test"
			f := newFenced(Options{Resolver: egresstest.NewZone(map[string][]egresstest.Records{host: c.Answers}).Resolver(), Connect: 300 * time.Millisecond}, tr)
			raw := fmt.Sprintf("https://%s:%d/hook", host, tr.Port)
			_, err := f.Check(t.Context(), raw)
			_, refused := errors.AsType[*Refused](err)
			if refused != c.AtOnce {
				t.Errorf("when given: got %v, want a refusal: %v", err, c.AtOnce)
			}
			err = f.send(t, raw)
			if _, refused = errors.AsType[*Refused](err); !refused {
				t.Errorf("at the connection: got %v, want a refusal", err)
			}
			if len(tr.Hits()) != 0 || f.left() != 0 {
				t.Errorf("connections: %v, %v", tr.Hits(), f.leave)
			}
			if err != nil && (strings.Contains(err.Error(), "10.0.0.5") || strings.Contains(err.Error(), "127.0.0.1")) {
				t.Errorf("the error tells where the name led: %v", err)
			}
		})
	}
}

// A name server that never answers costs its bound and no more, and connects to nothing.
func TestASlowLookupIsGivenUp(t *testing.T) {
	t.Parallel()
	tr := egresstest.NewTraps(t)
	f := newFenced(Options{Resolver: egresstest.NewZone(map[string][]egresstest.Records{"slow.shop.test": {{Mute: true}}}).Resolver(), Connect: 100 * time.Millisecond}, tr)
	start := time.Now()
	_, err := f.Check(t.Context(), fmt.Sprintf("https://slow.shop.test:%d/", tr.Port))
	if !errors.Is(err, ErrLookup) {
		t.Errorf("got %v, want a failed lookup", err)
	}
	if err := f.send(t, fmt.Sprintf("https://slow.shop.test:%d/", tr.Port)); !errors.Is(err, ErrLookup) {
		t.Errorf("got %v, want a failed lookup", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A good name leads to the address that was checked, at every connection anew.
func TestAGoodNameIsReached(t *testing.T) {
	t.Parallel()
	tr := egresstest.NewTraps(t)
	f := newFenced(Options{Resolver: egresstest.NewZone(map[string][]egresstest.Records{"shop.test": {{Addrs: []string{"1.1.1.1", "2606:4700::1111"}}}}).Resolver()}, tr)
	raw := fmt.Sprintf("https://shop.test:%d/hook", tr.Port)
	if _, err := f.Check(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	if err := f.send(t, raw); !errors.Is(err, errFence) {
		t.Errorf("got %v, want the fence", err)
	}
	if f.left() != 2 {
		t.Errorf("tried %v, want both addresses", f.leave)
	}
}

// The socket has the last word: no special address and no odd form of one is connected to,
// also where nobody has looked at the URL before.
func TestNoFormOfAnAddressIsConnectedTo(t *testing.T) {
	t.Parallel()
	tr := egresstest.NewTraps(t)
	f := newFenced(Options{Resolver: egresstest.NewZone(nil).Resolver(), Connect: 300 * time.Millisecond}, tr)
	hosts := append(slices.Clone(egresstest.Special), "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "localhost.", "LOCALHOST")
	for _, host := range hosts {
		for _, scheme := range []string{"https", "http"} {
			u := url.URL{Scheme: scheme, Host: net.JoinHostPort(host, fmt.Sprint(tr.Port)), Path: "/"}
			if err := f.send(t, u.String()); err == nil {
				t.Errorf("%s: was answered", u.String())
			}
		}
	}
	for name, raw := range egresstest.BadURLs {
		raw = strings.Replace(raw, ".com/", fmt.Sprintf(".com:%d/", tr.Port), 1)
		if err := f.send(t, raw); err == nil {
			t.Errorf("%s: was answered", name)
		}
	}
	if len(tr.Hits()) != 0 {
		t.Errorf("connections: %v", tr.Hits())
	}
	for _, addr := range f.leave { // the odd form of a public address leads to that address
		if f.reachOf(netip.MustParseAddrPort(addr).Addr()) != reachPublic {
			t.Errorf("%s would be connected to", addr)
		}
	}
	// The control by itself, as if all before it were wrong.
	for _, text := range egresstest.Special {
		for _, secure := range []bool{true, false} {
			if err := f.dialer(secure).Control("tcp4", net.JoinHostPort(text, "443"), nil); err == nil {
				t.Errorf("%s: the socket would be opened", text)
			}
		}
	}
	if err := f.dialer(true).Control("udp4", "1.1.1.1:443", nil); err == nil {
		t.Error("a datagram socket would be opened")
	}
}

// The traps do catch: with loopback allowed the same request arrives.
func TestTheTrapsWork(t *testing.T) {
	t.Parallel()
	tr := egresstest.NewTraps(t)
	f := newFenced(Options{AllowLoopback: true}, tr)
	if err := f.send(t, fmt.Sprintf("http://127.0.0.1:%d/", tr.Port)); err == nil {
		t.Error("a trap answered")
	}
	for range 100 {
		if len(tr.Hits()) > 0 {
			return
		}
		select {
		case <-t.Context().Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("no trap was hit")
}

// No redirect is followed, no cookie kept, and no proxy asked, whatever the environment says.
func TestClientGoesStraight(t *testing.T) {
	proxied := egresstest.NewTraps(t)
	t.Setenv("HTTP_PROXY", fmt.Sprintf("http://127.0.0.1:%d", proxied.Port))
	t.Setenv("HTTPS_PROXY", fmt.Sprintf("http://127.0.0.1:%d", proxied.Port))
	var cookies []string
	target := egresstest.NewTraps(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookies = append(cookies, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "of somebody else"})
		http.Redirect(w, r, fmt.Sprintf("http://127.0.0.1:%d/", target.Port), http.StatusTemporaryRedirect)
	}))
	defer srv.Close()
	c := New(Options{AllowLoopback: true}).Client()
	for range 2 {
		resp, err := c.Post(srv.URL, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("got %d, want the redirect itself", resp.StatusCode)
		}
	}
	if len(cookies) != 2 || cookies[1] != "" {
		t.Errorf("cookies: got %q, want none", cookies)
	}
	if len(proxied.Hits()) != 0 || len(target.Hits()) != 0 {
		t.Errorf("the proxy was hit %d times, the redirect's target %d times", len(proxied.Hits()), len(target.Hits()))
	}
	c.CloseIdleConnections()
}
