package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The parts of a run, and how far from its place a message may arrive.
const (
	duplicateShare = 0.30
	garbageShare   = 0.01
	forgedShare    = 0.01
	shuffleWindow  = 200
)

// pusher is a carrier that pushes, with the channel by which its parcels are followed.
type pusher struct {
	mocks.Pushing
	channel string
}

// secret tells whether a forger lacks something that the carrier has.
func (p *pusher) secret() bool { return p.Secret != "" }

// pushersOf are all carriers of the box that push and that the gateway knows.
func pushersOf(box *mocks.Sandbox, channels []channel, only []string) ([]*pusher, error) {
	var out []*pusher
	for _, p := range box.Pushing() {
		i := slices.IndexFunc(channels, func(c channel) bool { return c.Adapter == p.Code && c.Configured })
		if len(only) > 0 && !slices.Contains(only, p.Code) || i < 0 {
			continue
		}
		if p.URL == "" {
			return nil, fmt.Errorf("no gateway told %s where its pushes go", p.Code)
		}
		if _, travels := p.Pusher.(mocks.Traveller); !travels {
			return nil, fmt.Errorf("%s pushes, and does not say how its parcels travel", p.Code)
		}
		out = append(out, &pusher{p, channels[i].Channel})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no carrier of %v pushes", only)
	}
	return out, nil
}

// followed is a parcel and its tracker.
type followed struct {
	mocks.Parcel
	carrier *pusher
	tracker string
}

// scan is one event of a parcel, as its carrier knows it.
type scan struct {
	mocks.Scan
	parcel *followed
	known  sync.Once    // the carrier would tell of it when asked
	acked  atomic.Int64 // messages of it that were acknowledged
}

// kind is what a message is.
type kind int

const (
	news    kind = iota // a scan, as the carrier sends it
	garbage             // authentic, and nothing can be made of it
	forged              // a scan that never was, by somebody who does not know the secret
)

// message is one push, which is sent until it is answered as its kind must be. One sender has
// it at a time.
type message struct {
	kind    kind
	of      *scan
	tries   int
	acked   bool
	refused bool
	bodies  []string // digests of what was sent, of garbage and forgeries
	last    string   // the last answer that was not as it must be
}

// play is all that is sent in a run.
type play struct {
	parcels  []*followed
	scans    []*scan
	messages []*message
}

// acknowledged is how many scans the gateway has taken upon itself.
func (p *play) acknowledged() int {
	n := 0
	for _, s := range p.scans {
		if s.acked.Load() > 0 {
			n++
		}
	}
	return n
}

func (p *play) count(k kind) int {
	n := 0
	for _, m := range p.messages {
		if m.kind == k {
			n++
		}
	}
	return n
}

