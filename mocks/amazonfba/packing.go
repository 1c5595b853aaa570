package amazonfba

import (
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

var packingRoutes = []mounted{
	{"POST /inboundPlans/{plan}/packingOptions", route{mocks.OpInbound, 2, 202, (*Carrier).generatePacking, nil}},
	{"GET /inboundPlans/{plan}/packingOptions", route{mocks.OpInbound, 6, 200, (*Carrier).listPacking, nil}},
	{"GET /inboundPlans/{plan}/packingGroups/{group}/items", route{mocks.OpInbound, 30, 200, (*Carrier).groupItems, nil}},
	{"GET /inboundPlans/{plan}/packingGroups/{group}/boxes", route{mocks.OpInbound, 30, 200, (*Carrier).groupBoxes, nil}},
	{"POST /inboundPlans/{plan}/packingInformation", route{mocks.OpInbound, 2, 202, (*Carrier).setPacking, nil}},
	{"POST /inboundPlans/{plan}/packingOptions/{option}/confirmation", route{mocks.OpInbound, 2, 202, (*Carrier).confirmPacking, nil}},
}

// offer is what every kind of option has.
type offer struct {
	id       string
	expires  time.Time
	accepted bool
}

// state is OFFERED until the option is taken or its time is over.
func (o offer) state(now time.Time) string {
	switch {
	case o.accepted:
		return "ACCEPTED"
	case !now.Before(o.expires):
		return "EXPIRED"
	}
	return "OFFERED"
}

// packingOption is a way to sort the items into groups that may share boxes.
type packingOption struct {
	offer
	groups []*group
	fee    money
}

// group is a set of items that may share boxes, and the boxes that the seller made of it.
type group struct {
	id    string
	items []item
	boxes []box // one by one
}

// incentive is a fee or a discount of an option.
type incentive struct {
	Type        string `json:"type"`
	Target      string `json:"target"`
	Description string `json:"description"`
	Value       money  `json:"value"`
}

// fees is a list with this fee, or an empty one when it is nothing.
func fees(kind, target, description string, value money) []incentive {
	if value.minor == 0 {
		return []incentive{}
	}
	return []incentive{{kind, target, description, value}}
}

// generatePacking offers to pack all together; with more than three SKUs that costs, and two
// groups are free.
func (c *Carrier) generatePacking(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	if p.placed != nil {
		return nil, bad("Packing options cannot be generated after a placement option was confirmed.")
	}
	return c.start("generatePackingOptions", in.now, nil, func() {
		together := &packingOption{offer: offer{id: c.newID("po"), expires: in.now.Add(lives)}, groups: []*group{{id: c.newID("pg"), items: p.items}}}
		p.packing, p.groups = []*packingOption{together}, map[string]*group{}
		if len(p.items) > 3 {
			together.fee = money{300, p.market.currency}
			half := len(p.items) / 2
			p.packing = append(p.packing, &packingOption{offer: offer{id: c.newID("po"), expires: in.now.Add(lives)},
				groups: []*group{{id: c.newID("pg"), items: p.items[:half]}, {id: c.newID("pg"), items: p.items[half:]}}})
		}
		for _, o := range p.packing {
			for _, g := range o.groups {
				p.groups[g.id] = g
			}
		}
		p.touch(in.now)
	}), nil
}

type (
	requirement struct {
		Solution string   `json:"solution"`
		Modes    []string `json:"modes"`
	}
	weightRange struct {
		Minimum int    `json:"minimum"`
		Maximum int    `json:"maximum"`
		Unit    string `json:"unit"`
	}
	packingConfiguration struct {
		Methods  []string               `json:"boxPackingMethods"`
		Boxes    map[string]weightRange `json:"boxRequirements"`
		Shipping []requirement          `json:"shippingRequirements"`
	}
	shippingConfiguration struct {
		Mode     string `json:"shippingMode"`
		Solution string `json:"shippingSolution"`
	}
	packingView struct {
		ID             string                  `json:"packingOptionId"`
		Groups         []string                `json:"packingGroups"`
		Status         string                  `json:"status"`
		Expiration     string                  `json:"expiration"`
		Fees           []incentive             `json:"fees"`
		Discounts      []incentive             `json:"discounts"`
		Configurations []packingConfiguration  `json:"supportedConfigurations"`
		Old            []shippingConfiguration `json:"supportedShippingConfigurations"` // deprecated
	}
)

// boxLimit is the heaviest box: 50 lb, or 23 kg where that is how boxes are weighed.
func (m market) boxLimit() weightRange {
	if m.country == "US" {
		return weightRange{1, 50, "LB"}
	}
	return weightRange{1, 23, "KG"}
}

func (c *Carrier) listPacking(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	page, info, no := paged(in, p.packing, 20)
	if no != nil {
		return nil, no
	}
	ways := []requirement{{"AMAZON_PARTNERED_CARRIER", []string{"GROUND_SMALL_PARCEL", "FREIGHT_LTL"}}, {"USE_YOUR_OWN_CARRIER", []string{"GROUND_SMALL_PARCEL", "FREIGHT_LTL"}}}
	limits := map[string]weightRange{"weight": p.market.boxLimit()}
	list := []packingView{}
	for _, o := range page {
		v := packingView{ID: o.id, Status: o.state(in.now), Expiration: instant(o.expires), Discounts: []incentive{},
			Fees:           fees("FEE", "Placement Services", "Fee for packing all items together", o.fee),
			Configurations: []packingConfiguration{{[]string{"BOX_CONTENT_PROVIDED", "BARCODE_2D", "MANUAL_PROCESS"}, limits, ways}},
			Old:            []shippingConfiguration{{"GROUND_SMALL_PARCEL", "AMAZON_PARTNERED_CARRIER"}, {"GROUND_SMALL_PARCEL", "USE_YOUR_OWN_CARRIER"}}}
		for _, g := range o.groups {
			v.Groups = append(v.Groups, g.id)
		}
		list = append(list, v)
	}
	return struct {
		Options []packingView `json:"packingOptions"`
		Page    *pageInfo     `json:"pagination"`
	}{list, info}, nil
}

// group finds the packing group of a path.
func (c *Carrier) group(in *request) (*group, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	g := p.groups[in.PathValue("group")]
	if g == nil {
		return nil, bad("The requested packingGroupId does not exist for the specified inbound plan.")
	}
	return g, nil
}

func (c *Carrier) groupItems(in *request) (any, *problem) {
	g, no := c.group(in)
	if no != nil {
		return nil, no
	}
	page, info, no := paged(in, g.items, 100)
	if no != nil {
		return nil, no
	}
	return struct {
		Items []itemView `json:"items"`
		Page  *pageInfo  `json:"pagination"`
	}{c.views(page), info}, nil
}

func (c *Carrier) groupBoxes(in *request) (any, *problem) {
	g, no := c.group(in)
	if no != nil {
		return nil, no
	}
	return c.boxPage(in, g.boxes)
}

// confirmPacking takes an option for good.
func (c *Carrier) confirmPacking(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	var taken *packingOption
	for _, o := range p.packing {
		if o.accepted {
			return nil, bad("A packing option of this inbound plan is already confirmed.")
		}
		if o.id == in.PathValue("option") {
			taken = o
		}
	}
	switch {
	case taken == nil:
		return nil, bad("The requested packingOptionId does not exist for the specified inbound plan.")
	case taken.state(in.now) == "EXPIRED":
		return nil, bad("The packing option has expired.")
	}
	return c.start("confirmPackingOption", in.now, nil, func() {
		taken.accepted = true
		p.touch(in.now)
	}), nil
}

// packed returns the boxes of the accepted packing option; false unless every group has some.
func (p *plan) packed() (boxes []box, ok bool) {
	for _, o := range p.packing {
		if !o.accepted {
			continue
		}
		for _, g := range o.groups {
			if len(g.boxes) == 0 {
				return nil, false
			}
			boxes = append(boxes, g.boxes...)
		}
		return boxes, true
	}
	return nil, false
}
