package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// flaws are those of the subscriber.
type flaws struct {
	share        float64       // of the deliveries that fail
	restartEvery time.Duration // the subscriber itself goes away
	restartFor   time.Duration
}

// sink is a subscriber that verifies what it is told, does each event once, and fails now and
// then: before it has done anything, or after. What it did survives its restarts. It knows the
// contract of webhooks and no type of the gateway's.
type sink struct {
	flaws flaws
	addr  string
	id    string // of the subscription

	mu       sync.Mutex
	verify   *standardwebhooks.Webhook
	srv      *http.Server
	rnd      *rand.Rand
	events   map[string][sha256.Size]byte // by event id, what was said
	trackers map[string]*thread
	wrong    map[string][]string
	scans    int // that were told
	got      int // deliveries
	repeats  int
	failures int
	restarts int
	last     time.Time // a delivery came
}

// thread is what was told of one tracker.
type thread struct {
	seq   int64
	scans map[int64]string // time of the scan → event that told of it
}

// told is a delivery, as far as the subscriber reads it.
type told struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Data struct {
		Tracker  string `json:"id"`
		Sequence int64  `json:"sequence"`
		Event    *struct {
			OccurredAt time.Time `json:"occurred_at"`
		} `json:"event"`
	} `json:"data"`
}

func startSink(f flaws, seed uint64) (*sink, error) {
	s := &sink{flaws: f, addr: "127.0.0.1:0", rnd: rand.New(rand.NewPCG(seed, 12)), events: map[string][sha256.Size]byte{},
		trackers: map[string]*thread{}, wrong: map[string][]string{}, last: time.Now()}
	return s, s.up()
}

// up serves at the address that it had before.
func (s *sink) up() error {
	ln, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	s.mu.Lock()
	s.addr, s.srv = ln.Addr().String(), srv
	s.mu.Unlock()
	go func() { _ = srv.Serve(ln) }() // ends by Close
	return nil
}

// close cuts every connection, as a process that dies does.
func (s *sink) close() {
	s.mu.Lock()
	srv := s.srv
	s.mu.Unlock()
	_ = srv.Close()
}

// subscribe makes the endpoint. Its secret is shown here and nowhere else.
func (s *sink) subscribe(ctx context.Context, a *api) error {
	body, err := json.Marshal(map[string]any{"url": "http://" + s.addr + "/hook",
		"events": []string{"tracker.updated", "tracker.delivered", "tracker.exception"}})
	if err != nil {
		return err
	}
	out, err := a.do(ctx, http.MethodPost, "/v1/webhooks", "", body)
	if err != nil {
		return err
	}
	var made struct{ ID, Secret string }
	if err := json.Unmarshal(out.body, &made); err != nil || out.status != http.StatusCreated {
		return fmt.Errorf("the subscription is answered %d: %.200s", out.status, out.body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = made.ID
	s.verify, err = standardwebhooks.NewWebhook(made.Secret)
	return err
}

// trouble restarts the subscriber again and again until ctx ends.
func (s *sink) trouble(ctx context.Context) {
	for s.flaws.restartEvery > 0 && pause(ctx, s.flaws.restartEvery/2+rand.N(s.flaws.restartEvery)) {
		s.close()
		pause(ctx, s.flaws.restartFor)
		for tries := 0; s.up() != nil && tries < 100; tries++ { // its port may be taken for a moment
			pause(context.WithoutCancel(ctx), 50*time.Millisecond)
		}
		s.mu.Lock()
		s.restarts++
		s.mu.Unlock()
	}
}

// How a delivery fails.
type flaw int

const (
	flawless flaw = iota
	refuses       // 500 before anything is done
	forgets       // 500 after it was done
	cuts          // no answer after it was done
	hangs         // no answer in time, and nothing done
)

// flaw draws. The slow ones are few: each takes a place of the endpoint's for all its time.
func (s *sink) flaw() flaw {
	if s.rnd.Float64() >= s.flaws.share {
		return flawless
	}
	s.failures++
	switch n := s.rnd.IntN(100); {
	case n < 50:
		return refuses
	case n < 90:
		return forgets
	case n < 98:
		return cuts
	default:
		return hangs
	}
}

// hangFor is longer than any delivery may take in these runs.
const hangFor = 5 * time.Second

// ServeHTTP takes a delivery.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // it broke off; it comes again
	}
	switch s.take(body, r.Header) {
	case refuses, forgets:
		http.Error(w, "out of order", http.StatusInternalServerError)
	case cuts:
		panic(http.ErrAbortHandler)
	case hangs:
		pause(r.Context(), hangFor)
		panic(http.ErrAbortHandler)
	}
}

// take verifies a delivery and does what it says, unless it fails before.
func (s *sink) take(body []byte, h http.Header) flaw {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got++
	s.last = time.Now()
	if err := s.verify.Verify(body, h); err != nil {
		s.add(badSignature, "a delivery does not verify: %v", err)
		return refuses
	}
	how := s.flaw()
	if how == refuses || how == hangs {
		return how
	}
	var t told
	if err := json.Unmarshal(body, &t); err != nil || t.ID == "" || t.ID != h.Get(standardwebhooks.HeaderWebhookID) {
		s.add(badSignature, "a delivery cannot be read: %v", err)
		return how
	}
	s.do(t, sha256.Sum256(body))
	return how
}

// do is what an idempotent subscriber does with an event: it counts for each id once.
func (s *sink) do(t told, sum [sha256.Size]byte) {
	th := s.trackers[t.Data.Tracker]
	if th == nil {
		th = &thread{scans: map[int64]string{}}
		s.trackers[t.Data.Tracker] = th
	}
	if before, known := s.events[t.ID]; known {
		s.repeats++
		switch {
		case before != sum:
			s.add(doubled, "%s says one thing and then another", t.ID)
		case t.Data.Sequence < th.seq:
			s.add(disorder, "%s: %s of sequence %d comes again after %d", t.Data.Tracker, t.ID, t.Data.Sequence, th.seq)
		}
		return
	}
	s.events[t.ID] = sum
	if t.Type != "tracker.updated" {
		if t.Data.Sequence != th.seq {
			s.add(disorder, "%s: %s of sequence %d comes after %d", t.Data.Tracker, t.Type, t.Data.Sequence, th.seq)
		}
		return
	}
	if t.Data.Sequence != th.seq+1 {
		s.add(disorder, "%s: sequence %d comes after %d", t.Data.Tracker, t.Data.Sequence, th.seq)
	}
	th.seq = max(th.seq, t.Data.Sequence)
	if t.Data.Event == nil {
		s.add(badSignature, "%s tells of no scan", t.ID)
		return
	}
	at := t.Data.Event.OccurredAt.Unix()
	if other, twice := th.scans[at]; twice {
		s.add(doubled, "%s: the scan of %s is told by %s and by %s", t.Data.Tracker, t.Data.Event.OccurredAt, other, t.ID)
		return
	}
	th.scans[at] = t.ID
	s.scans++
}

func (s *sink) add(goal, format string, args ...any) {
	s.wrong[goal] = append(s.wrong[goal], fmt.Sprintf(format, args...))
}

// told is of how many scans the subscriber knows.
func (s *sink) told() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scans
}

// silence is how long nothing has come.
func (s *sink) silence() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.last)
}
