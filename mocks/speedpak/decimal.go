package speedpak

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// scaled reads a decimal as a whole number of 1/scale, rounded up; false when it is none, or
// is not between 0 and a billion.
func scaled(s string, scale int64) (int64, bool) {
	if s == "" || len(s) > 40 || strings.ContainsAny(s, "eE/xX_") {
		return 0, false
	}
	x, ok := new(big.Rat).SetString(s)
	if !ok || x.Sign() < 0 || x.Cmp(big.NewRat(1_000_000_000, 1)) > 0 {
		return 0, false
	}
	x.Mul(x, big.NewRat(scale, 1))
	q, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64(), true
}

// whole reads a JSON number as whole units, rounded up; 0 when it is absent or nonsense.
func whole(n json.Number) int64 {
	v, _ := scaled(n.String(), 1)
	return v
}

// cents reads an amount of money; false when it is not one.
func (m amount) cents() (int64, bool) {
	v, ok := scaled(m.Value, 100)
	return v, ok && len(m.Currency) == 3
}

// amount is money as eBay writes it: the value is a text.
type amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// walletCurrency is that of estimates, charges and the wallet.
const walletCurrency = "USD"

func dollars(cents int64) amount {
	s := strconv.FormatInt(cents, 10)
	for len(s) < 3 {
		s = "0" + s
	}
	return amount{s[:len(s)-2] + "." + s[len(s)-2:], walletCurrency}
}
