package dhlexpress

import (
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// billed marks the one of the three prices that will be on the invoice. PULCL and BASEC are
// the same price in other currencies.
const billed = "BILLC"

// serviceTax is the total of taxes in a price's summary.
const serviceTax = "STTXA"

// chargesOf reads what a product costs. Line 1 of the breakdown is the carriage, later lines
// with a price are surcharges and services, lines without one are only on offer. What the lines
// leave of the total is one more line, so that they always sum to what DHL will bill: the tax
// where it is exactly that, else other, or a discount.
func chargesOf(p product) (charges []normalize.Charge, total normalize.Money, tax string, fault *normalize.Error) {
	total, ok := billedTotal(p)
	if !ok || total.Minor <= 0 {
		return nil, total, "", normalize.NotServiceable("", "dhl has no tariff of the account for product %s", p.ProductCode)
	}
	left := total
	for i, line := range billedLines(p) {
		if line.Price == "" {
			continue
		}
		m, err := normalize.ParseCarrierMoney(line.Price.String(), total.Currency)
		if err == nil {
			left, err = left.Add(normalize.Money{Minor: -m.Minor, Currency: m.Currency})
		}
		if err != nil {
			return nil, total, "", normalize.Fail(normalize.KindBadResponse, "product %s has an unreadable charge", p.ProductCode)
		}
		if m.Minor == 0 {
			continue
		}
		charges = append(charges, normalize.Charge{Type: chargeType(i, line, m), Name: line.Name, Amount: m})
	}
	taxes, known := taxOf(p, total.Currency)
	switch {
	case len(charges) == 0:
		charges = append(charges, normalize.Charge{Type: normalize.ChargeFreight, Name: p.ProductName, Amount: left})
	case left.Minor > 0 && left == taxes:
		charges = append(charges, normalize.Charge{Type: normalize.ChargeTax, Name: serviceTax, Amount: left})
	case left.Minor > 0:
		charges = append(charges, normalize.Charge{Type: normalize.ChargeOther, Name: "not itemised", Amount: left})
	case left.Minor < 0:
		charges = append(charges, normalize.Charge{Type: normalize.ChargeDiscount, Name: "not itemised", Amount: left})
	}
	return charges, total, taxTreatment(taxes, known, left), nil
}

// billedTotal is the price in the billing currency.
func billedTotal(p product) (normalize.Money, bool) {
	for _, t := range p.TotalPrice {
		if t.CurrencyType != billed || t.Price == "" {
			continue
		}
		m, err := normalize.ParseCarrierMoney(t.Price.String(), t.PriceCurrency)
		return m, err == nil
	}
	return normalize.Money{}, false
}

func billedLines(p product) []breakdownLine {
	i := slices.IndexFunc(p.DetailedPriceBreakdown, func(b priceBreakdown) bool { return b.CurrencyType == billed })
	if i < 0 {
		return nil
	}
	return p.DetailedPriceBreakdown[i].Breakdown
}

func chargeType(i int, line breakdownLine, m normalize.Money) normalize.ChargeType {
	switch t, known := chargeTypes[line.ServiceCode]; {
	case m.Minor < 0:
		return normalize.ChargeDiscount
	case known:
		return t
	case i == 0 && line.ServiceCode == "":
		return normalize.ChargeFreight
	case line.ServiceTypeCode == "XCH":
		return normalize.ChargeOption
	default:
		return normalize.ChargeOther
	}
}

// taxOf is the total of taxes that the summary names; known is false where it names none.
func taxOf(p product, currency string) (taxes normalize.Money, known bool) {
	for _, s := range p.TotalPriceBreakdown {
		if s.CurrencyType != billed {
			continue
		}
		for _, line := range s.PriceBreakdown {
			if line.TypeCode != serviceTax {
				continue
			}
			m, err := normalize.ParseCarrierMoney(line.Price.String(), currency)
			return m, err == nil
		}
	}
	return normalize.Money{}, false
}

// taxTreatment tells whether a total holds the tax on carriage. A tax of nought is an exempt
// one; where the lines already make up the total, a tax beside them could be in or on top.
func taxTreatment(taxes normalize.Money, known bool, left normalize.Money) string {
	switch {
	case known && taxes.Minor == 0:
		return "exempt"
	case known && left == taxes:
		return "included"
	default:
		return "unknown"
	}
}

// unpriced warns of asked services that a price does not show, so that a quote is not taken
// for more than it says.
func unpriced(p product, extras []string) []normalize.Warning {
	var out []normalize.Warning
	for _, service := range extras {
		shown := slices.ContainsFunc(billedLines(p), func(l breakdownLine) bool {
			return l.ServiceCode == service && l.Price != ""
		})
		if !shown {
			out = append(out, normalize.Warning{Code: "service_not_priced",
				Message: "the price does not show service " + service})
		}
	}
	return out
}
