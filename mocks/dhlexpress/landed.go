package dhlexpress

import (
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"strconv"
)

type landedRequest struct {
	CustomerDetails struct {
		Shipper  place `json:"shipperDetails"`
		Receiver place `json:"receiverDetails"`
	} `json:"customerDetails"`
	Accounts             []accountRequest `json:"accounts"`
	ProductCode          string           `json:"productCode"`
	UnitOfMeasurement    string           `json:"unitOfMeasurement"`
	CurrencyCode         string           `json:"currencyCode"`
	IsDTPRequested       bool             `json:"isDTPRequested"`
	IsInsuranceRequested bool             `json:"isInsuranceRequested"`
	GetCostBreakdown     bool             `json:"getCostBreakdown"`
	Charges              []struct {
		TypeCode     string      `json:"typeCode"`
		Amount       json.Number `json:"amount"`
		CurrencyCode string      `json:"currencyCode"`
	} `json:"charges"`
	Packages []packageRequest `json:"packages"`
	Items    []landedGoods    `json:"items"`
}

type landedGoods struct {
	Number        json.Number `json:"number"`
	Quantity      json.Number `json:"quantity"`
	UnitPrice     json.Number `json:"unitPrice"`
	Currency      string      `json:"unitPriceCurrencyCode"`
	CommodityCode string      `json:"commodityCode"`
}

// customsRegime is what a country asks of imports; the figures are plausible, not a tariff.
type customsRegime struct {
	tax       int64 // ten-thousandths of value and duty
	taxName   string
	minimis   int64 // dollars of value up to which there is no duty
	clearance int64 // cents per shipment
}

// regimes of countries that are not in the European Union.
var regimes = map[string]customsRegime{
	"GB": {2000, "VAT", 170, 1200}, "CH": {810, "VAT", 70, 1900}, "NO": {2500, "VAT", 0, 1500}, "US": {0, "", 0, 1700},
	"CA": {500, "GST", 110, 1400}, "AU": {1000, "GST", 660, 3300}, "NZ": {1500, "GST", 600, 2400}, "JP": {1000, "CONSUMPTION_TAX", 66, 1300},
	"KR": {1000, "VAT", 150, 1100}, "SG": {900, "GST", 300, 900}, "BR": {1700, "ICMS", 0, 4200}, "MX": {1600, "VAT", 50, 2200},
	"CN": {1300, "VAT", 7, 1600}, "IN": {1800, "IGST", 0, 2500}, "AE": {500, "VAT", 270, 1400}, "SA": {1500, "VAT", 266, 1800},
}

func regimeOf(code string) customsRegime {
	if r, ok := regimes[code]; ok {
		return r
	}
	if countries[code].eu {
		return customsRegime{2000, "VAT", 160, 1500}
	}
	return customsRegime{1500, "VAT", 0, 2000}
}

// dutyRate is in ten-thousandths, by chapter of the commodity code.
func dutyRate(hs string) int64 {
	chapter, _ := strconv.Atoi(hs[:min(2, len(hs))])
	switch {
	case chapter == 0:
		return 500
	case chapter >= 50 && chapter <= 63:
		return 1200
	case chapter == 64:
		return 1700
	case chapter == 84 || chapter == 85 || chapter == 90 || chapter == 49:
		return 0
	case chapter == 39 || chapter == 42 || chapter == 95:
		return 450
	}
	return 300
}

// landedCost estimates what the goods cost delivered, in the currency asked for.
func (c *Carrier) landedCost(w http.ResponseWriter, r *http.Request) {
	var in landedRequest
	if !read(w, r, landedCostSchema, http.StatusBadRequest, &in) {
		return
	}
	if len(in.Accounts) == 0 || !known(in.Accounts) {
		fail(w, r, http.StatusBadRequest, badRequest, noAccount)
		return
	}
	l, ok := findLane(in.CustomerDetails.Shipper, in.CustomerDetails.Receiver)
	if !ok {
		fail(w, r, http.StatusBadRequest, badRequest, noLane)
		return
	}
	e := estimate{in: in, lane: l, regime: regimeOf(l.to.CountryCode)}
	if code := e.unknownCurrency(); code != "" {
		fail(w, r, http.StatusBadRequest, badRequest, "200105: The currency "+code+" is not supported.") // unconfirmed
		return
	}
	e.run()
	writeJSON(w, http.StatusOK, e.answer())
}

// estimate is a landed cost under way; all figures are hundredths of the currency asked for.
type estimate struct {
	in                               landedRequest
	lane                             lane
	regime                           customsRegime
	goods, freight, insurance, extra int64
	duties, taxes, fees              int64
	fuel, emergency, quoted          int64
	items                            []landedItemAnswer
	warnings                         []string
}

type landedItemAnswer struct {
	Number    json.Number     `json:"number"`
	Breakdown []breakdownLine `json:"breakdown"`
}

func (e *estimate) unknownCurrency() string {
	codes := []string{e.in.CurrencyCode}
	for _, i := range e.in.Items {
		codes = append(codes, i.Currency)
	}
	for _, c := range e.in.Charges {
		codes = append(codes, c.CurrencyCode)
	}
	i := slices.IndexFunc(codes, func(code string) bool { return perDollar[code] == 0 })
	if i < 0 {
		return ""
	}
	return codes[i]
}

func (e *estimate) to(cents int64, currency string) int64 {
	v, _ := convert(cents, currency, e.in.CurrencyCode)
	return v
}

