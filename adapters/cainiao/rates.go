package cainiao

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// dataSolution is the key under which a rate keeps the solution that it priced.
const dataSolution = "solution"

// Rate asks AliExpress once for all services that the order may have and keeps those behind
// ours. LINK has no quote.
//
// Kilograms as text with whole grams, and whole centimetres, rounded up; prices come as text
// with their currency, whose form is unconfirmed. An order has no line where the parcel is
// over the limits or was sent already: an empty list is not_serviceable.
// Source: AliExpress IOP SDK, aliexpress.logistics.service.query, read 2026-11-21.
func (a *Adapter) Rate(ctx context.Context, req normalize.RateRequest) ([]normalize.Rate, error) {
	services := wanted(req.Services)
	if !slices.ContainsFunc(services, func(s string) bool { return slices.Contains(aliexpressServices, s) }) {
		return byCard(services), nil
	}
	if _, err := a.door(standard); err != nil {
		return nil, err
	}
	business, err := quoteParams(req.Shipment, a.config.Locale)
	if err != nil {
		return nil, err
	}
	var out quoteAnswer
	reply, err := a.iop.call(ctx, adapters.OpRate, methodQuote, business, &out)
	switch {
	case err != nil:
		return nil, err
	case out.Response == nil || out.Response.Success == "":
		return nil, a.iop.bad(adapters.OpRate, reply, "the answer holds no result")
	case !out.Response.Success.yes():
		return nil, a.iop.refuse(adapters.OpRate, reply, "", out.Response.ErrorDesc)
	}
	return a.ratesFrom(out.Response.List, req.Shipment, services)
}

// quoteParams names the whole order. Its sub-orders are left out: we know the lines of the
// shipment and not the sizes of each.
func quoteParams(s normalize.Shipment, locale string) (map[string]string, error) {
	for _, check := range []error{checkOrder(s), checkParcel(s), checkSize(s), checkSmall(s)} {
		if check != nil {
			return nil, check
		}
	}
	d := s.Parcels[0].Dimensions
	in, err := jsonText(quoteRequest{
		OrderID: number(s.OrderID()), Locale: locale, Weight: kilograms(s.Parcels[0].Weight),
		Length: d.Length.Ceil(normalize.Centimetre), Width: d.Width.Ceil(normalize.Centimetre), Height: d.Height.Ceil(normalize.Centimetre),
	})
	return map[string]string{"interface_request": in}, err
}

// wanted are the services that were asked for, AliExpress's where none was named.
func wanted(names []string) []string {
	if len(names) == 0 {
		return aliexpressServices
	}
	return names
}

// ratesFrom picks the asked services from those that the order may have, each with its price
// or its reason.
func (a *Adapter) ratesFrom(offered []solution, s normalize.Shipment, services []string) ([]normalize.Rate, error) {
	if len(offered) == 0 {
		return nil, normalize.NotServiceable("", "aliexpress offers no service for this order and parcel")
	}
	var rates []normalize.Rate
	for _, name := range services {
		if slices.Contains(linkServices, name) {
			rates = append(rates, byCard([]string{name})...)
			continue
		}
		r, err := rateOf(offered, a.solution(name, s, nil))
		if err != nil {
			r = normalize.Rate{Unavailable: err}
		}
		if r.Service = name; err == nil && s.Insurance.Minor > 0 {
			r.Warnings = []normalize.Warning{{Code: "insurance_not_priced", Message: "the quote does not hold the price of the insurance"}}
		}
		rates = append(rates, r)
	}
	return rates, nil
}

// byCard tells of services without a quote.
func byCard(services []string) []normalize.Rate {
	out := make([]normalize.Rate, len(services))
	for i, name := range services {
		out[i] = normalize.Rate{Service: name, Unavailable: normalize.NotServiceable("", "LINK has no quote: the service is priced by a card")}
	}
	return out
}

func rateOf(offered []solution, id string) (normalize.Rate, *normalize.Error) {
	i := slices.IndexFunc(offered, func(s solution) bool { return s.ID == id })
	if i < 0 {
		return normalize.Rate{}, normalize.NotServiceable("", "aliexpress does not offer %s for this order", id)
	}
	s := offered[i]
	charges, total, err := s.charges()
	if err != nil {
		return normalize.Rate{}, normalize.Fail(normalize.KindBadResponse, "%s has no readable price: %v", id, err)
	}
	return normalize.Rate{
		ServiceName: either(s.Name, s.ID), Charges: charges, Total: total, TaxTreatment: "unknown",
		Transit: transitOf(string(s.Timeliness)), Handover: s.handovers(),
		CarrierData: map[string]string{dataSolution: s.ID},
	}, nil
}

// handovers are the ways to the warehouse that come with a service. Their codes are those of
// createorder's pickup_type.
func (s solution) handovers() []normalize.HandoverChoice {
	var out []normalize.HandoverChoice
	for method, kind := range pickupTypes {
		for _, v := range s.Available {
			if v.Code == kind {
				out = append(out, normalize.HandoverChoice{Method: method, Point: v.Resource,
					Name: strings.TrimSpace(s.Warehouse + " " + s.Address)})
			}
		}
	}
	slices.SortFunc(out, func(a, b normalize.HandoverChoice) int {
		return strings.Compare(a.Method+a.Point, b.Method+b.Point)
	})
	return out
}

// kilograms is a weight in text as AliExpress wants it: whole grams, rounded up, with three
// decimals.
func kilograms(w normalize.Weight) string {
	g := w.Ceil(normalize.Gram)
	return fmt.Sprintf("%d.%03d", g/1000, g%1000)
}
