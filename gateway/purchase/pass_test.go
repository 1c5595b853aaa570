package purchase

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// register is a carrier's own list of what it sold: page after page, of the time asked for.
type register struct {
	lines []normalize.Listed
	whole bool
	asked []normalize.ListRequest
}

func (r *register) list(_ context.Context, q normalize.ListRequest) (normalize.Listing, error) {
	r.asked = append(r.asked, q)
	var of []normalize.Listed
	for _, l := range r.lines {
		if !l.MadeFrom.Before(q.From) && l.MadeFrom.Before(q.Until) {
			of = append(of, l)
		}
	}
	at := len(q.Cursor) // "", "x", "xx" …
	out := normalize.Listing{Complete: r.whole}
	if at < len(of) {
		out.Shipments = of[at : at+1]
	}
	if at+1 < len(of) {
		out.Next = q.Cursor + "x"
	}
	return out, nil
}

func (r *register) add(number string, change ...func(*normalize.Listed)) {
	now := time.Now()
	l := normalize.Listed{TrackingNumber: number, CarrierReference: "B-" + number, MadeFrom: now, MadeUntil: now}
	for _, c := range change {
		c(&l)
	}
	r.lines = append(r.lines, l)
}

// read makes the pass that is due within a day.
func (s *stand) read() {
	s.t.Helper()
	s.duePasses(s.t.Context()) // plans the first
	time.Sleep(24 * time.Hour)
	s.duePasses(s.t.Context())
}

// parked buys at a carrier that loses the answer and cannot be asked.
func (s *stand) parked(key string, change ...func(*Request)) Label {
	s.t.Helper()
	before := s.carrier.label
	s.carrier.label = cut
	defer func() { s.carrier.label = before }()
	l := s.mustBuy(key, change...).Label
	time.Sleep(time.Until(s.row(l.ID).DueAt))
	l, err := s.Reconcile(s.t.Context(), "t1", l.ID)
	if err != nil || l.Status != "needs_attention" {
		s.t.Fatalf("parked: %s, %v", l.Status, err)
	}
	return l
}

func (s *stand) get(id string) Label {
	s.t.Helper()
	l, err := s.Get(s.t.Context(), "t1", id)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// A parked purchase is bought where exactly one shipment of the list could be it, and none
// other could be that one; it stays with a person where that cannot be told, and was not
// bought where two whole lists do not have it.
func TestAListSettlesParkedPurchases(t *testing.T) {
	heavy := func(l *normalize.Listed) { l.Weight = 900 * normalize.Gram }
	for _, c := range []struct {
		name  string
		whole bool
		other bool // a second purchase of the same form is parked
		lines func(*register)
		want  string
		says  string
	}{
		{"one fits", false, false, func(r *register) {
			r.add("NW1", func(l *normalize.Listed) {
				l.Services, l.Weight, l.Country, l.Reference = []string{"plain"}, 360*normalize.Gram, "DE", "order EB-1001"
			})
			r.add("NW2", heavy)
			r.add("NW3", func(l *normalize.Listed) { l.Country = "FR" })
			r.add("NW4", func(l *normalize.Listed) { l.Services = []string{"express"} })
			r.add("NW5", func(l *normalize.Listed) { l.Reference = "order EB-1002" })
			r.add("NW6", func(l *normalize.Listed) {
				l.MadeFrom, l.MadeUntil = l.MadeFrom.Add(7*time.Hour), l.MadeUntil.Add(7*time.Hour)
			})
			r.add("NW7", func(l *normalize.Listed) {
				l.MadeFrom, l.MadeUntil = l.MadeFrom.Add(-time.Hour), l.MadeUntil.Add(-time.Hour)
			})
			r.add("NW8", func(l *normalize.Listed) { l.Gone = true })
			r.add("NW9", func(l *normalize.Listed) { l.ClientReference = "SOMEBODY-ELSE" })
		}, "purchasing", "found in what the carrier lists"},
		{"two fit", true, false, func(r *register) { r.add("NW1"); r.add("NW2") }, "needs_attention", "cannot be told from other purchases: B-NW1, B-NW2"},
		{"one fits two purchases", true, true, func(r *register) { r.add("NW1") }, "needs_attention", "cannot be told from other purchases: B-NW1"},
		{"none fits a whole list", true, false, func(r *register) { r.add("NW2", heavy) }, "failed", "not in what the carrier lists"},
		{"none fits a list that may lack some", false, false, func(r *register) { r.add("NW2", heavy) }, "needs_attention", "cannot be asked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reg := &register{whole: c.whole}
				s := newStand(t, &northwind{label: sold, list: reg.list, documents: readyAfter(1, "")})
				id := s.parked("k1").ID
				c.lines(reg)
				if c.other {
					s.parked("k2")
				}
				s.read()
				if got := s.get(id); c.want == "failed" && got.Status != "needs_attention" {
					t.Errorf("one list is no proof: %s", got.Status)
				}
				s.read()
				s.read()
				l := s.get(id)
				lines := 0
				for _, h := range l.History {
					if strings.Contains(h.Detail, c.says) {
						lines++
					}
				}
				if l.Status != c.want || lines != 1 || (c.want == "purchasing") != (l.TrackingNumber == "NW1") {
					t.Errorf("got %s %s, %d lines say so: %+v", l.Status, l.TrackingNumber, lines, l.History)
				}
			})
		})
	}
}

