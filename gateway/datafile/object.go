package datafile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Object is a mapping of a file, read key by key. What is wrong goes to the file's faults
// and reads as the zero value, so that reading goes on.
type Object struct {
	file  *File
	v     *value
	field string
	read  []string
}

// Root is the file's outermost mapping.
func (f *File) Root() *Object { return f.object(f.root, "") }

func (f *File) object(v *value, field string) *Object {
	if v.kind != mapping {
		f.fault(v, field, "must be a mapping of keys to values")
		v = &value{kind: mapping, line: v.line, col: v.col}
	}
	return &Object{file: f, v: v, field: field}
}

func (o *Object) path(key string) string {
	if o.field == "" || key == "" {
		return o.field + key
	}
	return o.field + "." + key
}

// get returns the value of a key, nil where it is absent or null.
func (o *Object) get(key string) *value {
	o.read = append(o.read, key)
	for i, k := range o.v.keys {
		if k == key && o.v.vals[i].kind != nothing {
			return o.v.vals[i]
		}
	}
	return nil
}

// Has tells whether a key is there.
func (o *Object) Has(key string) bool { return o.get(key) != nil }

// Keys are the object's keys as they are written.
func (o *Object) Keys() []string { return o.v.keys }

// Line is where the object begins.
func (o *Object) Line() int { return o.v.line }

// Fault adds a fault at a key, or at the object where the key is "" or absent.
func (o *Object) Fault(key, format string, args ...any) {
	at := o.v
	if v := o.get(key); v != nil {
		at = v
	}
	o.file.fault(at, o.path(key), format, args...)
}

// Text is a scalar, as it is written.
func (o *Object) Text(key string) string {
	v := o.get(key)
	switch {
	case v == nil:
		return ""
	case v.kind != scalar:
		o.Fault(key, "must be text")
		return ""
	}
	return strings.TrimSpace(v.text)
}

// Required is a text that must be there.
func (o *Object) Required(key string) string {
	s := o.Text(key)
	if v := o.get(key); v == nil || v.kind == scalar && s == "" {
		o.Fault(key, "is required")
	}
	return s
}

// OneOf is a text that must be one of the words, or absent.
func (o *Object) OneOf(key string, words ...string) string {
	s := o.Text(key)
	if s != "" && !slices.Contains(words, s) {
		o.Fault(key, "must be one of %s", strings.Join(words, ", "))
		return ""
	}
	return s
}

// Bool is true or false, and false where it is absent.
func (o *Object) Bool(key string) bool {
	v := o.get(key)
	if v == nil {
		return false
	}
	if v.kind != scalar || !v.plain || v.text != "true" && v.text != "false" {
		o.Fault(key, "must be true or false")
		return false
	}
	return v.text == "true"
}

// Int is a whole number between two bounds, and 0 where it is absent.
func (o *Object) Int(key string, least, most int) int {
	v := o.get(key)
	if v == nil {
		return 0
	}
	n, err := strconv.Atoi(v.text)
	if v.kind != scalar || err != nil || n < least || n > most {
		o.Fault(key, "must be a whole number from %d to %d", least, most)
		return 0
	}
	return n
}

// Date is a day, and empty where it is absent.
func (o *Object) Date(key string) normalize.Date {
	s := o.Text(key)
	if s == "" {
		return ""
	}
	d, err := normalize.ParseDate(s)
	if err != nil {
		o.Fault(key, "%s", err)
	}
	return d
}

// Money is an amount as "12.50 USD", and zero where it is absent.
func (o *Object) Money(key string) normalize.Money {
	s := o.Text(key)
	if s == "" {
		return normalize.Money{}
	}
	amount, code, _ := strings.Cut(s, " ")
	m, err := normalize.ParseMoney(amount, code)
	switch {
	case err != nil:
		o.Fault(key, "must be an amount as 12.50 USD: %s", err)
	case m.Minor < 0:
		o.Fault(key, "must not be negative")
	default:
		return m
	}
	return normalize.Money{}
}

// Texts is a list of texts, nil where it is absent.
func (o *Object) Texts(key string) []string {
	v := o.get(key)
	if v == nil {
		return nil
	}
	if v.kind != list {
		o.Fault(key, "must be a list")
		return nil
	}
	out := []string{}
	for i, item := range v.vals {
		if item.kind != scalar || strings.TrimSpace(item.text) == "" {
			o.file.fault(item, fmt.Sprintf("%s[%d]", o.path(key), i), "must be text")
			continue
		}
		out = append(out, strings.TrimSpace(item.text))
	}
	return out
}

// Object is a mapping below a key, nil where it is absent.
func (o *Object) Object(key string) *Object {
	v := o.get(key)
	if v == nil {
		return nil
	}
	return o.file.object(v, o.path(key))
}

// Objects is a list of mappings, nil where it is absent.
func (o *Object) Objects(key string) []*Object {
	v := o.get(key)
	if v == nil {
		return nil
	}
	if v.kind != list {
		o.Fault(key, "must be a list")
		return nil
	}
	out := make([]*Object, len(v.vals))
	for i, item := range v.vals {
		out[i] = o.file.object(item, fmt.Sprintf("%s[%d]", o.path(key), i))
	}
	return out
}

// Done makes every key that was not read a fault.
func (o *Object) Done() {
	for i, k := range o.v.keys {
		if !slices.Contains(o.read, k) {
			o.file.fault(o.v.vals[i], o.path(k), "is not a known key")
		}
	}
}
