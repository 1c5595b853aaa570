package simulation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The goals, by what breaks them.
const (
	doubleBuy  = "double_buys"   // more than one label lives for one purchase
	orphan     = "orphans"       // a label lives that the store says was not bought, or does not know
	phantom    = "phantoms"      // the store says that a label was bought, and none lives, or another
	lostIntent = "lost_intents"  // an answer named a label that is not there
	unfinished = "unfinished"    // a purchase without an end
	parked     = "parked"        // left to a person where the carrier could have been asked
	dropped    = "dropped"       // an answer was heard and nothing came of it
	changed    = "changed_words" // answers that contradict each other
	paperless  = "paperless"     // purchased without number or paper
	untold     = "untold"        // ended without an event
)

// verdict is what the oracle finds when all is quiet. The ledgers are the truth.
type verdict struct {
	broken map[string][]string
	ends   map[string]int // purchases by their end
	// orphans are the labels that showed when their purchase had been given up, by their end
	orphans map[string]int
	again   int // sends beyond the first of a purchase
	twice   int // purchases for which two labels lived for a while, all but one of them voided
	sends   int
	faults  map[string]int
}

func (v *verdict) add(goal, format string, args ...any) {
	v.broken[goal] = append(v.broken[goal], fmt.Sprintf(format, args...))
}

// goals are those that are broken.
func (v *verdict) goals() []string {
	var out []string
	for g := range v.broken {
		out = append(out, g)
	}
	slices.Sort(out)
	return out
}

func (v *verdict) String() string {
	var out []string
	for _, g := range v.goals() {
		out = append(out, g+": "+strings.Join(v.broken[g], "\n  and "))
	}
	return strings.Join(out, "\n")
}

