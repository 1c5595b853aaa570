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
	workBatch = 16
)

// Work fetches late papers and numbers, and turns purchases whose worker died into
// unknown ones, until ctx ends. It waits for what it began.
func (s *Service) Work(ctx context.Context) {
	ctx = accounts.InBackground(ctx)
	tick := time.NewTicker(workEvery)
	defer tick.Stop()
	for {
		s.expire(ctx)
		s.giveUp(ctx)
		s.fetchDue(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// expire marks purchases in flight whose lease has run out: whoever held it may have sent.
func (s *Service) expire(ctx context.Context) {
	change := func(p *store.Purchase) {
		if a, ok := s.Registry.Get(string(p.Tenant), p.Account); ok {
			p.DueAt = p.UpdatedAt.Add(quiet(a, p.Service))
		}
	}
	emit := func(p store.Purchase) []store.Event { return []store.Event{event("label.unknown", p)} }
	list, err := s.Store.ExpireLeases(ctx, workBatch, change, emit)
	if err != nil && ctx.Err() == nil {
		s.Logger.Error("leases could not be looked at", "op", "expire", "err", err.Error())
	}
	for _, p := range list {
		s.Logger.Warn("purchase left unknown by a worker that died", "carrier", p.Adapter, "account", p.Account, "shipment_id", p.ID)
	}
}

// giveUp ends purchases that were written down and never sent, for whoever began them is
// gone. The claim raises the epoch, so that a slow beginner cannot send any more.
func (s *Service) giveUp(ctx context.Context) {
	due, err := s.Store.ClaimDuePurchases(ctx, []store.PurchaseState{store.PurchaseReady}, store.Due{Lease: workLease, Limit: workBatch})
	if err != nil {
		if ctx.Err() == nil {
			s.Logger.Error("due purchases could not be claimed", "op", "label", "err", err.Error())
		}
		return
	}
	for _, p := range due {
		never := normalize.Fail(normalize.KindUnavailable, "the gateway stopped before anything was sent; buy again with a new key")
		_, err := s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
			Release: true,
			Change: func(p *store.Purchase) error {
				p.State, p.Refusal, p.DueAt = store.PurchaseFailed, encodeRefusal(never), time.Time{}
				return nil
			},
			History: []store.HistoryLine{{Status: "failed", Detail: "never sent: whoever began it is gone"}},
			Emit:    func(p store.Purchase, _ *store.Tracker) []store.Event { return []store.Event{event("label.failed", p)} },
		})
		if err != nil {
			s.lost(p, "label", err)
		}
	}
}

func (s *Service) fetchDue(ctx context.Context) {
	due, err := s.Store.ClaimDuePurchases(ctx, []store.PurchaseState{store.PurchaseBought}, store.Due{Lease: workLease, Limit: workBatch})
	if err != nil {
		if ctx.Err() == nil {
			s.Logger.Error("due purchases could not be claimed", "op", "documents", "err", err.Error())
		}
		return
	}
	for _, p := range due {
		s.fetchOne(ctx, p)
	}
}

func (s *Service) fetchOne(ctx context.Context, p store.Purchase) {
	a, ok := s.Registry.Get(string(p.Tenant), p.Account)
	if !ok {
		s.Logger.Error("purchase of an account that is not there any more", "account", p.Account, "shipment_id", p.ID)
		return
	}
	var o order
	if err := json.Unmarshal(p.Request, &o); err != nil {
		s.lost(p, "documents", err)
		return
	}
	if _, err := s.fetch(ctx, p, a, o); err != nil {
		s.lost(p, "documents", err)
	}
}
