package main

import (
	"context"
	"fmt"
)

// warmup is how many requests come before anything is measured.
const warmup = 200

// compare prints what a rate request costs the gateway and the reference, round by round,
// the two in turn, so that whatever else the machine does meets both.
func compare(ctx context.Context, o options) error {
	fmt.Printf("\n== rate requests: %d carriers that answer at once, %d clients, %d rounds of %d requests\n", len(fleet), o.clients, o.rounds, o.requests)
	s, err := newStage(ctx, o, nil, nil)
	if err != nil {
		return err
	}
	defer s.close()
	for _, t := range []*target{s.gateway, s.ref} {
		if err := t.drive(ctx, s.order, o.clients, warmup); err != nil {
			return err
		}
	}
	var ours, theirs, ratios, perSecond []float64
	fmt.Printf("\n%5s  %14s  %16s  %6s  %12s\n", "round", "gateway CPU ms", "reference CPU ms", "ratio", "gateway req/s")
	for i := range o.rounds {
		g, err := s.gateway.run(ctx, s.order, o.clients, o.requests)
		if err != nil {
			return err
		}
		r, err := s.ref.run(ctx, s.order, o.clients, o.requests)
		if err != nil {
			return err
		}
		if r.cpu <= 0 {
			return fmt.Errorf("%d requests are too few to measure", o.requests)
		}
		a, b := millis(g.cpu), millis(r.cpu)
		ours, theirs, ratios, perSecond = append(ours, a), append(theirs, b), append(ratios, a/b), append(perSecond, g.perSecond())
		fmt.Printf("%5d  %14.3f  %16.3f  %6.2f  %12.0f\n", i+1, a, b, a/b, g.perSecond())
	}
	fmt.Printf("\nCPU per rate request, median (min-max):\n  gateway    %s ms\n  reference  %s ms\n  ratio      %s\n",
		spreadOf(ours), spreadOf(theirs), spreadOf(ratios))
	fmt.Printf("(for information: %.0f requests/s of the gateway, with carriers, clients and gateway on the same CPUs)\n", spreadOf(perSecond).median)
	return nil
}
