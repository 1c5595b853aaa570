package inbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// batchOf is one message of several parcels' scans; each item is "number code hour".
func batchOf(items ...string) []byte {
	var parcels []string
	for _, item := range items {
		var number, code string
		var hour int
		if _, err := fmt.Sscan(item, &number, &code, &hour); err != nil {
			panic(err)
		}
		parcels = append(parcels, fmt.Sprintf(`{"number":%q,"scans":[{"code":%q,"status":"in_transit","at":%q}]}`,
			number, code, noon.Add(time.Duration(hour)*time.Hour).Format(time.RFC3339)))
	}
	return []byte(`{"parcels":[` + strings.Join(parcels, ",") + `]}`)
}

// told are the codes of a tracker's scans in the order in which the log tells of them.
func (b *bench) told(id string) string {
	b.t.Helper()
	byEvent := map[int64]string{}
	events, err := b.store.TrackerEvents(b.t.Context(), "ada", id)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range events {
		byEvent[e.Seq] = e.Event.Code
	}
	var out []string
	for _, e := range b.log(id) {
		if e.Type == trackers.TypeUpdated {
			out = append(out, byEvent[e.Sequence])
		}
	}
	return strings.Join(out, " ")
}

// One body tells of several parcels in turn. Each parcel's scans are taken in in the order of
// the body, and of the bodies, whatever the scans' own times are.
func TestABatchKeepsTheOrderOfEachParcel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		one, two := b.create("NW-1"), b.create("NW-2")
		b.send(batchOf("NW-1 A 5", "NW-2 K 9", "NW-1 B 1", "NW-2 L 2", "NW-1 C 3"))
		b.send(batchOf("NW-2 M 1", "NW-1 D 2", "NW-2 N 8", "NW-1 E 9"))
		defer b.run()()
		time.Sleep(time.Second)
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackDone: 2})
		if got := b.told(one); got != "A B C D E" {
			t.Errorf("the first parcel: told %s", got)
		}
		if got := b.told(two); got != "K L M N" {
			t.Errorf("the second parcel: told %s", got)
		}
	})
}

// One odd item keeps none of the others back, and is not lost either.
func TestAnOddItemOfABatchIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		one, two := b.create("NW-1"), b.create("NW-2")
		ack := b.send(batchOf("NW-1 A 1", "? X 2", "NW-2 B 3"))
		time.Sleep(time.Second)
		if string(ack.Body) != "OK" || b.told(one) != "A" || b.told(two) != "B" {
			t.Errorf("acknowledged %s, told %q and %q", ack.Body, b.told(one), b.told(two))
		}
		kept := b.in(store.CallbackQuarantined)
		if len(kept) != 1 || kept[0].Reason != "bad_response: an item is odd" || kept[0].Tries != 1 {
			t.Fatalf("in quarantine: %+v", kept)
		}
		if _, err := b.Replay(t.Context(), "ada", kept[0].ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if b.told(one) != "A" || b.told(two) != "B" {
			t.Error("what was known is told again")
		}
		b.checkTotals("after the replay", map[store.CallbackState]int{store.CallbackQuarantined: 1})
	})
}

// A batch that is odd in part, and of which a parcel has no tracker yet, waits for that first.
func TestAnOddBatchWaitsForItsTracker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		b.send(batchOf("NW-1 A 1", "? X 2"))
		time.Sleep(time.Second)
		if list := b.in(store.CallbackUnmatched); len(list) != 1 || list[0].Reason != "bad_response: an item is odd" {
			t.Fatalf("unmatched: %+v", list)
		}
		id := b.create("NW-1")
		time.Sleep(time.Second)
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackQuarantined: 1})
		if b.told(id) != "A" {
			t.Errorf("told %q", b.told(id))
		}
	})
}

// The secret of a handshake goes back once it is durable, and again where the carrier is down.
func TestAHandshakeIsFinished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		defer b.run()()
		b.carrier.set(func(c *carrier) { c.deaf = 2 })
		id := b.create("NW-1")
		if ack := b.send([]byte(greeting + "s3cret")); string(ack.Body) != "OK" {
			t.Errorf("acknowledged with %s", ack.Body)
		}
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		time.Sleep(30 * time.Second)
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackDone: 2})
		if !slices.Equal(b.carrier.shaken, []string{"s3cret"}) || b.told(id) != "A" {
			t.Errorf("went back: %q; told %q", b.carrier.shaken, b.told(id))
		}
	})
}

// A forged handshake makes us call nobody, and one that cannot be finished is kept.
func TestAHandshakeThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forged bool
		change func(*carrier)
		want   store.CallbackState
	}{
		"forged":              {true, func(*carrier) {}, store.CallbackRefused},
		"the carrier is deaf": {false, func(c *carrier) { c.deaf = 9 }, store.CallbackQuarantined},
		"the adapter breaks":  {false, func(c *carrier) { c.breaks = "handshake" }, store.CallbackQuarantined},
		"its reader breaks":   {false, func(c *carrier) { c.breaks = "greeting" }, store.CallbackQuarantined},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				defer b.run()()
				b.carrier.set(c.change)
				body := []byte(greeting + "s3cret")
				signature := sign("s1", body)
				if c.forged {
					signature = sign("s2", body)
				}
				b.sendSigned(body, signature)
				time.Sleep(time.Minute)
				b.checkTotals("in the end", map[store.CallbackState]int{c.want: 1})
				if len(b.carrier.shaken) > 0 {
					t.Errorf("went back: %q", b.carrier.shaken)
				}
			})
		})
	}
}
