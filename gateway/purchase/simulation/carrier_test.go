package simulation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// carrier is a carrier that never dies: its ledger is the truth. It works in its own time, also
// when nobody waits for its answer any more.
type carrier struct {
	w *world
	lane
	working sync.WaitGroup

	mu     sync.Mutex
	ledger []*sale
	drafts map[string]string // by reference: the id
}

// sale is one line of a ledger.
type sale struct {
	id, number string
	ref        string // ours
	order      int
	at         time.Time
	shows      time.Time // from when searches show it
	paper      time.Time // from when its paper is there
	voided     time.Time // zero while it lives
	hides      time.Time // from when searches do not show it any more
}

// live tells whether somebody pays for it.
func (s *sale) live() bool { return s.voided.IsZero() }

// serve works on one request.
func (c *carrier) serve(work func()) { c.working.Go(work) }

// commits brings a request that changes something through its fault. do changes the ledger
// and tells what the answer is.
func (c *carrier) commits(op string, n int, f *fault, reply chan<- answer, do func() answer) {
	kind := ""
	if f != nil {
		kind = f.kind
	}
	time.Sleep(c.w.between(5*time.Millisecond, 300*time.Millisecond, "work", op, n))
	gone := answer{err: normalize.Fail(normalize.KindUnavailable, "the connection broke")}
	switch kind {
	case refuse:
		reply <- answer{status: 422, body: "no", err: normalize.Fail(normalize.KindRejected, "refused")}
		return
	case outage:
		reply <- answer{status: 503, body: "later", err: normalize.Fail(normalize.KindUnavailable, "503")}
		return
	case unheard:
		return
	case late:
		reply <- gone
		if c.w.tardy {
			time.Sleep(f.lasts)
		} else {
			time.Sleep(min(f.lasts, c.quiet/2)) // the longest that a carrier of this lane takes
		}
	}
	a := do()
	switch kind {
	case late:
	case cut:
		reply <- gone
	case slow:
		time.Sleep(max(f.lasts, limitLabel))
		reply <- a
	case broken:
		reply <- answer{status: 500, body: "oops", err: normalize.Fail(normalize.KindUnavailable, "500")}
	case truncated:
		reply <- answer{status: 200, body: a.body[:len(a.body)/2], err: normalize.Fail(normalize.KindBadResponse, "the answer ends early")}
	default:
		reply <- a
		if kind == twice {
			reply <- a
		}
	}
}

// reads brings a request that changes nothing through its fault.
func (c *carrier) reads(op string, n int, f *fault, reply chan<- answer, do func() answer) {
	time.Sleep(c.w.between(5*time.Millisecond, 200*time.Millisecond, "work", op, n))
	switch {
	case f == nil:
		reply <- do()
	case f.kind == outage:
		reply <- answer{status: 503, err: normalize.Fail(normalize.KindUnavailable, "503")}
	case f.kind == slow:
		a := do() // as it was when the request came
		time.Sleep(min(f.lasts, limitOther-100*time.Millisecond))
		reply <- a
	}
}

// sell sells a label, in the manner of the carrier's class.
func (c *carrier) sell(n int, r normalize.LabelRequest, f *fault, reply chan<- answer) {
	c.commits("label", n, f, reply, func() answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.drafts != nil && (r.Draft == nil || c.drafts[r.ClientReference] != r.Draft.ID) {
			return answer{status: 404, err: normalize.Fail(normalize.KindRejected, "no such draft")}
		}
		if old := c.byReference(r.ClientReference); len(old) > 0 && c.class <= adapters.ClassB {
			if c.class == adapters.ClassA {
				return sold(old[0], old[0].label(c.bare))
			}
			return answer{status: 409, body: "duplicate", err: normalize.Fail(normalize.KindDuplicate, "the reference is used")}
		}
		now := time.Now()
		s := &sale{id: fmt.Sprintf("%s-%d", c.name, len(c.ledger)+1), ref: r.ClientReference, order: n, at: now}
		s.number = strings.ToUpper(s.id)
		s.shows, s.paper = now.Add(c.showsAfter(n, f)), now.Add(c.w.between(0, 3*time.Second, "paper", n))
		c.ledger = append(c.ledger, s)
		return sold(s, s.label(c.bare))
	})
}

// showsAfter is how long the search does not know of a change: at most half a quiet period,
// the other half being the carrier's to work. A tardy one breaks that promise.
func (c *carrier) showsAfter(n int, f *fault) time.Duration {
	if f != nil && f.kind == lag && c.w.tardy {
		return f.lasts
	}
	if f != nil && f.kind == lag {
		return min(f.lasts, c.quiet/2)
	}
	return c.w.between(0, 150*time.Millisecond, "shows", n)
}

