// Command bench measures the hot paths, each beside a reference in the same run, since a
// figure alone says more of the machine than of the code.
//
//	go run ./cmd/bench                  everything, in about two minutes
//	go run ./cmd/bench -profile cpu.out the gateway's CPU profile under the same load
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// The hidden modes are the other processes of the comparison.
const (
	modeCarriers  = "carriers"
	modeReference = "reference"
)

type options struct {
	rounds, requests, clients int
	binary                    string
	profile                   string
	rates, micro              bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	default:
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == modeCarriers {
		return carriers(ctx)
	}
	if len(args) > 1 && args[0] == modeReference {
		return runReference(ctx, args[1])
	}
	var o options
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.IntVar(&o.rounds, "rounds", 7, "rounds of the comparison, each of both servers")
	fs.IntVar(&o.requests, "requests", 400, "requests of a round to each server")
	fs.IntVar(&o.clients, "clients", 4, "clients that ask at once")
	fs.StringVar(&o.binary, "binary", "", "the gateway's binary; built from this module when empty")
	fs.StringVar(&o.profile, "profile", "", "write the gateway's CPU profile under this load here, and measure nothing")
	fs.BoolVar(&o.rates, "rates", true, "compare rate requests")
	fs.BoolVar(&o.micro, "micro", true, "run the packages' benchmarks")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if o.rounds < 1 || o.requests < o.clients || o.clients < 1 || o.clients > 64 || o.requests > 100_000 || o.rounds > 100 {
		return errors.New("rounds must be 1 to 100, clients 1 to 64, requests at least as many and at most 100000")
	}
	fmt.Println(machine())
	if o.profile != "" {
		return profile(ctx, o)
	}
	if o.rates {
		if err := compare(ctx, o); err != nil {
			return err
		}
	}
	if o.micro {
		return micro(ctx)
	}
	return nil
}
