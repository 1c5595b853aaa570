package trackers

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The hours of the tests, after midnight of one day.
func hour(h float64) time.Time {
	return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(h * float64(time.Hour)))
}

// scan is a short form of an event: its code names it, its status is what it means.
func scan(code string, at time.Time, s normalize.Status) normalize.TrackingEvent {
	return normalize.TrackingEvent{Code: code, Text: "scan " + code, Status: s, OccurredAt: at, ZoneKnown: true,
		RawTime: at.Format("2006-01-02 15:04:05")}
}

func message(events ...normalize.TrackingEvent) normalize.Tracking {
	return normalize.Tracking{TrackingNumber: "LX1CN", Events: events}
}

// ledger plays the store's part for the fold: it drops what it knows and numbers the rest.
type ledger struct {
	t      store.Tracker
	known  map[string]bool
	events []store.TrackerEvent
	log    []store.Event
	judge  judge
}

func newLedger() *ledger {
	return &ledger{known: map[string]bool{}, t: store.Tracker{ID: "trk_1", Tenant: "ada", Number: "LX1CN",
		Status: normalize.StatusRegistered, CreatedAt: hour(0), UpdatedAt: hour(0)}}
}

func (l *ledger) apply(tb interface{ Fatal(...any) }, tr normalize.Tracking) {
	n := newsOf("acct_1", tr, SourceCallback, "cbk_1", hour(100))
	var fresh []store.TrackerEvent
	for _, e := range n.events {
		if l.known[e.Dedupe] {
			continue
		}
		l.known[e.Dedupe] = true
		l.t.Seq++
		e.Seq, e.ID = l.t.Seq, fmt.Sprintf("evt_%d", l.t.Seq)
		e.Late = e.Event.OccurredAt.Before(l.t.LastEventAt)
		if e.Event.OccurredAt.After(l.t.LastEventAt) {
			l.t.LastEventAt = e.Event.OccurredAt
		}
		fresh = append(fresh, e)
	}
	d := detailsOf(&l.t)
	out, err := n.fold(&l.t, &d, fresh, l.judge)
	if err != nil {
		tb.Fatal(err)
	}
	if l.t.Details, err = d.encode(); err != nil {
		tb.Fatal(err)
	}
	l.events, l.log = append(l.events, fresh...), append(l.log, out...)
}

// final is what may not depend on how the news came.
func (l *ledger) final() Summary { return present(&l.t, detailsOf(&l.t), l.t.UpdatedAt) }

