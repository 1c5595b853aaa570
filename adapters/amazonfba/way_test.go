package amazonfba

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/adaptertest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// stage is how far a plan has come.
type stage int

const (
	nothing stage = iota
	created
	grouped
	packed
	offered
	quoted
	windowed
	bought
	boughtOwn        // by one's own carrier
	shippedAsFreight // by partnered freight
)

// way leads a plan through the API by the adapter alone, for calls that need one.
type way struct {
	t                   testing.TB
	in                  adapters.Inbounder
	plan, operation     string
	packing, placement  adapters.InboundOption
	options             []adapters.InboundTransport
	window              string
	confirmation        string
	boxIDs              []string
	own, freightOptions bool
}

// sample is a plan whose words the suite looks for in errors.
func sample(name string) adapters.InboundPlanRequest {
	return adapters.InboundPlanRequest{Marketplace: "US", Name: name, Source: adaptertest.Shipment().Origin,
		Items: []adapters.InboundItem{{SKU: "DEMO-SKU-1", Quantity: 40, LabelOwner: "seller", PrepOwner: "seller"}}}
}

func (w *way) lead(until stage) {
	w.t.Helper()
	w.own, w.freightOptions = until == boughtOwn, until == shippedAsFreight
	if until >= boughtOwn {
		until = bought
	}
	for i, step := range []func(){w.create, w.group, w.pack, w.offer, w.quote, w.windows, w.buy} {
		if stage(i) < until && (stage(i)+1 != windowed || until == windowed) {
			step()
		}
	}
}

// must waits for an operation that was begun.
func (w *way) must(operation string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.operation = operation
	for range 30 {
		time.Sleep(time.Second)
		op, err := w.in.GetOperation(w.t.Context(), operation)
		if err != nil || op.Status == adapters.OperationFailed {
			w.t.Fatalf("operation: %+v, %v", op, err)
		}
		if op.Status == adapters.OperationSuccess {
			return
		}
	}
	w.t.Fatal("the operation does not end")
}

func (w *way) create() {
	out, err := w.in.CreatePlan(w.t.Context(), sample("GW plan 0042"))
	w.plan = out.PlanID
	w.must(out.Operation, err)
}

func (w *way) group() {
	w.must(w.in.GeneratePacking(w.t.Context(), w.plan))
	options, err := w.in.ListPacking(w.t.Context(), w.plan)
	if err != nil || len(options) == 0 {
		w.t.Fatalf("packing options: %d, %v", len(options), err)
	}
	w.packing = options[0]
}

// boxes are four of ten units, each of 10 lb.
func (w *way) boxes() []adapters.InboundBox {
	return []adapters.InboundBox{{Group: w.packing.Groups[0], Count: 4, Weight: 10 * normalize.Pound,
		Dimensions: normalize.Dimensions{Length: 30 * normalize.Centimetre, Width: 20 * normalize.Centimetre, Height: 10 * normalize.Centimetre},
		Items:      []adapters.InboundItem{{SKU: "DEMO-SKU-1", Quantity: 10, LabelOwner: "seller", PrepOwner: "seller"}}}}
}

func (w *way) pack() {
	w.must(w.in.SetPacking(w.t.Context(), w.plan, w.boxes()))
	w.must(w.in.ConfirmPacking(w.t.Context(), w.plan, w.packing.ID))
}

func (w *way) offer() {
	w.must(w.in.GeneratePlacement(w.t.Context(), w.plan))
	options, err := w.in.ListPlacement(w.t.Context(), w.plan)
	if err != nil || len(options) == 0 {
		w.t.Fatalf("placement options: %d, %v", len(options), err)
	}
	w.placement = options[0]
}

func (w *way) shipment() string { return w.placement.Shipments[0] }

func (w *way) transport() adapters.InboundTransportRequest {
	one := adapters.InboundTransportShipment{Shipment: w.shipment(), ReadyFrom: time.Now().Add(24 * time.Hour),
		Contact: adapters.InboundContact{Name: "Li Wei-Quarzbach", Phone: "+8675512345678", Email: "wei.brightmarker@example.com"}}
	if w.freightOptions {
		one.Pallets = []adapters.InboundPallet{{Count: 1, Weight: 200 * normalize.Pound, Stackable: true,
			Dimensions: normalize.Dimensions{Length: 48 * normalize.Inch, Width: 40 * normalize.Inch, Height: 50 * normalize.Inch}}}
		one.FreightClass, one.FreightValue = "FC_50", normalize.Money{Minor: 100010, Currency: "USD"}
	}
	return adapters.InboundTransportRequest{PlanID: w.plan, Placement: w.placement.ID, Shipments: []adapters.InboundTransportShipment{one}}
}

// quote confirms the placement and asks for prices.
func (w *way) quote() {
	w.must(w.in.ConfirmPlacement(w.t.Context(), w.plan, w.placement.ID))
	w.must(w.in.GenerateTransport(w.t.Context(), w.transport()))
	var err error
	if w.options, err = w.in.ListTransport(w.t.Context(), w.plan, w.placement.ID); err != nil || len(w.options) == 0 {
		w.t.Fatalf("transport options: %d, %v", len(w.options), err)
	}
}

func (w *way) windows() {
	w.must(w.in.GenerateWindows(w.t.Context(), w.plan, w.shipment()))
	list, err := w.in.ListWindows(w.t.Context(), w.plan, w.shipment())
	if err != nil || len(list) == 0 {
		w.t.Fatalf("windows: %d, %v", len(list), err)
	}
	w.window = list[0].ID
}

func (w *way) selections() []adapters.InboundSelection {
	for _, o := range w.options {
		if o.Partnered != w.own && (o.Mode == "ltl") == w.freightOptions {
			return []adapters.InboundSelection{{Shipment: w.shipment(), Option: o.ID}}
		}
	}
	w.t.Fatal("no such option")
	return nil
}

func (w *way) buy() {
	if w.freightOptions {
		w.windows()
		w.must(w.in.ConfirmWindow(w.t.Context(), w.plan, w.shipment(), w.window))
	}
	w.must(w.in.ConfirmTransport(w.t.Context(), w.plan, w.selections()))
	s, err := w.in.GetShipment(w.t.Context(), w.plan, w.shipment())
	if err != nil || s.ConfirmationID == "" {
		w.t.Fatalf("shipment %+v, %v", s, err)
	}
	boxes, err := w.in.ListShipmentBoxes(w.t.Context(), w.plan, w.shipment())
	if err != nil || len(boxes) == 0 {
		w.t.Fatalf("boxes: %d, %v", len(boxes), err)
	}
	w.confirmation = s.ConfirmationID
	for _, b := range boxes {
		w.boxIDs = append(w.boxIDs, b.ID)
	}
}

func (w *way) labels() adapters.InboundLabelRequest {
	return adapters.InboundLabelRequest{ConfirmationID: w.confirmation, Boxes: w.boxIDs, Partnered: true, CarrierCode: "UPSN", Mode: "small_parcel"}
}