// sold is the answer that names a sale. Its body is what evidence keeps.
func sold(s *sale, l normalize.Label) answer {
	return answer{status: 200, body: fmt.Sprintf("<sold %s %s>", s.id, s.number), label: l}
}

func (s *sale) label(bare bool) normalize.Label {
	l := normalize.Label{CarrierReference: s.id, TrackingNumber: s.number, Cost: usd(640)}
	if !bare {
		l.Documents = []normalize.Document{paper(s)}
	}
	return l
}

func paper(s *sale) normalize.Document {
	return normalize.Document{Type: normalize.DocumentLabel, Format: "pdf", Data: []byte("%PDF-1.7 " + s.id)}
}

func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

// byReference are the sales under a reference, the earliest first; a voided one burns it too.
func (c *carrier) byReference(ref string) []*sale {
	var out []*sale
	for _, s := range c.ledger {
		if s.ref == ref {
			out = append(out, s)
		}
	}
	return out
}

// book makes a draft, which is free.
func (c *carrier) book(n int, r normalize.LabelRequest, f *fault, reply chan<- answer) {
	c.commits("draft", n, f, reply, func() answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.drafts[r.ClientReference] != "" {
			return answer{status: 409, body: "duplicate", err: normalize.Fail(normalize.KindDuplicate, "drafted already")}
		}
		id := fmt.Sprintf("draft-%d", len(c.drafts)+1)
		c.drafts[r.ClientReference] = id
		return answer{status: 200, body: id, draft: normalize.Draft{ID: id}}
	})
}

// print gives the paper of a label when it is ready.
func (c *carrier) print(n int, r normalize.DocumentsRequest, f *fault, reply chan<- answer) {
	c.reads("documents", n, f, reply, func() answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range c.byReference(r.Ref.ClientReference) {
			if s.id == r.Ref.CarrierReference && !time.Now().Before(s.paper) {
				return answer{status: 200, documents: normalize.Documents{Documents: []normalize.Document{paper(s)}}}
			}
		}
		return answer{status: 200, documents: normalize.Documents{Pending: true}}
	})
}

// search looks for sales that live, in the manner of the carrier's class.
func (c *carrier) search(n int, r normalize.FindRequest, f *fault, reply chan<- answer) {
	c.reads("find", n, f, reply, func() answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		a := answer{status: 200, found: normalize.Found{Complete: c.proves}}
		now := time.Now()
		for _, s := range c.ledger {
			known := s.ref == r.Ref.ClientReference && !now.Before(s.shows)
			if c.byEvidence {
				known = slices.ContainsFunc(r.Evidence, func(e normalize.Evidence) bool {
					return e.Operation == "label" && string(e.Body) == sold(s, normalize.Label{}).body
				})
			}
			if known && (s.live() || now.Before(s.hides)) {
				a.found.Labels = append(a.found.Labels, s.label(c.bare))
			}
		}
		if id := c.drafts[r.Ref.ClientReference]; id != "" && len(a.found.Labels) == 0 {
			a.found.Draft = &normalize.Draft{ID: id}
		}
		return a
	})
}

// cancel voids a label. Voiding twice changes nothing.
func (c *carrier) cancel(n int, r normalize.VoidRequest, f *fault, reply chan<- answer) {
	c.commits("void", n, f, reply, func() answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range c.ledger {
			if s.id == r.Ref.CarrierReference {
				if s.live() {
					s.voided = time.Now()
					s.hides = s.voided.Add(c.showsAfter(n, f))
				}
				return answer{status: 200, body: "<voided " + s.id + ">", voided: normalize.Voided{Confirmed: true}}
			}
		}
		return answer{status: 404, body: "unknown", err: normalize.Fail(normalize.KindNotFound, "no such label")}
	})
}

// list tells what was sold within a time, as far as searches show it.
func (c *carrier) list(r normalize.ListRequest, f *fault, reply chan<- answer) {
	c.reads("list", nobody, f, reply, func() answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		a := answer{status: 200, listing: normalize.Listing{Complete: true}}
		now := time.Now()
		for _, s := range c.ledger {
			if s.at.Before(r.From) || !s.at.Before(r.Until) || now.Before(s.shows) {
				continue
			}
			l := normalize.Listed{CarrierReference: s.id, TrackingNumber: s.number, MadeFrom: s.at, MadeUntil: s.at,
				Gone: !s.live() && !now.Before(s.hides)}
			if c.proves {
				l.ClientReference = s.ref
			} else {
				l.Reference = "for " + s.ref
			}
			a.listing.Shipments = append(a.listing.Shipments, l)
		}
		return a
	})
}

// sales are the ledger's lines, for the oracle.
func (c *carrier) sales() []sale {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []sale
	for _, s := range c.ledger {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b sale) int { return cmp.Compare(a.order, b.order) })
	return out
}
