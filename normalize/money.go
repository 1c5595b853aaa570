package normalize

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
)

// Money is an amount in the minor units of an ISO 4217 currency: {1250, "USD"} is 12.50 USD,
// {1250, "JPY"} is 1250 JPY, {1250, "KWD"} is 1.250 KWD. The zero value means "not said".
type Money struct {
	Minor    int64
	Currency string
}

// ErrCurrencyMismatch says that two amounts of different currencies were added or compared.
var ErrCurrencyMismatch = errors.New("amounts of two currencies")

// ValidCurrency tells whether code is an ISO 4217 currency code that we know the digits of.
func ValidCurrency(code string) bool { return code != "" && currency.IsValid(code) }

// CurrencyDigits returns the number of minor digits of a currency, 2 where it is unknown.
func CurrencyDigits(code string) int {
	if d, ok := currency.GetDigits(code); ok {
		return int(d)
	}
	return 2
}

// ParseMoney reads an amount with exactly the currency's minor digits: "12.50" USD, "1250" JPY.
func ParseMoney(amount, code string) (Money, error) {
	if !ValidCurrency(code) {
		return Money{}, errors.New("currency is not an ISO 4217 code")
	}
	neg, whole, frac, err := splitDecimal(amount)
	if err != nil {
		return Money{}, fmt.Errorf("amount %w", err)
	}
	if d := CurrencyDigits(code); len(frac) != d {
		return Money{}, fmt.Errorf("amount must have exactly %d decimals in %s", d, code)
	}
	n, ok := new(big.Int).SetString(whole+frac, 10)
	if !ok || !n.IsInt64() {
		return Money{}, errors.New("amount is too large")
	}
	m := Money{n.Int64(), code}
	if neg {
		m.Minor = -m.Minor
	}
	return m, nil
}

// ParseCarrierMoney reads an amount as carriers write it, with fewer or more decimals than
// the currency has ("812.4" CZK), rounded half to even to the minor unit.
func ParseCarrierMoney(amount, code string) (Money, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if !ValidCurrency(code) {
		return Money{}, errors.New("currency is not an ISO 4217 code")
	}
	r, err := parseDecimal(strings.TrimSpace(amount))
	if err != nil {
		return Money{}, fmt.Errorf("amount %w", err)
	}
	return moneyFromRat(r, code)
}

func moneyFromRat(r *big.Rat, code string) (Money, error) {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(CurrencyDigits(code))), nil)
	n := roundHalfEven(new(big.Rat).Mul(r, new(big.Rat).SetInt(scale)))
	if !n.IsInt64() {
		return Money{}, errors.New("amount is too large")
	}
	return Money{n.Int64(), code}, nil
}

// roundHalfEven rounds to the nearest whole number, a tie to the even one.
func roundHalfEven(r *big.Rat) *big.Int {
	quo, rem := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	twice := new(big.Int).Abs(new(big.Int).Lsh(rem, 1))
	if c := twice.Cmp(r.Denom()); c > 0 || (c == 0 && quo.Bit(0) == 1) {
		quo.Add(quo, big.NewInt(int64(r.Sign())))
	}
	return quo
}

// IsZero tells whether m was not said at all; 0.00 USD is not zero in this sense.
func (m Money) IsZero() bool { return m == Money{} }

// Amount is the decimal text with exactly the currency's minor digits.
func (m Money) Amount() string {
	sign, s := "", strconv.FormatInt(m.Minor, 10)
	if m.Minor < 0 {
		sign, s = "-", s[1:]
	}
	d := CurrencyDigits(m.Currency)
	if d == 0 {
		return sign + s
	}
	if len(s) <= d {
		s = strings.Repeat("0", d+1-len(s)) + s
	}
	return sign + s[:len(s)-d] + "." + s[len(s)-d:]
}

// String is for people: "12.50 USD".
func (m Money) String() string { return m.Amount() + " " + m.Currency }

