package mandates

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Bounds of a condition.
const (
	maxCondition = 2000
	maxNodes     = 300
)

// condition is a compiled expression that is true or false.
type condition struct {
	text    string
	program *vm.Program
	// reads are what it asks of the order, for the trace: "weight", "value in USD".
	reads []string
	// perChannel says that it asks for properties of the channel.
	perChannel bool
	settings   map[string]bool
}

// compileWhen compiles a condition on the order, and on the channel. settings are the
// platform's, by name.
func compileWhen(text string, settings map[string]bool) (*condition, error) {
	return compile(text, environment{}, settings, functionOptions()...)
}

// compileWhere compiles a condition on the channel alone.
func compileWhere(text string) (*condition, error) {
	return compile(text, channelEnvironment{}, nil)
}

func compile(text string, env any, settings map[string]bool, opts ...expr.Option) (*condition, error) {
	if len(text) > maxCondition {
		return nil, fmt.Errorf("is longer than %d characters", maxCondition)
	}
	check, patch := &checker{settings: settings}, &patcher{settings: settings}
	program, err := expr.Compile(text, append(opts, expr.Env(env), expr.AsBool(), expr.WarnOnAny(), expr.DisableAllBuiltins(),
		expr.MaxNodes(maxNodes), expr.Patch(check), expr.Patch(patch))...)
	if len(check.faults) > 0 {
		return nil, errors.New(strings.Join(check.faults, "; "))
	}
	if e, ok := errors.AsType[*file.Error](err); ok {
		return nil, errors.New(at(e.From, e.Message))
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(check.reads)
	return &condition{text: text, program: program, reads: slices.Compact(check.reads), perChannel: check.perChannel, settings: settings}, nil
}

func at(from int, reason string) string { return fmt.Sprintf("at character %d: %s", from+1, reason) }

// holds runs the condition. An *undecided error says that the order leaves it open.
func (c *condition) holds(m *vm.VM, env any) (bool, error) {
	out, err := m.Run(c.program, env)
	if err != nil {
		if u, ok := errors.AsType[*undecided](err); ok {
			return false, u
		}
		return false, &undecided{"the condition cannot be evaluated"}
	}
	return out.(bool), nil
}

// checker finds in an expression what the type checker lets pass: words that no order can
// have, numbers that are not exact, arguments that are not literals.
type checker struct {
	settings   map[string]bool
	faults     []string
	reads      []string
	perChannel bool
}

func (c *checker) fault(n ast.Node, format string, args ...any) {
	c.faults = append(c.faults, at(n.Location().From, fmt.Sprintf(format, args...)))
}

// Visit looks at one node; its children were seen before.
func (c *checker) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.FloatNode:
		c.fault(n, `a number with a point is not exact: amounts and weights are texts, value_over("5.00", "USD"), weight_below("2.5kg")`)
	case *ast.IdentifierNode:
		c.name(n)
	case *ast.MemberNode:
		c.member(n)
	case *ast.CallNode:
		c.call(n)
	case *ast.BinaryNode:
		c.binary(n)
	}
}

func (c *checker) name(n *ast.IdentifierNode) {
	switch n.Value {
	case "order":
		c.fault(n, "unknown name order")
	case "channel":
		c.perChannel = true
	case "lane", "setting":
	default:
		if _, fn := functions[n.Value]; !fn {
			c.reads = append(c.reads, n.Value)
		}
	}
}

func (c *checker) member(n *ast.MemberNode) {
	path := pathOf(n)
	name, isSetting := strings.CutPrefix(path, "setting.")
	switch {
	case isSetting:
		if _, ok := c.settings[name]; !ok {
			c.fault(n, "the file has no setting %s", name)
		}
		c.reads = append(c.reads, path)
	case strings.HasPrefix(path, "lane."):
		c.reads = append(c.reads, path)
	}
}

