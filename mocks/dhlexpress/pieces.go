package dhlexpress

import "encoding/json"

// packageRequest is one piece of a request, in the units of the message.
type packageRequest struct {
	Weight     json.Number        `json:"weight"`
	Dimensions *dimensionsRequest `json:"dimensions"`
}

type dimensionsRequest struct {
	Length json.Number `json:"length"`
	Width  json.Number `json:"width"`
	Height json.Number `json:"height"`
}

// piece is measured: thousandths of the message's units for what is told back, grams for
// what is charged.
type piece struct {
	weight, volumetric        int64 // kg or lb, thousandths
	length, width, height     int64 // cm or in, thousandths
	grams, grossGrams         int64 // charged, on the scales
	longest, middle, shortest int64 // thousandths of a centimetre, sorted
}

// Limits of one piece without an agreement: 70 kg, 120 × 80 × 80 cm.
const (
	maxGrams   = 70_000
	maxLongest = 120_000 // thousandths of a centimetre
	maxOther   = 80_000
)

// tooLarge stands for weights and sides beyond what sums could hold.
const tooLarge = 10_000_000

// gram is whole grams, rounded up, of thousandths of a kilogram or pound.
func gram(v int64, imperial bool) int64 {
	if imperial {
		return ceil(v*45_359_237, 100_000_000)
	}
	return v
}

// measure takes the larger of weight and volume of a piece: cm³/5000 kg or in³/139 lb.
func (p packageRequest) measure(imperial bool) piece {
	m := piece{weight: min(thousandths(p.Weight), tooLarge)}
	if d := p.Dimensions; d != nil {
		m.length = min(thousandths(d.Length), tooLarge/10)
		m.width = min(thousandths(d.Width), tooLarge/10)
		m.height = min(thousandths(d.Height), tooLarge/10)
	}
	divisor := int64(5000)
	if imperial {
		divisor = 139
	}
	m.volumetric = ceil(m.length*m.width*m.height, divisor*1_000_000)
	m.grossGrams = gram(m.weight, imperial)
	m.grams = max(m.grossGrams, gram(m.volumetric, imperial))
	m.longest, m.middle, m.shortest = sorted(m.length, m.width, m.height)
	if imperial {
		m.longest, m.middle, m.shortest = m.longest*254/100, m.middle*254/100, m.shortest*254/100
	}
	return m
}

func sorted(a, b, c int64) (longest, middle, shortest int64) {
	longest, shortest = max(a, b, c), min(a, b, c)
	return longest, a + b + c - longest - shortest, shortest
}

// fits tells whether the piece is within the classical limits.
func (m piece) fits() bool {
	return m.grossGrams <= maxGrams && m.longest <= maxLongest && m.middle <= maxOther
}

// pieces is all of a shipment.
type pieces struct {
	list               []piece
	imperial           bool
	weight, volumetric int64 // thousandths of kg or lb
	grams              int64 // charged before rounding to half kilograms
	grossGrams         int64
}

func measureAll(in []packageRequest, units string) pieces {
	all := pieces{imperial: units == "imperial"}
	for _, p := range in {
		m := p.measure(all.imperial)
		all.list = append(all.list, m)
		all.weight += m.weight
		all.volumetric += m.volumetric
		all.grams += m.grams
		all.grossGrams += m.grossGrams
	}
	return all
}

func (p pieces) fit() bool {
	for _, m := range p.list {
		if !m.fits() {
			return false
		}
	}
	return true
}
