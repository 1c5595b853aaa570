package amazonfba

import (
	"net/http"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

const (
	maxPlans = 100_000
	lives    = 24 * time.Hour // of an offered option
)

var planRoutes = []mounted{
	{"GET /inboundPlans", route{mocks.OpFind, 6, 200, (*Carrier).listPlans, nil}},
	{"POST /inboundPlans", route{mocks.OpDraft, 2, 202, (*Carrier).createPlan, nil}},
	{"GET /inboundPlans/{plan}", route{mocks.OpInbound, 6, 200, (*Carrier).getPlan, nil}},
	{"GET /inboundPlans/{plan}/boxes", route{mocks.OpInbound, 6, 200, (*Carrier).planBoxes, nil}},
	{"GET /inboundPlans/{plan}/items", route{mocks.OpInbound, 6, 200, (*Carrier).planItems, nil}},
	{"GET /inboundPlans/{plan}/pallets", route{mocks.OpInbound, 6, 200, (*Carrier).planPallets, nil}},
	{"PUT /inboundPlans/{plan}/cancellation", route{mocks.OpVoid, 2, 202, (*Carrier).cancelPlan, nil}},
	{"PUT /inboundPlans/{plan}/name", route{mocks.OpInbound, 30, 204, (*Carrier).renamePlan, nil}},
	{"GET /operations/{operationId}", route{mocks.OpInbound, 6, 200, (*Carrier).getOperation, nil}},
}

// plan is stock on its way, from its list of items to the warehouses' counts.
type plan struct {
	id, name, status string
	created, updated time.Time
	marketID         string
	market           market
	source           address
	items            []item
	ready            bool // createInboundPlan has ended well
	packing          []*packingOption
	groups           map[string]*group
	placements       []*placement
	shipments        map[string]*shipment // of all placements
	placed           *placement           // confirmed, or about to be
	transported      bool                 // transport is confirmed, or about to be
	flaked           bool                 // the failure that a FLAKY item asks for has happened
	transports       []*transport
}

func (p *plan) touch(now time.Time) { p.updated = now }

// summary is a plan in a list.
type summary struct {
	ID        string   `json:"inboundPlanId"`
	Name      string   `json:"name"`
	Created   string   `json:"createdAt"`
	Updated   string   `json:"lastUpdatedAt"`
	Status    string   `json:"status"`
	Markets   []string `json:"marketplaceIds"`
	SourceWay address  `json:"sourceAddress"`
}

func (c *Carrier) summary(p *plan) summary {
	return summary{p.id, p.name, p.created.UTC().Format(time.RFC3339), p.updated.UTC().Format(time.RFC3339), c.planStatus(p), []string{p.marketID}, p.source}
}

// planStatus is SHIPPED once every shipment has left.
func (c *Carrier) planStatus(p *plan) string {
	if p.status != "ACTIVE" || !p.transported {
		return p.status
	}
	for _, s := range p.placed.shipments {
		if status := c.shipmentStatus(s); status == "WORKING" || status == "READY_TO_SHIP" {
			return p.status
		}
	}
	return "SHIPPED"
}

func (c *Carrier) createPlan(in *request) (any, *problem) {
	var body planInput
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if no := body.check(); no != nil {
		return nil, no
	}
	if len(c.plans) >= maxPlans {
		return nil, &problem{http.StatusInternalServerError, "InternalFailure", "We encountered an internal error. Please try again.", ""}
	}
	id := c.newID("wf")
	if body.Name == "" {
		body.Name = "FBA (" + in.now.UTC().Format("01/02/2006, 03:04 PM") + ")"
	}
	p := &plan{id: id, name: body.Name, status: "ACTIVE", created: in.now, updated: in.now, marketID: body.Markets[0],
		market: markets[body.Markets[0]], source: body.Source, items: body.Items, groups: map[string]*group{}, shipments: map[string]*shipment{}}
	problems := c.checkItems(p.items, in.now)
	c.plans[id] = p
	c.order = append(c.order, p)
	out := c.start("createInboundPlan", in.now, problems, func() { p.ready = true })
	if len(problems) > 0 {
		p.status = "ERRORED"
	}
	out.Plan = id
	return out, nil
}

// listPlans is how a plan is found whose number was lost. It does not see the newest plans yet.
func (c *Carrier) listPlans(in *request) (any, *problem) {
	q := in.URL.Query()
	for name, words := range map[string][]string{"status": {"", "ACTIVE", "VOIDED", "SHIPPED"},
		"sortBy": {"", "LAST_UPDATED_TIME", "CREATION_TIME"}, "sortOrder": {"", "ASC", "DESC"}} {
		if !slices.Contains(words, q.Get(name)) {
			return nil, bad("The " + name + " is invalid.")
		}
	}
	list := []*plan{}
	for _, p := range c.order {
		if c.desk.Visible(p.created) && (q.Get("status") == "" || c.planStatus(p) == q.Get("status")) {
			list = append(list, p)
		}
	}
	if q.Get("sortBy") == "LAST_UPDATED_TIME" {
		slices.SortStableFunc(list, func(a, b *plan) int { return a.updated.Compare(b.updated) })
	}
	if q.Get("sortOrder") != "ASC" { // which order is the default is unconfirmed
		slices.Reverse(list)
	}
	page, info, no := paged(in, list, 30)
	if no != nil {
		return nil, no
	}
	out := struct {
		Plans []summary `json:"inboundPlans"`
		Page  *pageInfo `json:"pagination"`
	}{[]summary{}, info}
	for _, p := range page {
		out.Plans = append(out.Plans, c.summary(p))
	}
	return out, nil
}

// plan finds the plan of a path.
func (c *Carrier) plan(in *request) (*plan, *problem) {
	id := in.PathValue("plan")
	if len(id) != 38 {
		return nil, bad("The inboundPlanId is malformed.")
	}
	if p := c.plans[id]; p != nil {
		return p, nil
	}
	return nil, bad("The requested inbound plan does not exist.")
}

// active finds a plan that can still be changed.
func (c *Carrier) active(in *request) (*plan, *problem) {
	p, no := c.plan(in)
	switch {
	case no != nil:
		return nil, no
	case p.status != "ACTIVE":
		return nil, bad("The inbound plan is " + p.status + " and cannot be changed.")
	case !p.ready:
		return nil, bad("The inbound plan is still being created.")
	}
	return p, nil
}

func (c *Carrier) getPlan(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	type option struct {
		Packing   string `json:"packingOptionId,omitempty"`
		Placement string `json:"placementOptionId,omitempty"`
		Status    string `json:"status"`
	}
	type brief struct {
		ID     string `json:"shipmentId"`
		Status string `json:"status"`
	}
	out := struct {
		summary
		Packing    []option `json:"packingOptions"`
		Placements []option `json:"placementOptions"`
		Shipments  []brief  `json:"shipments"`
	}{c.summary(p), []option{}, []option{}, []brief{}}
	for _, o := range p.packing {
		out.Packing = append(out.Packing, option{Packing: o.id, Status: o.state(in.now)})
	}
	for _, o := range p.placements {
		out.Placements = append(out.Placements, option{Placement: o.id, Status: o.state(in.now)})
	}
	if p.placed != nil && p.placed.accepted {
		for _, s := range p.placed.shipments {
			out.Shipments = append(out.Shipments, brief{s.id, c.shipmentStatus(s)})
		}
	}
	return out, nil
}

func (c *Carrier) planItems(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	return c.itemPage(in, p.items)
}

// itemPage is a page of items, for the three lists of them.
func (c *Carrier) itemPage(in *request, items []item) (any, *problem) {
	page, info, no := paged(in, items, 1000)
	if no != nil {
		return nil, no
	}
	return struct {
		Items []itemView `json:"items"`
		Page  *pageInfo  `json:"pagination"`
	}{c.views(page), info}, nil
}

func (c *Carrier) planBoxes(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	var boxes []box
	if p.placed != nil && p.placed.accepted {
		for _, s := range p.placed.shipments {
			boxes = append(boxes, s.boxes...)
		}
	} else {
		for _, o := range p.packing {
			for _, g := range o.groups {
				boxes = append(boxes, g.boxes...)
			}
		}
	}
	return c.boxPage(in, boxes)
}

func (c *Carrier) planPallets(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	var pallets []pallet
	if p.placed != nil {
		for _, s := range p.placed.shipments {
			pallets = append(pallets, s.pallets...)
		}
	}
	return palletPage(in, pallets)
}

func (c *Carrier) renamePlan(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	var body struct{ Name string }
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if !within(body.Name, 1, 40) {
		return nil, bad("The name must have 1 to 40 characters.")
	}
	p.name = body.Name
	p.touch(in.now)
	return nil, nil
}

// cancelPlan voids a plan that nothing of has left. The placement's fee is not charged then;
// transport is, once its time to void has passed.
func (c *Carrier) cancelPlan(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	if p.status == "VOIDED" {
		return nil, bad("The inbound plan is already canceled.")
	}
	var problems []opProblem
	if c.planStatus(p) == "SHIPPED" {
		problems = append(problems, failure("BadRequest", "The inbound plan cannot be canceled since its shipments have left."))
	}
	if len(problems) == 0 {
		if p.placed != nil {
			c.desk.Void(p.placed.id)
		}
		if p.transported && c.voidable(p, in.now) {
			c.desk.Void(p.id)
		}
	}
	return c.start("cancelInboundPlan", in.now, problems, func() {
		p.status = "VOIDED"
		p.touch(in.now)
	}), nil
}
