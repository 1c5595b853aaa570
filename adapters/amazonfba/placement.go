package amazonfba

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/adapters"
)

// GeneratePlacement begins to work out which warehouses may get the stock. The body is required
// and empty: only India takes wishes.
// Source: generatePlacementOptions.
func (a *Adapter) GeneratePlacement(ctx context.Context, planID string) (string, error) {
	return a.client.start(ctx, call{method: http.MethodPost, path: path("inboundPlans", planID, "placementOptions"), in: struct{}{}})
}

// ListPlacement lists the placement options.
// Source: listPlacementOptions.
func (a *Adapter) ListPlacement(ctx context.Context, planID string) ([]adapters.InboundOption, error) {
	rows, err := list[placementPage](ctx, a.client, path("inboundPlans", planID, "placementOptions"), nil, "20")
	if err != nil {
		return nil, err
	}
	var out []adapters.InboundOption
	for _, r := range rows {
		o := adapters.InboundOption{ID: r.ID, Status: optionWords[r.Status], Shipments: r.Shipments, ExpiresAt: r.Expiration.Time}
		if o.Fees, o.Discounts, err = a.incentives(r.Fees, r.Discounts); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// ConfirmPlacement takes a placement option. It cannot be undone, and takes no body.
// Source: confirmPlacementOption.
func (a *Adapter) ConfirmPlacement(ctx context.Context, planID, option string) (string, error) {
	return a.client.start(ctx, call{method: http.MethodPost, commits: true,
		path: path("inboundPlans", planID, "placementOptions", option, "confirmation")})
}

// GetShipment reads one shipment: where it goes, how far it is, which numbers it has.
// Source: getShipment.
func (a *Adapter) GetShipment(ctx context.Context, planID, shipment string) (adapters.InboundShipment, error) {
	var r shipmentReply
	if err := a.client.get(ctx, path("inboundPlans", planID, "shipments", shipment), nil, &r); err != nil {
		return adapters.InboundShipment{}, err
	}
	if r.ID != shipment {
		return adapters.InboundShipment{}, a.client.bad("the answer is of another shipment")
	}
	out := adapters.InboundShipment{ID: r.ID, ConfirmationID: r.Confirmation, Name: r.Name, Status: shipmentWord(r.Status), RawStatus: r.Status,
		WarehouseCode: r.Destination.Warehouse, Destination: r.Destination.Address.normal(), Transport: r.Transport}
	if r.Window != nil {
		out.Window = r.Window.ID
	}
	if r.Tracking != nil {
		numbersOf(*r.Tracking, &out)
	}
	return out, nil
}

func numbersOf(t trackingDetails, out *adapters.InboundShipment) {
	if t.Parcels != nil {
		for _, n := range t.Parcels.Items {
			out.Tracking = append(out.Tracking, adapters.InboundTracking{Box: n.Box, Number: n.Number, Validation: validations[n.Validation]})
		}
	}
	if t.Freight != nil {
		out.BillOfLading = t.Freight.BillOfLading
		if len(t.Freight.FreightBills) > 0 {
			out.FreightBill = t.Freight.FreightBills[0]
		}
	}
}

// ListShipmentBoxes lists the boxes of a shipment one by one, with the ids that are printed on
// them once transport is confirmed.
// Source: listShipmentBoxes.
func (a *Adapter) ListShipmentBoxes(ctx context.Context, planID, shipment string) ([]adapters.InboundBox, error) {
	rows, err := list[boxesPage](ctx, a.client, path("inboundPlans", planID, "shipments", shipment, "boxes"), nil, "1000")
	if err != nil {
		return nil, err
	}
	var out []adapters.InboundBox
	for _, r := range rows {
		b := adapters.InboundBox{ID: r.ID, Shipment: shipment, Count: max(r.Quantity, 1), Content: contentWords[r.Content]}
		var err1, err2 error
		b.Weight, err1 = r.Weight.weight()
		b.Dimensions, err2 = r.Dimensions.dimensions()
		if err1 != nil || err2 != nil {
			return nil, a.client.bad("a box has no readable weight or size")
		}
		for _, it := range r.Items {
			b.Items = append(b.Items, it.normal())
		}
		out = append(out, b)
	}
	return out, nil
}

// ListShipmentItems lists the goods of a shipment.
// Source: listShipmentItems.
func (a *Adapter) ListShipmentItems(ctx context.Context, planID, shipment string) ([]adapters.InboundItem, error) {
	return a.items(ctx, path("inboundPlans", planID, "shipments", shipment, "items"), "1000")
}
