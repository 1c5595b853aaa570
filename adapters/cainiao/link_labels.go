package cainiao

import (
	"context"
	"regexp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// outOrderShape is what outOrderId may hold. No length is published.
var outOrderShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// linkLabel creates a LINK order under our reference and asks for its number at once.
func (a *Adapter) linkLabel(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error) {
	in, err := a.linkOrderOf(req)
	if err != nil {
		return normalize.Label{}, err
	}
	var out linkCreated
	reply, err := a.link.call(ctx, adapters.OpLabel, messageCreate, in, &out)
	if err != nil {
		return normalize.Label{}, err
	}
	return a.link.bought(reply, out)
}

// bought reads an order as the label that was bought.
func (l *link) bought(reply rest.Reply, o linkCreated) (normalize.Label, error) {
	if o.OrderCode == "" {
		return normalize.Label{}, l.bad(adapters.OpLabel, reply, "the answer names no order")
	}
	return linkLabelOf(o), nil
}

// dataLane is the key under which a label keeps the lane that LINK chose.
const dataLane = "lane"

func linkLabelOf(o linkCreated) normalize.Label {
	out := normalize.Label{TrackingNumber: o.Number, CarrierReference: o.OrderCode, CarrierData: map[string]string{}}
	if o.Lane != "" {
		out.CarrierData[dataLane] = o.Lane
	}
	if o.Number != "" {
		out.Parcels = []normalize.LabelParcel{{TrackingNumber: o.Number, CarrierReference: o.OrderCode}}
		out.TrackingURL = trackingURL(o.Number)
	}
	return out
}

// linkOrderOf is the message of a shipment.
func (a *Adapter) linkOrderOf(req normalize.LabelRequest) (linkOrder, error) {
	s := req.Shipment
	if !outOrderShape.MatchString(req.ClientReference) {
		return linkOrder{}, normalize.Invalid("", "the client reference must have 1 to 32 letters, digits, - and _")
	}
	checks := []error{checkParcel(s), checkSize(s), checkLink(s)}
	if req.Service != globalExpress {
		checks = append(checks, checkSmall(s))
	}
	for _, check := range checks {
		if check != nil {
			return linkOrder{}, check
		}
	}
	out := linkOrder{
		OutOrderID: req.ClientReference, Locale: a.config.Locale, Sync: true,
		Trade: linkTrade{ID: either(s.OrderID(), req.Reference)},
		Solution: linkSolution{
			Code: a.solution(req.Service, s, req.CarrierData), Unreachable: a.unreachable(s),
		},
		Packages: []linkParcel{linkParcelOf(s)},
		Sender:   linkPartyOf(s.Origin), Receiver: linkPartyOf(s.Destination),
	}
	if n := taxNumber(s); n != "" {
		out.Solution.Import = &linkTax{n}
	}
	if a.config.CainiaoCustoms {
		out.Solution.Customs = &linkNeed{"true"}
	}
	if s.Order != nil && !s.Order.PaidAt.IsZero() {
		out.Trade.PayTime = s.Order.PaidAt.Unix()
	}
	if port := a.portOf(s.Handover); port != "" {
		out.Source = &linkPort{"PORT", port}
	}
	if s.ReturnAddress != nil {
		out.Returner = new(linkPartyOf(*s.ReturnAddress))
	}
	return out, nil
}

// portOf is where the parcel is handed over: the request's point, else the account's.
func (a *Adapter) portOf(h *normalize.Handover) string {
	if h == nil {
		return a.config.SourcePort
	}
	return either(h.Point, a.config.SourcePort)
}

// unreachable is what is to become of a parcel that cannot be delivered. hold is the only
// strategy that a client shows, and taken for "ask"; nil leaves it to the contract.
func (a *Adapter) unreachable(s normalize.Shipment) *linkUnreachable {
	switch a.nonDelivery(s) {
	case "return":
		return &linkUnreachable{Need: "true"}
	case "abandon":
		return &linkUnreachable{Need: "false"}
	case "ask":
		return &linkUnreachable{Need: "true", Strategy: "hold"}
	}
	return nil
}

// linkPartyOf is an address. The first line goes before the others; where there is only one it
// is the detail, which is required.
func linkPartyOf(v normalize.Address) linkParty {
	rest := v
	rest.Line1 = ""
	first, detail := v.Line1, street(rest)
	if detail == "" {
		first, detail = "", v.Line1
	}
	return linkParty{
		Name: v.Name, Mobile: v.Phone, Telephone: v.Phone, Email: v.Email, ZipCode: v.PostalCode, Country: v.Country,
		State: v.State, City: v.City, District: v.District, Street: first, Detail: detail,
	}
}
