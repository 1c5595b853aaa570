package cainiao

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// service is one line of the network. Prices do not depend on the country: a quote names only
// the trade order, whose destination the platform knows and the sandbox does not.
type service struct {
	code, name   string
	base         int64 // fen
	perGram      int64 // fen
	discount     int64 // percent off the freight
	fuel         int64 // fen, on top of the freight
	fast, slow   int   // days
	maxGrams     int64
	maxSide, sum int64 // mm; 0 is no limit
	solution     string
}

// Small-parcel lines carry 2 kg, sides of 60 cm and 90 cm in all.
var (
	lines = []service{ // AliExpress
		{code: "CAINIAO_STANDARD", name: "AliExpress Standard Shipping", base: 1650, perGram: 8, fuel: 120, fast: 13, slow: 35,
			maxGrams: 2000, maxSide: 600, sum: 900, solution: "AE_CN_STANDARD_G"},
		{code: "CAINIAO_PREMIUM", name: "AliExpress Premium Shipping", base: 3800, perGram: 14, discount: 5, fuel: 300, fast: 3, slow: 10,
			maxGrams: 2000, maxSide: 600, sum: 900, solution: "AE_CN_PREMIUM_G"},
		{code: "CAINIAO_ECONOMY", name: "AliExpress Saver Shipping", base: 850, perGram: 7, fast: 20, slow: 50,
			maxGrams: 2000, maxSide: 600, sum: 900, solution: "AE_CN_ECONOMY_G"},
	}
	globals = []service{ // LINK
		{code: "CN_GLO_STD", name: "Cainiao Global Standard", base: 1700, perGram: 8, maxGrams: 2000, maxSide: 600, sum: 900, solution: "STD"},
		{code: "CN_GLO_EXP", name: "Cainiao Global Express", base: 6500, perGram: 12, maxGrams: 30_000, maxSide: 1200, sum: 3000, solution: "EXP"},
		{code: "CN_GLO_SAV", name: "Cainiao Global Saver", base: 900, perGram: 7, maxGrams: 2000, maxSide: 600, sum: 900, solution: "SAV"},
	}
)

// unserved are destinations without a line.
var unserved = map[string]bool{"CN": true, "CU": true, "IR": true, "KP": true, "SY": true}

func findService(list []service, code string) (service, bool) {
	for _, s := range list {
		if s.code == code {
			return s, true
		}
	}
	return service{}, false
}

// freight is the price by weight before discount and fuel, in fen.
func (s service) freight(grams int64) int64 { return s.base + s.perGram*grams }

// discounted is the freight that is charged.
func (s service) discounted(grams int64) int64 {
	return s.freight(grams) - s.freight(grams)*s.discount/100
}

// charge is all that a parcel costs, in fen.
func (s service) charge(grams int64) int64 { return s.discounted(grams) + s.fuel }

// carries tells whether a parcel keeps to the limits of the line. Sides are in mm; 0 is unknown.
func (s service) carries(grams int64, sides [3]int64) bool {
	total := int64(0)
	for _, side := range sides {
		if side > s.maxSide {
			return false
		}
		total += side
	}
	return grams > 0 && grams <= s.maxGrams && total <= s.sum
}

// yuan writes fen as decimal text: 2350 is 23.50.
func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

var decimalShape = regexp.MustCompile(`^[0-9]{1,7}(\.[0-9]+)?$`)

// scaled reads a decimal text as a whole number of its smallest unit: scaled("0.060", 3) is 60.
// More decimals than that are no number of ours.
func scaled(text string, decimals int) (int64, bool) {
	if !decimalShape.MatchString(text) {
		return 0, false
	}
	whole, part, _ := strings.Cut(text, ".")
	if len(part) > decimals {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", decimals-len(part)), 10, 64)
	return n, err == nil
}
