package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/crossdock-hub/crossdock/normalize"
)

// jsonFormat reads and writes JSON. Reading a body into its type names the field at fault
// where a value's own rules refuse it.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	},
	Unmarshal: func(b []byte, v any) error {
		err := json.Unmarshal(b, v)
		if err == nil {
			return nil
		}
		if _, loose := v.(*any); loose {
			return errors.New("it is not JSON")
		}
		if f := locate(b, reflect.TypeOf(v).Elem(), ""); len(f) > 0 {
			return packFields(f)
		}
		return packFields(normalize.FieldErrors{{Pointer: "", Detail: "is not of the documented form"}})
	},
}

// maxJSONDepth bounds the nesting of a request.
const maxJSONDepth = 32

// errDepth and errSyntax are unreadable bodies.
var (
	errDepth  = errors.New("the JSON is nested too deeply")
	errSyntax = errors.New("it is not JSON")
)

// checkKeys reads a body's tokens once and reports each key that is given twice, since the
// last one would win in silence.
func checkKeys(b []byte) (normalize.FieldErrors, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	c := &keyCheck{dec: dec}
	if err := c.value("", 0); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errSyntax
	}
	return c.errs, nil
}

type keyCheck struct {
	dec  *json.Decoder
	errs normalize.FieldErrors
}

func (c *keyCheck) value(at string, depth int) error {
	if depth > maxJSONDepth {
		return errDepth
	}
	tok, err := c.dec.Token()
	if err != nil {
		return errSyntax
	}
	switch tok {
	case json.Delim('{'):
		return c.object(at, depth)
	case json.Delim('['):
		for i := 0; c.dec.More(); i++ {
			if err := c.value(fmt.Sprintf("%s/%d", at, i), depth+1); err != nil {
				return err
			}
		}
		_, err = c.dec.Token()
	}
	if err != nil {
		return errSyntax
	}
	return nil
}

func (c *keyCheck) object(at string, depth int) error {
	seen := map[string]bool{}
	for c.dec.More() {
		tok, err := c.dec.Token()
		key, ok := tok.(string)
		if err != nil || !ok {
			return errSyntax
		}
		pointer := at + normalize.Pointer(key)
		if seen[key] && len(c.errs) < 20 {
			c.errs = append(c.errs, normalize.FieldError{Pointer: pointer, Detail: "is given twice"})
		}
		seen[key] = true
		if err := c.value(pointer, depth+1); err != nil {
			return err
		}
	}
	if _, err := c.dec.Token(); err != nil {
		return errSyntax
	}
	return nil
}

// locate finds which parts of a document their types refuse to read.
func locate(raw []byte, t reflect.Type, at string) normalize.FieldErrors {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return nil
	}
	if _, custom := reflect.New(t).Interface().(json.Unmarshaler); !custom {
		switch t.Kind() {
		case reflect.Struct:
			if f := locateFields(raw, t, at); len(f) > 0 {
				return f
			}
		case reflect.Slice:
			if f := locateElements(raw, t.Elem(), at); len(f) > 0 {
				return f
			}
		}
		return normalize.FieldErrors{{Pointer: at, Detail: "is not of the documented form"}}
	}
	return normalize.FieldErrors{{Pointer: at + leaf(raw, err), Detail: err.Error()}}
}

// leaf points into a money or a measure where the fault is in one of its two parts.
func leaf(raw []byte, err error) string {
	var parts map[string]json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return ""
	}
	msg := err.Error()
	for _, name := range []string{"amount", "currency", "unit", "length", "width", "height"} {
		if _, there := parts[name]; there && strings.HasPrefix(msg, name+" ") {
			return "/" + name
		}
	}
	if _, there := parts["value"]; there {
		return "/value"
	}
	return ""
}

func locateFields(raw []byte, t reflect.Type, at string) normalize.FieldErrors {
	var parts map[string]json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return nil
	}
	var out normalize.FieldErrors
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			out = append(out, locateFields(raw, f.Type, at)...)
			continue
		}
		if name := normalize.JSONName(f); parts[name] != nil {
			out = append(out, locate(parts[name], f.Type, at+normalize.Pointer(name))...)
		}
	}
	return out
}

func locateElements(raw []byte, t reflect.Type, at string) normalize.FieldErrors {
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return nil
	}
	var out normalize.FieldErrors
	for i, p := range parts {
		out = append(out, locate(p, t, fmt.Sprintf("%s/%d", at, i))...)
	}
	return out
}
