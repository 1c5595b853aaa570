package egresstest

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Traps are listeners that nobody may connect to, on addresses of this machine and on one port.
type Traps struct {
	Port uint16
	mu   sync.Mutex
	hits []string
}

// NewTraps listens until the test ends.
func NewTraps(t testing.TB) *Traps {
	t.Helper()
	tr := &Traps{}
	first := tr.listen(t, "127.0.0.1:0")
	tr.Port = netip.MustParseAddrPort(first).Port()
	for _, host := range []string{"127.255.255.254", "127.0.0.53", "::1"} {
		tr.listen(t, netip.AddrPortFrom(netip.MustParseAddr(host), tr.Port).String())
	}
	return tr
}

func (tr *Traps) listen(t testing.TB, addr string) string {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		if strings.HasPrefix(addr, "[::1]") {
			return "" // a machine without IPv6 has nothing to be reached there
		}
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			tr.mu.Lock()
			tr.hits = append(tr.hits, addr)
			tr.mu.Unlock()
			_ = c.Close()
		}
	})
	t.Cleanup(func() { _ = ln.Close(); done.Wait() })
	return ln.Addr().String()
}

// Hits are the addresses that were connected to.
func (tr *Traps) Hits() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return slices.Clone(tr.hits)
}
