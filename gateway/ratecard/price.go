package ratecard

import (
	"math/big"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Price prices a shipment by the channel's card on a day, in the card's currency. What
// the card has no row for is not_serviceable, with the reason and the pointer.
func (c *Cards) Price(channel string, s *normalize.Shipment, day normalize.Date) (normalize.Rate, error) {
	card := c.byChannel[channel]
	if card == nil {
		return normalize.Rate{}, normalize.NotServiceable("", "there is no rate card for this channel")
	}
	r, weight, err := card.find(s, day)
	if err != nil {
		return normalize.Rate{}, err
	}
	steps := int64(0)
	if r.step > 0 {
		steps = (weight - r.over).Ceil(r.step)
		weight = r.over + normalize.Weight(steps)*r.step
	}
	rate := normalize.Rate{
		TaxTreatment: "unknown", ChargeableWeight: weight, DimDivisor: r.divisor,
		Transit: normalize.Transit{DaysMin: r.daysMin, DaysMax: r.daysMax, BusinessDays: card.businessDays},
	}
	_, rate.Service, _ = strings.Cut(channel, ".")
	if rate.Charges, err = card.lines(s, r, steps, day); err != nil {
		return normalize.Rate{}, err
	}
	for _, ch := range rate.Charges {
		if rate.Total, err = rate.Total.Add(ch.Amount); err != nil {
			return normalize.Rate{}, err
		}
	}
	if rate.Total.Minor < 0 {
		return normalize.Rate{}, normalize.NotServiceable("", "the rate card's discounts exceed its price")
	}
	if strings.HasPrefix(r.source, "example") {
		rate.Warnings = []normalize.Warning{{Code: "example_rate_card", Message: "priced by an example card; import the prices of your contract"}}
	}
	return rate, nil
}

// lines are the freight and what is added to it.
func (c *card) lines(s *normalize.Shipment, r *row, steps int64, day normalize.Date) ([]normalize.Charge, error) {
	freight := new(big.Rat).Mul(r.perStep, new(big.Rat).SetInt64(steps))
	freight.Add(freight, r.base)
	pieces := new(big.Rat).SetInt64(int64(len(s.Parcels)))
	freight.Add(freight, pieces.Mul(pieces, r.perPiece))
	if freight.Cmp(r.minCharge) < 0 {
		freight = r.minCharge
	}
	m, err := round(freight, c.currency)
	if err != nil {
		return nil, err
	}
	more, err := c.charges(s, r, m, day)
	return append([]normalize.Charge{{Type: normalize.ChargeFreight, Amount: m}}, more...), err
}

// find returns the row that prices the shipment, with the weight that counts there. Of the
// rows for the place the latest valid_from counts, also where it leaves a weight out.
func (c *card) find(s *normalize.Shipment, day normalize.Date) (*row, normalize.Weight, error) {
	to := s.Destination
	rows := c.byCountry[to.Country]
	if len(rows) == 0 {
		return nil, 0, normalize.NotServiceable("/destination/country", "the rate card has no price to %s", known(to.Country))
	}
	code := plainPostal(to.PostalCode)
	var newest normalize.Date
	var heaviest normalize.Weight
	inTime, weight, weights := false, normalize.Weight(0), newWeights(s)
	for _, r := range rows {
		if !r.valid.holds(day) {
			continue
		}
		inTime = true
		if !r.postal.holds(code) {
			continue
		}
		if newest == "" {
			newest = r.valid.from
		}
		if r.valid.from != newest {
			break
		}
		if weight = weights.by(r.divisor); r.holds(weight) {
			return r, weight, nil
		}
		heaviest = max(heaviest, r.upto)
	}
	switch {
	case !inTime:
		return nil, 0, normalize.NotServiceable("/ship_date", "the rate card has no price to %s on that day", to.Country)
	case newest == "":
		return nil, 0, normalize.NotServiceable("/destination/postal_code", "the rate card has no price for that postal code in %s", to.Country)
	case weight > heaviest:
		return nil, 0, normalize.NotServiceable("/parcels/0/weight", "weight %s exceeds %s, the most that the rate card prices to %s", weight, heaviest, to.Country)
	}
	return nil, 0, normalize.NotServiceable("/parcels/0/weight", "the rate card has no price for %s to %s", weight, to.Country)
}

// known keeps a caller's nonsense out of messages.
func known(country string) string {
	if normalize.ValidCountry(country) {
		return country
	}
	return "that country"
}

// weights remembers the weight that counts by each divisor.
type weights struct {
	parcels []normalize.Parcel
	of      map[int64]normalize.Weight
}

func newWeights(s *normalize.Shipment) weights {
	return weights{s.Parcels, make(map[int64]normalize.Weight, 1)}
}

// by sums the greater of gross and dimensional weight of every parcel.
func (w weights) by(divisor int64) normalize.Weight {
	if sum, ok := w.of[divisor]; ok {
		return sum
	}
	var sum normalize.Weight
	for _, p := range w.parcels {
		sum += p.ChargeableWeight(divisor)
	}
	w.of[divisor] = sum
	return sum
}

// major is an amount in whole units of its currency, exactly.
func major(m normalize.Money) *big.Rat {
	return new(big.Rat).SetFrac64(m.Minor, one(m.Currency).Minor)
}

// one is one unit of a currency.
func one(code string) normalize.Money {
	minor := int64(1)
	for range normalize.CurrencyDigits(code) {
		minor *= 10
	}
	return normalize.Money{Minor: minor, Currency: code}
}

// round makes money of an exact number, half to even.
func round(r *big.Rat, code string) (normalize.Money, error) {
	return one(code).Convert(r, code)
}

// Sources are whose price lists a channel's card names, each once, in its order.
func (c *Cards) Sources(channel string) []string {
	card := c.byChannel[channel]
	if card == nil {
		return nil
	}
	var out []string
	for i := range card.rows {
		if !slices.Contains(out, card.rows[i].source) {
			out = append(out, card.rows[i].source)
		}
	}
	return out
}
