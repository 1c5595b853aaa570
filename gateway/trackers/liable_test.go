package trackers

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func rules(t testing.TB) *responsibility.Book {
	t.Helper()
	b, err := responsibility.Load(os.DirFS("../../configs/responsibilities"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// held is a parcel of Temu's that German customs hold for a paper, and let go.
func held() []normalize.TrackingEvent {
	out := []normalize.TrackingEvent{
		scan("PU", hour(1), normalize.StatusPickedUp), scan("EC", hour(10), normalize.StatusCustoms), scan("LH", hour(20), normalize.StatusInTransit),
		scan("IC", hour(40), normalize.StatusException), scan("IR", hour(60), normalize.StatusCustoms), scan("OD", hour(70), normalize.StatusOutForDelivery),
	}
	for i, leg := range []normalize.Leg{normalize.LegFirstMile, normalize.LegExportCustoms, normalize.LegLineHaul, normalize.LegImportCustoms,
		normalize.LegImportCustoms, normalize.LegLastMile} {
		out[i].Leg = leg
	}
	out[3].Substatus, out[4].Substatus = normalize.SubstatusDocumentsMissing, normalize.SubstatusCustomsReleased
	return out
}

func judged(t testing.TB) *ledger {
	l := newLedger()
	OfOrder(&l.t, responsibility.Way{Platform: "temu", OperatingModel: "semi_managed", Incoterm: normalize.DDP, Origin: "CN"})
	l.judge = judge{rules(t), responsibility.Way{Platform: "temu", OperatingModel: "semi_managed", Incoterm: normalize.DDP, Origin: "CN", Destination: "DE"}}
	return l
}

// Each scan says who answers by it, and the tracker who does now; what is told outside says both.
func TestWhoAnswers(t *testing.T) {
	t.Parallel()
	l := judged(t)
	for i, want := range []string{"seller", "seller", "seller", "platform", "seller", "platform"} {
		l.apply(t, message(held()[i]))
		var u Update
		if err := json.Unmarshal(l.log[len(l.log)-1].Data, &u); err != nil {
			t.Fatal(err)
		}
		if l.events[i].Liable != want || u.Event.Liable == nil || *u.Event.Liable != want || u.Event.LiableRule == "" || u.Liability == nil || u.Liability.Party != want {
			t.Errorf("scan %d: stored %q, told %+v by %q, now %+v; want %s", i, l.events[i].Liable, u.Event.Liable, u.Event.LiableRule, u.Liability, want)
		}
		if i == 3 && (u.Liability.Rule != "any-last-mile-documents" || len(u.Liability.Evidence) != 1 || u.Liability.Evidence[0] != u.Event.ID) {
			t.Errorf("held: %+v", u.Liability)
		}
	}
}

// In whatever order the scans come, and told twice, the answer is the same.
func TestWhoAnswersInAnyOrder(t *testing.T) {
	t.Parallel()
	for upTo := 1; upTo <= len(held()); upTo++ {
		straight := judged(t)
		straight.apply(t, message(held()[:upTo]...))
		want := straight.final().Liability
		for seed := range 20 {
			mixed, events := judged(t), held()[:upTo]
			rand.New(rand.NewPCG(uint64(seed), 7)).Shuffle(upTo, func(i, j int) { events[i], events[j] = events[j], events[i] })
			for _, e := range append(events, events[0]) {
				mixed.apply(t, message(e))
			}
			got := mixed.final().Liability
			if got == nil || want == nil || got.Party != want.Party || got.Rule != want.Rule || got.Phase != want.Phase || got.Cause != want.Cause {
				t.Fatalf("%d scans, order %d: got %+v, want %+v", upTo, seed, got, want)
			}
		}
	}
}

// The timeline that is shown is judged as a whole, so that it agrees with what was told.
func TestReview(t *testing.T) {
	t.Parallel()
	l := judged(t)
	l.apply(t, message(held()[:4]...))
	out := Tracker{Summary: l.final()}
	for _, e := range l.events {
		out.Events = append(out.Events, presentEvent(e))
	}
	before := *out.Liability
	out.Liability, out.Events[3].Liable = nil, nil
	l.judge.review(&out, l.events)
	if diff := cmp.Diff(&before, out.Liability); diff != "" {
		t.Error(diff)
	}
	if e := out.Events[3]; e.Liable == nil || *e.Liable != "platform" || e.LiableRule != "any-last-mile-documents" {
		t.Errorf("the hold: %v by %q", e.Liable, e.LiableRule)
	}
}

// A tracker remembers the newest scans only; one that is mended takes its own place.
func TestTrailIsBounded(t *testing.T) {
	t.Parallel()
	var d details
	for i := range 3 * maxTrail {
		n := (i * 7) % (3 * maxTrail) // in no order
		d.remember(heard{string(rune('a'+n%26)) + hour(float64(n)).Format("150405"), responsibility.Scan{At: hour(float64(n)), Status: normalize.StatusInTransit}})
	}
	if len(d.Trail) != maxTrail || !d.Trail[0].At.Equal(hour(2*maxTrail)) || !d.Trail[maxTrail-1].At.Equal(hour(3*maxTrail-1)) {
		t.Errorf("%d scans from %v to %v", len(d.Trail), d.Trail[0].At, d.Trail[len(d.Trail)-1].At)
	}
	again := d.Trail[5]
	again.Status = normalize.StatusCustoms
	d.remember(again)
	if len(d.Trail) != maxTrail || d.Trail[5].Status != normalize.StatusCustoms {
		t.Errorf("mended: %d scans, %+v", len(d.Trail), d.Trail[5])
	}
}

// Of a bare number nobody knows whose it is, and an order with rules that nobody loaded is told
// nothing of.
func TestNobodyKnows(t *testing.T) {
	t.Parallel()
	l := newLedger()
	l.apply(t, message(held()...))
	if s := l.final(); s.Liability != nil || l.events[3].Liable != "" {
		t.Errorf("got %+v, %q", s.Liability, l.events[3].Liable)
	}
	registry, err := accounts.NewRegistry([]adapters.Spec{(&carrier{}).Spec()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{book: rules(t), registry: registry}
	if j := s.judge(&store.Tracker{Channel: "north.tracked"}, &details{}); j.book != nil {
		t.Error("a bare number is judged")
	}
	if j := s.judge(&store.Tracker{Channel: "north.tracked", DestinationCountry: "DE"}, &details{Way: &responsibility.Way{Origin: "CN"}}); j.book == nil || j.way.Destination != "DE" {
		t.Errorf("an order of the seller's own shop: %+v", j.way)
	}
}
