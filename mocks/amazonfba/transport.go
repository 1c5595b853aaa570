package amazonfba

import (
	"regexp"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

var transportRoutes = []mounted{
	{"POST /inboundPlans/{plan}/transportationOptions", route{mocks.OpInbound, 2, 202, (*Carrier).generateTransport, nil}},
	{"GET /inboundPlans/{plan}/transportationOptions", route{mocks.OpInbound, 6, 200, (*Carrier).listTransport, nil}},
	{"POST /inboundPlans/{plan}/transportationOptions/confirmation", route{mocks.OpLabel, 2, 202, (*Carrier).confirmTransport, nil}},
	{"POST /inboundPlans/{plan}/shipments/{shipment}/deliveryWindowOptions", route{mocks.OpInbound, 30, 202, (*Carrier).generateWindows, nil}},
	{"GET /inboundPlans/{plan}/shipments/{shipment}/deliveryWindowOptions", route{mocks.OpInbound, 30, 200, (*Carrier).listWindows, nil}},
	{"POST /inboundPlans/{plan}/shipments/{shipment}/deliveryWindowOptions/{window}/confirmation", route{mocks.OpInbound, 30, 202, (*Carrier).confirmWindow, nil}},
}

const (
	partnered  = "AMAZON_PARTNERED_CARRIER"
	own        = "USE_YOUR_OWN_CARRIER"
	small      = "GROUND_SMALL_PARCEL"
	ltl        = "FREIGHT_LTL"
	needWindow = "CONFIRMED_DELIVERY_WINDOW"
)

type (
	contact struct {
		Name  string `json:"name"`
		Phone string `json:"phoneNumber"`
		Email string `json:"email,omitempty"`
	}
	freight struct {
		Value *freightValue `json:"declaredValue,omitempty"`
		Class string        `json:"freightClass,omitempty"`
	}
	// transport is an offer to carry one shipment. quote is nothing for one's own carrier.
	transport struct {
		id             string
		shipment       *shipment
		solution, mode string
		code, carrier  string
		quote          *money
		expires, voids time.Time
		window         bool // needs a confirmed delivery window
	}
)

var classShape = regexp.MustCompile(`^(NONE|FC_(50|55|60|65|70|77_5|85|92_5|100|110|125|150|175|200|250|300|400|500))$`)

func (v *contact) check() *problem {
	if v != nil && (!within(v.Name, 1, 50) || !within(v.Phone, 1, 20) || !within(v.Email, 0, 1024)) {
		return bad("The contactInformation is not valid.")
	}
	return nil
}

// transportConfig is what a seller says of one shipment before it is quoted.
type transportConfig struct {
	Shipment string `json:"shipmentId"`
	Ready    struct {
		Start string `json:"start"`
	} `json:"readyToShipWindow"`
	Contact *contact `json:"contactInformation"`
	Pallets []pallet `json:"pallets"`
	Freight *freight `json:"freightInformation"`
}

func (t transportConfig) check(now time.Time) (ready time.Time, no *problem) {
	ready, ok := readTime(t.Ready.Start)
	if !ok || ready.Before(now.Add(-24*time.Hour)) {
		return ready, bad("The readyToShipWindow.start is missing, malformed or in the past.")
	}
	if no := t.Contact.check(); no != nil {
		return ready, no
	}
	for _, p := range t.Pallets {
		if no := p.check(); no != nil {
			return ready, no
		}
	}
	if t.Freight != nil && (t.Freight.Class != "" && !classShape.MatchString(t.Freight.Class) || !t.Freight.Value.valid()) {
		return ready, bad("The freightInformation is not valid.")
	}
	return ready, nil
}

// generateTransport quotes. Freight by Amazon's partners needs pallets and freightInformation,
// and parcels by them the boxes; one's own carrier is always there.
func (c *Carrier) generateTransport(in *request) (any, *problem) {
	p, no := c.active(in)
	if no != nil {
		return nil, no
	}
	var body struct {
		Placement string            `json:"placementOptionId"`
		Configs   []transportConfig `json:"shipmentTransportationConfigurations"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	at := slices.IndexFunc(p.placements, func(o *placement) bool { return o.id == body.Placement })
	switch {
	case at < 0:
		return nil, bad("The requested placementOptionId does not exist for the specified inbound plan.")
	case p.placed != nil && p.placed != p.placements[at]:
		return nil, bad("Another placement option of this inbound plan is confirmed.")
	case p.transported:
		return nil, bad("The transportation of this inbound plan is already confirmed.")
	case len(body.Configs) == 0:
		return nil, bad("shipmentTransportationConfigurations is required.")
	}
	readies := make([]time.Time, len(body.Configs))
	for i, t := range body.Configs {
		if !p.placements[at].has(t.Shipment) {
			return nil, bad("The requested shipmentId does not exist for the specified placement option.")
		}
		if readies[i], no = t.check(in.now); no != nil {
			return nil, no
		}
	}
	return c.start("generateTransportationOptions", in.now, nil, func() {
		if p.transported {
			return
		}
		for i, t := range body.Configs {
			s := p.shipments[t.Shipment]
			if s == nil {
				continue // the placement was generated anew meanwhile
			}
			s.readyFrom, s.contact, s.freight, s.pallets = readies[i], t.Contact, t.Freight, t.Pallets
			for k := range s.pallets {
				s.pallets[k].PackageID = c.newID("pk")
			}
			p.transports = slices.DeleteFunc(p.transports, func(t *transport) bool { return t.shipment == s })
			p.transports = append(p.transports, c.offers(s, in.now)...)
		}
	}), nil
}

// offers are the ways for one shipment. Where it comes from does not matter here.
func (c *Carrier) offers(s *shipment, now time.Time) (out []*transport) {
	one := func(solution, mode, code, carrier string) *transport {
		t := &transport{id: c.newID("to"), shipment: s, solution: solution, mode: mode, code: code, carrier: carrier, expires: now.Add(lives), window: mode == ltl}
		out = append(out, t)
		return t
	}
	if len(s.boxes) > 0 {
		t := one(partnered, small, "UPSN", "UPS")
		t.quote, t.voids = s.parcelPrice(), t.expires.Add(24*time.Hour)
	}
	if len(s.pallets) > 0 && s.freight != nil {
		t := one(partnered, ltl, "ABFS", "ArcBest")
		t.quote, t.voids = s.freightPrice(), t.expires.Add(time.Hour)
	}
	one(own, small, "OTHR", "Other")
	one(own, ltl, "OTHR", "Other")
	return out
}

// parcelPrice is 4.05 a box and 0.35 a pound.
func (s *shipment) parcelPrice() *money {
	m := &money{0, s.plan.market.currency}
	for _, b := range s.boxes {
		m.minor += 405 + 35*((b.pounds+999)/1000)
	}
	return m
}

// freightPrice is 85.00 and 0.12 a pound.
func (s *shipment) freightPrice() *money {
	m := &money{8500, s.plan.market.currency}
	for _, p := range s.pallets {
		if p.Weight != nil {
			pounds, _ := p.Weight.milliPounds() // checked
			m.minor += p.Quantity * 12 * ((pounds + 999) / 1000)
		}
	}
	return m
}

func (c *Carrier) listTransport(in *request) (any, *problem) {
	p, no := c.plan(in)
	if no != nil {
		return nil, no
	}
	q := in.URL.Query()
	list := []*transport{}
	for _, t := range p.transports {
		if (q.Get("placementOptionId") == "" || t.shipment.placement.id == q.Get("placementOptionId")) &&
			(q.Get("shipmentId") == "" || t.shipment.id == q.Get("shipmentId")) {
			list = append(list, t)
		}
	}
	if q.Get("placementOptionId") == "" && q.Get("shipmentId") == "" {
		return nil, bad("Either placementOptionId or shipmentId is required.")
	}
	page, info, no := paged(in, list, 20)
	if no != nil {
		return nil, no
	}
	views := []transportView{}
	for _, t := range page {
		views = append(views, t.view())
	}
	return struct {
		Options []transportView `json:"transportationOptions"`
		Page    *pageInfo       `json:"pagination"`
	}{views, info}, nil
}

type (
	quoteView struct {
		Cost       money  `json:"cost"`
		Expiration string `json:"expiration"`
		Voidable   string `json:"voidableUntil"`
	}
	transportView struct {
		ID            string            `json:"transportationOptionId"`
		Shipment      string            `json:"shipmentId"`
		Solution      string            `json:"shippingSolution"`
		Mode          string            `json:"shippingMode"`
		Carrier       map[string]string `json:"carrier"`
		Preconditions []string          `json:"preconditions"`
		Quote         *quoteView        `json:"quote,omitempty"`
	}
)

func (t *transport) view() transportView {
	v := transportView{ID: t.id, Shipment: t.shipment.id, Solution: t.solution, Mode: t.mode,
		Carrier: map[string]string{"alphaCode": t.code, "name": t.carrier}, Preconditions: []string{}}
	if t.window {
		v.Preconditions = append(v.Preconditions, needWindow)
	}
	if t.quote != nil {
		v.Quote = &quoteView{*t.quote, instant(t.expires), instant(t.voids)}
	}
	return v
}
