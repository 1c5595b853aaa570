package main

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// moneyText is an amount in the API's form. Both currencies of the comparison have two
// decimals, which the reference knows by heart.
type moneyText struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

var errAmount = errors.New("no amount of two decimals")

// minorUnits reads a decimal of at most two decimals.
func minorUnits(s string) (int64, error) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 2 {
		return 0, errAmount
	}
	n, err := strconv.ParseInt(whole+frac+"00"[len(frac):], 10, 64)
	if err != nil {
		return 0, errAmount
	}
	return n, nil
}

func amountOf(minor int64, currency string) moneyText {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	frac := strconv.FormatInt(minor%100, 10)
	if len(frac) == 1 {
		frac = "0" + frac
	}
	return moneyText{sign + strconv.FormatInt(minor/100, 10) + "." + frac, currency}
}

// convert brings an offer into the asked currency: the total rounded half to even once, and
// spread over the lines, the last of which takes what rounding leaves.
func (r *reference) convert(v *offer, to string) error {
	total, err := minorUnits(v.CarrierTotal.Amount)
	if err != nil {
		return err
	}
	v.Total, v.minor = v.CarrierTotal, total
	if v.CarrierTotal.Currency == to {
		for i := range v.Charges {
			v.Charges[i].Amount = v.Charges[i].CarrierAmount
		}
		return nil
	}
	x, ok := r.fx[v.CarrierTotal.Currency]
	if !ok {
		return errors.New("no exchange rate for " + v.CarrierTotal.Currency)
	}
	rate, ok := new(big.Rat).SetString(x.Rate)
	if !ok {
		return errors.New("no number: " + x.Rate)
	}
	v.FX, v.minor = &x, times(total, rate)
	v.Total = amountOf(v.minor, to)
	left := v.minor
	for i := range v.Charges {
		c := &v.Charges[i]
		n, err := minorUnits(c.CarrierAmount.Amount)
		if err != nil {
			return err
		}
		part := times(n, rate)
		if i == len(v.Charges)-1 {
			part = left
		}
		left -= part
		c.Amount = amountOf(part, to)
	}
	return nil
}

// times is n at a rate, rounded half to even.
func times(n int64, rate *big.Rat) int64 {
	p := new(big.Rat).Mul(new(big.Rat).SetInt64(n), rate)
	quo, rem := new(big.Int).QuoRem(p.Num(), p.Denom(), new(big.Int))
	twice := rem.Abs(rem).Lsh(rem, 1)
	if c := twice.Cmp(p.Denom()); c > 0 || (c == 0 && quo.Bit(0) == 1) {
		quo.Add(quo, big.NewInt(int64(p.Sign())))
	}
	return quo.Int64()
}

// grams of a weight in grams or kilograms.
func grams(value, unit string) (int64, error) {
	if unit == "g" {
		return strconv.ParseInt(value, 10, 64)
	}
	whole, frac, _ := strings.Cut(value, ".")
	if unit != "kg" || len(frac) > 3 {
		return 0, errors.New("no weight in grams or kilograms")
	}
	return strconv.ParseInt(whole+frac+"000"[len(frac):], 10, 64)
}

func kilogramText(g int64) string {
	s := strconv.FormatInt(g%1000, 10)
	return strconv.FormatInt(g/1000, 10) + "." + strings.Repeat("0", 3-len(s)) + s
}
