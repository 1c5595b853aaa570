package egress

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// zone is a name server in this process. Each name has its answers by the number of the
// lookup, the last of them for all that follow.
type zone struct {
	mu    sync.Mutex
	names map[string][]records
	asked map[string]int // lookups of A records
}

// records is what a name leads to at one lookup. The zero records are NXDOMAIN.
type records struct {
	cname string
	addrs []string
	mute  bool // never answers
}

func (z *zone) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: false, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go z.serve(server)
		return client, nil
	}}
}

// serve answers what comes through one connection, in the form of DNS over TCP.
func (z *zone) serve(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		answer, ok := z.answer(query)
		if !ok {
			_, _ = io.Copy(io.Discard, c) // until the client gives up
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

func (z *zone) answer(query []byte) ([]byte, bool) {
	var p dnsmessage.Parser
	head, err := p.Start(query)
	if err != nil {
		return nil, false
	}
	q, err := p.Question()
	if err != nil {
		return nil, false
	}
	r, known := z.find(strings.TrimSuffix(q.Name.String(), "."), q.Type)
	if r.mute {
		return nil, false
	}
	head.Response, head.Authoritative, head.RecursionAvailable = true, true, true
	if !known || (r.cname == "" && len(r.addrs) == 0) {
		head.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, head)
	b.EnableCompression()
	must(b.StartQuestions())
	must(b.Question(q))
	must(b.StartAnswers())
	name := q.Name
	if r.cname != "" {
		to := dnsmessage.MustNewName(r.cname + ".")
		must(b.CNAMEResource(dnsmessage.ResourceHeader{Name: name, Class: q.Class}, dnsmessage.CNAMEResource{CNAME: to}))
		name = to
	}
	for _, text := range r.addrs {
		a := netip.MustParseAddr(text)
		h := dnsmessage.ResourceHeader{Name: name, Class: q.Class, TTL: 0}
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			must(b.AResource(h, dnsmessage.AResource{A: a.As4()}))
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			must(b.AAAAResource(h, dnsmessage.AAAAResource{AAAA: a.As16()}))
		}
	}
	out, err := b.Finish()
	must(err)
	return out, true
}

// find counts a lookup at its A question, so that the AAAA question beside it gets the same.
func (z *zone) find(name string, kind dnsmessage.Type) (records, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	list, ok := z.names[name]
	if !ok {
		return records{}, false
	}
	key := name + " " + kind.String()
	n := min(z.asked[key], len(list)-1)
	z.asked[key]++
	return list[n], true
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func newZone(names map[string][]records) *zone { return &zone{names: names, asked: map[string]int{}} }

// traps are listeners that nobody may connect to, on addresses of this machine and on one port.
type traps struct {
	port uint16
	mu   sync.Mutex
	hits []string
}

func newTraps(t *testing.T) *traps {
	t.Helper()
	tr := &traps{}
	first := tr.listen(t, "127.0.0.1:0")
	tr.port = netip.MustParseAddrPort(first).Port()
	for _, host := range []string{"127.255.255.254", "127.0.0.53", "::1"} {
		tr.listen(t, netip.AddrPortFrom(netip.MustParseAddr(host), tr.port).String())
	}
	return tr
}

func (tr *traps) listen(t *testing.T, addr string) string {
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

func (tr *traps) count() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return len(tr.hits)
}