func (e *estimate) run() {
	e.carriage()
	for _, c := range e.in.Charges {
		v := e.to(thousandths(c.Amount)/10, c.CurrencyCode)
		switch c.TypeCode {
		case "freight":
			e.freight, e.quoted = v, 0
		case "insurance":
			e.insurance = v
		default:
			e.extra += v
		}
	}
	values := make([]int64, len(e.in.Items))
	for i, g := range e.in.Items {
		values[i] = e.to(g.cents(), g.Currency)
		e.goods += values[i]
	}
	if e.in.IsInsuranceRequested && e.insurance == 0 {
		e.insurance = max(e.to(1500, billing), share(e.goods, 110))
	}
	for i, g := range e.in.Items {
		e.item(g, values[i])
	}
	e.fees = e.to(e.regime.clearance, billing)
	if e.in.IsDTPRequested {
		e.fees += e.to(1900, billing)
	}
}

// cents is the value of all pieces of a line of goods.
func (g landedGoods) cents() int64 {
	price, count := thousandths(g.UnitPrice), thousandths(g.Quantity)
	const most = 1_000_000_000_000
	if count > 0 && price > most*1000/count {
		return most
	}
	return price * count / 10_000
}

// carriage is the express price, with its surcharges apart.
func (e *estimate) carriage() {
	all := measureAll(e.in.Packages, e.in.UnitOfMeasurement)
	code := e.in.ProductCode
	offers := available(e.lane, e.lane.zone > union, code)
	if len(offers) == 0 || !all.fit() {
		e.warnings = append(e.warnings, noProduct(code))
		return
	}
	for _, c := range offers[0].price(e.lane, all.grams, nil) {
		v := e.to(c.cents, billing)
		e.freight += v
		switch c.code {
		case "FF":
			e.fuel = v
		case "CR":
			e.emergency = v
		case "":
			e.quoted = v
		}
	}
}

// item adds one line of goods: its share of freight and insurance, its duty and its tax.
func (e *estimate) item(g landedGoods, value int64) {
	cif := value
	if e.goods > 0 {
		cif += portion(e.freight+e.insurance+e.extra, value, e.goods)
	}
	rate := dutyRate(g.CommodityCode)
	if len(g.CommodityCode) < 8 {
		e.warnings = append(e.warnings, "200203: #/items/number:"+g.Number.String()+"/ The provided HS code is not a valid full Import HS code. "+
			"Ballpark landed cost is estimated using the provided 6-digit HS Code.")
	}
	customs := e.lane.zone > union
	if !customs || e.goods <= e.to(e.regime.minimis*100, "USD") {
		rate = 0
	}
	duty, tax := share(cif, rate), int64(0)
	if customs {
		tax = share(cif+duty, e.regime.tax)
	}
	e.duties += duty
	e.taxes += tax
	lines := []breakdownLine{e.line("CIF", "", cif, "COST + INSURANCE + FREIGHT"),
		e.line("DUTY", "DUTY", duty, "("+fixed(rate, 4)+" * CIF)")}
	if e.regime.taxName != "" {
		lines = append(lines, e.line(e.regime.taxName, "TAX", tax, "("+fixed(e.regime.tax, 4)+" * (CIF + DUTY))"))
	}
	e.items = append(e.items, landedItemAnswer{g.Number, lines})
}

// portion is sum × part ÷ whole, without an overflow on the way.
func portion(sum, part, whole int64) int64 {
	x := new(big.Int).Mul(big.NewInt(sum), big.NewInt(part))
	return x.Quo(x, big.NewInt(whole)).Int64()
}

func (e *estimate) line(name, typeCode string, cents int64, formula string) breakdownLine {
	return breakdownLine{Name: name, TypeCode: typeCode, Price: new(decimal(cents)), PriceCurrency: e.in.CurrencyCode, TariffRateFormula: formula}
}

// answer has the names of the specification's example: SCUSV customs value, SINSV insured
// value, SPRQN quoted price, STSCH service charges.
func (e *estimate) answer() map[string]any {
	lines := []breakdownLine{
		e.line("SINSV", "", e.insurance, ""), e.line("SCUSV", "", e.goods, ""), e.line("SPRQN", "", e.quoted, ""),
		e.line("STSCH", "", e.freight-e.quoted+e.extra, ""),
	}
	for _, s := range []struct {
		name, code string
		cents      int64
	}{{"EMERGENCY SITUATION", "CR", e.emergency}, {"FUEL SURCHARGE", "FF", e.fuel}} {
		l := e.line(s.name, "", s.cents, "")
		l.ServiceCode = s.code
		lines = append(lines, l)
	}
	lines = append(lines, e.line("TOTAL DUTIES", "DUTY", e.duties, ""), e.line("TOTAL TAXES", "TAX", e.taxes, ""), e.line("TOTAL FEES", "FEE", e.fees, ""))
	total := e.goods + e.freight + e.insurance + e.extra + e.duties + e.taxes + e.fees
	product := map[string]any{"totalPrice": []totalPrice{{PriceCurrency: e.in.CurrencyCode, Price: decimal(total)}}}
	if e.in.GetCostBreakdown {
		product["detailedPriceBreakdown"] = []detailedBreakdown{{PriceCurrency: e.in.CurrencyCode, Breakdown: lines}}
		product["items"] = e.items
	}
	out := map[string]any{"products": []any{product}}
	if len(e.warnings) > 0 {
		out["warnings"] = e.warnings[:min(len(e.warnings), 20)]
	}
	return out
}
