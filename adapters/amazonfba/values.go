package amazonfba

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// instant is a time as Amazon writes it, with seconds or without: 2026-03-01T08:00Z. Go's own
// form of RFC 3339 refuses the latter.
type instant struct{ time.Time }

// layouts are the forms that were seen in the model's examples.
var layouts = []string{time.RFC3339Nano, minuteLayout, "2006-01-02T15:04:05.999Z0700", time.DateOnly}

const minuteLayout = "2006-01-02T15:04Z07:00"

// UnmarshalJSON reads a time; null and "" are none.
func (i *instant) UnmarshalJSON(b []byte) error {
	var text *string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	i.Time = time.Time{}
	if text == nil || *text == "" {
		return nil
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, *text); err == nil {
			i.Time = t
			return nil
		}
	}
	return errors.New("not a time")
}

// minute writes a time to the minute, rounded up: what is ready at 08:00:30 is not at 08:00.
func minute(t time.Time) string {
	t = t.UTC()
	if whole := t.Truncate(time.Minute); whole.Before(t) {
		t = whole.Add(time.Minute)
	}
	return t.Format("2006-01-02T15:04Z")
}

// money is an amount as a JSON number, and its currency.
type money struct {
	Amount json.Number `json:"amount"`
	Code   string      `json:"code"`
}

func (m money) value() (normalize.Money, error) {
	return normalize.ParseCarrierMoney(m.Amount.String(), m.Code)
}

// moneyOf writes an amount with the currency's digits; never through a float.
func moneyOf(m normalize.Money) money { return money{json.Number(m.Amount()), m.Currency} }

// mass is a weight in pounds or kilograms.
type mass struct {
	Unit  string      `json:"unit"`
	Value json.Number `json:"value"`
}

// cent is the hundredth of a pound.
const cent = normalize.Pound / 100

// massOf writes pounds where they come out in hundredths, so that 1 lb stays 1 lb; else whole
// grams as kilograms, rounded up, for a limit is not met by rounding down.
func massOf(w normalize.Weight) mass {
	if w%cent == 0 {
		return mass{"LB", json.Number(w.In(normalize.Pound))}
	}
	whole := normalize.Weight(w.Ceil(normalize.Gram)) * normalize.Gram
	return mass{"KG", json.Number(whole.In(normalize.Kilogram))}
}

// weight reads a mass; an empty one is none.
func (m mass) weight() (normalize.Weight, error) {
	if m.Value == "" || strings.Trim(m.Value.String(), "0.") == "" {
		return 0, nil
	}
	return normalize.ParseWeight(m.Value.String(), strings.ToLower(m.Unit))
}

// sides are the dimensions of a box in inches or centimetres.
type sides struct {
	Unit   string      `json:"unitOfMeasurement"`
	Length json.Number `json:"length"`
	Width  json.Number `json:"width"`
	Height json.Number `json:"height"`
}

// sidesOf writes inches where all come out in hundredths, else whole millimetres as
// centimetres, rounded up.
func sidesOf(d normalize.Dimensions) sides {
	const hundredth = normalize.Inch / 100
	unit, name, step := normalize.Inch, "IN", hundredth
	if d.Length%hundredth != 0 || d.Width%hundredth != 0 || d.Height%hundredth != 0 {
		unit, name, step = normalize.Centimetre, "CM", normalize.Millimetre
	}
	text := func(l normalize.Length) json.Number {
		return json.Number((normalize.Length(l.Ceil(step)) * step).In(unit))
	}
	return sides{name, text(d.Length), text(d.Width), text(d.Height)}
}

// dimensions reads them; empty ones are none.
func (s sides) dimensions() (normalize.Dimensions, error) {
	var d normalize.Dimensions
	if s.Length == "" && s.Width == "" && s.Height == "" {
		return d, nil
	}
	unit := strings.ToLower(s.Unit)
	for _, side := range []struct {
		text json.Number
		to   *normalize.Length
	}{{s.Length, &d.Length}, {s.Width, &d.Width}, {s.Height, &d.Height}} {
		l, err := normalize.ParseLength(side.text.String(), unit)
		if err != nil {
			return d, err
		}
		*side.to = l
	}
	return d, nil
}
