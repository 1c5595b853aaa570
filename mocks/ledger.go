package mocks

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// maxEntries bounds the ledger and the arrival log.
const maxEntries = 1_000_000

// States of a purchase.
const (
	Live   = "live"
	Voided = "voided"
)

// Money is a decimal text with its currency's digits and an ISO 4217 code.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Purchase is one sale of a carrier: the truth about what was charged.
type Purchase struct {
	Carrier         string    `json:"carrier"`
	Account         string    `json:"account"`
	Operation       string    `json:"operation"` // always "purchase"
	Reference       string    `json:"reference"`
	ClientReference string    `json:"client_reference"` // the wire field that carries the gateway's reference
	CarrierID       string    `json:"carrier_id"`
	TrackingNumber  string    `json:"tracking_number"`
	State           string    `json:"state"`
	Charged         Money     `json:"charged"`
	At              time.Time `json:"at"`
}

// ErrFull says that the books of the sandbox have no room left. Reset makes room.
var ErrFull = errors.New("the sandbox is full; reset it")

// ledger is append-only but for a sale's state and late number.
type ledger struct {
	mu      sync.RWMutex
	entries []Purchase
	byID    map[[2]string]int // carrier and carrier id to the newest entry
}

func (l *ledger) add(p Purchase) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= maxEntries {
		return ErrFull
	}
	if l.byID == nil {
		l.byID = map[[2]string]int{}
	}
	l.byID[[2]string{p.Carrier, p.CarrierID}] = len(l.entries)
	l.entries = append(l.entries, p)
	return nil
}

func (l *ledger) void(carrier, id string) bool {
	return l.change(carrier, id, func(p *Purchase) { p.State = Voided })
}

func (l *ledger) number(carrier, id, number string) bool {
	return l.change(carrier, id, func(p *Purchase) { p.TrackingNumber = number })
}

// change works on a live entry. It is false when there is none.
func (l *ledger) change(carrier, id string, edit func(*Purchase)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := l.byID[[2]string{carrier, id}]
	if !ok || l.entries[i].State != Live {
		return false
	}
	edit(&l.entries[i])
	return true
}

// list returns the purchases in the order in which they were made. An empty carrier or
// reference is any; a reference is the seller's or ours.
func (l *ledger) list(carrier, reference string) []Purchase {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := []Purchase{}
	for _, p := range l.entries {
		if carrier != "" && p.Carrier != carrier {
			continue
		}
		if reference != "" && p.Reference != reference && p.ClientReference != reference {
			continue
		}
		out = append(out, p)
	}
	return out
}

// Purchases returns the ledger in the order of the sales. An empty carrier or reference is
// any; a reference matches the seller's or the gateway's.
func (s *Sandbox) Purchases(carrier, reference string) []Purchase {
	return s.now.Load().ledger.list(carrier, reference)
}

// Arrival is one request that reached a carrier, served or not.
type Arrival struct {
	Carrier   string    `json:"carrier"`
	Operation string    `json:"operation"`
	At        time.Time `json:"at"`
}

// arrivals is a ring: when it is full, the oldest go.
type arrivals struct {
	mu   sync.Mutex
	ring []Arrival
	next int // where the next one goes once the ring is full
}

func (a *arrivals) add(v Arrival) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ring) < maxEntries {
		a.ring = append(a.ring, v)
		return
	}
	a.ring[a.next] = v
	a.next = (a.next + 1) % maxEntries
}

func (a *arrivals) list(carrier, operation string) []Arrival {
	a.mu.Lock()
	all := append(append([]Arrival{}, a.ring[a.next:]...), a.ring[:a.next]...)
	a.mu.Unlock()
	return slices.DeleteFunc(all, func(v Arrival) bool {
		return carrier != "" && v.Carrier != carrier || operation != "" && v.Operation != operation
	})
}

// Arrivals returns the requests that reached the carriers, oldest first, at most a million.
// An empty carrier or operation is any.
func (s *Sandbox) Arrivals(carrier, operation string) []Arrival {
	return s.now.Load().arrivals.list(carrier, operation)
}
