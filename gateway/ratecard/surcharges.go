package ratecard

import (
	"math/big"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// added are the types that a surcharge may have: what belongs to carriage. Duty and VAT
// are no surcharge of a carrier's price list.
var added = []normalize.ChargeType{
	normalize.ChargeRegistration, normalize.ChargeFuel, normalize.ChargeRemoteArea, normalize.ChargePeak,
	normalize.ChargeOversize, normalize.ChargeHandling, normalize.ChargeClearance, normalize.ChargePlatformFee,
	normalize.ChargeDiscount, normalize.ChargeTax, normalize.ChargePickup, normalize.ChargeOther,
}

func (c *card) readSurcharge(rec record) surcharge {
	s := surcharge{
		line: rec.line, kind: normalize.ChargeType(rec.required("type")), percent: rec.decimal("percent"), amount: rec.decimal("amount"),
		zones: rec.words("zones"), goods: rec.words("goods"), valid: rec.validity(), source: rec.required("source"),
	}
	slices.Sort(s.goods)
	if s.kind != "" && !slices.Contains(added, s.kind) {
		rec.fault("type", "is no surcharge of the API")
	}
	if rec.values["percent"] == "" && rec.values["amount"] == "" {
		rec.fault("percent", "or amount is required")
	}
	for column, v := range map[string]*big.Rat{"percent": s.percent, "amount": s.amount} {
		if v != nil && v.Sign() != 0 && (v.Sign() < 0) != (s.kind == normalize.ChargeDiscount) {
			rec.fault(column, "must be negative in a discount, and only there")
		}
	}
	if s.percent != nil && s.percent.Cmp(big.NewRat(-100, 1)) < 0 {
		rec.fault("percent", "takes off more than everything")
	}
	for _, zone := range s.zones {
		if !slices.ContainsFunc(c.rows, func(r row) bool { return r.zone == zone }) {
			rec.fault("zones", "name a zone that the card does not have")
		}
	}
	for _, g := range s.goods {
		if !slices.Contains(normalize.GoodsKinds, g) {
			rec.fault("goods", "hold a word that is no kind of goods")
		}
	}
	return s
}

// key tells which surcharges take each other's place: those of one type for the same goods.
func (s surcharge) key() string { return string(s.kind) + " " + strings.Join(s.goods, " ") }

// checkSurcharges finds two that would count for the same parcel on the same day.
func (c *card) checkSurcharges(f *faults) {
	for i, s := range c.surcharges {
		for _, old := range c.surcharges[:i] {
			if s.key() == old.key() && s.valid.from == old.valid.from && sameZones(s.zones, old.zones) {
				f.add(s.line, "", "is of the same type, goods, zone and first day as line %d", old.line)
				break
			}
		}
	}
}

func sameZones(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(z string) bool { return slices.Contains(b, z) })
}

// charges are the surcharges on a freight, in the order of the API's types, each rounded
// once. A percentage is of the freight as it stands in the answer.
func (c *card) charges(s *normalize.Shipment, r *row, freight normalize.Money, day normalize.Date) ([]normalize.Charge, error) {
	var out []normalize.Charge
	taken := map[string]bool{}
	for _, sc := range c.surcharges { // latest first
		if !sc.valid.holds(day) || taken[sc.key()] ||
			(len(sc.zones) > 0 && !slices.Contains(sc.zones, r.zone)) || (len(sc.goods) > 0 && !s.HasGoods(sc.goods...)) {
			continue
		}
		taken[sc.key()] = true
		sum := new(big.Rat)
		if sc.percent != nil {
			sum.Quo(sc.percent, big.NewRat(100, 1))
			sum.Mul(sum, major(freight))
		}
		if sc.amount != nil {
			sum.Add(sum, sc.amount)
		}
		m, err := round(sum, c.currency)
		if err != nil {
			return nil, err
		}
		if m.Minor != 0 {
			out = append(out, normalize.Charge{Type: sc.kind, Amount: m})
		}
	}
	slices.SortStableFunc(out, func(a, b normalize.Charge) int {
		return slices.Index(added, a.Type) - slices.Index(added, b.Type)
	})
	return out, nil
}
