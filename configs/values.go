package configs

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// Values are settings that an adapter decodes itself. They may hold secrets, so they print
// and log as a mark; only YAML gives them away.
type Values struct{ root *node }

// String returns the mark.
func (Values) String() string { return "[redacted]" }

// Format prints the mark whatever the verb is.
func (v Values) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(v.String())) }

// LogValue logs the mark.
func (v Values) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalText writes the mark.
func (v Values) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Keys are the names that are set, in the order of the file.
func (v Values) Keys() []string {
	if v.root == nil {
		return nil
	}
	return v.root.keys
}

// Settings is what the adapter's Factory takes: credentials and settings in one YAML
// mapping, references resolved. It holds secrets.
func (a Account) Settings() []byte {
	all := &node{kind: mappingKind}
	for _, v := range []Values{a.Options, a.Credentials} {
		if v.root == nil {
			continue
		}
		for i, key := range v.root.keys {
			all.put(key, v.root.vals[i])
		}
	}
	if len(all.keys) == 0 {
		return nil
	}
	var b strings.Builder
	all.write(&b)
	b.WriteByte('\n')
	return []byte(b.String())
}

// bare are the scalars that need no quotes: true, false and numbers whose text does not
// change when they are read as numbers.
var bare = regexp.MustCompile(`^(true|false|0|-?[1-9][0-9]{0,17})$`)

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// write gives n in YAML's flow style. Quoted text holds UTF-8 as it is, since not every
// reader of YAML reads every escape.
func (n *node) write(b *strings.Builder) {
	switch n.kind {
	case nullKind:
		b.WriteString("null")
	case scalarKind:
		if n.plain && bare.MatchString(n.text) {
			b.WriteString(n.text)
			return
		}
		b.WriteString(`"` + escapes.Replace(n.text) + `"`)
	case mappingKind:
		b.WriteByte('{')
		for i, key := range n.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(`"` + key + `": `)
			n.vals[i].write(b)
		}
		b.WriteByte('}')
	case listKind:
		b.WriteByte('[')
		for i, v := range n.vals {
			if i > 0 {
				b.WriteString(", ")
			}
			v.write(b)
		}
		b.WriteByte(']')
	}
}
