package dhlexpress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The carrier checks every body against its schema before it reads it, and says what is wrong
// in the words of its validator: "#/content/packages/0: required key [weight] not found".

// findings are what a schema found wrong, at most maxFindings.
type findings struct{ list []string }

const maxFindings = 50

func (f *findings) add(path, format string, args ...any) {
	if len(f.list) < maxFindings {
		f.list = append(f.list, path+": "+fmt.Sprintf(format, args...))
	}
}

// rule checks the value at a path.
type rule func(path string, v any, f *findings)

// fields are the keys of an object; a name with a star is required. Other keys are refused.
type fields map[string]rule

func object(known fields) rule {
	var required []string
	byName := map[string]rule{}
	for name, r := range known {
		plain, must := strings.CutSuffix(name, "*")
		if must {
			required = append(required, plain)
		}
		byName[plain] = r
	}
	slices.Sort(required)
	return func(path string, v any, f *findings) {
		in, ok := v.(map[string]any)
		if !ok {
			wrongType(path, "JSONObject", v, f)
			return
		}
		for _, name := range required {
			if _, ok := in[name]; !ok {
				f.add(path, "required key [%s] not found", name)
			}
		}
		for _, name := range sortedKeys(in) {
			if r := byName[name]; r != nil {
				r(path+"/"+name, in[name], f)
			} else {
				f.add(path, "extraneous key [%s] is not permitted", name)
			}
		}
	}
}

// with is the fields of two schemas in one.
func with(a, b fields) fields {
	out := fields{}
	for _, m := range []fields{a, b} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func list(least, most int, item rule) rule {
	return func(path string, v any, f *findings) {
		in, ok := v.([]any)
		switch {
		case !ok:
			wrongType(path, "JSONArray", v, f)
		case len(in) < least:
			f.add(path, "expected minimum item count: %d, found: %d", least, len(in))
		case len(in) > most:
			f.add(path, "expected maximum item count: %d, found: %d", most, len(in))
		default:
			for i, item1 := range in {
				item(path+"/"+strconv.Itoa(i), item1, f)
			}
		}
	}
}

// text is a string of so many characters.
func text(least, most int) rule {
	return func(path string, v any, f *findings) {
		s, ok := v.(string)
		if !ok {
			wrongType(path, "String", v, f)
			return
		}
		if n := utf8.RuneCountInString(s); n < least {
			f.add(path, "expected minLength: %d, actual: %d", least, n)
		} else if n > most {
			f.add(path, "expected maxLength: %d, actual: %d", most, n)
		}
	}
}

// matching is a text that must also look like a pattern.
func matching(length rule, pattern string) rule {
	re := regexp.MustCompile(pattern)
	return func(path string, v any, f *findings) {
		length(path, v, f)
		if s, ok := v.(string); ok && !re.MatchString(s) {
			f.add(path, "string [%s] does not match pattern %s", s, pattern)
		}
	}
}

func oneOf(values ...string) rule {
	return func(path string, v any, f *findings) {
		s, ok := v.(string)
		switch {
		case !ok:
			wrongType(path, "String", v, f)
		case !slices.Contains(values, s):
			f.add(path, "%s is not a valid enum value", s)
		}
	}
}

func boolean(path string, v any, f *findings) {
	if _, ok := v.(bool); !ok {
		wrongType(path, "Boolean", v, f)
	}
}

// number is a JSON number from least to most (decimal texts) in whole steps, none when empty.
func number(least, most, step string) rule {
	lo, hi, unit := rat(least), rat(most), rat(step)
	return func(path string, v any, f *findings) {
		n, ok := v.(json.Number)
		if !ok {
			wrongType(path, "Number", v, f)
			return
		}
		x := rat(n.String())
		switch {
		case x == nil:
			f.add(path, "%s is not a number that can be read", n)
		case lo != nil && x.Cmp(lo) < 0:
			f.add(path, "%s is not greater or equal to %s", n, least)
		case hi != nil && x.Cmp(hi) > 0:
			f.add(path, "%s is not less or equal to %s", n, most)
		case unit != nil && !new(big.Rat).Quo(x, unit).IsInt():
			f.add(path, "%s is not a multiple of %s", n, step)
		}
	}
}

// rat reads a decimal exactly; nil when it is none, or too long to be meant.
func rat(s string) *big.Rat {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if e, err := strconv.Atoi(s[i+1:]); err != nil || e < -30 || e > 30 {
			return nil
		}
	}
	if s == "" || len(s) > 64 {
		return nil
	}
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return x
}

func wrongType(path, want string, v any, f *findings) {
	got := "Null"
	switch v := v.(type) {
	case string:
		got = "String"
	case bool:
		got = "Boolean"
	case json.Number:
		got = "Integer"
		if strings.ContainsAny(v.String(), ".eE") {
			got = "BigDecimal"
		}
	case []any:
		got = "JSONArray"
	case map[string]any:
		got = "JSONObject"
	}
	f.add(path, "expected type: %s, found: %s", want, got)
}

// errJSON is a body that is not one JSON value.
var errJSON = errors.New("the request body is not well formed JSON")

// check reads a body into v if the schema finds nothing wrong with it. The findings come in
// the order of the keys.
func check(body []byte, schema rule, v any) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var in any
	if err := d.Decode(&in); err != nil {
		return nil, errJSON
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errJSON
	}
	var f findings
	schema("#", in, &f)
	if len(f.list) > 0 {
		return f.list, nil
	}
	if err := json.Unmarshal(body, v); err != nil {
		return nil, errJSON
	}
	return nil, nil
}
