package purchase

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func voids(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
	return normalize.Voided{Confirmed: true}, nil
}

// A void that the carrier confirms ends the label, its spending and its tracker; once more
// it changes nothing and asks nobody.
func TestAVoidIsConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, void: voids})
		l := s.mustBuy("k1").Label
		for range 2 {
			v, err := s.Void(t.Context(), "t1", l.ID)
			if err != nil || v.Status != "voided" {
				t.Fatalf("got %s, %v", v.Status, err)
			}
		}
		if n := s.carrier.calls(adapters.OpVoid); n != 1 {
			t.Errorf("the carrier was asked %d times", n)
		}
		if len(s.trackers.ended) == 0 || s.trackers.ended[0] != l.Tracker {
			t.Errorf("trackers ended: %v, want %s", s.trackers.ended, l.Tracker)
		}
		f, err := s.db.PurchaseFile(t.Context(), "t1", l.ID)
		if err != nil || !f.Labels[0].Voided || f.Labels[0].TrackingNumber != l.TrackingNumber {
			t.Errorf("bought label %+v, %v", f.Labels, err)
		}
		if got := s.events(); !slices.Equal(got, []string{"label.purchased", "tracker.created", "label.voided"}) {
			t.Errorf("told %v", got)
		}
		if res := s.mustBuy("k1"); res.Label.Status != "voided" || !res.Settled {
			t.Errorf("the key afterwards: %+v", res)
		}
	})
}

// A refused void leaves the label what it was, and can be tried again.
func TestAVoidIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: sold, void: func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{}, &normalize.Error{Kind: normalize.KindRejected, Code: "10409", Message: "on its way"}
		}}
		s := newStand(t, n)
		l := s.mustBuy("k1").Label
		_, err := s.Void(t.Context(), "t1", l.ID)
		r, _ := errors.AsType[*gateway.Refusal](err)
		if code(err) != "rejected" || r.Label.(Label).Status != "purchased" || len(s.trackers.ended) != 0 {
			t.Fatalf("got %v", err)
		}
		n.void = voids
		if v, err := s.Void(t.Context(), "t1", l.ID); err != nil || v.Status != "voided" {
			t.Errorf("the second time: %s, %v", v.Status, err)
		}
	})
}

// A refused void of a label whose papers are still to come does not stop them.
func TestARefusedVoidLeavesPapersToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: numberless, documents: readyAfter(6, "NW1")}
		n.void = func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			return normalize.Voided{}, normalize.Fail(normalize.KindRejected, "no")
		}
		s := newStand(t, n)
		l := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 1000 }).Label
		if _, err := s.Void(t.Context(), "t1", l.ID); code(err) != "rejected" {
			t.Fatalf("got %v", err)
		}
		s.work()
		time.Sleep(20 * time.Second)
		if l, err := s.Get(t.Context(), "t1", l.ID); err != nil || l.Status != "purchased" || l.TrackingNumber != "NW1" {
			t.Errorf("got %s, %v: %v", l.Status, err, l.History)
		}
	})
}

// A void whose answer is lost is maybe done, and says so; it is not sent again.
func TestALostVoidNeedsAttention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, void: func(ctx context.Context, _ normalize.VoidRequest) (normalize.Voided, error) {
			<-ctx.Done()
			return normalize.Voided{}, ctx.Err()
		}})
		l := s.mustBuy("k1").Label
		v, err := s.Void(t.Context(), "t1", l.ID)
		if err != nil || v.Status != "needs_attention" || len(s.trackers.ended) != 0 {
			t.Fatalf("got %s, %v", v.Status, err)
		}
		if v, err := s.Void(t.Context(), "t1", l.ID); err != nil || v.Status != "needs_attention" || s.carrier.calls(adapters.OpVoid) != 1 {
			t.Errorf("again: %s, %v after %d calls", v.Status, err, s.carrier.calls(adapters.OpVoid))
		}
	})
}

// A process that dies while it voids leaves a void that is maybe done.
func TestDeathWhileVoiding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, void: func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			time.Sleep(5 * time.Second)
			return normalize.Voided{Confirmed: true}, nil
		}})
		l := s.mustBuy("k1").Label
		svc := s.Service
		go func() { _, _ = svc.Void(context.WithoutCancel(t.Context()), "t1", l.ID) }()
		synctest.Wait()
		s.kill()
		s.start()
		s.work()
		time.Sleep(25 * time.Second)
		if l, err := s.Get(t.Context(), "t1", l.ID); err != nil || l.Status != "needs_attention" || l.History[len(l.History)-1].Status != "needs_attention" {
			t.Errorf("got %s, %v: %v", l.Status, err, l.History)
		}
	})
}

// Of many who void at once one asks the carrier.
func TestConcurrentVoids(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold, void: func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
			time.Sleep(time.Second)
			return normalize.Voided{Confirmed: true}, nil
		}})
		l := s.mustBuy("k1").Label
		var mu sync.Mutex
		got := map[string]int{}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				v, err := s.Void(t.Context(), "t1", l.ID)
				mu.Lock()
				defer mu.Unlock()
				got[code(err)+v.Status]++
			})
		}
		wg.Wait()
		if got["voided"] != 1 || got["state_conflict"] != 9 || s.carrier.calls(adapters.OpVoid) != 1 {
			t.Errorf("got %v after %d calls", got, s.carrier.calls(adapters.OpVoid))
		}
	})
}

// What was never bought, and what the carrier cannot void, is refused before anything is sent.
func TestWhatCannotBeVoided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		l := s.mustBuy("k1").Label
		if _, err := s.Void(t.Context(), "t1", l.ID); code(err) != "unsupported" {
			t.Errorf("no such call: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{void: voids, label: lost["unavailable"]})
		l := s.mustBuy("k1").Label
		if _, err := s.Void(t.Context(), "t1", l.ID); code(err) != "state_conflict" || s.carrier.calls(adapters.OpVoid) != 0 {
			t.Errorf("an unknown purchase: %v", err)
		}
		if p := s.row(l.ID); p.State != store.PurchaseUnknown {
			t.Errorf("state %s", p.State)
		}
	})
}

// A lost void is looked up: gone at the carrier is voided, tracker and all.
func TestALostVoidIsLookedUp(t *testing.T) {
	for name, c := range map[string]struct {
		found normalize.Found
		want  string
		ended int
	}{
		"gone":  {normalize.Found{Complete: true}, "voided", 1},
		"alive": {normalize.Found{Labels: []normalize.Label{bought("NW1")}, Complete: true}, "purchased", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &northwind{label: sold, find: finds(c.found)}
				n.void = func(context.Context, normalize.VoidRequest) (normalize.Voided, error) {
					return normalize.Voided{}, normalize.Fail(normalize.KindBadResponse, "cut off")
				}
				s := newStand(t, n)
				l := s.mustBuy("k1").Label
				if _, err := s.Void(t.Context(), "t1", l.ID); err != nil {
					t.Fatal(err)
				}
				s.work()
				time.Sleep(time.Minute)
				v, err := s.Get(t.Context(), "t1", l.ID)
				if err != nil || v.Status != c.want || len(s.trackers.ended) != c.ended {
					t.Errorf("got %s, trackers ended %v, %v", v.Status, s.trackers.ended, err)
				}
			})
		})
	}
}
