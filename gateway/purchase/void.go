package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Void cancels a label. It is written ahead like a purchase: whoever dies now leaves a
// void that is maybe done, and says so. Voiding a voided label changes nothing, and voiding
// one whose void is maybe done looks for its fate.
func (s *Service) Void(ctx context.Context, tenant, id string) (Label, error) {
	p, err := s.Store.Purchase(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return Label{}, gateway.NotFound("label")
	}
	if err != nil {
		return Label{}, err
	}
	switch p.State {
	case store.PurchaseVoided:
		s.cancelTracker(ctx, p)
		return s.Get(ctx, tenant, id)
	case store.PurchaseVoidUnknown: // never sent twice; the carrier is asked what became of it
		return s.Reconcile(ctx, tenant, id)
	}
	account, ok := s.Registry.Get(tenant, p.Account)
	if !ok {
		return Label{}, gateway.Refuse(gateway.CodeStateConflict, "the carrier account of this label is not there any more")
	}
	if account.Ops.Voider == nil {
		return Label{}, &gateway.Refusal{Code: gateway.CodeUnsupported, Channel: p.Channel, Detail: "this carrier has no way to void a label"}
	}
	permit, err := s.Caller.Admit(ctx, account, adapters.OpVoid)
	if err != nil {
		return Label{}, refuseChannel(p.Channel, normalize.AsError(err))
	}
	if err := s.claimVoid(context.WithoutCancel(ctx), p, account, permit, false); err != nil {
		return Label{}, err
	}
	return s.Get(context.WithoutCancel(ctx), tenant, id)
}

// claimVoid writes a void ahead and sends it. held says that the caller has the lease already.
func (s *Service) claimVoid(ctx context.Context, p store.Purchase, a *accounts.Account, permit accounts.Permit, held bool) error {
	// The deadline is older than the claim, as in send.
	limit := s.Caller.Limit(adapters.OpVoid)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	claimed, attempt, err := s.Store.ClaimPurchase(ctx, p.Ref(), store.Claim{
		From: voidable(p), Held: held,
		To: store.PurchaseVoiding, Lease: limit + leaseSlack, Kind: store.AttemptVoid,
		History: []store.HistoryLine{{Status: "voiding", Detail: "the void is being sent to the carrier"}},
	})
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrDuplicate) {
		permit.Cancel()
		return gateway.Refuse(gateway.CodeStateConflict, "a label that is "+Status(p.State)+" cannot be voided now")
	}
	if err != nil {
		permit.Cancel()
		return err
	}
	return s.sendVoid(ctx, claimed, a, permit, attempt)
}

// voidable are the states from which a void may be asked for: the label is paid for certain.
func voidable(p store.Purchase) []store.PurchaseState {
	out := []store.PurchaseState{store.PurchaseSettled, store.PurchaseBought, store.PurchaseVoidRefused}
	if p.CarrierReference != "" || p.TrackingNumber != "" {
		out = append(out, store.PurchaseParked) // bought, and given up for its papers only
	}
	return out
}

// cancelTracker ends the tracker of a voided label. Where it fails, voiding again repeats it.
func (s *Service) cancelTracker(ctx context.Context, p store.Purchase) {
	if p.TrackerID == "" {
		return
	}
	if err := s.Trackers.Cancel(ctx, string(p.Tenant), p.TrackerID); err != nil {
		s.Logger.Error("the tracker of a voided label goes on", "carrier", p.Adapter, "account", p.Account, "op", "void", "shipment_id", p.ID, "err", err.Error())
	}
}

func (s *Service) sendVoid(ctx context.Context, p store.Purchase, a *accounts.Account, permit accounts.Permit, attempt store.Attempt) error {
	var o order
	if err := json.Unmarshal(p.Request, &o); err != nil {
		permit.Cancel()
		return err
	}
	recorded, phase := s.Caller.Recorded(ctx, s.keep(p))
	reason := "cancelled by the seller"
	if detailsOf(p).Orphan != nil {
		reason = "no order has it"
	}
	var out normalize.Voided
	err := permit.Run(recorded, func(ctx context.Context) (err error) {
		out, err = a.Ops.Voider.Void(ctx, normalize.VoidRequest{Ref: refOf(p, o), Reason: reason})
		return err
	})
	res := store.AttemptResult{N: attempt.N, Phase: phase()}
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.voided(own, p, a, out, err, res)
}

