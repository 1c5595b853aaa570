package adapters

import (
	"cmp"
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// StatusTable is how a carrier's scans are read: data, with its proof beside it. What it does
// not hold comes out as normalize.SubstatusUnmapped, is counted, and can be read again once
// the table knows more.
type StatusTable struct {
	// Reads is what of a scan decides: ReadsCode, or ReadsWords where codes say nothing.
	Reads  string
	Source string         // where the carrier lists its codes, or where we found them
	Date   normalize.Date // when that was read
	Codes  []StatusCode   // in order
}

// What of a scan a table reads.
const (
	ReadsCode  = "code"
	ReadsWords = "words"
)

// StatusCode is what one code, or one phrase, means.
type StatusCode struct {
	Code      string
	Status    normalize.Status
	Substatus normalize.Substatus
	Leg       normalize.Leg
}

// StatusCodes lists a table that is a map, in the order of its codes. split takes a meaning
// apart.
func StatusCodes[M any](table map[string]M, split func(M) (normalize.Status, normalize.Substatus, normalize.Leg)) []StatusCode {
	out := make([]StatusCode, 0, len(table))
	for code, m := range table {
		c := StatusCode{Code: code}
		c.Status, c.Substatus, c.Leg = split(m)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b StatusCode) int { return cmp.Compare(a.Code, b.Code) })
	return out
}
