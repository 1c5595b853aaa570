package cainiao

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// amountText is the number in a price, with commas between thousands or without.
var (
	amountText  = regexp.MustCompile(`-?\d[\d.,]*`)
	amountShape = regexp.MustCompile(`^-?(\d{1,9}|\d{1,3}(,\d{3})+)(\.\d+)?$`)
)

// signs are ways of writing a currency. ¥ stands for the yuan in AliExpress's own pages.
var signs = map[string]string{
	"¥": "CNY", "￥": "CNY", "CN¥": "CNY", "CN￥": "CNY", "RMB": "CNY", "元": "CNY",
	"US$": "USD", "€": "EUR", "£": "GBP",
}

var errPrice = errors.New("no price in one currency")

// parsePrice reads a price as AliExpress writes it, "CNY 23.50", rounded half to even to the
// minor unit: one number with one currency before or behind it. Without a currency of its own
// it is in fallback, if that is given. A range, a decimal comma and a bare $ are no price.
func parsePrice(s, fallback string) (normalize.Money, error) {
	at := amountText.FindStringIndex(s)
	if at == nil || !amountShape.MatchString(s[at[0]:at[1]]) {
		return normalize.Money{}, errPrice
	}
	before, behind := strings.TrimSpace(s[:at[0]]), strings.TrimSpace(s[at[1]:])
	if before != "" && behind != "" {
		return normalize.Money{}, errPrice
	}
	unit := strings.ReplaceAll(before+behind, " ", "")
	currency := either(signs[unit], either(unit, fallback))
	if currency == "" {
		return normalize.Money{}, errPrice
	}
	price, err := normalize.ParseCarrierMoney(strings.ReplaceAll(s[at[0]:at[1]], ",", ""), currency)
	if err != nil {
		return normalize.Money{}, errPrice
	}
	return price, nil
}

// charges are the lines of a price: the freight, what is taken off it, and the other fees on
// top. They sum to the total.
func (s solution) charges() ([]normalize.Charge, normalize.Money, error) {
	freight, err := parsePrice(string(s.Trial), "")
	if err != nil || freight.Minor <= 0 {
		return nil, normalize.Money{}, errPrice
	}
	charges := []normalize.Charge{{Type: normalize.ChargeFreight, Name: "trial_result", Amount: freight}}
	total := freight
	add := func(kind normalize.ChargeType, name string, amount normalize.Money) (err error) {
		if amount.Minor != 0 {
			charges = append(charges, normalize.Charge{Type: kind, Name: name, Amount: amount})
		}
		total, err = total.Add(amount)
		return err
	}
	if s.Discounted != "" {
		less, err := parsePrice(string(s.Discounted), "")
		if err != nil || less.Currency != freight.Currency || less.Minor < 0 || less.Minor > freight.Minor {
			return nil, normalize.Money{}, errPrice
		}
		less.Minor -= freight.Minor
		if err := add(normalize.ChargeDiscount, "discount_trial_result", less); err != nil {
			return nil, normalize.Money{}, err
		}
	}
	for _, f := range s.OtherFees {
		amount, err := parsePrice(string(f.Amount), either(strings.ToUpper(f.Currency), freight.Currency))
		if err == nil {
			err = add(feeType(f.Code+" "+f.Name), either(f.Name, f.Code), amount)
		}
		if err != nil {
			return nil, normalize.Money{}, errPrice
		}
	}
	if total.Minor <= 0 {
		return nil, normalize.Money{}, errPrice
	}
	return charges, total, nil
}

// feeType reads what a fee is for from its code. No list of codes is published.
func feeType(words string) normalize.ChargeType {
	words = strings.ToUpper(words)
	for _, t := range []struct {
		word string
		kind normalize.ChargeType
	}{
		{"FUEL", normalize.ChargeFuel}, {"REMOTE", normalize.ChargeRemoteArea}, {"INSUR", normalize.ChargeInsurance},
		{"PICKUP", normalize.ChargePickup}, {"PICK_UP", normalize.ChargePickup}, {"REGIST", normalize.ChargeRegistration},
		{"CLEARANCE", normalize.ChargeClearance}, {"PEAK", normalize.ChargePeak},
	} {
		if strings.Contains(words, t.word) {
			return t.kind
		}
	}
	return normalize.ChargeOther
}

// feeOf is what an order costs: the one fee of the list, which is to be preferred, else the
// fee. A list of several is not explained anywhere.
func feeOf(one money, list []money) normalize.Money {
	if len(list) == 1 {
		one = list[0]
	}
	m, err := normalize.ParseCarrierMoney(string(one.Amount), one.Currency)
	if err != nil || m.Minor <= 0 || one.Currency == "" {
		return normalize.Money{}
	}
	return m
}

var daysText = regexp.MustCompile(`(\d{1,3})\s*[-~–—至]\s*(\d{1,3})`)

// transitOf reads "13-35 days"; anything else says nothing.
func transitOf(s string) normalize.Transit {
	m := daysText.FindStringSubmatch(s)
	if m == nil {
		return normalize.Transit{}
	}
	low, err1 := strconv.Atoi(m[1])
	high, err2 := strconv.Atoi(m[2])
	if err1 != nil || err2 != nil || low > high {
		return normalize.Transit{}
	}
	lower := strings.ToLower(s)
	working := strings.Contains(lower, "working") || strings.Contains(lower, "business") || strings.Contains(s, "工作日")
	return normalize.Transit{DaysMin: low, DaysMax: high, BusinessDays: working}
}
