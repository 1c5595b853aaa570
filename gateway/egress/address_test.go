package egress

import (
	"net/netip"
	"slices"
	"testing"

	"code.dny.dev/ssrf"

	"github.com/crossdock-hub/crossdock/gateway/egress/egresstest"
)

func TestNoSpecialAddressIsReached(t *testing.T) {
	t.Parallel()
	if len(egresstest.Special) != 51 {
		t.Errorf("the list has %d addresses, want 51", len(egresstest.Special))
	}
	g := New(Options{})
	for _, text := range egresstest.Special {
		if got := g.reachOf(netip.MustParseAddr(text)); got != reachNever {
			t.Errorf("%s: got %d, want never", text, got)
		}
	}
	for _, text := range egresstest.Common {
		if got := g.reachOf(netip.MustParseAddr(text)); got != reachPublic {
			t.Errorf("%s: got %d, want public", text, got)
		}
	}
	if g.reachOf(netip.Addr{}) != reachNever {
		t.Error("no address at all is reached")
	}
	if g.reachOf(netip.MustParseAddr("2a00:1450::5efe:127.0.0.1")) != reachNever {
		t.Error("an ISATAP address is reached")
	}
}

// The library knows the registries. What it lets through beyond them is why there is a table
// of our own; should the library learn it, or forget another, this says so.
func TestWhatTheLibraryLetsThrough(t *testing.T) {
	t.Parallel()
	lib := ssrf.New(ssrf.WithAnyPort())
	var got []string
	for _, text := range egresstest.Special {
		if lib.SafeAddr(netip.MustParseAddr(text)) == nil {
			got = append(got, text)
		}
	}
	if want := []string{"168.63.129.16"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// An operator may open private networks, but never all: metadata, loopback and the disguises
// stay shut under the widest of prefixes.
func TestAnOperatorsNetworks(t *testing.T) {
	t.Parallel()
	some := New(Options{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")}})
	for text, want := range map[string]reach{
		"10.1.2.3": reachPublic, "fd12::1": reachPublic, "10.2.0.1": reachNever, "fd00:ec2::254": reachNever, "127.0.0.1": reachNever,
	} {
		if got := some.reachOf(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
	all := New(Options{AllowLoopback: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
	for _, text := range []string{"169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254",
		"fd20:ce::254", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "fe80::1", "fe80::1%lo", "::ffff:10.0.0.1", "::10.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b:1::a9fe:a9fe", "2002:7f00:1::", "2001::1"} {
		if got := all.reachOf(netip.MustParseAddr(text)); got != reachNever {
			t.Errorf("%s: got %d, want never", text, got)
		}
	}
}

func TestPortsAndSchemes(t *testing.T) {
	t.Parallel()
	strict, trial := New(Options{}), New(Options{AllowLoopback: true})
	for _, c := range []struct {
		g      *Guard
		addr   string
		secure bool
		want   bool
	}{
		{strict, "1.1.1.1:443", true, true}, {strict, "[2606:4700::1111]:8443", true, true}, {strict, "1.1.1.1:443", false, false},
		{strict, "1.1.1.1:80", true, false}, {strict, "1.1.1.1:22", true, false}, {strict, "127.0.0.1:443", true, false},
		{trial, "127.0.0.1:5000", false, true}, {trial, "[::1]:5000", true, true}, {trial, "127.0.0.1:0", true, false},
		{trial, "1.1.1.1:5000", true, false}, {trial, "1.1.1.1:443", false, false}, {trial, "10.0.0.1:443", true, false},
	} {
		if err := c.g.check(netip.MustParseAddrPort(c.addr), c.secure); (err == nil) != c.want {
			t.Errorf("%s, https %v: got %v", c.addr, c.secure, err)
		}
	}
}
