package configs

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

type kind int

const (
	nullKind kind = iota
	scalarKind
	mappingKind
	listKind
)

// node is a value of the file with its place, so that a fault can be named without being
// quoted. Scalars keep the text that was written: 0123 stays 0123.
type node struct {
	kind      kind
	text      string // of a scalar
	plain     bool   // a scalar that YAML reads as a number or a word, not quoted text
	keys      []string
	vals      []*node // of a mapping, beside keys, or of a list
	line, col int
	env       string // the environment variable that said it, else ""
}

const (
	maxFile  = 1 << 20
	maxDepth = 20
)

var keyForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,99}$`)

// parse reads YAML into nodes. Every fault is added to fs; the result may be partial.
func parse(fs *faults, src []byte) *node {
	if len(src) > maxFile {
		fs.add(&node{}, "", "is larger than %d bytes", maxFile)
		return &node{}
	}
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		fs.syntax(err)
		return &node{}
	}
	var bodies []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) == 0 {
		return &node{kind: mappingKind}
	}
	if len(bodies) > 1 {
		fs.add(&node{}, "", "holds more than one document")
	}
	return convert(fs, bodies[0], 0)
}

func convert(fs *faults, a ast.Node, depth int) *node {
	n := &node{}
	if p := a.GetToken().Position; p != nil {
		n.line, n.col = p.Line, p.Column
	}
	if depth > maxDepth {
		fs.add(n, "", "is nested too deeply")
		return n
	}
	switch v := a.(type) {
	case *ast.MappingNode:
		convertMapping(fs, n, v.Values, depth)
	case *ast.MappingValueNode:
		convertMapping(fs, n, []*ast.MappingValueNode{v}, depth)
	case *ast.SequenceNode:
		n.kind = listKind
		for _, item := range v.Values {
			n.vals = append(n.vals, convert(fs, item, depth+1))
		}
	case *ast.NullNode:
	case *ast.StringNode:
		n.kind, n.text, n.plain = scalarKind, v.Value, v.GetToken().Type == token.StringType
	case *ast.LiteralNode:
		n.kind, n.text = scalarKind, v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		n.kind, n.text, n.plain = scalarKind, a.GetToken().Value, true
	default:
		fs.add(n, "", "uses a part of YAML that is not taken here (anchors, aliases, merges, tags, .inf, .nan)")
	}
	return n
}

func convertMapping(fs *faults, n *node, values []*ast.MappingValueNode, depth int) {
	n.kind = mappingKind
	for i, v := range values {
		key := ""
		if s, ok := v.Key.(*ast.StringNode); ok {
			key = s.Value
		}
		child := convert(fs, v.Value, depth+1)
		child.line, child.col = v.Key.GetToken().Position.Line, v.Key.GetToken().Position.Column
		if i == 0 {
			n.line, n.col = child.line, child.col
		}
		if !keyForm.MatchString(key) {
			// Not echoed: "api_key:x" without its blank is a key to YAML, and a secret to us.
			fs.add(child, "", "a key here is none that a setting can have (a blank missing after the colon?)")
			continue
		}
		n.keys, n.vals = append(n.keys, key), append(n.vals, child)
	}
}

// get returns the value of a key, nil where it is not there.
func (n *node) get(key string) *node {
	for i, k := range n.keys {
		if k == key {
			return n.vals[i]
		}
	}
	return nil
}

// put sets the value of a key.
func (n *node) put(key string, v *node) {
	n.kind = mappingKind
	for i, k := range n.keys {
		if k == key {
			n.vals[i] = v
			return
		}
	}
	n.keys, n.vals = append(n.keys, key), append(n.vals, v)
}

// Fault is something wrong with the configuration: where and what, never the value.
type Fault struct {
	File   string // "" where an environment variable is at fault
	Line   int
	Column int
	Env    string // the variable, where one said it
	Path   string // accounts[0].limits.burst; "" for the file as a whole
	Detail string
}

// Error reads "crossdock.yaml:12:5: accounts[0].limits.burst: must be a whole number".
func (f *Fault) Error() string {
	s := f.File
	switch {
	case f.Env != "":
		s = f.Env
	case f.Line > 0:
		s = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	if f.Path != "" {
		s += ": " + f.Path
	}
	return s + ": " + f.Detail
}

// faults collects all that is wrong.
type faults struct {
	file string
	list []*Fault
}

func (fs *faults) add(n *node, path, format string, args ...any) {
	fs.list = append(fs.list, &Fault{fs.file, n.line, n.col, n.env, path, fmt.Sprintf(format, args...)})
}

// syntax names the place of a YAML error. The parser's own Error() quotes the source.
func (fs *faults) syntax(err error) {
	n, detail := &node{}, "is not YAML"
	if e, ok := errors.AsType[*yaml.SyntaxError](err); ok {
		detail = "is not YAML: " + e.Message
		if e.Token != nil && e.Token.Position != nil {
			n.line, n.col = e.Token.Position.Line, e.Token.Position.Column
		}
	}
	fs.add(n, "", "%s", detail)
}

// err joins the faults in the order of the file.
func (fs *faults) err() error {
	slices.SortStableFunc(fs.list, func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Path, b.Path))
	})
	errs := make([]error, len(fs.list))
	for i, f := range fs.list {
		errs[i] = f
	}
	return errors.Join(errs...)
}
