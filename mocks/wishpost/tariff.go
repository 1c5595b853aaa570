package wishpost

import (
	"fmt"
	"slices"
	"strings"
)

// Price zones.
const (
	america = iota
	europe
	asia
	others
	zones
)

// fee is a price in fen: per parcel and per kilogram, to the gram.
type fee struct{ item, perKilo int64 }

var (
	inEurope = strings.Fields("AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO SE SI SK")
	inAsia   = strings.Fields("HK ID IN JP KR MO MY PH SG TH TW VN")
)

func zoneOf(country string) int {
	switch {
	case country == "US" || country == "CA" || country == "PR":
		return america
	case slices.Contains(inEurope, country):
		return europe
	case slices.Contains(inAsia, country):
		return asia
	}
	return others
}

// price is what an order costs in fen, rounded up. A zone without a price is one of the others;
// false where the channel does not go there.
func (ch channel) price(country string, grams int64) (int64, bool) {
	f := ch.fees[zoneOf(country)]
	if f.item == 0 {
		f = ch.fees[others]
	}
	if f.item == 0 {
		return 0, false
	}
	return f.item + (f.perKilo*grams+999)/1000, true
}

func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

func findChannel(otype string) (channel, bool) {
	for _, ch := range channels {
		if ch.OType == otype {
			return ch, true
		}
	}
	return channel{}, false
}

func has[T comparable](list []T, v T) bool { return slices.Contains(list, v) }

// scaled reads a plain decimal with at most this many decimals, as a whole number of the last.
func scaled(text string, decimals int) (int64, bool) {
	whole, rest, point := strings.Cut(text, ".")
	if whole == "" || len(whole) > 7 || point && rest == "" || len(rest) > decimals {
		return 0, false
	}
	var n int64
	for _, b := range whole + rest + strings.Repeat("0", decimals-len(rest)) {
		if b < '0' || b > '9' {
			return 0, false
		}
		n = 10*n + int64(b-'0')
	}
	return n, true
}
