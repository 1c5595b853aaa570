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
	again  int            // sends beyond the first of a purchase
	twice  int            // purchases for which two labels lived for a while, all but one of them voided
	sends  int
	faults map[string]int
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
	v := &verdict{broken: map[string][]string{}, ends: map[string]int{}, faults: w.faulted}
	t, err := w.mem.read(context.Background())
	if err != nil {
		v.add(unfinished, "the store: %v", err)
		return v
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	live, sold, byRef := map[string][]sale{}, map[string][]sale{}, map[string]*file{}
	for _, f := range t.files {
		byRef[f.p.ClientReference] = f
	}
	for _, l := range lanes {
		for _, s := range w.carriers[l.name].sales() {
			f := byRef[s.ref]
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
		if w.tardy && len(live) > 0 && f.tooLate(live[0].shows.Add(w.mem.ahead)) {
			v.ends["failed, and sold later"]++ // which no search could tell
		} else if len(live) > 0 {
			v.add(orphan, "%s, and %s lives", story(f), live[0].id)
		}
	case store.PurchaseParked, store.PurchaseVoidUnknown:
		if !b.lane.parks() {
			v.add(parked, "%s, though %s can be asked", story(f), b.lane.name)
		}
	}
	if was := slices.IndexFunc(f.history, isLine("purchased")); was >= 0 && slices.ContainsFunc(f.history[was:], isLine("unknown")) {
		v.add(changed, "%s, which was purchased and became unknown", story(f))
	}
	if !ended(p) {
		v.add(unfinished, "%s", story(f))
	}
	if h, ok := w.heard[b.n]; ok && p.State == store.PurchaseParked && len(live) > 0 && !w.excused[b.n] && !h.p.isDead() {
		v.add(dropped, "%s, though the answer that sold %s was heard", story(f), h.sale)
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
	return strings.Join(out, "\n")
}
