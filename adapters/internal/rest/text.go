package rest

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

const maxExcerpt = 200

// What a carrier may echo of a person: e-mail addresses and long runs of digits, such as
// phone and tax numbers. Codes and tracking numbers of up to eight digits in a row stay.
var personal = regexp.MustCompile(`[^\s"'<>]+@[^\s"'<>]+|\+?\d[\d -]{7,}\d`)

// Excerpt makes a carrier's words fit for an error: one line, no control characters, no
// secret, no e-mail, no long number, at most 200 bytes.
func (c *Client) Excerpt(s string) string {
	for _, secret := range c.secrets {
		if !secret.IsZero() {
			s = strings.ReplaceAll(s, secret.Reveal(), "[redacted]")
		}
	}
	if len(s) > 4*maxExcerpt {
		s = s[:4*maxExcerpt]
	}
	s = strings.ToValidUTF8(s, "")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	s = personal.ReplaceAllString(s, "[…]")
	if len(s) <= maxExcerpt {
		return s
	}
	s = s[:maxExcerpt]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// maxDepth bounds the nesting of a carrier's JSON; the deepest documented one has nine levels.
const maxDepth = 64

var errDepth = errors.New("nested too deeply")

// DecodeJSON reads a carrier's JSON. Numbers that are money or ids should be json.Number
// in v. It refuses deep nesting and anything after the value.
func DecodeJSON(b []byte, v any) error {
	if err := checkDepth(b); err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

func checkDepth(b []byte) error {
	depth, inString, escaped := 0, false, false
	for _, c := range b {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped = c == '\\'
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return errDepth
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// EncodeJSON writes compact JSON without HTML escapes, since signatures cover the bytes
// and carriers do not unescape & in names.
func EncodeJSON(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}
