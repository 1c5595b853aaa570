package amazonfba

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// freightValue is a declared value; its amount is a JSON number.
type freightValue struct {
	Amount json.Number `json:"amount"`
	Code   string      `json:"code"`
}

func (v *freightValue) valid() bool {
	if v == nil {
		return true
	}
	_, ok := milli(v.Amount)
	return ok && len(v.Code) == 3
}

// selection takes a transport option for a shipment.
type selection struct {
	Shipment string   `json:"shipmentId"`
	Option   string   `json:"transportationOptionId"`
	Contact  *contact `json:"contactInformation"`
}

// confirmTransport buys transport for all shipments of a plan at once, and only once. It
// charges when it is taken on. A confirmation that the operation finds fault with charges
// nothing and can be tried again.
func (c *Carrier) confirmTransport(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		Selections []selection `json:"transportationSelections"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if p.transported {
		return nil, bad("The transportation of this inbound plan is already confirmed.")
	}
	picks, no := p.picks(body.Selections, in.now)
	if no != nil {
		return nil, no
	}
	problems := p.faults(picks)
	if len(problems) > 0 {
		return c.start("confirmTransportationOptions", in.now, problems, nil), nil
	}
	total := money{0, p.market.currency}
	for _, t := range picks {
		if t.quote != nil {
			total.minor += t.quote.minor
		}
	}
	if no := c.sell(p, p.id, total, ""); no != nil {
		return nil, no
	}
	p.transported = true
	for i, t := range picks {
		t.shipment.selected, t.shipment.selectedAt = t, in.now
		t.voids = in.now.Add(t.voidable())
		if body.Selections[i].Contact != nil {
			t.shipment.contact = body.Selections[i].Contact
		}
	}
	return c.start("confirmTransportationOptions", in.now, nil, func() { c.dispatch(p, in.now) }), nil
}

// dispatch numbers the shipments. A list of parcels that is full leaves a shipment without
// scans, which harms no one's money.
func (c *Carrier) dispatch(p *plan, now time.Time) {
	for _, s := range p.placed.shipments {
		if err := c.number(s, now); err != nil {
			continue
		}
		s.status = "READY_TO_SHIP"
		c.confirmed[s.confirmationID] = s
	}
	c.desk.Number(p.id, p.placed.shipments[0].confirmationID)
	p.touch(now)
}

// voidable is how long partnered transport can be voided: a day, freight an hour.
func (t *transport) voidable() time.Duration {
	if t.mode == ltl {
		return time.Hour
	}
	return 24 * time.Hour
}

// voidable tells whether all that was charged for transport can still be voided.
func (c *Carrier) voidable(p *plan, now time.Time) bool {
	return !slices.ContainsFunc(p.placed.shipments, func(s *shipment) bool {
		return s.selected.quote != nil && !now.Before(s.selected.voids)
	})
}

// picks finds the options that were selected, in the order of the selections.
func (p *plan) picks(selections []selection, now time.Time) ([]*transport, *problem) {
	if len(selections) == 0 {
		return nil, bad("transportationSelections is required.")
	}
	var out []*transport
	for _, s := range selections {
		at := slices.IndexFunc(p.transports, func(t *transport) bool { return t.id == s.Option && t.shipment.id == s.Shipment })
		if at < 0 {
			return nil, bad("The requested transportationOptionId does not exist for the specified shipment.")
		}
		t := p.transports[at]
		switch {
		case slices.ContainsFunc(out, func(o *transport) bool { return o.shipment == t.shipment }):
			return nil, bad("The shipment " + s.Shipment + " is selected twice.")
		case !now.Before(t.expires):
			return nil, bad("The transportation option has expired.")
		}
		if no := s.Contact.check(); no != nil {
			return nil, no
		}
		out = append(out, t)
	}
	return out, nil
}

// faults are what the operation finds out about a confirmation.
func (p *plan) faults(picks []*transport) (problems []opProblem) {
	if p.placed == nil || !p.placed.accepted {
		return []opProblem{failure("FBA_INB_0344", "No placement option is confirmed for the inbound plan.")}
	}
	for _, s := range p.placed.shipments {
		if !slices.ContainsFunc(picks, func(t *transport) bool { return t.shipment == s }) {
			problems = append(problems, failure("BadRequest", "No transportation option is selected for the shipment "+s.id+"."))
		}
	}
	for _, t := range picks {
		switch {
		case t.shipment.placement != p.placed:
			problems = append(problems, failure("BadRequest", "The shipment "+t.shipment.id+" is not part of the confirmed placement option."))
		case len(t.shipment.boxes) == 0:
			problems = append(problems, failure("BadRequest", "The packing information of the shipment "+t.shipment.id+" is missing."))
		case t.window && t.shipment.window == nil:
			problems = append(problems, failure("BadRequest", "The shipment "+t.shipment.id+" has no confirmed delivery window."))
		// That both cannot be mixed is unconfirmed.
		case t.solution != picks[0].solution:
			problems = append(problems, failure("BadRequest", "Partnered and own carriers cannot be mixed in one inbound plan."))
		}
	}
	flaky := slices.ContainsFunc(p.items, func(i item) bool { return strings.Contains(i.MSKU, "FLAKY") })
	if len(problems) == 0 && flaky && !p.flaked {
		p.flaked = true
		problems = append(problems, failure("BadRequest", "Failed to confirm the transportation with the carrier. Please try again."))
	}
	return problems
}
