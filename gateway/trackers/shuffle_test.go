package trackers

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// history is what carriers tell of some parcels: one message for each scan, many of them at the
// same minute, some of pieces, some of codes that nobody knows.
func history(r *rand.Rand, parcels, scans int) []normalize.Tracking {
	var out []normalize.Tracking
	for p := range parcels {
		number := fmt.Sprintf("NW%09d", p)
		pieces := []string{number + "-1", number + "-2"}[:r.IntN(3)]
		for i := range scans {
			status := someStatuses[r.IntN(len(someStatuses))]
			if status.Terminal() && r.IntN(4) > 0 { // most parcels are under way for a while
				status = normalize.StatusInTransit
			}
			e := scan(fmt.Sprint("S", i), hour(float64(r.IntN(2*scans))/2), status)
			e.Number = append(pieces, "", number)[r.IntN(len(pieces)+2)]
			e.SignedBy = []string{"", "A", "B"}[r.IntN(3)]
			tr := normalize.Tracking{TrackingNumber: number, Pieces: pieces, Events: []normalize.TrackingEvent{e}}
			if r.IntN(5) == 0 {
				tr.Numbers = []normalize.TrackedNumber{{Number: fmt.Sprintf("LM%d-%d", p, r.IntN(3)), Leg: normalize.LegLastMile}}
				tr.EstimatedDelivery = normalize.Date(fmt.Sprintf("2026-12-%02d", 1+r.IntN(9)))
			}
			out = append(out, tr)
		}
	}
	return out
}

// arrivals is a history in some order, with some of it told again.
func arrivals[T any](r *rand.Rand, list []T) []T {
	out := slices.Clone(list)
	for range len(list) / 3 {
		out = append(out, list[r.IntN(len(list))])
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// The same 10,000 events of 250 parcels in 100 orders, each with other duplicates, end in the
// same trackers to the byte: what is shown of each, and what the fold remembers.
func TestTenThousandEventsInAHundredOrders(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261122, 1))
	var list []*news
	for _, tr := range history(r, 250, 40) {
		n := newsOf("acct_1", tr, SourceCallback, "cbk_1", hour(100))
		list = append(list, &n)
	}
	if len(list) != 10_000 {
		t.Fatalf("got %d events", len(list))
	}
	want := foldAll(t, list)
	if len(want) != 250 {
		t.Fatalf("got %d trackers", len(want))
	}
	seeds := make(chan uint64)
	var work sync.WaitGroup
	for range 2 {
		work.Go(func() {
			for seed := range seeds {
				got := foldAll(t, arrivals(rand.New(rand.NewPCG(seed, 2)), list))
				for number, text := range want {
					if got[number] != text {
						t.Errorf("order %d, %s:\n got %s\nwant %s", seed, number, got[number], text)
						return
					}
				}
			}
		})
	}
	for seed := range uint64(100) {
		seeds <- seed
	}
	close(seeds)
	work.Wait()
}

// foldAll moves trackers by their news, without telling of each step, and writes them down.
func foldAll(t *testing.T, list []*news) map[string]string {
	type following struct {
		t     store.Tracker
		d     details
		known map[string]bool
	}
	all := map[string]*following{}
	for _, n := range list {
		f := all[n.number]
		if f == nil {
			f = &following{known: map[string]bool{}, t: store.Tracker{ID: "trk_1", Number: n.number, Status: normalize.StatusRegistered}}
			all[n.number] = f
		}
		n.learn(&f.t, &f.d)
		if e := &n.events[0]; !f.known[e.Dedupe] {
			f.known[e.Dedupe] = true
			advance(&f.t, &f.d, e)
		}
	}
	out := map[string]string{}
	for number, f := range all {
		b, err := json.Marshal([]any{present(&f.t, f.d, time.Time{}), f.d})
		if err != nil {
			t.Error(err)
		}
		out[number] = string(b)
	}
	return out
}

// The same through the service and its store, by several workers at once: what the API shows is
// the same but for ids and the times at which we heard.
func TestAnyOrderEndsInTheSameTrackerInTheStore(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261122, 3))
	list := history(r, 8, 12)
	straight := applyAll(t, list, 1)
	for seed := range uint64(4) {
		got := applyAll(t, arrivals(rand.New(rand.NewPCG(seed, 4)), list), 4)
		for number, text := range straight {
			if got[number] != text {
				t.Errorf("order %d, %s:\n got %s\nwant %s", seed, number, got[number], text)
			}
		}
	}
}

// applyAll gives news to a service of its own and returns what it shows, by number.
func applyAll(t *testing.T, list []normalize.Tracking, workers int) map[string]string {
	t.Helper()
	b := newBench(t)
	ids := map[string]string{}
	for _, tr := range list {
		if ids[tr.TrackingNumber] == "" {
			ids[tr.TrackingNumber] = b.create(tr.TrackingNumber).ID
		}
	}
	next := make(chan normalize.Tracking)
	var work sync.WaitGroup
	for range workers {
		work.Go(func() {
			for tr := range next {
				if _, err := b.Apply(context.WithoutCancel(t.Context()), b.account, []normalize.Tracking{tr}, SourceCallback, "cbk_1"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, tr := range list {
		next <- tr
	}
	close(next)
	work.Wait()
	out := map[string]string{}
	for number, id := range ids {
		tr := b.get(id)
		tr.ID, tr.CreatedAt, tr.UpdatedAt = "", time.Time{}, time.Time{}
		for i := range tr.Events {
			tr.Events[i].ID, tr.Events[i].ReceivedAt = "", time.Time{}
		}
		text, err := json.Marshal(tr)
		if err != nil {
			t.Fatal(err)
		}
		out[number] = string(text)
	}
	return out
}
