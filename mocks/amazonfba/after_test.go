package amazonfba

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// labels fetches a file by its short-lived link.
func (s *seller) labels(number, query string) string {
	s.t.Helper()
	var link struct{ Payload struct{ DownloadURL string } }
	s.call("GET", prefixV0+"/shipments/"+number+"/labels?"+query, "", 200, &link)
	status, _, pdf := s.send("GET", link.Payload.DownloadURL, "", "", "")
	if status != 200 {
		s.t.Fatalf("download: got %d %s", status, pdf)
	}
	time.Sleep(15 * time.Second)
	if status, _, _ := s.send("GET", link.Payload.DownloadURL, "", "", ""); status != http.StatusForbidden {
		s.t.Errorf("after 15 s: got %d, want the link dead", status)
	}
	return pdf
}

// received is what was sent and what was counted of the first item, by v0.
func (s *seller) received(number string) [2]int64 {
	s.t.Helper()
	var out struct{ Payload struct{ ItemData []v0Item } }
	s.call("GET", prefixV0+"/shipments/"+number+"/items?MarketplaceId="+us, "", 200, &out)
	return [2]int64{out.Payload.ItemData[0].Shipped, out.Payload.ItemData[0].Received}
}

// Numbers of one's own carrier are checked later; a partner's shipment takes none.
func TestOwnTracking(t *testing.T) {
	inBubble(t, mocks.Options{LateNumbers: time.Minute}, func(t *testing.T, s *seller) {
		plan, o := s.ready(1, own)
		path := plan + "/shipments/" + o.Shipments[0]
		number := s.shipment(plan, o.Shipments[0]).Confirmation
		body := func(box, tracking string) string {
			return `{"trackingDetails":{"spdTrackingDetail":{"spdTrackingItems":[{"boxId":"` + box + `","trackingId":"` + tracking + `"}]}}}`
		}
		if got := s.done("PUT", path+"/trackingDetails", body("FBA1", "1Z999")); !strings.Contains(got, "does not exist") {
			t.Errorf("unknown box: got %q", got)
		}
		s.must("PUT", path+"/trackingDetails", body(number+"U000001", "UH100000017YP"))
		s.must("PUT", path+"/trackingDetails", body(number+"U000002", "no number at all"))
		state := func(box int) string {
			return s.shipment(plan, o.Shipments[0]).Tracking.Parcels["spdTrackingItems"][box].Validation
		}
		if got := state(0); got != "NOT_VALIDATED" {
			t.Errorf("at once: got %s", got)
		}
		time.Sleep(time.Minute)
		if one, two := state(0), state(1); one != "VALIDATED" || two != "NOT_VALIDATED" {
			t.Errorf("later: got %s and %s", one, two)
		}
		s.call("PUT", path+"/trackingDetails", `{"trackingDetails":{"ltlTrackingDetail":{"freightBillNumber":["1","2"]}}}`, 400, nil)
		other, p := s.ready(1, partnered)
		got := s.done("PUT", other+"/shipments/"+p.Shipments[0]+"/trackingDetails", body("x", "y"))
		if !strings.HasSuffix(got, "UpdateShipmentTrackingDetails can only be processed for shipments that have confirmed a non-PCP transportation option") {
			t.Errorf("partner: got %q", got)
		}
	})
}

// A plan can be cancelled until it leaves: in time all money comes back, later the transport
// stays charged.
func TestCancel(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		states := func() (out []string) {
			for _, p := range s.sandbox.Purchases("amazon_fba", "")[len(s.sandbox.Purchases("amazon_fba", ""))-2:] {
				out = append(out, p.State)
			}
			return out
		}
		plan, o := s.ready(1, partnered)
		s.must("PUT", plan+"/cancellation", "")
		if got := states(); !slices.Equal(got, []string{mocks.Voided, mocks.Voided}) {
			t.Errorf("in time: got %v", got)
		}
		if got := s.shipment(plan, o.Shipments[0]).Status; got != "DELETED" {
			t.Errorf("got %s", got)
		}
		s.call("PUT", plan+"/cancellation", "", 400, nil)
		plan, _ = s.ready(1, partnered)
		time.Sleep(25 * time.Hour)
		s.token = s.login()
		s.must("PUT", plan+"/cancellation", "")
		if got := states(); !slices.Equal(got, []string{mocks.Voided, mocks.Live}) {
			t.Errorf("a day later: got %v", got)
		}
		plan, o = s.ready(1, partnered)
		s.control("scan", `{"carrier":"amazon_fba","tracking_number":"`+s.shipment(plan, o.Shipments[0]).Confirmation+`","code":"SHIPPED"}`)
		if got := s.done("PUT", plan+"/cancellation", ""); !strings.Contains(got, "have left") {
			t.Errorf("on its way: got %q", got)
		}
	})
}

