package purchase

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// inBackground buys without waiting for the answer, as a caller whose gateway dies.
func (s *stand) inBackground(key string) {
	svc := s.Service
	go func() { _, _ = svc.Buy(context.WithoutCancel(s.t.Context()), "t1", "key_1", key, request()) }()
	synctest.Wait()
}

// A process that dies between the claim and the answer leaves a purchase that is maybe
// bought: unknown at the next start, and not sent again.
func TestDeathWhileSendingIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(3*time.Second, sold)})
		s.inBackground("k1")
		if p := s.only(); p.State != store.PurchaseSending {
			t.Fatalf("state %s", p.State)
		}
		s.kill()
		s.start()
		if _, err := s.buy("k1"); code(err) != "in_progress" {
			t.Errorf("while the dead one's lease lasts: %v", err)
		}
		s.work()
		time.Sleep(25 * time.Second)
		res := s.mustBuy("k1")
		if res.Label.Status != "unknown" || res.Settled || !res.Replayed || s.carrier.calls(adapters.OpLabel) != 1 {
			t.Errorf("after the restart: %+v, sent %d times", res, s.carrier.calls(adapters.OpLabel))
		}
		if a := res.Label.Attempts; len(a) != 1 || a[0].Outcome != "unknown" {
			t.Errorf("attempts %+v", a)
		}
	})
}

// A process that dies before it claims has sent nothing: the purchase failed for certain.
func TestDeathBeforeSendingIsFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: sold, draft: func(ctx context.Context, _ normalize.LabelRequest) (normalize.Draft, error) {
			time.Sleep(10 * time.Second)
			return normalize.Draft{ID: "D1"}, nil
		}}
		s := newStand(t, n)
		s.inBackground("k1")
		s.kill()
		s.start()
		s.work()
		time.Sleep(time.Minute)
		if _, err := s.buy("k1"); code(err) != "unavailable" || s.only().State != store.PurchaseFailed || n.calls(adapters.OpLabel) != 0 {
			t.Errorf("got %v, state %s, sent %d times", err, s.only().State, n.calls(adapters.OpLabel))
		}
	})
}

// A label that was bought by a gateway that died before it answered is there by its key.
func TestALabelOfADeadGatewayIsFoundByItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: sold})
		s.inBackground("k1")
		s.kill()
		s.start()
		res := s.mustBuy("k1")
		if !res.Settled || !res.Replayed || res.Label.TrackingNumber == "" || s.carrier.calls(adapters.OpLabel) != 1 {
			t.Errorf("got %+v", res)
		}
	})
}

// An answer that comes when the lease is over is fenced, and true all the same.
func TestALateAnswerSettles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: after(40*time.Second, sold)})
		s.work()
		if res := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 30_000 }); res.Label.Status != "unknown" {
			t.Fatalf("got %s when the lease was over", res.Label.Status)
		}
		time.Sleep(20 * time.Second)
		if l, err := s.Get(t.Context(), "t1", s.only().ID); err != nil || l.Status != "purchased" {
			t.Errorf("got %s, %v", l.Status, err)
		}
	})
}

// overtaken lets somebody else claim an unknown purchase between the reading and the writing
// of whoever settles it by a late answer, once.
type overtaken struct {
	Store
	times int
}

func (o *overtaken) TransitionPurchase(ctx context.Context, ref store.Ref, t store.Transition) (store.Purchase, error) {
	if p, err := o.Store.Purchase(ctx, ref.Tenant, ref.ID); err == nil && p.State == store.PurchaseUnknown && p.Epoch == ref.Epoch && o.times == 0 {
		o.times++
		c := store.Claim{From: []store.PurchaseState{p.State}, To: p.State, Held: true, Lease: time.Minute, Kind: store.AttemptFind}
		if _, _, err := o.Store.ClaimPurchase(ctx, ref, c); err != nil {
			return p, err
		}
	}
	return o.Store.TransitionPurchase(ctx, ref, t)
}

// A late answer is not lost to somebody who begins to look for the purchase at that moment,
// and what he finds does not stand against it.
func TestALateAnswerStandsAgainstALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &northwind{label: after(40*time.Second, sold)}
		n.find = func(context.Context, normalize.FindRequest) (normalize.Found, error) {
			time.Sleep(20 * time.Second) // from before the answer until after it
			return normalize.Found{}, normalize.Fail(normalize.KindUnavailable, "down")
		}
		s := newStand(t, n)
		other := &overtaken{Store: s.Store}
		s.Store = other
		s.work()
		_ = s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 1000 })
		time.Sleep(2 * time.Minute)
		p := s.only()
		if p.State != store.PurchaseSettled || n.calls(adapters.OpFind) == 0 || other.times != 1 {
			t.Errorf("state %s after %d looks, overtaken %d times", p.State, n.calls(adapters.OpFind), other.times)
		}
	})
}

// frozen stops the process for a while just before its claim is written.
type frozen struct {
	Store
	sleep time.Duration
}

func (f frozen) ClaimPurchase(ctx context.Context, ref store.Ref, c store.Claim) (store.Purchase, store.Attempt, error) {
	time.Sleep(f.sleep)
	return f.Store.ClaimPurchase(ctx, ref, c)
}

// The call's deadline is older than its claim: a process that was frozen in between wakes
// up too late and sends nothing, whether or not somebody has taken over.
func TestAFrozenProcessSendsNothing(t *testing.T) {
	for name, worker := range map[string]bool{"alone": false, "with another that took over": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t, &northwind{label: sold})
				s.Store = frozen{s.Store, time.Minute}
				if worker {
					s.work()
				}
				_, err := s.buy("k1", func(r *Request) { r.DeadlineMS = 60_000 })
				time.Sleep(2 * time.Minute)
				p := s.only()
				if n := s.carrier.calls(adapters.OpLabel); n != 0 || p.State != store.PurchaseFailed || p.State.Spends() {
					t.Errorf("sent %d times, state %s, %v", n, p.State, err)
				}
			})
		})
	}
}

// An account that is gone leaves its labels in peace, and the worker goes on.
func TestAnAccountThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t, &northwind{label: numberless, documents: readyAfter(1000, "NW1")})
		id := s.mustBuy("k1", func(r *Request) { r.DeadlineMS = 500 }).Label.ID
		empty, err := accounts.NewRegistry(s.Registry.Specs(), nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Registry = empty
		time.Sleep(time.Minute)
		for _, p := range s.due(t.Context(), store.PurchaseBought) {
			s.lost(p, "documents", s.fetchLate(t.Context(), p))
		}
		if p := s.row(id); p.State != store.PurchaseBought || time.Until(p.DueAt) < time.Minute {
			t.Errorf("state %s, due in %v", p.State, time.Until(p.DueAt))
		}
	})
}
