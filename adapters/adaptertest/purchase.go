package adaptertest

import (
	"context"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// purchase is a label that was bought, with all that was said about it.
type purchase struct {
	req   normalize.LabelRequest
	label normalize.Label
	docs  []normalize.Document
	at    time.Time
}

// ref is all that the gateway knows of the purchase.
func (p purchase) ref() normalize.ShipmentRef {
	r := refOf(p.req, p.at)
	r.TrackingNumber, r.CarrierReference = p.label.TrackingNumber, p.label.CarrierReference
	r.CarrierData, r.PickupRef = p.label.CarrierData, p.label.PickupConfirmation
	return r
}

// refOf is what the gateway knows of a purchase whose answer was lost.
func refOf(req normalize.LabelRequest, at time.Time) normalize.ShipmentRef {
	r := normalize.ShipmentRef{Service: req.Service, ClientReference: req.ClientReference,
		Reference: req.Reference, OrderID: req.Shipment.OrderID(), Destination: req.Shipment.Destination, At: at}
	for _, it := range req.Shipment.Items {
		if it.LineID != "" {
			r.LineIDs = append(r.LineIDs, it.LineID)
		}
	}
	if req.Draft != nil {
		r.DraftID, r.CarrierData = req.Draft.ID, req.Draft.CarrierData
	}
	return r
}

// order makes everything ready for a label: the quote's data and the draft, where there are such.
func (s *session) order(ctx context.Context, shipment normalize.Shipment) (normalize.LabelRequest, error) {
	req := normalize.LabelRequest{Shipment: shipment, Service: s.h.Service, Label: s.h.Label,
		ClientReference: s.reference(), Reference: "EB-1001"}
	if s.ops.Rater != nil {
		rates, err := s.ops.Rater.Rate(ctx, normalize.RateRequest{Shipment: shipment, Services: []string{s.h.Service}})
		if err != nil {
			return req, fmt.Errorf("rate: %w", err)
		}
		for _, r := range rates {
			if r.Service == s.h.Service && r.Unavailable == nil {
				req.CarrierData = r.CarrierData
			}
		}
	}
	if s.ops.Drafter != nil {
		d, err := s.ops.Drafter.Draft(ctx, req)
		if err != nil {
			return req, fmt.Errorf("draft: %w", err)
		}
		req.Draft = &d
	}
	return req, nil
}

// mustOrder is order on a healthy wire.
func (s *session) mustOrder() normalize.LabelRequest {
	s.t.Helper()
	req, err := s.order(s.t.Context(), s.uniqueShipment())
	if err != nil {
		s.t.Fatalf("before the label: %v", err)
	}
	return req
}

// uniqueShipment gives each purchase an order and lines of its own: some carriers know a
// purchase by nothing else.
func (s *session) uniqueShipment() normalize.Shipment {
	shipment := clone(s.h.Shipment)
	s.mu.Lock()
	n := s.serial
	s.mu.Unlock()
	if shipment.Order != nil {
		order := *shipment.Order
		order.ID = bump(order.ID, n)
		shipment.Order = &order
	}
	for i := range shipment.Items {
		shipment.Items[i].LineID = bump(shipment.Items[i].LineID, n)
	}
	return shipment
}

// bump changes the last digits of an id and keeps its form.
func bump(id string, n int) string {
	i := len(id)
	for i > 0 && len(id)-i < 4 && id[i-1] >= '0' && id[i-1] <= '9' {
		i--
	}
	if i == len(id) {
		return id
	}
	digits := len(id) - i
	return fmt.Sprintf("%s%0*d", id[:i], digits, (atoi(id[i:])+n)%pow10(digits))
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

// maxWait is how many seconds, of a bubble's time, late numbers and papers may take.
const maxWait = 120

// buy buys a label and waits for its number and papers. Where nothing is sold it is the parcel
// that somebody bought elsewhere.
func (s *session) buy() purchase {
	s.t.Helper()
	p := purchase{req: s.mustOrder(), at: time.Now()}
	if s.ops.Labeler == nil {
		p.label.TrackingNumber = s.h.Number
		return p
	}
	label, err := s.ops.Labeler.Label(s.t.Context(), p.req)
	if err != nil {
		s.t.Fatalf("label: %v", err)
	}
	p.label, p.docs = label, label.Documents
	s.complete(&p)
	return p
}

// complete fetches what did not come with the label.
func (s *session) complete(p *purchase) {
	s.t.Helper()
	for range maxWait {
		if s.ops.Documenter == nil || (p.label.TrackingNumber != "" && len(p.docs) > 0) {
			return
		}
		out, err := s.ops.Documenter.Documents(s.t.Context(), normalize.DocumentsRequest{Ref: p.ref(), Label: s.h.Label})
		if err != nil {
			s.t.Fatalf("documents: %v", err)
		}
		p.merge(out)
		if !out.Pending {
			return
		}
		time.Sleep(time.Second)
	}
	s.t.Fatalf("number or papers are still missing after %d s", maxWait)
}

func (p *purchase) merge(d normalize.Documents) {
	p.docs = append(p.docs, d.Documents...)
	if p.label.TrackingNumber == "" {
		p.label.TrackingNumber = d.Label.TrackingNumber
	}
	if p.label.CarrierReference == "" {
		p.label.CarrierReference = d.Label.CarrierReference
	}
}