// Add returns m + o. It fails on two currencies and on overflow.
func (m Money) Add(o Money) (Money, error) {
	if m.IsZero() {
		return o, nil
	}
	if o.IsZero() {
		return m, nil
	}
	if m.Currency != o.Currency {
		return Money{}, ErrCurrencyMismatch
	}
	s := m.Minor + o.Minor
	if (s > m.Minor) != (o.Minor > 0) && o.Minor != 0 {
		return Money{}, errors.New("amount is too large")
	}
	return Money{s, m.Currency}, nil
}

// Sum adds amounts of one currency; of none it is the zero Money.
func Sum(ms ...Money) (Money, error) {
	var total Money
	for _, m := range ms {
		var err error
		if total, err = total.Add(m); err != nil {
			return Money{}, err
		}
	}
	return total, nil
}

// Times returns m * n. It fails on overflow.
func (m Money) Times(n int64) (Money, error) {
	p := new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(n))
	if !p.IsInt64() {
		return Money{}, errors.New("amount is too large")
	}
	return Money{p.Int64(), m.Currency}, nil
}

// Convert returns m in another currency at rate units of it per unit of m's, rounded half
// to even once.
func (m Money) Convert(rate *big.Rat, to string) (Money, error) {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(CurrencyDigits(m.Currency))), nil)
	r := new(big.Rat).SetFrac(big.NewInt(m.Minor), scale)
	return moneyFromRat(r.Mul(r, rate), to)
}

// Allocate splits total over the parts in proportion to them, so that the result sums
// exactly to total: remainders go, one minor unit each, to the largest fractions first,
// ties to the earlier part. All parts must have one sign; where they sum to 0, the
// first one takes everything.
func Allocate(total Money, parts []Money) []Money {
	out := make([]Money, len(parts))
	sum := new(big.Int)
	for _, p := range parts {
		sum.Add(sum, big.NewInt(p.Minor))
	}
	if len(parts) == 0 {
		return out
	}
	for i := range out {
		out[i].Currency = total.Currency
	}
	if sum.Sign() == 0 {
		out[0].Minor = total.Minor
		return out
	}
	allocateBySum(total.Minor, parts, sum, out)
	return out
}

func allocateBySum(total int64, parts []Money, sum *big.Int, out []Money) {
	left := total
	rems := make([]*big.Int, len(parts))
	for i, p := range parts {
		n := new(big.Int).Mul(big.NewInt(total), big.NewInt(p.Minor))
		q, r := new(big.Int).QuoRem(n, sum, new(big.Int))
		out[i].Minor = q.Int64()
		rems[i] = r.Abs(r)
		left -= out[i].Minor
	}
	step := int64(1)
	if left < 0 {
		step = -1
	}
	for ; left != 0; left -= step {
		best := 0
		for i := range rems {
			if rems[i].Cmp(rems[best]) > 0 {
				best = i
			}
		}
		out[best].Minor += step
		rems[best].SetInt64(-1)
	}
}

type moneyJSON struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// MarshalJSON writes {"amount":"12.50","currency":"USD"}; the zero Money is null.
func (m Money) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte("null"), nil
	}
	if !plainCode(m.Currency) {
		return json.Marshal(moneyJSON{m.Amount(), m.Currency})
	}
	return []byte(`{"amount":"` + m.Amount() + `","currency":"` + m.Currency + `"}`), nil
}

// plainCode tells whether a currency needs no escaping, as every code of ISO 4217.
func plainCode(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// UnmarshalJSON reads what MarshalJSON writes. Errors name the part at fault and no value.
func (m *Money) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*m = Money{}
		return nil
	}
	var j moneyJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return errors.New("must be {\"amount\":\"12.50\",\"currency\":\"USD\"}")
	}
	v, err := ParseMoney(j.Amount, j.Currency)
	if err != nil {
		return err
	}
	*m = v
	return nil
}
