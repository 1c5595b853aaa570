// Package egress guards the requests that we make to addresses which others chose: the
// endpoints of webhooks. An address is looked at when it is given and again at every
// connection, since a name may lead elsewhere by then; the last word has the socket, which
// is opened to public addresses only.
package egress

import (
	"net"
	"net/netip"
	"slices"
	"time"
)

// Options say what may be reached besides public addresses.
type Options struct {
	// AllowLoopback lets this machine itself be reached, on any port and by plain http.
	AllowLoopback bool
	// AllowNetworks are private networks of the operator's that may be reached. Loopback,
	// link-local, multicast and metadata addresses stay out, whatever they say.
	AllowNetworks []netip.Prefix
	// Ports are those that public addresses and the operator's networks are reached on: 443
	// and 8443 when there are none.
	Ports []uint16
	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver
	// Connect bounds looking up and connecting: 5 s when 0.
	Connect time.Duration
}

// Guard decides what may be reached.
type Guard struct {
	opts     Options
	resolver *net.Resolver
	ports    []uint16 // of public addresses and of the operator's networks
}

// New makes a guard.
func New(o Options) *Guard {
	if o.Connect <= 0 {
		o.Connect = 5 * time.Second
	}
	g := &Guard{opts: o, resolver: o.Resolver, ports: slices.Clone(o.Ports)}
	if len(g.ports) == 0 {
		g.ports = []uint16{443, 8443}
	}
	g.opts.AllowNetworks = slices.Clone(o.AllowNetworks)
	if g.resolver == nil {
		g.resolver = net.DefaultResolver
	}
	return g
}

// Refused is an address that is not reached. It holds nothing of what the name led to,
// since that would tell outsiders of our network.
type Refused struct{ Reason string }

func (e *Refused) Error() string { return e.Reason }

func refuse(reason string) error { return &Refused{reason} }
