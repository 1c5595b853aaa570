package purchase

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// decline ends a purchase that the carrier refused.
func (s *Service) decline(ctx context.Context, p store.Purchase, res store.AttemptResult, e *normalize.Error, detail string) (store.Purchase, error) {
	return s.end(ctx, p, store.PurchaseDeclined, &res, e, detail)
}

// giveUp ends a purchase of which the carrier has heard nothing that costs money.
func (s *Service) giveUp(ctx context.Context, p store.Purchase, res *store.AttemptResult, e *normalize.Error, detail string) (store.Purchase, error) {
	return s.end(ctx, p, store.PurchaseFailed, res, e, detail)
}

func (s *Service) end(ctx context.Context, p store.Purchase, state store.PurchaseState, res *store.AttemptResult, e *normalize.Error, detail string) (store.Purchase, error) {
	return s.conclude(ctx, p, store.Transition{
		Attempt: res, Release: true,
		Change: func(p *store.Purchase) error {
			p.State, p.Refusal, p.DueAt = state, encodeRefusal(e), time.Time{}
			return nil
		},
		History: []store.HistoryLine{{Status: "failed", Detail: detail + ": " + string(e.Kind)}},
		Emit:    emit("label.failed"),
	})
}

// unknown leaves a purchase to be reconciled when the carrier has had time to show it.
func (s *Service) unknown(ctx context.Context, p store.Purchase, a *accounts.Account, res store.AttemptResult, detail string) (store.Purchase, error) {
	return s.conclude(ctx, p, store.Transition{
		Attempt: &res, Release: true,
		Change: func(p *store.Purchase) error {
			p.State, p.DueAt = store.PurchaseUnknown, p.UpdatedAt.Add(quiet(a, p.Service))
			d := detailsOf(*p)
			d.Has = d.Has || detail == hasReference
			p.Details = d.encode()
			return nil
		},
		History: []store.HistoryLine{{Status: "unknown", Detail: detail}},
		Emit:    emit("label.unknown"),
	})
}

// park leaves a purchase to a person, with the papers that came. One that is parked already for
// the same reason, and was looked at once more, has nothing new to tell.
func (s *Service) park(ctx context.Context, p store.Purchase, res *store.AttemptResult, detail string, docs ...store.Document) (store.Purchase, error) {
	t := store.Transition{
		Attempt: res, Release: true, Documents: docs,
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.Parked = detail
			p.State, p.Details = store.PurchaseParked, d.encode()
			resting(p)
			return nil
		},
	}
	if p.State != store.PurchaseParked || detailsOf(p).Parked != detail {
		t.History = []store.HistoryLine{{Status: "needs_attention", Detail: detail}}
		t.Emit = emit("label.updated")
	}
	return s.conclude(ctx, p, t)
}

// conclude writes the end of a run.
func (s *Service) conclude(ctx context.Context, p store.Purchase, t store.Transition) (store.Purchase, error) {
	out, err := s.Store.TransitionPurchase(ctx, p.Ref(), t)
	if err != nil {
		return p, err
	}
	return out, errStopped
}

func emit(kind string) func(store.Purchase, *store.Tracker) []store.Event {
	return func(p store.Purchase, _ *store.Tracker) []store.Event { return []store.Event{event(kind, p)} }
}

// quiet is how long a lost purchase may still appear at the carrier.
func quiet(a *accounts.Account, service string) time.Duration {
	if a.QuietPeriod > 0 {
		return a.QuietPeriod
	}
	return a.Spec.PurchaseOf(service).QuietPeriod
}
