package purchase

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// full is a store whose disk is full, or whose commits cannot be known, at the named write.
type full struct {
	Store
	at  string
	err error
}

func (f full) BeginPurchase(ctx context.Context, in store.Intent) (store.Begun, error) {
	if f.at == "intent" {
		return store.Begun{}, f.err
	}
	return f.Store.BeginPurchase(ctx, in)
}

func (f full) ClaimPurchase(ctx context.Context, ref store.Ref, c store.Claim) (store.Purchase, store.Attempt, error) {
	if f.at == string(c.Kind) {
		return store.Purchase{}, store.Attempt{}, f.err
	}
	return f.Store.ClaimPurchase(ctx, ref, c)
}

// Where there is no room to write ahead nothing is sent, neither a purchase nor a void, nor the
// void of an extra label; no more where it cannot be known whether it was written.
func TestNothingIsSentThatIsNotWrittenAhead(t *testing.T) {
	for _, fault := range []error{store.ErrDiskFull, store.ErrCommitUnknown} {
		for at, op := range map[string]adapters.Operation{"intent": adapters.OpLabel, "send": adapters.OpLabel, "void": adapters.OpVoid} {
			t.Run(fmt.Sprintf("%s: %v", at, fault), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newStand(t, &northwind{label: sold, void: voids})
					if at == "void" {
						s.mustBuy("k0")
					}
					whole := s.Store
					s.Store = full{whole, at, fault}
					before := s.carrier.calls(op)
					var err error
					if at == "void" {
						_, err = s.Void(t.Context(), "t1", s.only().ID)
					} else {
						_, err = s.buy("k1")
					}
					if s.carrier.calls(op) != before || at != "send" && !errors.Is(err, fault) {
						t.Errorf("%d calls were made, %v", s.carrier.calls(op)-before, err)
					}
					if at != "send" {
						return
					}
					if p := s.only(); p.State != store.PurchaseReady {
						t.Errorf("the purchase is %s", p.State)
					}
				})
			})
		}
	}
}

// The void of an extra label waits for room too, and is sent then.
func TestAnExtraIsNotVoidedUnwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		carrier := soldTwice()
		s := newStand(t, carrier.northwind)
		whole := s.Store
		s.Store = full{whole, "void", store.ErrDiskFull}
		id := s.mustBuy("k1").Label.ID
		time.Sleep(time.Until(s.row(id).DueAt))
		s.workOnce()
		if n := carrier.calls(adapters.OpVoid); n != 0 {
			t.Errorf("%d voids were sent unwritten", n)
		}
		s.Store = whole
		time.Sleep(2 * workLease)
		s.workOnce()
		if l := s.get(s.only().ID); carrier.calls(adapters.OpVoid) != 1 || l.Status != "purchased" {
			t.Errorf("%d voids, %s: %+v", carrier.calls(adapters.OpVoid), l.Status, l.History)
		}
	})
}

// workOnce does what is due now.
func (s *stand) workOnce() {
	for _, p := range s.due(s.t.Context(), workStates...) {
		s.lost(p, workOf(p.State), s.resume(s.t.Context(), p))
	}
}

// workFor does what is due, when it is due, for at most d: as the worker does, without its ticks.
func (s *stand) workFor(d time.Duration) {
	end := time.Now().Add(d)
	for due := s.only().DueAt; !due.IsZero() && due.Before(end); due = s.only().DueAt {
		time.Sleep(max(time.Until(due), time.Millisecond))
		s.workOnce()
		s.begun.Wait()
	}
}
