package egresstest

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone is a name server in this process. Each name has its answers by the number of the
// lookup, the last of them for all that follow.
type Zone struct {
	mu    sync.Mutex
	names map[string][]Records
	asked map[string]int // lookups of A records
}

// Records is what a name leads to at one lookup. The zero Records are NXDOMAIN.
type Records struct {
	CNAME string
	Addrs []string
	Mute  bool // never answers
}

// Resolver asks the zone and nobody else.
func (z *Zone) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: false, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go z.serve(server)
		return client, nil
	}}
}

// serve answers what comes through one connection, in the form of DNS over TCP.
func (z *Zone) serve(c net.Conn) {
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

func (z *Zone) answer(query []byte) ([]byte, bool) {
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
	if r.Mute {
		return nil, false
	}
	head.Response, head.Authoritative, head.RecursionAvailable = true, true, true
	if !known || (r.CNAME == "" && len(r.Addrs) == 0) {
		head.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, head)
	b.EnableCompression()
	must(b.StartQuestions())
	must(b.Question(q))
	must(b.StartAnswers())
	name := q.Name
	if r.CNAME != "" {
		to := dnsmessage.MustNewName(r.CNAME + ".")
		must(b.CNAMEResource(dnsmessage.ResourceHeader{Name: name, Class: q.Class}, dnsmessage.CNAMEResource{CNAME: to}))
		name = to
	}
	for _, text := range r.Addrs {
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
func (z *Zone) find(name string, kind dnsmessage.Type) (Records, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	list, ok := z.names[name]
	if !ok {
		return Records{}, false
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

// NewZone makes a name server.
func NewZone(names map[string][]Records) *Zone { return &Zone{names: names, asked: map[string]int{}} }

// Turn is a name that leads where it must not, at the first lookup or at a later one; the last
// of its answers is always bad.
type Turn struct {
	Answers []Records
	// AtOnce: refused when it is given; else only when it is connected to.
	AtOnce bool
}

// Turns are such names, by what is wrong with them.
func Turns() map[string]Turn {
	good, bad := []string{"1.1.1.1"}, []string{"127.0.0.1"}
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprintf("1.0.0.%d", i+1)
	}
	many[73] = "127.0.0.1"
	return map[string]Turn{
		"private":                {[]Records{{Addrs: bad}}, true},
		"flips-after-look":       {[]Records{{Addrs: good}, {Addrs: bad}}, false},
		"flips-to-metadata":      {[]Records{{Addrs: good}, {Addrs: []string{"169.254.169.254"}}}, false},
		"mixed-answer":           {[]Records{{Addrs: []string{"1.1.1.1", "127.0.0.1"}}}, true},
		"mixed-families":         {[]Records{{Addrs: []string{"1.1.1.1", "::1"}}}, true},
		"mixed-families-2":       {[]Records{{Addrs: []string{"2606:4700::1111", "127.0.0.1"}}}, true},
		"turns-mixed":            {[]Records{{Addrs: good}, {Addrs: []string{"1.1.1.1", "::1"}}}, false},
		"chain-to-internal":      {[]Records{{CNAME: "db.internal.test", Addrs: []string{"10.0.0.5"}}}, true},
		"chain-to-this-machine":  {[]Records{{CNAME: "localhost", Addrs: bad}}, true},
		"hundred-with-one-bad":   {[]Records{{Addrs: many}}, true},
		"only-nat64":             {[]Records{{Addrs: []string{"64:ff9b::7f00:1"}}}, true},
		"only-mapped":            {[]Records{{Addrs: []string{"::ffff:127.0.0.1"}}}, true},
		"nobody-then-private":    {[]Records{{}, {Addrs: bad}}, false},
		"unspecified":            {[]Records{{Addrs: []string{"0.0.0.0"}}}, true},
		"unspecified-v6":         {[]Records{{Addrs: []string{"::"}}}, true},
		"too-many":               {[]Records{{Addrs: strings.Split(strings.Repeat("1.1.1.1 ", 200)[:1599], " ")}}, true},
		"slow-then-private":      {[]Records{{Mute: true}, {Addrs: bad}}, false},
		"back-and-forth":         {[]Records{{Addrs: good}, {Addrs: bad}, {Addrs: good}, {Addrs: bad}}, false},
		"link-local-with-public": {[]Records{{Addrs: []string{"fe80::1", "2606:4700::1111"}}}, true},
	}
}
