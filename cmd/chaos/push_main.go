package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// maxPushes keeps what a run remembers within a few hundred megabytes.
const maxPushes = 2_000_000

func callbacksCommand(ctx context.Context, args []string, out, errOut io.Writer) error {
	fs := flag.NewFlagSet("chaos callbacks", flag.ContinueOnError)
	fs.SetOutput(errOut)
	n := fs.Int("n", 100_000, "messages")
	gateways := fs.Int("gateways", 0, "gateways; 2 on PostgreSQL when 0, always 1 on SQLite")
	store := fs.String("store", storePostgres, "postgres or sqlite")
	seed := fs.Uint64("seed", 0, "of messages, faults and troubles; random when 0")
	pace := fs.Float64("rate", 0, "messages a second; as fast as they are acknowledged when 0")
	kill := fs.Duration("kill-every", 5*time.Second, "how often a gateway is killed; never when 0")
	limit := fs.Duration("duration", 2*time.Hour, "how long the sending may take at most")
	settle := fs.Duration("settle", 30*time.Minute, "how long what was sent may take to be told when the trouble is over")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *store != storePostgres && *store != storeSQLite {
		return errors.New("-store must be postgres or sqlite")
	}
	if *gateways == 0 {
		*gateways = map[string]int{storePostgres: 2, storeSQLite: 1}[*store]
	}
	if *n < 100 || *n > maxPushes || *gateways < 1 || *gateways > maxGateways || (*store == storeSQLite && *gateways > 1) || *pace < 0 {
		return fmt.Errorf("-n must be 100 to %d, -gateways 1 to %d, and 1 on SQLite, -rate not negative", maxPushes, maxGateways)
	}
	p := usualPushes(*store, *n, *gateways, seedOr(*seed))
	p.trouble.killEvery = *kill
	p.pace, p.limit, p.settle, p.progress = *pace, *limit, *settle, errOut
	return withBinary(ctx, func(binary string) (bool, error) {
		p.binary = binary
		r, err := p.run(ctx)
		if err != nil {
			return false, err
		}
		return r.OK, r.print(out, errOut)
	})
}
