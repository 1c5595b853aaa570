package adapters

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Field describes one setting of an account, for the documentation and the API.
type Field struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Doc      string `json:"doc"`
	Required bool   `json:"required"`
	Secret   bool   `json:"secret"`
	Default  string `json:"default,omitempty"`
}

var secretType = reflect.TypeFor[normalize.Secret]()

// FieldsOf reads the settings of a Config struct from its tags: yaml, doc, required, default.
func FieldsOf[C any]() []Field {
	var out []Field
	t := reflect.TypeFor[C]()
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		out = append(out, Field{
			Name: name, Type: typeName(f.Type), Doc: f.Tag.Get("doc"), Default: f.Tag.Get("default"),
			Required: f.Tag.Get("required") == "true", Secret: f.Type == secretType,
		})
	}
	return out
}

func typeName(t reflect.Type) string {
	switch {
	case t == secretType:
		return "secret"
	case t.Kind() == reflect.Map:
		return "map"
	case t.Kind() == reflect.Slice:
		return "list"
	case t.Kind() == reflect.Bool:
		return "bool"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "integer"
	default:
		return "string"
	}
}

// Make turns a typed constructor into the untyped one of a Spec: settings are decoded
// strictly (an unknown key is an error) and all missing required ones are named at once.
func Make[C any](build func(C, Deps) (Adapter, error)) Factory {
	return func(settings []byte, deps Deps) (Adapter, error) {
		var c C
		if len(bytes.TrimSpace(settings)) > 0 {
			dec := yaml.NewDecoder(bytes.NewReader(settings), yaml.DisallowUnknownField())
			if err := dec.Decode(&c); err != nil {
				// The decoder's own text quotes the source, which holds secrets.
				return nil, fmt.Errorf("settings cannot be read: %s", safeYAMLError(err))
			}
		}
		if err := missing(c); err != nil {
			return nil, err
		}
		return build(c, deps)
	}
}

func safeYAMLError(err error) string {
	if u, ok := errors.AsType[*yaml.UnknownFieldError](err); ok {
		return u.Message
	}
	return "not of the documented form"
}

func missing[C any](c C) error {
	var errs []error
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Tag.Get("required") == "true" && v.Field(i).IsZero() {
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			errs = append(errs, fmt.Errorf("%s is required: %s", name, f.Tag.Get("doc")))
		}
	}
	return errors.Join(errs...)
}
