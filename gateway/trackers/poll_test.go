package trackers

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// looking lets the poller look that rarely, so that days pass quickly.
func looking(idle time.Duration) func(*Deps) {
	return func(d *Deps) {
		d.Intervals = DefaultIntervals()
		d.Intervals.Idle = idle
	}
}

// about tells whether got is want, give or take the jitter and a rest of the poller.
func (b *bench) about(got, want time.Duration) bool {
	slack := want/9 + b.intervals.Idle
	return got > want-slack && got < want+slack
}

// checkWaits compares the first waits between polls.
func (b *bench) checkWaits(want ...time.Duration) {
	b.t.Helper()
	got := b.waits()
	if len(got) < len(want) {
		b.t.Fatalf("waits: got %v, want at least %v", got, want)
	}
	for i, w := range want {
		if !b.about(got[i], w) {
			b.t.Errorf("wait %d: got %s, want about %s", i, got[i], w)
		}
	}
}

func (b *bench) waits() []time.Duration {
	var out []time.Duration
	times := b.carrier.asked()
	for i := 1; i < len(times); i++ {
		out = append(out, times[i].Sub(times[i-1]))
	}
	return out
}

func TestANewTrackerIsPolledAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		time.Sleep(700 * time.Millisecond) // the poller rests
		b.carrier.tell("NW123456789", scan("A", hour(1), normalize.StatusInTransit))
		start := time.Now()
		id := b.create("NW123456789").ID
		synctest.Wait()
		if asked := b.carrier.asked(); len(asked) != 1 || asked[0].Sub(start) > 10*time.Millisecond {
			t.Errorf("asked at %v after %v, want at once", asked, start)
		}
		if tr := b.get(id); tr.Status != normalize.StatusInTransit {
			t.Errorf("got %s", tr.Status)
		}
	})
}

// A parcel that says nothing is asked for less and less, but at least once a day.
func TestSilenceIsAskedLessAndLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, looking(5*time.Minute))
		defer b.run()()
		id := b.create("NW123456789").ID
		time.Sleep(4 * 24 * time.Hour)
		m := time.Minute
		b.checkWaits(45*m, 45*m*3/2, 45*m*9/4, 45*m*27/8, 45*m*81/16)
		last := b.waits()
		if g := last[len(last)-1]; !b.about(g, 24*time.Hour) {
			t.Errorf("in the end: got %s, want a day", g)
		}
		if f := b.row(id).Failures; f != 0 {
			t.Errorf("no scan yet counts as %d failures", f)
		}
	})
}

// News begin the wait anew: two hours on the way, half an hour on the last mile.
func TestNewsBeginTheWaitAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, looking(time.Minute))
		defer b.run()()
		b.carrier.tell("NW123456789", scan("A", time.Now(), normalize.StatusInTransit))
		id := b.create("NW123456789").ID
		time.Sleep(6 * time.Hour)
		b.checkWaits(2*time.Hour, 3*time.Hour)
		b.push(normalize.Tracking{TrackingNumber: "NW123456789", Events: []normalize.TrackingEvent{scan("B", time.Now(), normalize.StatusOutForDelivery)}})
		pushed := time.Now()
		if due := b.row(id).DueAt; !b.about(due.Sub(pushed), 30*time.Minute) {
			t.Errorf("after a push: due in %s, want half an hour", due.Sub(pushed))
		}
	})
}

// After a delivery there are two last looks for a return, then none.
func TestLastLooksAfterDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, looking(time.Hour))
		defer b.run()()
		b.carrier.tell("NW123456789", scan("D", time.Now(), normalize.StatusDelivered))
		id := b.create("NW123456789").ID
		time.Sleep(8 * 24 * time.Hour)
		b.checkWaits(24*time.Hour, 48*time.Hour)
		if n := len(b.carrier.asked()); n != 3 {
			t.Errorf("asked %d times, want 3", n)
		}
		if due := b.row(id).DueAt; !due.IsZero() {
			t.Errorf("due at %s, want never", due)
		}
		b.push(normalize.Tracking{TrackingNumber: "NW123456789", Events: []normalize.TrackingEvent{scan("R", time.Now(), normalize.StatusReturning)}})
		if due := b.row(id).DueAt; due.IsZero() {
			t.Error("a return is not followed")
		}
	})
}

func TestFailuresBackOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, looking(10*time.Second))
		defer b.run()()
		b.carrier.set(func(c *carrier) { c.err = normalize.Fail(normalize.KindUnavailable, "down") })
		id := b.create("NW123456789").ID
		time.Sleep(20 * time.Minute)
		m := time.Minute
		b.checkWaits(m, 2*m, 4*m, 8*m)
		b.carrier.set(func(c *carrier) { c.err = nil })
		b.carrier.tell("NW123456789", scan("A", time.Now(), normalize.StatusInTransit))
		time.Sleep(20 * time.Minute)
		if row := b.row(id); row.Failures != 0 || row.Status != normalize.StatusInTransit {
			t.Errorf("when it is back: %d failures, %s", row.Failures, row.Status)
		}
	})
}

// What our guards or the carrier's quota held back waits as told, and is no failure.
func TestAQuotaIsNoFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, looking(10*time.Second))
		defer b.run()()
		b.carrier.set(func(c *carrier) {
			c.err = &normalize.Error{Kind: normalize.KindRateLimited, RetryAfter: 10 * time.Minute}
		})
		id := b.create("NW123456789").ID
		time.Sleep(25 * time.Minute)
		b.checkWaits(10*time.Minute, 10*time.Minute)
		if f := b.row(id).Failures; f != 0 {
			t.Errorf("got %d failures", f)
		}
	})
}

// An unsigned push is not believed: it makes us ask, soon, but not as often as it comes.
func TestAHintOnlyAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		id := b.create("NW123456789").ID
		time.Sleep(5 * time.Minute)
		forged := normalize.Tracking{TrackingNumber: "NW123456789", Events: []normalize.TrackingEvent{scan("D", time.Now(), normalize.StatusDelivered)}}
		hint := func() {
			if unmatched, err := b.Hint(t.Context(), b.account, []normalize.Tracking{forged}); err != nil || len(unmatched) != 0 {
				t.Fatal(unmatched, err)
			}
			synctest.Wait()
		}
		before := len(b.carrier.asked())
		hint()
		if n := len(b.carrier.asked()); n != before+1 {
			t.Errorf("asked %d times more, want once", n-before)
		}
		for range 20 {
			hint()
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		if n := len(b.carrier.asked()); n != before+2 {
			t.Errorf("asked %d times for 21 hints, want twice", n-before)
		}
		if tr := b.get(id); tr.Status != normalize.StatusRegistered || len(tr.Events) != 0 {
			t.Errorf("the hint was believed: %s with %d events", tr.Status, len(tr.Events))
		}
		unmatched, err := b.Hint(t.Context(), b.account, []normalize.Tracking{{TrackingNumber: "NW9"}})
		if err != nil || len(unmatched) != 1 {
			t.Errorf("an unknown parcel: got %v, %v", unmatched, err)
		}
	})
}

// A hint that comes while a poll is under way is not lost with it.
func TestAHintDuringAPollIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		b.carrier.set(func(c *carrier) { c.hang = true })
		b.create("NW123456789")
		time.Sleep(time.Second)
		if _, err := b.Hint(t.Context(), b.account, []normalize.Tracking{{TrackingNumber: "NW123456789"}}); err != nil {
			t.Fatal(err)
		}
		b.carrier.set(func(c *carrier) { c.hang = false })
		time.Sleep(15 * time.Second) // the poll that hung ends after 10 s
		if n := len(b.carrier.asked()); n != 2 {
			t.Errorf("asked %d times, want twice", n)
		}
	})
}

func TestPollsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.carrier.set(func(c *carrier) { c.hang = true })
		for i := range 30 {
			b.create(fmt.Sprintf("NW%09d", i))
		}
		stop := b.run()
		time.Sleep(9 * time.Second)
		stop() // returns once the last poll has ended
		if n := len(b.carrier.asked()); n < 4 || b.carrier.most > 7 {
			t.Errorf("%d polls, %d of one account at once; want at most 7", n, b.carrier.most)
		}
		if b.carrier.busy != 0 {
			t.Errorf("%d polls outlive the poller", b.carrier.busy)
		}
		for i := range 30 {
			found, err := b.store.FindTrackers(t.Context(), "ada", "", fmt.Sprintf("NW%09d", i))
			if err != nil || len(found) != 1 || found[0].DueAt.IsZero() || found[0].Failures != 0 {
				t.Fatalf("parcel %d: %+v, %v; want it due again without a failure", i, found, err)
			}
		}
	})
}

func TestSandboxSeesScansWithinSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(d *Deps) { d.Intervals = SandboxIntervals() })
		defer b.run()()
		id := b.create("NW123456789").ID
		time.Sleep(5 * time.Second)
		b.carrier.tell("NW123456789", scan("A", time.Now(), normalize.StatusDelivered))
		time.Sleep(6 * time.Second)
		if tr := b.get(id); tr.Status != normalize.StatusDelivered {
			t.Errorf("got %s", tr.Status)
		}
	})
}