// judge holds every purchase against the ledgers.
func (w *world) judge(quiet bool) *verdict {
	v := &verdict{broken: map[string][]string{}, ends: map[string]int{}, orphans: map[string]int{}, faults: w.faulted}
	t, err := w.mem.read(context.Background())
	if err != nil {
		v.add(unfinished, "the store: %v", err)
		return v
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	live, sold, byRef, byLabel := map[string][]sale{}, map[string][]sale{}, map[string]*file{}, map[string]*file{}
	for _, f := range t.files {
		if f.p.ClientReference != "" {
			byRef[f.p.ClientReference] = f
		}
		for _, l := range f.labels {
			byLabel[l.ShipmentID] = f
		}
	}
	for _, l := range lanes {
		for _, s := range w.carriers[l.name].sales() {
			f := byRef[s.ref]
			if own := byLabel[s.id]; own != nil {
				f = own
			}
			if f != nil {
				sold[f.p.ID] = append(sold[f.p.ID], s)
			}
			switch {
			case !s.live():
			case f == nil:
				v.add(orphan, "order %d: %s lives, and no purchase has its reference", s.order, s.id)
			default:
				live[f.p.ID] = append(live[f.p.ID], s)
			}
		}
	}
	for _, b := range w.buyers {
		f := t.files[name(tenant, t.keys[name(tenant, b.key())])]
		for _, wrong := range b.wrongs {
			v.add(changed, "order %d: %s: %s", b.n, wrong, story(f))
		}
		switch {
		case f == nil && b.label != "":
			v.add(lostIntent, "order %d: %s was named and is gone", b.n, b.label)
		case f != nil && b.label != "" && b.label != f.p.ID:
			v.add(changed, "order %d: the key answered %s and has %s", b.n, b.label, f.p.ID)
		}
		if f != nil {
			v.purchase(w, b, f, live[f.p.ID])
			v.doubled(w, b, f, sold[f.p.ID])
			v.events(t, f)
		}
	}
	for _, f := range t.files {
		if of, is := orphanOf(f.p); is {
			v.orphan(t, f, t.files[name(tenant, of)], live[f.p.ID])
			if !w.tardy { // the promises of carriers and gateways leave none
				v.add(orphan, "%s, of %s", story(f), story(t.files[name(tenant, of)]))
			}
		}
	}
	if !quiet && len(v.broken[unfinished]) == 0 {
		v.add(unfinished, "it does not become quiet")
	}
	return v
}

// purchase judges one purchase by the sales that live for it.
func (v *verdict) purchase(w *world, b *buyer, f *file, live []sale) {
	p := f.p
	v.ends[purchase.Status(p.State)]++
	sends := 0
	for _, a := range f.attempts {
		if a.Kind == store.AttemptSend {
			sends++
		}
	}
	v.sends += sends
	v.again += max(0, sends-1)
	if len(live) > 1 {
		v.add(doubleBuy, "%s, and %d labels live", story(f), len(live))
		return
	}
	switch p.State {
	case store.PurchaseSettled, store.PurchaseVoidRefused:
		v.bought(f, live)
	case store.PurchaseDeclined, store.PurchaseFailed, store.PurchaseVoided:
		if len(live) > 0 && w.heardAndLived(b.n, live[0]) {
			v.add(dropped, "%s, though the answer that sold %s was heard", story(f), live[0].id)
		} else if w.tardy && len(live) > 0 && !b.lane.lists && f.tooLate(live[0].shows.Add(w.mem.ahead)) {
			v.ends["failed, and sold later"]++ // which no search could tell
		} else if len(live) > 0 {
			v.add(orphan, "%s, and %s lives", story(f), live[0].id)
		}
	case store.PurchaseParked, store.PurchaseVoidUnknown:
		if !b.lane.parks() && !w.tardy { // searches that show nothing for long leave it to a person
			v.add(parked, "%s, though %s can be asked", story(f), b.lane.name)
		}
	}
	if was := slices.IndexFunc(f.history, isLine("purchased")); was >= 0 && slices.ContainsFunc(f.history[was:], isLine("unknown")) {
		v.add(changed, "%s, which was purchased and became unknown", story(f))
	}
	if !ended(p) {
		v.add(unfinished, "%s", story(f))
	}
	if p.State == store.PurchaseParked && p.CarrierReference == "" && len(live) > 0 && w.heardAndLived(b.n, live[0]) {
		v.add(dropped, "%s, though the answer that sold %s was heard", story(f), live[0].id)
	}
}

// heardAndLived tells whether a process heard that a label was sold, and was hindered by nothing
// from writing it down.
func (w *world) heardAndLived(n int, s sale) bool {
	h, ok := w.heard[s.id]
	return ok && !w.excused[n] && h.p.livedOn(h.at)
}

// orphan judges the row of a label that showed when its purchase had been given up.
func (v *verdict) orphan(t *tables, f, of *file, live []sale) {
	v.orphans[purchase.Status(f.p.State)]++
	told := 0
	for _, e := range t.events {
		if e.Subject == f.p.ID && e.Type == "label.orphaned" {
			told++
		}
	}
	switch {
	case of == nil || purchase.Status(of.p.State) != "failed":
		v.add(changed, "%s, an orphan of %s", story(f), story(of))
	case told != 1:
		v.add(untold, "%s, of which was told %d times", story(f), told)
	case !ended(f.p):
		v.add(unfinished, "%s", story(f))
	case len(live) > 1:
		v.add(doubleBuy, "%s, and %d labels live", story(f), len(live))
	case f.p.State == store.PurchaseVoided && len(live) > 0:
		v.add(orphan, "%s, and %s lives", story(f), live[0].id)
	case f.p.State == store.PurchaseParked && len(live) == 0, purchase.Status(f.p.State) == "purchased":
		v.add(phantom, "%s, and %d labels live", story(f), len(live))
	}
}

// tooLate tells whether a sale showed itself, by the store's clock, only when the last search
// of a purchase that has failed had begun. Where the purchase was to be sent again after that
// search, only the carrier's refusal may have ended it.
func (f *file) tooLate(shows time.Time) bool {
	var last time.Time
	for _, a := range f.attempts {
		if a.Kind == store.AttemptFind {
			last = a.StartedAt
		}
	}
	again := slices.ContainsFunc(f.history, func(h store.HistoryLine) bool { return h.Status == "purchasing" && h.At.After(last) })
	return shows.After(last) && (f.p.State == store.PurchaseDeclined || f.p.State == store.PurchaseFailed && !again)
}

// doubled judges whether two labels lived at one time. That happens only where a carrier that
// accepts duplicates broke its promise.
func (v *verdict) doubled(w *world, b *buyer, f *file, sold []sale) {
	for i, s := range sold {
		for _, other := range sold[:i] {
			if other.live() || other.voided.After(s.at) {
				v.twice++
				if !w.tardy || !b.lane.resends {
					v.add(doubleBuy, "%s, and %s and %s lived at one time", story(f), other.id, s.id)
				}
			}
		}
	}
}

func isLine(status string) func(store.HistoryLine) bool {
	return func(h store.HistoryLine) bool { return h.Status == status }
}

// bought judges a purchase that says so.
func (v *verdict) bought(f *file, live []sale) {
	p := f.p
	switch {
	case len(live) == 0:
		v.add(phantom, "%s, and none lives", story(f))
	case live[0].id != p.CarrierReference || live[0].number != p.TrackingNumber:
		v.add(phantom, "%s as %s, and %s lives", story(f), p.CarrierReference, live[0].id)
	}
	if p.TrackingNumber == "" || !slices.ContainsFunc(f.papers, func(d store.Document) bool { return d.Type == normalize.DocumentLabel }) {
		v.add(paperless, "%s with number %q and %d papers", story(f), p.TrackingNumber, len(f.papers))
	}
}

// events judges what was told of a purchase.
func (v *verdict) events(t *tables, f *file) {
	want := map[string]string{"purchased": "label.purchased", "failed": "label.failed", "voided": "label.voided"}[purchase.Status(f.p.State)]
	if want == "" {
		return
	}
	if !slices.ContainsFunc(t.events, func(e store.Event) bool { return e.Subject == f.p.ID && e.Type == want }) {
		v.add(untold, "%s, and nobody was told", story(f))
	}
}

// story tells what happened to a purchase.
func story(f *file) string {
	if f == nil {
		return "no purchase"
	}
	out := fmt.Sprintf("%s of %s (class %s) is %s [", f.p.Key, f.p.Adapter, f.p.Class, f.p.State)
	for i, h := range f.history {
		if i > 0 {
			out += "; "
		}
		out += fmt.Sprintf("+%.3fs %s: %s", h.At.Sub(f.p.CreatedAt).Seconds(), h.Status, h.Detail)
	}
	return out + "]"
}

// words is all that a run came to, for comparing two runs of one seed.
func (w *world) words() string {
	t, err := w.mem.read(context.Background())
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, b := range w.buyers {
		out = append(out, story(t.files[name(tenant, t.keys[name(tenant, b.key())])]))
	}
	for _, f := range t.files {
		if of, is := orphanOf(f.p); is {
			out = append(out, fmt.Sprintf("order %d: %d lines, %d epochs", w.names[of], len(f.history), f.p.Epoch))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
