package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// plan is what one seed stands for: the orders, and all that goes wrong.
type plan struct {
	seed uint64
	// tardy breaks what the service is promised: carriers sell after the quiet period, and a
	// process sends though its time is over. Where a second sending is not safe, that buys twice.
	tardy  bool
	orders []order
	faults []fault
}

// order is one label to be bought.
type order struct {
	n        int
	lane     lane
	at       time.Duration // when its buyer comes
	deadline time.Duration // how long each of its requests may take
	byRate   bool
	twin     bool // two buyers come with one key
	asks     bool // asks for reconciliation instead of waiting
	voids    bool // is voided once it is bought
	leaves   bool // its caller goes away early
}

func (o order) key() string { return fmt.Sprintf("key-%d", o.n) }

// fault is one thing that goes wrong: at the nth time that an order reaches a point, or, where
// the point is empty, at a time.
type fault struct {
	kind  string
	order int // -1 where the point is nobody's
	point string
	nth   int
	at    time.Duration
	slot  int // the process, of those that come at a time
	lasts time.Duration
}

func (f fault) String() string {
	where := fmt.Sprintf("order %d, %s no. %d", f.order, f.point, f.nth)
	switch {
	case f.point == "":
		where = fmt.Sprintf("process %d at %v", f.slot, f.at)
	case f.order < 0:
		where = fmt.Sprintf("%s no. %d", f.point, f.nth)
	}
	if f.lasts > 0 {
		return fmt.Sprintf("%s (%s, %v)", f.kind, where, f.lasts)
	}
	return fmt.Sprintf("%s (%s)", f.kind, where)
}

func told(faults []fault) string {
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "; ")
}

// What happens to a process, wherever it is.
const (
	crash  = "crash"  // dies, and comes again later
	freeze = "freeze" // stands still, longer than its lease where that hurts
)

// What happens when something is written.
const (
	crashBefore  = "crash before"
	crashDuring  = "crash while it is written"
	crashAfter   = "crash after"
	freezeBefore = "freeze before"
	freezeAfter  = "freeze after"
	refusedWrite = "the write is refused"
	lostWritten  = "the answer to the commit is lost, which is there"
	lostWrite    = "the answer to the commit is lost, with the commit"
)

// What happens to a request between us and the carrier.
const (
	crashOnWire   = "crash when it is on the wire"
	crashOnReply  = "crash when the reply is there"
	crashOnKept   = "crash when the reply is kept"
	freezeOnWire  = "freeze when it is on the wire"
	freezeOnReply = "freeze when the reply is there"
	unreachable   = "the carrier cannot be reached"
	freezeUnseen  = "freeze when the clock is not looked at any more"
	slowDial      = "the connection takes long"
)

// What the carrier does with a request.
const (
	refuse    = "refuse"
	outage    = "503"
	unheard   = "lose the request"
	cut       = "commit, then cut"
	slow      = "commit, then slow"
	broken    = "commit, then 500"
	truncated = "commit, then truncate"
	twice     = "commit, then answer twice"
	late      = "cut, then commit"
	lag       = "commit, show it late"
)

// restart takes the store away for a while; what was not synced is lost.
const restart = "the store restarts"

// refusal is an admission that our own guards refuse.
const refusal = "not admitted"

var (
	onWrite   = []string{crashBefore, crashDuring, crashAfter, freezeBefore, freezeAfter, refusedWrite, lostWritten, lostWrite}
	onWire    = []string{crashBefore, crashOnWire, crashOnReply, crashOnKept, freezeBefore, freezeOnWire, freezeOnReply, unreachable, slowDial}
	atCarrier = []string{refuse, outage, unheard, cut, slow, broken, truncated, twice, late, lag}
	atReading = []string{outage, unheard, slow}
)

// point is where an order's faults strike, with how often each kind is drawn.
type point struct {
	name   string
	kinds  []string
	weight int
}

// points are those of an order. The purchase call itself is where money is lost, so that most
// faults are there.
var points = []point{
	{"begin", onWrite, 3}, {"claim send", onWrite, 6}, {"settle", onWrite, 6}, {"evidence", onWrite, 4},
	{"claim find", onWrite, 3}, {"claim fetch", onWrite, 2}, {"claim void", onWrite, 3}, {"attempt", onWrite, 1},
	{"read", []string{crashBefore, freezeBefore, refusedWrite}, 2},
	{"label", onWire, 10}, {"label at the carrier", atCarrier, 22},
	{"find", onWire, 4}, {"find at the carrier", atReading, 4},
	{"void", onWire, 4}, {"void at the carrier", atCarrier, 5},
	{"documents", onWire, 2}, {"documents at the carrier", atReading, 2},
	{"draft", onWire, 1}, {"draft at the carrier", atCarrier, 2},
}

// The size of a plan.
const (
	ordersEach = 10
	faultsMost = 24
	processes  = 3
	rush       = 15 * time.Second // within which the orders come
)

