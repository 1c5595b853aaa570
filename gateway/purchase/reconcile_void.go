package purchase

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// lookVoid asks whether a label still lives: gone is voided, alive is still paid, and what
// cannot be told stays with a person.
func (s *Service) lookVoid(ctx context.Context, p store.Purchase) error {
	a, o, err := s.accountAndOrder(p)
	if err != nil {
		return err
	}
	t := store.Transition{Release: true}
	state, due := store.PurchaseVoidUnknown, time.Duration(0)
	line := store.HistoryLine{Status: "needs_attention", Detail: "this carrier cannot be asked whether the label was voided"}
	if a.Ops.Finder != nil {
		found, res, err := s.find(ctx, p, a, o, false)
		t.Attempt = closing(res)
		d := detailsOf(p)
		d.Looks++
		switch {
		case err == nil && found.Complete && len(found.Labels) == 0:
			state, line = store.PurchaseVoided, store.HistoryLine{Status: "voided", Detail: "the carrier has no live label any more"}
		case err == nil && len(found.Labels) > 0 && d.Looks >= negatives:
			state = unvoided(p)
			line = store.HistoryLine{Status: Status(state), Detail: "the label still lives at the carrier: the void did not reach it"}
		case d.Looks < maxLooks:
			due = nextLook(quiet(a, p.Service), d.Looks, false)
			line.Detail = "it is not known yet whether the label was voided"
		}
		t.Change = func(p *store.Purchase) error {
			p.Details = d.encode()
			return nil
		}
	}
	more := t.Change
	t.Change = func(p *store.Purchase) error {
		p.State, p.DueAt = state, time.Time{}
		if due > 0 || state == store.PurchaseBought { // whose papers are still to come
			p.DueAt = p.UpdatedAt.Add(due)
		}
		if more != nil {
			return more(p)
		}
		return nil
	}
	t.History = []store.HistoryLine{line}
	t.Emit = func(p store.Purchase, _ *store.Tracker) []store.Event {
		if p.State != store.PurchaseVoided {
			return nil
		}
		return []store.Event{event("label.voided", p)}
	}
	if state == store.PurchaseVoided {
		f, err := s.Store.PurchaseFile(ctx, p.Tenant, p.ID)
		if err != nil {
			return err
		}
		t.Labels = voidedLabels(f)
	}
	out, err := s.Store.TransitionPurchase(ctx, p.Ref(), t)
	if err == nil && out.State == store.PurchaseVoided {
		s.cancelTracker(ctx, out)
	}
	return err
}
