package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// run carries one purchase from its intent to an outcome: draft where the carrier has
// drafts, claim, send, settle, papers. It stops where the outcome is open; what is due
// then is the worker's.
func (s *Service) run(ctx context.Context, p store.Purchase, want prepared, permit accounts.Permit, until time.Time) {
	if want.account.Ops.Drafter != nil {
		var err error
		if p, permit, err = s.draft(ctx, p, want, permit); err != nil {
			s.lost(p, "draft", err)
			return
		}
	}
	p, err := s.send(ctx, p, want, permit)
	if err != nil {
		s.lost(p, "label", err)
		return
	}
	if p.State == store.PurchaseBought {
		s.papers(ctx, p, want.account, want.order, until)
	}
}

// errStopped says that the purchase has come to an end that is written down already.
var errStopped = errors.New("stopped")

// lost logs what ended a run early. A conflict is no fault: another worker has taken over.
func (s *Service) lost(p store.Purchase, op string, err error) {
	if err != nil && !errors.Is(err, errStopped) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, context.Canceled) {
		s.Logger.Error("purchase interrupted", "carrier", p.Adapter, "account", p.Account, "op", op, "shipment_id", p.ID, "err", err.Error())
	}
}

func labelRequest(p store.Purchase, o order) normalize.LabelRequest {
	return normalize.LabelRequest{Shipment: o.Shipment, Service: p.Service, ClientReference: p.ClientReference,
		Reference: p.Reference, Label: o.Label, CarrierData: o.CarrierData, Draft: p.Draft}
}

// draft books what costs nothing, stores its id before it is confirmed, and takes the permit
// for the confirmation. A draft that failed has cost nothing, so the purchase ends there.
func (s *Service) draft(ctx context.Context, p store.Purchase, want prepared, permit accounts.Permit) (store.Purchase, accounts.Permit, error) {
	attempt, err := s.Store.StartAttempt(ctx, p.Ref(), store.AttemptDraft, nil)
	if err != nil {
		permit.Cancel()
		return p, nil, err
	}
	res := store.AttemptResult{N: attempt.N, Outcome: store.OutcomeOK}
	var d normalize.Draft
	err = permit.Run(ctx, func(ctx context.Context) (err error) {
		d, err = want.account.Ops.Drafter.Draft(ctx, labelRequest(p, want.order))
		return err
	})
	if err != nil && normalize.KindOf(err) == normalize.KindDuplicate && want.account.Ops.Finder != nil {
		d, err = s.earlierDraft(ctx, p, want)
	}
	if err != nil {
		p, err = s.undrafted(ctx, p, res, normalize.AsError(err))
		return p, nil, err
	}
	p, err = s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
		Attempt: &res,
		Change: func(p *store.Purchase) error {
			p.Draft = &d
			return nil
		},
		History: []store.HistoryLine{{Status: "purchasing", Detail: "drafted, not yet confirmed"}},
	})
	if err != nil {
		return p, nil, err
	}
	if permit, err = s.Caller.Admit(ctx, want.account, adapters.OpLabel); err != nil {
		p, err = s.giveUp(ctx, p, nil, normalize.AsError(err), "drafted, but the confirmation was not admitted, so nothing was bought")
		return p, nil, err
	}
	return p, permit, nil
}

// undrafted ends a purchase whose draft failed: whatever came of the draft, it is free.
func (s *Service) undrafted(ctx context.Context, p store.Purchase, res store.AttemptResult, e *normalize.Error) (store.Purchase, error) {
	res.CarrierCode = e.Code
	switch {
	case e.NotSent:
		res.Outcome = store.OutcomeNotSent
	case e.Kind.AfterWrite() == normalize.NotBought || e.Kind == normalize.KindDuplicate:
		res.Outcome = store.OutcomeRefused
		return s.decline(ctx, p, res, e, "the carrier gave no draft, so nothing was bought")
	default:
		res.Outcome = store.OutcomeError
	}
	return s.giveUp(ctx, p, &res, e, "there was no draft to confirm, so nothing was bought")
}

// earlierDraft finds the draft that an earlier purchase of the same order line left behind.
func (s *Service) earlierDraft(ctx context.Context, p store.Purchase, want prepared) (normalize.Draft, error) {
	var found normalize.Found
	err := s.Caller.Call(ctx, want.account, adapters.OpFind, func(ctx context.Context) (err error) {
		found, err = want.account.Ops.Finder.Find(ctx, normalize.FindRequest{Ref: refOf(p, want.order)})
		return err
	})
	if err != nil {
		return normalize.Draft{}, err
	}
	if found.Draft == nil {
		return normalize.Draft{}, normalize.Fail(normalize.KindDuplicate, "the carrier has a label for this order line already")
	}
	return *found.Draft, nil
}