// What carries a reference of ours and is known to nobody is told of, and made a label that a
// person voids or settles; it is told once.
func TestOrphansAreFound(t *testing.T) {
	for action, want := range map[string]string{"void": "voided", "bought": "purchased"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reg := &register{whole: true}
				s := newStand(t, &northwind{label: sold, list: reg.list, void: voids})
				known := s.mustBuy("k1").Label
				lost := ids.ClientReference(s.db.Meta().Prefix, ids.New(ids.Label))
				reg.add("NW"+known.ClientReference, func(l *normalize.Listed) { l.ClientReference = known.ClientReference })
				reg.add("NW2", func(l *normalize.Listed) { l.ClientReference, l.Cost = lost, usd(500) })
				reg.add("NW3", func(l *normalize.Listed) { l.ClientReference = "by-hand-17" })
				gone := ids.ClientReference(s.db.Meta().Prefix, ids.New(ids.Label))
				reg.add("NW4", func(l *normalize.Listed) { l.ClientReference, l.Gone = gone, true })
				s.read()
				s.read()
				list, _, err := s.List(t.Context(), "t1", Filter{Status: "needs_attention"}, store.Page{})
				if err != nil || len(list) != 1 || list[0].ClientReference != lost || list[0].TrackingNumber != "NW2" || list[0].Cost == nil || *list[0].Cost != usd(500) {
					t.Fatalf("got %+v, %v", list, err)
				}
				if n := slices.Index(s.events(), "label.orphaned"); n < 0 || slices.Contains(s.events()[n+1:], "label.orphaned") {
					t.Errorf("told: %v", s.events())
				}
				if got := testutil.ToFloat64(s.metrics.orphans.WithLabelValues("northwind")); got != 1 {
					t.Errorf("counted %v orphans", got)
				}
				if got := s.get(known.ID); len(got.History) != len(known.History) {
					t.Errorf("a known label has changed: %+v", got.History)
				}
				orphan := list[0].ID
				if action == "void" {
					_, err = s.Void(t.Context(), "t1", orphan)
				} else {
					_, err = s.Settle(t.Context(), "t1", "key_1", orphan, Settlement{Outcome: "bought", TrackingNumber: "NW2", Reason: "ours"})
				}
				if got := s.get(orphan); err != nil || got.Status != want {
					t.Errorf("got %s, %v", got.Status, err)
				}
			})
		})
	}
}

