package wishpost

import (
	"context"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Void cancels the order. An answer that lists nothing as failed is WishPost's yes. Cancelling
// twice is as good as once: of an order that cannot be cancelled the state tells whether it
// already is.
// Source: one public client of cancel_orders, read 2026-11-21.
func (a *Adapter) Void(ctx context.Context, req normalize.VoidRequest) (normalize.Voided, error) {
	// tracking_id may be the carrier's number or WishPost's own; the latter is always there.
	id := either(req.Ref.CarrierReference, req.Ref.TrackingNumber)
	if id == "" {
		return normalize.Voided{}, needNumber(adapters.OpVoid)
	}
	var out cancelAnswer
	reply, err := a.client.callJSON(ctx, adapters.OpVoid, pathCancel, func(access string) any {
		return cancelRequest{AccessToken: access, Orders: []cancelOrder{{TrackingID: id, ReasonCode: a.config.CancelReason}}}
	}, &out)
	if err != nil {
		return normalize.Voided{}, err
	}
	if out.Failed != nil && len(out.Failed) == 0 {
		return normalize.Voided{Confirmed: true}, nil
	}
	if out.Failed == nil {
		return normalize.Voided{}, a.client.bad(adapters.OpVoid, reply, "the answer does not tell what was cancelled")
	}
	failed := out.Failed[0]
	refused := a.client.rest.Fail(adapters.OpVoid, normalize.KindRejected, reply, string(failed.Code), failed.Message)
	o, known, err := a.client.status(ctx, adapters.OpVoid, id)
	switch {
	case err != nil:
		return normalize.Voided{}, unproven(err)
	case known && o.StateCode == stateCancelled:
		return normalize.Voided{Confirmed: true}, nil
	}
	return normalize.Voided{}, refused
}

// unproven is the error of a failed look at the order: what it says of the look, it does not
// say of the cancel before.
func unproven(err error) error {
	e := *normalize.AsError(err)
	e.NotSent = false
	if e.Kind.AfterWrite() != normalize.Unknown {
		e.Kind = normalize.KindBadResponse
	}
	return &e
}
