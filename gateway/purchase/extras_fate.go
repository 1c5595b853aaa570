package purchase

import (
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// lookExtra asks what became of an extra's void. Neither gone nor alive is believed before it
// was seen twice, since a search lags behind.
func (s *Service) lookExtra(ctx context.Context, p store.Purchase, a *accounts.Account, o order, i int) (store.Purchase, error) {
	l, err := s.find(ctx, p, a, o, true, false)
	if err != nil {
		return p, err
	}
	shown := slices.ContainsFunc(l.Labels, detailsOf(l.p).Extras[i].is)
	e := detailsOf(l.p).Extras[i]
	switch {
	case l.failed == nil && shown:
		e.Alive, e.Empties, e.Unseen = e.Alive+1, 0, false
	case l.failed == nil && l.Complete && !e.Unseen:
		e.Empties, e.Alive = e.Empties+1, 0
	}
	e.Looks++
	switch {
	case e.Empties >= negatives:
		return s.extraChanged(ctx, l.p, i, &l.res, func(x *extra, _ time.Time) { x.State = extraVoided }, "the carrier has this extra label no more: ")
	case e.Alive >= negatives && e.State == extraUnsure && e.Voids < maxVoids:
		return s.extraChanged(ctx, l.p, i, &l.res, func(x *extra, now time.Time) { x.State, x.DueAt = extraLive, now }, "the void did not reach an extra label, and is sent again: ")
	case e.Alive >= negatives, e.Looks >= maxLooks:
		return s.extraStuck(ctx, l.p, i, &l.res)
	}
	return s.extraChanged(ctx, l.p, i, &l.res, func(x *extra, now time.Time) {
		x.Looks, x.Alive, x.Empties, x.Unseen = e.Looks, e.Alive, e.Empties, e.Unseen
		x.DueAt = now.Add(nextLook(quiet(a, p.Service), e.Looks, e.Empties > 0))
	}, "")
}

// extraStuck leaves an extra label to a person, who is told both ids.
func (s *Service) extraStuck(ctx context.Context, p store.Purchase, i int, res *store.AttemptResult) (store.Purchase, error) {
	e := detailsOf(p).Extras[i]
	s.Logger.Error("an extra label could not be voided", "carrier", p.Adapter, "account", p.Account, "op", "void", "shipment_id", p.ID)
	return s.extraChanged(ctx, p, i, res, func(e *extra, _ time.Time) { e.State = extraStuck },
		"bought twice: the label that counts is "+mainName(p)+"; this extra one could not be voided: "+e.name())
}

// mainName is the id at the carrier of the label that counts.
func mainName(p store.Purchase) string {
	if p.CarrierReference == "" {
		return p.TrackingNumber
	}
	return p.CarrierReference
}

// extraChanged writes down a change of an extra, with the attempt that brought it. detail goes
// before the extra's id into the history; an empty one is no line.
func (s *Service) extraChanged(ctx context.Context, p store.Purchase, i int, res *store.AttemptResult, change func(*extra, time.Time), detail string) (store.Purchase, error) {
	d := detailsOf(p)
	d.Extras = slices.Clone(d.Extras)
	e := &d.Extras[i]
	change(e, time.Now()) // for what comes of it here; the store's clock counts below
	stuck := e.State == extraStuck
	t := store.Transition{
		Attempt: res, Release: p.State != store.PurchaseBought, Labels: []store.BoughtLabel{extraLabel(p, *e)},
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			change(&d.Extras[i], p.UpdatedAt)
			p.Details = d.encode()
			if p.State != store.PurchaseBought { // whose papers are due
				resting(p)
			}
			return nil
		},
	}
	if detail != "" {
		line := store.HistoryLine{Status: Status(p.State), Detail: detail + e.name()}
		if stuck {
			line = store.HistoryLine{Status: "needs_attention", Detail: detail}
			t.Emit = emit("label.updated")
		}
		t.History = []store.HistoryLine{line}
	}
	return s.Store.TransitionPurchase(ctx, p.Ref(), t)
}

// seeTo does what a purchase that is settled, voided or parked still waits for.
func (s *Service) seeTo(ctx context.Context, p store.Purchase) error {
	a, o, err := s.accountAndOrder(p)
	if err != nil {
		return err
	}
	now := claimedAt(p)
	if p, err = s.voidExtras(ctx, p, a, o, now); err != nil {
		return err
	}
	if orphanDue(p, now) {
		return s.voidOrphan(ctx, p, a)
	}
	if d := detailsOf(p); len(d.Audits) > 0 && !d.Audits[0].After(now) {
		return s.audit(ctx, p, a, o)
	}
	if p.LeaseUntil.IsZero() {
		return nil
	}
	_, err = s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{Release: true, Change: func(p *store.Purchase) error {
		resting(p)
		return nil
	}})
	return err
}
