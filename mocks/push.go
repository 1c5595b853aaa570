package mocks

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	pushTimeout  = 5 * time.Second
	maxRetryWait = 30 * time.Second
	retryFor     = 2 * time.Minute
	maxCallbacks = 10_000
)

func pushClient() *http.Client {
	return &http.Client{
		Timeout:       pushTimeout,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// callbacks are the addresses that customers gave their carriers.
type callbacks struct {
	mu     sync.Mutex
	urls   map[[2]string]string // carrier and account
	newest map[string]string    // by carrier
}

func (c *callbacks) put(carrier, account, url string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.urls == nil {
		c.urls, c.newest = map[[2]string]string{}, map[string]string{}
	}
	key := [2]string{carrier, account}
	if _, known := c.urls[key]; !known && len(c.urls) >= maxCallbacks {
		return false
	}
	c.urls[key], c.newest[carrier] = url, url
	return true
}

// of is the address for an account's parcels. A gateway that names its account in its own
// way is found too: a carrier has one account here, so its newest address is meant.
func (c *callbacks) of(carrier, account string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if url, ok := c.urls[[2]string{carrier, account}]; ok {
		return url, true
	}
	url, ok := c.newest[carrier]
	return url, ok
}

// pushOrder is what the control interface is asked for.
type pushOrder struct {
	Carrier        string  `json:"carrier"`
	TrackingNumber string  `json:"tracking_number"`
	Journey        string  `json:"journey"`
	Duplicate      float64 `json:"duplicate"` // probability that a message comes twice
	Shuffle        bool    `json:"shuffle"`
	Forge          bool    `json:"forge"` // sign with a secret that is not the account's
	Seed           uint64  `json:"seed"`  // of duplicate and shuffle
}

// pushResult counts messages. Refused are those that were answered, but not with the
// acknowledgement; retrying are those that will be sent again, refused ones included.
type pushResult struct {
	Sent     int `json:"sent"`
	Acked    int `json:"acked"`
	Refused  int `json:"refused"`
	Retrying int `json:"retrying"`
	Scans    int `json:"scans"` // that the parcel has by now
}

func (s *Sandbox) postPush(w http.ResponseWriter, r *http.Request) {
	var in pushOrder
	if !read(w, r, &in) {
		return
	}
	b, c := s.now.Load(), s.counter(w, in.Carrier)
	if c == nil || !checkNumber(w, in.TrackingNumber) {
		return
	}
	_, travels := c.carrier.(Traveller)
	journeys := []string{JourneyDelivered, JourneyCustomsHold, JourneyReturned, JourneyLost}
	switch {
	case in.Journey != "" && !slices.Contains(journeys, in.Journey):
		refuse(w, http.StatusUnprocessableEntity, "journey", "must be one of "+list(journeys))
		return
	case in.Journey != "" && !travels:
		refuse(w, http.StatusUnprocessableEntity, "journey", "is not known to this carrier")
		return
	case !(in.Duplicate >= 0 && in.Duplicate <= 1):
		refuse(w, http.StatusUnprocessableEntity, "duplicate", "must be from 0 to 1")
		return
	}
	if in.Journey != "" {
		if err := b.travel(c, in.TrackingNumber, in.Journey); err != nil {
			refuse(w, http.StatusInsufficientStorage, "", err.Error())
			return
		}
	}
	p, ok := b.parcels.get(c.code, in.TrackingNumber)
	if !ok {
		refuse(w, http.StatusNotFound, "tracking_number", "has no scan here; add one, or name a journey")
		return
	}
	s.push(w, b, c, p, in)
}

// push sends the parcel's scans, one message each, and leaves the rest to a retry.
func (s *Sandbox) push(w http.ResponseWriter, b *books, c *counter, p Parcel, in pushOrder) {
	out := pushResult{Scans: len(p.Scans)}
	pusher, pushes := c.carrier.(Pusher)
	if !pushes {
		answer(w, out)
		return
	}
	ways := s.deliveries(pusher, c, p)
	if len(ways) == 0 {
		refuse(w, http.StatusConflict, "carrier", "has no callback address yet; put one to /_control/callbacks")
		return
	}
	for _, d := range ways {
		if in.Forge {
			d.secret = "not " + d.secret
		}
		open := d.first(b.ctx, arrange(p.Scans, in), &out)
		if len(open) > 0 && !in.Forge && s.start(func() { d.retry(b.ctx, open) }) {
			out.Retrying += len(open)
		}
	}
	answer(w, out)
}

// deliveries are the ways of a parcel's messages: to the hooks that the customer has with the
// carrier, and to the address of the control interface where no hook has it.
func (s *Sandbox) deliveries(pusher Pusher, c *counter, p Parcel) []delivery {
	var out []delivery
	if h, ok := c.carrier.(Hooked); ok {
		for _, hook := range h.Hooks(p) {
			out = append(out, delivery{client: s.client, url: hook.URL, pusher: hook.Pusher, parcel: p, secret: hook.Secret, wants: hook.Wants})
		}
	}
	url, ok := s.callbacks.of(c.code, p.Account)
	if ok && !slices.ContainsFunc(out, func(d delivery) bool { return d.url == url }) {
		out = append(out, delivery{client: s.client, url: url, pusher: pusher, parcel: p, secret: c.account.PushSecret})
	}
	return out
}

// arrange repeats and shuffles scans as asked.
func arrange(scans []Scan, in pushOrder) []Scan {
	rnd := rand.New(rand.NewPCG(in.Seed, 1))
	if in.Seed == 0 {
		rnd = rand.New(rand.NewPCG(rand.Uint64(), 1))
	}
	var out []Scan
	for _, scan := range scans {
		out = append(out, scan)
		if rnd.Float64() < in.Duplicate {
			out = append(out, scan)
		}
	}
	if in.Shuffle {
		rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

// delivery is the way of one parcel's messages to one address.
type delivery struct {
	client *http.Client
	url    string
	pusher Pusher
	parcel Parcel
	secret string
	wants  func(Scan) bool // nil: all
}

// first tries each message once, counts, and returns what is open.
func (d delivery) first(ctx context.Context, scans []Scan, out *pushResult) (open [][]Scan) {
	if d.wants != nil {
		scans = slices.DeleteFunc(scans, func(v Scan) bool { return !d.wants(v) })
	}
	size := 1
	if b, ok := d.pusher.(Batcher); ok {
		size = b.MaxBatch()
	}
	for batch := range slices.Chunk(scans, size) {
		out.Sent++
		acked, answered := d.send(ctx, batch)
		switch {
		case acked:
			out.Acked++
			continue
		case answered:
			out.Refused++
		}
		open = append(open, batch)
	}
	return open
}

// send tries one message once.
func (d delivery) send(ctx context.Context, scans []Scan) (acked, answered bool) {
	m, err := d.message(scans)
	if err != nil {
		return false, false
	}
	status, body, err := post(ctx, d.client, d.url, m)
	if err != nil {
		return false, false
	}
	return d.pusher.Acked(status, body), status < 500
}

func (d delivery) message(scans []Scan) (Message, error) {
	if b, ok := d.pusher.(Batcher); ok {
		return b.Batch(d.parcel, scans, d.secret)
	}
	return d.pusher.Message(d.parcel, scans[0], d.secret)
}

// post sends one message and reads the answer.
func post(ctx context.Context, client *http.Client, url string, m Message) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(m.Body))
	if err != nil {
		return 0, nil, err
	}
	for k, v := range m.Header {
		r.Header[k] = v
	}
	res, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, body, err
}

// retry sends what was not acknowledged again.
func (d delivery) retry(ctx context.Context, open [][]Scan) {
	again(ctx, func() bool {
		open = slices.DeleteFunc(open, func(scans []Scan) bool {
			acked, _ := d.send(ctx, scans)
			return acked
		})
		return len(open) == 0
	})
}

// again calls try after 1, 2, 4 … 30 s, for two minutes, until it is true.
func again(ctx context.Context, try func() bool) bool {
	began, pause := time.Now(), time.Second
	for time.Since(began)+pause <= retryFor {
		if !wait(context.Background(), ctx, pause) {
			return false
		}
		if try() {
			return true
		}
		pause = min(2*pause, maxRetryWait)
	}
	return false
}
