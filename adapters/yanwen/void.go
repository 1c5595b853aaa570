package yanwen

import (
	"context"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Void cancels the order and believes it when the order's status says so. Cancelling twice
// is as good as once.
//
// A refusal of an order that is seen to be alive is rejected. Where the status cannot be
// read the outcome is unknown, and asking again is safe.
// Source: public clients of express.order.cancel and express.order.get, read 2026-11-21.
func (a *Adapter) Void(ctx context.Context, req normalize.VoidRequest) (normalize.Voided, error) {
	if err := needWaybill(adapters.OpVoid, req.Ref); err != nil {
		return normalize.Voided{}, err
	}
	number := req.Ref.TrackingNumber
	in := cancelRequest{WaybillNumber: number, Note: either(req.Reason, "cancelled by the seller")}
	refused := a.client.call(ctx, adapters.OpVoid, methodCancel, in, nil)
	if refused != nil && !saidNo(refused) {
		return normalize.Voided{}, refused
	}
	var out order
	if err := a.client.call(ctx, adapters.OpVoid, methodOrder, orderQuery{WaybillNumber: number}, &out); err != nil {
		return normalize.Voided{}, unproven(err)
	}
	return voided(out, number, refused)
}

// unproven is the error of a failed look at the order: what it says of the look, it does not
// say of the cancel, which may have happened.
func unproven(err error) error {
	e := *normalize.AsError(err)
	e.NotSent = false
	if e.Kind.AfterWrite() != normalize.Unknown {
		e.Kind = normalize.KindBadResponse
	}
	return &e
}

// saidNo tells whether Yanwen refused in its own words, so that the order's status is worth a
// look: it may be cancelled already.
func saidNo(err error) bool {
	e := normalize.AsError(err)
	return e.Code != "" && e.Kind != normalize.KindAuthFailed && e.Kind != normalize.KindRateLimited &&
		e.Kind != normalize.KindUnavailable
}

// voided reads the order after its cancel, which was refused or not.
func voided(o order, number string, refused error) (normalize.Voided, error) {
	switch {
	case o.WaybillNumber == number && o.Status == stateCancelled:
		return normalize.Voided{Confirmed: true}, nil
	case o.WaybillNumber == number && o.Status != "" && refused != nil:
		e := *normalize.AsError(refused)
		e.Kind = normalize.KindRejected
		return normalize.Voided{}, &e
	}
	e := normalize.Fail(normalize.KindBadResponse, "the cancel was taken, but the order does not show it")
	e.Carrier, e.Op = code, string(adapters.OpVoid)
	return normalize.Voided{}, e
}
