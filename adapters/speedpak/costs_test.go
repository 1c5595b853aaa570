package speedpak

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// readyCost buys a label and waits until it was billed.
func readyCost(t testing.TB, a adapters.Adapter) func(context.Context) error {
	ops := adapters.OpsOf(a)
	req := normalize.LabelRequest{Shipment: shipment(), Service: standard, ClientReference: "XDK7ZV0000000C05", Reference: "EB-1001"}
	req.Shipment.Items[0].LineID = "110000000001-20000000000001"
	d, err := ops.Drafter.Draft(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Draft = &d
	label, err := ops.Labeler.Label(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute) // of the bubble
	return func(ctx context.Context) error {
		cost, err := ops.Coster.ActualCost(ctx, normalize.ShipmentRef{TrackingNumber: label.TrackingNumber})
		if err == nil && (cost.Total != label.Cost || len(cost.Charges) != 1) {
			err = fmt.Errorf("billed %v in %d lines, the label said %v", cost.Total, len(cost.Charges), label.Cost)
		}
		return err
	}
}
