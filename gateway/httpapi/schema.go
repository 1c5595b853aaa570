package httpapi

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The wire forms of the exact values, for the schema only.
type (
	// MoneySchema is an amount with exactly the currency's minor digits.
	MoneySchema struct {
		Amount   string `json:"amount" maxLength:"24" example:"12.50"`
		Currency string `json:"currency" minLength:"3" maxLength:"3" example:"USD"`
	}
	// WeightSchema is a mass; the value is a decimal string, or a number on input.
	WeightSchema struct {
		Value decimal `json:"value"`
		Unit  string  `json:"unit" enum:"g,kg,oz,lb"`
	}
	// DimensionsSchema are three sides.
	DimensionsSchema struct {
		Length decimal `json:"length"`
		Width  decimal `json:"width"`
		Height decimal `json:"height"`
		Unit   string  `json:"unit" enum:"mm,cm,in"`
	}
)

// decimal is a decimal string or a number.
type decimal struct{}

// Schema says so.
func (decimal) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "A decimal string, or a number on input",
		OneOf: []*huma.Schema{{Type: huma.TypeString, MaxLength: new(33)}, {Type: huma.TypeNumber}}}
}

func registerAliases(r huma.Registry) {
	for from, to := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[normalize.Money]():      reflect.TypeFor[MoneySchema](),
		reflect.TypeFor[normalize.Weight]():     reflect.TypeFor[WeightSchema](),
		reflect.TypeFor[normalize.Dimensions](): reflect.TypeFor[DimensionsSchema](),
	} {
		r.RegisterTypeAlias(from, to)
	}
}
