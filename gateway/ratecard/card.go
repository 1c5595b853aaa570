// Package ratecard prices channels whose carrier has no quote interface, by a price list.
//
// A card is two files. <channel>.csv holds the freight:
//
//	zone         name of the row's zone, for surcharges
//	countries    ISO 3166-1 codes divided by blanks
//	postal_from  first and last postal code, or their beginnings; both empty is everywhere.
//	postal_to    A row with postal codes goes before one without
//	over, upto   the weights it prices, over exclusive, upto inclusive; upto empty has no end
//	unit         of over, upto and step: g, kg, oz or lb
//	base         price of the band
//	per_step     price of each started step of the weight beyond over
//	step         that step
//	per_piece    price of each parcel
//	dim_divisor  cm³ per kg; empty where volume does not count
//	min_charge   the least freight
//	currency     one in the whole card
//	valid_from   first day; of several prices for a place the latest valid_from counts
//	valid_to     last day; empty has no end
//	days_min     transit
//	days_max
//	source       whose price list; one that begins with "example" marks the rates
//
// <channel>.surcharges.csv, where there is one, holds what is added:
//
//	type         a charge of the API: registration, fuel, peak, remote_area, handling, discount …
//	percent      of the freight
//	amount       in the card's currency; percent and amount may both be there
//	zones        names divided by blanks; empty is all
//	goods        kinds of goods divided by blanks, of which one must be on board; empty is all
//	valid_from   as above; of one type and goods the latest valid_from counts
//	valid_to
//	source
//
// A comment "# business_days: true" in the first file says what the days of transit are.
// The weight is the sum over the parcels of the greater of gross and dimensional weight.
// Every number is exact; each charge is rounded once, half to even.
package ratecard

import (
	"math/big"

	"github.com/crossdock-hub/crossdock/normalize"
)

// card is the price list of one channel.
type card struct {
	currency     string
	businessDays bool
	rows         []row
	byCountry    map[string][]*row // latest valid_from first, then postal rows, then by over
	surcharges   []surcharge       // latest valid_from first
}

// row is one line of the freight.
type row struct {
	line       int
	zone       string
	countries  []string
	postal     postalRange
	over, upto normalize.Weight // upto 0 has no end
	base       *big.Rat
	perStep    *big.Rat
	step       normalize.Weight
	perPiece   *big.Rat
	divisor    int64
	minCharge  *big.Rat
	currency   string
	valid      validity
	daysMin    int
	daysMax    int
	source     string
}

// surcharge is one line of what is added.
type surcharge struct {
	line    int
	kind    normalize.ChargeType
	percent *big.Rat // of 100; nil where there is none
	amount  *big.Rat
	zones   []string
	goods   []string
	valid   validity
	source  string
}

// validity is a span of days; an empty to has no end.
type validity struct{ from, to normalize.Date }

func (v validity) holds(day normalize.Date) bool { return day >= v.from && (v.to == "" || day <= v.to) }

// holds tells whether a weight is in the row's band.
func (r *row) holds(w normalize.Weight) bool { return w > r.over && (r.upto == 0 || w <= r.upto) }
