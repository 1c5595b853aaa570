package trackers

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// refused checks for a refusal of ours and its pointers.
func refused(t *testing.T, err error, code gateway.Code, pointers ...string) {
	t.Helper()
	r, ok := errors.AsType[*gateway.Refusal](err)
	if !ok || r.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	var got []string
	for _, f := range r.Fields {
		got = append(got, f.Pointer)
	}
	if d := cmp.Diff(pointers, got); d != "" {
		t.Error(d)
	}
}

func TestCreateRefusesWithThePointer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const number = "NW123456789"
	for _, c := range []struct {
		name     string
		tenant   string
		r        Request
		code     gateway.Code
		pointers []string
	}{
		{"no number", "ada", Request{Channel: "north.tracked"}, gateway.CodeInvalidRequest, []string{"/tracking_number"}},
		{"a number with a space", "ada", Request{TrackingNumber: "NW 12 34"}, gateway.CodeInvalidRequest, []string{"/tracking_number"}},
		{"a number with a newline", "ada", Request{TrackingNumber: "NW12\n34"}, gateway.CodeInvalidRequest, []string{"/tracking_number"}},
		{"a long number", "ada", Request{TrackingNumber: strings.Repeat("9", 65)}, gateway.CodeInvalidRequest, []string{"/tracking_number"}},
		{"several faults at once", "ada", Request{TrackingNumber: number, Reference: strings.Repeat("r", 101), Phone: "\x00", ShipDate: "2026-02-30",
			Destination: &Destination{Country: "XX", PostalCode: "\t"}}, gateway.CodeInvalidRequest,
			[]string{"/reference", "/phone", "/destination/country", "/destination/postal_code", "/ship_date"}},
		{"an unknown channel", "ada", Request{TrackingNumber: number, Channel: "north.none"}, gateway.CodeInvalidRequest, []string{"/channel"}},
		{"a channel without an account", "ada", Request{TrackingNumber: number, Channel: "south.post"}, gateway.CodeInvalidRequest, []string{"/channel"}},
		{"an unknown account", "ada", Request{TrackingNumber: number, Account: "acct_x"}, gateway.CodeInvalidRequest, []string{"/account"}},
		{"an unknown account of a channel", "ada", Request{TrackingNumber: number, Channel: "north.tracked", Account: "acct_x"}, gateway.CodeInvalidRequest, []string{"/account"}},
		{"a form that nobody has", "ada", Request{TrackingNumber: "ZZZZ"}, gateway.CodeInvalidRequest, []string{"/channel"}},
		{"a form within a longer number", "ada", Request{TrackingNumber: number + "0"}, gateway.CodeInvalidRequest, []string{"/channel"}},
		{"a form that two carriers have", "ben", Request{TrackingNumber: "LX123456789CN"}, gateway.CodeInvalidRequest, []string{"/channel"}},
		{"a carrier that tells nothing", "ada", Request{TrackingNumber: "MU1234"}, gateway.CodeUnsupported, []string{"/channel"}},
	} {
		_, _, err := b.Create(t.Context(), c.tenant, c.r)
		t.Run(c.name, func(t *testing.T) { refused(t, err, c.code, c.pointers...) })
	}
}

func TestCreateGuessesTheCarrier(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for tenant, number := range map[string]string{"ada": "LX123456789CN", "ben": "NW123456789"} {
		tr, made, err := b.Create(t.Context(), tenant, Request{TrackingNumber: " " + number + " ", Reference: "EB-1"})
		if err != nil || !made {
			t.Fatalf("%s: made %v, %v", number, made, err)
		}
		if tr.TrackingNumber != number || tr.Channel != "north.tracked" || tr.Status != normalize.StatusRegistered || tr.Reference != "EB-1" {
			t.Errorf("got %+v", tr.Summary)
		}
	}
}

func TestCreateReturnsTheTrackerThatIsThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.create("WEIRD-1")
	again, made, err := b.Create(t.Context(), "ada", Request{TrackingNumber: "WEIRD-1"})
	if err != nil || made || again.ID != first.ID {
		t.Errorf("without a channel: got %s, made %v, %v", again.ID, made, err)
	}
	again, made, err = b.Create(t.Context(), "ada", Request{TrackingNumber: "WEIRD-1", Channel: "north.plain"})
	if err != nil || made || again.ID != first.ID {
		t.Errorf("with another channel of the account: got %s, made %v, %v", again.ID, made, err)
	}
	if log := b.log(first.ID); len(log) != 1 || log[0].Type != TypeCreated {
		t.Errorf("log: got %+v, want one tracker.created", log)
	}
	_, _, err = b.Create(t.Context(), "ben", Request{TrackingNumber: "WEIRD-1"})
	refused(t, err, gateway.CodeInvalidRequest, "/channel")
}

func TestAnotherTenantsTrackerIsNotThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tr := b.create("NW123456789")
	_, err := b.Get(t.Context(), "ben", tr.ID)
	refused(t, err, gateway.CodeNotFound)
	_, err = b.Refresh(t.Context(), "ben", tr.ID)
	refused(t, err, gateway.CodeNotFound)
	list, _, err := b.List(t.Context(), "ben", Filter{}, store.Page{})
	if err != nil || len(list) != 0 {
		t.Errorf("list: got %d, %v", len(list), err)
	}
}

