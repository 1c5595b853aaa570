package dhlexpress

import (
	"context"
	"fmt"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// LandedCost asks for duties, taxes and fees, in the currency of the goods. Where nothing is
// declared nothing is due, and no call is made. Every line needs an HS code: without one DHL
// would take the rate of a whole chapter.
// Source: MyDHL API OpenAPI 3.1.1, POST /landed-cost, read 2026-11-21.
func (a *Adapter) LandedCost(ctx context.Context, req normalize.RateRequest) (normalize.LandedCost, error) {
	l := laneOf(req.Shipment)
	if !l.declarable() {
		return normalize.LandedCost{}, nil
	}
	body, err := a.config.landedCostRequestOf(req, l)
	if err != nil {
		return normalize.LandedCost{}, err
	}
	var out ratesReply
	if err := a.client.post(ctx, adapters.OpLandedCost, "/landed-cost", body, &out); err != nil {
		return normalize.LandedCost{}, err
	}
	if len(out.Products) == 0 {
		return normalize.LandedCost{}, a.client.bad(adapters.OpLandedCost, 0, "the answer holds no product")
	}
	lines, err := landedLines(out.Products[0], body.CurrencyCode)
	if err != nil {
		return normalize.LandedCost{}, a.client.bad(adapters.OpLandedCost, 0, "the answer has an unreadable amount")
	}
	return normalize.LandedCost{Lines: lines}, nil
}

func (c Config) landedCostRequestOf(req normalize.RateRequest, l lane) (landedCostRequest, error) {
	s := req.Shipment
	where, err := placesOf(s)
	if err != nil {
		return landedCostRequest{}, err
	}
	packages, err := parcelsOf(s.Parcels)
	if err != nil {
		return landedCostRequest{}, err
	}
	goods, err := landedGoodsOf(s.Items)
	if err != nil {
		return landedCostRequest{}, err
	}
	out := landedCostRequest{
		CustomerDetails: where, Accounts: c.accountsOf(), ProductCode: c.product(wanted(req.Services)[0], l),
		UnitOfMeasurement: metric, CurrencyCode: s.Items[0].UnitValue.Currency, IsCustomsDeclarable: true,
		IsDTPRequested: s.Incoterm == normalize.DDP, IsInsuranceRequested: s.Insurance.Minor > 0,
		GetCostBreakdown: true, ShipmentPurpose: "personal", TransportationMode: "air",
		MerchantSelectedCarrierName: "DHL", Packages: packages, Items: goods,
	}
	if s.Destination.Company != "" {
		out.ShipmentPurpose = "commercial" // to a business
	}
	return out, nil
}

func landedGoodsOf(items []normalize.Item) ([]landedGoods, error) {
	if len(items) == 0 {
		return nil, normalize.Invalid("/items", "must hold at least one item")
	}
	out := make([]landedGoods, len(items))
	for i, it := range items {
		if it.HSCode == "" {
			return nil, normalize.Invalid(fmt.Sprintf("/items/%d/hs_code", i), "is required for duties")
		}
		out[i] = landedGoods{
			Number: i + 1, Description: cut(strings.TrimSpace(it.Description), 255), ManufacturerCountry: it.OriginCountry,
			PartNumber: cut(it.SKU, 35), Quantity: it.Quantity, UnitPrice: amount(it.UnitValue),
			UnitPriceCurrencyCode: it.UnitValue.Currency, CommodityCode: it.HSCode,
		}
		if it.Weight > 0 {
			out[i].Weight, out[i].WeightUnitOfMeasurement = kilograms(it.Weight), metric
		}
	}
	return out, nil
}

// levies are the kinds of a landed cost's lines, by DHL's typeCode.
var levies = []struct {
	typeCode string
	kind     normalize.ChargeType
}{{"DUTY", normalize.ChargeDuty}, {"TAX", normalize.ChargeVAT}, {"FEE", normalize.ChargeClearance}}

// landedLines are the totals by kind: the line named TOTAL where there is one, which stands
// before the lines that it sums up, else the sum of the lines. The carriage, which the answer
// repeats under codes like SPRQN and STSCH, is the rate's and stays out.
func landedLines(p product, currency string) ([]normalize.LandedLine, error) {
	var whole, every []breakdownLine
	for _, b := range p.DetailedPriceBreakdown {
		whole = append(whole, b.Breakdown...)
	}
	every = append(every, whole...)
	for _, it := range p.Items {
		every = append(every, it.Breakdown...)
	}
	var out []normalize.LandedLine
	for _, levy := range levies {
		line, found, err := totalOf(whole, levy.typeCode, currency)
		if err == nil && !found {
			line, found, err = sumOf(every, levy.typeCode, currency)
		}
		if err != nil {
			return nil, err
		}
		if found {
			line.Type = levy.kind
			out = append(out, line)
		}
	}
	return out, nil
}

func totalOf(lines []breakdownLine, typeCode, currency string) (normalize.LandedLine, bool, error) {
	for _, l := range lines {
		if l.TypeCode == typeCode && strings.HasPrefix(l.Name, "TOTAL ") && l.Price != "" {
			m, err := normalize.ParseCarrierMoney(l.Price.String(), either(l.PriceCurrency, currency))
			return normalize.LandedLine{Name: l.Name, Amount: m}, true, err
		}
	}
	return normalize.LandedLine{}, false, nil
}

func sumOf(lines []breakdownLine, typeCode, currency string) (line normalize.LandedLine, found bool, err error) {
	line.Name = typeCode
	for _, l := range lines {
		if l.TypeCode != typeCode || l.Price == "" {
			continue
		}
		m, err := normalize.ParseCarrierMoney(l.Price.String(), either(l.PriceCurrency, currency))
		if err != nil {
			return line, false, err
		}
		if line.Amount, err = line.Amount.Add(m); err != nil {
			return line, false, err
		}
		found = true
	}
	return line, found, nil
}