// A list tells of a purchase by our own reference, whatever was thought of it.
func TestAListKnowsOurReferences(t *testing.T) {
	byRef := func(ref string) func(*normalize.Listed) {
		return func(l *normalize.Listed) { l.ClientReference = ref }
	}
	for _, c := range []struct {
		name string
		buy  func(*stand) Label
		want string
	}{
		{"parked", func(s *stand) Label { return s.parked("k1") }, "purchased"},
		{"failed", func(s *stand) Label {
			id := s.parked("k1").ID
			l, err := s.Settle(s.t.Context(), "t1", "key_1", id, Settlement{Outcome: "not_bought", Reason: "not in the portal"})
			if err != nil {
				s.t.Fatal(err)
			}
			return l
		}, "failed"},
		{"voided", func(s *stand) Label {
			l, err := s.Void(s.t.Context(), "t1", s.mustBuy("k1").Label.ID)
			if err != nil {
				s.t.Fatal(err)
			}
			time.Sleep(2 * time.Hour)
			return l
		}, "needs_attention"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reg := &register{}
				s := newStand(t, &northwind{label: sold, list: reg.list, void: voids})
				l := c.buy(s)
				reg.add("NW"+l.ClientReference, byRef(l.ClientReference))
				s.read()
				got := s.get(l.ID)
				if c.name == "parked" { // its paper did not come with the list
					if got.TrackingNumber == "" || got.Status != "needs_attention" || !strings.Contains(got.History[len(got.History)-1].Detail, "paper") {
						t.Errorf("got %+v", got.History)
					}
					return
				}
				if got.Status != c.want {
					t.Errorf("got %s: %+v", got.Status, got.History)
				}
				if c.name == "failed" { // which stays, and its label is an orphan
					s.read()
					got = s.oneOrphan()
				}
				if got.Status != "needs_attention" || got.TrackingNumber == "" || got.ClientReference != l.ClientReference {
					t.Errorf("got %s %s: %+v", got.Status, got.TrackingNumber, got.History)
				}
				if _, err := s.Void(t.Context(), "t1", got.ID); err != nil {
					t.Errorf("it cannot be voided: %v", err)
				}
			})
		})
	}
}

// A second label under one reference is voided like any extra one.
func TestAListShowsASecondLabel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &register{}
		var gone []string
		s := newStand(t, &northwind{label: sold, list: reg.list, void: func(_ context.Context, r normalize.VoidRequest) (normalize.Voided, error) {
			gone = append(gone, r.Ref.CarrierReference)
			return normalize.Voided{Confirmed: true}, nil
		}})
		l := s.mustBuy("k1").Label
		for _, n := range []string{l.TrackingNumber, "NW2"} {
			reg.add(n, func(x *normalize.Listed) { x.ClientReference = l.ClientReference })
		}
		s.read()
		for _, p := range s.due(t.Context(), workStates...) {
			s.lost(p, "void", s.resume(t.Context(), p))
		}
		s.read()
		if got := s.get(l.ID); got.Status != "purchased" || !slices.Equal(gone, []string{"B-NW2"}) {
			t.Errorf("got %s, voided %v: %+v", got.Status, gone, got.History)
		}
	})
}

// A list is read once a day and account, whoever of several replicas comes first, from a day
// before the last one's end; what fails is tried again soon.
func TestListsAreReadByTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, fail := &register{}, 0
		s := newStand(t, &northwind{label: sold, list: func(ctx context.Context, r normalize.ListRequest) (normalize.Listing, error) {
			if fail > 0 {
				fail--
				return normalize.Listing{}, normalize.Fail(normalize.KindUnavailable, "down")
			}
			return reg.list(ctx, r)
		}})
		first := s.Service
		s.start() // a second replica
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{}, 2)
		for _, svc := range []*Service{first, s.Service} {
			go func() {
				svc.makePasses(ctx)
				done <- struct{}{}
			}()
		}
		time.Sleep(2 * time.Hour)
		stop()
		<-done
		<-done
		both := func(hours int, each time.Duration) {
			for end := time.Now().Add(time.Duration(hours) * time.Hour); time.Now().Before(end); time.Sleep(each) {
				first.duePasses(t.Context())
				s.duePasses(t.Context())
			}
		}
		both(58, time.Hour/2)
		if len(reg.asked) != 3 { // after 1, 25 and 49 hours
			t.Fatalf("asked %d times in 60 hours", len(reg.asked))
		}
		for i, want := range []time.Duration{listFirst, 48 * time.Hour, 48 * time.Hour} {
			got := reg.asked[i].Until.Sub(reg.asked[i].From)
			if got < want-time.Minute || got > want+time.Hour {
				t.Errorf("list %d covers %v, want %v", i+1, got, want)
			}
		}
		fail = 2
		both(15, 5*time.Minute) // due after 13, then 5 and 10 minutes later
		if len(reg.asked) != 4 || fail != 0 || testutil.ToFloat64(first.metrics.passes.WithLabelValues("northwind", "unavailable"))+
			testutil.ToFloat64(s.metrics.passes.WithLabelValues("northwind", "unavailable")) != 2 {
			t.Errorf("asked %d times, %d failures to come", len(reg.asked), fail)
		}
	})
}

