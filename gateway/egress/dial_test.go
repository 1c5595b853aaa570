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
func newFenced(o Options, tr *traps) *fenced {
	if o.Connect == 0 {
		o.Connect = 2 * time.Second
	}
	f := &fenced{Guard: New(o)}
	f.ports = append(f.ports, tr.port)
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
	good, bad := []string{"1.1.1.1"}, []string{"127.0.0.1"}
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprintf("1.0.0.%d", i+1)
	}
	many[73] = "127.0.0.1"
	for name, c := range map[string]struct {
		answers []records
		// atOnce: refused when it is given; else only when it is connected to.
		atOnce bool
	}{
		"private":                {[]records{{addrs: bad}}, true},
		"flips-after-look":       {[]records{{addrs: good}, {addrs: bad}}, false},
		"flips-to-metadata":      {[]records{{addrs: good}, {addrs: []string{"169.254.169.254"}}}, false},
		"mixed-answer":           {[]records{{addrs: []string{"1.1.1.1", "127.0.0.1"}}}, true},
		"mixed-families":         {[]records{{addrs: []string{"1.1.1.1", "::1"}}}, true},
		"mixed-families-2":       {[]records{{addrs: []string{"2606:4700::1111", "127.0.0.1"}}}, true},
		"turns-mixed":            {[]records{{addrs: good}, {addrs: []string{"1.1.1.1", "::1"}}}, false},
		"chain-to-internal":      {[]records{{cname: "db.internal.test", addrs: []string{"10.0.0.5"}}}, true},
		"chain-to-this-machine":  {[]records{{cname: "localhost", addrs: bad}}, true},
		"hundred-with-one-bad":   {[]records{{addrs: many}}, true},
		"only-nat64":             {[]records{{addrs: []string{"64:ff9b::7f00:1"}}}, true},
		"only-mapped":            {[]records{{addrs: []string{"::ffff:127.0.0.1"}}}, true},
		"nobody-then-private":    {[]records{{}, {addrs: bad}}, false},
		"unspecified":            {[]records{{addrs: []string{"0.0.0.0"}}}, true},
		"unspecified-v6":         {[]records{{addrs: []string{"::"}}}, true},
		"too-many":               {[]records{{addrs: strings.Split(strings.Repeat("1.1.1.1 ", 200)[:1599], " ")}}, true},
		"slow-then-private":      {[]records{{mute: true}, {addrs: bad}}, false},
		"back-and-forth":         {[]records{{addrs: good}, {addrs: bad}, {addrs: good}, {addrs: bad}}, false},
		"link-local-with-public": {[]records{{addrs: []string{"fe80::1", "2606:4700::1111"}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTraps(t)
			host := name + ".shop.test"
			f := newFenced(Options{Resolver: newZone(map[string][]records{host: c.answers}).resolver(), Connect: 300 * time.Millisecond}, tr)
			raw := fmt.Sprintf("https://%s:%d/hook", host, tr.port)
			_, err := f.Check(t.Context(), raw)
			_, refused := errors.AsType[*Refused](err)
			if refused != c.atOnce {
				t.Errorf("when given: got %v, want a refusal: %v", err, c.atOnce)
			}
			err = f.send(t, raw)
			if _, refused = errors.AsType[*Refused](err); !refused {
				t.Errorf("at the connection: got %v, want a refusal", err)
			}
			if tr.count() != 0 || f.left() != 0 {
				t.Errorf("connections: %v, %v", tr.hits, f.leave)
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
	tr := newTraps(t)
	f := newFenced(Options{Resolver: newZone(map[string][]records{"slow.shop.test": {{mute: true}}}).resolver(), Connect: 100 * time.Millisecond}, tr)
	start := time.Now()
	_, err := f.Check(t.Context(), fmt.Sprintf("https://slow.shop.test:%d/", tr.port))
	if !errors.Is(err, ErrLookup) {
		t.Errorf("got %v, want a failed lookup", err)
	}
	if err := f.send(t, fmt.Sprintf("https://slow.shop.test:%d/", tr.port)); !errors.Is(err, ErrLookup) {
		t.Errorf("got %v, want a failed lookup", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A good name leads to the address that was checked, at every connection anew.
func TestAGoodNameIsReached(t *testing.T) {
	t.Parallel()
	tr := newTraps(t)
	f := newFenced(Options{Resolver: newZone(map[string][]records{"shop.test": {{addrs: []string{"1.1.1.1", "2606:4700::1111"}}}}).resolver()}, tr)
	raw := fmt.Sprintf("https://shop.test:%d/hook", tr.port)
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
	tr := newTraps(t)
	f := newFenced(Options{Resolver: newZone(nil).resolver(), Connect: 300 * time.Millisecond}, tr)
	hosts := append(slices.Clone(special), "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "localhost.", "LOCALHOST")
	for _, host := range hosts {
		for _, scheme := range []string{"https", "http"} {
			u := url.URL{Scheme: scheme, Host: net.JoinHostPort(host, fmt.Sprint(tr.port)), Path: "/"}
			if err := f.send(t, u.String()); err == nil {
				t.Errorf("%s: was answered", u.String())
			}
		}
	}
	for name, raw := range badURLs {
		raw = strings.Replace(raw, ".com/", fmt.Sprintf(".com:%d/", tr.port), 1)
		if err := f.send(t, raw); err == nil {
			t.Errorf("%s: was answered", name)
		}
	}
	if tr.count() != 0 {
		t.Errorf("connections: %v", tr.hits)
	}
	for _, addr := range f.leave { // the odd form of a public address leads to that address
		if f.reachOf(netip.MustParseAddrPort(addr).Addr()) != reachPublic {
			t.Errorf("%s would be connected to", addr)
		}
	}
	// The control by itself, as if all before it were wrong.
	for _, text := range special {
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
	tr := newTraps(t)
	f := newFenced(Options{AllowLoopback: true}, tr)
	if err := f.send(t, fmt.Sprintf("http://127.0.0.1:%d/", tr.port)); err == nil {
		t.Error("a trap answered")
	}
	for range 100 {
		if tr.count() > 0 {
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
	proxied := newTraps(t)
	t.Setenv("HTTP_PROXY", fmt.Sprintf("http://127.0.0.1:%d", proxied.port))
	t.Setenv("HTTPS_PROXY", fmt.Sprintf("http://127.0.0.1:%d", proxied.port))
	var cookies []string
	target := newTraps(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookies = append(cookies, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "of somebody else"})
		http.Redirect(w, r, fmt.Sprintf("http://127.0.0.1:%d/", target.port), http.StatusTemporaryRedirect)
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
	if proxied.count() != 0 || target.count() != 0 {
		t.Errorf("the proxy was hit %d times, the redirect's target %d times", proxied.count(), target.count())
	}
	c.CloseIdleConnections()
}