func TestListByNumberAndStatus(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one, two := b.create("NW000000001"), b.create("NW000000002")
	tr := normalize.Tracking{TrackingNumber: "NW000000002", Events: []normalize.TrackingEvent{scan("A", hour(1), normalize.StatusInTransit)},
		Numbers: []normalize.TrackedNumber{{Number: "LM2", Carrier: "DHL", Leg: normalize.LegLastMile}}}
	b.push(tr)
	for _, c := range []struct {
		f    Filter
		want []string
	}{
		{Filter{}, []string{two.ID, one.ID}},
		{Filter{TrackingNumber: "NW000000001"}, []string{one.ID}},
		{Filter{TrackingNumber: "LM2"}, []string{two.ID}},
		{Filter{Status: "registered"}, []string{one.ID}},
		{Filter{Status: "delivered"}, nil},
	} {
		list, next, err := b.List(t.Context(), "ada", c.f, store.Page{})
		if err != nil || next != "" {
			t.Fatal(next, err)
		}
		var got []string
		for _, tr := range list {
			got = append(got, tr.ID)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%+v: %s", c.f, d)
		}
	}
	_, next, err := b.List(t.Context(), "ada", Filter{}, store.Page{Limit: 1})
	if err != nil || next == "" {
		t.Fatalf("first page: next %q, %v", next, err)
	}
	rest, next, err := b.List(t.Context(), "ada", Filter{}, store.Page{Limit: 1, Cursor: next})
	if err != nil || next != "" || len(rest) != 1 || rest[0].ID != one.ID {
		t.Errorf("second page: got %+v, next %q, %v", rest, next, err)
	}
	_, _, err = b.List(t.Context(), "ada", Filter{Status: "lost"}, store.Page{})
	refused(t, err, gateway.CodeInvalidRequest, "/status")
	_, _, err = b.List(t.Context(), "ada", Filter{}, store.Page{Cursor: "?"})
	refused(t, err, gateway.CodeInvalidRequest, "/cursor")
}

// A parcel has two numbers. News of either, in any order, with any told twice, by many at
// once, make one timeline and a log without gap or twin.
func TestTwoNumbersMakeOneTimeline(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.create("NW123456789").ID
	first := normalize.Tracking{TrackingNumber: "NW123456789", Events: []normalize.TrackingEvent{scan("A", hour(1), normalize.StatusPickedUp)},
		Numbers: []normalize.TrackedNumber{{Number: "LM9DE", Carrier: "DHL", Leg: normalize.LegLastMile}}}
	b.push(first)
	var pushes []normalize.Tracking
	for i := range 20 {
		tr := message(scan(fmt.Sprint("S", i), hour(2+float64(i)), normalize.StatusInTransit))
		tr.TrackingNumber = []string{"NW123456789", "LM9DE"}[i%2]
		pushes = append(pushes, tr)
	}
	end := message(scan("D", hour(30), normalize.StatusDelivered))
	end.TrackingNumber = "LM9DE"
	pushes = append(pushes, end)
	pushes = append(pushes, pushes[3:10]...)
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(pushes), func(i, j int) { pushes[i], pushes[j] = pushes[j], pushes[i] })
	var work sync.WaitGroup
	for part := range slices.Chunk(pushes, 7) {
		work.Go(func() { b.push(part...) })
	}
	work.Wait()

	tr := b.get(id)
	if tr.Status != normalize.StatusDelivered || len(tr.Events) != 22 {
		t.Errorf("got %s with %d events, want delivered with 22", tr.Status, len(tr.Events))
	}
	want := []normalize.TrackedNumber{{Number: "NW123456789"}, {Number: "LM9DE", Carrier: "DHL", Leg: normalize.LegLastMile}}
	if d := cmp.Diff(want, tr.Numbers); d != "" {
		t.Error(d)
	}
	if !slices.IsSortedFunc(tr.Events, func(a, b Event) int { return a.OccurredAt.Compare(b.OccurredAt) }) {
		t.Error("the timeline is not in the order of its scans")
	}
	next, delivered := int64(1), 0
	for _, e := range b.log(id) {
		switch e.Type {
		case TypeUpdated:
			if e.Sequence != next {
				t.Errorf("sequence %d, want %d", e.Sequence, next)
			}
			next++
		case TypeDelivered:
			delivered++
		}
	}
	if next != 23 || delivered != 1 {
		t.Errorf("told %d scans and %d deliveries, want 22 and 1", next-1, delivered)
	}
}

func TestNewsOfAnUnknownParcelAreUnmatched(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tr := message(scan("A", hour(1), normalize.StatusInTransit))
	tr.Numbers = []normalize.TrackedNumber{{Number: "LM1"}}
	got := b.push(tr)
	if d := cmp.Diff(Applied{Unmatched: []string{"LX1CN", "LM1"}}, got); d != "" {
		t.Error(d)
	}
}

