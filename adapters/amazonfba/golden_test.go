package amazonfba

import (
	"context"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The ids of the documentation's samples.
const (
	planID      = "wf00000000-0000-4000-8000-000000000001"
	placementID = "pl00000000-0000-4000-8000-000000000001"
	shipmentID  = "sh00000000-0000-4000-8000-000000000003"
	groupID     = "pg00000000-0000-4000-8000-000000000005"
	operationID = "00000000-0000-4000-8000-0000000000aa"
)

// Every case begins with a token, since each has an adapter of its own.
func TestGolden(t *testing.T) {
	do := func(name string, call func(context.Context, adapters.Inbounder) (any, error)) adaptertest.Case {
		return adaptertest.Case{Name: name, Do: func(ctx context.Context, ops adapters.Ops) (any, error) { return call(ctx, ops.Inbounder) }}
	}
	create := func(ctx context.Context, in adapters.Inbounder) (any, error) { return in.CreatePlan(ctx, demoPlan()) }
	operation := func(ctx context.Context, in adapters.Inbounder) (any, error) {
		return in.GetOperation(ctx, operationID)
	}
	shipment := func(ctx context.Context, in adapters.Inbounder) (any, error) {
		return in.GetShipment(ctx, planID, shipmentID)
	}
	labels := func(ctx context.Context, in adapters.Inbounder) (any, error) {
		return in.BoxLabels(ctx, adapters.InboundLabelRequest{ConfirmationID: "FBA15DEMO1", Boxes: []string{"FBA15DEMO1U000001", "FBA15DEMO1U000002"},
			Partnered: true, CarrierCode: "UPSN", Mode: "small_parcel"})
	}
	adaptertest.Golden(t, harness, "testdata", []adaptertest.Case{
		do("create_plan", create),
		do("create_plan_refused", create),
		do("create_plan_proxy_page", create), // unknown: not Amazon's words
		do("commit_unauthorized", create),    // sent once, certainly refused
		do("token_refused", operation),
		do("unauthorized_once", operation),
		do("unauthorized_twice", operation),
		do("throttled", operation),
		do("operation_in_progress", operation),
		do("operation_success_with_warning", operation),
		do("operation_prep_missing", operation),
		do("operation_unknown_state", operation),
		do("plan_not_of_this_seller", func(ctx context.Context, in adapters.Inbounder) (any, error) { return in.GetPlan(ctx, planID) }),
		do("find_plans", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			plans, complete, err := in.FindPlans(ctx, "GW plan 0042", time.Now().Add(-time.Hour))
			return map[string]any{"plans": plans, "complete": complete}, err
		}),
		do("list_prep", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.ListPrep(ctx, "US", []string{"A+B,C%", "DEMO-SKU-1"})
		}),
		do("packing_options", func(ctx context.Context, in adapters.Inbounder) (any, error) { return in.ListPacking(ctx, planID) }),
		do("set_packing", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.SetPacking(ctx, planID, demoBoxes())
		}),
		do("generate_placement", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.GeneratePlacement(ctx, planID)
		}),
		do("placement_options", func(ctx context.Context, in adapters.Inbounder) (any, error) { return in.ListPlacement(ctx, planID) }),
		do("shipment", shipment),
		do("shipment_unknown_state", shipment),
		do("generate_transport", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.GenerateTransport(ctx, demoTransport())
		}),
		do("transport_options", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.ListTransport(ctx, planID, placementID)
		}),
		do("confirm_transport", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.ConfirmTransport(ctx, planID, []adapters.InboundSelection{{Shipment: shipmentID, Option: "to00000000-0000-4000-8000-000000000007"}})
		}),
		do("set_tracking_parcels", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.SetTracking(ctx, adapters.InboundTrackingRequest{PlanID: planID, Shipment: shipmentID,
				Boxes: []adapters.InboundTracking{{Box: "FBA15DEMO1U000001", Number: "1Z999AA10123456784"}}})
		}),
		do("set_tracking_freight", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.SetTracking(ctx, adapters.InboundTrackingRequest{PlanID: planID, Shipment: shipmentID, BillOfLading: "BOL1", FreightBill: "FB1"})
		}),
		do("box_labels", labels),
		do("box_labels_elsewhere", labels),
		do("box_labels_wrong_box", labels),
		do("box_labels_link_expired", labels),
		do("receiving", func(ctx context.Context, in adapters.Inbounder) (any, error) {
			return in.Receiving(ctx, "US", "FBA15DEMO1")
		}),
	})
}

func demoPlan() adapters.InboundPlanRequest {
	return adapters.InboundPlanRequest{Marketplace: "US", Name: "GW plan 0042",
		Source: normalize.Address{Name: "Li Lei", Company: "Demo Ltd", Line1: "1 Harbour Rd", City: "Shenzhen", State: "GD", Country: "CN", PostalCode: "518000", Phone: "13800000000"},
		Items:  []adapters.InboundItem{{SKU: "DEMO-SKU-1", Quantity: 40, LabelOwner: "seller", PrepOwner: "seller"}}}
}

// demoBoxes are a pound and half a gram over 350, inches and a tenth of a millimetre over 30 cm.
func demoBoxes() []adapters.InboundBox {
	return []adapters.InboundBox{
		{Group: groupID, Count: 2, Weight: normalize.Pound, Content: "listed",
			Dimensions: normalize.Dimensions{Length: 12 * normalize.Inch, Width: 10 * normalize.Inch, Height: 17 * normalize.Inch / 2},
			Items:      []adapters.InboundItem{{SKU: "DEMO-SKU-1", Quantity: 20, LabelOwner: "seller", PrepOwner: "seller", ExpiresOn: "2027-05-01", Lot: "L1"}}},
		{Group: groupID, Count: 1, Weight: 350*normalize.Gram + normalize.Gram/2, Content: "manual",
			Dimensions: normalize.Dimensions{Length: 300_100, Width: 20 * normalize.Centimetre, Height: 10 * normalize.Centimetre}},
	}
}

func demoTransport() adapters.InboundTransportRequest {
	return adapters.InboundTransportRequest{PlanID: planID, Placement: placementID, Shipments: []adapters.InboundTransportShipment{{
		Shipment: shipmentID, ReadyFrom: time.Date(2026, 3, 1, 16, 0, 0, 0, time.FixedZone("CST", 8*3600)),
		Contact: adapters.InboundContact{Name: "Li Lei", Phone: "13800000000", Email: "li@example.com"},
		Pallets: []adapters.InboundPallet{{Count: 1, Weight: 500 * normalize.Pound, Stackable: true,
			Dimensions: normalize.Dimensions{Length: 48 * normalize.Inch, Width: 40 * normalize.Inch, Height: 50 * normalize.Inch}}},
		FreightClass: "FC_50", FreightValue: normalize.Money{Minor: 100010, Currency: "USD"}}}}
}
