package dhlexpress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

func TestLandedCost(t *testing.T) {
	t.Parallel()
	at(t, friday, func(t *testing.T) {
		a, wire := accountOf(t, config(), 200, read(t, "landed_cost.response.json"))
		s := everything(t)
		got, err := a.LandedCost(t.Context(), normalize.RateRequest{Shipment: s, Services: []string{express1200}})
		if err != nil {
			t.Fatal(err)
		}
		if c := sent(t, wire, "landed_cost.request.json"); c.url != "http://dhl.test/mydhlapi/landed-cost" {
			t.Errorf("sent to %s", c.url)
		}
		golden(t, "landed_cost.golden.json", got)
	})
}

// Within the EU nothing is due, and nobody is asked.
func TestNoLandedCostWithinTheUnion(t *testing.T) {
	t.Parallel()
	a, wire := accountOf(t, config(), 500, nil)
	got, err := a.LandedCost(t.Context(), normalize.RateRequest{Shipment: pragueToBerlin()})
	if err != nil || len(got.Lines) > 0 || len(wire.calls) > 0 {
		t.Errorf("got %+v, %v after %d calls", got, err, len(wire.calls))
	}
}

// Duties are never guessed: a line without an HS code is the caller's to complete.
func TestLandedCostNeedsCodes(t *testing.T) {
	t.Parallel()
	a, wire := accountOf(t, config(), 500, nil)
	_, err := a.LandedCost(t.Context(), normalize.RateRequest{Shipment: pragueToNewYork()})
	kindIs(t, err, normalize.KindInvalidRequest, "/items/0/hs_code")
	if len(wire.calls) > 0 {
		t.Error("the carrier was asked")
	}
}

func TestLandedLines(t *testing.T) {
	t.Parallel()
	line := func(name, kind, price string) breakdownLine {
		return breakdownLine{Name: name, TypeCode: kind, Price: jsonNumber(price), PriceCurrency: "AUD"}
	}
	for _, c := range []struct {
		name         string
		whole, items []breakdownLine
		want         string
	}{
		{"the total stands for its lines", []breakdownLine{line("TOTAL FEES", "FEE", "88"), line("IDCA", "FEE", "38"), line("X", "FEE", "50")}, nil,
			"clearance 88.00"},
		{"without a total the lines are added", []breakdownLine{line("IDCA", "FEE", "38")}, []breakdownLine{line("DUTY", "DUTY", "1.1"), line("ADD", "DUTY", "2.2"), line("GST", "TAX", "5")},
			"duty 3.30, vat 5.00, clearance 38.00"},
		{"the carriage stays out", []breakdownLine{line("SPRQN", "", "204.19"), line("STSCH", "", "106.09"), {Name: "FUEL", ServiceCode: "FF", Price: "44"}}, nil, ""},
		{"a duty of nought is an answer", []breakdownLine{line("TOTAL DUTIES", "DUTY", "0")}, nil, "duty 0.00"},
		{"an amount that is none", []breakdownLine{line("TOTAL TAXES", "TAX", "1e99")}, nil, "unreadable"},
	} {
		p := product{DetailedPriceBreakdown: []priceBreakdown{{Breakdown: c.whole}}, Items: []landedItem{{Breakdown: c.items}}}
		lines, err := landedLines(p, "AUD")
		var words []string
		for _, l := range lines {
			words = append(words, fmt.Sprintf("%s %s", l.Type, l.Amount.Amount()))
		}
		got := strings.Join(words, ", ")
		if err != nil {
			got = "unreadable"
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
