package amazonfba

import (
	"encoding/json"
	"strings"
	"time"
)

// planBody is the documented example, with edits.
func planBody(edits ...string) string {
	return strings.NewReplacer(edits...).Replace(`{"name":"GW plan 0042","destinationMarketplaces":["ATVPDKIKX0DER"],
 "sourceAddress":{"name":"Li Lei","companyName":"Demo Ltd","addressLine1":"1 Harbour Rd","city":"Shenzhen","stateOrProvinceCode":"GD","countryCode":"CN","postalCode":"518000","phoneNumber":"13800000000"},
 "items":[{"msku":"DEMO-SKU-1","quantity":40,"labelOwner":"SELLER","prepOwner":"SELLER"}]}`)
}

// plan opens a plan and returns the path of it.
func (s *seller) plan(edits ...string) string {
	s.t.Helper()
	var op started
	s.call("POST", "/inboundPlans", planBody(edits...), 202, &op)
	if got := s.wait(op.Operation); got != "" {
		s.t.Fatal(got)
	}
	return "/inboundPlans/" + op.Plan
}

// boxes are four boxes of ten.
const boxes = `"boxes":[{"contentInformationSource":"BOX_CONTENT_PROVIDED","quantity":4,"dimensions":{"unitOfMeasurement":"IN","length":16,"width":12,"height":10},"weight":{"unit":"LB","value":22.5},"items":[{"msku":"DEMO-SKU-1","quantity":10,"labelOwner":"SELLER","prepOwner":"SELLER"}]}]`

// pack confirms the first packing option and fills its group.
func (s *seller) pack(plan string) {
	s.t.Helper()
	s.must("POST", plan+"/packingOptions", "")
	var out struct{ PackingOptions []packingView }
	s.call("GET", plan+"/packingOptions", "", 200, &out)
	s.must("POST", plan+"/packingInformation", `{"packageGroupings":[{"packingGroupId":"`+out.PackingOptions[0].Groups[0]+`",`+boxes+`}]}`)
	s.must("POST", plan+"/packingOptions/"+out.PackingOptions[0].ID+"/confirmation", "")
}

type placementView struct {
	ID        string   `json:"placementOptionId"`
	Shipments []string `json:"shipmentIds"`
	Status    string
	Fees      []struct{ Value struct{ Amount json.Number } }
	Discounts []struct{ Value struct{ Amount json.Number } }
}

// placements generates and lists the ways to split a plan.
func (s *seller) placements(plan string) []placementView {
	s.t.Helper()
	s.must("POST", plan+"/placementOptions", "{}")
	var out struct{ PlacementOptions []placementView }
	s.call("GET", plan+"/placementOptions", "", 200, &out)
	return out.PlacementOptions
}

// quotes generates and lists transport for every shipment of a placement.
func (s *seller) quotes(plan string, o placementView, more string) []transportView {
	s.t.Helper()
	var configs []string
	for _, id := range o.Shipments {
		configs = append(configs, `{"shipmentId":"`+id+`","readyToShipWindow":{"start":"`+minute(time.Now().Add(24*time.Hour))+`"},"contactInformation":{"name":"Li Lei","phoneNumber":"13800000000"}`+more+`}`)
	}
	s.must("POST", plan+"/transportationOptions", `{"placementOptionId":"`+o.ID+`","shipmentTransportationConfigurations":[`+strings.Join(configs, ",")+`]}`)
	var out struct {
		TransportationOptions []struct {
			transportView
			Quote *struct {
				Cost                      struct{ Amount json.Number }
				Expiration, VoidableUntil string
			} `json:"quote"`
		}
	}
	s.call("GET", plan+"/transportationOptions?placementOptionId="+o.ID+"&pageSize=20", "", 200, &out)
	var list []transportView
	for _, v := range out.TransportationOptions {
		if v.Quote != nil { // the amount as it stands on the wire
			v.transportView.Quote = &quoteView{Expiration: v.Quote.Expiration, Voidable: v.Quote.VoidableUntil, Cost: money{code: v.Quote.Cost.Amount.String()}}
		}
		list = append(list, v.transportView)
	}
	return list
}

// take selects a solution and a mode for every shipment.
func take(list []transportView, solution, mode string) string {
	var out []string
	for _, v := range list {
		if v.Solution == solution && v.Mode == mode {
			out = append(out, `{"shipmentId":"`+v.Shipment+`","transportationOptionId":"`+v.ID+`"}`)
		}
	}
	return `{"transportationSelections":[` + strings.Join(out, ",") + `]}`
}

// ready drives a plan up to its labels, with the placement that has n shipments.
func (s *seller) ready(n int, solution string, edits ...string) (plan string, o placementView) {
	s.t.Helper()
	plan = s.plan(edits...)
	s.pack(plan)
	o = s.placements(plan)[n-1]
	list := s.quotes(plan, o, "")
	s.must("POST", plan+"/placementOptions/"+o.ID+"/confirmation", "")
	s.must("POST", plan+"/transportationOptions/confirmation", take(list, solution, small))
	return plan, o
}

type shipmentAnswer struct {
	Status       string
	Confirmation string `json:"shipmentConfirmationId"`
	Selected     string `json:"selectedTransportationOptionId"`
	Destination  place
	Tracking     *trackingView `json:"trackingDetails"`
	Window       *windowView   `json:"selectedDeliveryWindow"`
}

func (s *seller) shipment(plan, id string) (out shipmentAnswer) {
	s.t.Helper()
	s.call("GET", plan+"/shipments/"+id, "", 200, &out)
	return out
}