// newPlan draws a plan.
func newPlan(seed uint64) plan {
	r := rand.New(rand.NewPCG(seed, 0x51))
	p := plan{seed: seed}
	for n := range ordersEach {
		o := order{n: n, lane: lanes[r.IntN(len(lanes))], at: time.Duration(r.Int64N(int64(rush)))}
		o.deadline = []time.Duration{2 * time.Second, 8 * time.Second, 25 * time.Second, 40 * time.Second}[r.IntN(4)]
		o.byRate, o.asks, o.leaves = r.IntN(5) == 0, r.IntN(3) == 0, r.IntN(8) == 0
		o.twin, o.voids = !o.byRate && r.IntN(5) == 0, r.IntN(4) == 0
		p.orders = append(p.orders, o)
	}
	d := dice{Rand: r, weights: make([]int, len(points))}
	for i, at := range points {
		d.weights[i] = at.weight * []int{0, 1, 1, 5}[r.IntN(4)]
	}
	for range 4 + r.IntN(faultsMost-3) {
		p.faults = append(p.faults, d.fault())
	}
	return p
}

// newTardyPlan draws a plan in which promises are broken: at carriers to which a purchase is
// sent again, by buyers who wait for that. Voids are not refused for good, since what was
// bought twice could then not be mended.
func newTardyPlan(seed uint64) plan {
	p := newPlan(seed)
	p.tardy = true
	r := rand.New(rand.NewPCG(seed, 0x52))
	lanes := []lane{laneOf("alpha"), laneOf("bravo"), laneOf("baker"), laneOf("charlie"), laneOf("chaplin"), laneOf("chaplin"), laneOf("chaplin")}
	p.faults = slices.DeleteFunc(p.faults, func(f fault) bool {
		return strings.HasPrefix(f.point, "void") && (f.kind == refuse || f.nth > 1)
	})
	for i := range p.orders {
		o := &p.orders[i]
		o.lane, o.deadline = lanes[r.IntN(len(lanes))], []time.Duration{2 * time.Second, time.Minute, time.Minute, time.Minute}[r.IntN(4)]
		f := fault{kind: late, order: i, point: "label at the carrier", nth: 1 + r.IntN(2), lasts: o.lane.quiet + time.Duration(r.Int64N(int64(3*o.lane.quiet)))}
		switch r.IntN(5) {
		case 4: // sold, and hidden until all have looked; the answer is heard when they have
			f = fault{kind: lag, order: i, point: "label at the carrier", nth: 1, lasts: 40 * time.Second}
			p.faults = append([]fault{{kind: freezeOnReply, order: i, point: "label", nth: 1,
				lasts: leaseLabel + o.lane.quiet + time.Duration(r.Int64N(int64(8*o.lane.quiet)))}}, p.faults...)
		case 0:
			f = fault{kind: freezeUnseen, order: i, point: "label", nth: 1, lasts: leaseLabel + o.lane.quiet + time.Duration(r.Int64N(int64(4*o.lane.quiet)))}
		case 1:
			continue
		}
		p.faults = append([]fault{f}, p.faults...)
	}
	return p
}

// dice draw the faults of a plan. Each plan prefers points of its own, and faults come in
// company: what one of them leaves behind, another may find.
type dice struct {
	*rand.Rand
	weights []int
	victim  int
}

func (d *dice) fault() fault {
	switch d.IntN(12) {
	case 0:
		f := fault{kind: []string{crash, freeze, restart}[d.IntN(3)], order: nobody, at: time.Duration(d.Int64N(int64(2 * rush))), slot: d.IntN(processes)}
		f.lasts = d.howLong(f.kind)
		return f
	case 1:
		return fault{kind: refusal, order: nobody, point: "admit", nth: 1 + d.IntN(2*ordersEach)}
	}
	if d.IntN(2) == 0 {
		d.victim = d.IntN(ordersEach)
	}
	at := d.point()
	f := fault{kind: at.kinds[d.IntN(len(at.kinds))], order: d.victim, point: at.name, nth: 1}
	if d.IntN(3) == 0 {
		f.nth += 1 + d.IntN(3)
	}
	f.lasts = d.howLong(f.kind)
	return f
}

// point draws a point by its weight.
func (d *dice) point() point {
	total := 0
	for _, w := range d.weights {
		total += w
	}
	if total == 0 {
		return points[d.IntN(len(points))]
	}
	pick := d.IntN(total)
	i := slices.IndexFunc(d.weights, func(w int) bool {
		pick -= w
		return pick < 0
	})
	return points[i]
}

// howLong is the length of what lasts. A process stands still for a moment, for longer than
// the lease of a call, or for longer than that of a worker.
func (d *dice) howLong(kind string) time.Duration {
	span := [][2]time.Duration{{100 * time.Millisecond, limitLabel}, {limitLabel, 30 * time.Second},
		{leaseLabel + time.Second, leaseLabel + 8*time.Second}, // wakes when others are looking
		{65 * time.Second, 90 * time.Second}}[d.IntN(4)]
	switch kind {
	case slowDial:
		span = [2]time.Duration{limitLabel * 3 / 4, limitLabel}
	case late, lag:
		span = [2]time.Duration{limitLabel / 4, limitLabel}
	case freeze, freezeBefore, freezeAfter, freezeOnWire, freezeUnseen, freezeOnReply, slow:
	default:
		return 0 // its length is nobody's choice
	}
	return span[0] + time.Duration(d.Int64N(int64(span[1]-span[0]))).Round(time.Millisecond)
}
