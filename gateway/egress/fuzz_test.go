package egress

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/gateway/egress/egresstest"
)

// Whatever is accepted has one form, which is accepted again and means the same, and an
// address in it is a public one.
func FuzzParse(f *testing.F) {
	for _, raw := range egresstest.BadURLs {
		f.Add(raw)
	}
	for _, raw := range []string{"https://example.com/hook?a=b", "HTTPS://Example.COM:443/", "https://bücher.example/", "https://1.1.1.1:8443/", "https://[2606:4700::1111]/x"} {
		f.Add(raw)
	}
	g := New(Options{})
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := g.Parse(raw)
		if err != nil {
			if len(raw) > 24 && strings.Contains(err.Error(), raw) {
				t.Errorf("the refusal repeats the URL: %v", err)
			}
			return
		}
		again, err := g.Parse(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q became %q, which became %v, %v", raw, u, again, err)
		}
		if u.Scheme != "https" || u.User != nil || u.Fragment != "" || (u.Port() != "" && u.Port() != "8443") {
			t.Errorf("%q was accepted as %q", raw, u)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && g.reachOf(a) != reachPublic {
			t.Errorf("%q leads to %s", raw, a)
		}
		if _, err := strconv.ParseUint(u.Hostname(), 0, 64); err == nil {
			t.Errorf("%q has a number for a host", raw)
		}
	})
}
