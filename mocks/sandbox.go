package mocks

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	xrate "golang.org/x/time/rate"
)

// Options are the sandbox's settings. The zero value of each is what the sandbox has by
// default; a negative duration or limit switches it off.
type Options struct {
	SearchLag         time.Duration // how long a purchase hides from searches; 500 ms
	LateNumbers       time.Duration // after which late numbers and documents are there; 1 s
	RequestsPerSecond int           // per account; 200
	Seed              uint64        // where serial numbers start; random when 0
	HTTP              *http.Client  // sends the pushes; 5 s each and no redirects when nil
	Remember          bool          // carriers that forget old parcels know them for ever
}

const (
	maxBody   = 8 << 20          // bytes of one request
	maxHold   = 10 * time.Minute // how long a held connection stays open at most
	maxJobs   = 10_000           // late commits and push retries under way at once
	defLag    = 500 * time.Millisecond
	defLate   = time.Second
	defPerSec = 200
)

// Sandbox is the carriers and their control interface behind one http.Handler.
// Close it: it owns goroutines (late commits, push retries).
type Sandbox struct {
	opts    Options
	makers  []Maker
	control http.Handler
	client  *http.Client
	serial  atomic.Uint64

	callbacks callbacks // survive a reset: the gateway names them only at its start

	mu     sync.Mutex // guards the change of books and closed
	closed bool
	jobs   sync.WaitGroup
	slots  chan struct{} // one per job under way
	now    atomic.Pointer[books]
}

// books are all that a reset forgets.
type books struct {
	ctx      context.Context // ends at reset and at Close
	cancel   context.CancelFunc
	ledger   ledger
	arrivals arrivals
	faults   faults
	parcels  parcels
	counters map[string]*counter
}

// counter is where one carrier is served.
type counter struct {
	code    string
	carrier Carrier
	account Account
	limiter *xrate.Limiter
}

// New opens a sandbox with these carriers. It panics if two have one code.
func New(opts Options, makers ...Maker) *Sandbox {
	opts.SearchLag = orDefault(opts.SearchLag, defLag)
	opts.LateNumbers = orDefault(opts.LateNumbers, defLate)
	opts.RequestsPerSecond = orDefault(opts.RequestsPerSecond, defPerSec)
	s := &Sandbox{opts: opts, makers: makers, client: opts.HTTP, slots: make(chan struct{}, maxJobs)}
	if s.client == nil {
		s.client = pushClient()
	}
	s.serial.Store(opts.Seed)
	if opts.Seed == 0 {
		s.serial.Store(randomSerial())
	}
	s.control = s.controlRoutes()
	s.now.Store(s.newBooks())
	return s
}

// orDefault reads a setting: 0 is the default, a negative one is off.
func orDefault[T ~int | ~int64](v, def T) T {
	if v == 0 {
		return def
	}
	return max(v, 0)
}

func randomSerial() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:]) >> 1
}

func (s *Sandbox) newBooks() *books {
	ctx, cancel := context.WithCancel(context.Background())
	b := &books{ctx: ctx, cancel: cancel, counters: map[string]*counter{}}
	for _, mk := range s.makers {
		d := &Desk{sandbox: s, books: b}
		c := mk(d)
		d.code, d.account = c.Code(), c.Account()
		if d.account.ID == "" {
			d.account.ID = "acct_sandbox_" + d.code
		}
		if b.counters[d.code] != nil {
			panic("mocks: two carriers with the code " + d.code)
		}
		b.counters[d.code] = &counter{code: d.code, carrier: c, account: d.account, limiter: newLimiter(s.opts.RequestsPerSecond)}
	}
	return b
}

func newLimiter(perSecond int) *xrate.Limiter {
	if perSecond == 0 {
		return xrate.NewLimiter(xrate.Inf, 1)
	}
	return xrate.NewLimiter(xrate.Limit(perSecond), perSecond)
}

// Carriers returns the codes of the sandbox's carriers, sorted.
func (s *Sandbox) Carriers() []string { return s.now.Load().codes() }

func (b *books) codes() []string {
	codes := make([]string, 0, len(b.counters))
	for code := range b.counters {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// Reset forgets purchases, arrivals, faults, parcels and scans, drops late commits and push
// retries under way, and makes every carrier anew. Callback addresses stay, and serial
// numbers go on.
func (s *Sandbox) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.now.Swap(s.newBooks()).cancel()
	}
}

// Close drops late commits and push retries, cuts held connections and returns when its
// goroutines have ended.
func (s *Sandbox) Close() {
	s.mu.Lock()
	s.closed = true
	s.now.Load().cancel()
	s.mu.Unlock()
	s.jobs.Wait()
	s.client.CloseIdleConnections()
}

// start runs job in a goroutine of the sandbox. It is false when too many run or the
// sandbox is closed.
func (s *Sandbox) start(job func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	select {
	case s.slots <- struct{}{}:
	default:
		return false
	}
	s.jobs.Go(func() {
		defer func() { <-s.slots }()
		job()
	})
	return true
}

// ServeHTTP serves the carriers under /{code}/ and the control interface under /_control/.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	code, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if code == "_control" {
		s.control.ServeHTTP(w, r)
		return
	}
	b := s.now.Load()
	c := b.counters[code]
	if c == nil {
		refuse(w, http.StatusNotFound, "", "no carrier under this path; there are "+strings.Join(b.codes(), ", "))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			proxyPage(w, http.StatusRequestEntityTooLarge)
		}
		return
	}
	http.StripPrefix("/"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, b, call{counter: c, request: r, body: body})
	})).ServeHTTP(w, r)
}

// call is one request to one carrier, its body read.
type call struct {
	*counter
	request *http.Request
	body    []byte
}

// run lets the carrier answer. It can be run later than the request, whose caller may have left.
func (c call) run() *reply {
	r := c.request.WithContext(context.WithoutCancel(c.request.Context()))
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	out := newReply()
	c.carrier.ServeHTTP(out, r)
	return out
}

// serve notes the arrival, holds the account to its limit, and lets a fault or the carrier answer.
func (s *Sandbox) serve(w http.ResponseWriter, b *books, c call) {
	c.request.Body = io.NopCloser(bytes.NewReader(c.body))
	op := c.carrier.Classify(c.request, c.body)
	b.arrivals.add(Arrival{Carrier: c.code, Operation: op, At: time.Now()})
	if !c.limiter.Allow() {
		c.tooMany(w)
		return
	}
	if f, hit := b.faults.draw(c.code, op); hit {
		s.misbehave(w, b, c, f)
		return
	}
	c.run().send(w)
}

// tooMany refuses a request in the carrier's own form, else in the plain one.
func (c call) tooMany(w http.ResponseWriter) {
	const after = time.Second
	if l, ok := c.carrier.(Limited); ok {
		l.TooMany(w, c.request, after)
		return
	}
	w.Header().Set("Retry-After", "1")
	http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
}
