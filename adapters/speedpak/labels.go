package speedpak

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Label confirms the draft: eDIS freezes the estimate in the wallet and orders the pickup. Only
// a 204 says so. The numbers are the draft's, the paper comes by Documents.
//
// 355038 says that the package is no draft any more: a duplicate, of which the package itself
// tells whether it was bought. After any other certain no the draft is cancelled, so that its
// order lines are free for another purchase.
// Source: OpenAPI 1.1.0, confirmPackage, read 2026-11-21.
func (a *Adapter) Label(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error) {
	if req.Draft == nil || req.Draft.ID == "" {
		return normalize.Label{}, &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code,
			Op: string(adapters.OpLabel), Message: "there is no draft to confirm", NotSent: true}
	}
	id := req.Draft.ID
	err := a.client.call(ctx, request{op: adapters.OpLabel, commits: true, method: http.MethodPost, path: packagePath(id, "/confirm")}, nil)
	if err != nil {
		if abandoned(err) {
			// What fails now leaves a draft that costs nothing, and which Draft knows to handle.
			_ = a.client.cancel(ctx, id)
		}
		return normalize.Label{}, err
	}
	return bought(id, req.Draft.TrackingNumber, "", req.Draft.Cost), nil
}

// abandoned tells whether a refusal ends the purchase for good. A refused account ends it too,
// but takes no cancel either.
func abandoned(err error) bool {
	e := normalize.AsError(err)
	switch e.Kind {
	case normalize.KindInvalidRequest, normalize.KindNotServiceable, normalize.KindInsufficientFunds, normalize.KindRejected:
		return !e.NotSent
	}
	return false
}

// bought is a confirmed package as a label.
func bought(id, number, lastMile string, cost normalize.Money) normalize.Label {
	return normalize.Label{
		TrackingNumber: number, LastMileTrackingNumber: lastMile, CarrierReference: id, Cost: cost,
		Parcels: []normalize.LabelParcel{{TrackingNumber: number, CarrierReference: id, LastMileTrackingNumber: lastMile}},
	}
}
