package purchase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// lateTries bounds how often a late answer is written down again, because somebody changes
// the purchase at the same time or the store cannot be written to: over half a minute.
const (
	lateTries = 8
	lateWait  = 5 * time.Millisecond   // after a change of somebody else, twice as long each time
	latePause = 250 * time.Millisecond // after a refusal of the store, in the same way
)

// late takes an answer that sold a label and that could not be written down as usual, mostly
// since it came after its lease had run out: state is fenced by the epoch, but what the carrier
// said is true all the same, and more than whoever looks for the purchase meanwhile can find
// out. Whatever became of the purchase, the label is known when late returns without a fault.
func (s *Service) late(ctx context.Context, p store.Purchase, want prepared, label normalize.Label, res *store.AttemptResult) (out store.Purchase, err error) {
	for try := range lateTries {
		switch {
		case errors.Is(err, store.ErrConflict):
			s.rest(lateWait << try)
		case err != nil:
			s.rest(latePause << try)
		}
		if out, err = s.lateOnce(ctx, p, want, label, res); err == nil || errors.Is(err, errStopped) ||
			errors.Is(err, store.ErrDuplicate) || errors.Is(err, store.ErrClosed) {
			return out, err
		}
	}
	return p, fmt.Errorf("the carrier's answer that it sold a label is only in the evidence: %s", err.Error())
}

// rest waits, unless the gateway is being stopped.
func (s *Service) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.stop:
	}
}

// lateOnce reads the purchase and writes the answer down. The attempt that brought it is closed
// where nobody else has done that.
func (s *Service) lateOnce(ctx context.Context, p store.Purchase, want prepared, label normalize.Label, res *store.AttemptResult) (store.Purchase, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	now, err := s.Store.Purchase(ctx, p.Tenant, p.ID)
	if err != nil {
		return p, err
	}
	if now.Epoch == p.Epoch && now.State == store.PurchaseSending {
		return s.settle(ctx, now, want.account, want.order, label, res, "the carrier sold it")
	}
	return s.lateFor(ctx, now, want, label)
}

// lateFor settles a purchase that is open. One that was given up keeps that word, and its label
// becomes an orphan; one that has another label has this one besides.
func (s *Service) lateFor(ctx context.Context, now store.Purchase, want prepared, label normalize.Label) (store.Purchase, error) {
	var res *store.AttemptResult
	switch now.State {
	case store.PurchaseDeclined, store.PurchaseFailed:
		_, err := s.orphanOf(ctx, want.account, now, label, "the carrier sold it all the same: its answer came late", true)
		return now, concluded(err)
	case store.PurchaseUnknown, store.PurchaseReconciling, store.PurchaseReady:
	case store.PurchaseSending: // again: whoever does that hears what the carrier makes of it
		var err error
		if res, err = s.openSend(ctx, now); err != nil {
			return now, err
		}
	case store.PurchaseParked:
		if isSold(now) && (!counts(now, label) || !now.SettledAt.IsZero()) {
			return s.lateBesides(ctx, now, label)
		}
	default:
		return s.lateBesides(ctx, now, label)
	}
	return s.settle(ctx, now, want.account, want.order, label, res, "the carrier's late answer says that it sold it")
}

// concluded says that nothing is to follow a write that succeeded.
func concluded(err error) error {
	if err == nil {
		return errStopped
	}
	return err
}

// openSend is the end of the attempt that another worker has under way, as far as it is known.
func (s *Service) openSend(ctx context.Context, p store.Purchase) (*store.AttemptResult, error) {
	f, err := s.Store.PurchaseFile(ctx, p.Tenant, p.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range f.Attempts {
		if a.Kind == store.AttemptSend && a.EndedAt.IsZero() {
			return &store.AttemptResult{N: a.N, Outcome: store.OutcomeUnknown}, nil
		}
	}
	return nil, nil
}

// lateBesides writes down a label that was sold besides the one that counts. It is voided, if it
// is certain that each is one of its own; else a person tells them apart.
func (s *Service) lateBesides(ctx context.Context, p store.Purchase, label normalize.Label) (store.Purchase, error) {
	named := label.CarrierReference != "" || label.TrackingNumber != ""
	if !named || !isSold(p) || counts(p, label) {
		return p, errStopped // it is known
	}
	d := detailsOf(p)
	added := d.addExtras(time.Now(), []normalize.Label{label})
	if len(added) == 0 {
		return p, errStopped
	}
	certain := byReference(p) && differs(p, label)
	line := store.HistoryLine{Status: Status(p.State), Detail: "the carrier's late answer sold a second label of it, which is voided: " + added[0].name()}
	if !certain {
		line = store.HistoryLine{Status: "needs_attention", Detail: "the label that counts is " + mainName(p) +
			", and the carrier's late answer names another one: " + added[0].name()}
	}
	_, err := s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
		// Whoever looks for the fate of a void writes down what it read before.
		Fence: p.State == store.PurchaseVoidUnknown, Labels: []store.BoughtLabel{extraLabel(p, added[0])},
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.addExtras(p.UpdatedAt, []normalize.Label{label})
			last := &d.Extras[len(d.Extras)-1]
			if last.Unseen = true; !certain {
				last.State = extraStuck
			}
			p.Details = d.encode()
			switch p.State {
			case store.PurchaseBought, store.PurchaseVoiding, store.PurchaseVoidUnknown: // it rests later
			default:
				resting(p)
			}
			return nil
		},
		History: []store.HistoryLine{line}, Emit: emit("label.updated"),
	})
	if err == nil {
		s.Logger.Error("a late answer sold a second label of a purchase", "carrier", p.Adapter, "account", p.Account, "op", string(adapters.OpLabel), "shipment_id", p.ID)
	}
	return p, concluded(err)
}
