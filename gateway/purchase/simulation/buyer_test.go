package simulation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/normalize"
)

// buyer wants one label. He asks until he knows, under one idempotency key, of whatever
// gateway answers.
type buyer struct {
	w *world
	order

	mu     sync.Mutex
	rate   string // what he buys by; empty is the channel
	label  string // the id that answers named
	words  []string
	wrongs []string
	voided bool // a void was asked for
}

// heads is how many buyers come with the key.
func (b *buyer) heads() int {
	if b.twin {
		return 2
	}
	return 1
}

func (b *buyer) request() purchase.Request {
	r := purchase.Request{Channel: b.lane.name + "." + service, Reference: b.key(), DeadlineMS: int(b.deadline.Milliseconds()),
		Shipment: purchase.Shipment{
			Origin:      &normalize.Address{Name: "Li Wei", Line1: "88 Keyuan Rd", City: "Shenzhen", Country: "CN"},
			Destination: &normalize.Address{Name: "Anna Schmidt", Line1: "Lindenstr. 5", City: "Berlin", Country: "DE"},
			Parcels:     []normalize.Parcel{{Weight: 350 * normalize.Gram}},
			Items:       []normalize.Item{{Description: "phone case", Quantity: 1, UnitValue: usd(1250), OriginCountry: "CN"}},
			Incoterm:    normalize.DDP,
		}}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rate != "" {
		r.RateID, r.Channel, r.Shipment = b.rate, "", purchase.Shipment{}
	}
	return r
}

// heard is what came back to a buyer.
type heard struct {
	label   purchase.Label
	refused *gateway.Refusal
	err     error
}

func hears(l purchase.Label, err error) heard {
	r, _ := errors.AsType[*gateway.Refusal](err)
	return heard{l, r, err}
}

// call makes a request to some gateway. It is false where no answer came back.
func (b *buyer) call(try int, ask func(context.Context, *purchase.Service) heard) (heard, bool) {
	p := b.w.someone("gateway", b.n, try)
	if p == nil {
		return heard{}, false
	}
	patience := b.deadline + 3*time.Second
	if b.leaves && try == 0 {
		patience = b.w.between(0, time.Second, "leaves", b.n)
	}
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), whoKey{}, fmt.Sprintf("%d %d", b.n, try)), patience)
	defer cancel()
	answer := make(chan heard, 1)
	go func() {
		h := ask(ctx, p.svc)
		p.here(ctx, "answer", b.n)
		answer <- h
	}()
	select {
	case h := <-answer:
		return h, true
	case <-ctx.Done():
	case <-p.gone:
	}
	return heard{}, false
}

// maxTries bounds how long a buyer asks: what is open then is the gateways' to end.
const maxTries = 40

// buy asks until the label is bought or has failed.
func (b *buyer) buy(head int) {
	time.Sleep(b.at + time.Duration(head)*b.w.between(0, 2*time.Second, "twin", b.n))
	if b.byRate {
		b.by(b.rateID())
		r := b.request()
		b.w.prices.quote(r.RateID, b.lane.name+"."+service, "acct_"+b.lane.name, (&buyer{w: b.w, order: b.order}).request())
	}
	for try := range maxTries {
		if b.ask(head*maxTries + try) {
			break
		}
		time.Sleep(b.w.between(200*time.Millisecond, 4*time.Second, "again", b.n, head, try))
	}
	if b.voids && head == 0 {
		b.void()
	}
}

// ask asks once, and tells whether the answer is final.
func (b *buyer) ask(try int) (final bool) {
	r := b.request()
	if id := b.bought(); b.asks && id != "" && try%2 == 1 {
		h, ok := b.call(try, func(ctx context.Context, s *purchase.Service) heard { return hears(s.Reconcile(ctx, tenant, id)) })
		return ok && h.err == nil && b.hear(h.label)
	}
	h, ok := b.call(try, func(ctx context.Context, s *purchase.Service) heard {
		res, err := s.Buy(ctx, tenant, "key_1", b.key(), r)
		return hears(res.Label, err)
	})
	switch {
	case !ok:
	case h.err == nil:
		return b.hear(h.label)
	case h.refused == nil:
	case h.refused.Code == gateway.CodeNotFound: // the rate is lost, and nothing is written under the key yet
		b.by("")
	case h.refused.Code == gateway.CodeKeyReused && b.byRate: // his first request, by the rate, was written after all
		b.by(b.rateID())
	case h.refused.Code == gateway.CodeKeyReused:
		b.wrong("the key was used with another body")
	default:
		if l, ok := h.refused.Label.(purchase.Label); ok {
			return b.hear(l)
		}
	}
	return false
}

func (b *buyer) rateID() string { return ids.RateOf(fmt.Sprintf("rq_%026d", b.n), 0) }

// by says what he buys by from now on.
func (b *buyer) by(rate string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rate = rate
}

func (b *buyer) bought() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.label
}

func (b *buyer) wrong(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrongs = append(b.wrongs, fmt.Sprintf(format, args...))
}

// hear takes an answer's word for the label, and tells whether it is the last one.
func (b *buyer) hear(l purchase.Label) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.label != "" && b.label != l.ID {
		b.wrongs = append(b.wrongs, "the key answers with two labels")
	}
	b.label = l.ID
	if slices.Contains(b.words, "failed") && l.Status != "failed" {
		b.wrongs = append(b.wrongs, "it had failed for good and is "+l.Status)
	}
	if len(b.words) == 0 || b.words[len(b.words)-1] != l.Status {
		b.words = append(b.words, l.Status)
	}
	return l.Status == "purchased" || l.Status == "failed" || l.Status == "voided"
}

// void takes the label back.
func (b *buyer) void() {
	for try := range 4 {
		id := b.bought()
		if id == "" {
			return
		}
		time.Sleep(b.w.between(0, 3*time.Second, "void", b.n, try))
		b.mu.Lock()
		b.voided = true
		b.mu.Unlock()
		h, ok := b.call(1000+try, func(ctx context.Context, s *purchase.Service) heard { return hears(s.Void(ctx, tenant, id)) })
		if ok && h.err == nil && h.label.Status == "voided" {
			return
		}
	}
}

// askAgain asks for the key when all is over: it must answer as ever.
func (b *buyer) askAgain() {
	for try := range 20 {
		if b.bought() == "" || b.ask(2000+2*try) {
			return
		}
		if last := b.last(); last == "needs_attention" {
			return
		}
		time.Sleep(time.Second)
	}
	b.wrong("the key answers no more")
}

func (b *buyer) last() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.words[len(b.words)-1]
}
