package fx

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// staleAfter is the age from which a rate is marked.
const staleAfter = 7 * 24 * time.Hour

// significant is how many digits of a rate count.
const significant = 8

var (
	// ErrNoRate says that a currency is not in the table.
	ErrNoRate = errors.New("no exchange rate")
	// ErrTooOld says that a rate is older than the operator allows.
	ErrTooOld = errors.New("exchange rate is too old")
)

// Rate is units of To for one unit of From. Its JSON form is the API's.
type Rate struct {
	From   string         `json:"-"`
	To     string         `json:"-"`
	Text   string         `json:"rate" doc:"Units of the asked currency for one unit of the carrier's, 8 significant digits"`
	AsOf   normalize.Date `json:"as_of" doc:"The older of the two days that the rate is crossed from"`
	Source string         `json:"source"`
	Stale  bool           `json:"stale" doc:"Whether it is older than 7 days"`
}

// value is the number that Text shows, exactly.
func (r Rate) value() *big.Rat {
	v, ok := new(big.Rat).SetString(r.Text)
	if !ok {
		panic("fx: a rate without a number: " + r.Text) // Text is made by us
	}
	return v
}

// Rates answers from a table that may be replaced at any time. It is safe for many
// goroutines.
type Rates struct {
	table  atomic.Pointer[Table]
	maxAge time.Duration
}

// New serves t. With maxAge above 0 an older rate is refused; examples never age.
func New(t *Table, maxAge time.Duration) *Rates {
	r := &Rates{maxAge: maxAge}
	r.table.Store(t)
	return r
}

// Table is the one in use.
func (r *Rates) Table() *Table { return r.table.Load() }

// Swap takes a newer table and tells whether it did: one whose newest day is not after
// the present one's is left aside.
func (r *Rates) Swap(t *Table) bool {
	for {
		old := r.table.Load()
		if t.Newest() <= old.Newest() {
			return false
		}
		if r.table.CompareAndSwap(old, t) {
			return true
		}
	}
}

// Rate returns the rate of a pair as of now. It fails with ErrNoRate or ErrTooOld.
func (r *Rates) Rate(from, to string, now time.Time) (Rate, error) {
	t := r.table.Load()
	out := Rate{From: from, To: to, Text: "1", Source: t.source, AsOf: normalize.DateOf(now)}
	if from == to {
		return out, nil
	}
	a, err := t.quote(from)
	if err != nil {
		return Rate{}, err
	}
	b, err := t.quote(to)
	if err != nil {
		return Rate{}, err
	}
	out.Text = t.cross(from, to, a, b)
	out.AsOf = older(a.asOf, b.asOf)
	if t.example {
		return out, nil
	}
	age := now.Sub(out.AsOf.At(now.Location()))
	out.Stale = age >= staleAfter+24*time.Hour // older than 7 whole days
	if r.maxAge > 0 && age >= r.maxAge+24*time.Hour {
		return Rate{}, fmt.Errorf("%w: %s to %s is of %s", ErrTooOld, from, to, out.AsOf)
	}
	return out, nil
}

// cross is the rate of a pair, worked out once for each table.
func (t *Table) cross(from, to string, a, b quote) string {
	pair := from + to
	if text, ok := t.crossed.Load(pair); ok {
		return text.(string)
	}
	text := roundSignificant(new(big.Rat).Quo(b.rate, a.rate), significant)
	t.crossed.Store(pair, text)
	return text
}

func (t *Table) quote(code string) (quote, error) {
	if code == t.base {
		return quote{rate: big.NewRat(1, 1)}, nil
	}
	q, ok := t.rates[code]
	if !ok {
		if !normalize.ValidCurrency(code) {
			code = "this currency"
		}
		return quote{}, fmt.Errorf("%w for %s", ErrNoRate, code)
	}
	return q, nil
}

// older takes the base's own quote, which has no day, for as new as can be.
func older(a, b normalize.Date) normalize.Date {
	if a == "" || (b != "" && b < a) {
		return b
	}
	return a
}

