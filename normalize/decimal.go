package normalize

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// maxDecimalDigits bounds the text of a decimal number; nothing that we carry needs more.
const maxDecimalDigits = 32

var errNotDecimal = errors.New("is not a plain decimal number")

// splitDecimal reads "-12.50" into sign, whole digits and fraction digits. It refuses
// exponents, NaN, infinities, spaces, a plus sign and empty parts.
func splitDecimal(s string) (neg bool, whole, frac string, err error) {
	if neg = strings.HasPrefix(s, "-"); neg {
		s = s[1:]
	}
	whole, frac, dot := strings.Cut(s, ".")
	if whole == "" || (dot && frac == "") || len(whole)+len(frac) > maxDecimalDigits {
		return false, "", "", errNotDecimal
	}
	for _, r := range whole + frac {
		if r < '0' || r > '9' {
			return false, "", "", errNotDecimal
		}
	}
	return neg, whole, frac, nil
}

// parseDecimal reads a plain decimal number exactly.
func parseDecimal(s string) (*big.Rat, error) {
	if _, _, _, err := splitDecimal(s); err != nil {
		return nil, err
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, errNotDecimal
	}
	return r, nil
}

// parsePhysical reads a positive quantity of a unit into whole base units (nanograms,
// micrometres). A fraction of a base unit is dropped, but a positive quantity is never 0.
func parsePhysical(value string, unit int64) (int64, error) {
	r, err := parseDecimal(value)
	if err != nil {
		return 0, err
	}
	switch r.Sign() {
	case -1:
		return 0, errors.New("is negative")
	case 0:
		return 0, errors.New("is zero")
	}
	r.Mul(r, new(big.Rat).SetInt64(unit))
	n := new(big.Int).Quo(r.Num(), r.Denom())
	if !n.IsInt64() {
		return 0, errors.New("is too large")
	}
	return max(n.Int64(), 1), nil
}

// formatPhysical writes n base units as a decimal number of unit, exactly where the
// decimal expansion ends and to 12 digits where it does not.
func formatPhysical(n, unit int64) string {
	s := new(big.Rat).SetFrac64(n, unit).FloatString(12)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// numberText unquotes a JSON string or takes a JSON number as it is written.
func numberText(raw []byte) (string, error) {
	s := string(raw)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1], nil
	}
	if s == "" || s == "null" || s[0] == '{' || s[0] == '[' || s == "true" || s == "false" {
		return "", fmt.Errorf("must be a decimal string or a number")
	}
	return s, nil
}
