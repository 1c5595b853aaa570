package purchase

import (
	"context"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// byCharges is where a sum comes from that the carrier tells by itself.
const byCharges = "the carrier's charges"

// charged asks what a label cost in the end, of which the carrier lists a charge.
func (s *Service) charged(ctx context.Context, a *accounts.Account, p store.Purchase) error {
	if a.Ops.Coster == nil || !isSold(p) {
		return nil
	}
	o := order{}
	ref := refOf(p, o)
	var cost normalize.ActualCost
	err := s.Caller.Call(ctx, a, adapters.OpActualCost, func(ctx context.Context) (err error) {
		cost, err = a.Ops.Coster.ActualCost(ctx, ref)
		return err
	})
	if err != nil && normalize.KindOf(err) == normalize.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	_, _, err = s.bill(ctx, p, cost.Total, byCharges)
	return err
}

// bill writes down what a carrier charged in the end, and tells where that is not what it, or
// else the quote, said. adjusted says that it was told.
func (s *Service) bill(ctx context.Context, p store.Purchase, amount normalize.Money, by string) (after store.Purchase, adjusted bool, err error) {
	d := detailsOf(p)
	if d.Billed != nil && *d.Billed == amount && d.BilledBy == by {
		return p, false, nil
	}
	detail := "billed " + amount.String() + " by " + by
	expected := p.Cost
	switch {
	case d.Billed != nil:
		expected = *d.Billed
	case expected.IsZero():
		expected = p.Quote
	}
	adjusted = s.drifted(expected, amount)
	if adjusted {
		detail += ", and " + expected.String() + " was expected"
	}
	t := store.Transition{
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.Billed, d.BilledBy = &amount, by
			p.Details = d.encode()
			p.Spend = s.spent(*p, normalize.Label{Cost: amount})
			return nil
		},
		History: []store.HistoryLine{{Status: Status(p.State), Detail: detail}},
	}
	if adjusted {
		t.Emit = emit("label.adjusted")
	}
	after, err = s.Store.TransitionPurchase(ctx, p.Ref(), t)
	return after, adjusted && err == nil, err
}
