package inbound

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// readShipment looks at one shipment: where it goes, which number it got, how far it is.
func (s *Service) readShipment(ctx context.Context, t *turnOf, id string) (time.Duration, error) {
	got, err := s.getShipment(ctx, t, id)
	if err != nil {
		return 0, err
	}
	now, pause := time.Now(), time.Duration(0)
	after := t.file
	words := ""
	if t.file.Stage == stageFollow {
		words = followWords(&after, got)
	}
	err = s.progress(ctx, t, store.PlanUpdate{}, words, func(p *store.Plan, f *file) error {
		sh := f.shipment(id)
		if sh == nil {
			return nil
		}
		sh.see(got, now)
		switch f.Stage {
		case stagePlaces:
			f.passPlaces()
		case stagePapers:
			if sh.ConfirmationID == "" { // its number is on its way
				pause = s.Intervals.Poll
			}
			p.Spent = f.spent(p.Marketplace)
		case stageFollow:
			f.follow()
		}
		return nil
	})
	return pause, err
}

// see takes over what the platform says of a shipment.
func (s *shipment) see(got adapters.InboundShipment, now time.Time) {
	s.Seen, s.LookedAt, s.Status = true, now, got.Status
	s.Warehouse, s.Destination = got.WarehouseCode, got.Destination
	s.Tracking, s.BillOfLading, s.FreightBill = got.Tracking, got.BillOfLading, got.FreightBill
	s.CountDue = counting(got.Status)
	if got.ConfirmationID != "" {
		s.ConfirmationID = got.ConfirmationID
	}
	if got.Transport != "" {
		s.Selected = got.Transport
	}
	if got.Window != "" {
		s.Window = got.Window
	}
}

// followWords tells the history when a shipment's state has changed.
func followWords(f *file, got adapters.InboundShipment) string {
	if sh := f.shipment(got.ID); sh != nil && sh.Status != got.Status {
		return "shipment " + sh.ConfirmationID + " is " + got.Status
	}
	return ""
}

// readReceived asks what the warehouse has counted.
func (s *Service) readReceived(ctx context.Context, t *turnOf, id string) (string, applies, error) {
	sh := t.file.shipment(id)
	got, err := ask(ctx, s, t, func(ctx context.Context) (adapters.InboundReceipt, error) {
		return t.in.Receiving(ctx, t.plan.Marketplace, sh.ConfirmationID)
	})
	if err != nil {
		return "", nil, err
	}
	return "", func(_ *store.Plan, f *file) error {
		if sh := f.shipment(id); sh != nil {
			sh.CountDue, sh.Counted = false, got.Items
			sh.Final = sh.Status == adapters.InboundClosed
		}
		f.follow()
		return nil
	}, nil
}

// ranks order what a plan has reached by its shipments.
var ranks = map[string]int{statusLabelsReady: 0, statusShipped: 1, statusReceived: 2, statusClosed: 3}

// follow sets what the plan has reached: as far as the hindmost shipment is, and never back. One
// that was given up on the way holds up no other.
func (f *file) follow() {
	reached, gone := reachedBy(f.Shipments)
	switch {
	case gone == len(f.Shipments) && gone > 0:
		f.end(statusCancelled, Problem{Code: "shipments_gone", Severity: "error", Message: "every shipment was cancelled, deleted or abandoned at the platform"})
	case ranks[reached] > ranks[f.Reached]:
		if f.Reached = reached; reached == statusClosed {
			f.end(statusClosed)
		}
	}
}

// reachedBy is the status that all shipments have come to, and how many are gone.
func reachedBy(list []shipment) (reached string, gone int) {
	reached = statusClosed
	for _, sh := range list {
		status := statusClosed
		switch sh.Status {
		case adapters.InboundCancelled, adapters.InboundDeleted, adapters.InboundAbandoned:
			gone++
			continue
		case adapters.InboundShipped, adapters.InboundInTransit, adapters.InboundDelivered, adapters.InboundCheckedIn:
			status = statusShipped
		case adapters.InboundReceiving:
			status = statusReceived
		case adapters.InboundClosed:
			if !sh.Final { // closed, not yet counted for the last time
				status = statusReceived
			}
		case adapters.InboundMixed, adapters.InboundUnknown:
			status = statusLabelsReady // says nothing; the plan never goes back by it
		default:
			status = statusLabelsReady
		}
		if ranks[status] < ranks[reached] {
			reached = status
		}
	}
	return reached, gone
}