// Messages of one scan each, in the order in which they arrive, and the status after each.
func TestStatusFollowsTheTimeline(t *testing.T) {
	t.Parallel()
	const (
		transit    = normalize.StatusInTransit
		customs    = normalize.StatusCustoms
		out        = normalize.StatusOutForDelivery
		delivered  = normalize.StatusDelivered
		returning  = normalize.StatusReturning
		returned   = normalize.StatusReturned
		cancelled  = normalize.StatusCancelled
		expired    = normalize.StatusExpired
		exception  = normalize.StatusException
		registered = normalize.StatusRegistered
		unknown    = normalize.StatusUnknown
	)
	type arrival struct {
		at   float64
		says normalize.Status
		want normalize.Status
		late bool
	}
	for _, c := range []struct {
		name     string
		arrivals []arrival
	}{
		{"the newest scan is the status", []arrival{{1, transit, transit, false}, {2, customs, customs, false}, {3, out, out, false}}},
		{"an older scan that comes late moves nothing", []arrival{{3, out, out, false}, {1, transit, out, true}, {2, customs, out, true}}},
		{"after a delivery nothing but a return counts", []arrival{{3, delivered, delivered, false}, {4, transit, delivered, false}, {5, exception, delivered, false}, {6, cancelled, delivered, false}}},
		{"a delivery that comes late is one", []arrival{{5, transit, transit, false}, {3, delivered, delivered, true}}},
		{"a return follows a delivery", []arrival{{3, delivered, delivered, false}, {4, returning, returning, false}, {5, transit, returning, false}, {6, returned, returned, false}, {7, transit, returned, false}}},
		{"a return that was given up", []arrival{{3, delivered, delivered, false}, {4, returning, returning, false}, {5, delivered, delivered, false}}},
		{"a return before the delivery was an attempt", []arrival{{4, delivered, delivered, false}, {3, returning, delivered, true}}},
		{"a return without a delivery goes on", []arrival{{3, returning, returning, false}, {4, transit, transit, false}, {5, returned, returned, false}}},
		{"a cancellation is final", []arrival{{1, cancelled, cancelled, false}, {2, transit, cancelled, false}, {3, delivered, cancelled, false}}},
		{"an expiry is final", []arrival{{1, expired, expired, false}, {2, returning, expired, false}}},
		{"a code that says nothing keeps the status", []arrival{{1, transit, transit, false}, {2, unknown, transit, false}}},
		{"nothing but such codes keeps what was there", []arrival{{1, unknown, registered, false}}},
		{"scans of one minute go by milestone", []arrival{{3, delivered, delivered, false}, {3, out, delivered, false}}},
		{"and so they do in the other order", []arrival{{3, out, out, false}, {3, delivered, delivered, false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			for i, a := range c.arrivals {
				l.apply(t, message(scan(fmt.Sprint("C", i), hour(a.at), a.says)))
				if l.t.Status != a.want {
					t.Errorf("after scan %d (%s): got %s, want %s", i, a.says, l.t.Status, a.want)
				}
				if got := l.events[i].Late; got != a.late {
					t.Errorf("scan %d late: got %v, want %v", i, got, a.late)
				}
			}
			if l.t.Terminal != l.t.Status.Terminal() {
				t.Errorf("terminal: got %v at %s", l.t.Terminal, l.t.Status)
			}
		})
	}
}

func TestUnmappedCodeIsKeptOnTheEventOnly(t *testing.T) {
	t.Parallel()
	l := newLedger()
	l.apply(t, message(scan("ok", hour(1), normalize.StatusInTransit)))
	strange := scan("ZZ9", hour(2), normalize.StatusUnknown)
	strange.Substatus = normalize.SubstatusUnmapped
	l.apply(t, message(strange))
	if l.t.Status != normalize.StatusInTransit || l.t.Substatus != "" {
		t.Errorf("tracker: got %s/%s, want in_transit", l.t.Status, l.t.Substatus)
	}
	if e := presentEvent(l.events[1]); e.Substatus != normalize.SubstatusUnmapped || e.Raw.Code != "ZZ9" {
		t.Errorf("event: got %s %s, want unmapped ZZ9", e.Substatus, e.Raw.Code)
	}
}

func TestLegOfTheStatusElseTheNewest(t *testing.T) {
	t.Parallel()
	l := newLedger()
	customs := scan("A", hour(2), normalize.StatusCustoms)
	customs.Leg = normalize.LegImportCustoms
	l.apply(t, message(customs, scan("B", hour(3), normalize.StatusInTransit)))
	if l.t.Leg != normalize.LegImportCustoms {
		t.Errorf("a scan without a leg: got %q, want the one before", l.t.Leg)
	}
	last := scan("C", hour(4), normalize.StatusOutForDelivery)
	last.Leg = normalize.LegLastMile
	l.apply(t, message(last))
	if l.t.Leg != normalize.LegLastMile {
		t.Errorf("got %q, want last_mile", l.t.Leg)
	}
}

func TestEachScanIsToldOnce(t *testing.T) {
	t.Parallel()
	l := newLedger()
	bad := scan("X", hour(2), normalize.StatusException)
	bad.Substatus = normalize.SubstatusDamaged
	end := scan("D", hour(4), normalize.StatusDelivered)
	end.SignedBy = "A. Schmidt"
	l.apply(t, message(scan("A", hour(1), normalize.StatusInTransit), bad))
	l.apply(t, message(bad, end, scan("A", hour(1), normalize.StatusInTransit)))
	l.apply(t, message(scan("D2", hour(5), normalize.StatusDelivered), scan("B", hour(3), normalize.StatusInTransit)))

	type told struct {
		kind     string
		sequence int64
		late     bool
		status   normalize.Status
		event    string
	}
	want := []told{
		{TypeUpdated, 1, false, normalize.StatusInTransit, "A"},
		{TypeUpdated, 2, false, normalize.StatusException, "X"},
		{TypeException, 2, false, normalize.StatusException, "X"},
		{TypeUpdated, 3, false, normalize.StatusDelivered, "D"},
		{TypeDelivered, 3, false, normalize.StatusDelivered, "D"},
		{TypeUpdated, 4, true, normalize.StatusDelivered, "B"},
		{TypeUpdated, 5, false, normalize.StatusDelivered, "D2"},
	}
	var got []told
	for _, e := range l.log {
		var u Update
		if err := json.Unmarshal(e.Data, &u); err != nil {
			t.Fatal(err)
		}
		if u.Sequence != e.Sequence || e.Subject != "trk_1" || e.Tenant != "ada" {
			t.Errorf("event %+v does not fit its data", e)
		}
		var raw map[string]any
		if err := json.Unmarshal(e.Data, &raw); err != nil {
			t.Fatal(err)
		}
		if _, has := raw["events"]; has {
			t.Error("the data holds the timeline")
		}
		got = append(got, told{e.Type, e.Sequence, u.Late, u.Status, u.Event.Raw.Code})
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(told{})); d != "" {
		t.Error(d)
	}
	if p := l.final().ProofOfDelivery; p == nil || p.SignedBy != "A. Schmidt" || !p.At.Equal(hour(4)) {
		t.Errorf("proof of delivery: got %+v", p)
	}
}

func TestNewestEstimateHolds(t *testing.T) {
	t.Parallel()
	l := newLedger()
	newer, older := message(scan("B", hour(5), normalize.StatusInTransit)), message(scan("A", hour(1), normalize.StatusPickedUp))
	newer.EstimatedDelivery, older.EstimatedDelivery = "2026-11-28", "2026-12-05"
	l.apply(t, newer)
	l.apply(t, older)
	if e := l.final().EstimatedDelivery; e == nil || e.To != "2026-11-28" {
		t.Errorf("got %+v, want that of the newer scan", e)
	}
}

func TestNonsenseTimesArePutAtNow(t *testing.T) {
	t.Parallel()
	l := newLedger()
	for i, at := range []time.Time{{}, time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 0)} {
		l.apply(t, message(scan(fmt.Sprint(i), at, normalize.StatusInTransit)))
		if e := l.events[i].Event; !e.OccurredAt.Equal(hour(100)) || e.ZoneKnown {
			t.Errorf("scan %d: got %s zone known %v", i, e.OccurredAt, e.ZoneKnown)
		}
	}
}

