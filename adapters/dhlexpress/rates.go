package dhlexpress

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Rate asks DHL once for all products of the lane and keeps those behind our services.
//
// Kilograms and centimetres of three decimals, rounded up; prices come back in the
// account's billing currency. A product that is missing from the answer does not serve the
// lane; one without a price has no tariff for the account.
// Source: MyDHL API OpenAPI 3.1.1, POST /rates, read 2026-11-21.
func (a *Adapter) Rate(ctx context.Context, req normalize.RateRequest) ([]normalize.Rate, error) {
	l := laneOf(req.Shipment)
	body, err := a.config.rateRequestOf(req.Shipment, l, time.Now())
	if err != nil {
		return nil, err
	}
	var out ratesReply
	if err := a.client.post(ctx, adapters.OpRate, "/rates", body, &out); err != nil {
		return nil, err
	}
	if out.Products == nil {
		return nil, a.client.bad(adapters.OpRate, 0, "the answer holds no products")
	}
	zone := a.config.origin(req.Shipment.Origin.Country)
	return ratesFrom(out, a.config, l, wanted(req.Services), wants(body.ValueAddedServices), a.client.warnings(out.Warnings), zone)
}

func (c Config) rateRequestOf(s normalize.Shipment, l lane, now time.Time) (rateRequest, error) {
	where, err := placesOf(s)
	if err != nil {
		return rateRequest{}, err
	}
	if err := checkHandover(s.Handover); err != nil {
		return rateRequest{}, err
	}
	when, err := c.planOf(s, now)
	if err != nil {
		return rateRequest{}, err
	}
	packages, err := parcelsOf(s.Parcels)
	if err != nil {
		return rateRequest{}, err
	}
	extras, err := c.servicesOf(s, l)
	if err != nil {
		return rateRequest{}, err
	}
	for i := range extras {
		extras[i].DangerousGoods = nil // a rate knows the code alone
	}
	out := rateRequest{
		CustomerDetails: where, Accounts: c.accountsOf(), ValueAddedServices: extras,
		PlannedShippingDateAndTime: when.text(), UnitOfMeasurement: metric,
		IsCustomsDeclarable: l.declarable(), NextBusinessDay: !when.chosen, Packages: packages,
	}
	if l.declarable() {
		value, err := s.ItemsValue()
		if err != nil {
			return rateRequest{}, normalize.Invalid("/items", "unit values must be in one currency")
		}
		out.MonetaryAmount = append(out.MonetaryAmount, monetaryAmount{"declaredValue", amount(value), value.Currency})
		// The date that counts clearance in is what DHL commits to.
		out.EstimatedDeliveryDate = &deliveryDate{IsRequested: true, TypeCode: "QDDC"}
	}
	if s.Insurance.Minor > 0 {
		out.MonetaryAmount = append(out.MonetaryAmount, monetaryAmount{"insuredValue", amount(s.Insurance), s.Insurance.Currency})
	}
	return out, nil
}

// wanted are the services that were asked for, all of them where none was named.
func wanted(names []string) []string {
	if len(names) == 0 {
		return services
	}
	return names
}

// wants are the codes of the value-added services that a price should hold.
func wants(extras []valueAdded) []string {
	var out []string
	for _, v := range extras {
		out = append(out, v.ServiceCode)
	}
	return out
}

// ratesFrom picks the asked services from the products of an answer.
func ratesFrom(out ratesReply, c Config, l lane, names, extras []string, warnings []normalize.Warning, zone *time.Location) ([]normalize.Rate, error) {
	if len(out.Products) == 0 {
		e := normalize.NotServiceable("", "no product of dhl express serves this lane on this day")
		if len(warnings) > 0 {
			e.CarrierMsg = warnings[0].Message
		}
		e.Carrier, e.Op = code, string(adapters.OpRate)
		return nil, e
	}
	var rates []normalize.Rate
	for _, name := range names {
		p, err := pick(out.Products, c, l, name)
		if err != nil {
			rates = append(rates, normalize.Rate{Service: name, Unavailable: err})
			continue
		}
		r, err := rateOf(p, zone)
		if err != nil {
			rates = append(rates, normalize.Rate{Service: name, Unavailable: err})
			continue
		}
		r.Service = name
		r.Warnings = append(concerning(warnings, p.ProductCode), unpriced(p, extras)...)
		rates = append(rates, r)
	}
	return rates, nil
}

// namedProduct is the code of the one product that a warning is about.
var namedProduct = regexp.MustCompile(`(?i:\bproduct) ([0-9A-Z])\b`)

// concerning are the warnings of an answer that are not about another product.
func concerning(warnings []normalize.Warning, product string) []normalize.Warning {
	var out []normalize.Warning
	for _, w := range warnings {
		if named := namedProduct.FindStringSubmatch(w.Message); named == nil || named[1] == product {
			out = append(out, w)
		}
	}
	return out
}

// pick is the product of an answer that stands for a service of ours.
func pick(offered []product, c Config, l lane, service string) (product, *normalize.Error) {
	codes := c.candidates(service, l)
	if len(codes) == 0 {
		return product{}, noProduct(service, l)
	}
	for _, want := range codes {
		for _, p := range offered {
			if p.ProductCode == want {
				return p, nil
			}
		}
	}
	return product{}, normalize.NotServiceable("", "dhl does not offer product %s on this lane and day", codes[0])
}

// rateOf reads one product. An unreadable price spoils this product, not the others.
func rateOf(p product, zone *time.Location) (normalize.Rate, *normalize.Error) {
	charges, total, tax, err := chargesOf(p)
	if err != nil {
		return normalize.Rate{}, err
	}
	r := normalize.Rate{
		ServiceName: p.ProductName, Charges: charges, Total: total, TaxTreatment: tax,
		ChargeableWeight: max(weightOf(p.Weight.Volumetric.String()), weightOf(p.Weight.Provided.String())),
		DimDivisor:       dimDivisor, Transit: transitOf(p, zone),
		CarrierData: map[string]string{dataProduct: p.ProductCode},
	}
	if p.LocalProductCode != "" {
		r.CarrierData[dataLocalProduct] = p.LocalProductCode
	}
	return r, nil
}

// weightOf reads kilograms; anything else is no weight.
func weightOf(kg string) normalize.Weight {
	w, err := normalize.ParseWeight(kg, "kg")
	if err != nil {
		return 0
	}
	return w
}

// transitOf reads when a product arrives. DHL counts days between collection and delivery; the
// hour is a promise only of the products that are named for it.
func transitOf(p product, zone *time.Location) normalize.Transit {
	var out normalize.Transit
	if n, err := strconv.Atoi(p.DeliveryCapabilities.TotalTransitDays.String()); err == nil && n >= 0 && n <= 365 {
		out.DaysMin, out.DaysMax = n, n
	}
	day, hour, _ := strings.Cut(p.DeliveryCapabilities.EstimatedDeliveryDateAndTime, "T")
	if d, err := normalize.ParseDate(day); err == nil {
		out.DeliverBy = d
		if at, err := time.Parse("15:04:05", hour); err == nil && at.Hour() < 23 {
			out.DeliverBefore = at.Format("15:04")
		}
	}
	if at, err := time.ParseInLocation("2006-01-02T15:04:05", p.PickupCapabilities.LocalCutoffDateAndTime, zone); err == nil {
		out.HandoverBy = at.Format(time.RFC3339)
	}
	return out
}
