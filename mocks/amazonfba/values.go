package amazonfba

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// money is an amount in the currency's smallest unit.
type money struct {
	minor int64
	code  string
}

// without are currencies without decimals.
var without = map[string]bool{"JPY": true}

// text is the amount with the currency's digits: 31.40.
func (m money) text() string {
	if without[m.code] {
		return strconv.FormatInt(m.minor, 10)
	}
	return fmt.Sprintf("%d.%02d", m.minor/100, m.minor%100)
}

// MarshalJSON writes the amount as a number without needless zeros, as Amazon does: 31.4.
func (m money) MarshalJSON() ([]byte, error) {
	text := m.text()
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return json.Marshal(struct {
		Amount json.Number `json:"amount"`
		Code   string      `json:"code"`
	}{json.Number(text), m.code})
}

var decimalShape = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,3})?$`)

// milli reads a JSON number in thousandths: 5.5 is 5500. False is no number from 0.001 to
// 100 000 with at most three decimals.
func milli(n json.Number) (int64, bool) {
	if !decimalShape.MatchString(string(n)) {
		return 0, false
	}
	whole, part, _ := strings.Cut(string(n), ".")
	v, err := strconv.ParseInt(whole+(part + "000")[:3], 10, 64)
	return v, err == nil && v > 0 && v <= 100_000_000
}

type weight struct {
	Unit  string      `json:"unit"`
	Value json.Number `json:"value"`
}

// milliPounds is the weight in thousandths of a pound, rounded up.
func (w weight) milliPounds() (int64, bool) {
	v, ok := milli(w.Value)
	switch w.Unit {
	case "LB":
		return v, ok
	case "KG":
		return (v*2_204_623 + 999_999) / 1_000_000, ok
	}
	return 0, false
}

type dimensions struct {
	Unit   string      `json:"unitOfMeasurement"`
	Length json.Number `json:"length"`
	Width  json.Number `json:"width"`
	Height json.Number `json:"height"`
}

// longest is the longest side in thousandths of an inch, rounded up.
func (d dimensions) longest() (int64, bool) {
	most := int64(0)
	for _, side := range []json.Number{d.Length, d.Width, d.Height} {
		v, ok := milli(side)
		if !ok {
			return 0, false
		}
		most = max(most, v)
	}
	switch d.Unit {
	case "IN":
		return most, true
	case "CM":
		return (most*100 + 253) / 254, true
	}
	return 0, false
}

// instant writes a time as most answers have it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// minute writes a time as the ready-to-ship window has it: without seconds.
func minute(t time.Time) string { return t.UTC().Format("2006-01-02T15:04Z") }

// readTime reads ISO 8601 with or without seconds.
func readTime(text string) (time.Time, bool) {
	for _, shape := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(shape, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
