package amazonfba

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// A plan's whole life: packed, placed over two warehouses, carried by a partner, labelled,
// received.
func TestPlanLife(t *testing.T) {
	inBubble(t, mocks.Options{LateNumbers: time.Second}, func(t *testing.T, s *seller) {
		plan := s.plan()
		s.pack(plan)
		offers := s.placements(plan)
		if len(offers) != 3 || len(offers[0].Shipments) != 1 || len(offers[2].Shipments) != 3 || offers[0].Fees[0].Value.Amount != "12" ||
			offers[1].Fees[0].Value.Amount != "6" || offers[1].Discounts[0].Value.Amount != "1" || len(offers[2].Fees) != 0 {
			t.Fatalf("got %+v, want 1, 2 and 3 shipments, the fewer the dearer", offers)
		}
		o := offers[1]
		list := s.quotes(plan, o, "")
		quoted := list[0].Quote
		if len(list) != 6 || quoted.Cost.code != "24.2" || list[1].Quote != nil { // two boxes: 2 x 4.05 and 2 x 23 lb x 0.35
			t.Fatalf("got %+v %+v, want quotes by the partner only", list, quoted)
		}
		if _, err := time.Parse(time.RFC3339, quoted.Expiration); err != nil {
			t.Error(err)
		}
		s.must("POST", plan+"/placementOptions/"+o.ID+"/confirmation", "")
		if got := s.shipment(plan, o.Shipments[0]); got.Status != "WORKING" || got.Confirmation != "" || got.Destination.Warehouse != "ONT8" {
			t.Errorf("got %+v, want a working shipment without a number", got)
		}
		s.must("POST", plan+"/transportationOptions/confirmation", take(list, partnered, small))

		sales := s.sandbox.Purchases("amazon_fba", "GW plan 0042")
		if len(sales) != 2 || sales[0].CarrierID != o.ID || sales[0].Charged != (mocks.Money{Amount: "5.00", Currency: "USD"}) ||
			sales[1].Charged != (mocks.Money{Amount: "48.40", Currency: "USD"}) || sales[1].State != mocks.Live {
			t.Fatalf("got %+v, want the placement and the transport charged", sales)
		}
		one := s.shipment(plan, o.Shipments[0])
		if one.Status != "READY_TO_SHIP" || !strings.HasPrefix(one.Confirmation, "FBA15") || one.Selected == "" {
			t.Fatalf("got %+v", one)
		}
		var boxes struct{ Boxes []boxView }
		s.call("GET", plan+"/shipments/"+o.Shipments[0]+"/boxes", "", 200, &boxes)
		if len(boxes.Boxes) != 2 || boxes.Boxes[1].BoxID != one.Confirmation+"U000002" {
			t.Fatalf("got %+v", boxes)
		}
		if got := barcodes(t, s.labels(one.Confirmation, "PageType=PackageLabel_Thermal&LabelType=UNIQUE")); !slices.Equal(got, []string{one.Confirmation + "U000001", one.Confirmation + "U000002"}) {
			t.Errorf("labels: got %v", got)
		}
		time.Sleep(time.Second)
		if got := s.shipment(plan, o.Shipments[0]); got.Tracking == nil || len(got.Tracking.Parcels["spdTrackingItems"]) != 2 {
			t.Errorf("got %+v, want the partner's numbers", got.Tracking)
		}
		for _, id := range o.Shipments {
			number := s.shipment(plan, id).Confirmation
			s.control("push", `{"carrier":"amazon_fba","tracking_number":"`+number+`","journey":"delivered"}`)
			if got := s.received(number); got != [2]int64{20, 20} {
				t.Errorf("got %v, want 20 of 20 received", got)
			}
		}
		var info struct{ Status string }
		if s.call("GET", plan, "", 200, &info); info.Status != "SHIPPED" {
			t.Errorf("got %s, want the plan shipped", info.Status)
		}
	})
}

