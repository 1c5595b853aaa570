package amazonfba

import (
	"slices"

	"github.com/crossdock-hub/crossdock/mocks"
)

var placementRoutes = []mounted{
	{"POST /inboundPlans/{plan}/placementOptions", route{mocks.OpInbound, 2, 202, (*Carrier).generatePlacement, nil}},
	{"GET /inboundPlans/{plan}/placementOptions", route{mocks.OpInbound, 6, 200, (*Carrier).listPlacement, nil}},
	{"POST /inboundPlans/{plan}/placementOptions/{option}/confirmation", route{mocks.OpLabel, 2, 202, (*Carrier).confirmPlacement, nil}},
}

// placement is a way to split a plan over warehouses.
type placement struct {
	offer
	shipments []*shipment
	fee       money
	discount  money
}

func (o *placement) has(shipmentID string) bool {
	return slices.ContainsFunc(o.shipments, func(s *shipment) bool { return s.id == shipmentID })
}

// generatePlacement offers one, two and three warehouses, as far as there is enough to split.
// One costs 30 cents a unit, two cost half of it with a discount, three are free.
func (c *Carrier) generatePlacement(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		Custom []struct {
			Warehouse string `json:"warehouseId"`
			Items     []item `json:"items"`
		} `json:"customPlacement"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if len(body.Custom) > 0 && p.market.country != "IN" {
		return nil, bad("customPlacement is not supported in this marketplace.")
	}
	if p.placed != nil {
		return nil, bad("A placement option of this inbound plan is already confirmed.")
	}
	return c.start("generatePlacementOptions", in.now, nil, func() {
		if p.placed != nil {
			return
		}
		p.placements, p.transports, p.shipments = nil, nil, map[string]*shipment{}
		boxes, packed := p.packed()
		units := int64(0)
		for _, i := range p.items {
			units += i.Quantity
		}
		parts := units
		if packed {
			parts = int64(len(boxes))
		}
		for n := 1; n <= 3 && int64(n) <= parts; n++ {
			o := &placement{offer: offer{id: c.newID("pl"), expires: in.now.Add(lives)},
				fee: money{0, p.market.currency}, discount: money{0, p.market.currency}}
			switch n {
			case 1:
				o.fee.minor = 30 * units
			case 2:
				o.fee.minor, o.discount.minor = 15*units, min(100, 5*units)
			}
			o.shipments = c.split(p, boxes, packed, n)
			for _, s := range o.shipments {
				s.placement = o
				p.shipments[s.id] = s
			}
			p.placements = append(p.placements, o)
		}
		p.touch(in.now)
	}), nil
}

// split shares a plan out over n warehouses: box by box where the boxes are known with what is
// in them, unit by unit otherwise.
func (c *Carrier) split(p *plan, boxes []box, packed bool, n int) []*shipment {
	out := make([]*shipment, n)
	for i := range out {
		out[i] = &shipment{id: c.newID("sh"), plan: p, warehouse: p.market.warehouses[i], source: p.source, status: "UNCONFIRMED"}
		out[i].name = p.name + " - " + out[i].warehouse.code
	}
	for i, b := range boxes {
		out[i%n].boxes = append(out[i%n].boxes, b)
	}
	listed := packed && !slices.ContainsFunc(boxes, func(b box) bool { return b.input.Content != "BOX_CONTENT_PROVIDED" })
	if listed {
		for _, s := range out {
			for _, b := range s.boxes {
				s.items = add(s.items, b.input.Items)
			}
		}
		return out
	}
	turn := 0
	for _, i := range p.items {
		share, rest := i.Quantity/int64(n), i.Quantity%int64(n)
		for k := range n {
			one := i
			if one.Quantity = share; int64((k-turn+n)%n) < rest {
				one.Quantity++
			}
			if one.Quantity > 0 {
				out[k].items = append(out[k].items, one)
			}
		}
		turn = (turn + int(rest)) % n
	}
	return out
}

// add puts items to those of the same kind.
func add(sum, more []item) []item {
	for _, i := range more {
		at := slices.IndexFunc(sum, func(s item) bool { return s.kind() == i.kind() })
		if at < 0 {
			sum = append(sum, i)
			continue
		}
		sum[at].Quantity += i.Quantity
	}
	return sum
}

func (c *Carrier) listPlacement(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	page, info, no := paged(in, p.placements, 20)
	if no != nil {
		return nil, no
	}
	type view struct {
		ID         string      `json:"placementOptionId"`
		Shipments  []string    `json:"shipmentIds"`
		Status     string      `json:"status"`
		Expiration string      `json:"expiration"`
		Fees       []incentive `json:"fees"`
		Discounts  []incentive `json:"discounts"`
	}
	list := []view{}
	for _, o := range page {
		v := view{ID: o.id, Status: o.state(in.now), Expiration: instant(o.expires),
			Fees:      fees("FEE", "Placement Services", "Placement service fee represents service to inbound with minimal shipment splits and destinations of skus", o.fee),
			Discounts: fees("DISCOUNT", "Placement Services", "Discount on the placement service", o.discount)}
		for _, s := range o.shipments {
			v.Shipments = append(v.Shipments, s.id)
		}
		list = append(list, v)
	}
	return struct {
		Options []view    `json:"placementOptions"`
		Page    *pageInfo `json:"pagination"`
	}{list, info}, nil
}

// confirmPlacement cannot be undone. It charges the fee, less the discount, when it is taken on,
// not when its operation ends: so that a second one is refused meanwhile.
func (c *Carrier) confirmPlacement(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	at := slices.IndexFunc(p.placements, func(o *placement) bool { return o.id == in.PathValue("option") })
	switch {
	case p.placed != nil:
		return nil, bad("A placement option of this inbound plan is already confirmed.")
	case at < 0:
		return nil, bad("The requested placementOptionId does not exist for the specified inbound plan.")
	case p.placements[at].state(in.now) == "EXPIRED":
		return nil, bad("The placement option has expired.")
	}
	o := p.placements[at]
	charged := money{o.fee.minor - o.discount.minor, p.market.currency}
	if no := c.sell(p, o.id, charged, ""); no != nil {
		return nil, no
	}
	p.placed = o
	return c.start("confirmPlacementOption", in.now, nil, func() {
		o.accepted = true
		for _, s := range o.shipments {
			s.status = "WORKING"
		}
		p.touch(in.now)
	}), nil
}

// sell writes into the ledger. The plan's name is all that a caller can give of its own.
func (c *Carrier) sell(p *plan, id string, charged money, number string) *problem {
	err := c.desk.Purchase(mocks.Purchase{Reference: p.name, ClientReference: p.name, CarrierID: id, TrackingNumber: number,
		Charged: mocks.Money{Amount: charged.text(), Currency: charged.code}})
	if err != nil {
		return &problem{500, "InternalFailure", "We encountered an internal error. Please try again.", ""}
	}
	return nil
}
