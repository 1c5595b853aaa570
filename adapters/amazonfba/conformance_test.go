package amazonfba

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/mocks"
	mockfba "github.com/crossdock-hub/crossdock/mocks/amazonfba"
	"github.com/crossdock-hub/crossdock/normalize"
)

// harness is the account that the simulator publishes. An inbound adapter offers none of the
// operations that the suite can make up, so that each remote call is an extra.
var harness = adaptertest.Harness{
	Spec: Spec(),
	Config: `base_url: http://sandbox/amazon_fba
token_url: http://sandbox/amazon_fba/auth/o2/token
client_id: amzn1.application-oa2-client.demo0001
client_secret: amzn1.oa2-cs.v1.demosecret
refresh_token: "Atzr|demo-refresh"
`,
	Service:  smallParcel,
	Shipment: adaptertest.Shipment(),
	Wire: func(t testing.TB, push *http.Client) http.RoundTripper {
		s := mocks.New(mocks.Options{SearchLag: -1, RequestsPerSecond: -1, Seed: 1, HTTP: push}, mockfba.New)
		t.Cleanup(s.Close)
		return mocks.Transport(s)
	},
	Extras: extras(),
}

func TestConformance(t *testing.T) { adaptertest.Run(t, harness) }

// extras are the remote calls of a plan, in the order in which a plan makes them. Each is made
// ready by the way that leads to it.
func extras() []adaptertest.Extra {
	read := func(name string, until stage, call func(context.Context, *way) error) adaptertest.Extra {
		return extra(name, false, until, call)
	}
	return []adaptertest.Extra{
		extra("create plan", true, nothing, func(ctx context.Context, w *way) error {
			_, err := w.in.CreatePlan(ctx, sample("another plan"))
			return err
		}),
		read("find plans", created, func(ctx context.Context, w *way) error {
			_, _, err := w.in.FindPlans(ctx, "GW plan 0042", time.Now().Add(-time.Hour))
			return err
		}),
		read("get plan", created, func(ctx context.Context, w *way) error { _, err := w.in.GetPlan(ctx, w.plan); return err }),
		read("get operation", created, func(ctx context.Context, w *way) error { _, err := w.in.GetOperation(ctx, w.operation); return err }),
		read("list prep", nothing, func(ctx context.Context, w *way) error {
			_, err := w.in.ListPrep(ctx, "US", []string{"DEMO-SKU-1", "A+B,C%"})
			return err
		}),
		read("set prep", nothing, func(ctx context.Context, w *way) error {
			_, err := w.in.SetPrep(ctx, "US", []adapters.InboundPrep{{SKU: "DEMO-SKU-1", Category: "none", Types: []string{"item_no_prep"}}})
			return err
		}),
		read("generate packing", created, func(ctx context.Context, w *way) error { _, err := w.in.GeneratePacking(ctx, w.plan); return err }),
		read("list packing", created, func(ctx context.Context, w *way) error { _, err := w.in.ListPacking(ctx, w.plan); return err }),
		read("list group items", grouped, func(ctx context.Context, w *way) error {
			_, err := w.in.ListGroupItems(ctx, w.plan, w.packing.Groups[0])
			return err
		}),
		read("set packing", grouped, func(ctx context.Context, w *way) error {
			_, err := w.in.SetPacking(ctx, w.plan, w.boxes())
			return err
		}),
		read("confirm packing", grouped, func(ctx context.Context, w *way) error {
			_, err := w.in.ConfirmPacking(ctx, w.plan, w.packing.ID)
			return err
		}),
		read("generate placement", packed, func(ctx context.Context, w *way) error { _, err := w.in.GeneratePlacement(ctx, w.plan); return err }),
		read("list placement", packed, func(ctx context.Context, w *way) error { _, err := w.in.ListPlacement(ctx, w.plan); return err }),
		extra("confirm placement", true, offered, func(ctx context.Context, w *way) error {
			_, err := w.in.ConfirmPlacement(ctx, w.plan, w.placement.ID)
			return err
		}),
		read("get shipment", offered, func(ctx context.Context, w *way) error {
			_, err := w.in.GetShipment(ctx, w.plan, w.shipment())
			return err
		}),
		read("list shipment boxes", offered, func(ctx context.Context, w *way) error {
			_, err := w.in.ListShipmentBoxes(ctx, w.plan, w.shipment())
			return err
		}),
		read("list shipment items", offered, func(ctx context.Context, w *way) error {
			_, err := w.in.ListShipmentItems(ctx, w.plan, w.shipment())
			return err
		}),
		read("generate transport", offered, func(ctx context.Context, w *way) error {
			_, err := w.in.GenerateTransport(ctx, w.transport())
			return err
		}),
		read("list transport", quoted, func(ctx context.Context, w *way) error {
			_, err := w.in.ListTransport(ctx, w.plan, w.placement.ID)
			return err
		}),
		read("generate windows", quoted, func(ctx context.Context, w *way) error {
			_, err := w.in.GenerateWindows(ctx, w.plan, w.shipment())
			return err
		}),
		read("list windows", windowed, func(ctx context.Context, w *way) error {
			_, err := w.in.ListWindows(ctx, w.plan, w.shipment())
			return err
		}),
		read("confirm window", windowed, func(ctx context.Context, w *way) error {
			_, err := w.in.ConfirmWindow(ctx, w.plan, w.shipment(), w.window)
			return err
		}),
		extra("confirm transport", true, quoted, func(ctx context.Context, w *way) error {
			_, err := w.in.ConfirmTransport(ctx, w.plan, w.selections())
			return err
		}),
		read("box labels", bought, func(ctx context.Context, w *way) error { return aPDF(w.in.BoxLabels(ctx, w.labels())) }),
		read("item labels", nothing, func(ctx context.Context, w *way) error {
			return aPDF(w.in.ItemLabels(ctx, "US", []adapters.InboundItem{{SKU: "DEMO-SKU-1", Quantity: 3}}, ""))
		}),
		read("bill of lading", shippedAsFreight, func(ctx context.Context, w *way) error { return aPDF(w.in.BillOfLading(ctx, w.confirmation)) }),
		read("set tracking", boughtOwn, func(ctx context.Context, w *way) error {
			_, err := w.in.SetTracking(ctx, adapters.InboundTrackingRequest{PlanID: w.plan, Shipment: w.shipment(),
				Boxes: []adapters.InboundTracking{{Box: w.boxIDs[0], Number: "1Z999AA10123456784"}}})
			return err
		}),
		read("receiving", bought, func(ctx context.Context, w *way) error {
			_, err := w.in.Receiving(ctx, "US", w.confirmation)
			return err
		}),
		read("cancel plan", created, func(ctx context.Context, w *way) error { _, err := w.in.CancelPlan(ctx, w.plan); return err }),
	}
}

func extra(name string, commits bool, until stage, call func(context.Context, *way) error) adaptertest.Extra {
	return adaptertest.Extra{Name: name, Op: adapters.OpInbound, Commits: commits,
		Ready: func(t testing.TB, a adapters.Adapter) func(context.Context) error {
			w := &way{t: t, in: adapters.OpsOf(a).Inbounder}
			w.lead(until)
			time.Sleep(time.Second) // so that no bucket of the API is empty
			return func(ctx context.Context) error { return call(ctx, w) }
		}}
}

func aPDF(d normalize.Document, err error) error {
	if err == nil && (d.Format != "pdf" || len(d.Data) < 100) {
		return normalize.Fail(normalize.KindBadResponse, "the paper is %q of %d bytes", d.Format, len(d.Data))
	}
	return err
}
