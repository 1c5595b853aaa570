package egress

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"code.dny.dev/ssrf"
)

// public knows the IANA special-purpose registries: an IPv4 address outside of them, an IPv6
// address inside 2000::/3 and outside of them, is public. Every IPv4 address in the clothes of
// IPv6 (mapped, compatible, translated, NAT64, 6to4, Teredo) is not. Ports are ours to judge.
var public = ssrf.New(ssrf.WithAnyPort())

// hosts that answer for the machines of a cloud, and hand out its credentials. Never reached,
// also where the operator allows the network around them.
// Sources: documentation of AWS (EC2, ECS), Google Cloud, Azure, Alibaba Cloud and Oracle
// Cloud on instance metadata, read 2026-11-21.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),     // link-local: AWS, Google, Azure, Oracle, Tencent
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure's platform; a public address by its number
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba
	netip.MustParsePrefix("192.0.0.192/32"),     // Oracle, first generation
	netip.MustParsePrefix("fd00:ec2::/32"),      // AWS
	netip.MustParsePrefix("fd20:ce::/32"),       // Google
}

// embedding are the forms of IPv6 that carry an IPv4 address to somebody who unpacks it.
var embedding = []netip.Prefix{
	netip.MustParsePrefix("::/96"),           // compatible
	netip.MustParsePrefix("::ffff:0:0/96"),   // mapped
	netip.MustParsePrefix("::ffff:0:0:0/96"), // translated
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),  // NAT64 of one's own
	netip.MustParsePrefix("2001::/32"),       // Teredo
	netip.MustParsePrefix("2002::/16"),       // 6to4
}

// reach is how an address may be reached.
type reach int

const (
	reachNever    reach = iota
	reachLoopback       // this machine, any port, plain http too
	reachPublic         // https on its usual ports
)

// reachOf classifies an address.
func (g *Guard) reachOf(a netip.Addr) reach {
	switch {
	case !a.IsValid() || a.Zone() != "" || a.Is4In6():
		return reachNever
	case a.IsLoopback():
		if g.opts.AllowLoopback {
			return reachLoopback
		}
		return reachNever
	case within(metadata, a):
		return reachNever
	case public.SafeAddr(a) == nil && !isISATAP(a):
		return reachPublic
	case a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || within(embedding, a):
		return reachNever
	case within(g.opts.AllowNetworks, a):
		return reachPublic
	}
	return reachNever
}

// isISATAP tells an interface id that carries an IPv4 address in any network, RFC 5214.
func isISATAP(a netip.Addr) bool {
	if !a.Is6() {
		return false
	}
	b := a.As16()
	return b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// refusePort names the ports that would do.
func (g *Guard) refusePort() error {
	list := make([]string, len(g.ports))
	for i, p := range g.ports {
		list[i] = strconv.Itoa(int(p))
	}
	return refuse("the port must be " + strings.Join(list, " or "))
}

// check tells why an address and port may not be reached, nil where they may.
func (g *Guard) check(a netip.AddrPort, secure bool) error {
	switch g.reachOf(a.Addr()) {
	case reachLoopback:
		if a.Port() != 0 {
			return nil
		}
	case reachPublic:
		switch {
		case !secure:
			return refuse("only https is allowed")
		case slices.Contains(g.ports, a.Port()):
			return nil
		}
	case reachNever:
		return refuse("the host leads to an address that is not public")
	}
	return g.refusePort()
}
