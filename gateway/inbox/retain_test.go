package inbox

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Every message is deleted after 30 days, whatever became of it, and none before; the timeline
// that was made of it stays.
func TestOldMessagesAreDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(d *Deps) { d.Limits.Idle = time.Hour; d.Limits.Keep = 30 * 24 * time.Hour })
		id := b.create("NW-1")
		stop := b.run()
		defer func() { stop() }()
		read := func() { b.Wake(); time.Sleep(time.Second); synctest.Wait() }
		b.send(message("NW-1", "A", normalize.StatusInTransit, noon))
		b.send(message("NW-9", "A", normalize.StatusInTransit, noon)) // unmatched
		b.send([]byte("<garbage>"))
		b.sendSigned([]byte("{}"), "00") // refused
		read()
		all := map[store.CallbackState]int{store.CallbackDone: 1, store.CallbackUnmatched: 1, store.CallbackQuarantined: 1, store.CallbackRefused: 1}
		b.checkTotals("at first", all)
		time.Sleep(29*24*time.Hour + 12*time.Hour)
		b.send(message("NW-1", "B", normalize.StatusDelivered, noon.Add(time.Hour)))
		read()
		all[store.CallbackDone] = 2
		b.checkTotals("before their time", all)
		time.Sleep(36 * time.Hour)
		b.checkTotals("after it", map[store.CallbackState]int{store.CallbackDone: 1})
		if tr := b.tracker(id); len(tr.Events) != 2 || tr.Status != normalize.StatusDelivered {
			t.Errorf("the timeline: got %+v", tr.Events)
		}
		if b.create("NW-9"); b.tracker(id).ID == "" { // what waited for it is gone, and nothing breaks
			t.Error("no tracker")
		}
	})
}

// Many are deleted in parts.
func TestManyOldMessagesAreDeletedInParts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		for range 2*retainPart + 1 {
			b.sendSigned([]byte("{}"), "00")
		}
		time.Sleep(31 * 24 * time.Hour)
		b.sendSigned([]byte("{}"), "00")
		n, err := b.deleteOld(t.Context())
		if err != nil || n != 2*retainPart+1 {
			t.Errorf("got %d, %v", n, err)
		}
		b.checkTotals("in the end", map[store.CallbackState]int{store.CallbackRefused: 1})
	})
}