// Another account of the same carrier may push the same number: it is not our parcel's news.
func TestNewsStayWithTheirAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.create("LX1CN").ID
	foreign := account("ben", "main", b.carrier)
	got, err := b.Apply(t.Context(), foreign, []normalize.Tracking{message(scan("D", hour(1), normalize.StatusDelivered))}, SourceCallback, "")
	if err != nil || got.Trackers != 0 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if tr := b.get(id); len(tr.Events) != 0 {
		t.Error("another tenant's news are on the timeline")
	}
}

func TestAReusedNumberIsToldApartByItsShipDate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	create := func(day normalize.Date) string {
		tr, made, err := b.Create(t.Context(), "ada", Request{TrackingNumber: "LX1CN", Channel: "north.tracked", ShipDate: day})
		if err != nil || !made {
			t.Fatal(made, err)
		}
		return tr.ID
	}
	old, young := create("2025-01-10"), create("2026-11-19")
	b.push(message(scan("A", time.Date(2025, 1, 20, 0, 0, 0, 0, time.UTC), normalize.StatusDelivered)))
	b.push(message(scan("B", hour(1), normalize.StatusInTransit)))
	if got := b.get(old); got.Status != normalize.StatusDelivered || len(got.Events) != 1 {
		t.Errorf("the old parcel: %s with %d events", got.Status, len(got.Events))
	}
	if got := b.get(young); got.Status != normalize.StatusInTransit || len(got.Events) != 1 {
		t.Errorf("the new parcel: %s with %d events", got.Status, len(got.Events))
	}
}

func TestRefreshAsksNow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.create("NW123456789").ID
	tr, err := b.Refresh(t.Context(), "ada", id)
	if err != nil || tr.Status != normalize.StatusRegistered || len(tr.Events) != 0 {
		t.Fatalf("before the first scan: got %s, %v", tr.Status, err)
	}
	b.carrier.tell("NW123456789", scan("A", hour(1), normalize.StatusInTransit))
	tr, err = b.Refresh(t.Context(), "ada", id)
	if err != nil || tr.Status != normalize.StatusInTransit || len(tr.Events) != 1 || tr.Events[0].Source != SourcePoll {
		t.Fatalf("got %+v, %v", tr, err)
	}
	b.carrier.set(func(c *carrier) {
		c.err = &normalize.Error{Kind: normalize.KindAuthFailed, Message: "the key is refused"}
	})
	_, err = b.Refresh(t.Context(), "ada", id)
	r, ok := errors.AsType[*gateway.Refusal](err)
	if !ok || r.Carrier == nil || r.Carrier.Kind != normalize.KindAuthFailed || r.Channel != "north.tracked" {
		t.Errorf("got %v, want the carrier's refusal", err)
	}
}

// A carrier that mixes up its answers, or whose answer breaks its reader, changes nothing.
func TestNonsenseAnswersChangeNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.create("NW123456789").ID
	b.carrier.set(func(c *carrier) {
		c.known["NW123456789"] = normalize.Tracking{TrackingNumber: "NW000000001", Events: []normalize.TrackingEvent{scan("D", hour(1), normalize.StatusDelivered)}}
	})
	wantBad := func(name string) {
		_, err := b.Refresh(t.Context(), "ada", id)
		r, ok := errors.AsType[*gateway.Refusal](err)
		if !ok || r.Carrier == nil || r.Carrier.Kind != normalize.KindBadResponse {
			t.Errorf("%s: got %v, want bad_response", name, err)
		}
	}
	wantBad("another parcel")
	b.carrier.set(func(c *carrier) { c.panic = true })
	wantBad("a panic")
	if tr := b.get(id); len(tr.Events) != 0 {
		t.Errorf("got %d events", len(tr.Events))
	}
}

func TestNumberFormsMustCompile(t *testing.T) {
	t.Parallel()
	if _, err := compileForms([]adapters.Spec{{Code: "north", NumberForms: []string{"("}}}); err == nil || !strings.Contains(err.Error(), "north") {
		t.Errorf("got %v, want the adapter named", err)
	}
}

func BenchmarkApply(b *testing.B) {
	bn := newBench(b)
	id := bn.create("LX1CN").ID
	i := 0
	for b.Loop() {
		bn.push(message(scan(fmt.Sprint(i), hour(1).Add(time.Duration(i)*time.Second), normalize.StatusInTransit)))
		i++
	}
	if got := bn.row(id).Seq; got != int64(i) {
		b.Fatalf("got %d events, want %d", got, i)
	}
}

// BenchmarkApplyCrowd is a burst: many parcels' news at once share the store's commits.
func BenchmarkApplyCrowd(b *testing.B) {
	bn := newBench(b)
	const parcels = 64
	for i := range parcels {
		bn.create(fmt.Sprintf("NW%09d", i))
	}
	round := 0
	for b.Loop() {
		var work sync.WaitGroup
		for i := range parcels {
			tr := message(scan(fmt.Sprint(round), hour(1).Add(time.Duration(round)*time.Second), normalize.StatusInTransit))
			tr.TrackingNumber = fmt.Sprintf("NW%09d", i)
			work.Go(func() { bn.push(tr) })
		}
		work.Wait()
		round++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*parcels), "ns/scan")
}
