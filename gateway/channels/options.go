package channels

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// CheckOptions refuses options that no adapter of this build declares, and values of the
// wrong type. A typo must never ship a parcel wrongly, so this holds for the whole request.
func CheckOptions(specs []adapters.Spec, options map[string]any) normalize.FieldErrors {
	var errs normalize.FieldErrors
	for name, value := range options {
		o, ok := declared(specs, name)
		switch {
		case !ok:
			errs = append(errs, normalize.FieldError{Pointer: normalize.Pointer("options", name), Detail: "no channel declares this option"})
		case !typeFits(o, value):
			errs = append(errs, normalize.FieldError{Pointer: normalize.Pointer("options", name), Detail: "must be of the type " + o.Type})
		}
	}
	slices.SortFunc(errs, func(a, b normalize.FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
	return errs
}

func declared(specs []adapters.Spec, name string) (adapters.Option, bool) {
	for _, s := range specs {
		for _, o := range s.Options {
			if o.Name == name {
				return o, true
			}
		}
	}
	return adapters.Option{}, false
}

var decimalText = regexp.MustCompile(`^-?\d{1,18}(\.\d{1,9})?$`)
var integerText = regexp.MustCompile(`^-?\d{1,18}$`)

func typeFits(o adapters.Option, v any) bool {
	switch o.Type {
	case "bool":
		_, ok := v.(bool)
		return ok
	case "integer":
		return integerText.MatchString(numberOf(v))
	case "decimal":
		s, isText := v.(string)
		return (isText && decimalText.MatchString(s)) || decimalText.MatchString(numberOf(v))
	case "string":
		_, ok := v.(string)
		return ok
	case "enum":
		s, ok := v.(string)
		return ok && slices.Contains(o.Values, s)
	case "date":
		s, ok := v.(string)
		_, err := normalize.ParseDate(s)
		return ok && err == nil
	case "money":
		b, err := json.Marshal(v)
		var m normalize.Money
		return err == nil && m.UnmarshalJSON(b) == nil && !m.IsZero()
	}
	return false
}

func numberOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil || len(b) == 0 || b[0] == '"' {
		return ""
	}
	return string(b)
}
