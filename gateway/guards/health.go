package guards

import (
	"slices"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// State is how a channel stands, in the API's words.
type State string

// The states, from good to bad.
const (
	Closed   State = "closed"
	HalfOpen State = "half_open"
	Open     State = "open"
)

func (s State) rank() int { return slices.Index([]State{Closed, HalfOpen, Open}, s) }

// Health is how the calls of an account go.
type Health struct {
	State     State
	Since     time.Time // of the state
	Reason    string
	RateLimit RateLimit
	// ErrorRate is the share of failures among the last calls, at most 256 of each
	// operation and none older than a quarter of an hour; P50 and P99 are their durations.
	ErrorRate float64
	P50, P99  time.Duration
	Calls     int // how many these are
}

// Health tells how the named operations of an account stand, all of them where none is
// named: the worse of its credentials' breaker and those of the base URLs that it used.
// An account that was never called is closed.
func (g *Guards) Health(accountID string, ops ...adapters.Operation) Health {
	acc, lanes := g.lanesOf(accountID, ops)
	h := Health{State: Closed}
	if acc == nil {
		return h
	}
	h.RateLimit = acc.limiter.Snapshot()
	h.State, h.Since, h.Reason = acc.breaker.view()
	if h.State != Closed {
		h.Reason = "credentials: " + h.Reason
	}
	var took []time.Duration
	failed := 0
	for _, ln := range lanes {
		state, since, reason := ln.line.breaker.view()
		worse := state.rank() - h.State.rank()
		if worse > 0 || worse == 0 && (since.After(h.Since) || h.Reason == "" && reason != "") {
			h.State, h.Since, h.Reason = state, since, reason
		}
		var f int
		took, f = ln.samples.recent(took)
		failed += f
	}
	h.summarise(took, failed)
	return h
}

func (h *Health) summarise(took []time.Duration, failed int) {
	h.Calls = len(took)
	if h.Calls == 0 {
		return
	}
	slices.Sort(took)
	h.ErrorRate = float64(failed) / float64(h.Calls)
	h.P50 = took[(h.Calls-1)*50/100]
	h.P99 = took[(h.Calls-1)*99/100]
}

func (r *registry) lanesOf(id string, ops []adapters.Operation) (*account, []*lane) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var lanes []*lane
	for k, ln := range r.lanes {
		if k.account == id && (len(ops) == 0 || slices.Contains(ops, k.op)) {
			lanes = append(lanes, ln)
		}
	}
	return r.accounts[id], lanes
}

const (
	keepSamples = 256
	sampleLife  = 15 * time.Minute
)

// samples are the last calls of a lane, the oldest overwritten.
type samples struct {
	mu   sync.Mutex
	ring []sample
	next int
}

type sample struct {
	at     time.Time
	took   time.Duration
	failed bool
}

func (s *samples) add(took time.Duration, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := sample{time.Now(), took, failed}
	if len(s.ring) < keepSamples {
		s.ring = append(s.ring, v)
		return
	}
	s.ring[s.next] = v
	s.next = (s.next + 1) % keepSamples
}

func (s *samples) recent(took []time.Duration) ([]time.Duration, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	failed := 0
	for _, v := range s.ring {
		if time.Since(v.at) > sampleLife {
			continue
		}
		took = append(took, v.took)
		if v.failed {
			failed++
		}
	}
	return took, failed
}