// send makes the one call that commits money. Its deadline is taken before the claim, so
// that a process that was frozen in between wakes up expired and does not send.
func (s *Service) send(ctx context.Context, p store.Purchase, want prepared, permit accounts.Permit) (store.Purchase, error) {
	limit := s.Caller.Limit(adapters.OpLabel)
	callCtx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	doc, err := json.Marshal(want.order)
	if err != nil {
		permit.Cancel()
		return p, err
	}
	digest := sha256.Sum256(doc)
	claimed, attempt, err := s.Store.ClaimPurchase(ctx, p.Ref(), store.Claim{
		From: []store.PurchaseState{store.PurchaseReady}, To: store.PurchaseSending, Lease: limit + leaseSlack,
		Kind: store.AttemptSend, Digest: digest[:], History: []store.HistoryLine{{Status: "purchasing", Detail: "being sent to the carrier"}},
	})
	if err != nil {
		permit.Cancel()
		return p, err
	}
	p = claimed
	recorded, phase := s.Caller.Recorded(callCtx, s.keep(p))
	var label normalize.Label
	err = permit.Run(recorded, func(ctx context.Context) (err error) {
		if err := ctx.Err(); err != nil {
			return &normalize.Error{Kind: normalize.KindTimeout, NotSent: true, Message: "the call's time was over before it began", Err: err}
		}
		label, err = want.account.Ops.Labeler.Label(ctx, labelRequest(p, want.order))
		return err
	})
	return s.outcome(ctx, p, want, label, err, store.AttemptResult{N: attempt.N, Phase: phase()})
}

// keep stores a raw reply before it is parsed, whoever holds the purchase by then.
func (s *Service) keep(p store.Purchase) func(context.Context, normalize.Evidence) error {
	return func(ctx context.Context, e normalize.Evidence) error {
		return s.Store.AppendEvidence(ctx, store.Evidence{Tenant: p.Tenant, Purchase: p.ID, Epoch: p.Epoch,
			Operation: e.Operation, Status: e.Status, Body: e.Body, At: e.At})
	}
}

// outcome writes down what the carrier said: bought, refused for certain, or unknown.
func (s *Service) outcome(ctx context.Context, p store.Purchase, want prepared, label normalize.Label, err error, res store.AttemptResult) (store.Purchase, error) {
	if err == nil {
		res.Outcome = store.OutcomeOK
		out, serr := s.settle(ctx, p, want.account, want.order, label, &res, "the carrier sold it")
		switch {
		case serr != nil && !errors.Is(serr, store.ErrDuplicate):
			return s.late(ctx, p, want, label, &res)
		case serr != nil:
			return s.park(ctx, p, &res, "the carrier answered with a label that another purchase of the account has", documentsOf(p, label.Documents)...)
		}
		return out, serr
	}
	e := normalize.AsError(err)
	res.CarrierCode = e.Code
	switch {
	case e.NotSent && detailsOf(p).Sends > 0:
		res.Outcome = store.OutcomeNotSent
		return s.unknown(ctx, p, want.account, res, "it could not be sent again; the carrier is asked once more what became of it")
	case e.NotSent:
		res.Outcome = store.OutcomeNotSent
		return s.giveUp(ctx, p, &res, e, "nothing was sent")
	case e.Kind.AfterWrite() == normalize.NotBought:
		res.Outcome = store.OutcomeRefused
		return s.decline(ctx, p, res, e, "the carrier refused")
	case e.Kind.AfterWrite() == normalize.Bought:
		res.Outcome = store.OutcomeUnknown
		return s.foundDuplicate(ctx, p, want, res, e)
	default:
		res.Outcome = store.OutcomeUnknown
		return s.unknown(ctx, p, want.account, res, "no usable answer came back: the carrier may have sold it")
	}
}

const hasReference = "the carrier has this reference already, and its label could not be fetched"

// foundDuplicate fetches the label that the carrier says it has sold under our reference.
// Where that one is another purchase's, this one has bought nothing.
func (s *Service) foundDuplicate(ctx context.Context, p store.Purchase, want prepared, res store.AttemptResult, e *normalize.Error) (store.Purchase, error) {
	var found normalize.Found
	err := errors.New("the carrier cannot be asked")
	if f := want.account.Ops.Finder; f != nil {
		err = s.Caller.Call(ctx, want.account, adapters.OpFind, func(ctx context.Context) (err error) {
			found, err = f.Find(ctx, normalize.FindRequest{Ref: refOf(p, want.order)})
			return err
		})
	}
	if err != nil || len(found.Labels) != 1 {
		return s.unknown(ctx, p, want.account, res, hasReference)
	}
	out, err := s.settle(ctx, p, want.account, want.order, found.Labels[0], &res, "the carrier had sold it already; its label was found")
	if errors.Is(err, store.ErrDuplicate) {
		res.Outcome = store.OutcomeRefused
		return s.decline(ctx, p, res, e, "the carrier has sold it already, to another purchase of the account")
	}
	if errors.Is(err, store.ErrConflict) {
		return s.late(ctx, p, want, found.Labels[0], &res)
	}
	return out, err
}
