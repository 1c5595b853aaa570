package quotas

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func costs(follow, other int64) Choice {
	c := Choice{}
	if follow >= 0 {
		c.Follow = &follow
	}
	if other >= 0 {
		c.Other = &other
	}
	return c
}

// outcome adds up what a choice of ways comes to; ok is false where a way is not open.
func outcome(open []Choice, ways []Way, soFar Count) (cost int64, n Count, ok bool) {
	n = soFar
	for i, w := range ways {
		var way *int64
		switch w {
		case Follows:
			way = open[i].Follow
			n.Satisfied++
		case Otherwise:
			way = open[i].Other
		case Nowhere:
			if open[i].Follow != nil || open[i].Other != nil {
				return 0, n, false
			}
			continue
		}
		if way == nil {
			return 0, n, false
		}
		n.Orders++
		cost += *way
	}
	return cost, n, true
}

// best tries every way of every order.
func best(open []Choice, soFar Count, target *big.Rat) (cost int64, met bool) {
	cost = -1
	var most int
	all := 1
	for range open {
		all *= 3
	}
	for code := range all {
		ways, rest := make([]Way, len(open)), code
		for i := range ways {
			ways[i], rest = Way(rest%3), rest/3
		}
		c, n, ok := outcome(open, ways, soFar)
		if !ok {
			continue
		}
		reached := n.Satisfied >= needed(target, n.Orders)
		better := cost < 0 || reached && !met || reached == met && (reached && c < cost || !reached && (n.Satisfied > most || n.Satisfied == most && c < cost))
		if better {
			cost, met, most = c, reached, n.Satisfied
		}
	}
	return cost, met
}

// The plan costs what the best of all plans costs, and reaches the share whenever one does.
func TestThePlanIsTheBestOfAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(-1, 40)
		open := make([]Choice, rapid.IntRange(0, 7).Draw(t, "orders"))
		for i := range open {
			open[i] = costs(price.Draw(t, "follow"), price.Draw(t, "other"))
		}
		soFar := Count{Orders: rapid.IntRange(0, 30).Draw(t, "bought")}
		soFar.Satisfied = rapid.IntRange(0, soFar.Orders).Draw(t, "following")
		target := big.NewRat(rapid.Int64Range(1, 20).Draw(t, "share"), 20)
		ways := planned(soFar, target, open)
		cost, n, ok := outcome(open, ways, soFar)
		if !ok {
			t.Fatalf("%v: a way that is not open", ways)
		}
		want, reachable := best(open, soFar, target)
		if met := n.Satisfied >= needed(target, n.Orders); met != reachable || cost != max(want, 0) {
			t.Fatalf("%v costs %d, reached %t; the best costs %d, reached %t", ways, cost, met, want, reachable)
		}
	})
}

func TestHowManyOrdersAreLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n      Count
		target *big.Rat
		left   int // -1: none ever reaches it
		state  State
	}{
		{Count{0, 0}, big.NewRat(3, 5), 0, Met},
		{Count{1, 0}, big.NewRat(3, 5), 2, Missed}, // 2 of 3 are two thirds
		{Count{10, 6}, big.NewRat(3, 5), 0, AtRisk},
		{Count{10, 7}, big.NewRat(3, 5), 0, Met},
		{Count{10, 5}, big.NewRat(3, 5), 3, Missed}, // 8 of 13
		{Count{1000, 599}, big.NewRat(3, 5), 3, Missed},
		{Count{4, 4}, big.NewRat(1, 1), 0, AtRisk},
		{Count{4, 3}, big.NewRat(1, 1), -1, Missed},
		{Count{4, 3}, nil, -1, NoTarget},
	} {
		got := left(c.n, c.target)
		if (got == nil) != (c.left < 0) || got != nil && *got != c.left {
			t.Errorf("%+v of %v: %v left, want %d", c.n, c.target, got, c.left)
		}
		if got := stateOf(c.n, c.target); got != c.state {
			t.Errorf("%+v of %v is %s, want %s", c.n, c.target, got, c.state)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	open := make([]Choice, 5000)
	for i := range open {
		open[i] = costs(int64(i*7919%1000), int64(i*104729%1000))
	}
	b.ReportAllocs()
	for b.Loop() {
		planned(Count{1000, 500}, big.NewRat(3, 5), open)
	}
}
