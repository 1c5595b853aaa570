package dhlexpress

import (
	"context"
	"net/url"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxPickups bounds the confirmation numbers of one collection.
const maxPickups = 20

// Void drops a label with us alone: DHL has no such call, and a waybill that is never scanned is
// commonly understood not to be billed. Only a pickup that was booked with it is cancelled at
// DHL; one that is gone already needs no cancelling.
// Source: MyDHL API OpenAPI 3.1.1, DELETE /pickups/{dispatchConfirmationNumber}, read 2026-11-21.
func (a *Adapter) Void(ctx context.Context, req normalize.VoidRequest) (normalize.Voided, error) {
	out := normalize.Voided{Message: "dhl express has no void: an unused waybill is never scanned, and commonly not billed"}
	pickups := strings.Split(req.Ref.PickupRef, ",")
	if req.Ref.PickupRef == "" {
		return out, nil
	}
	query := url.Values{"requestorName": {a.config.Requestor}, "reason": {either(cut(req.Reason, 80), "shipment cancelled")}}
	for _, number := range pickups[:min(len(pickups), maxPickups)] {
		err := a.client.remove(ctx, adapters.OpVoid, "/pickups/"+url.PathEscape(number), query)
		if err != nil && normalize.KindOf(err) != normalize.KindNotFound {
			return normalize.Voided{}, err
		}
	}
	out.Message += "; its pickup is cancelled"
	return out, nil
}
