package speedpak

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// buy confirms a package of its own.
func buy(t testing.TB, ops adapters.Ops, line, reference string) normalize.Label {
	t.Helper()
	req := normalize.LabelRequest{Shipment: shipment(), Service: standard, ClientReference: reference, Reference: "EB-1001"}
	req.Shipment.Items[0].LineID = line
	d, err := ops.Drafter.Draft(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Draft = &d
	label, err := ops.Labeler.Label(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return label
}

// readyCost buys a label and waits until it was billed.
func readyCost(t testing.TB, a adapters.Adapter) func(context.Context) error {
	ops := adapters.OpsOf(a)
	label := buy(t, ops, "110000000001-20000000000001", "XDK7ZV0000000C05")
	time.Sleep(time.Minute) // of the bubble
	return func(ctx context.Context) error {
		cost, err := ops.Coster.ActualCost(ctx, normalize.ShipmentRef{TrackingNumber: label.TrackingNumber})
		if err == nil && (cost.Total != label.Cost || len(cost.Charges) != 1) {
			err = fmt.Errorf("billed %v in %d lines, the label said %v", cost.Total, len(cost.Charges), label.Cost)
		}
		return err
	}
}

// readyBag buys two labels for one bag, which is handed to the courier of the account's pickup.
func readyBag(t testing.TB, a adapters.Adapter) func(context.Context) error {
	ops := adapters.OpsOf(a)
	var refs []normalize.ShipmentRef
	for i := range 2 {
		label := buy(t, ops, fmt.Sprintf("110000000001-2000000000000%d", i+2), fmt.Sprintf("XDK7ZV0000000BA%d", i))
		refs = append(refs, normalize.ShipmentRef{TrackingNumber: label.TrackingNumber})
	}
	req := normalize.ManifestRequest{Labels: refs, Handover: &normalize.Handover{Method: handoverPickup}}
	return func(ctx context.Context) error {
		out, err := ops.Manifester.Manifest(ctx, req)
		if err == nil && (out.CarrierReference == "" || len(out.Documents) != 2) {
			err = fmt.Errorf("bag %q with %d papers, want one with a sheet and a label", out.CarrierReference, len(out.Documents))
		}
		return err
	}
}
