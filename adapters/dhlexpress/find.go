package dhlexpress

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// referenceType is the type under which our reference stands on a shipment.
const referenceType = "CU"

// The days around a purchase in which its shipment is looked for: it may be planned ten days
// ahead, and the origin's day is not ours.
const (
	daysBefore = 1
	daysAfter  = 11
)

// Find looks into the stored answer of the purchase first, which has the label too; then it
// asks DHL for shipments with our reference. Those are found minutes after they were made, and
// without papers. No answer is complete: DHL cannot prove that there is no shipment.
// Source: MyDHL API OpenAPI 3.1.1, GET /tracking, read 2026-11-21.
func (a *Adapter) Find(ctx context.Context, req normalize.FindRequest) (normalize.Found, error) {
	if label, ok := a.client.proven(req.Evidence); ok {
		return normalize.Found{Labels: []normalize.Label{label}}, nil
	}
	if req.Ref.ClientReference == "" {
		return normalize.Found{}, nil
	}
	var out trackingReply
	err := a.client.get(ctx, adapters.OpFind, "/tracking", a.search(req.Ref), &out)
	if err != nil && normalize.KindOf(err) == normalize.KindNotFound {
		return normalize.Found{}, nil
	}
	if err != nil {
		return normalize.Found{}, err
	}
	if out.Shipments == nil {
		return normalize.Found{}, a.client.bad(adapters.OpFind, 0, "the answer holds no shipments")
	}
	return foundIn(out, req.Ref.ClientReference), nil
}

// proven reads a label from the stored answers of the purchase.
func (c *client) proven(evidence []normalize.Evidence) (normalize.Label, bool) {
	for _, e := range evidence {
		if e.Operation != string(adapters.OpLabel) || e.Status < 200 || e.Status > 299 {
			continue
		}
		var out shipmentReply
		if rest.DecodeJSON(e.Body, &out) != nil {
			continue
		}
		if label, err := c.labelFrom(adapters.OpFind, out); err == nil {
			return label, true
		}
	}
	return normalize.Label{}, false
}

func (a *Adapter) search(ref normalize.ShipmentRef) url.Values {
	at := ref.At
	if at.IsZero() {
		at = time.Now()
	}
	return url.Values{
		"shipmentReference": {cut(ref.ClientReference, maxReference)}, "shipmentReferenceType": {referenceType},
		"shipperAccountNumber": {a.config.AccountNumber},
		"dateRangeFrom":        {at.AddDate(0, 0, -daysBefore).Format(time.DateOnly)},
		"dateRangeTo":          {at.AddDate(0, 0, daysAfter).Format(time.DateOnly)},
		"trackingView":         {"shipment-details-only"}, "levelOfDetail": {"all"},
	}
}

// foundIn are the shipments of an answer that carry our reference. An answer that repeats no
// references at all is believed to be what was asked for.
func foundIn(out trackingReply, reference string) normalize.Found {
	var found normalize.Found
	for _, s := range out.Shipments {
		named := slices.ContainsFunc(s.ShipperReferences, func(r typedValue) bool { return r.Value == reference })
		if s.ShipmentTrackingNumber == "" || (len(s.ShipperReferences) > 0 && !named) {
			continue
		}
		label := normalize.Label{TrackingNumber: s.ShipmentTrackingNumber,
			CarrierReference: s.ShipmentTrackingNumber, TrackingURL: trackingURL(s.ShipmentTrackingNumber)}
		for _, p := range s.Pieces {
			if p.TrackingNumber != "" {
				label.Parcels = append(label.Parcels, normalize.LabelParcel{TrackingNumber: p.TrackingNumber})
			}
		}
		found.Labels = append(found.Labels, label)
	}
	return found
}
