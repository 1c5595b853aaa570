// Command bench measures the hot paths, each beside a reference in the same run, since a
// figure alone says more of the machine than of the code.
//
//	go run ./cmd/bench                  everything, in about two minutes
//	go run ./cmd/bench -profile cpu.out the gateway's CPU profile under the same load
//	go run ./cmd/bench -rates=false -micro=false
//	                                    only the callbacks
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// The hidden modes are the other processes of the comparison.
const (
	modeCarriers  = "carriers"
	modeReference = "reference"
	modeAppender  = "appender"
	modeInserter  = "inserter"
)

type options struct {
	rounds, requests, clients int
	binary                    string
	profile                   string
	rates, appends, micro     bool
	senders, callbacks        int
	profileCallbacks          string
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
	if mode := hidden(args); mode != nil {
		return mode(ctx)
	}
	o, err := readOptions(args)
	if err != nil {
		return err
	}
	fmt.Println(machine())
	if o.profile != "" {
		return profile(ctx, o)
	}
	for _, part := range []struct {
		on  bool
		run func(context.Context, options) error
	}{{o.rates, compare}, {o.appends, appends}, {o.micro, micro}} {
		if part.on {
			if err := part.run(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// hidden is the mode of another process of ours, nil where there is none.
func hidden(args []string) func(context.Context) error {
	switch {
	case len(args) == 1 && args[0] == modeCarriers:
		return carriers
	case len(args) == 2 && args[0] == modeReference:
		return func(ctx context.Context) error { return runReference(ctx, args[1]) }
	case len(args) == 3 && args[0] == modeAppender:
		return func(ctx context.Context) error { return runAppender(ctx, args[1], args[2]) }
	case len(args) == 4 && args[0] == modeInserter:
		return func(ctx context.Context) error {
			connections, err1 := strconv.Atoi(args[2])
			batch, err2 := strconv.Atoi(args[3])
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			return runInserter(ctx, args[1], connections, batch)
		}
	}
	return nil
}

func readOptions(args []string) (options, error) {
	var o options
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.IntVar(&o.rounds, "rounds", 7, "rounds of the comparison, each of both servers")
	fs.IntVar(&o.requests, "requests", 400, "requests of a round to each server")
	fs.IntVar(&o.clients, "clients", 4, "clients that ask at once")
	fs.StringVar(&o.binary, "binary", "", "the gateway's binary; built from this module when empty")
	fs.StringVar(&o.profile, "profile", "", "write the gateway's CPU profile under this load here, and measure nothing")
	fs.BoolVar(&o.rates, "rates", true, "compare rate requests")
	fs.BoolVar(&o.micro, "micro", true, "run the packages' benchmarks")
	fs.BoolVar(&o.appends, "appends", true, "compare callbacks with bare inserts, on SQLite and on PostgreSQL")
	fs.IntVar(&o.senders, "senders", 64, "carriers that push at once")
	fs.IntVar(&o.callbacks, "callbacks", 6000, "callbacks of a round to each store")
	fs.StringVar(&o.profileCallbacks, "profile-callbacks", "", "write the CPU profiles of taking callbacks in here, with a number for each line")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	switch {
	case o.rounds < 1 || o.requests < o.clients || o.clients < 1 || o.clients > 64 || o.requests > 100_000 || o.rounds > 100:
		return o, errors.New("rounds must be 1 to 100, clients 1 to 64, requests at least as many and at most 100000")
	case o.senders < 1 || o.senders > 1000 || o.callbacks < o.senders || o.callbacks > 1_000_000:
		return o, errors.New("senders must be 1 to 1000, callbacks at least as many and at most 1000000")
	}
	return o, nil
}
