package inbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// checkTotals compares the messages by state.
func (b *bench) checkTotals(when string, want map[store.CallbackState]int) {
	b.t.Helper()
	if d := cmp.Diff(want, b.totals()); d != "" {
		b.t.Errorf("%s: %s", when, d)
	}
}

// Three parcels with two numbers each; their scans arrive shuffled, a third of them twice,
// from several connections at once, with forged and unreadable ones between. Every
// acknowledged scan is on its timeline once, and the log has no gap and no twin.
func TestShuffledAndDuplicatedPushes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		const parcels, scans = 3, 25
		var ids []string
		var messages [][]byte
		for p := range parcels {
			number, last := fmt.Sprintf("NW-%d", p), fmt.Sprintf("LM-%d", p)
			ids = append(ids, b.create(number))
			b.send(fmt.Appendf(nil, `{"parcels":[{"number":%q,"other":[%q],"scans":[]}]}`, number, last))
			for i := range scans {
				at, status := noon.Add(time.Duration(i)*time.Hour), normalize.StatusInTransit
				if i == scans-1 {
					status = normalize.StatusDelivered
				}
				m := message([]string{number, last}[i%2], fmt.Sprint("S", i), status, at)
				messages = append(messages, m)
				if i%3 == 0 {
					messages = append(messages, m)
				}
			}
		}
		rand.New(rand.NewPCG(3, 4)).Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
		var work sync.WaitGroup
		for part := range 4 {
			work.Go(func() {
				for i := part; i < len(messages); i += 4 {
					b.send(messages[i])
					if i%10 == 0 {
						b.sendSigned(messages[i], "forged")
						b.send([]byte("<garbage>"))
					}
				}
			})
		}
		work.Wait()
		time.Sleep(5 * time.Second)
		odd := (len(messages) + 9) / 10
		b.checkTotals("in the end", map[store.CallbackState]int{
			store.CallbackDone: len(messages) + parcels, store.CallbackQuarantined: odd, store.CallbackRefused: odd})
		for _, id := range ids {
			b.checkDelivered(id, scans)
		}
	})
}

func (b *bench) checkDelivered(id string, scans int) {
	b.t.Helper()
	tr := b.tracker(id)
	if tr.Status != normalize.StatusDelivered || len(tr.Events) != scans {
		b.t.Errorf("got %s with %d scans, want delivered with %d", tr.Status, len(tr.Events), scans)
	}
	next, delivered := int64(1), 0
	for _, e := range b.log(id) {
		switch e.Type {
		case trackers.TypeUpdated:
			if e.Sequence != next {
				b.t.Errorf("sequence %d, want %d", e.Sequence, next)
			}
			next++
		case trackers.TypeDelivered:
			delivered++
		}
	}
	if next != int64(scans)+1 || delivered != 1 {
		b.t.Errorf("told %d scans and %d deliveries, want %d and 1", next-1, delivered, scans)
	}
}

// A push can be faster than the answer to the purchase: it waits for its tracker.
func TestAPushThatComesBeforeItsTracker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		b.send(message("NW-1", "A", normalize.StatusPickedUp, noon))
		b.send(fmt.Appendf(nil, `{"parcels":[{"number":"LM9","other":["NW-1"],"scans":[{"code":"B","status":"in_transit","at":"2026-11-20T13:00:00Z"}]}]}`))
		time.Sleep(time.Second)
		b.checkTotals("before", map[store.CallbackState]int{store.CallbackUnmatched: 2})
		id := b.create("NW-1")
		time.Sleep(time.Second)
		b.checkTotals("after", map[store.CallbackState]int{store.CallbackDone: 2})
		if tr := b.tracker(id); tr.Status != normalize.StatusInTransit || len(tr.Events) != 2 || len(tr.Numbers) != 2 {
			t.Errorf("got %s with %d scans and numbers %v", tr.Status, len(tr.Events), tr.Numbers)
		}
	})
}

// One message of two parcels, of which we follow one: that one moves at once, the other when
// its tracker comes, and nothing counts twice.
func TestHalfAMessageWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		one := b.create("NW-1")
		b.send([]byte(`{"parcels":[{"number":"NW-1","scans":[{"code":"A","status":"in_transit","at":"2026-11-20T12:00:00Z"}]},
			{"number":"NW-2","scans":[{"code":"A","status":"in_transit","at":"2026-11-20T12:00:00Z"}]}]}`))
		time.Sleep(time.Second)
		b.checkTotals("before", map[store.CallbackState]int{store.CallbackUnmatched: 1})
		two := b.create("NW-2")
		time.Sleep(time.Second)
		b.checkTotals("after", map[store.CallbackState]int{store.CallbackDone: 1})
		for _, id := range []string{one, two} {
			if n := len(b.tracker(id).Events); n != 1 {
				t.Errorf("got %d scans, want 1", n)
			}
		}
	})
}

