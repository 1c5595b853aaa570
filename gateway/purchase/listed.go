package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// What a listed shipment is to us.
const (
	listedKnown    = "known"
	listedFound    = "found"    // the fate of a purchase that was open
	listedReopened = "reopened" // a live label of a purchase that had ended
	listedExtra    = "extra"    // a second label of a purchase
	listedOrphan   = "orphan"   // of ours, and nobody knows it
	listedForeign  = "foreign"  // of nobody here, as far as it shows
)

// listed acts on one shipment of an account's list.
func (s *Service) listed(ctx context.Context, a *accounts.Account, l normalize.Listed, open []*unproven) error {
	result, p, err := s.whose(ctx, a, l)
	if err != nil {
		return err
	}
	if result == listedForeign && !l.Gone {
		for _, c := range open {
			c.consider(l)
		}
	}
	if result == listedKnown && l.Charged {
		err = s.charged(ctx, a, p)
	}
	s.metrics.listed.WithLabelValues(a.Adapter, result).Inc()
	return err
}

// whose finds the purchase of a shipment that a carrier lists or bills, and writes down what
// that proves. Where another worker has the purchase, it is left to the next list.
func (s *Service) whose(ctx context.Context, a *accounts.Account, l normalize.Listed) (string, store.Purchase, error) {
	tenant := store.Tenant(a.Tenant)
	p, err := s.Store.PurchaseByClientReference(ctx, tenant, l.ClientReference)
	if err == nil && p.Account != a.ID {
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) {
		p, err = s.Passes.PurchaseByLabel(ctx, tenant, a.ID, l.CarrierReference, l.TrackingNumber)
	}
	switch {
	case errors.Is(err, store.ErrNotFound) && ids.IsClientReference(s.Store.Meta().Prefix, l.ClientReference):
		if l.Gone {
			return listedKnown, p, nil // it costs nothing
		}
		p, err = s.orphan(ctx, a, l)
		return listedOrphan, p, err
	case errors.Is(err, store.ErrNotFound):
		return listedForeign, p, nil
	case err != nil:
		return "", p, err
	}
	result, p, err := s.listedOf(ctx, a, p, l)
	if errors.Is(err, store.ErrConflict) {
		return listedKnown, p, nil
	}
	return result, p, err
}

// listedOf acts on a shipment that belongs to a purchase.
func (s *Service) listedOf(ctx context.Context, a *accounts.Account, p store.Purchase, l normalize.Listed) (string, store.Purchase, error) {
	label := l.Label()
	named := label.CarrierReference != "" || label.TrackingNumber != ""
	mine := !named || !isSold(p) || counts(p, label)
	switch p.State {
	case store.PurchaseReady, store.PurchaseSending, store.PurchaseVoiding, store.PurchaseVoidUnknown:
		return listedKnown, p, nil
	}
	switch {
	case l.Gone, !mine && slices.ContainsFunc(detailsOf(p).Extras, func(e extra) bool { return e.is(label) }):
		return listedKnown, p, nil
	case !mine:
		p, err := s.listedTwice(ctx, p, label)
		return listedExtra, p, err
	}
	switch p.State {
	case store.PurchaseUnknown, store.PurchaseReconciling, store.PurchaseParked:
		if isSold(p) {
			return listedKnown, p, nil
		}
		p, err := s.proven(ctx, a, p, l)
		return listedFound, p, err
	case store.PurchaseDeclined, store.PurchaseFailed:
		return s.listedLate(ctx, a, p, l)
	case store.PurchaseVoided:
		if time.Since(p.UpdatedAt) < max(time.Hour, 2*quiet(a, p.Service)) {
			return listedKnown, p, nil // its list lags behind the void
		}
		p, err := s.reopen(ctx, p, label, "the carrier lists this label as live, although it was voided: void it again")
		return listedReopened, p, err
	}
	return listedKnown, p, nil
}

