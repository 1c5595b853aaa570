package httpapi

import (
	"path"
	"reflect"
	"strings"

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

// namer names the shapes of the API. Two packages may have a type of the same name: the
// first to be shown keeps it, the other's is prefixed by its package, and a Request always.
func namer() func(reflect.Type, string) string {
	owners := map[string]string{}
	return func(t reflect.Type, hint string) string {
		name := huma.DefaultSchemaNamer(t, hint)
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		pkg := path.Base(t.PkgPath())
		if t.Name() == "" || pkg == "." {
			return name
		}
		if owner, taken := owners[name]; name != "Request" && (!taken || owner == pkg) {
			owners[name] = pkg
			return name
		}
		return strings.ToUpper(pkg[:1]) + pkg[1:] + name
	}
}

// markNulls lets the fields with the tag null:"true" be null in the schema, which the
// framework can say of scalars only.
func markNulls(r huma.Registry) {
	for name, schema := range r.Map() {
		t := r.TypeFromRef("#/components/schemas/" + name)
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			prop := schema.Properties[normalize.JSONName(f)]
			switch {
			case f.Tag.Get("null") != "true" || prop == nil:
			case prop.Ref != "":
				schema.Properties[normalize.JSONName(f)] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: prop.Ref}, {Type: "null"}}, Description: prop.Description}
			default:
				prop.Nullable = true
			}
		}
	}
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
