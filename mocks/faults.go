package mocks

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Kinds of faults. The first five do not commit; the next five commit and spoil the answer;
// LateCommit answers nothing and commits later.
const (
	Latency        = "latency"   // waits, then answers as ever; a caller who left meanwhile committed nothing
	Status         = "status"    // a proxy's page with this status
	ResetConn      = "reset"     // the connection breaks
	Blackhole      = "blackhole" // no answer, ever
	RateLimit      = "rate_limit"
	CommitThenCut  = "commit_then_cut"  // the connection breaks before a byte of the answer
	CommitThenSlow = "commit_then_slow" // the answer comes after the delay
	CommitThen500  = "commit_then_500"
	Truncate       = "truncate" // half of the answer
	Garbage        = "garbage"  // bytes that are not the carrier's format
	LateCommit     = "late_commit"
)

var faultKinds = []string{Latency, Status, ResetConn, Blackhole, RateLimit, CommitThenCut,
	CommitThenSlow, CommitThen500, Truncate, Garbage, LateCommit}

const (
	maxFaults  = 1000
	maxDelayMS = 240_000 // below the 5 minutes that carriers allow a signed time
)

// Fault says what goes wrong, where and how often.
type Fault struct {
	ID        string   `json:"id,omitempty"`
	Carrier   string   `json:"carrier"`   // a code or *
	Operation string   `json:"operation"` // one of Op… or *; * when empty
	Kind      string   `json:"kind"`
	Rate      *float64 `json:"rate"` // probability per request; 1 when nil
	DelayMS   int64    `json:"delay_ms"`
	Status    int      `json:"status"` // of kind status; 503 when 0
	Count     *int64   `json:"count"`  // hits after which it ends; nil has no end
	Seed      *uint64  `json:"seed"`   // of its own random sequence; its number when nil
	Hits      int64    `json:"hits"`
}

func (f Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

type fault struct {
	Fault
	rand *rand.Rand
}

type faults struct {
	mu   sync.Mutex
	last int
	list []*fault // in order of creation
}

// check returns the field at fault and what is wrong with it.
func (f Fault) check(codes []string) (field, problem string) {
	switch {
	case f.Carrier != "*" && !slices.Contains(codes, f.Carrier):
		return "carrier", "must be * or one of " + list(codes)
	case f.Operation != "*" && f.Operation != "" && !operations[f.Operation]:
		return "operation", "unknown; the usual ones are *, rate, label, track, void, find, token"
	case !slices.Contains(faultKinds, f.Kind):
		return "kind", "must be one of " + list(faultKinds)
	case f.Rate != nil && !(*f.Rate >= 0 && *f.Rate <= 1):
		return "rate", "must be from 0 to 1"
	case f.DelayMS < 0 || f.DelayMS > maxDelayMS:
		return "delay_ms", "must be from 0 to " + strconv.Itoa(maxDelayMS)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return "status", "must be from 200 to 599"
	case f.Count != nil && *f.Count < 1:
		return "count", "must be 1 or more, or null for no end"
	case f.ID != "" || f.Hits != 0:
		return "id", "is given by the sandbox"
	}
	return "", ""
}

// add takes a checked fault and returns its id, or "" when there are too many.
func (s *faults) add(f Fault) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) >= maxFaults {
		return ""
	}
	s.last++
	f.ID = "flt_" + strconv.Itoa(s.last)
	if f.Operation == "" {
		f.Operation = "*"
	}
	if f.Rate == nil {
		f.Rate = new(1.0)
	}
	if f.Status == 0 {
		f.Status = http.StatusServiceUnavailable
	}
	if f.Seed == nil {
		f.Seed = new(uint64(s.last))
	}
	s.list = append(s.list, &fault{Fault: f, rand: rand.New(rand.NewPCG(*f.Seed, 0))})
	return f.ID
}

// draw lets every fault that fits draw from its own sequence, so that one fault's luck does
// not depend on the others; the first hit in order of creation wins.
func (s *faults) draw(carrier, operation string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hit *fault
	for _, f := range s.list {
		if f.Count != nil && f.Hits >= *f.Count {
			continue
		}
		if f.Carrier != "*" && f.Carrier != carrier || f.Operation != "*" && f.Operation != operation {
			continue
		}
		if f.rand.Float64() < *f.Rate && hit == nil {
			hit = f
		}
	}
	if hit == nil {
		return Fault{}, false
	}
	hit.Hits++
	return hit.Fault, true
}

// all returns the faults in order of creation, spent ones too.
func (s *faults) all() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Fault, len(s.list))
	for i, f := range s.list {
		out[i] = f.Fault
	}
	return out
}

// remove deletes one fault, or all for "", and says how many.
func (s *faults) remove(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.list)
	s.list = slices.DeleteFunc(s.list, func(f *fault) bool { return id == "" || f.ID == id })
	return before - len(s.list)
}

// AddFault sets a fault as the control interface does, and returns its id. It panics on a
// fault that the control interface would refuse: tests only.
func (s *Sandbox) AddFault(f Fault) string {
	b := s.now.Load()
	if field, problem := f.check(b.codes()); field != "" {
		panic("mocks: fault: " + field + " " + problem)
	}
	id := b.faults.add(f)
	if id == "" {
		panic("mocks: fault: too many")
	}
	return id
}

// RemoveFault takes a fault away; all of them for "".
func (s *Sandbox) RemoveFault(id string) { s.now.Load().faults.remove(id) }