// What cannot be read is kept after the first try, and read when we have learnt to.
func TestUnreadableMessagesAreKeptAndReplayed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		id := b.create("NW-1")
		b.send([]byte("<garbage>"))
		b.send([]byte(`{"parcels":[{"scans":[]}]}`))
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		time.Sleep(time.Second)
		if n := len(b.tracker(id).Events); n != 1 {
			t.Errorf("behind an unreadable message: got %d scans, want 1", n)
		}
		kept := b.in(store.CallbackQuarantined)
		if len(kept) != 2 || kept[1].Reason != "bad_response: not JSON" || kept[0].Reason != "it tells of a parcel without a number" || kept[1].Tries != 1 {
			t.Fatalf("got %+v", kept)
		}
		b.carrier.set(func(c *carrier) { c.readsAll = true })
		if _, err := b.Replay(t.Context(), "ada", kept[1].ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		b.checkTotals("after the replay", map[store.CallbackState]int{store.CallbackDone: 2, store.CallbackQuarantined: 1})
	})
}

// A code that nobody knew is mended when its message is read again by a table that does: one
// message by its id, or all that the adapter's unmapped scans came with.
func TestReplayMendsUnmappedScans(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		ids := []string{b.create("NW-1"), b.create("NW-2")}
		for i := range ids {
			b.send(message(fmt.Sprint("NW-", i+1), "ZZ", normalize.StatusDelivered, noon))
		}
		time.Sleep(time.Second)
		status := func(id string, want normalize.Status) {
			t.Helper()
			if tr := b.tracker(id); tr.Events[0].Status != want || len(tr.Events) != 1 {
				t.Errorf("got %+v, want one scan: %s", tr.Events, want)
			}
		}
		done := b.in(store.CallbackDone)
		if len(done) != 2 {
			t.Fatalf("got %+v", done)
		}
		again := func() {
			t.Helper()
			if _, err := b.Replay(t.Context(), "ada", done[1].ID); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		again()
		status(ids[0], normalize.StatusUnknown)
		b.carrier.set(func(c *carrier) { c.readsAll = true })
		again()
		status(ids[0], normalize.StatusDelivered)
		status(ids[1], normalize.StatusUnknown)
		got, err := b.follow.Reread(t.Context(), "ada", "north", "")
		if err != nil || got.Callbacks != 1 || got.Trackers != 0 {
			t.Fatalf("got %+v, %v", got, err)
		}
		b.Wake()
		time.Sleep(time.Second)
		status(ids[1], normalize.StatusDelivered)
		if got, err := b.follow.Reread(t.Context(), "ada", "north", ""); err != nil || got.Callbacks != 0 {
			t.Errorf("nothing is left: got %+v, %v", got, err)
		}
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackDone: 2})
	})
}

func TestAMessageThatBreaksItsReaderIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		b.carrier.set(func(c *carrier) { c.breaks = "parse" })
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		time.Sleep(time.Second)
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackQuarantined: 1})
	})
}

// What was refused must prove itself before it is replayed, as after a key was corrected.
func TestARefusedMessageMustProveItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		id := b.create("NW-1")
		body := message("NW-1", "A", normalize.StatusInTransit, noon)
		b.sendSigned(body, sign("s2", body))
		kept := b.in(store.CallbackRefused)
		if len(kept) != 1 {
			t.Fatalf("got %d", len(kept))
		}
		_, err := b.Replay(t.Context(), "ada", kept[0].ID)
		if r, ok := errors.AsType[*gateway.Refusal](err); !ok || r.Code != gateway.CodeStateConflict {
			t.Errorf("with the old key: got %v, want state_conflict", err)
		}
		b.carrier.set(func(c *carrier) { c.secret = "s2" })
		if _, err := b.Replay(t.Context(), "ada", kept[0].ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if tr := b.tracker(id); tr.Status != normalize.StatusInTransit {
			t.Errorf("with the new key: got %s", tr.Status)
		}
	})
}

func TestReplayAndListKeepTenantsApart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
	id := b.in(store.CallbackReceived)[0].ID
	_, err := b.Replay(t.Context(), "ben", id)
	if r, ok := errors.AsType[*gateway.Refusal](err); !ok || r.Code != gateway.CodeNotFound {
		t.Errorf("replay: got %v, want not_found", err)
	}
	if list, _, err := b.List(t.Context(), "ben", "", store.Page{}); err != nil || len(list) != 0 {
		t.Errorf("list: got %d, %v", len(list), err)
	}
	_, _, err = b.List(t.Context(), "ada", "lost", store.Page{})
	if r, ok := errors.AsType[*gateway.Refusal](err); !ok || r.Code != gateway.CodeInvalidRequest {
		t.Errorf("list: got %v, want invalid_request", err)
	}
}

