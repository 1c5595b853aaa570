// Package datafile reads the gateway's data that people write as YAML (platform rules and
// their like), strictly: a key that is not known, given twice or of the wrong kind is a
// fault, and all faults of a file are told at once, each with line, field and reason.
package datafile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	maxFile  = 1 << 20
	maxDepth = 12
	maxList  = 5000
)

type kind int

const (
	nothing kind = iota
	scalar
	mapping
	list
)

// value is a part of a file with its place. Scalars keep the text that was written.
type value struct {
	kind      kind
	text      string
	plain     bool // not quoted: YAML may read it as a number or a word
	keys      []string
	vals      []*value
	line, col int
}

// Fault is something wrong in a file.
type Fault struct {
	File   string
	Line   int
	Column int
	Field  string // rules[0].when; "" for the file as a whole
	Reason string
}

// Error reads "wish.yaml:12:5: rules[0].verdict: must be one of …".
func (f *Fault) Error() string {
	s := f.File
	if f.Line > 0 {
		s = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	if f.Field != "" {
		s += ": " + f.Field
	}
	return s + ": " + f.Reason
}

// File is one file being read. It gathers the faults.
type File struct {
	Name   string
	root   *value
	faults []*Fault
}

// Read reads a file of at most 1 MiB. What is no YAML is in Err already.
func Read(fsys fs.FS, name string) (*File, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	return Parse(name, src), nil
}

// Parse reads text. What is no YAML is in Err already.
func Parse(name string, src []byte) *File {
	f := &File{Name: name, root: &value{kind: mapping, line: 1, col: 1}}
	if len(src) > maxFile {
		f.fault(&value{}, "", "is larger than %d bytes", maxFile)
		return f
	}
	doc, err := parser.ParseBytes(src, 0)
	if err != nil {
		f.syntax(err)
		return f
	}
	var bodies []ast.Node
	for _, d := range doc.Docs {
		if d.Body != nil {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		f.fault(f.root, "", "is empty")
	case 1:
		f.root = f.convert(bodies[0], 0)
	default:
		f.fault(f.root, "", "holds more than one document")
	}
	return f
}

// syntax names the place of a YAML error.
func (f *File) syntax(err error) {
	at, reason := &value{}, "is not YAML"
	if e, ok := errors.AsType[*yaml.SyntaxError](err); ok {
		reason = "is not YAML: " + e.Message
		if e.Token != nil && e.Token.Position != nil {
			at.line, at.col = e.Token.Position.Line, e.Token.Position.Column
		}
	}
	f.fault(at, "", "%s", reason)
}

func (f *File) fault(v *value, field, format string, args ...any) {
	f.faults = append(f.faults, &Fault{f.Name, v.line, v.col, field, fmt.Sprintf(format, args...)})
}

// Err joins the faults in the order of the file, each a *Fault; nil where there are none.
func (f *File) Err() error {
	slices.SortStableFunc(f.faults, func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Field, b.Field))
	})
	errs := make([]error, len(f.faults))
	for i, fault := range f.faults {
		errs[i] = fault
	}
	return errors.Join(errs...)
}

func (f *File) convert(a ast.Node, depth int) *value {
	v := &value{}
	if p := a.GetToken().Position; p != nil {
		v.line, v.col = p.Line, p.Column
	}
	if depth > maxDepth {
		f.fault(v, "", "is nested too deeply")
		return v
	}
	switch n := a.(type) {
	case *ast.MappingNode:
		f.convertMapping(v, n.Values, depth)
	case *ast.MappingValueNode:
		f.convertMapping(v, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		v.kind = list
		for i, item := range n.Values {
			if i == maxList {
				f.fault(v, "", "has a list of more than %d entries", maxList)
				break
			}
			v.vals = append(v.vals, f.convert(item, depth+1))
		}
	case *ast.NullNode:
	case *ast.StringNode:
		v.kind, v.text, v.plain = scalar, n.Value, n.GetToken().Type == token.StringType
	case *ast.LiteralNode:
		v.kind, v.text = scalar, n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		v.kind, v.text, v.plain = scalar, a.GetToken().Value, true
	default:
		f.fault(v, "", "uses a part of YAML that is not taken here (anchors, aliases, merges, tags, .inf, .nan)")
	}
	return v
}

var keyForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,99}$`)

func (f *File) convertMapping(v *value, pairs []*ast.MappingValueNode, depth int) {
	v.kind = mapping
	for i, p := range pairs {
		child := f.convert(p.Value, depth+1)
		if at := p.Key.GetToken().Position; at != nil {
			child.line, child.col = at.Line, at.Column
		}
		if i == 0 {
			v.line, v.col = child.line, child.col
		}
		key, ok := p.Key.(*ast.StringNode)
		switch {
		case !ok || !keyForm.MatchString(key.Value):
			f.fault(child, "", "a key here is none that a setting can have (a blank missing after the colon?)")
		case slices.Contains(v.keys, key.Value):
			f.fault(child, key.Value, "is given twice")
		default:
			v.keys, v.vals = append(v.keys, key.Value), append(v.vals, child)
		}
	}
}
