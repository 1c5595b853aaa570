package ratecard

import (
	"cmp"
	"strings"
)

// postalRange is a span of postal codes by their beginnings, "" for any code at all.
type postalRange struct{ from, to string }

// plainPostal drops what people write into postal codes: SW1A 1AA, 01310-100.
func plainPostal(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
}

func newPostalRange(from, to string) postalRange {
	p := postalRange{plainPostal(from), plainPostal(to)}
	p.to = cmp.Or(p.to, p.from)
	return p
}

func (p postalRange) any() bool { return p.from == "" }

// holds tells whether a plain code lies in the range: 10 to 14 holds 10969 and 14999.
func (p postalRange) holds(code string) bool {
	return p.any() || (code >= p.from && begin(code, p.to) <= p.to)
}

func (p postalRange) overlaps(q postalRange) bool {
	if p.any() || q.any() {
		return p.any() && q.any() // a row with codes goes before one without
	}
	return begin(p.from, q.to) <= q.to && begin(q.from, p.to) <= p.to
}

// begin is the part of code that bound can be compared with.
func begin(code, bound string) string { return code[:min(len(code), len(bound))] }
