// Command chaos breaks gateways, databases, carriers and subscribers on purpose. While labels
// are bought, it judges by the carriers' own ledger whether each was bought once and every paid
// one is known; while carriers push, whether each scan that was acknowledged is kept and told
// once, in order. It talks to processes of its own on this machine only.
//
//	go run ./cmd/chaos purchases                 10,000 purchases, three gateways, PostgreSQL
//	go run ./cmd/chaos purchases -store sqlite   2,000 purchases, one gateway
//	go run ./cmd/chaos crashes                   a gateway dies at every step of a purchase
//	go run ./cmd/chaos canaries                  the bugs that the judge must notice
//	go run ./cmd/chaos shares                    1,000 orders of a platform that wants a share
//	go run ./cmd/chaos callbacks                 100,000 pushes of carriers, two gateways, PostgreSQL
//	go run ./cmd/chaos callbacks -store sqlite   the same with one gateway on a file
//	go run ./cmd/chaos callback-canaries         the bugs that their judge must notice
//
// Each run prints one line of JSON on standard output and ends with 1 where a goal is missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

// errMissed says that a run worked and a goal was missed; its report tells which.
var errMissed = errors.New("a goal was missed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	default:
		fmt.Fprintln(os.Stderr, "chaos: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	if len(args) == 0 {
		return errors.New("name a harness: " + harnesses)
	}
	switch args[0] {
	case "purchases":
		return purchasesCommand(ctx, args[1:], out, errOut)
	case "crashes":
		return crashesCommand(ctx, args[1:], out, errOut)
	case "canaries":
		return canariesCommand(ctx, args[1:], singAll, out, errOut)
	case "shares":
		return sharesCommand(ctx, args[1:], out, errOut)
	case "callbacks":
		return callbacksCommand(ctx, args[1:], out, errOut)
	case "callback-canaries":
		return canariesCommand(ctx, args[1:], singPushes, out, errOut)
	default:
		return fmt.Errorf("there is no harness %q: %s", args[0], harnesses)
	}
}

const harnesses = "purchases, crashes, canaries, shares, callbacks or callback-canaries"

// The bounds of a run.
const (
	maxPurchases = 150_000 // their requests fit the log of arrivals
	maxGateways  = 16
)

func purchasesCommand(ctx context.Context, args []string, out, errOut io.Writer) error {
	fs := flag.NewFlagSet("chaos purchases", flag.ContinueOnError)
	fs.SetOutput(errOut)
	n := fs.Int("n", 0, "purchases; 10000 on PostgreSQL, 2000 on SQLite when 0")
	gateways := fs.Int("gateways", 0, "gateways; 3 on PostgreSQL when 0, always 1 on SQLite")
	store := fs.String("store", storePostgres, "postgres or sqlite")
	seed := fs.Uint64("seed", 0, "of faults and troubles; random when 0")
	limit := fs.Duration("duration", 30*time.Minute, "how long the buying may take at most")
	settle := fs.Duration("settle", 10*time.Minute, "how long what is open may take to end when the trouble is over")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *store != storePostgres && *store != storeSQLite {
		return errors.New("-store must be postgres or sqlite")
	}
	if *gateways == 0 {
		*gateways = map[string]int{storePostgres: 3, storeSQLite: 1}[*store]
	}
	if *n == 0 {
		*n = map[string]int{storePostgres: 10_000, storeSQLite: 2_000}[*store]
	}
	if *n < 1 || *n > maxPurchases || *gateways < 1 || *gateways > maxGateways || (*store == storeSQLite && *gateways > 1) {
		return fmt.Errorf("-n must be 1 to %d, -gateways 1 to %d, and 1 on SQLite", maxPurchases, maxGateways)
	}
	c := usual(*store, *n, *gateways, seedOr(*seed))
	c.limit, c.settle, c.progress = *limit, *settle, errOut
	return withBinary(ctx, func(binary string) (bool, error) {
		c.binary = binary
		r, err := c.run(ctx)
		if err != nil {
			return false, err
		}
		return r.OK, r.print(out, errOut)
	})
}

func sharesCommand(ctx context.Context, args []string, out, errOut io.Writer) error {
	fs := flag.NewFlagSet("chaos shares", flag.ContinueOnError)
	fs.SetOutput(errOut)
	n := fs.Int("n", 1000, "orders")
	seed := fs.Uint64("seed", 0, "of channels, voids and kills; random when 0")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *n < 1 || *n > maxPurchases {
		return fmt.Errorf("-n must be 1 to %d", maxPurchases)
	}
	return withBinary(ctx, func(binary string) (bool, error) {
		r, err := shares{n: *n, seed: seedOr(*seed), binary: binary, settle: 5 * time.Minute, progress: errOut}.run(ctx)
		if err != nil {
			return false, err
		}
		return r.OK, r.print(out)
	})
}

func crashesCommand(ctx context.Context, args []string, out, errOut io.Writer) error {
	fs := flag.NewFlagSet("chaos crashes", flag.ContinueOnError)
	fs.SetOutput(errOut)
	n := fs.Int("n", 0, "cases, spread over all of them; all when 0")
	store := fs.String("store", storeSQLite, "sqlite or postgres")
	seed := fs.Uint64("seed", 0, "which cases, where not all")
	atOnce := fs.Int("at-once", 12, "cases at once")
	only := fs.String("only", "", "cases of this channel or step only")
	if err := fs.Parse(args); err != nil {
		return err
	}
	list := crashes()
	if *only != "" {
		list = slices.DeleteFunc(list, func(c crash) bool { return c.channel != *only && c.step != *only })
	}
	if *n < 0 || *atOnce < 1 || *atOnce > 64 || len(list) == 0 || (*store != storePostgres && *store != storeSQLite) {
		return errors.New("-n must not be negative, -at-once 1 to 64, -store sqlite or postgres, -only a channel or a step")
	}
	var pg *pgtest.Server
	if *store == storePostgres {
		var err error
		if pg, err = pgtest.Start(); err != nil {
			return err
		}
		defer func() { _ = pg.Stop() }()
	}
	return withBinary(ctx, func(binary string) (bool, error) {
		r, err := crashAll(ctx, some(list, *n, *seed), *atOnce, binary, "", pg, errOut)
		if err != nil {
			return false, err
		}
		r.Seed = *seed
		return r.OK, r.print(out, errOut)
	}, canaryTag)
}

func canariesCommand(ctx context.Context, args []string, sing func(ctx context.Context, binary string, seed uint64, out, errOut io.Writer) (bool, error), out, errOut io.Writer) error {
	fs := flag.NewFlagSet("chaos canaries", flag.ContinueOnError)
	fs.SetOutput(errOut)
	seed := fs.Uint64("seed", 0, "of faults and troubles; random when 0")
	if err := fs.Parse(args); err != nil {
		return err
	}
	return withBinary(ctx, func(binary string) (bool, error) { return sing(ctx, binary, seedOr(*seed), out, errOut) }, canaryTag)
}

// canaryTag builds a gateway in which bugs and failpoints can be planted.
const canaryTag = "canary"

func seedOr(seed uint64) uint64 {
	if seed == 0 {
		return uint64(rand.Uint32())
	}
	return seed
}

// withBinary builds the gateway, runs a harness with it, and tells whether it was well.
func withBinary(ctx context.Context, harness func(binary string) (bool, error), tags ...string) error {
	dir, err := os.MkdirTemp("", "crossdock-chaos-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary, err := build(ctx, dir, tags...)
	if err != nil {
		return err
	}
	ok, err := harness(binary)
	if err == nil && !ok {
		err = errMissed
	}
	return err
}
