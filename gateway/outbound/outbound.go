// Package outbound is the transport that adapters are handed: every request to a carrier
// goes through it, once.
//
// It never sends a request twice, which net/http would do with an Idempotency-Key on a
// connection that broke; it shares no cookie and no connection between accounts; it keeps
// the raw reply of a request that commits money before anyone parses it; it tells how far
// a request got on the wire; and it measures. It knows no carrier and no environment.
package outbound

import (
	"crypto/tls"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Options are the same for all carriers. A zero field takes its default.
type Options struct {
	// Proxy, where set, carries all traffic. No environment variable is read.
	Proxy *url.URL
	// TLS is the base of every connection's configuration; TLS 1.2 at least.
	TLS *tls.Config
	// Control sees every address before it is dialled, and may refuse it.
	Control func(network, address string, c syscall.RawConn) error
	// Wrap, where set, makes the transport of an identity from its base, as a tracer does.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Limits bound single requests by operation: 5 s for a token. What is not named has
	// the deadline of its context alone.
	Limits map[adapters.Operation]time.Duration

	DialTimeout   time.Duration // 5 s
	TLSTimeout    time.Duration // 5 s
	HeaderTimeout time.Duration // 30 s, from the request's last byte to the answer's first
	// IdleReads and IdleWrites are how long a connection is kept for the next request: 30 s
	// and 4 s. A write on a connection that the carrier just closed fails and is never
	// repeated, so its idle time stays below the 5 s that short-tempered servers give.
	IdleReads, IdleWrites time.Duration
	MaxIdle               int           // idle connections of one account: 16
	MaxHeaderBytes        int64         // of an answer: 64 KiB
	EvidenceTimeout       time.Duration // how long storing a reply may take: 10 s
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func (o Options) withDefaults() Options {
	limits := map[adapters.Operation]time.Duration{adapters.OpToken: 5 * time.Second}
	maps.Copy(limits, o.Limits)
	o.Limits = limits
	or(&o.DialTimeout, 5*time.Second)
	or(&o.TLSTimeout, 5*time.Second)
	or(&o.HeaderTimeout, 30*time.Second)
	or(&o.IdleReads, 30*time.Second)
	or(&o.IdleWrites, 4*time.Second)
	or(&o.MaxIdle, 16)
	or(&o.MaxHeaderBytes, 64<<10)
	or(&o.EvidenceTimeout, 10*time.Second)
	return o
}

// Outbound makes the transports of one process.
type Outbound struct {
	opt     Options
	log     *slog.Logger
	metrics *metrics
}

// New makes an Outbound; reg and log may be nil.
func New(opt Options, reg prometheus.Registerer, log *slog.Logger) (*Outbound, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	o := &Outbound{opt: opt.withDefaults(), log: log, metrics: newMetrics()}
	if reg != nil {
		if err := o.metrics.register(reg); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// Client is the way out of one account: with connections of its own, no cookie jar and no
// redirects. It is made once for an account and closed by CloseIdleConnections.
func (o *Outbound) Client(carrier string) *http.Client {
	return o.client(&network{
		reads:  o.base(o.opt.IdleReads, false),
		writes: o.base(o.opt.IdleWrites, false),
		once:   o.base(0, true),
	}, carrier, true)
}

// ClientOver is Client with rt in the place of the network, for simulators in the process.
func (o *Outbound) ClientOver(rt http.RoundTripper, carrier string) *http.Client {
	return o.client(rt, carrier, false)
}

func (o *Outbound) client(rt http.RoundTripper, carrier string, tells bool) *http.Client {
	if o.opt.Wrap != nil {
		rt = o.opt.Wrap(rt)
	}
	return &http.Client{
		Transport:     &transport{o, rt, carrier, tells},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (o *Outbound) base(idle time.Duration, once bool) *http.Transport {
	d := &net.Dialer{Timeout: o.opt.DialTimeout, KeepAlive: 30 * time.Second, Control: o.opt.Control}
	conf := &tls.Config{}
	if o.opt.TLS != nil {
		conf = o.opt.TLS.Clone()
	}
	conf.MinVersion = max(conf.MinVersion, tls.VersionTLS12)
	t := &http.Transport{
		DialContext:            d.DialContext,
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    o.opt.TLSTimeout,
		ResponseHeaderTimeout:  o.opt.HeaderTimeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        idle,
		MaxIdleConns:           o.opt.MaxIdle,
		MaxIdleConnsPerHost:    o.opt.MaxIdle,
		MaxResponseHeaderBytes: o.opt.MaxHeaderBytes,
		DisableKeepAlives:      once,
		// One request, one connection: on a shared HTTP/2 connection one stuck stream
		// holds up the others, and the wire phase of a purchase would not be its own.
		Protocols: new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	if o.opt.Proxy != nil {
		t.Proxy = http.ProxyURL(o.opt.Proxy)
	}
	return t
}

// network picks the connections for a request.
type network struct{ reads, writes, once *http.Transport }

// RoundTrip keeps net/http from repeating a write. It repeats a request whose kept-alive
// connection broke if it is a GET, or has an Idempotency-Key, and if it can have the body
// again: so a body cannot be had again, and a write without one gets a connection of its own.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	write := adapters.MarkOf(r.Context()).Commits
	switch r.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
	default:
		write = true
	}
	switch {
	case !write:
		return n.reads.RoundTrip(r)
	case r.Body == nil || r.Body == http.NoBody:
		return n.once.RoundTrip(r)
	}
	return n.writes.RoundTrip(r)
}

// CloseIdleConnections is called by http.Client's method of the same name.
func (n *network) CloseIdleConnections() {
	n.reads.CloseIdleConnections()
	n.writes.CloseIdleConnections()
	n.once.CloseIdleConnections()
}
