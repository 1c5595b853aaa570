package mandates

import (
	"slices"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Trace is what one rule saw of an order, and what came of it.
type Trace struct {
	Rule      string            `json:"rule"`
	Outcome   string            `json:"outcome" enum:"applies,does_not_apply,undecided,not_in_force"`
	Why       Text              `json:"why" null:"true" doc:"Of what is undecided"`
	When      Text              `json:"when" null:"true" doc:"The condition; null for every order of the platform"`
	Saw       map[string]string `json:"saw" doc:"What the condition asks for, and what the order says"`
	ValidFrom Text              `json:"valid_from" null:"true"`
	ValidTo   Text              `json:"valid_to" null:"true"`
	Verdicts  map[string]Word   `json:"verdicts" doc:"By channel, where the rule applies"`
	Source    string            `json:"source"`
}

// Trace is every rule of the order's platform with what it saw. It is empty unless it was
// asked for when the decision was made.
func (d *Decision) Trace() []Trace {
	out := []Trace{}
	for _, st := range d.all {
		r := st.rule
		t := Trace{Rule: r.ID, Outcome: st.outcome, Why: Text(st.why), When: Text(r.When()), Source: r.Source,
			ValidFrom: Text(r.ValidFrom), ValidTo: Text(r.ValidTo), Saw: map[string]string{"placed_at": string(d.facts.on())}, Verdicts: map[string]Word{}}
		if r.when != nil {
			for _, name := range r.when.reads {
				t.Saw[name] = r.when.show(d.facts, name)
			}
		}
		if st.outcome == Applies {
			for i, c := range d.judge.channels {
				if v := d.says(st, c.Name, i, true); v != nil {
					t.Verdicts[c.Name] = v.Verdict
				}
			}
		}
		out = append(out, t)
	}
	return out
}

const notSaid = "not said"

// show is one thing that a condition reads, in words.
func (c *condition) show(f *facts, name string) string {
	if setting, ok := strings.CutPrefix(name, "setting."); ok {
		return strconv.FormatBool(c.settings[setting])
	}
	return f.show(name)
}

// show is one fact in words.
func (f *facts) show(name string) string {
	s := f.shipment
	if code, ok := strings.CutPrefix(name, "value in "); ok {
		return f.showValue(code)
	}
	switch name {
	case "platform":
		return said(s.Platform)
	case modelFunction:
		return said(s.OperatingModel)
	case "lane.from":
		return said(s.Origin.Country)
	case "lane.to":
		return said(s.Destination.Country)
	case "incoterm":
		return said(string(s.Incoterm))
	case "weight":
		return f.weight.String()
	case "placed_at":
		return string(f.on())
	case "hot_selling":
		return strconv.FormatBool(s.Order != nil && s.Order.HotSelling)
	case "cash_on_delivery":
		return strconv.FormatBool(s.CashOnDelivery.Minor > 0)
	case "parcels":
		return strconv.Itoa(len(s.Parcels))
	case "goods":
		return said(strings.Join(goodsOf(s), ", "))
	}
	return notSaid
}

// showValue tells the value with the rate by which it was converted.
func (f *facts) showValue(code string) string {
	c := f.in(code)
	if c.err != nil {
		return c.err.Error()
	}
	own, err := f.worth()
	if err != nil || own.Currency == code {
		return c.value.String()
	}
	return c.value.String() + " (" + own.String() + " at " + c.rate.Text + " of " + string(c.rate.AsOf) + ")"
}

func said(s string) string {
	if s == "" {
		return notSaid
	}
	return s
}

func goodsOf(s *normalize.Shipment) []string {
	var out []string
	for _, it := range s.Items {
		out = append(out, it.Goods...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
