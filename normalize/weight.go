package normalize

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
)

// Weight is a mass in nanograms, as time.Duration is a span in nanoseconds: every gram,
// kilogram, ounce and pound is exact, and int64 reaches 9,223 t. Zero means "not said".
type Weight int64

// The units of mass, each exact.
const (
	Milligram Weight = 1_000_000
	Gram             = 1000 * Milligram
	Kilogram         = 1000 * Gram
	Ounce     Weight = 28_349_523_125
	Pound            = 16 * Ounce
)

// Length is a distance in micrometres; an inch is exactly 25 400. Zero means "not said".
type Length int64

// The units of length, each exact.
const (
	Millimetre Length = 1000
	Centimetre        = 10 * Millimetre
	Inch       Length = 25_400
)

var weightUnits = map[string]Weight{"g": Gram, "kg": Kilogram, "oz": Ounce, "lb": Pound}
var lengthUnits = map[string]Length{"mm": Millimetre, "cm": Centimetre, "in": Inch}

var (
	errWeightUnit = errors.New("unit must be one of g, kg, oz, lb")
	errLengthUnit = errors.New("unit must be one of mm, cm, in")
)

// ParseWeight reads a positive decimal number of g, kg, oz or lb.
func ParseWeight(value, unit string) (Weight, error) {
	u, ok := weightUnits[unit]
	if !ok {
		return 0, errWeightUnit
	}
	n, err := parsePhysical(value, int64(u))
	return Weight(n), err
}

// ParseLength reads a positive decimal number of mm, cm or in.
func ParseLength(value, unit string) (Length, error) {
	u, ok := lengthUnits[unit]
	if !ok {
		return 0, errLengthUnit
	}
	n, err := parsePhysical(value, int64(u))
	return Length(n), err
}

// Ceil returns w in whole steps, rounded up as a carrier bills: w.Ceil(Pound). A positive
// weight is never 0.
func (w Weight) Ceil(step Weight) int64 { return ceilDiv(int64(w), int64(step)) }

// Ceil returns l in whole steps, rounded up: l.Ceil(Centimetre). A positive length is never 0.
func (l Length) Ceil(step Length) int64 { return ceilDiv(int64(l), int64(step)) }

func ceilDiv(n, step int64) int64 {
	q := n / step
	if n%step > 0 {
		q++
	}
	return q
}

// In writes w as a decimal number of unit: Pound.In(Ounce) is "16".
func (w Weight) In(unit Weight) string { return formatPhysical(int64(w), int64(unit)) }

// In writes l as a decimal number of unit: Inch.In(Millimetre) is "25.4".
func (l Length) In(unit Length) string { return formatPhysical(int64(l), int64(unit)) }

// String is for people: "350 g", "12.5 kg".
func (w Weight) String() string {
	if w >= Kilogram {
		return w.In(Kilogram) + " kg"
	}
	return w.In(Gram) + " g"
}

// String is for people: "20 cm".
func (l Length) String() string { return l.In(Centimetre) + " cm" }

// MeasureJSON is the wire form of a weight: a decimal string or number and its unit.
type MeasureJSON struct {
	Value json.RawMessage `json:"value"`
	Unit  string          `json:"unit"`
}

// MarshalJSON writes {"value":"350","unit":"g"}; zero is null.
func (w Weight) MarshalJSON() ([]byte, error) {
	if w == 0 {
		return []byte("null"), nil
	}
	return []byte(`{"value":"` + w.In(Gram) + `","unit":"g"}`), nil
}

// UnmarshalJSON reads a value, as decimal string or number, with its unit.
func (w *Weight) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*w = 0
		return nil
	}
	var j MeasureJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return errors.New(`must be {"value":"350","unit":"g"}`)
	}
	v, err := numberText(j.Value)
	if err != nil {
		return err
	}
	*w, err = ParseWeight(v, j.Unit)
	return err
}

// Dimensions are the outer sides of a parcel.
type Dimensions struct {
	Length, Width, Height Length
}

// IsZero tells whether no side was said.
func (d Dimensions) IsZero() bool { return d == Dimensions{} }

// Longest returns the longest side.
func (d Dimensions) Longest() Length { return max(d.Length, d.Width, d.Height) }

// Girthed returns the sum of the three sides, as postal limits count them.
func (d Dimensions) Girthed() Length { return d.Length + d.Width + d.Height }

type dimensionsJSON struct {
	Length json.RawMessage `json:"length"`
	Width  json.RawMessage `json:"width"`
	Height json.RawMessage `json:"height"`
	Unit   string          `json:"unit"`
}

// MarshalJSON writes the sides in centimetres; zero is null.
func (d Dimensions) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	q := func(l Length) json.RawMessage { return json.RawMessage(`"` + l.In(Centimetre) + `"`) }
	return json.Marshal(dimensionsJSON{q(d.Length), q(d.Width), q(d.Height), "cm"})
}

// UnmarshalJSON reads three sides, as decimal strings or numbers, with their unit.
func (d *Dimensions) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*d = Dimensions{}
		return nil
	}
	var j dimensionsJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return errors.New(`must be {"length":"20","width":"15","height":"5","unit":"cm"}`)
	}
	for _, side := range []struct {
		name string
		raw  json.RawMessage
		to   *Length
	}{{"length", j.Length, &d.Length}, {"width", j.Width, &d.Width}, {"height", j.Height, &d.Height}} {
		v, err := numberText(side.raw)
		if err == nil {
			*side.to, err = ParseLength(v, j.Unit)
		}
		if err != nil {
			if errors.Is(err, errLengthUnit) {
				return err
			}
			return errors.New(side.name + " " + err.Error())
		}
	}
	return nil
}

// DimensionalWeight is the volume over a divisor in cm³ per kg, each side rounded up to
// the whole centimetre: 20×15×5 cm over 8000 is 187.5 g. A divisor of 0 gives 0, and what
// no Weight can hold the greatest Weight.
func (d Dimensions) DimensionalWeight(divisor int64) Weight {
	if divisor <= 0 || d.IsZero() {
		return 0
	}
	n := big.NewInt(int64(Kilogram))
	for _, side := range []Length{d.Length, d.Width, d.Height} {
		n.Mul(n, big.NewInt(side.Ceil(Centimetre)))
	}
	if n.Quo(n, big.NewInt(divisor)); !n.IsInt64() {
		return math.MaxInt64
	}
	return Weight(n.Int64())
}

// ChargeableWeight is the greater of the gross and the dimensional weight.
func (p Parcel) ChargeableWeight(divisor int64) Weight {
	return max(p.Weight, p.Dimensions.DimensionalWeight(divisor))
}
