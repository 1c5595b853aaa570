package configs

import (
	"reflect"
	"strings"
)

// Field describes one setting of the file, for its documentation.
type Field struct {
	Name     string `json:"name"` // accounts[].limits.burst
	Type     string `json:"type"`
	Doc      string `json:"doc"`
	Default  string `json:"default,omitempty"`
	Required bool   `json:"required"`
	Secret   bool   `json:"secret"`
	Enum     string `json:"enum,omitempty"`  // words, divided by commas
	Env      string `json:"env,omitempty"`   // the variable that sets it, <i> for an index
	Later    string `json:"later,omitempty"` // why it is refused: it is not built yet
}

// Fields are all settings of the file in its order, read from the tags.
func Fields() []Field { return fieldsOf(reflect.TypeFor[File](), "", envPrefix) }

func fieldsOf(t reflect.Type, path, env string) []Field {
	var out []Field
	for f := range t.Fields() {
		name := yamlName(f)
		if name == "" {
			continue
		}
		d := Field{
			Name: join(path, name), Type: typeName(f.Type), Doc: f.Tag.Get("doc"), Default: f.Tag.Get("default"),
			Required: f.Tag.Get("required") == "true", Secret: f.Type == secretType || name == "credentials", Enum: f.Tag.Get("enum"), Later: f.Tag.Get("later"),
		}
		variable := env + strings.ToUpper(name)
		switch {
		case settable(f.Type):
			d.Env = variable
		case f.Type == valuesType:
			d.Env = variable + "_<KEY>"
		}
		out = append(out, d)
		switch {
		case !isLeaf(f.Type):
			out = append(out, fieldsOf(f.Type, d.Name, variable+"_")...)
		case f.Type.Kind() == reflect.Slice && !isLeaf(f.Type.Elem()):
			out = append(out, fieldsOf(f.Type.Elem(), d.Name+"[]", variable+"_<i>_")...)
		}
	}
	return out
}

func typeName(t reflect.Type) string {
	switch {
	case t == secretType:
		return "secret"
	case t == moneyType:
		return "money"
	case t == durationType:
		return "duration"
	case t == valuesType, !isLeaf(t):
		return "mapping"
	case t.Kind() == reflect.Slice:
		return "list"
	case t.Kind() == reflect.Bool:
		return "bool"
	case t.Kind() == reflect.Int:
		return "integer"
	case t.Kind() == reflect.Float64:
		return "number"
	default:
		return "string"
	}
}