// An unsigned push is not believed: the carrier is asked instead.
func TestAnUnsignedPushOnlyAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		id := b.create("NW-1")
		b.carrier.set(func(c *carrier) { c.trust = adapters.TrustHint })
		before, err := b.store.Tracker(t.Context(), "ada", id)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		b.send(message("NW-1", "D", normalize.StatusDelivered, noon))
		time.Sleep(time.Second)
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackDone: 1})
		after, err := b.store.Tracker(t.Context(), "ada", id)
		if err != nil {
			t.Fatal(err)
		}
		if after.Status != before.Status || after.Seq != 0 || after.DueAt.IsZero() || after.DueAt.After(time.Now()) {
			t.Errorf("got %s, seq %d, due %s; want it due, and nothing else", after.Status, after.Seq, after.DueAt)
		}
	})
}

// A failure that is not the message's fault is tried again, and ends in quarantine at the
// third: one bad row never blocks the rest.
func TestFailuresAreTriedThreeTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		id := b.create("NW-1")
		b.store.set(func(f *faulty) { f.apply = errDisk })
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		time.Sleep(5 * time.Second)
		b.checkTotals("after two tries", map[store.CallbackState]int{store.CallbackReceived: 1})
		time.Sleep(10 * time.Second)
		kept := b.in(store.CallbackQuarantined)
		if len(kept) != 1 || kept[0].Tries != 3 || kept[0].Reason != "failed three times: unavailable" {
			t.Fatalf("after the third: got %+v", kept)
		}
		b.store.set(func(f *faulty) { f.apply = nil })
		if _, err := b.Replay(t.Context(), "ada", kept[0].ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if n := len(b.tracker(id).Events); n != 1 {
			t.Errorf("after the replay: got %d scans, want 1", n)
		}
	})
}

// A message that was claimed by a process that died is read by another when its lease ends.
func TestAClaimThatDiedIsTakenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		id := b.create("NW-1")
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		dead, err := b.store.ClaimDueCallbacks(t.Context(), store.Due{Lease: b.limits.Lease, Limit: 10})
		if err != nil || len(dead) != 1 {
			t.Fatal(len(dead), err)
		}
		defer b.run()()
		time.Sleep(b.limits.Lease / 2)
		if n := len(b.tracker(id).Events); n != 0 {
			t.Errorf("within the lease: got %d scans, want none", n)
		}
		time.Sleep(b.limits.Lease)
		b.checkTotals("after the lease", map[store.CallbackState]int{store.CallbackDone: 1})
	})
}

// stuck are trackers of which one never answers.
type stuck struct {
	Trackers
	number string
}

func (s *stuck) Apply(ctx context.Context, a *accounts.Account, list []normalize.Tracking, source trackers.Source, callback string) (trackers.Applied, error) {
	if list[0].TrackingNumber == s.number {
		<-ctx.Done()
		return trackers.Applied{}, ctx.Err()
	}
	return s.Trackers.Apply(ctx, a, list, source, callback)
}

// One parcel whose news never end holds up no other, and is given up after as many tries as a
// slow store is granted.
func TestAStuckParcelHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(d *Deps) { d.Trackers, d.Limits.Slow = &stuck{d.Trackers, "NW-1"}, 5 })
		id := b.create("NW-2")
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		b.send(message("NW-2", "A", normalize.StatusInTransit, noon))
		defer b.run()() // both are there before it looks: one claim takes them
		time.Sleep(time.Second)
		if n := len(b.tracker(id).Events); n != 1 {
			t.Errorf("beside it: got %d scans, want 1", n)
		}
		time.Sleep(20 * time.Second)
		b.checkTotals("after three tries", map[store.CallbackState]int{store.CallbackDone: 1, store.CallbackReceived: 1})
		time.Sleep(time.Minute)
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackDone: 1, store.CallbackQuarantined: 1})
	})
}

// Stopping interrupts, and gives back what was not finished, as nobody's failure.
func TestStoppingGivesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(d *Deps) { d.Trackers, d.Limits.Slow = &stuck{d.Trackers, "NW-1"}, 5 })
		stop := b.run()
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		synctest.Wait()
		stop()
		again, err := b.store.ClaimDueCallbacks(t.Context(), store.Due{Lease: time.Second, Limit: 10})
		if err != nil || len(again) != 1 {
			t.Errorf("at once: got %d to claim, %v, want 1", len(again), err)
		}
	})
}

func BenchmarkWorker(b *testing.B) {
	bn := newBench(b)
	const parcels, round = 50, 1000
	for p := range parcels {
		bn.create(fmt.Sprintf("NW-%d", p))
	}
	defer bn.run()()
	for r := 0; b.Loop(); r++ {
		var work sync.WaitGroup
		for part := range 16 {
			work.Go(func() {
				for i := part; i < round; i += 16 {
					bn.send(message(fmt.Sprintf("NW-%d", i%parcels), fmt.Sprint(r), normalize.StatusInTransit, noon.Add(time.Duration(i)*time.Second)))
				}
			})
		}
		work.Wait()
		for bn.totals()[store.CallbackDone] < (r+1)*round {
			time.Sleep(time.Millisecond) // a benchmark measures real time
		}
	}
	b.ReportMetric(float64(b.N*round)/b.Elapsed().Seconds(), "callbacks/s")
}
