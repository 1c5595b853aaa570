package configs

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

var (
	secretType   = reflect.TypeFor[normalize.Secret]()
	moneyType    = reflect.TypeFor[normalize.Money]()
	durationType = reflect.TypeFor[time.Duration]()
	valuesType   = reflect.TypeFor[Values]()
)

// isLeaf tells whether a type is read from one scalar, or from a mapping as it stands.
func isLeaf(t reflect.Type) bool {
	return t == secretType || t == moneyType || t == valuesType || t.Kind() != reflect.Struct
}

func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" {
		return ""
	}
	return name
}

// decodeStruct fills v from n, strictly: a key that names no field is a fault.
func decodeStruct(fs *faults, n *node, v reflect.Value, path string) {
	if n.kind != mappingKind && n.kind != nullKind {
		fs.add(n, path, "must be a mapping")
		return
	}
	known := map[string]bool{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := yamlName(f)
		if name == "" {
			continue
		}
		known[name] = true
		child, at := n.get(name), join(path, name)
		if why := f.Tag.Get("later"); why != "" {
			if child != nil && child.kind != nullKind {
				fs.add(child, at, "is not built yet, so it would change nothing; remove it: %s", why)
			}
			continue
		}
		if !isLeaf(f.Type) {
			if child == nil {
				child = &node{line: n.line, col: n.col}
			}
			decodeStruct(fs, child, v.Field(i), at)
			continue
		}
		decodeField(fs, n, child, f, v.Field(i), at)
	}
	for i, key := range n.keys {
		if !known[key] {
			fs.add(n.vals[i], join(path, key), "is no setting")
		}
	}
}

func decodeField(fs *faults, parent, n *node, f reflect.StructField, v reflect.Value, path string) {
	if n == nil || n.kind == nullKind {
		if def := f.Tag.Get("default"); def != "" {
			n = &node{kind: scalarKind, text: def, plain: true}
		} else {
			if f.Tag.Get("required") == "true" {
				fs.add(parent, path, "is required: %s", f.Tag.Get("doc"))
			}
			return
		}
	}
	if err := setValue(fs, n, v, path); err != "" {
		fs.add(n, path, "%s", err)
		return
	}
	if f.Tag.Get("required") == "true" && v.IsZero() {
		fs.add(n, path, "is required: %s", f.Tag.Get("doc"))
	}
	if msg := checkBounds(f, v); msg != "" {
		fs.add(n, path, "%s", msg)
	}
}

// setValue reads n into v and tells what is wrong with n itself; faults of what n holds
// are added to fs.
func setValue(fs *faults, n *node, v reflect.Value, path string) string {
	switch {
	case v.Type() == valuesType:
		if n.kind != mappingKind {
			return "must be a mapping"
		}
		v.Set(reflect.ValueOf(Values{n}))
		return ""
	case v.Kind() == reflect.Slice:
		return setSlice(fs, n, v, path)
	case n.kind != scalarKind:
		return "must be a single value"
	}
	return setScalar(n.text, v)
}

func setScalar(text string, v reflect.Value) string {
	switch {
	case v.Type() == secretType:
		v.Set(reflect.ValueOf(normalize.NewSecret(text)))
	case v.Type() == moneyType:
		amount, code, _ := strings.Cut(strings.TrimSpace(text), " ")
		m, err := normalize.ParseMoney(amount, code)
		if err != nil {
			return `must be an amount as "500.00 USD": ` + err.Error()
		}
		v.Set(reflect.ValueOf(m))
	case v.Type() == durationType:
		d, ok := parseDuration(text)
		if !ok {
			return "must be a time as 500ms, 10s, 5m, 36h or 7d"
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return "must be true or false"
		}
		v.SetBool(text == "true")
	case v.Kind() == reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil {
			return "must be a whole number"
		}
		v.SetInt(int64(i))
	case v.Kind() == reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "must be a number"
		}
		v.SetFloat(x)
	default:
		panic("configs: a field of a kind that is not decoded: " + v.Type().String())
	}
	return ""
}

// setSlice reads a list; a list of words or times may also be one text with commas, which is
// how an environment variable gives it.
func setSlice(fs *faults, n *node, v reflect.Value, path string) string {
	items := n.vals
	if n.kind == scalarKind && isLeaf(v.Type().Elem()) {
		for word := range strings.SplitSeq(n.text, ",") {
			items = append(items, &node{kind: scalarKind, text: strings.TrimSpace(word), line: n.line, col: n.col, env: n.env})
		}
	} else if n.kind != listKind {
		return "must be a list"
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if isLeaf(v.Type().Elem()) {
			if item.kind != scalarKind || item.text == "" {
				fs.add(item, at, "must be a single value")
			} else if msg := setScalar(item.text, out.Index(i)); msg != "" {
				fs.add(item, at, "%s", msg)
			}
			continue
		}
		if item.kind == nullKind {
			fs.add(item, at, "is empty")
		}
		decodeStruct(fs, item, out.Index(i), at)
	}
	v.Set(out)
	return ""
}

// checkBounds applies the tags min, max and enum.
func checkBounds(f reflect.StructField, v reflect.Value) string {
	if words := f.Tag.Get("enum"); words != "" && !slices.Contains(strings.Split(words, ","), v.String()) {
		return "must be one of " + strings.ReplaceAll(words, ",", ", ")
	}
	for _, b := range []struct {
		tag  string
		sign int
		word string
	}{{"min", -1, "at least"}, {"max", 1, "at most"}} {
		text := f.Tag.Get(b.tag)
		if text == "" {
			continue
		}
		bound := reflect.New(v.Type()).Elem()
		if msg := setScalar(text, bound); msg != "" {
			panic("configs: bound of " + f.Name + " " + msg)
		}
		if compare(v, bound) == b.sign {
			return "must be " + b.word + " " + text
		}
	}
	return ""
}

func compare(a, b reflect.Value) int {
	if a.CanFloat() {
		return cmp.Compare(a.Float(), b.Float())
	}
	return cmp.Compare(a.Int(), b.Int())
}

// parseDuration reads a Go duration, or whole days as 7d.
func parseDuration(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err == nil && n >= -36500 && n <= 36500
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
