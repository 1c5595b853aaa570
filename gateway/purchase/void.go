package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Void cancels a label. It is written ahead like a purchase: whoever dies now leaves a
// void that is maybe done, and says so. Voiding a voided label changes nothing.
func (s *Service) Void(ctx context.Context, tenant, id string) (Label, error) {
	p, err := s.Store.Purchase(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return Label{}, gateway.NotFound("label")
	}
	if err != nil {
		return Label{}, err
	}
	if p.State == store.PurchaseVoided {
		return s.Get(ctx, tenant, id)
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
	// The deadline is older than the claim, as in send.
	limit := s.Caller.Limit(adapters.OpVoid)
	callCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	claimed, attempt, err := s.Store.ClaimPurchase(ctx, p.Ref(), store.Claim{
		From: []store.PurchaseState{store.PurchaseSettled, store.PurchaseBought, store.PurchaseVoidRefused},
		To:   store.PurchaseVoiding, Lease: limit + leaseSlack, Kind: store.AttemptVoid,
		History: []store.HistoryLine{{Status: "voiding", Detail: "the void is being sent to the carrier"}},
	})
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrDuplicate) {
		permit.Cancel()
		return Label{}, gateway.Refuse(gateway.CodeStateConflict, "a label that is "+Status(p.State)+" cannot be voided now")
	}
	if err != nil {
		permit.Cancel()
		return Label{}, err
	}
	if err := s.sendVoid(callCtx, claimed, account, permit, attempt); err != nil {
		return Label{}, err
	}
	return s.Get(context.WithoutCancel(ctx), tenant, id)
}

func (s *Service) sendVoid(ctx context.Context, p store.Purchase, a *accounts.Account, permit accounts.Permit, attempt store.Attempt) error {
	var o order
	if err := json.Unmarshal(p.Request, &o); err != nil {
		permit.Cancel()
		return err
	}
	recorded, phase := s.Caller.Recorded(ctx, s.keep(p))
	var out normalize.Voided
	err := permit.Run(recorded, func(ctx context.Context) (err error) {
		out, err = a.Ops.Voider.Void(ctx, normalize.VoidRequest{Ref: refOf(p, o), Reason: "cancelled by the seller"})
		return err
	})
	res := store.AttemptResult{N: attempt.N, Phase: phase()}
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.voided(own, p, out, err, res)
}

func (s *Service) voided(ctx context.Context, p store.Purchase, out normalize.Voided, err error, res store.AttemptResult) error {
	state, line := store.PurchaseVoided, store.HistoryLine{Status: "voided", Detail: "the carrier confirmed"}
	if err == nil && !out.Confirmed {
		line.Detail = "not confirmed by the carrier, which has no such call: " + out.Message
	}
	res.Outcome = store.OutcomeOK
	if err != nil {
		e := normalize.AsError(err)
		res.CarrierCode = e.Code
		switch {
		case e.NotSent:
			res.Outcome = store.OutcomeNotSent
			state, line = store.PurchaseVoidRefused, store.HistoryLine{Status: "purchased", Detail: "the void was not sent: " + string(e.Kind)}
		case e.Kind.AfterWrite() == normalize.NotBought:
			res.Outcome = store.OutcomeRefused
			state, line = store.PurchaseVoidRefused, store.HistoryLine{Status: "purchased", Detail: "the carrier refused the void: " + string(e.Kind)}
		default:
			res.Outcome = store.OutcomeUnknown
			state, line = store.PurchaseVoidUnknown, store.HistoryLine{Status: "needs_attention", Detail: "no usable answer to the void: " + string(e.Kind)}
		}
	}
	after, terr := s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
		Attempt: &res, Release: true, History: []store.HistoryLine{line},
		Change: func(p *store.Purchase) error {
			p.State, p.DueAt = state, time.Time{}
			return nil
		},
		Emit: func(p store.Purchase, _ *store.Tracker) []store.Event {
			if p.State != store.PurchaseVoided {
				return nil
			}
			return []store.Event{event("label.voided", p)}
		},
	})
	if terr != nil {
		return terr
	}
	if state == store.PurchaseVoidRefused {
		ref := refuseChannel(p.Channel, normalize.AsError(err))
		f, ferr := s.Store.PurchaseFile(ctx, after.Tenant, after.ID)
		if ferr != nil {
			return ferr
		}
		ref.Label = labelOf(f)
		return ref
	}
	return nil
}
