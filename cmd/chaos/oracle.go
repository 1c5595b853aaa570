package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/mocks"
)

// verdict is what the oracle finds when all is quiet. The ledger of the carriers is the
// truth; the labels are what the gateway says of it.
type verdict struct {
	counts map[string]int // labels by status
	voids  map[string]int // those whose void was asked for, by status
	parked map[adapters.Class]int
	found  map[string][]string // what is wrong, by the name of the goal
	sends  int
	again  int // sends beyond the first of a label
	open   map[adapters.Class][]time.Duration
	// patient says that a purchase that is still looked for is unfinished, however often the
	// carrier was asked.
	patient bool
}

// The goals, by what breaks them.
const (
	doubleBuy  = "double_buys"   // more than one label lives for one purchase
	orphan     = "orphans"       // a label lives that the gateway says was not bought, or does not know
	phantom    = "phantoms"      // the gateway says a label was bought, and the carrier has none or another
	lostIntent = "lost_intents"  // an answer named a label that is not there any more
	unfinished = "unfinished"    // a purchase without an end
	changed    = "changed_words" // a final answer that was not final
	refusals   = "refused"       // an order that could not be asked for: the harness's fault
	paperless  = "paperless"     // bought, and without the carrier's number or paper
)

// stray is a label that shows after its purchase was called failed, and that nobody asked for:
// it is known and voided, so that no goal is missed, and a planted bug may show by it alone.
const stray = "strays"

var goals = []string{doubleBuy, orphan, phantom, lostIntent, unfinished, changed, refusals, paperless}

func (v *verdict) add(goal, format string, args ...any) {
	v.found[goal] = append(v.found[goal], fmt.Sprintf(format, args...))
}

// breaks tells whether one of the goals is missed.
func (v *verdict) breaks(goals []string) bool {
	return slices.ContainsFunc(goals, func(g string) bool { return len(v.found[g]) > 0 })
}

// judge holds every purchase against the ledger.
func judge(orders []*order, labels []label, ledger []mocks.Purchase, patient bool) *verdict {
	v := &verdict{counts: map[string]int{}, voids: map[string]int{}, parked: map[adapters.Class]int{}, found: map[string][]string{},
		open: map[adapters.Class][]time.Duration{}, patient: patient}
	byID := map[string]label{}
	for _, l := range labels {
		byID[l.ID] = l
	}
	live, orphans := match(orders, byID, ledger)
	for _, p := range orphans {
		v.add(orphan, "%s sold %s under %q/%q, which no label of ours names", p.Carrier, p.CarrierID, p.ClientReference, p.Reference)
	}
	for _, o := range orders {
		v.order(o, byID, live)
	}
	asked := map[string]bool{}
	for _, o := range orders {
		asked[o.id] = true
	}
	for _, l := range byID {
		v.tally(l)
		if !asked[l.ID] {
			v.add(stray, "%s %s belongs to no order: %s", l.Channel, l.ID, story(l))
		}
	}
	return v
}

// match gives each live sale to the label that it belongs to: by our reference where the
// carrier has a field for it, else by the order's own id, which no two orders share. A label
// that belongs to no order, for its purchase had been given up, is known by the carrier's id.
func match(orders []*order, byID map[string]label, ledger []mocks.Purchase) (live map[string][]mocks.Purchase, orphans []mocks.Purchase) {
	names := map[string]string{}
	for id, l := range byID {
		names[l.ClientReference] = id
	}
	own := map[string]bool{}
	for _, o := range orders {
		own[o.id] = true
		if l, ok := byID[o.id]; ok {
			names[l.ClientReference] = o.id
			if o.reference != "" {
				names[o.reference] = o.id
			}
		}
	}
	left := map[string]string{}
	for id, l := range byID {
		if !own[id] && (l.Status == needsAttention || l.Status == purchased) {
			left[l.ClientReference+" "+l.CarrierRef] = id
		}
	}
	live = map[string][]mocks.Purchase{}
	for _, p := range ledger {
		if p.State != mocks.Live {
			continue
		}
		id := cmp.Or(left[p.ClientReference+" "+p.CarrierID], names[p.ClientReference], names[p.Reference])
		if id == "" {
			orphans = append(orphans, p)
			continue
		}
		live[id] = append(live[id], p)
	}
	return live, orphans
}