func TestWhatMakesAScanOne(t *testing.T) {
	t.Parallel()
	base := scan("A", hour(1), normalize.StatusInTransit)
	base.Location.City = "Shenzhen"
	change := func(f func(*normalize.TrackingEvent)) normalize.TrackingEvent { e := base; f(&e); return e }
	for _, c := range []struct {
		name string
		e    normalize.TrackingEvent
		same bool
	}{
		{"itself", base, true},
		{"other words", change(func(e *normalize.TrackingEvent) { e.Text = "arrived" }), true},
		{"another meaning after a new mapping", change(func(e *normalize.TrackingEvent) { e.Status = normalize.StatusCustoms }), true},
		{"the same time with offset and fraction", change(func(e *normalize.TrackingEvent) { e.RawTime = "2026-11-20T01:00:00.000+08:00" }), true},
		{"another code", change(func(e *normalize.TrackingEvent) { e.Code = "B" }), false},
		{"another time", change(func(e *normalize.TrackingEvent) { e.RawTime = "2026-11-20 01:00:01" }), false},
		{"another place", change(func(e *normalize.TrackingEvent) { e.Location.City = "Berlin" }), false},
		{"another parcel", change(func(e *normalize.TrackingEvent) { e.Number = "LX2CN" }), false},
		{"the carrier's own id", change(func(e *normalize.TrackingEvent) { e.CarrierEventID = "7" }), false},
	} {
		if got := dedupeKey("acct_1", "LX1CN", base) == dedupeKey("acct_1", "LX1CN", c.e); got != c.same {
			t.Errorf("%s: the same scan: got %v, want %v", c.name, got, c.same)
		}
	}
	if dedupeKey("acct_1", "LX1CN", base) == dedupeKey("acct_2", "LX1CN", base) {
		t.Error("two accounts share a key")
	}
}

func TestStampReadsOneFormOnly(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-11-20 10:00:00":            "20261120100000",
		"2026-11-20T10:00:00.5+08:00":    "20261120100000",
		"20261120100000":                 "20261120100000",
		"2026/11/20 10:00:00":            "20261120100000",
		"20/11/2026 10:00:00":            "",
		"2026-1-15 9:00:00":              "",
		"Nov 20, 2026 10:00:00 PM":       "",
		"1763600000000":                  "",
		"2026-11-20 10:00":               "",
		"":                               "",
		"2026--11-20 10:00:00":           "",
		"2026-11-20T10:00:00 Ω nonsense": "20261120100000",
	} {
		if got := stamp(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

var someStatuses = []normalize.Status{
	normalize.StatusLabelCreated, normalize.StatusPickedUp, normalize.StatusInTransit, normalize.StatusCustoms,
	normalize.StatusOutForDelivery, normalize.StatusAvailableForPickup, normalize.StatusDeliveryFailed, normalize.StatusDelivered,
	normalize.StatusReturning, normalize.StatusReturned, normalize.StatusException, normalize.StatusCancelled,
	normalize.StatusExpired, normalize.StatusUnknown, "nonsense",
}

// drawMessages makes any news that a carrier may tell of one parcel, with many scans of the
// same minute.
func drawMessages(t *rapid.T) []normalize.Tracking {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"P1", "P2", "P3"}), 0, 4).Draw(t, "pieces")
	numbers := []normalize.TrackedNumber{{Number: "LM1DE", Carrier: "DHL", Leg: normalize.LegLastMile}, {Number: "LM1DE"}, {Number: "UB1"}}
	var out []normalize.Tracking
	for i := range rapid.IntRange(1, 12).Draw(t, "messages") {
		tr := message()
		for j := range rapid.IntRange(0, 4).Draw(t, "scans") {
			e := scan(fmt.Sprintf("C%d.%d", i, j), hour(float64(rapid.IntRange(0, 9).Draw(t, "hour"))), rapid.SampledFrom(someStatuses).Draw(t, "status"))
			e.Number = rapid.SampledFrom([]string{"", "", "LX1CN", "P1", "P2", "P3"}).Draw(t, "number")
			e.Leg = rapid.SampledFrom([]normalize.Leg{"", normalize.LegLineHaul, normalize.LegLastMile}).Draw(t, "leg")
			e.SignedBy = rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "signed by")
			tr.Events = append(tr.Events, e)
		}
		tr.Pieces = pieces
		tr.Numbers = rapid.SliceOfN(rapid.SampledFrom(numbers), 0, 2).Draw(t, "numbers")
		tr.EstimatedDelivery = rapid.SampledFrom([]normalize.Date{"", "2026-11-28", "2026-11-29"}).Draw(t, "estimate")
		tr.TrackingURL = rapid.SampledFrom([]string{"", "https://track.test/a", "https://track.test/b"}).Draw(t, "url")
		out = append(out, tr)
	}
	return out
}

