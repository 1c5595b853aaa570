package egress

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

const maxURL = 2048 // bytes

// names maps a name for looking it up, and refuses what no name server holds.
var names = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// Parse reads an address and refuses every form that one program may read differently from
// another. It looks nothing up. What it returns is in one form: the scheme and the host in
// lower case and ASCII, the port left out where it is the usual one.
func (g *Guard) Parse(raw string) (*url.URL, error) {
	if raw == "" || len(raw) > maxURL {
		return nil, refuse("must be a URL of at most 2048 bytes")
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r == 0xfffd }) {
		return nil, refuse("must hold no spaces, backslashes or control characters")
	}
	u, err := url.Parse(raw)
	if err != nil { // its text would repeat the URL
		return nil, refuse("must be a URL")
	}
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !g.opts.AllowLoopback):
		return nil, refuse("must begin with https://")
	case u.Opaque != "" || u.Hostname() == "":
		return nil, refuse("must name a host")
	case u.User != nil || strings.Contains(authority(raw), "@"):
		return nil, refuse("must hold no user or password")
	case strings.Contains(raw, "#"):
		return nil, refuse("must hold no fragment")
	}
	port, err := g.port(u)
	if err != nil {
		return nil, err
	}
	host, err := g.host(u)
	if err != nil {
		return nil, err
	}
	u.Host = host
	if a, err := netip.ParseAddr(host); err == nil {
		if err := g.check(netip.AddrPortFrom(a, port), u.Scheme == "https"); err != nil {
			return nil, err
		}
		if a.Is6() {
			u.Host = "[" + host + "]"
		}
	}
	if port != usualPort(u) {
		u.Host += ":" + strconv.Itoa(int(port))
	}
	return u, nil
}

// authority is what stands between the slashes, as the least careful reader takes it.
func authority(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

func usualPort(u *url.URL) uint16 {
	if u.Scheme == "http" {
		return 80
	}
	return 443
}

// port is the port of a URL. Where loopback is allowed any is, until the address is known.
func (g *Guard) port(u *url.URL) (uint16, error) {
	text := u.Port()
	if text == "" {
		if strings.HasSuffix(u.Host, ":") {
			return 0, refuse("must name a port after the colon")
		}
		return usualPort(u), nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 || text[0] == '0' {
		return 0, g.refusePort()
	}
	if !g.opts.AllowLoopback && !g.usual(uint16(n)) {
		return 0, g.refusePort()
	}
	return uint16(n), nil
}

func (g *Guard) usual(port uint16) bool {
	for _, p := range g.ports {
		if p == port {
			return true
		}
	}
	return false
}

// host is a URL's host in ASCII: a name, or an address in its one usual form.
func (g *Guard) host(u *url.URL) (string, error) {
	raw := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		a, err := netip.ParseAddr(raw)
		if err != nil || !a.Is6() || a.Is4In6() || a.Zone() != "" {
			return "", refuse("must name a host in its plain form")
		}
		return a.String(), nil
	}
	name, err := names.ToASCII(raw)
	if err != nil || disguised(raw, name) {
		return "", refuse("must name a host in its plain form")
	}
	if endsInNumber(name) {
		a, err := netip.ParseAddr(name)
		if err != nil || !a.Is4() {
			return "", refuse("must name a host in its plain form")
		}
		return a.String(), nil
	}
	return name, g.name(name)
}

// disguised tells a name that is ASCII only after characters were taken for others, as
// full-width digits and ideographic full stops are, or that ends with a dot.
func disguised(raw, ascii string) bool {
	from, to := strings.Split(raw, "."), strings.Split(ascii, ".")
	if len(from) != len(to) || to[len(to)-1] == "" {
		return true
	}
	for i := range from {
		if !isASCII(from[i]) && !strings.HasPrefix(to[i], "xn--") {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// endsInNumber tells what C libraries take for an IPv4 address: 2130706433, 0x7f.1, 0177.0.0.1.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// name refuses names that mean this machine or its neighbours by themselves.
func (g *Guard) name(name string) error {
	local := name == "localhost" || strings.HasSuffix(name, ".localhost")
	switch {
	case local && !g.opts.AllowLoopback:
		return refuse("the host leads to an address that is not public")
	case !local && !strings.Contains(name, ".") && len(g.opts.AllowNetworks) == 0 && !g.opts.AllowLoopback:
		return refuse("must name a host with its domain")
	}
	return nil
}