func (v *verdict) order(o *order, byID map[string]label, live map[string][]mocks.Purchase) {
	for _, f := range o.flips {
		v.add(changed, "%s %s: %s", o.lane.Channel, o.key, f)
	}
	if o.id == "" {
		if o.refused != "" {
			v.add(refusals, "%s %s: %s", o.lane.Channel, o.key, o.refused)
		} else {
			v.add(unfinished, "%s %s: no label in %d tries: %s", o.lane.Channel, o.key, o.tries, o.last)
		}
		return
	}
	l, ok := byID[o.id]
	if !ok {
		v.add(lostIntent, "%s %s: %s was named in %d answers and is gone", o.lane.Channel, o.key, o.id, o.answers)
		return
	}
	if o.final == failed && l.Status != failed {
		v.add(changed, "%s %s: it had failed for good and is %s", l.Channel, l.ID, l.Status)
	}
	v.label(o, l, live[l.ID])
	if o.voids > 0 {
		v.voids[l.Status]++
	}
	if d, ok := openFor(l); ok {
		v.open[o.lane.class] = append(v.open[o.lane.class], d)
	}
	if l.Status == needsAttention && o.final != purchased {
		v.parked[o.lane.class]++
	}
}

// label judges one purchase by the sales that live for it.
func (v *verdict) label(o *order, l label, live []mocks.Purchase) {
	name := l.Channel + " " + l.ID
	if len(live) > 1 {
		v.add(doubleBuy, "%s is %s, and %d labels live: %s", name, l.Status, len(live), story(l))
		return
	}
	switch l.Status {
	case purchased:
		if len(live) == 0 {
			v.add(phantom, "%s is purchased, and no label lives: %s", name, story(l))
		} else if p := live[0]; l.TrackingNumber != p.TrackingNumber && l.CarrierRef != p.CarrierID {
			v.add(phantom, "%s is purchased as %s, and the carrier sold %s", name, l.TrackingNumber, p.TrackingNumber)
		}
		if l.TrackingNumber == "" || !hasPaper(l) {
			v.add(paperless, "%s is purchased as %q with %d documents", name, l.TrackingNumber, len(l.Documents))
		}
	case failed:
		if len(live) > 0 {
			v.add(orphan, "%s has failed, and %s lives: %s", name, live[0].CarrierID, story(l))
		}
	case voided:
		if len(live) > 0 && o.lane.voids {
			v.add(orphan, "%s is voided, and %s lives: %s", name, live[0].CarrierID, story(l))
		}
	case needsAttention: // one label or none: a person will tell
	default:
		if v.patient || !isLooking(l) || len(live) > 0 {
			v.add(unfinished, "%s is %s: %s", name, l.Status, story(l))
		}
	}
}

// enoughLooks is how often a carrier that need not prove absence is asked until the harness
// believes that it will be asked until a person must tell, which takes minutes.
const enoughLooks = 3

func isLooking(l label) bool {
	looks := 0
	for _, a := range l.Attempts {
		if a.Kind == "find" {
			looks++
		}
	}
	return l.Status == unknown && looks >= enoughLooks && classOf(l.Channel) >= adapters.ClassD
}

func hasPaper(l label) bool {
	for _, d := range l.Documents {
		if (d.Type == "label" || d.Type == "qr") && d.Bytes > 0 {
			return true
		}
	}
	return false
}

func (v *verdict) tally(l label) {
	v.counts[l.Status]++
	sends := 0
	for _, a := range l.Attempts {
		if a.Kind == "send" {
			sends++
		}
	}
	v.sends += sends
	v.again += max(0, sends-1)
}

// openFor is how long a purchase was unknown: from the first line that says so to the first
// one after it that ends it.
func openFor(l label) (time.Duration, bool) {
	var since time.Time
	for _, h := range l.History {
		switch {
		case since.IsZero() && h.Status == unknown:
			since = h.At
		case !since.IsZero() && slices.Contains([]string{"bought", purchased, failed, needsAttention}, h.Status):
			return h.At.Sub(since), true
		}
	}
	return 0, false
}

// maxStory is how many lines of a history are told.
const maxStory = 12

// story is a label's history in one line.
func story(l label) string {
	out := ""
	for i, h := range l.History {
		if i > 0 {
			out += "; "
		}
		if i == maxStory {
			return out + fmt.Sprintf("and %d more", len(l.History)-i)
		}
		out += h.At.Format("05.000 ") + h.Status + ": " + h.Detail
	}
	return out
}
