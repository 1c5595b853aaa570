package amazonfba

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxNumber is the length of a tracking number.
const maxNumber = 64

// SetTracking tells Amazon the numbers of one's own carrier: one per box, or the bill of lading
// and exactly one freight bill. Amazon refuses it for partnered transport.
// Source: updateShipmentTrackingDetails.
func (a *Adapter) SetTracking(ctx context.Context, req adapters.InboundTrackingRequest) (string, error) {
	body, err := trackingOf(req)
	if err != nil {
		return "", err
	}
	return a.client.start(ctx, call{method: http.MethodPut, path: path("inboundPlans", req.PlanID, "shipments", req.Shipment, "trackingDetails"), in: body})
}

func trackingOf(req adapters.InboundTrackingRequest) (trackingBody, error) {
	var out trackingBody
	freight := req.BillOfLading != "" || req.FreightBill != ""
	switch {
	case freight == (len(req.Boxes) > 0):
		return out, normalize.Invalid("/boxes", "either boxes or a freight bill must be given")
	case freight && !within(req.FreightBill, 1, maxNumber):
		return out, normalize.Invalid("/freight_bill", "must have 1 to %d characters", maxNumber)
	case freight:
		out.Details.Freight = &freightNumbers{req.BillOfLading, []string{req.FreightBill}}
		return out, nil
	}
	out.Details.Parcels = &parcelNumbers{}
	for i, b := range req.Boxes {
		if b.Box == "" || !within(b.Number, 1, maxNumber) {
			return out, normalize.Invalid(fmt.Sprintf("/boxes/%d/number", i), "a box and a number of 1 to %d characters must be given", maxNumber)
		}
		out.Details.Parcels.Items = append(out.Details.Parcels.Items, parcelNumber{Box: b.Box, Number: b.Number})
	}
	return out, nil
}

// Receiving asks what the warehouse has counted: the state of the shipment and its items. It
// makes two calls, more only where the items fill several pages.
// Source: v0 getShipments and getShipmentItemsByShipmentId. Their sample answers lack fields
// that their own schema requires, so that nothing is demanded beyond what is read.
func (a *Adapter) Receiving(ctx context.Context, country, confirmationID string) (adapters.InboundReceipt, error) {
	m, err := a.market(country)
	if err != nil {
		return adapters.InboundReceipt{}, err
	}
	out := adapters.InboundReceipt{Status: adapters.InboundUnknown}
	var states receivedShipments
	query := url.Values{"QueryType": {"SHIPMENT"}, "MarketplaceId": {m.id}, "ShipmentIdList": {confirmationID}}
	if err := a.client.get(ctx, prefixV0+"/shipments", query, &states); err != nil {
		return out, err
	}
	if states.Payload == nil {
		return out, a.client.bad("the answer holds no payload")
	}
	for _, s := range states.Payload.Shipments {
		if s.ID == confirmationID {
			out.Status, out.RawStatus = shipmentWord(s.Status), s.Status
		}
	}
	out.Items, err = a.counted(ctx, m, confirmationID)
	return out, err
}

func (a *Adapter) counted(ctx context.Context, m marketplace, confirmationID string) ([]adapters.InboundItem, error) {
	var out []adapters.InboundItem
	query := url.Values{"MarketplaceId": {m.id}}
	for range maxPages {
		var page receivedItems
		if err := a.client.get(ctx, prefixV0+"/shipments/"+url.PathEscape(confirmationID)+"/items", query, &page); err != nil {
			return nil, err
		}
		if page.Payload == nil {
			return nil, a.client.bad("the answer holds no payload")
		}
		for _, it := range page.Payload.Items {
			out = append(out, adapters.InboundItem{SKU: it.SKU, PlatformSKU: it.FNSKU, Quantity: it.Shipped, Received: it.Received})
		}
		if page.Payload.Next == "" {
			return out, nil
		}
		query.Set("NextToken", page.Payload.Next)
	}
	return nil, a.client.bad("the list of items is longer than we read")
}