// compose makes n messages: the scans of many parcels on their way at once, some of them
// twice, garbage and forgeries among them, and none quite where it belongs.
func compose(carriers []*pusher, n int, seed uint64) (*play, error) {
	r := rand.New(rand.NewPCG(seed, 11))
	bad, false_ := int(float64(n)*garbageShare), int(float64(n)*forgedShare)
	twice := int(float64(n) * duplicateShare)
	fresh := n - bad - false_ - twice
	if fresh < 1 {
		return nil, errors.New("too few messages to make some of each kind")
	}
	p := &play{}
	p.travel(carriers, fresh, seed)
	list := make([]placed, 0, n)
	put := func(m *message, at float64) { list = append(list, placed{m, at + r.Float64()*shuffleWindow}) }
	for i, s := range p.scans {
		put(&message{of: s}, float64(i))
	}
	for range twice {
		i := r.IntN(fresh)
		at := float64(i)
		if r.IntN(10) == 0 { // long after
			at += r.Float64() * float64(fresh-i)
		}
		put(&message{of: p.scans[i]}, at)
	}
	for i := range bad + false_ {
		m := &message{kind: garbage, of: p.neverWas(r, i)}
		if i >= bad {
			m.kind = forged
		}
		put(m, r.Float64()*float64(fresh))
	}
	slices.SortFunc(list, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for _, l := range list {
		p.messages = append(p.messages, l.m)
	}
	return p, nil
}

// placed is a message with its place among the others, moved by up to the window.
type placed struct {
	m  *message
	at float64
}

// apart is how many parcels begin between two scans of one.
const apart = 5

var journeys = []string{mocks.JourneyDelivered, mocks.JourneyCustomsHold, mocks.JourneyReturned, mocks.JourneyLost}

// travel makes parcels of the carriers in turn until they have n scans, in the order in which
// they happen. Each scan has a minute of its own by which it is known again, in the last
// January: no zone changes its clocks then, so that a local time without an offset is one
// time only.
func (p *play) travel(carriers []*pusher, n int, seed uint64) {
	january := time.Date(time.Now().UTC().AddDate(0, -2, 0).Year(), 1, 10, 0, 0, 0, 0, time.UTC)
	type happened struct {
		*scan
		at int
	}
	var all []happened
	for i := 0; len(all) < n; i++ {
		c := carriers[i%len(carriers)]
		f := &followed{carrier: c, Parcel: mocks.Parcel{Carrier: c.Code, Account: c.Account, Number: fmt.Sprintf("8%05d%07d", seed%100_000, i),
			CarrierID: fmt.Sprintf("C%d", i), BookedAt: january, From: mocks.Place{City: "Shenzhen", PostalCode: "518057", Country: "CN"},
			To: mocks.Place{City: "Frankfurt", PostalCode: "60311", Country: "DE"}}}
		p.parcels = append(p.parcels, f)
		at := january.Add(time.Duration(i%1000) * time.Minute)
		for k, step := range c.Pusher.(mocks.Traveller).Journey(f.Parcel, journeys[i/len(carriers)%len(journeys)]) {
			at = at.Add(max(step.After, time.Minute).Truncate(time.Minute))
			all = append(all, happened{&scan{parcel: f, Scan: mocks.Scan{Code: step.Code, At: at, City: step.City, Country: step.Country}}, i + k*apart})
		}
	}
	// Of the last parcel only as much as is needed, so that each scan that happens is sent.
	all = all[:n]
	slices.SortStableFunc(all, func(a, b happened) int { return cmp.Compare(a.at, b.at) })
	for _, a := range all {
		p.scans = append(p.scans, a.scan)
	}
}

// neverWas is a scan that no carrier knows, of a parcel that is followed.
func (p *play) neverWas(r *rand.Rand, i int) *scan {
	f := p.parcels[r.IntN(len(p.parcels))]
	code := p.scans[r.IntN(len(p.scans))].Code
	return &scan{parcel: f, Scan: mocks.Scan{Code: code, At: f.BookedAt.Add(-time.Duration(i+1) * time.Hour), City: "Nowhere", Country: "DE"}}
}

// body is the message as its carrier would send it at this moment.
func (m *message) body() (mocks.Message, error) {
	f := m.of.parcel
	parcel, secret, s := f.Parcel, f.carrier.Secret, m.of.Scan
	switch {
	case m.kind == garbage: // of no parcel at all
		parcel.Number, parcel.CarrierID, parcel.Reference = "", "", ""
	case m.kind == forged && f.carrier.secret():
		secret = "not " + secret
	}
	return f.carrier.Message(parcel, s, secret)
}

// followers is how many trackers are made at once.
const followers = 16

// follow makes the trackers.
func (p *play) follow(ctx context.Context, a *api) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q := newQueue(p.parcels)
	var work sync.WaitGroup
	for range followers {
		work.Go(func() {
			if err := followAll(ctx, a, q); err != nil {
				cancel(err)
			}
		})
	}
	work.Wait()
	return context.Cause(ctx)
}

func followAll(ctx context.Context, a *api, q *queue[followed]) error {
	for f := q.next(ctx); f != nil; f = q.next(ctx) {
		body, err := json.Marshal(map[string]string{"tracking_number": f.Number, "channel": f.carrier.channel})
		if err != nil {
			return err
		}
		out, err := a.do(ctx, http.MethodPost, "/v1/trackers", "", body)
		if err != nil {
			return err
		}
		var made struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(out.body, &made); err != nil || out.status/100 != 2 {
			return fmt.Errorf("%s is not followed: %d %.200s", f.carrier.channel, out.status, out.body)
		}
		f.tracker = made.ID
		q.done()
	}
	return ctx.Err()
}
