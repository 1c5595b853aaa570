package amazonfba

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// freightClasses are those of the model: NONE, FC_50 … FC_500, also FC_77_5.
var freightClasses = regexp.MustCompile(`^(NONE|FC_[0-9]{2,3}(_[0-9])?)$`)

// GenerateTransport begins to quote ways to the warehouses of a placement. Without pallets and
// their class and value there are no freight quotes.
// Source: generateTransportationOptions.
func (a *Adapter) GenerateTransport(ctx context.Context, req adapters.InboundTransportRequest) (string, error) {
	body := transportBody{Placement: req.Placement}
	for i, s := range req.Shipments {
		conf, err := configOf(s, fmt.Sprintf("/shipments/%d", i))
		if err != nil {
			return "", err
		}
		body.Configs = append(body.Configs, conf)
	}
	if len(body.Configs) == 0 {
		return "", normalize.Invalid("/shipments", "must hold at least one shipment")
	}
	return a.client.start(ctx, call{method: http.MethodPost, path: path("inboundPlans", req.PlanID, "transportationOptions"), in: body})
}

func configOf(s adapters.InboundTransportShipment, at string) (transportConfig, error) {
	out := transportConfig{Shipment: s.Shipment, Ready: readyWindow{minute(s.ReadyFrom)}}
	if s.ReadyFrom.IsZero() {
		return out, normalize.Invalid(at+"/ready_from", "is required")
	}
	var err error
	if out.Contact, err = contactOf(s.Contact, at+"/contact"); err != nil {
		return out, err
	}
	for i, p := range s.Pallets {
		one := pallet{Quantity: p.Count, Stackability: "NON_STACKABLE"}
		if p.Count < 1 || p.Count > maxAlike {
			return out, normalize.Invalid(fmt.Sprintf("%s/pallets/%d/count", at, i), "must be from 1 to %d", maxAlike)
		}
		if p.Stackable {
			one.Stackability = "STACKABLE"
		}
		if p.Weight > 0 {
			one.Weight = new(massOf(p.Weight))
		}
		if !p.Dimensions.IsZero() {
			one.Dimensions = new(sidesOf(p.Dimensions))
		}
		out.Pallets = append(out.Pallets, one)
	}
	if s.FreightClass == "" && s.FreightValue.IsZero() {
		return out, nil
	}
	if s.FreightClass != "" && !freightClasses.MatchString(s.FreightClass) {
		return out, normalize.Invalid(at+"/freight/class", "must be NONE or FC_50 to FC_500")
	}
	out.Freight = &freight{Class: s.FreightClass}
	if !s.FreightValue.IsZero() {
		out.Freight.Value = new(moneyOf(s.FreightValue))
	}
	return out, nil
}

// contactOf is nil where nobody was named.
func contactOf(c adapters.InboundContact, at string) (*contact, error) {
	if c == (adapters.InboundContact{}) {
		return nil, nil
	}
	switch {
	case !within(c.Name, 1, 50):
		return nil, normalize.Invalid(at+"/name", "must have 1 to 50 characters")
	case !within(c.Phone, 1, 20):
		return nil, normalize.Invalid(at+"/phone", "must have 1 to 20 characters")
	}
	return &contact{c.Name, c.Phone, c.Email}, nil
}

// ListTransport lists the ways to the warehouses of a placement. One's own carrier has no quote.
// Source: listTransportationOptions.
func (a *Adapter) ListTransport(ctx context.Context, planID, placement string) ([]adapters.InboundTransport, error) {
	rows, err := list[transportPage](ctx, a.client, path("inboundPlans", planID, "transportationOptions"),
		url.Values{"placementOptionId": {placement}}, "20")
	if err != nil {
		return nil, err
	}
	var out []adapters.InboundTransport
	for _, r := range rows {
		t := adapters.InboundTransport{ID: r.ID, Shipment: r.Shipment, Carrier: r.Carrier.Name, CarrierCode: r.Carrier.Code,
			Mode: modes[r.Mode], Partnered: r.Solution == solutionPartnered}
		if r.Quote != nil {
			if t.Quote, err = r.Quote.Cost.value(); err != nil {
				return nil, a.client.bad("a quote is no amount of money")
			}
			t.ExpiresAt, t.VoidableUntil = r.Quote.Expiration.Time, r.Quote.Voidable.Time
		}
		for _, p := range r.Preconditions {
			t.Requires = append(t.Requires, either(preconditions[p], p))
		}
		out = append(out, t)
	}
	return out, nil
}

// ConfirmTransport takes one option for every shipment of the plan and buys what is partnered.
// There is no second confirmation, so that all go in one call.
// Source: confirmTransportationOptions.
func (a *Adapter) ConfirmTransport(ctx context.Context, planID string, selections []adapters.InboundSelection) (string, error) {
	var body selectionsBody
	for _, s := range selections {
		who, err := contactOf(s.Contact, "/contact")
		if err != nil {
			return "", err
		}
		body.Selections = append(body.Selections, selection{Shipment: s.Shipment, Option: s.Option, Contact: who})
	}
	return a.client.start(ctx, call{method: http.MethodPost, commits: true,
		path: path("inboundPlans", planID, "transportationOptions", "confirmation"), in: body})
}

// GenerateWindows begins to work out when a warehouse takes a delivery.
// Source: generateDeliveryWindowOptions.
func (a *Adapter) GenerateWindows(ctx context.Context, planID, shipment string) (string, error) {
	return a.client.start(ctx, call{method: http.MethodPost, path: path("inboundPlans", planID, "shipments", shipment, "deliveryWindowOptions")})
}

// ListWindows lists the spans in which a warehouse takes a delivery.
// Source: listDeliveryWindowOptions.
func (a *Adapter) ListWindows(ctx context.Context, planID, shipment string) ([]adapters.InboundWindow, error) {
	rows, err := list[windowPage](ctx, a.client, path("inboundPlans", planID, "shipments", shipment, "deliveryWindowOptions"), nil, "100")
	if err != nil {
		return nil, err
	}
	var out []adapters.InboundWindow
	for _, r := range rows {
		out = append(out, adapters.InboundWindow{ID: r.ID, From: r.Start.Time, Until: r.End.Time,
			Availability: availabilities[r.Availability], ExpiresAt: r.Valid.Time})
	}
	return out, nil
}

// ConfirmWindow takes one of them.
// Source: confirmDeliveryWindowOptions.
func (a *Adapter) ConfirmWindow(ctx context.Context, planID, shipment, window string) (string, error) {
	return a.client.start(ctx, call{method: http.MethodPost,
		path: path("inboundPlans", planID, "shipments", shipment, "deliveryWindowOptions", window, "confirmation")})
}