// A list goes back as far as the oldest purchase that it could prove.
func TestAListReachesBackToWhatIsParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &register{}
		s := newStand(t, &northwind{label: sold, list: reg.list})
		s.read()
		id := s.parked("k1").ID
		for range 4 {
			s.read()
		}
		if from, at := reg.asked[len(reg.asked)-1].From, s.row(id).CreatedAt; !from.Before(at) {
			t.Errorf("the last list begins at %v, after the purchase of %v", from, at)
		}
	})
}

// A list without an end, or of an account that has none, is no reason to go on for ever.
func TestAListWithoutAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endless := func(context.Context, normalize.ListRequest) (normalize.Listing, error) {
			return normalize.Listing{Next: "again"}, nil
		}
		s := newStand(t, &northwind{list: endless})
		s.read()
		if n := s.carrier.calls(adapters.OpList); n != 2 {
			t.Errorf("asked %d times", n)
		}
		s.carrier.list = func(context.Context, normalize.ListRequest) (normalize.Listing, error) {
			return normalize.Listing{}, &normalize.Error{Kind: normalize.KindUnsupported, NotSent: true, Message: "no list"}
		}
		s.read()
		p, err := s.db.ClaimDuePasses(t.Context(), store.Due{Lease: time.Second, Limit: 1})
		if err != nil || len(p) != 0 || testutil.ToFloat64(s.metrics.passes.WithLabelValues("northwind", "unsupported")) != 1 {
			t.Errorf("due at once again: %+v, %v", p, err)
		}
	})
}

// A label is charged for later: the sum is asked for and held against what was said.
func TestChargesThatComeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, total := &register{}, usd(640)
		s := newStand(t, &northwind{label: sold, list: reg.list, cost: func(context.Context, normalize.ShipmentRef) (normalize.ActualCost, error) {
			if total.IsZero() {
				return normalize.ActualCost{}, normalize.Fail(normalize.KindNotFound, "not billed yet")
			}
			return normalize.ActualCost{Total: total}, nil
		}})
		l := s.mustBuy("k1").Label
		charged := func(x *normalize.Listed) { x.CarrierReference, x.Charged = "", true }
		for _, c := range []struct {
			total normalize.Money
			told  int
		}{{normalize.Money{}, 0}, {usd(640), 0}, {usd(740), 1}, {usd(740), 1}} {
			total = c.total
			reg.add(l.TrackingNumber, charged)
			s.read()
			told := 0
			for _, e := range s.events() {
				if e == "label.adjusted" {
					told++
				}
			}
			got := s.get(l.ID)
			if (got.Billed == nil) != c.total.IsZero() || got.Billed != nil && *got.Billed != c.total || told != c.told {
				t.Errorf("charged %v: billed %v, told %d times", c.total, got.Billed, told)
			}
		}
	})
}

var errBroken = errors.New("broken")

// The store's own trouble ends a list and is no answer of the carrier.
func TestAListAndABrokenStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := &register{}
		s := newStand(t, &northwind{label: sold, list: reg.list})
		reg.add("NW1")
		s.Passes = brokenPasses{s.Passes}
		s.read()
		if got := testutil.ToFloat64(s.metrics.passes.WithLabelValues("northwind", "ok")); got != 0 {
			t.Errorf("%v lists are said to be read", got)
		}
	})
}

type brokenPasses struct{ store.Passes }

func (brokenPasses) PurchaseByLabel(context.Context, store.Tenant, string, string, string) (store.Purchase, error) {
	return store.Purchase{}, errBroken
}
