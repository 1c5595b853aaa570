package egress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// ErrLookup: the name could not be looked up, now.
var ErrLookup = errors.New("the host cannot be looked up")

// The bounds of a connection.
const (
	maxAnswers  = 128 // addresses of one name; more are refused
	maxAttempts = 4   // addresses that one connection tries
	idleTime    = 30 * time.Second
)

// Check reads an address as Parse does and looks its host up: where any of its addresses is
// not public, it is refused. ErrLookup says that there is no answer now; every connection
// will look again.
func (g *Guard) Check(ctx context.Context, raw string) (*url.URL, error) {
	u, err := g.Parse(raw)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, g.opts.Connect)
	defer cancel()
	port := usualPort(u)
	if p, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		port = uint16(p)
	}
	_, err = g.resolve(ctx, u.Hostname(), port, u.Scheme == "https")
	return u, err
}

// resolve looks a host up and checks all of its addresses. A name of which one address is
// bad is bad: nobody honest mixes them.
func (g *Guard) resolve(ctx context.Context, host string, port uint16, secure bool) ([]netip.AddrPort, error) {
	var list []netip.Addr
	if a, err := netip.ParseAddr(host); err == nil {
		list = []netip.Addr{a}
	} else if list, err = g.lookup(ctx, host); err != nil {
		return nil, err
	}
	out := make([]netip.AddrPort, len(list))
	for i, a := range list {
		out[i] = netip.AddrPortFrom(a, port)
		if err := g.check(out[i], secure); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lookup asks the resolver, whose own errors name our servers and are not passed on.
func (g *Guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	list, err := g.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(list) == 0 {
		return nil, ErrLookup
	}
	if len(list) > maxAnswers {
		return nil, refuse("the host has too many addresses")
	}
	for i := range list {
		list[i] = list[i].Unmap() // Go writes IPv4 answers in 16 bytes too
	}
	return list, nil
}

// Client makes guarded requests. It follows no redirect, knows no proxy and keeps no cookies;
// deadlines are the caller's.
func (g *Guard) Client() *http.Client {
	return &http.Client{
		Transport: &transport{secure: g.transport(true), plain: g.transport(false)},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// transport has one way for https and one for http, since the socket does not tell.
type transport struct{ secure, plain *http.Transport }

// RoundTrip picks the way.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return t.secure.RoundTrip(r)
	}
	return t.plain.RoundTrip(r)
}

// CloseIdleConnections frees what waits.
func (t *transport) CloseIdleConnections() {
	t.secure.CloseIdleConnections()
	t.plain.CloseIdleConnections()
}

func (g *Guard) transport(secure bool) *http.Transport {
	d := g.dialer(secure)
	return &http.Transport{
		Proxy:                  nil, // a proxy would be all that the guard sees
		DialContext:            func(ctx context.Context, _, addr string) (net.Conn, error) { return g.dial(ctx, d, addr, secure) },
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    g.opts.Connect,
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: 32 << 10,
		DisableCompression:     true, // what is read is bounded, and never unpacked
	}
}

// dialer's Control sees the address that is connected to, whatever was looked up before.
func (g *Guard) dialer(secure bool) *net.Dialer {
	return &net.Dialer{
		Timeout:       g.opts.Connect,
		FallbackDelay: -1,
		Control: func(network, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil || (network != "tcp4" && network != "tcp6") {
				return refuse("the host leads to an address that is not public")
			}
			return g.check(a, secure)
		},
	}
}

// dial looks up, checks all answers and connects to the checked ones, never to the name.
func (g *Guard) dial(ctx context.Context, d *net.Dialer, addr string, secure bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, g.opts.Connect)
	defer cancel()
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, refuse("must name a host")
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, refuse("must name a port")
	}
	list, err := g.resolve(ctx, host, uint16(port), secure)
	if err != nil {
		return nil, err
	}
	for i, a := range list[:min(len(list), maxAttempts)] {
		var conn net.Conn
		if conn, err = d.DialContext(ctx, "tcp", a.String()); err == nil {
			return conn, nil
		}
		if ctx.Err() != nil && i > 0 {
			break
		}
	}
	return nil, err
}
