package channels

import (
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/crossdock-hub/crossdock/normalize"
)

// present tells whether a shipment has what a pointer names. A "*" stands for every
// element of a list ("/items/*/hs_code"); an alternative is written with "|"
// ("/destination/phone|/destination/email"). It returns the first missing pointer.
func present(s *normalize.Shipment, pointer string) (string, bool) {
	var first string
	for _, path := range paths(pointer) {
		missing := walk(reflect.ValueOf(s).Elem(), path)
		if missing == nil {
			return "", true
		}
		if first == "" {
			first = "/" + strings.Join(missing, "/")
		}
	}
	return first, false
}

var parsed sync.Map // pointer → [][]string; there are as many as the specs declare

func paths(pointer string) [][]string {
	if p, ok := parsed.Load(pointer); ok {
		return p.([][]string)
	}
	var out [][]string
	for alt := range strings.SplitSeq(pointer, "|") {
		out = append(out, strings.Split(strings.TrimPrefix(alt, "/"), "/"))
	}
	parsed.Store(pointer, out)
	return out
}

// walk returns the path of what is missing, nil where everything is there.
func walk(v reflect.Value, path []string) []string {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if len(path) == 0 {
		return nothing(!v.IsZero(), nil)
	}
	head, rest := path[0], path[1:]
	switch v.Kind() {
	case reflect.Slice:
		return walkList(v, head, rest)
	case reflect.Struct:
		f := fieldByName(v, head)
		if !f.IsValid() {
			return path[:1]
		}
		return under(head, walk(f, rest))
	case reflect.Map:
		return nothing(v.MapIndex(reflect.ValueOf(head)).IsValid(), path[:1])
	default:
		return path
	}
}

// nothing is missing where ok; else at, which must not be nil even at the end of a path.
func nothing(ok bool, at []string) []string {
	switch {
	case ok:
		return nil
	case at == nil:
		return []string{}
	default:
		return at
	}
}

// under puts a name before the path of what is missing.
func under(name string, missing []string) []string {
	if missing == nil {
		return nil
	}
	return append([]string{name}, missing...)
}

func walkList(v reflect.Value, head string, rest []string) []string {
	if head != "*" {
		i, err := strconv.Atoi(head)
		if err != nil || i < 0 || i >= v.Len() {
			return []string{head}
		}
		return under(head, walk(v.Index(i), rest))
	}
	for i := range v.Len() {
		if missing := walk(v.Index(i), rest); missing != nil {
			return under(strconv.Itoa(i), missing)
		}
	}
	return nil
}

var fieldIndex sync.Map // reflect.Type → map[string]int, the JSON names of a struct

func fieldByName(v reflect.Value, name string) reflect.Value {
	t := v.Type()
	index, ok := fieldIndex.Load(t)
	if !ok {
		m := map[string]int{}
		for i := range t.NumField() {
			json, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if json == "" {
				json = strings.ToLower(t.Field(i).Name)
			}
			m[json] = i
		}
		index, _ = fieldIndex.LoadOrStore(t, m)
	}
	i, ok := index.(map[string]int)[name]
	if !ok {
		return reflect.Value{}
	}
	return v.Field(i)
}
