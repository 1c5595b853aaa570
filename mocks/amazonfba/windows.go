package amazonfba

import (
	"slices"
	"time"
)

// window is a span in which a warehouse takes a delivery.
type window struct {
	id           string
	start, end   time.Time
	availability string
	validUntil   time.Time
}

type windowView struct {
	ID           string `json:"deliveryWindowOptionId"`
	Start        string `json:"startDate"`
	End          string `json:"endDate"`
	Availability string `json:"availabilityType"`
	Valid        string `json:"validUntil,omitempty"`
	Editable     string `json:"editableUntil,omitempty"`
}

func (w *window) view() windowView {
	return windowView{ID: w.id, Start: instant(w.start), End: instant(w.end), Availability: w.availability, Valid: instant(w.validUntil)}
}

// availabilities of the offered days, over and over.
var availabilities = []string{"AVAILABLE", "CONGESTED", "AVAILABLE", "BLOCKED", "DISCOUNTED", "AVAILABLE", "AVAILABLE"}

// generateWindows offers 14 days, six hours each, from the third day after the goods are ready.
func (c *Carrier) generateWindows(in *request) (any, *problem) {
	if _, no := c.active(in); no != nil {
		return nil, no
	}
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	return c.start("generateDeliveryWindowOptions", in.now, nil, func() {
		from := s.readyFrom
		if from.IsZero() {
			from = in.now
		}
		s.windows = nil
		for day := range 14 {
			start := from.UTC().Truncate(24*time.Hour).AddDate(0, 0, day+3).Add(8 * time.Hour)
			s.windows = append(s.windows, &window{id: c.newID("dw"), start: start, end: start.Add(6 * time.Hour),
				availability: availabilities[day%len(availabilities)], validUntil: in.now.Add(lives)})
		}
	}), nil
}

func (c *Carrier) listWindows(in *request) (any, *problem) {
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	page, info, no := paged(in, s.windows, 100)
	if no != nil {
		return nil, no
	}
	list := []windowView{}
	for _, w := range page {
		list = append(list, w.view())
	}
	return struct {
		Options []windowView `json:"deliveryWindowOptions"`
		Page    *pageInfo    `json:"pagination"`
	}{list, info}, nil
}

func (c *Carrier) confirmWindow(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	_, s, no := c.shipment(in)
	if no != nil {
		return nil, no
	}
	at := slices.IndexFunc(s.windows, func(w *window) bool { return w.id == in.PathValue("window") })
	switch {
	case at < 0:
		return nil, bad("The requested deliveryWindowOptionId does not exist for the specified shipment.")
	case p.placed == nil || !p.placed.accepted || !p.placed.has(s.id):
		return nil, bad("The placement option of the shipment is not confirmed.")
	case !in.now.Before(s.windows[at].validUntil):
		return nil, bad("The delivery window option has expired.")
	}
	w := s.windows[at]
	var problems []opProblem
	if w.availability == "BLOCKED" {
		problems = append(problems, failure("BadRequest", "The delivery window option is not available."))
	}
	return c.start("confirmDeliveryWindowOptions", in.now, problems, func() { s.window = w }), nil
}
