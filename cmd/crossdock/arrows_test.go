package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/crossdock-hub/crossdock/"

// mayImport says for each folder of the module what it may import of ours. Nobody has to
// remember this table: the test below fails on any other arrow.
var mayImport = map[string]func(from, to string) bool{
	"normalize": func(string, string) bool { return false },
	"adapters": func(from, to string) bool {
		if to == "normalize" || to == "adapters" {
			return true
		}
		if from == "adapters" {
			return false
		}
		return strings.HasPrefix(to, "adapters/internal/") || (from == "adapters/all" && strings.HasPrefix(to, "adapters/"))
	},
	"gateway": func(_, to string) bool {
		return to == "normalize" || to == "adapters" || to == "gateway" || strings.HasPrefix(to, "gateway/")
	},
	"mocks":   func(_, to string) bool { return to == "mocks" || strings.HasPrefix(to, "mocks/") },
	"configs": func(_, to string) bool { return to == "normalize" },
	"cmd":     func(string, string) bool { return true },
}

type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestOnlyTheseArrows(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	n := 0
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
		checkArrows(t, p)
	}
	if n < 20 {
		t.Errorf("only %d packages were looked at", n)
	}
}

func checkArrows(t *testing.T, p pkg) {
	from := strings.TrimPrefix(p.ImportPath, module)
	top, _, _ := strings.Cut(from, "/")
	allowed, ok := mayImport[top]
	if !ok {
		t.Errorf("%s: the tree has no such room", from)
		return
	}
	for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
		to, ours := strings.CutPrefix(imp, module)
		if !ours || to == from || allowed(from, to) {
			continue
		}
		inTest := !slices.Contains(p.Imports, imp)
		if !(inTest && testMay(from, to)) {
			t.Errorf("%s may not import %s", from, to)
		}
	}
}

// testMay is what tests may besides: a carrier's its own simulator and the conformance
// suite, and anyone's the store suites.
func testMay(from, to string) bool {
	if carrier, ok := strings.CutPrefix(from, "adapters/"); ok {
		return to == "mocks/"+carrier || to == "mocks" || to == "mocks/papers" || to == "adapters/adaptertest"
	}
	return false
}