// listedLate acts on a shipment of a purchase that had been given up: an orphan, known or new. It
// may have been lying there for a day, so that a person voids it.
func (s *Service) listedLate(ctx context.Context, a *accounts.Account, p store.Purchase, l normalize.Listed) (string, store.Purchase, error) {
	known, err := s.byLabel(ctx, p, l.Label())
	switch {
	case err == nil && known.State == store.PurchaseVoided:
		return s.listedOf(ctx, a, known, l)
	case err == nil:
		return listedKnown, known, nil
	case !errors.Is(err, store.ErrNotFound):
		return "", p, err
	}
	p, err = s.orphanOf(ctx, a, p, l.Label(), "the carrier lists a label of it", false)
	return listedReopened, p, err
}

// isSold tells whether the carrier's id or number of a purchase is known.
func isSold(p store.Purchase) bool { return p.CarrierReference != "" || p.TrackingNumber != "" }

// proven settles a purchase whose fate was open by a shipment that is certainly its own. The
// line is kept as evidence before anything else.
func (s *Service) proven(ctx context.Context, a *accounts.Account, p store.Purchase, l normalize.Listed) (store.Purchase, error) {
	if err := s.keepLine(ctx, p, l); err != nil {
		return p, err
	}
	var o order
	if err := json.Unmarshal(p.Request, &o); err != nil {
		return p, err
	}
	p, res, err := s.holdListed(ctx, p)
	if err != nil {
		return p, err
	}
	out, err := s.settle(ctx, p, a, o, l.Label(), &res, "found in what the carrier lists of the account")
	if errors.Is(err, store.ErrDuplicate) {
		out, err = s.park(ctx, p, &res, "the carrier lists it with a label that another purchase of the account has")
		if errors.Is(err, errStopped) {
			err = nil
		}
	}
	return out, err
}

// holdListed claims a purchase whose fate a list tells, so that nobody else decides it meanwhile.
func (s *Service) holdListed(ctx context.Context, p store.Purchase) (store.Purchase, store.AttemptResult, error) {
	p, attempt, err := s.Store.ClaimPurchase(ctx, p.Ref(), store.Claim{From: []store.PurchaseState{p.State}, To: p.State,
		Lease: leaseSlack, Kind: store.AttemptFind})
	return p, store.AttemptResult{N: attempt.N, Outcome: store.OutcomeOK}, err
}

func (s *Service) keepLine(ctx context.Context, p store.Purchase, l normalize.Listed) error {
	line, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return s.Store.AppendEvidence(ctx, store.Evidence{Tenant: p.Tenant, Purchase: p.ID, Epoch: p.Epoch, Operation: string(adapters.OpList), Body: line})
}

// listedTwice writes down a second label of a purchase; the worker voids it.
func (s *Service) listedTwice(ctx context.Context, p store.Purchase, label normalize.Label) (store.Purchase, error) {
	d := detailsOf(p)
	added := d.addExtras(time.Now(), []normalize.Label{label})
	if len(added) == 0 {
		return p, nil
	}
	s.Logger.Error("the carrier lists a second label of a purchase", "carrier", p.Adapter, "account", p.Account, "op", "list", "shipment_id", p.ID)
	return s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
		Labels: []store.BoughtLabel{extraLabel(p, added[0])},
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.addExtras(p.UpdatedAt, []normalize.Label{label})
			p.Details = d.encode()
			if p.State != store.PurchaseBought {
				resting(p)
			}
			return nil
		},
		History: []store.HistoryLine{{Status: Status(p.State), Detail: "the carrier lists a second label of it, which is voided: " + added[0].name()}},
	})
}

// reopen gives a purchase that was voided to a person, since its label lives.
func (s *Service) reopen(ctx context.Context, p store.Purchase, label normalize.Label, detail string) (store.Purchase, error) {
	var o order
	if err := json.Unmarshal(p.Request, &o); err != nil {
		return p, err
	}
	p, res, err := s.holdListed(ctx, p)
	if err != nil {
		return p, err
	}
	s.Logger.Error("a label that was voided lives", "carrier", p.Adapter, "account", p.Account, "op", "list", "shipment_id", p.ID)
	return s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
		Attempt: &res, Release: true, Labels: []store.BoughtLabel{boughtLabel(p, label)},
		Change: func(p *store.Purchase) error {
			apply(p, o, label)
			p.State, p.Refusal = store.PurchaseParked, nil
			resting(p)
			return nil
		},
		History: []store.HistoryLine{{Status: "needs_attention", Detail: detail}},
		Emit:    emit("label.updated"),
	})
}
