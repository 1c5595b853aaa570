package amazonfba

import (
	"slices"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

var shipmentRoutes = []mounted{
	{"GET /inboundPlans/{plan}/shipments/{shipment}", route{mocks.OpInbound, 6, 200, (*Carrier).getShipment, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/boxes", route{mocks.OpInbound, 30, 200, (*Carrier).shipmentBoxes, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/items", route{mocks.OpInbound, 30, 200, (*Carrier).shipmentItems, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/pallets", route{mocks.OpInbound, 30, 200, (*Carrier).shipmentPallets, nil}},
	{"PUT /inboundPlans/{plan}/shipments/{shipment}/name", route{mocks.OpInbound, 30, 204, (*Carrier).renameShipment, nil}},
	{"PUT /inboundPlans/{plan}/shipments/{shipment}/sourceAddress", route{mocks.OpInbound, 30, 202, (*Carrier).moveSource, nil}},
	{"PUT /inboundPlans/{plan}/shipments/{shipment}/trackingDetails", route{mocks.OpInbound, 2, 202, (*Carrier).setTracking, nil}},
}

// shipment is the part of a plan that goes to one warehouse.
type shipment struct {
	id, name       string
	confirmationID string // FBA15…, known once transport is confirmed
	plan           *plan
	placement      *placement
	warehouse      warehouse
	source         address
	status         string
	items          []item
	boxes          []box
	pallets        []pallet
	readyFrom      time.Time
	contact        *contact
	freight        *freight
	windows        []*window
	window         *window // confirmed
	selected       *transport
	selectedAt     time.Time
	tracking       map[string]tracked // by box id
	bill           *billOfLading
	updates        []*contentUpdate
	slots          []slot
	slotsEnd       time.Time
	appointment    *slot
}

// shipment finds the plan and the shipment of a path.
func (c *Carrier) shipment(in *request) (*plan, *shipment, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, nil, no
	}
	s := p.shipments[in.PathValue("shipment")]
	if s == nil {
		return nil, nil, bad("The requested shipment does not exist for the provided inbound plan.")
	}
	return p, s, nil
}

// statuses are those that a scan can put a shipment into.
var statuses = map[string]bool{"SHIPPED": true, "IN_TRANSIT": true, "DELIVERED": true, "CHECKED_IN": true, "RECEIVING": true,
	"CLOSED": true, "CANCELLED": true, "ABANDONED": true, "DELETED": true, "MIXED": true}

// shipmentStatus is that of the last scan, else that of the paperwork.
func (c *Carrier) shipmentStatus(s *shipment) string {
	if s.plan.status == "VOIDED" {
		return "DELETED"
	}
	if s.confirmationID != "" {
		parcel, _ := c.desk.Parcel(s.confirmationID)
		for _, scan := range slices.Backward(parcel.Scans) {
			if statuses[scan.Code] {
				return scan.Code
			}
		}
	}
	return s.status
}

type (
	place struct {
		Type      string  `json:"destinationType,omitempty"`
		Source    string  `json:"sourceType,omitempty"`
		Address   address `json:"address"`
		Warehouse string  `json:"warehouseId,omitempty"`
	}
	span struct {
		Start    string `json:"start"`
		End      string `json:"end"`
		Editable string `json:"editableUntil"`
	}
	shipmentView struct {
		ID           string          `json:"shipmentId"`
		Placement    string          `json:"placementOptionId"`
		Confirmation string          `json:"shipmentConfirmationId,omitempty"`
		Reference    string          `json:"amazonReferenceId,omitempty"`
		Name         string          `json:"name"`
		Status       string          `json:"status"`
		Source       place           `json:"source"`
		Destination  place           `json:"destination"`
		Selected     string          `json:"selectedTransportationOptionId,omitempty"`
		Window       *windowView     `json:"selectedDeliveryWindow,omitempty"`
		Dates        map[string]span `json:"dates,omitempty"`
		Contact      *contact        `json:"contactInformation,omitempty"`
		Freight      *freight        `json:"freightInformation,omitempty"`
		Tracking     *trackingView   `json:"trackingDetails,omitempty"`
		Appointments []appointment   `json:"selfShipAppointmentDetails,omitempty"`
	}
)

func (c *Carrier) getShipment(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	out := shipmentView{ID: s.id, Placement: s.placement.id, Confirmation: s.confirmationID, Name: s.name, Status: c.shipmentStatus(s),
		Source:      place{Source: "SELLER_FACILITY", Address: s.source},
		Destination: place{Type: "AMAZON_WAREHOUSE", Address: s.warehouse.address(s.plan.market.country), Warehouse: s.warehouse.code},
		Contact:     s.contact, Freight: s.freight, Tracking: c.trackingView(s, in.now)}
	if s.confirmationID != "" {
		out.Selected, out.Reference = s.selected.id, "AR"+s.confirmationID[5:]
	}
	if !s.readyFrom.IsZero() {
		out.Dates = map[string]span{"readyToShipWindow": {minute(s.readyFrom), minute(s.readyFrom.AddDate(0, 0, 7)), minute(s.readyFrom.AddDate(0, 0, 6))}}
	}
	if s.window != nil {
		v := s.window.view()
		v.Editable = v.End
		out.Window = &v
	}
	if s.appointment != nil {
		out.Appointments = []appointment{s.appointment.details()}
	}
	return out, nil
}

func (c *Carrier) shipmentBoxes(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	return c.boxPage(in, s.boxes)
}

func (c *Carrier) shipmentItems(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	return c.itemPage(in, s.items)
}

func (c *Carrier) shipmentPallets(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	return palletPage(in, s.pallets)
}

func (c *Carrier) renameShipment(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	var body struct{ Name string }
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if !within(body.Name, 1, 100) {
		return nil, bad("The name must have 1 to 100 characters.")
	}
	s.name = body.Name
	return nil, nil
}

// moveSource changes where the goods are. Transport that was quoted from elsewhere is gone.
func (c *Carrier) moveSource(in *request) (any, *problem) {
	p, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		Address address `json:"address"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if no := body.Address.check(); no != nil {
		return nil, no
	}
	if p.transported {
		return nil, bad("The source address cannot be changed after transportation was confirmed.")
	}
	return c.start("updateShipmentSourceAddress", in.now, nil, func() {
		s.source = body.Address
		p.transports = slices.DeleteFunc(p.transports, func(t *transport) bool { return t.shipment == s })
	}), nil
}

// number gives a shipment and its boxes their numbers and makes it a parcel.
func (c *Carrier) number(s *shipment, now time.Time) error {
	s.confirmationID = "FBA15" + c.desk.Serial(7)
	for i := range s.boxes {
		s.boxes[i].boxID = s.boxNumber(i + 1)
	}
	return c.desk.AddParcel(mocks.Parcel{Number: s.confirmationID, CarrierID: s.id, Reference: s.plan.name, BookedAt: now,
		From: mocks.Place{City: s.source.City, PostalCode: s.source.PostalCode, Country: s.source.CountryCode},
		To:   mocks.Place{City: s.warehouse.city, PostalCode: s.warehouse.postCode, Country: s.plan.market.country}})
}

// boxNumber is the id on the n-th box: FBA15…U000001.
func (s *shipment) boxNumber(n int) string {
	digits := strconv.Itoa(n)
	return s.confirmationID + "U" + "000000"[:6-len(digits)] + digits
}

// Journey is a shipment's way into the warehouse, in the words of its status.
func (*Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	city, country := p.To.City, p.To.Country
	out := []mocks.Step{
		{Code: "SHIPPED", City: p.From.City, Country: p.From.Country},
		{Code: "IN_TRANSIT", After: 30 * time.Hour, Country: country, Night: true},
	}
	switch kind {
	case mocks.JourneyCustomsHold, mocks.JourneyLost: // Amazon knows neither: the shipment just stays on its way
		return out
	case mocks.JourneyReturned:
		return append(out,
			mocks.Step{Code: "DELIVERED", After: 100 * time.Hour, City: city, Country: country},
			mocks.Step{Code: "CANCELLED", After: 20 * time.Hour, City: city, Country: country})
	}
	return append(out,
		mocks.Step{Code: "DELIVERED", After: 100 * time.Hour, City: city, Country: country},
		mocks.Step{Code: "CHECKED_IN", After: 8 * time.Hour, City: city, Country: country},
		mocks.Step{Code: "RECEIVING", After: 26 * time.Hour, City: city, Country: country},
		mocks.Step{Code: "CLOSED", After: 150 * time.Hour, City: city, Country: country})
}