func (c *checker) call(n *ast.CallNode) {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return
	}
	fn, ok := functions[id.Value]
	if !ok {
		return // the type checker names it
	}
	arg, err := constantOf(fn, n)
	if err != nil {
		c.fault(n, "%s %s", id.Value, err)
		return
	}
	reads := fn.reads
	if m, ok := arg.(normalize.Money); ok {
		reads += " in " + m.Currency
	}
	c.reads = append(c.reads, reads)
}

// constantOf reads a call's literal arguments.
func constantOf(fn function, n *ast.CallNode) (any, error) {
	args := make([]string, len(n.Arguments))
	for i, a := range n.Arguments {
		s, ok := a.(*ast.StringNode)
		if !ok {
			return nil, errors.New("takes " + fn.takes)
		}
		args[i] = s.Value
	}
	return fn.read(args)
}

// binary checks that what is compared with a name is one of the words that it can have.
func (c *checker) binary(n *ast.BinaryNode) {
	if n.Operator == ".." {
		c.fault(n, "ranges are not taken")
		return
	}
	if n.Operator != "==" && n.Operator != "!=" && n.Operator != "in" {
		return
	}
	for _, side := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		path := pathOf(side[0])
		for _, word := range literals(side[1]) {
			if reason := wordFits(path, word.Value); reason != "" {
				c.fault(word, "%s %s", path, reason)
			}
		}
	}
}

func literals(n ast.Node) []*ast.StringNode {
	switch v := n.(type) {
	case *ast.StringNode:
		return []*ast.StringNode{v}
	case *ast.ArrayNode:
		var out []*ast.StringNode
		for _, item := range v.Nodes {
			if s, ok := item.(*ast.StringNode); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// kinds and modes are the words of channels.
var (
	kinds = []string{"postal", "express", "platform", "line_haul", "inbound"}
	modes = []string{"direct_mail", "overseas_warehouse", "fba_inbound", "bonded"}
)

// wordFits tells why a name can never have a word, "" where it can.
func wordFits(path, word string) string {
	among := map[string][]string{modelFunction: OperatingModels, "channel.kind": kinds, "channel.mode": modes}[path]
	switch {
	case among != nil && !slices.Contains(among, word):
		return "is one of " + strings.Join(among, ", ")
	case strings.HasPrefix(path, "lane.") && !normalize.ValidCountry(word):
		return "is an ISO 3166-1 alpha-2 code (GB, not UK)"
	}
	return ""
}

// pathOf is a name, or a name with one member: "lane.to".
func pathOf(n ast.Node) string {
	switch v := n.(type) {
	case *ast.IdentifierNode:
		return v.Value
	case *ast.MemberNode:
		id, ok1 := v.Node.(*ast.IdentifierNode)
		prop, ok2 := v.Property.(*ast.StringNode)
		if ok1 && ok2 {
			return id.Value + "." + prop.Value
		}
	}
	return ""
}

// patcher rewrites an expression: functions get the order and one constant, and settings are
// put in as they stand.
type patcher struct{ settings map[string]bool }

// Visit rewrites one node.
func (p *patcher) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value == modelFunction {
			ast.Patch(node, &ast.CallNode{Callee: n, Arguments: []ast.Node{&ast.IdentifierNode{Value: "order"}}})
		}
	case *ast.MemberNode:
		if name, ok := strings.CutPrefix(pathOf(n), "setting."); ok {
			ast.Patch(node, &ast.BoolNode{Value: p.settings[name]})
		}
	case *ast.CallNode:
		id, ok := n.Callee.(*ast.IdentifierNode)
		if fn, known := functions[nameOf(id)]; ok && known {
			if arg, err := constantOf(fn, n); err == nil {
				ast.Patch(node, &ast.CallNode{Callee: id, Arguments: []ast.Node{&ast.IdentifierNode{Value: "order"}, &ast.ConstantNode{Value: arg}}})
			}
		}
	}
}

func nameOf(id *ast.IdentifierNode) string {
	if id == nil {
		return ""
	}
	return id.Value
}
