package purchase

import (
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// lookVoid asks whether a label still lives: gone is voided, alive is still paid, and what
// cannot be told stays with a person. Neither is believed before it was seen twice, since a
// search lags behind a purchase as well as behind its void.
func (s *Service) lookVoid(ctx context.Context, p store.Purchase, held bool) error {
	a, o, err := s.accountAndOrder(p)
	if err != nil {
		return err
	}
	if a.Ops.Finder == nil {
		return s.voidStays(ctx, p)
	}
	l, err := s.find(ctx, p, a, o, held, false)
	if err != nil {
		return err
	}
	alive := l.failed == nil && slices.ContainsFunc(l.Labels, func(label normalize.Label) bool { return !isAnother(l.p, label) })
	gone := l.failed == nil && l.Complete && !alive && !unseen(l.p)
	d := detailsOf(l.p)
	if !l.early {
		d.Looks++
	}
	switch {
	case gone && !l.early && l.p.Empties+1 >= negatives:
		return s.foundVoided(ctx, l)
	case alive && !l.early && d.Looks >= negatives:
		return s.foundAlive(ctx, l)
	}
	_, err = s.Store.TransitionPurchase(ctx, l.p.Ref(), store.Transition{
		Attempt: &l.res, Release: true,
		Change: func(p *store.Purchase) error {
			p.Details = d.encode()
			switch {
			case l.early:
			case d.Looks < maxLooks:
				p.DueAt = p.UpdatedAt.Add(nextLook(quiet(a, p.Service), d.Looks, gone))
			default:
				p.DueAt = time.Time{}
			}
			if gone && !l.early {
				p.Empties++
			}
			return nil
		},
		History: []store.HistoryLine{{Status: "needs_attention", Detail: "it is not known yet whether the label was voided"}},
	})
	return err
}

// unseen tells whether the search has said of this very label that it is not there, and was
// wrong: its silence proves nothing.
func unseen(p store.Purchase) bool {
	o := detailsOf(p).Orphan
	return o != nil && o.Of != ""
}

// isAnother tells whether a label is certainly not the one that counts for p, but one that was
// bought besides under the same reference, as can be at a carrier that accepts duplicates.
func isAnother(p store.Purchase, l normalize.Label) bool {
	if adapters.Class(p.Class) != adapters.ClassC {
		return false
	}
	return !counts(p, l) && differs(p, l)
}

// differs tells whether p and l have different ids at the carrier.
func differs(p store.Purchase, l normalize.Label) bool {
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	return differ(p.CarrierReference, l.CarrierReference) || differ(p.TrackingNumber, l.TrackingNumber)
}

// voidStays leaves a void to a person, once.
func (s *Service) voidStays(ctx context.Context, p store.Purchase) error {
	if p.DueAt.IsZero() {
		return nil
	}
	_, err := s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
		Release: true,
		Change: func(p *store.Purchase) error {
			p.DueAt = time.Time{}
			return nil
		},
		History: []store.HistoryLine{{Status: "needs_attention", Detail: "this carrier cannot be asked whether the label was voided"}},
	})
	return err
}

func (s *Service) foundVoided(ctx context.Context, l answer) error {
	f, err := s.Store.PurchaseFile(ctx, l.p.Tenant, l.p.ID)
	if err != nil {
		return err
	}
	out, err := s.Store.TransitionPurchase(ctx, l.p.Ref(), store.Transition{
		Attempt: &l.res, Release: true, Labels: voidedLabels(f), Emit: emit("label.voided"),
		Change: func(p *store.Purchase) error {
			p.State = store.PurchaseVoided
			resting(p)
			return nil
		},
		History: []store.HistoryLine{{Status: "voided", Detail: "the carrier has no live label any more"}},
	})
	if err == nil {
		s.cancelTracker(ctx, out)
	}
	return err
}

func (s *Service) foundAlive(ctx context.Context, l answer) error {
	state := unvoided(l.p)
	_, err := s.Store.TransitionPurchase(ctx, l.p.Ref(), store.Transition{
		Attempt: &l.res, Release: true, Emit: emit("label.updated"),
		Change: func(p *store.Purchase) error {
			p.State = state
			changeOrphan(p, func(o *orphanage, now time.Time) { o.again(now) })
			resting(p)
			if state == store.PurchaseBought {
				p.DueAt = p.UpdatedAt // its papers are still to come
			}
			return nil
		},
		History: []store.HistoryLine{{Status: Status(state), Detail: "the label still lives at the carrier: the void did not reach it"}},
	})
	return err
}

// beginLooking is when and with what record the looks for a void's fate begin.
func beginLooking(p *store.Purchase, a *accounts.Account) {
	d := detailsOf(*p)
	d.Looks = 0
	p.Empties, p.Details = 0, d.encode()
	p.DueAt = p.UpdatedAt.Add(quiet(a, p.Service))
}
