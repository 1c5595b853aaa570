package amazonfba

import (
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

const maxUpdates = 20 // content previews of one shipment that are kept

var changeRoutes = []mounted{
	{"POST /inboundPlans/{plan}/shipments/{shipment}/contentUpdatePreviews", route{mocks.OpInbound, 30, 202, (*Carrier).generateUpdate, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/contentUpdatePreviews", route{mocks.OpInbound, 30, 200, (*Carrier).listUpdates, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/contentUpdatePreviews/{update}", route{mocks.OpInbound, 30, 200, (*Carrier).getUpdate, nil}},
	{"POST /inboundPlans/{plan}/shipments/{shipment}/contentUpdatePreviews/{update}/confirmation", route{mocks.OpInbound, 30, 202, (*Carrier).confirmUpdate, nil}},
	{"POST /inboundPlans/{plan}/shipments/{shipment}/selfShipAppointmentSlots", route{mocks.OpPickup, 30, 201, (*Carrier).generateSlots, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/selfShipAppointmentSlots", route{mocks.OpPickup, 30, 200, (*Carrier).getSlots, nil}},
	{"POST /inboundPlans/{plan}/shipments/{shipment}/selfShipAppointmentSlots/{slot}/schedule", route{mocks.OpPickup, 30, 200, (*Carrier).scheduleSlot, nil}},
	{"PUT /inboundPlans/{plan}/shipments/{shipment}/selfShipAppointmentCancellation", route{mocks.OpPickup, 30, 202, (*Carrier).cancelSlot, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/deliveryChallanDocument", route{mocks.OpDocument, 6, 200, (*Carrier).challan, nil}},
}

// contentUpdate is a change of what is in a shipment, before it is confirmed.
type contentUpdate struct {
	id      string
	boxes   []boxInput
	items   []item
	expires time.Time
}

// generateUpdate previews a change of a shipment that has its numbers, but has not left.
func (c *Carrier) generateUpdate(in *request) (any, *problem) {
	p, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		Boxes []boxInput `json:"boxes"`
		Items []item     `json:"items"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if s.confirmationID == "" || c.shipmentStatus(s) != "READY_TO_SHIP" {
		return nil, bad("The content of the shipment cannot be updated in its status.")
	}
	if no := checkBoxes(body.Boxes); no != nil {
		return nil, no
	}
	for _, i := range body.Items {
		if no := i.check(); no != nil {
			return nil, no
		}
	}
	problems := append(p.weigh("0", body.Boxes, body.Items), c.checkItems(body.Items, in.now)...)
	return c.start("generateShipmentContentUpdatePreviews", in.now, problems, func() {
		s.updates = append(s.updates, &contentUpdate{c.newID("cu"), body.Boxes, body.Items, in.now.Add(lives)})
		s.updates = s.updates[max(0, len(s.updates)-maxUpdates):]
	}), nil
}

type updateView struct {
	ID        string         `json:"contentUpdatePreviewId"`
	Expires   string         `json:"expiration"`
	Requested map[string]any `json:"requestedUpdates"`
	Transport transportView  `json:"transportationOption"`
}

// view quotes the transport that was chosen. The sandbox asks no more for a changed shipment.
func (s *shipment) viewUpdate(u *contentUpdate) updateView {
	return updateView{u.id, instant(u.expires), map[string]any{"boxes": u.boxes, "items": u.items}, s.selected.view()}
}

func (c *Carrier) listUpdates(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	page, info, no := paged(in, s.updates, 20)
	if no != nil {
		return nil, no
	}
	list := []updateView{}
	for _, u := range page {
		list = append(list, s.viewUpdate(u))
	}
	return struct {
		Updates []updateView `json:"contentUpdatePreviews"`
		Page    *pageInfo    `json:"pagination"`
	}{list, info}, nil
}

// update finds the preview of a path.
func (c *Carrier) update(in *request) (*shipment, *contentUpdate, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, nil, no
	}
	at := slices.IndexFunc(s.updates, func(u *contentUpdate) bool { return u.id == in.PathValue("update") })
	if at < 0 {
		return nil, nil, bad("The requested contentUpdatePreviewId does not exist for the specified shipment.")
	}
	return s, s.updates[at], nil
}

func (c *Carrier) getUpdate(in *request) (any, *problem) {
	s, u, no := c.update(in)
	if no != nil {
		return nil, no
	}
	return s.viewUpdate(u), nil
}

// confirmUpdate packs the shipment anew. Its boxes are numbered from the start.
func (c *Carrier) confirmUpdate(in *request) (any, *problem) {
	s, u, no := c.update(in)
	switch {
	case no != nil:
		return nil, no
	case !in.now.Before(u.expires):
		return nil, bad("The content update preview has expired.")
	case c.shipmentStatus(s) != "READY_TO_SHIP":
		return nil, bad("The content of the shipment cannot be updated in its status.")
	}
	boxes := c.unpack(u.boxes)
	return c.start("confirmShipmentContentUpdatePreview", in.now, nil, func() {
		s.boxes, s.items = boxes, u.items
		for i := range s.boxes {
			s.boxes[i].boxID = s.boxNumber(i + 1)
		}
		s.updates = slices.DeleteFunc(s.updates, func(o *contentUpdate) bool { return o == u })
	}), nil
}

// slot is a time at which a warehouse takes the seller's own truck.
type slot struct {
	id         string
	start, end time.Time
	number     int64 // of the appointment
	status     string
}

type (
	slotTime struct {
		Start string `json:"startTime"`
		End   string `json:"endTime"`
	}
	appointment struct {
		ID     int64    `json:"appointmentId"`
		Time   slotTime `json:"appointmentSlotTime"`
		Status string   `json:"appointmentStatus"`
	}
)

func (s slot) time() slotTime { return slotTime{instant(s.start), instant(s.end)} }

func (s slot) details() appointment { return appointment{s.number, s.time(), s.status} }

// selfShip finds a shipment whose marketplace has appointments.
func (c *Carrier) selfShip(in *request) (*shipment, *problem) {
	p, s, no := c.shipment(in)
	switch {
	case no != nil:
		return nil, no
	case !p.market.selfShip:
		return nil, bad("Self-ship appointments are not supported in this marketplace.")
	case s.confirmationID == "":
		return nil, bad("The shipment has no confirmed transportation option.")
	}
	return s, nil
}

func (c *Carrier) generateSlots(in *request) (any, *problem) {
	s, no := c.selfShip(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		From  string `json:"desiredStartDate"`
		Until string `json:"desiredEndDate"`
	}
	if len(in.body) > 0 {
		if no := in.read(&body); no != nil {
			return nil, no
		}
	}
	from := in.now.Add(24 * time.Hour)
	if body.From != "" {
		at, ok := readTime(body.From)
		if !ok {
			return nil, bad("The desiredStartDate is malformed.")
		}
		from = at
	}
	return c.start("generateSelfShipAppointmentSlots", in.now, nil, func() {
		s.slots, s.slotsEnd = nil, in.now.Add(time.Hour)
		for n := range 8 {
			start := from.UTC().Truncate(24*time.Hour).AddDate(0, 0, n/4).Add(time.Duration(9+2*(n%4)) * time.Hour)
			s.slots = append(s.slots, slot{id: c.newID("aa"), start: start, end: start.Add(time.Hour)})
		}
	}), nil
}

func (c *Carrier) getSlots(in *request) (any, *problem) {
	s, no := c.selfShip(in)
	if no != nil {
		return nil, no
	}
	page, info, no := paged(in, s.slots, 100)
	if no != nil {
		return nil, no
	}
	type view struct {
		ID   string   `json:"slotId"`
		Time slotTime `json:"slotTime"`
	}
	type availability struct {
		Expires string `json:"expiresAt"`
		Slots   []view `json:"slots"`
	}
	out := availability{instant(s.slotsEnd), []view{}}
	for _, o := range page {
		out.Slots = append(out.Slots, view{o.id, o.time()})
	}
	return struct {
		Availability availability `json:"selfShipAppointmentSlotsAvailability"`
		Page         *pageInfo    `json:"pagination"`
	}{out, info}, nil
}

func (c *Carrier) scheduleSlot(in *request) (any, *problem) {
	s, no := c.selfShip(in)
	if no != nil {
		return nil, no
	}
	at := slices.IndexFunc(s.slots, func(o slot) bool { return o.id == in.PathValue("slot") })
	if at < 0 || !in.now.Before(s.slotsEnd) {
		return nil, bad("The requested slotId does not exist, or the slots have expired.")
	}
	taken := s.slots[at]
	taken.number, taken.status = int64(1000+at), "ARRIVAL_SCHEDULED"
	s.appointment = &taken
	return map[string]appointment{"selfShipAppointmentDetails": taken.details()}, nil
}

func (c *Carrier) cancelSlot(in *request) (any, *problem) {
	s, no := c.selfShip(in)
	if no != nil {
		return nil, no
	}
	if s.appointment == nil || s.appointment.status == "CANCELED" {
		return nil, bad("The shipment has no appointment.")
	}
	return c.start("cancelSelfShipAppointment", in.now, nil, func() { s.appointment.status = "CANCELED" }), nil
}

// challan is the paper that goods must have on Indian roads.
func (c *Carrier) challan(in *request) (any, *problem) {
	p, s, no := c.shipment(in)
	switch {
	case no != nil:
		return nil, no
	case p.market.country != "IN":
		return nil, bad("The delivery challan is not supported in this marketplace.")
	case s.confirmationID == "":
		return nil, bad("The shipment has no confirmed transportation option.")
	}
	link, no := c.keep(in, s.challanPaper())
	if no != nil {
		return nil, no
	}
	return map[string]download{"documentDownload": link}, nil
}
