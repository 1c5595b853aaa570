package guards

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Account is what the guards must know of a carrier account.
type Account struct {
	ID      string
	Carrier string // the adapter's code
	// Limits are the account's own, else those of the carrier's Spec. With a burst they
	// are a token bucket; without one, no second sees more than RequestsPerSecond.
	Limits adapters.Limits
	// MaxCost is what the dearest operation costs; see adapters.Spec.Cost.
	MaxCost int
}

// registry finds the guards of a call: one look-up once it was seen.
type registry struct {
	mu       sync.RWMutex
	lanes    map[laneKey]*lane
	carriers map[string]*bulkhead
	accounts map[string]*account
	lines    map[lineKey]*line
}

type laneKey struct {
	carrier, account, baseURL string
	op                        adapters.Operation
}

type lineKey struct {
	carrier, baseURL string
	op               adapters.Operation
}

// lane is one operation of one account at one base URL.
type lane struct {
	bulkhead  *bulkhead
	line      *line
	account   *account
	samples   samples
	heldUntil atomic.Int64 // Unix nanoseconds; the carrier asked for it
}

// line is one operation at one base URL, for all accounts.
type line struct {
	key     lineKey
	breaker *breaker
}

type account struct {
	id, carrier string
	concurrent  int
	limiter     *Limiter
	breaker     *breaker // of its credentials
}

func newRegistry() registry {
	return registry{lanes: map[laneKey]*lane{}, carriers: map[string]*bulkhead{},
		accounts: map[string]*account{}, lines: map[lineKey]*line{}}
}

// SetAccount makes or changes an account; what it spent and how its breakers stand is
// kept. An account that was never set has the defaults.
func (g *Guards) SetAccount(a Account) error {
	if a.Limits.RequestsPerSecond == 0 {
		a.Limits.RequestsPerSecond = g.cfg.RequestsPerSecond
	}
	if a.Limits.Concurrent < 0 {
		return fmt.Errorf("account %s: %d calls at once is below 0", a.ID, a.Limits.Concurrent)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if old := g.accounts[a.ID]; old != nil && old.carrier == a.Carrier {
		if err := old.limiter.Set(a.Limits.RequestsPerSecond, a.Limits.Burst, a.MaxCost); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		old.concurrent = a.Limits.Concurrent
	} else {
		made, err := makeAccount(g.cfg, a)
		if err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		g.drop(a.ID)
		g.accounts[a.ID] = made
	}
	g.sizeBulkhead(g.cfg, a.Carrier)
	return nil
}

func makeAccount(cfg Config, a Account) (*account, error) {
	l, err := NewLimiter(a.Limits.RequestsPerSecond, a.Limits.Burst, a.MaxCost, cfg.Waiters)
	if err != nil {
		return nil, err
	}
	longest := time.Duration(0)
	for _, d := range cfg.Limits {
		longest = max(longest, d)
	}
	return &account{id: a.ID, carrier: a.Carrier, concurrent: a.Limits.Concurrent, limiter: l,
		breaker: newBreaker(cfg, longest, true, false)}, nil
}

// DropAccount forgets an account and the breakers that no other account uses.
func (g *Guards) DropAccount(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drop(id)
}

func (r *registry) drop(id string) {
	delete(r.accounts, id)
	used := map[lineKey]bool{}
	for k, ln := range r.lanes {
		if k.account == id {
			delete(r.lanes, k)
		} else {
			used[ln.line.key] = true
		}
	}
	for k := range r.lines {
		if !used[k] {
			delete(r.lines, k)
		}
	}
}

// sizeBulkhead gives a carrier the places of its most generous account.
func (r *registry) sizeBulkhead(cfg Config, carrier string) {
	size := 0
	for _, a := range r.accounts {
		if a.carrier == carrier {
			size = max(size, a.concurrent)
		}
	}
	if size == 0 {
		size = cfg.Concurrent
	}
	if b := r.carriers[carrier]; b != nil {
		b.resize(size)
		return
	}
	r.carriers[carrier] = &bulkhead{size: size, queueMax: cfg.Queue}
}

func (r *registry) lane(cfg Config, c Call) *lane {
	key := laneKey{c.Carrier, c.Account, c.BaseURL, c.Op}
	r.mu.RLock()
	ln := r.lanes[key]
	r.mu.RUnlock()
	if ln != nil {
		return ln
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if ln := r.lanes[key]; ln != nil {
		return ln
	}
	ln = r.makeLane(cfg, c)
	r.lanes[key] = ln
	return ln
}

func (r *registry) makeLane(cfg Config, c Call) *lane {
	acc := r.accounts[c.Account]
	if acc == nil {
		// Cannot fail: the default rate was checked, and the burst is made for the cost.
		acc, _ = makeAccount(cfg, Account{ID: c.Account, Carrier: c.Carrier, MaxCost: c.Cost,
			Limits: adapters.Limits{RequestsPerSecond: cfg.RequestsPerSecond}})
		r.accounts[c.Account] = acc
	}
	if r.carriers[c.Carrier] == nil {
		r.sizeBulkhead(cfg, c.Carrier)
	}
	key := lineKey{c.Carrier, c.BaseURL, c.Op}
	if r.lines[key] == nil {
		r.lines[key] = &line{key, newBreaker(cfg, cfg.limit(c.Op), false, true)}
	}
	return &lane{bulkhead: r.carriers[c.Carrier], line: r.lines[key], account: acc}
}

// hold keeps the lane back for as long as the carrier asked.
func (l *lane) hold(d time.Duration) {
	if d > 0 {
		l.heldUntil.Store(time.Now().Add(d).UnixNano())
	}
}

func (l *lane) held(now time.Time) time.Duration {
	until := l.heldUntil.Load()
	if until == 0 {
		return 0
	}
	return time.Duration(until - now.UnixNano())
}

// report logs what the breakers did since the last time, outside of their locks.
func (l *lane) report(g *Guards) {
	g.logChanges(l.line.breaker, "carrier", l.line.key.carrier, "op", string(l.line.key.op))
	g.logChanges(l.account.breaker, "carrier", l.account.carrier, "account", l.account.id)
}

func (g *Guards) logChanges(b *breaker, attrs ...any) {
	for {
		select {
		case c := <-b.changes:
			g.log.Warn("circuit breaker", append(attrs, "from", c.from.state.String(), "to", c.to.state.String(),
				"reason", c.to.reason)...)
		default:
			return
		}
	}
}
