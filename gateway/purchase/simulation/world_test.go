package simulation

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// world is one run of a plan: three gateways over one store, the carriers, and the buyers.
// Chance is drawn from the seed and from what it is drawn for, never from who comes first, and
// no two things happen at the same instant: a seed is one interleaving.
type world struct {
	plan
	bug      string
	mem      *memory
	carriers map[string]*carrier
	prices   *prices
	buyers   []*buyer
	over     chan struct{}

	mu      sync.Mutex
	slots   [processes]*process    // nil while none lives there
	alone   bool                   // only the first is still used
	names   map[string]int         // what names an order: its key, the ids and references of its purchases
	reached map[string]int         // how often a point was reached by an order
	faulted map[string]int         // faults that came about, by kind
	excused map[int]bool           // orders whose worker was hindered from writing down an answer
	heard   map[string]hearing     // by the sale
	ahead   map[string]store.Claim // claims that a planted bug writes too late
}

// hearing is an answer that reached a process: it lives, so that the answer must not be lost.
type hearing struct {
	p  *process
	at time.Time
}

func newWorld(p plan, bug string) *world {
	w := &world{plan: p, bug: bug, mem: newMemory(), carriers: map[string]*carrier{}, over: make(chan struct{}),
		names: map[string]int{}, reached: map[string]int{}, faulted: map[string]int{}, excused: map[int]bool{},
		heard: map[string]hearing{}, ahead: map[string]store.Claim{}}
	w.mem.ahead = w.between(-time.Hour, time.Hour, "clock")
	w.mem.loose, w.mem.forgot = bug == bugLooseStore, bug == bugNoEpoch
	w.prices = &prices{w: w, offers: map[string]rating.Offer{}}
	for _, l := range lanes {
		c := &carrier{w: w, lane: l}
		if l.drafts {
			c.drafts = map[string]string{}
		}
		w.carriers[l.name] = c
	}
	for _, o := range p.orders {
		w.names[o.key()] = o.n
		w.buyers = append(w.buyers, &buyer{w: w, order: o})
	}
	return w
}

// draw is a number that belongs to a seed and to what it is for.
func (w *world) draw(what ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, w.seed, " ", what)
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

// between draws a time.
func (w *world) between(from, to time.Duration, what ...any) time.Duration {
	return from + time.Duration(w.draw(what...)%uint64(to-from))
}

// moment is a short time that no other step has: by it steps at one instant get an order.
func (w *world) moment(at string, n int) time.Duration {
	w.mu.Lock()
	k := fmt.Sprintf("moment %s %d", at, n)
	w.reached[k]++
	times := w.reached[k]
	w.mu.Unlock()
	return w.between(time.Microsecond, 800*time.Microsecond, k, times)
}

// syncing is a context that says how long the sync of a write takes.
func (w *world) syncing(ctx context.Context, at string, n int) context.Context {
	return context.WithValue(ctx, syncKey{}, 200*time.Microsecond+6*w.moment("sync "+at, n))
}

// strike tells what goes wrong where an order is now, nil for nothing.
func (w *world) strike(at string, n int) *fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := fmt.Sprintf("%s %d", at, n)
	w.reached[k]++
	for i := range w.faults {
		if f := &w.faults[i]; f.point == at && f.order == n && f.nth == w.reached[k] {
			w.faulted[f.kind]++
			return f
		}
	}
	return nil
}

// nobody is the order of what belongs to none.
const nobody = -1

// named is the order that a key, an id or a reference belongs to.
func (w *world) named(s string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n, ok := w.names[s]; ok {
		return n
	}
	return nobody
}

func (w *world) name(p store.Purchase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ok := w.names[p.Key]
	if of, is := orphanOf(p); is && !ok {
		n = w.names[of]
	}
	w.names[p.ID], w.names[p.ClientReference] = n, n
}

// orphanOf is the purchase that an orphan's row names, if p is one.
func orphanOf(p store.Purchase) (string, bool) {
	words := strings.Fields(p.Key)
	if len(words) < 3 || words[0] != "orphan" || words[1] != "of" {
		return "", false
	}
	return words[2], true
}

// put says who lives in a slot, and hears whether nobody is to live there any more.
func (w *world) put(slot int, p *process) (closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slots[slot] = p
	return w.alone && slot > 0
}

