package dhlexpress

import (
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// answer prices an inquiry's products, or only lists them with their services.
func (q inquiry) answer(priced bool) (ratesAnswer, []string) {
	offers, problems := q.offers()
	if len(problems) > 0 {
		return ratesAnswer{}, problems
	}
	var out ratesAnswer
	for i, which := range []string{"origin", "destination"} {
		if end := []place{q.lane.from, q.lane.to}[i]; !end.postalFits() {
			out.Warnings = append(out.Warnings, fmt.Sprintf(laxLocation, which))
		}
	}
	for _, p := range offers {
		switch {
		case !priced:
			out.Products = append(out.Products, q.listed(p))
		case p.rated:
			out.Products = append(out.Products, q.rated(p))
		default:
			out.Products = append(out.Products, q.unrated(p))
			out.Warnings = append(out.Warnings, fmt.Sprintf(withoutPrice, p.code))
		}
	}
	if priced {
		out.ExchangeRates = exchangeRates(q.currencies())
	}
	return out, nil
}

func (q inquiry) frame(p product) ratedProduct {
	units := "metric"
	if q.pieces.imperial {
		units = "imperial"
	}
	return ratedProduct{
		ProductName: p.name, ProductCode: p.code, LocalProductCode: p.code, LocalCountryCode: q.lane.from.CountryCode,
		NetworkTypeCode: p.network, IsCustomerAgreement: true, Pickup: q.pickupCapabilities(), Delivery: q.deliveryCapabilities(p),
		Weight: ratedWeight{milli(q.pieces.volumetric), milli(q.pieces.weight), units},
	}
}

// priceCurrency is one of the up to three currencies in which a price is told.
type priceCurrency struct{ kind, code string }

// currencies are billing, local public tariff and base. Their order differs by lane, so that
// nobody comes to rely on the first.
func (q inquiry) currencies() []priceCurrency {
	local := countries[q.lane.from.CountryCode].currency
	all := []priceCurrency{{"BILLC", billing}, {"PULCL", local}, {"BASEC", base}}
	if q.lane.zone == westEurope {
		slices.Reverse(all)
	}
	return all
}

func (q inquiry) rated(p product) ratedProduct {
	out := q.frame(p)
	lines := p.price(q.lane, q.pieces.grams, q.services)
	for _, c := range q.currencies() {
		out.TotalPrice = append(out.TotalPrice, totalPrice{c.kind, c.code, inCurrency(c.code, total(lines))})
		out.TotalPriceBreakdown = append(out.TotalPriceBreakdown, totalBreakdown{c.kind, c.code,
			[]typedCost{{"STTXA", 0}, {"SPRQT", inCurrency(c.code, lines[0].cents)}}})
		out.DetailedBreakdown = append(out.DetailedBreakdown, detailedBreakdown{c.kind, c.code,
			append(charged(lines, c.code), q.offered(lines)...)})
	}
	out.PricingDate = q.at.Format("2006-01-02")
	return out
}

// unrated is a product that could be had, without a tariff for this account.
func (q inquiry) unrated(p product) ratedProduct {
	out := q.frame(p)
	out.IsCustomerAgreement = false
	out.TotalPrice = []totalPrice{{"BILLC", billing, 0}}
	return out
}

// listed is a product of /products: its services, no price.
func (q inquiry) listed(p product) ratedProduct {
	out := q.frame(p)
	out.Breakdown = append([]breakdownLine{{Name: p.name}}, q.offered(nil)...)
	return out
}

func inCurrency(currency string, cents int64) decimal {
	v, _ := convert(cents, billing, currency)
	return decimal(v)
}

// charged are the lines that cost something.
func charged(lines []charge, currency string) []breakdownLine {
	var out []breakdownLine
	for i, c := range lines {
		price := inCurrency(currency, c.cents)
		l := breakdownLine{Name: c.name, ServiceCode: c.code, LocalServiceCode: c.code, ServiceTypeCode: c.kind, Price: new(price),
			PriceBreakdown: []taxShare{{PriceType: "TAX", TypeCode: "All Bu", BasePrice: price}}}
		if i > 0 {
			l.IsCustomerAgreement, l.IsMarketedService = new(false), new(c.code != "FF")
		}
		out = append(out, l)
	}
	return out
}

// offered are the services that the lane has and nobody asked for, without a price.
func (q inquiry) offered(lines []charge) []breakdownLine {
	var out []breakdownLine
	for _, o := range optionals {
		taken := slices.ContainsFunc(lines, func(c charge) bool { return c.code == o.code })
		if !taken && o.serves(q.lane, q.dutiable) {
			out = append(out, breakdownLine{Name: o.name, ServiceCode: o.code, LocalServiceCode: o.code, ServiceTypeCode: o.kind,
				IsCustomerAgreement: new(false), IsMarketedService: new(true)})
		}
	}
	return out
}

// exchangeRates are those used, against the base currency.
func exchangeRates(currencies []priceCurrency) []exchangeRate {
	var out []exchangeRate
	for _, c := range currencies {
		if c.code != base {
			out = append(out, exchangeRate{decimal6(perDollar[c.code] * 1_000_000 / perDollar[base]), c.code, base})
		}
	}
	return out
}

// fromDate is a planned day without a time: noon at the origin.
func fromDate(s, countryCode string) (time.Time, bool) {
	t, err := time.ParseInLocation("2006-01-02", s, mocks.Zone(countryCode))
	return t.Add(12 * time.Hour), err == nil
}
