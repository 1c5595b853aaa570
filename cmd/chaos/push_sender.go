package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	xrate "golang.org/x/time/rate"

	"github.com/crossdock-hub/crossdock/mocks"
)

// sender sends as the carriers do: what is not acknowledged is sent again later.
type sender struct {
	stage    *stage
	queue    *queue[message]
	client   *http.Client
	patience time.Duration
	senders  int
	pace     *xrate.Limiter
	paths    map[*pusher]string

	mu         sync.Mutex
	sends      int
	unanswered int
	acks       []time.Duration // of acknowledgements by gateways that had been up for a while
	restarting int             // acknowledgements by others
}

// The waits before a message is sent again.
const (
	firstRetry = 250 * time.Millisecond
	mostRetry  = 8 * time.Second
	// calmAfter is how long a gateway must be up until its answers are judged for their time.
	calmAfter = time.Second
)

func newSender(s *stage, p *pushing) *sender {
	out := &sender{stage: s, queue: newQueue(s.play.messages), patience: p.patience, senders: p.senders, pace: xrate.NewLimiter(xrate.Inf, 1),
		paths:  map[*pusher]string{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: p.senders}, Timeout: p.patience}}
	if p.pace > 0 {
		out.pace = xrate.NewLimiter(xrate.Limit(p.pace), 10)
	}
	for _, f := range s.play.parcels {
		if u, err := url.Parse(f.carrier.URL); err == nil {
			out.paths[f.carrier] = u.Path
		}
	}
	return out
}

// run sends until everything is answered as it must be, or ctx ends.
func (s *sender) run(ctx context.Context) {
	defer s.client.CloseIdleConnections()
	var work sync.WaitGroup
	for range s.senders {
		work.Go(func() {
			for m := s.queue.next(ctx); m != nil; m = s.queue.next(ctx) {
				if s.pace.Wait(ctx) != nil {
					return
				}
				s.awaitOne(ctx)
				if s.send(ctx, m) {
					s.queue.done()
					continue
				}
				wait := min(firstRetry<<min(m.tries, 10), mostRetry)
				s.queue.again(m, wait/2+rand.N(wait))
			}
		})
	}
	work.Wait()
}

// awaitOne waits a little while no gateway serves: to send then would only try the patience of
// the carriers, which send again later and later.
func (s *sender) awaitOne(ctx context.Context) {
	for n := 0; n < 100 && !s.stage.fleet.choose().serves() && pause(ctx, 20*time.Millisecond); n++ {
	}
}

// send tries a message once, and tells whether it need not be sent again.
func (s *sender) send(ctx context.Context, m *message) bool {
	m.tries++
	f := m.of.parcel
	if m.kind == news && !f.carrier.Signed { // what is not signed is a hint, and the carrier is asked
		m.of.known.Do(func() { s.stage.box.Scan(f.carrier.Code, f.Number, m.of.Scan) })
	}
	out, err := m.body()
	if err != nil {
		m.last = err.Error()
		return true // it will be found missing
	}
	if m.kind != news {
		sum := sha256.Sum256(out.Body)
		m.bodies = append(m.bodies, hex.EncodeToString(sum[:]))
	}
	status, body, err := s.post(ctx, f.carrier, out)
	if err != nil {
		m.last = err.Error()
		pause(ctx, 20*time.Millisecond) // nobody is there: no other message would fare better
		return false
	}
	acked := f.carrier.Acked(status, body)
	switch {
	case acked:
		m.acked = true
		if m.kind == news {
			m.of.acked.Add(1)
		}
	case status == http.StatusUnauthorized && m.kind != news:
		m.refused = true
	default:
		m.last = fmt.Sprintf("%d %.100s", status, body)
		return false
	}
	return true
}

// post sends a message to a gateway that serves, as a balancer with health checks does.
func (s *sender) post(ctx context.Context, c *pusher, m mocks.Message) (status int, answer []byte, err error) {
	g := s.stage.fleet.choose()
	path, ok := s.paths[c]
	if !ok {
		return 0, nil, errors.New("the callback address cannot be read")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+g.addr+path, bytes.NewReader(m.Body))
	if err != nil {
		return 0, nil, err
	}
	for k, v := range m.Header {
		req.Header[k] = v
	}
	began := time.Now()
	defer func() { s.note(g, began, err) }()
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, answer, err
}

func (s *sender) note(g *gateway, began time.Time, err error) {
	took, calm := time.Since(began), g.calm(began.Add(-calmAfter))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sends++
	switch {
	case err != nil:
		s.unanswered++
	case calm:
		s.acks = append(s.acks, took)
	default:
		s.restarting++
	}
}
