package purchase

import (
	"context"
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// How the worker looks for what is due.
const (
	workEvery = 500 * time.Millisecond
	workLease = time.Minute
	workBatch = 16 // also how many purchases are looked after at once
	// accountGone is when to look again at a purchase whose account cannot be used.
	accountGone = 15 * time.Minute
)

// Work does what is due until ctx ends: it fetches late papers and numbers, ends purchases
// that were never sent, turns those whose worker died into unknown ones, and looks for the
// fate of unknown purchases and voids. It waits for what it began.
func (s *Service) Work(ctx context.Context) {
	ctx = accounts.InBackground(ctx)
	tick := time.NewTicker(workEvery)
	defer tick.Stop()
	defer s.begun.Wait()
	if s.Passes != nil && s.PassEvery > 0 {
		s.begun.Go(func() { s.makePasses(ctx) })
	}
	for {
		s.expire(ctx)
		s.each(s.due(ctx, workStates...), func(p store.Purchase) error { return s.resume(ctx, p) })
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// workStates are those in which a purchase waits for somebody.
var workStates = []store.PurchaseState{store.PurchaseReady, store.PurchaseBought, store.PurchaseUnknown, store.PurchaseReconciling, store.PurchaseVoidUnknown,
	// These wait for their extra labels and audits only.
	store.PurchaseSettled, store.PurchaseVoided, store.PurchaseVoidRefused, store.PurchaseParked}

// resume goes on with a purchase that was claimed.
func (s *Service) resume(ctx context.Context, p store.Purchase) error {
	switch p.State {
	case store.PurchaseReady:
		return s.unsent(ctx, p)
	case store.PurchaseBought:
		return s.fetchLate(ctx, p)
	case store.PurchaseVoidUnknown:
		return s.lookVoid(ctx, p, true)
	case store.PurchaseUnknown, store.PurchaseReconciling:
		return s.look(ctx, p, true)
	default:
		return s.seeTo(ctx, p)
	}
}

// due claims purchases to look after, as many as there are places.
func (s *Service) due(ctx context.Context, states ...store.PurchaseState) []store.Purchase {
	room := cap(s.places) - len(s.places)
	if room == 0 {
		return nil
	}
	list, err := s.Store.ClaimDuePurchases(ctx, states, store.Due{Lease: workLease, Limit: room})
	if err != nil && ctx.Err() == nil {
		s.Logger.Error("due purchases could not be claimed", "op", "claim", "err", err.Error())
	}
	return list
}

// claimedAt is when the worker claimed a purchase that was due, by the store's clock.
func claimedAt(p store.Purchase) time.Time { return p.LeaseUntil.Add(-workLease) }

// each looks after purchases, each on its own, so that a slow carrier holds up no other's.
func (s *Service) each(list []store.Purchase, do func(store.Purchase) error) {
	for _, p := range list {
		s.places <- struct{}{}
		s.begun.Go(func() {
			defer func() { <-s.places }()
			s.lost(p, workOf(p.State), do(p))
		})
	}
}

// workOf names what the worker does with a purchase of a state, for the log.
func workOf(state store.PurchaseState) string {
	switch state {
	case store.PurchaseReady:
		return "label"
	case store.PurchaseBought:
		return "documents"
	case store.PurchaseVoidUnknown, store.PurchaseVoided, store.PurchaseVoidRefused:
		return "void"
	default:
		return "find"
	}
}

// expire marks purchases in flight whose lease has run out: whoever held it may have sent.
func (s *Service) expire(ctx context.Context) {
	change := func(p *store.Purchase) {
		if a, ok := s.Registry.Get(string(p.Tenant), p.Account); ok {
			beginLooking(p, a)
		}
	}
	told := func(p store.Purchase) []store.Event {
		if p.State == store.PurchaseVoidUnknown {
			return []store.Event{event("label.updated", p)}
		}
		return []store.Event{event("label.unknown", p)}
	}
	list, err := s.Store.ExpireLeases(ctx, workBatch, change, told)
	if err != nil && ctx.Err() == nil {
		s.Logger.Error("leases could not be looked at", "op", "expire", "err", err.Error())
	}
	for _, p := range list {
		s.Logger.Warn("purchase left unknown by a worker that died", "carrier", p.Adapter, "account", p.Account, "shipment_id", p.ID)
	}
}

// unsent ends a purchase that was written down and never sent, for whoever began it is gone.
// The claim has raised the epoch, so that a slow beginner cannot send any more. One that was to
// be sent again was sent before, and is looked for once more.
func (s *Service) unsent(ctx context.Context, p store.Purchase) error {
	if detailsOf(p).Sends > 0 {
		_, err := s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
			Release: true,
			Change: func(p *store.Purchase) error {
				p.State, p.DueAt = store.PurchaseReconciling, p.UpdatedAt
				return nil
			},
			History: []store.HistoryLine{{Status: "unknown", Detail: "not sent again: whoever was to do it is gone; looked for once more"}},
			Emit:    emit("label.unknown"),
		})
		return err
	}
	_, err := s.giveUp(ctx, p, nil, normalize.Fail(normalize.KindUnavailable, "the gateway stopped before anything was sent; buy again with a new key"),
		"never sent: whoever began it is gone")
	return err
}

// fetchLate asks for the papers and numbers of a label that is bought.
func (s *Service) fetchLate(ctx context.Context, p store.Purchase) error {
	a, ok := s.Registry.Get(string(p.Tenant), p.Account)
	if !ok || a.Ops.Documenter == nil {
		s.Logger.Error("a bought label waits for an account that cannot be used", "carrier", p.Adapter, "account", p.Account, "shipment_id", p.ID)
		_, err := s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{Release: true, Change: func(p *store.Purchase) error {
			p.DueAt = p.UpdatedAt.Add(accountGone)
			return nil
		}})
		return err
	}
	var o order
	if err := json.Unmarshal(p.Request, &o); err != nil {
		return err
	}
	p, err := s.voidExtras(ctx, p, a, o, claimedAt(p))
	if err == nil {
		_, err = s.fetch(ctx, p, a, o, time.Time{})
	}
	return err
}
