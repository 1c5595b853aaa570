package amazonfba

import "strconv"

// grouping is one part of setPackingInformation.
type grouping struct {
	Group    string     `json:"packingGroupId"`
	Shipment string     `json:"shipmentId"`
	Boxes    []boxInput `json:"boxes"`
}

// setPacking takes the boxes of groups before the placement, of shipments after it. Whether
// they fit the items and the limits is found out by the operation.
func (c *Carrier) setPacking(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		Groupings []grouping `json:"packageGroupings"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if len(body.Groupings) == 0 {
		return nil, bad("packageGroupings is required.")
	}
	var problems []opProblem
	var effects []func()
	for i, g := range body.Groupings {
		want, keep, no := p.target(g)
		if no != nil {
			return nil, no
		}
		if no := checkBoxes(g.Boxes); no != nil {
			return nil, no
		}
		problems = append(problems, p.weigh(strconv.Itoa(i), g.Boxes, want)...)
		boxes := c.unpack(g.Boxes)
		effects = append(effects, func() { keep(boxes) })
	}
	return c.start("setPackingInformation", in.now, problems, func() {
		for _, effect := range effects {
			effect()
		}
		p.touch(in.now)
	}), nil
}

// target is what a grouping is about: the items that its boxes must hold, and where the boxes go.
func (p *plan) target(g grouping) (want []item, keep func([]box), no *problem) {
	placed := p.placed != nil && p.placed.accepted
	switch {
	case (g.Group == "") == (g.Shipment == ""):
		return nil, nil, bad("Exactly one of packingGroupId and shipmentId must be provided.")
	case g.Group != "" && p.placed != nil:
		return nil, nil, bad("packingGroupId cannot be used after a placement option was confirmed.")
	case g.Group != "" && p.groups[g.Group] == nil:
		return nil, nil, bad("The requested packingGroupId does not exist for the specified inbound plan.")
	case g.Group != "":
		into := p.groups[g.Group]
		return into.items, func(boxes []box) { into.boxes = boxes }, nil
	case !placed || p.shipments[g.Shipment] == nil || !p.placed.has(g.Shipment):
		return nil, nil, bad("The requested shipmentId does not exist for the specified inbound plan, or its placement is not confirmed.")
	case p.transported:
		return nil, nil, bad("The boxes cannot be changed after transportation was confirmed.")
	}
	into := p.shipments[g.Shipment]
	return into.items, func(boxes []box) { into.boxes = boxes }, nil
}
