package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

// appendCase is a store and what the bare driver does on it: so many connections that insert
// so many rows to a commit.
type appendCase struct {
	name        string
	url         func(ctx context.Context) (string, error) // an empty store
	connections int
	batch       int
	profile     string // where the gateway's goes, if anywhere
}

// The store's own: SQLite has one writer, which groups up to 64 callbacks; with PostgreSQL
// each of 16 connections commits one by one, and the server groups the syncs.
const (
	sqliteGroup   = 64
	postgresConns = 16
)

// appends prints how fast callbacks are taken in over HTTP, each acknowledged once it is
// durable, beside the same bodies put into the same store by its bare driver.
func appends(ctx context.Context, o options) error {
	fmt.Printf("\n== callbacks taken in over HTTP, durable before each answer: %d senders, %d rounds of %d\n", o.senders, o.rounds, o.callbacks)
	dir, err := os.MkdirTemp("", "crossdock-appends-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	pg, err := pgtest.Start()
	if err != nil {
		return err
	}
	defer func() { _ = pg.Stop() }()
	fmt.Printf("\n%-32s  %22s  %8s  %12s  %24s  %12s  %18s  %s\n", "store: rows to a commit", "gateway/s", "p99 ms", "CPU µs each", "bare inserts/s", "CPU µs each", "share of the rate", "CPU ratio")
	files := 0
	file := func(context.Context) (string, error) {
		files++
		return filepath.Join(dir, strconv.Itoa(files)+".db"), nil
	}
	for i, c := range []appendCase{
		{name: "SQLite: up to 64", url: file, connections: 1, batch: sqliteGroup},
		{name: "PostgreSQL: 1, 16 connections", url: pg.Schema, connections: postgresConns, batch: 1},
		{name: "PostgreSQL: 64, 16 connections", url: pg.Schema, connections: postgresConns, batch: sqliteGroup},
	} {
		if o.profileCallbacks != "" {
			c.profile = fmt.Sprint(o.profileCallbacks, ".", i+1)
		}
		f, err := c.measure(ctx, o)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		f.print(c.name)
	}
	fmt.Println("(CPU is that of the process which appends; PostgreSQL's own is not in it. Senders and stores share the CPUs.)")
	return nil
}

// appendFigures are those of all rounds, by round.
type appendFigures struct {
	ours, bare, share []float64 // rates and their ratio
	p99               []float64 // ms
	oursCPU, bareCPU  []float64 // µs
	ratio             []float64
}

func (f appendFigures) print(name string) {
	per := func(v []float64) string {
		s := spreadOf(v)
		return fmt.Sprintf("%.0f (%.0f-%.0f)", s.median, s.low, s.high)
	}
	fmt.Printf("%-32s  %22s  %8.1f  %12.0f  %24s  %12.0f  %18s  %s\n", name, per(f.ours), spreadOf(f.p99).median, spreadOf(f.oursCPU).median,
		per(f.bare), spreadOf(f.bareCPU).median, spreadOf(f.share), spreadOf(f.ratio))
}

// measure runs both in turn, so that whatever else the machine does meets both.
func (c appendCase) measure(ctx context.Context, o options) (appendFigures, error) {
	var f appendFigures
	s, err := newAppendStage(ctx, c, o)
	if err != nil {
		return f, err
	}
	defer s.close()
	for i := range o.rounds + 1 {
		a, err := s.gateway.round(ctx, o.callbacks)
		if err != nil {
			return f, err
		}
		b, err := s.bare.round(ctx, o.callbacks)
		if err != nil {
			return f, err
		}
		if i == 0 { // to warm up
			continue
		}
		if b.cpu <= 0 {
			return f, fmt.Errorf("%d callbacks are too few to measure", o.callbacks)
		}
		f.ours, f.bare, f.share = append(f.ours, a.perSecond()), append(f.bare, b.perSecond()), append(f.share, a.perSecond()/b.perSecond())
		f.p99 = append(f.p99, millis(a.p99))
		f.oursCPU, f.bareCPU = append(f.oursCPU, 1000*millis(a.cpu)), append(f.bareCPU, 1000*millis(b.cpu))
		f.ratio = append(f.ratio, float64(a.cpu)/float64(b.cpu))
	}
	return f, nil
}

// appendStage is the two processes, each on an empty store of its own.
type appendStage struct {
	gateway *appender
	bare    *inserter
}

func newAppendStage(ctx context.Context, c appendCase, o options) (_ *appendStage, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &appendStage{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	ours, err1 := c.url(ctx)
	bare, err2 := c.url(ctx)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if s.gateway, err = startAppender(ctx, self, ours, c.profile, o.senders); err != nil {
		return nil, err
	}
	s.bare, err = startInserter(ctx, self, bare, c.connections, c.batch)
	return s, err
}

func (s *appendStage) close() {
	if s.bare != nil {
		s.bare.stop()
	}
	if s.gateway != nil {
		s.gateway.close()
	}
}

// appended is one round, with the CPU time of the process per callback.
type appended struct {
	round
	p99 time.Duration
}

func p99(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)*99/100]
}