// voided writes down what the carrier said of the void: done, refused for certain, or unknown.
func (s *Service) voided(ctx context.Context, p store.Purchase, a *accounts.Account, out normalize.Voided, err error, res store.AttemptResult) error {
	f, ferr := s.Store.PurchaseFile(ctx, p.Tenant, p.ID)
	if ferr != nil {
		return ferr
	}
	state, line := voidOutcome(p, out, err, &res)
	t := store.Transition{
		Attempt: &res, Release: true, History: []store.HistoryLine{line},
		Change: func(p *store.Purchase) error {
			p.State = state
			switch state {
			case store.PurchaseBought:
				p.DueAt = p.UpdatedAt // its papers are still to come
			case store.PurchaseVoidUnknown:
				beginLooking(p, a)
			default:
				changeOrphan(p, func(o *orphanage, now time.Time) {
					o.Void = o.Void && res.Outcome == store.OutcomeNotSent
					o.again(now.Add(extraLater))
				})
				resting(p)
			}
			return nil
		},
	}
	if state == store.PurchaseParked {
		t.Emit = emit("label.updated")
	}
	if state == store.PurchaseVoided {
		t.Emit, t.Labels = emit("label.voided"), voidedLabels(f)
	}
	after, terr := s.Store.TransitionPurchase(ctx, p.Ref(), t)
	switch {
	case terr != nil:
		return terr
	case state == store.PurchaseVoided:
		s.cancelTracker(ctx, after)
		return nil
	case state == store.PurchaseVoidUnknown:
		return nil
	}
	ref := refuseChannel(p.Channel, normalize.AsError(err))
	if f, ferr = s.Store.PurchaseFile(ctx, p.Tenant, p.ID); ferr != nil {
		return ferr
	}
	ref.Label = labelOf(f)
	return ref
}

// voidedLabels are the bought labels of a purchase, as they are once it is voided.
func voidedLabels(f store.PurchaseFile) []store.BoughtLabel {
	out := slices.Clone(f.Labels)
	for i := range out {
		out[i].Voided = true
	}
	return out
}

// unvoided is what a label is whose void came to nothing: what it was before, settled or
// bought with papers to come, or an orphan that needs a person.
func unvoided(p store.Purchase) store.PurchaseState {
	switch {
	case !p.SettledAt.IsZero():
		return store.PurchaseVoidRefused
	case detailsOf(p).Orphan != nil:
		return store.PurchaseParked
	}
	return store.PurchaseBought
}

// voidOutcome reads the answer to a void.
func voidOutcome(p store.Purchase, out normalize.Voided, err error, res *store.AttemptResult) (store.PurchaseState, store.HistoryLine) {
	before := unvoided(p)
	still := store.HistoryLine{Status: Status(before)}
	res.Outcome = store.OutcomeOK
	switch {
	case err == nil && out.Confirmed:
		return store.PurchaseVoided, store.HistoryLine{Status: "voided", Detail: "the carrier confirmed"}
	case err == nil:
		return store.PurchaseVoided, store.HistoryLine{Status: "voided", Detail: "not confirmed by the carrier, which has no such call: " + out.Message}
	}
	e := normalize.AsError(err)
	res.CarrierCode = e.Code
	switch {
	case e.NotSent:
		res.Outcome, still.Detail = store.OutcomeNotSent, "the void was not sent: "+string(e.Kind)
		return before, still
	case e.Kind.AfterWrite() == normalize.NotBought:
		res.Outcome, still.Detail = store.OutcomeRefused, "the carrier refused the void: "+string(e.Kind)
		return before, still
	}
	res.Outcome = store.OutcomeUnknown
	return store.PurchaseVoidUnknown, store.HistoryLine{Status: "needs_attention", Detail: "no usable answer to the void: " + string(e.Kind)}
}
