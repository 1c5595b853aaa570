package dhlexpress

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// thousandths reads a schema-checked number as whole thousandths. Values of more than a
// billion are a billion: no limit of the carrier lies up there.
func thousandths(n json.Number) int64 {
	x := rat(n.String())
	if x == nil {
		return 0
	}
	x.Mul(x, big.NewRat(1000, 1))
	whole := new(big.Int).Quo(x.Num(), x.Denom())
	const most = 1_000_000_000_000
	if !whole.IsInt64() || whole.Int64() > most {
		return most
	}
	return whole.Int64()
}

// decimal is an amount of hundredths that JSON shows as the carrier does: 130, 27.68.
type decimal int64

func (d decimal) String() string { return fixed(int64(d), 2) }

// MarshalJSON writes a plain number.
func (d decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// amount writes both digits of hundredths: 130.00.
func (d decimal) amount() string {
	s := strconv.FormatInt(int64(d), 10)
	for len(s) < 3 {
		s = "0" + s
	}
	return s[:len(s)-2] + "." + s[len(s)-2:]
}

// milli is a quantity of thousandths: kilograms, centimetres.
type milli int64

// MarshalJSON writes a plain number.
func (m milli) MarshalJSON() ([]byte, error) { return []byte(fixed(int64(m), 3)), nil }

// fixed writes v with so many digits behind the point, without zeros at the end. v is not negative.
func fixed(v int64, digits int) string {
	s := strconv.FormatInt(v, 10)
	if len(s) <= digits {
		s = strings.Repeat("0", digits+1-len(s)) + s
	}
	s = s[:len(s)-digits] + "." + s[len(s)-digits:]
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// share is part of whole in ten-thousandths, rounded half up.
func share(v, basisPoints int64) int64 { return (v*basisPoints + 5000) / 10000 }

// ceil is v in whole steps, rounded up.
func ceil(v, step int64) int64 { return (v + step - 1) / step }
