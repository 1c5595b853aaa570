package quotas

import (
	"cmp"
	"math/big"
	"slices"
)

// Choice is an order that is still open, with what it costs in minor units of one currency.
// A nil way is not open to it.
type Choice struct {
	Follow *int64 // by the cheapest channel that follows the rule
	Other  *int64 // by the cheapest one that does not and counts all the same
}

// Way is how an order goes by a plan.
type Way int

// The ways.
const (
	Nowhere Way = iota // no channel can take it; it is not counted
	Follows
	Otherwise
)

// planned chooses the ways of open orders so that the share of those that follow the rule
// reaches the target at the least cost, counted together with what was bought already. Where it
// cannot be reached, it comes as near as it can. No target is none to reach. The cost of an
// order's way depends on no other order's, so that changing the ones with the least difference
// is the least cost of all.
func planned(soFar Count, target *big.Rat, open []Choice) []Way {
	ways := make([]Way, len(open))
	total, following := soFar.Orders, soFar.Satisfied
	var movable []int
	for i, c := range open {
		ways[i] = c.cheapest()
		if ways[i] == Nowhere {
			continue
		}
		total++
		switch {
		case ways[i] == Follows:
			following++
		case c.Follow != nil:
			movable = append(movable, i)
		}
	}
	slices.SortStableFunc(movable, func(a, b int) int { return cmp.Compare(open[a].extra(), open[b].extra()) })
	missing := needed(target, total) - following
	for _, i := range movable[:max(0, min(missing, len(movable)))] {
		ways[i] = Follows
	}
	return ways
}

func (c Choice) cheapest() Way {
	switch {
	case c.Follow == nil && c.Other == nil:
		return Nowhere
	case c.Other == nil || c.Follow != nil && *c.Follow <= *c.Other:
		return Follows
	}
	return Otherwise
}

func (c Choice) extra() int64 { return *c.Follow - *c.Other }

// needed is how many of a number of orders must follow to reach a share, rounded up.
func needed(target *big.Rat, orders int) int {
	if target == nil {
		return 0
	}
	n := new(big.Rat).Mul(target, big.NewRat(int64(orders), 1))
	up := new(big.Int).Add(n.Num(), new(big.Int).Sub(n.Denom(), big.NewInt(1)))
	return int(up.Div(up, n.Denom()).Int64())
}

// left is how many orders more must follow, one after the other, until the share is reached;
// nil where none ever reaches it.
func left(c Count, target *big.Rat) *int {
	if target == nil {
		return nil
	}
	rest := new(big.Rat).Sub(big.NewRat(1, 1), target)
	short := new(big.Rat).Sub(new(big.Rat).Mul(target, big.NewRat(int64(c.Orders), 1)), big.NewRat(int64(c.Satisfied), 1))
	switch {
	case short.Sign() <= 0:
		return new(0)
	case rest.Sign() <= 0:
		return nil
	}
	n := short.Quo(short, rest)
	up := new(big.Int).Add(n.Num(), new(big.Int).Sub(n.Denom(), big.NewInt(1)))
	return new(int(up.Div(up, n.Denom()).Int64()))
}