// Receiving: half while the warehouse counts, and what it did not find at the end.
func TestReceiving(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan := s.plan("DEMO-SKU-1", "DEMO-SHORT-1")
		o := s.placements(plan)[0]
		list := s.quotes(plan, o, "")
		s.must("POST", plan+"/placementOptions/"+o.ID+"/confirmation", "")
		s.must("POST", plan+"/packingInformation", `{"packageGroupings":[{"shipmentId":"`+o.Shipments[0]+`",`+strings.ReplaceAll(boxes, "DEMO-SKU-1", "DEMO-SHORT-1")+`}]}`)
		s.must("POST", plan+"/transportationOptions/confirmation", take(list, own, small))
		number := s.shipment(plan, o.Shipments[0]).Confirmation
		status := func() string {
			var out struct {
				Payload struct {
					ShipmentData []struct{ ShipmentStatus, DestinationFulfillmentCenterId string }
				}
			}
			s.call("GET", prefixV0+"/shipments?QueryType=SHIPMENT&MarketplaceId="+us+"&ShipmentIdList="+number, "", 200, &out)
			return out.Payload.ShipmentData[0].ShipmentStatus
		}
		if got := status(); got != "WORKING" {
			t.Errorf("got %s, want v0's word for ready to ship", got)
		}
		for _, tt := range []struct {
			code string
			want [2]int64
		}{{"DELIVERED", [2]int64{40, 0}}, {"RECEIVING", [2]int64{40, 20}}, {"CLOSED", [2]int64{40, 39}}} {
			s.control("scan", `{"carrier":"amazon_fba","tracking_number":"`+number+`","code":"`+tt.code+`"}`)
			time.Sleep(time.Second)
			if got := s.received(number); status() != tt.code || got != tt.want {
				t.Errorf("%s: got %s %v, want %v", tt.code, status(), got, tt.want)
			}
		}
		var all struct{ Payload struct{ ItemData []v0Item } }
		s.call("GET", prefixV0+"/shipmentItems?QueryType=DATE_RANGE&MarketplaceId="+us+"&LastUpdatedAfter=1999-01-01T00:00:00Z&LastUpdatedBefore=2100-01-01T00:00:00Z", "", 200, &all)
		if len(all.Payload.ItemData) != 1 || all.Payload.ItemData[0].ShipmentID != number {
			t.Errorf("got %+v", all)
		}
	})
}

// A change of content packs the shipment anew, at no more cost.
func TestContentUpdate(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan, o := s.ready(1, partnered)
		path := plan + "/shipments/" + o.Shipments[0] + "/contentUpdatePreviews"
		s.must("POST", path, `{`+strings.Replace(boxes, `"quantity":4,`, `"quantity":3,`, 1)+`,"items":[{"msku":"DEMO-SKU-1","quantity":30,"labelOwner":"SELLER","prepOwner":"SELLER"}]}`)
		var list struct {
			Previews []struct {
				ID        string `json:"contentUpdatePreviewId"`
				Transport struct {
					Quote struct{ Cost struct{ Amount json.Number } }
				} `json:"transportationOption"`
			} `json:"contentUpdatePreviews"`
		}
		s.call("GET", path, "", 200, &list)
		if len(list.Previews) != 1 || list.Previews[0].Transport.Quote.Cost.Amount != "48.4" {
			t.Fatalf("got %+v", list)
		}
		s.call("GET", path+"/"+list.Previews[0].ID, "", 200, nil)
		s.must("POST", path+"/"+list.Previews[0].ID+"/confirmation", "")
		var out struct{ Boxes []boxView }
		s.call("GET", plan+"/shipments/"+o.Shipments[0]+"/boxes", "", 200, &out)
		if len(out.Boxes) != 3 || !strings.HasSuffix(out.Boxes[2].BoxID, "U000003") {
			t.Errorf("got %+v", out)
		}
	})
}

// India: appointments for one's own truck, the paper for the road, tax details.
func TestIndia(t *testing.T) {
	inBubble(t, mocks.Options{}, func(t *testing.T, s *seller) {
		plan, o := s.ready(1, own, us, in)
		path := plan + "/shipments/" + o.Shipments[0]
		s.call("POST", path+"/selfShipAppointmentSlots", "{}", 201, nil)
		time.Sleep(time.Second)
		var slots struct {
			Availability struct{ Slots []struct{ SlotID string } } `json:"selfShipAppointmentSlotsAvailability"`
		}
		s.call("GET", path+"/selfShipAppointmentSlots", "", 200, &slots)
		var booked struct {
			Details struct{ AppointmentStatus string } `json:"selfShipAppointmentDetails"`
		}
		s.call("POST", path+"/selfShipAppointmentSlots/"+slots.Availability.Slots[2].SlotID+"/schedule", "{}", 200, &booked)
		if booked.Details.AppointmentStatus != "ARRIVAL_SCHEDULED" {
			t.Errorf("got %+v", booked)
		}
		s.must("PUT", path+"/selfShipAppointmentCancellation", `{"reasonComment":"VEHICLE_DELAY"}`)
		var paper struct{ DocumentDownload download }
		s.call("GET", path+"/deliveryChallanDocument", "", 200, &paper)
		if status, _, pdf := s.send("GET", paper.DocumentDownload.URI, "", "", ""); status != 200 || !strings.HasPrefix(pdf, "%PDF") {
			t.Errorf("got %d %.20s", status, pdf)
		}
		s.must("PUT", "/items/compliance?marketplaceId="+in, `{"msku":"DEMO-SKU-1","taxDetails":{"hsnCode":"392690","declaredValue":{"amount":100.5,"code":"INR"}}}`)
		if text := s.call("GET", "/items/compliance?marketplaceId="+in+"&mskus=DEMO-SKU-1", "", 200, nil); !strings.Contains(text, `"hsnCode":"392690"`) {
			t.Errorf("got %s", text)
		}
		home, p := s.ready(1, own)
		s.call("GET", home+"/shipments/"+p.Shipments[0]+"/deliveryChallanDocument", "", 400, nil)
		s.call("POST", home+"/shipments/"+p.Shipments[0]+"/selfShipAppointmentSlots", "{}", 400, nil)
	})
}