// Convert returns m in another currency, rounded half to even once, and the rate.
func (r *Rates) Convert(m normalize.Money, to string, now time.Time) (normalize.Money, Rate, error) {
	rate, err := r.Rate(m.Currency, to, now)
	if err != nil || m.Currency == to {
		return m, rate, err
	}
	out, err := m.Convert(rate.value(), to)
	return out, rate, err
}

// Price is the lines of a carrier's price in another currency.
type Price struct {
	Total        normalize.Money   // Amounts sum exactly to it
	Amounts      []normalize.Money // beside the lines that came in
	CarrierTotal normalize.Money
	Rate         *Rate // nil where nothing was converted
}

// Price converts the lines of a price. The total is converted and rounded once, and
// allocated to the lines in proportion; the lines must be of one currency.
func (r *Rates) Price(lines []normalize.Money, to string, now time.Time) (Price, error) {
	total, err := normalize.Sum(lines...)
	if err != nil {
		return Price{}, err
	}
	if total.Currency == "" {
		return Price{}, errors.New("a price has no lines")
	}
	if total.Currency == to {
		return Price{Total: total, Amounts: append([]normalize.Money(nil), lines...), CarrierTotal: total}, nil
	}
	out := Price{CarrierTotal: total}
	var rate Rate
	if out.Total, rate, err = r.Convert(total, to, now); err != nil {
		return Price{}, err
	}
	out.Rate = &rate
	out.Amounts, err = allocate(out.Total, lines, rate, to)
	return out, err
}

// allocate splits total over lines of both signs: what is charged gets its own rounded
// sum, and the discounts the rest, so that neither eats the other's remainder.
func allocate(total normalize.Money, lines []normalize.Money, rate Rate, to string) ([]normalize.Money, error) {
	charged := make([]normalize.Money, len(lines))
	given := make([]normalize.Money, len(lines))
	var sum normalize.Money
	discounts := false
	for i, l := range lines {
		if l.Minor < 0 {
			given[i], discounts = l, true
			continue
		}
		charged[i] = l
		var err error
		if sum, err = sum.Add(l); err != nil {
			return nil, err
		}
	}
	if !discounts {
		return normalize.Allocate(total, lines), nil
	}
	plus := normalize.Money{Currency: to}
	if sum.Minor > 0 {
		var err error
		if plus, err = sum.Convert(rate.value(), to); err != nil {
			return nil, err
		}
	}
	ups := normalize.Allocate(plus, charged)
	downs := normalize.Allocate(normalize.Money{Minor: total.Minor - plus.Minor, Currency: to}, given)
	for i := range ups {
		ups[i].Minor += downs[i].Minor
	}
	return ups, nil
}

// roundSignificant writes a positive number with at most n significant digits, rounded
// half to even, without trailing zeros.
func roundSignificant(r *big.Rat, n int) string {
	decimals := n - magnitude(r)
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(decimals, -decimals))), nil))
	if decimals < 0 {
		scale.Inv(scale)
	}
	whole := halfEven(new(big.Rat).Mul(r, scale))
	text := new(big.Rat).Quo(new(big.Rat).SetInt(whole), scale).FloatString(max(decimals, 0))
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// magnitude is the number of digits before the point: 1 for 7.2, 0 for 0.13, -1 for 0.013.
func magnitude(r *big.Rat) int {
	m, ten := 0, big.NewRat(10, 1)
	for x := new(big.Rat).Set(r); ; {
		switch {
		case x.Cmp(big.NewRat(1, 1)) >= 0:
			x.Quo(x, ten)
			m++
		case x.Cmp(big.NewRat(1, 10)) < 0:
			x.Mul(x, ten)
			m--
		default:
			return m
		}
	}
}

func halfEven(r *big.Rat) *big.Int {
	quo, rem := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if c := new(big.Int).Lsh(rem, 1).Cmp(r.Denom()); c > 0 || (c == 0 && quo.Bit(0) == 1) {
		quo.Add(quo, big.NewInt(1))
	}
	return quo
}
