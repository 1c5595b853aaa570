package channels

import (
	"fmt"
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
	for alt := range strings.SplitSeq(pointer, "|") {
		at, ok := walk(reflect.ValueOf(*s), strings.Split(strings.TrimPrefix(alt, "/"), "/"), "")
		if ok {
			return "", true
		}
		if first == "" {
			first = at
		}
	}
	return first, false
}

func walk(v reflect.Value, path []string, at string) (string, bool) {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if len(path) == 0 {
		return at, !v.IsZero()
	}
	head, rest := path[0], path[1:]
	switch v.Kind() {
	case reflect.Slice:
		return walkList(v, head, rest, at)
	case reflect.Struct:
		at += "/" + head
		f := fieldByName(v, head)
		if !f.IsValid() {
			return at, false
		}
		return walk(f, rest, at)
	case reflect.Map:
		at += "/" + head
		return at, v.MapIndex(reflect.ValueOf(head)).IsValid()
	default:
		return at + "/" + strings.Join(path, "/"), false
	}
}

func walkList(v reflect.Value, head string, rest []string, at string) (string, bool) {
	if head != "*" {
		i, err := strconv.Atoi(head)
		if err != nil || i < 0 || i >= v.Len() {
			return at + "/" + head, false
		}
		return walk(v.Index(i), rest, at+"/"+head)
	}
	for i := range v.Len() {
		if missing, ok := walk(v.Index(i), rest, fmt.Sprintf("%s/%d", at, i)); !ok {
			return missing, false
		}
	}
	return at, true
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
