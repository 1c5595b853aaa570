package configs

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// envPrefix begins every variable that sets a value of the file.
const envPrefix = "CROSSDOCK_"

// notSettings are variables of ours that are no settings of the file.
var notSettings = []string{"CROSSDOCK_URL", "CROSSDOCK_KEY", "CROSSDOCK_CONFIG"}

// maxIndex bounds CROSSDOCK_ACCOUNTS_<i>: an account beyond it goes into the file.
const maxIndex = 999

// environment reads NAME=value pairs.
func environment(environ []string) map[string]string {
	vars := make(map[string]string, len(environ))
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok {
			vars[name] = value
		}
	}
	return vars
}

// overlay puts the values of CROSSDOCK_<PATH> variables into the tree, over what the file
// says, and returns the names that fit no setting.
func overlay(root *node, vars map[string]string) (unused []string) {
	for name, value := range vars {
		rest, ours := strings.CutPrefix(name, envPrefix)
		if !ours || slices.Contains(notSettings, name) || strings.HasPrefix(name, envPrefix+"TEST_") {
			continue
		}
		leaf := &node{kind: scalarKind, text: value, plain: true, env: name}
		if !place(root, reflect.TypeFor[File](), rest, leaf) {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	return unused
}

// place puts leaf where rest, the upper-case path, leads to. Names hold underscores
// themselves, so each field is tried as a prefix.
func place(n *node, t reflect.Type, rest string, leaf *node) bool {
	for f := range t.Fields() {
		name := yamlName(f)
		if name == "" {
			continue
		}
		if rest == strings.ToUpper(name) {
			if !settable(f.Type) {
				return false
			}
			n.put(name, leaf)
			return true
		}
		tail, ok := strings.CutPrefix(rest, strings.ToUpper(name)+"_")
		if ok && placeBelow(n, name, f.Type, tail, leaf) {
			return true
		}
	}
	return false
}

// settable tells whether one text can say the whole value.
func settable(t reflect.Type) bool {
	if t == valuesType || !isLeaf(t) {
		return false
	}
	return t.Kind() != reflect.Slice || isLeaf(t.Elem())
}

func placeBelow(n *node, name string, t reflect.Type, tail string, leaf *node) bool {
	child := n.get(name)
	if child == nil || child.kind == nullKind {
		child = &node{env: leaf.env}
	}
	ok := false
	switch {
	case t == valuesType:
		key := strings.ToLower(tail)
		if ok = keyForm.MatchString(key) && (child.kind == nullKind || child.kind == mappingKind); ok {
			child.put(key, leaf)
		}
	case !isLeaf(t):
		if ok = child.kind == nullKind || child.kind == mappingKind; ok {
			ok = place(child, t, tail, leaf)
		}
	case t.Kind() == reflect.Slice && !isLeaf(t.Elem()):
		ok = placeInList(child, t.Elem(), tail, leaf)
	}
	if ok {
		n.put(name, child)
	}
	return ok
}

// placeInList leads into the element of CROSSDOCK_ACCOUNTS_<i>_…; an index beyond the end
// makes the list longer, and a gap is a fault of its own.
func placeInList(list *node, elem reflect.Type, tail string, leaf *node) bool {
	index, rest, ok := strings.Cut(tail, "_")
	i, err := strconv.Atoi(index)
	if !ok || err != nil || i < 0 || i > maxIndex || (list.kind != nullKind && list.kind != listKind) {
		return false
	}
	item := &node{env: leaf.env}
	if i < len(list.vals) && list.vals[i].kind != nullKind {
		item = list.vals[i]
	}
	if !place(item, elem, rest, leaf) {
		return false
	}
	list.kind = listKind
	for len(list.vals) <= i {
		list.vals = append(list.vals, &node{env: leaf.env})
	}
	list.vals[i] = item
	return true
}