// leaveAlone ends all processes but the first: what is open then is for that one to end.
func (w *world) leaveAlone() {
	w.mu.Lock()
	w.alone = true
	others := slices.Clone(w.slots[1:])
	w.mu.Unlock()
	for _, p := range others {
		if p != nil {
			p.die()
		}
	}
}

// someone is a process that lives, by a draw; nil where none does.
func (w *world) someone(what ...any) *process {
	at := int(w.draw(what...) % processes)
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range processes {
		if p := w.slots[(at+i)%processes]; p != nil {
			return p
		}
	}
	return nil
}

// excuse says that an order's worker was hindered by the store.
func (w *world) excuse(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.excused[n] = true
}

// told notes that an answer which sells a label has reached a process.
func (w *world) told(n int, p *process, sale string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, before := w.heard[sale]; !before {
		w.heard[sale] = hearing{p, time.Now()}
	}
	delete(w.excused, n)
}

// timed lets faults strike that come at a time.
func (w *world) timed(all *sync.WaitGroup) {
	for _, f := range w.faults {
		if f.point != "" {
			continue
		}
		all.Go(func() {
			time.Sleep(f.at)
			w.mu.Lock()
			p := w.slots[f.slot]
			w.faulted[f.kind]++
			w.mu.Unlock()
			switch {
			case f.kind == restart:
				w.restart(f)
			case p != nil && f.kind == crash:
				p.die()
			case p != nil:
				p.freeze(f.lasts)
			}
		})
	}
}

// restart takes the store away. All who had an answer to write down may have failed to.
func (w *world) restart(f fault) {
	for _, o := range w.orders {
		w.excuse(o.n)
	}
	w.mem.crash(w.draw("reached", f.at)%2 == 0)
	w.prices.forget()
	time.Sleep(w.between(100*time.Millisecond, 2*time.Second, "outage", f.at))
	for _, o := range w.orders {
		w.excuse(o.n)
	}
	w.mem.start()
}

// patience is how long a plan may take until every purchase has come to its end.
const patience = 45 * time.Minute

// lastCall is time for whatever still hangs in a call of a gateway that is gone. What does not
// end in it is stuck, and stops the test.
const lastCall = 5 * time.Minute

// run plays the plan and returns when all is quiet, or has not become so.
func (w *world) run() (quiet bool) {
	var slots, troubles, buying sync.WaitGroup
	for i := range processes {
		slots.Go(func() {
			time.Sleep(w.between(0, 500*time.Millisecond, "start", i))
			w.keep(i)
		})
	}
	w.timed(&troubles)
	for _, b := range w.buyers {
		for i := range b.heads() {
			buying.Go(func() { b.buy(i) })
		}
	}
	troubles.Wait()
	buying.Wait()
	w.leaveAlone()
	var since time.Time // all is calm, but what a list may still tell
	for end := time.Now().Add(patience); !quiet && time.Now().Before(end); quiet = !since.IsZero() && w.listedAll(since) {
		time.Sleep(time.Second)
		if calm := w.calm(); !calm {
			since = time.Time{}
		} else if since.IsZero() {
			since = time.Now().Add(limitLabel) // what was sent last is sold by then
		}
	}
	for _, b := range w.buyers {
		b.askAgain()
	}
	close(w.over)
	slots.Wait()
	for _, c := range w.carriers {
		c.working.Wait()
	}
	time.Sleep(lastCall)
	return quiet
}

// calm tells whether every purchase has come to its end.
func (w *world) calm() bool {
	t, err := w.mem.read(context.Background())
	if err != nil {
		return false
	}
	for _, f := range t.files {
		if !ended(f.p) {
			return false
		}
	}
	return true
}

// listedAll tells whether the lists of all accounts that have one were read since a time.
func (w *world) listedAll(since time.Time) bool {
	t, err := w.mem.read(context.Background())
	if err != nil {
		return false
	}
	for _, l := range lanes {
		p, ok := t.passes[name(tenant, "pass_acct_"+l.name+"_listing")]
		if l.lists && (!ok || p.CoveredUntil.Before(since)) {
			return false
		}
	}
	return true
}

// ended tells whether nothing is to come for a purchase, but a person.
func ended(p store.Purchase) bool {
	switch p.State {
	case store.PurchaseSettled, store.PurchaseDeclined, store.PurchaseFailed, store.PurchaseParked, store.PurchaseVoided,
		store.PurchaseVoidRefused, store.PurchaseVoidUnknown:
		return p.DueAt.IsZero()
	}
	return false
}