// Both confirmations are once and for all, from the moment they are taken on.
func TestConfirmTwice(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan := s.plan()
		s.pack(plan)
		offers := s.placements(plan)
		list := s.quotes(plan, offers[0], "")
		s.call("POST", plan+"/placementOptions/"+offers[0].ID+"/confirmation", "", 202, nil) // not waited for
		s.call("POST", plan+"/placementOptions/"+offers[0].ID+"/confirmation", "", 400, nil)
		s.call("POST", plan+"/placementOptions/"+offers[2].ID+"/confirmation", "", 400, nil)
		time.Sleep(time.Second)
		s.call("POST", plan+"/transportationOptions/confirmation", take(list, own, small), 202, nil)
		s.call("POST", plan+"/transportationOptions/confirmation", take(list, own, small), 400, nil)
		time.Sleep(time.Second)
		s.call("POST", plan+"/transportationOptions/confirmation", take(list, own, small), 400, nil)
		sales := s.sandbox.Purchases("amazon_fba", "")
		if len(sales) != 2 || sales[1].Charged.Amount != "0.00" {
			t.Errorf("got %+v, want one placement, and one transport that costs nothing", sales)
		}
	})
}

// What goes wrong in the saga is told by the operation, and charges nothing.
func TestConfirmFaults(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan := s.plan("DEMO-SKU-1", "DEMO-FLAKY-1")
		o := s.placements(plan)[1] // pack later
		list := s.quotes(plan, o, "")
		if slices.ContainsFunc(list, func(v transportView) bool { return v.Solution == partnered }) {
			t.Error("a partner does not quote boxes that nobody knows")
		}
		confirm := func(body string) string { return s.done("POST", plan+"/transportationOptions/confirmation", body) }
		if got := confirm(take(list, own, small)); !strings.HasPrefix(got, "FBA_INB_0344") {
			t.Errorf("no placement: got %q", got)
		}
		s.must("POST", plan+"/placementOptions/"+o.ID+"/confirmation", "")
		if got := confirm(take(list, own, small)); !strings.Contains(got, "packing information") {
			t.Errorf("no boxes: got %q", got)
		}
		fill := func(count string) string {
			var all []string
			for _, id := range o.Shipments {
				all = append(all, `{"shipmentId":"`+id+`",`+strings.NewReplacer("DEMO-SKU-1", "DEMO-FLAKY-1", `"quantity":4,`, `"quantity":`+count+`,`).Replace(boxes)+`}`)
			}
			return s.done("POST", plan+"/packingInformation", `{"packageGroupings":[`+strings.Join(all, ",")+`]}`)
		}
		if got := fill("4"); !strings.Contains(got, "hold 40 units") {
			t.Errorf("too much in boxes: got %q", got)
		}
		if got := fill("2"); got != "" {
			t.Fatalf("got %q", got)
		}
		list = s.quotes(plan, o, "")
		if got := confirm(take(list[:3], partnered, small)); !strings.Contains(got, "No transportation option is selected") {
			t.Errorf("one shipment left out: got %q", got)
		}
		mixed := strings.Replace(take(list[:3], own, small), "]}", ","+strings.TrimPrefix(take(list[3:], partnered, small), `{"transportationSelections":[`), 1)
		if got := confirm(mixed); !strings.Contains(got, "cannot be mixed") {
			t.Errorf("own carrier and partner: got %q", got)
		}
		if got := confirm(take(list, own, ltl)); !strings.Contains(got, "no confirmed delivery window") {
			t.Errorf("freight without a window: got %q", got)
		}
		if got := confirm(take(list, partnered, small)); !strings.Contains(got, "with the carrier") {
			t.Errorf("flaky: got %q", got)
		}
		if got := len(s.sandbox.Purchases("amazon_fba", "")); got != 1 {
			t.Fatalf("got %d sales, want the placement alone", got)
		}
		if got := confirm(take(list, partnered, small)); got != "" {
			t.Errorf("once more: got %q", got)
		}
	})
}