// The same news in any order, with any of them told again, end in the same tracker. On the
// way each scan is told once, without a gap, and what is terminal stays so but for returns.
func TestAnyOrderEndsInTheSameTracker(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := drawMessages(t)
		straight, shuffled := newLedger(), newLedger()
		for _, m := range list {
			straight.apply(t, m)
		}
		again := rapid.SliceOf(rapid.SampledFrom(list)).Draw(t, "told again")
		for _, m := range rapid.Permutation(append(slices.Clone(list), again...)).Draw(t, "arrivals") {
			before := shuffled.t.Status
			shuffled.apply(t, m)
			if after := shuffled.t.Status; before.Terminal() && !after.Terminal() && after != normalize.StatusReturning {
				t.Fatalf("%s went back to %s", before, after)
			}
		}
		if d := cmp.Diff(straight.final(), shuffled.final()); d != "" {
			t.Fatal(d)
		}
		checkLog(t, shuffled)
	})
}

func checkLog(t *rapid.T, l *ledger) {
	next, delivered := int64(1), 0
	for _, e := range l.log {
		switch e.Type {
		case TypeUpdated:
			if e.Sequence != next {
				t.Fatalf("sequence: got %d, want %d", e.Sequence, next)
			}
			next++
		default:
			if e.Type == TypeDelivered {
				delivered++
			}
			if e.Sequence != next-1 {
				t.Fatalf("%s has sequence %d beside %d", e.Type, e.Sequence, next-1)
			}
		}
	}
	if int(next-1) != len(l.known) {
		t.Fatalf("told %d scans of %d", next-1, len(l.known))
	}
	if l.t.Status == normalize.StatusDelivered && delivered == 0 {
		t.Fatal("a delivery was not told")
	}
}

// FuzzNewsOf: no words of a carrier break the reading or grow beyond their bounds.
func FuzzNewsOf(f *testing.F) {
	f.Add("LX1CN", "A", "2026-11-20 10:00:00", "text", int64(1_700_000_000))
	f.Add("", "\x00\xff", "20", "\u202e", int64(-1<<60))
	f.Fuzz(func(t *testing.T, number, code, raw, text string, unix int64) {
		e := normalize.TrackingEvent{Number: number, Code: code, RawTime: raw, Text: text, Status: normalize.Status(code),
			OccurredAt: time.Unix(unix, 0)}
		n := newsOf("acct_1", normalize.Tracking{TrackingNumber: number, Events: []normalize.TrackingEvent{e}}, SourcePoll, "", hour(1))
		got := n.events[0]
		if _, err := json.Marshal(presentEvent(got)); err != nil {
			t.Errorf("cannot be shown: %v", err)
		}
		if len(got.Event.Code) > maxWord || len(got.Event.Text) > maxText || len(n.number) > maxWord {
			t.Error("words beyond their bounds")
		}
	})
}

// journey is a usual parcel's life, one message a scan.
func journey(scans int) []normalize.Tracking {
	out := make([]normalize.Tracking, 0, scans)
	for i := range scans {
		out = append(out, message(scan(fmt.Sprint("S", i), hour(float64(i)), normalize.StatusInTransit)))
	}
	return append(out, message(scan("D", hour(float64(scans)), normalize.StatusDelivered)))
}

func BenchmarkFold(b *testing.B) {
	list := journey(30)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	b.ReportAllocs()
	for b.Loop() {
		l := newLedger()
		for _, m := range list {
			l.apply(b, m)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(list)), "ns/scan")
}
