package mandates

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"

	"github.com/crossdock-hub/crossdock/normalize"
)

// function is one that conditions may call. Its arguments are literals, which are read and
// checked when the rule is: read makes one constant of them.
type function struct {
	takes string // for people
	read  func(args []string) (any, error)
	call  func(f *facts, arg any) (bool, error)
	form  any // its Go form, for the type checker
	reads string
}

// modelFunction stands for the name operating_model.
const modelFunction = "operating_model"

// OperatingModels are the words of an order's operating model.
var OperatingModels = []string{"fully_managed", "semi_managed", "self_operated"}

// functions are all that conditions may call, by name.
var functions = map[string]function{
	"value_over":  valueFunction(func(c int) bool { return c > 0 }),
	"value_from":  valueFunction(func(c int) bool { return c >= 0 }),
	"value_below": valueFunction(func(c int) bool { return c < 0 }),
	"value_up_to": valueFunction(func(c int) bool { return c <= 0 }),

	"weight_over":  weightFunction(func(c int) bool { return c > 0 }),
	"weight_from":  weightFunction(func(c int) bool { return c >= 0 }),
	"weight_below": weightFunction(func(c int) bool { return c < 0 }),
	"weight_up_to": weightFunction(func(c int) bool { return c <= 0 }),
	"weight_is":    weightFunction(func(c int) bool { return c == 0 }),

	"placed_from":   dateFunction(func(c int) bool { return c >= 0 }),
	"placed_before": dateFunction(func(c int) bool { return c < 0 }),

	"has_goods":   wordsFunction("goods", normalize.GoodsKinds, func(f *facts, words []string) bool { return f.shipment.HasGoods(words...) }),
	"declared_as": wordsFunction(modelFunction, OperatingModels, func(f *facts, words []string) bool { return slices.Contains(words, f.shipment.OperatingModel) }),
}

// valueFunction compares the goods' value with an amount, value_over("5.00", "USD"), in the
// amount's currency.
func valueFunction(holds func(int) bool) function {
	return function{
		takes: `an amount and its currency, ("5.00", "USD")`, reads: "value", form: new(func(*facts, normalize.Money) bool),
		read: func(args []string) (any, error) {
			if len(args) != 2 {
				return normalize.Money{}, errors.New("takes an amount and its currency")
			}
			return normalize.ParseMoney(args[0], args[1])
		},
		call: func(f *facts, arg any) (bool, error) {
			limit := arg.(normalize.Money)
			c := f.in(limit.Currency)
			if c.err != nil {
				return false, c.err
			}
			return holds(compare(c.value.Minor, limit.Minor)), nil
		},
	}
}

var weightForm = regexp.MustCompile(`^([0-9.]+) ?(g|kg|oz|lb)$`)

// weightFunction compares the gross weight of all parcels with one, weight_below("2kg").
func weightFunction(holds func(int) bool) function {
	return function{
		takes: `a weight, ("2kg")`, reads: "weight", form: new(func(*facts, normalize.Weight) bool),
		read: func(args []string) (any, error) {
			var m []string
			if len(args) == 1 {
				m = weightForm.FindStringSubmatch(args[0])
			}
			if m == nil {
				return normalize.Weight(0), errors.New("takes a weight in g, kg, oz or lb")
			}
			return normalize.ParseWeight(m[1], m[2])
		},
		call: func(f *facts, arg any) (bool, error) {
			return holds(compare(int64(f.weight), int64(arg.(normalize.Weight)))), nil
		},
	}
}

// dateFunction compares the order's day with one, placed_from("2024-03-06").
func dateFunction(holds func(int) bool) function {
	return function{
		takes: `a day, ("2024-03-06")`, reads: "placed_at", form: new(func(*facts, normalize.Date) bool),
		read: func(args []string) (any, error) {
			if len(args) != 1 {
				return normalize.Date(""), errors.New("takes a day")
			}
			return normalize.ParseDate(args[0])
		},
		call: func(f *facts, arg any) (bool, error) {
			return holds(strings.Compare(string(f.on()), string(arg.(normalize.Date)))), nil
		},
	}
}

// wordsFunction asks for one of some words.
func wordsFunction(reads string, known []string, holds func(*facts, []string) bool) function {
	return function{
		takes: "one or more of " + strings.Join(known, ", "), reads: reads, form: new(func(*facts, []string) bool),
		read: func(args []string) (any, error) {
			if len(args) == 0 || slices.ContainsFunc(args, func(a string) bool { return !slices.Contains(known, a) }) {
				return []string{}, fmt.Errorf("takes one or more of %s", strings.Join(known, ", "))
			}
			return args, nil
		},
		call: func(f *facts, arg any) (bool, error) { return holds(f, arg.([]string)), nil },
	}
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// functionOptions makes them known to the compiler.
func functionOptions() []expr.Option {
	opts := []expr.Option{expr.Function(modelFunction, func(params ...any) (any, error) {
		if m := params[0].(*facts).shipment.OperatingModel; m != "" {
			return m, nil
		}
		return "", &undecided{"the order does not say its operating model"}
	}, new(func(*facts) string))}
	for name, fn := range functions {
		opts = append(opts, expr.Function(name, func(params ...any) (any, error) {
			return fn.call(params[0].(*facts), params[1])
		}, fn.form))
	}
	return opts
}