// Options are offered for a day. Then they are EXPIRED and cannot be taken.
func TestExpiry(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan := s.plan()
		s.must("POST", plan+"/packingOptions", "")
		var packing struct{ PackingOptions []packingView }
		s.call("GET", plan+"/packingOptions", "", 200, &packing)
		o := s.placements(plan)[0]
		list := s.quotes(plan, o, "")
		time.Sleep(24 * time.Hour)
		s.token = s.login()
		s.call("POST", plan+"/packingOptions/"+packing.PackingOptions[0].ID+"/confirmation", "", 400, nil)
		s.call("POST", plan+"/placementOptions/"+o.ID+"/confirmation", "", 400, nil)
		s.call("POST", plan+"/transportationOptions/confirmation", take(list, own, small), 400, nil)
		var out struct{ PlacementOptions []placementView }
		s.call("GET", plan+"/placementOptions", "", 200, &out)
		if out.PlacementOptions[0].Status != "EXPIRED" || len(s.sandbox.Purchases("", "")) != 0 {
			t.Errorf("got %+v, want it expired and nothing sold", out.PlacementOptions[0])
		}
	})
}

// A move of the goods makes their quotes void.
func TestSourceMoved(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan := s.plan()
		o := s.placements(plan)[0]
		list := s.quotes(plan, o, "")
		s.must("PUT", plan+"/shipments/"+o.Shipments[0]+"/sourceAddress", `{"address":{"name":"Li Lei","addressLine1":"2 Harbour Rd","city":"Shenzhen","countryCode":"CN","postalCode":"518000","phoneNumber":"1"}}`)
		s.must("POST", plan+"/placementOptions/"+o.ID+"/confirmation", "")
		s.call("POST", plan+"/transportationOptions/confirmation", take(list, own, small), 400, nil)
	})
}

// Freight: pallets and a class get a partner's quote, a delivery window comes first, and the
// papers are a bill of lading.
func TestFreight(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan := s.plan()
		s.pack(plan)
		o := s.placements(plan)[0]
		list := s.quotes(plan, o, `,"pallets":[{"quantity":2,"dimensions":{"unitOfMeasurement":"IN","length":48,"width":40,"height":60},"weight":{"unit":"LB","value":300},"stackability":"STACKABLE"}],"freightInformation":{"declaredValue":{"amount":500,"code":"USD"},"freightClass":"FC_70"}`)
		at := slices.IndexFunc(list, func(v transportView) bool { return v.Solution == partnered && v.Mode == ltl })
		if at < 0 || list[at].Quote.Cost.code != "157" || !slices.Equal(list[at].Preconditions, []string{needWindow}) { // 85.00 and 600 lb x 0.12
			t.Fatalf("got %+v %+v", list, list[at].Quote)
		}
		s.must("POST", plan+"/placementOptions/"+o.ID+"/confirmation", "")
		windows := plan + "/shipments/" + o.Shipments[0] + "/deliveryWindowOptions"
		s.must("POST", windows, "")
		var out struct {
			Options []windowView `json:"deliveryWindowOptions"`
		}
		s.call("GET", windows+"?pageSize=100", "", 200, &out)
		blocked := slices.IndexFunc(out.Options, func(w windowView) bool { return w.Availability == "BLOCKED" })
		if got := s.done("POST", windows+"/"+out.Options[blocked].ID+"/confirmation", ""); !strings.Contains(got, "not available") {
			t.Errorf("blocked: got %q", got)
		}
		s.must("POST", windows+"/"+out.Options[0].ID+"/confirmation", "")
		s.must("POST", plan+"/transportationOptions/confirmation", take(list, partnered, ltl))
		got := s.shipment(plan, o.Shipments[0])
		if got.Window == nil || got.Window.ID != out.Options[0].ID || got.Tracking.Freight == nil {
			t.Fatalf("got %+v, want the window and the partner's bill", got)
		}
		var link struct{ Payload struct{ DownloadURL string } }
		s.call("GET", prefixV0+"/shipments/"+got.Confirmation+"/billOfLading", "", 200, &link)
		if _, _, pdf := s.send("GET", link.Payload.DownloadURL, "", "", ""); !slices.Equal(barcodes(t, pdf), []string{got.Tracking.Freight.Number}) {
			t.Error("the bill's barcode is not its number")
		}
		s.call("GET", prefixV0+"/shipments/"+o.Shipments[0]+"/labels?PageType=PackageLabel_Thermal&LabelType=UNIQUE", "", 400, nil) // not the number on the boxes
	})
}
