package yanwen

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// dataChannel is the key under which a rate keeps the product id that it priced.
const dataChannel = "channel_id"

// Rate asks Yanwen once for all products of the lane and keeps those behind our services.
//
// Whole grams and centimetres, rounded up as Yanwen bills; prices come back in CNY. A product
// that is missing from the answer does not serve the parcel. The shape of the answer is
// unconfirmed: one client shows the inputs, none the output.
// Source: public clients of calc.list, read 2026-11-21.
func (a *Adapter) Rate(ctx context.Context, req normalize.RateRequest) ([]normalize.Rate, error) {
	body, err := ratesBody(a.config, req.Shipment)
	if err != nil {
		return nil, err
	}
	var prices []price
	if err := a.client.call(ctx, adapters.OpRate, methodRates, body, &prices); err != nil {
		return nil, err
	}
	return ratesFrom(prices, a.config.Services, wanted(req.Services))
}

func ratesBody(c Config, s normalize.Shipment) (ratesRequest, error) {
	if c.CityID == "" {
		return ratesRequest{}, normalize.NotServiceable("", "the account has no city_id to price from")
	}
	if err := checkShipment(s); err != nil {
		return ratesRequest{}, err
	}
	d := s.Parcels[0].Dimensions
	return ratesRequest{
		// Orders take ISO codes as well as Yanwen's ids of countries; that calc.list does too is
		// inferred.
		CityID: c.CityID, CountryID: s.Destination.Country, PostCode: s.Destination.PostalCode,
		Weight: s.TotalWeight().Ceil(normalize.Gram),
		Length: d.Length.Ceil(normalize.Centimetre), Width: d.Width.Ceil(normalize.Centimetre),
		Height: d.Height.Ceil(normalize.Centimetre),
	}, nil
}

// wanted are the services that were asked for, all of them where none was named.
func wanted(names []string) []string {
	if len(names) == 0 {
		return []string{tracked, ordinary, special}
	}
	return names
}

// ratesFrom picks the asked services from the products that Yanwen priced, each with its
// price or its reason. products is the account's product id behind each service.
func ratesFrom(prices []price, products map[string]string, services []string) ([]normalize.Rate, error) {
	if len(prices) == 0 {
		return nil, normalize.NotServiceable("", "yanwen has no product for this parcel on this lane")
	}
	var rates []normalize.Rate
	for _, name := range services {
		r, err := rateOf(prices, products[name])
		if err != nil {
			r = normalize.Rate{Unavailable: err}
		}
		r.Service = name
		rates = append(rates, r)
	}
	return rates, nil
}

func rateOf(prices []price, id string) (normalize.Rate, *normalize.Error) {
	if id == "" {
		return normalize.Rate{}, normalize.NotServiceable("", "the account has no product id for this service")
	}
	i := slices.IndexFunc(prices, func(p price) bool { return string(p.ChannelID) == id })
	if i < 0 {
		return normalize.Rate{}, normalize.NotServiceable("", "yanwen did not price product %s for this parcel", id)
	}
	p := prices[i]
	charges, total, err := p.charges()
	if err != nil || total.Minor <= 0 {
		return normalize.Rate{}, normalize.Fail(normalize.KindBadResponse, "product %s has no readable price", id)
	}
	return normalize.Rate{
		ServiceName: either(p.ChannelNameEn, p.ChannelNameCh),
		Charges:     charges, Total: total, TaxTreatment: "unknown",
		ChargeableWeight: normalize.Weight(whole(p.ChargeWeight, 1_000_000)) * normalize.Gram,
		Transit:          normalize.Transit{DaysMin: whole(p.MinDays, 365), DaysMax: whole(p.MaxDays, 365)},
		CarrierData:      map[string]string{dataChannel: id},
	}, nil
}

// charges are the lines of a price. Whatever the lines leave of the total is one more line, so
// that they always sum to what Yanwen will take.
func (p price) charges() ([]normalize.Charge, normalize.Money, error) {
	currency := either(p.Currency, "CNY")
	total, err := normalize.ParseCarrierMoney(string(p.TotalFee), currency)
	if err != nil {
		return nil, total, err
	}
	var charges []normalize.Charge
	rest := total
	for _, line := range []struct {
		kind normalize.ChargeType
		name string
		fee  text
	}{{normalize.ChargeFreight, "freightFee", p.FreightFee}, {normalize.ChargeRegistration, "registrationFee", p.RegistrationFee}} {
		if line.fee == "" {
			continue
		}
		m, err := normalize.ParseCarrierMoney(string(line.fee), currency)
		if err != nil {
			return nil, total, err
		}
		if m.Minor != 0 {
			charges = append(charges, normalize.Charge{Type: line.kind, Name: line.name, Amount: m})
			rest.Minor -= m.Minor
		}
	}
	switch {
	case len(charges) == 0:
		charges = append(charges, normalize.Charge{Type: normalize.ChargeFreight, Name: "totalFee", Amount: total})
	case rest.Minor > 0:
		charges = append(charges, normalize.Charge{Type: normalize.ChargeOther, Name: "totalFee", Amount: rest})
	case rest.Minor < 0:
		charges = append(charges, normalize.Charge{Type: normalize.ChargeDiscount, Name: "totalFee", Amount: rest})
	}
	return charges, total, nil
}

// whole reads a number that only informs; what is none, or above the bound, says nothing.
func whole(t text, most int) int {
	n, err := strconv.Atoi(strings.TrimSpace(string(t)))
	if err != nil || n < 0 || n > most {
		return 0
	}
	return n
}
