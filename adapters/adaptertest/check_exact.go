package adaptertest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// drift is what a float leaves in a number: 0.30000000000000004, 2.9999999999999996.
var drift = regexp.MustCompile(`\d\.\d*(0{8,}|9{8,})\d*`)

// checkExactNumbers: 0.1 + 0.2 is 0.30. A float in a price is a cent lost on a thousand
// parcels and an invoice that never agrees, and customs reads 2.9999999999999996 as it is
// written. So the package uses none, sends decimals, and reads the carrier's to the last digit.
func checkExactNumbers(t *testing.T, h Harness) {
	t.Run("no float in the package", func(t *testing.T) {
		if !h.excused(t, "exact numbers", "no float in the package") {
			noFloats(t, ".")
		}
	})
	t.Run("what is sent", func(t *testing.T) { synctest.Test(t, func(t *testing.T) { sentExactly(t, newSession(t, h)) }) })
	for _, e := range h.Exact {
		t.Run(e.Name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { readExactly(t, newSession(t, h), e) }) })
	}
}

// noFloats reads the package's source, tests aside.
func noFloats(t *testing.T, dir string) {
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (id.Name == "float64" || id.Name == "float32" || id.Name == "ParseFloat") {
				t.Errorf("%s: %s; numbers are decimals here", set.Position(id.Pos()), id.Name)
			}
			return true
		})
	}
}

// sentExactly buys what a float adds up wrongly: three of 0.10 and three of 0.29, 1.1 pounds.
func sentExactly(t *testing.T, s *session) {
	shipment := s.uniqueShipment()
	item := shipment.Items[0]
	item.Quantity = 3
	shipment.Items = nil
	for _, minor := range []int64{10, 29} {
		item.UnitValue.Minor = minor
		shipment.Items = append(shipment.Items, item)
	}
	shipment.Parcels[0].Items = nil
	req, err := s.order(t.Context(), shipment)
	if err == nil && s.ops.Labeler != nil {
		_, err = s.ops.Labeler.Label(t.Context(), req)
	}
	if err != nil && normalize.KindOf(err).Retryable() {
		t.Fatalf("three of 0.10: %v", err)
	}
	for _, r := range s.tap.all() {
		if m := drift.FindString(r.body + r.url); m != "" {
			t.Errorf("%s was sent", m)
		}
	}
}

func readExactly(t *testing.T, s *session, e Exact) {
	if s.ops.Rater == nil {
		t.Fatal("an exact price, and no live quote")
	}
	s.tap.set(&fault{hits: func(m adapters.Mark) bool { return m.Op == adapters.OpRate }, reply: e.Reply.of})
	rates, err := s.ops.Rater.Rate(t.Context(), normalize.RateRequest{Shipment: s.uniqueShipment(), Services: []string{s.h.Service}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rates {
		if r.Service == s.h.Service && r.Unavailable == nil {
			priced(t, r)
			if r.Total != e.Want {
				t.Errorf("total %v, want %v", r.Total, e.Want)
			}
			return
		}
	}
	t.Errorf("no price for %s", s.h.Service)
}
