package cainiao

import (
	"context"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Void cancels a LINK order, until the parcel is handed in. AliExpress has no such call: an
// order that is not used closes after about 30 days.
//
// Success is all that LINK answers. Whether cancelling twice succeeds twice is unconfirmed.
// Source: a public client of cnge.order.cancel, read 2026-11-21.
func (a *Adapter) Void(ctx context.Context, req normalize.VoidRequest) (normalize.Voided, error) {
	aliexpress, err := a.door(req.Ref.Service)
	switch {
	case err != nil:
		return normalize.Voided{}, err
	case aliexpress:
		return normalize.Voided{}, &normalize.Error{Kind: normalize.KindUnsupported, Carrier: code, Op: string(adapters.OpVoid),
			Message: "aliexpress has no call to void an order; one that is not used closes by itself after about 30 days", NotSent: true}
	}
	if err := needLP(adapters.OpVoid, req.Ref); err != nil {
		return normalize.Voided{}, err
	}
	in := linkCancel{OrderCode: req.Ref.CarrierReference, Locale: a.config.Locale}
	if _, err := a.link.call(ctx, adapters.OpVoid, messageCancel, in, nil); err != nil {
		return normalize.Voided{}, err
	}
	return normalize.Voided{Confirmed: true}, nil
}
