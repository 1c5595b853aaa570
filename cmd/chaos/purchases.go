package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
	"github.com/crossdock-hub/crossdock/mocks"
)

// campaign is one run of purchases under trouble (harness H3).
type campaign struct {
	n          int
	gateways   int
	store      string // postgres or sqlite
	seed       uint64
	buyers     int           // who buy at once
	limit      time.Duration // of the buying
	settle     time.Duration // how long what is open may take to end when the trouble is over
	linger     time.Duration // how long a call that the gateway has given up may still be under way
	patient    bool          // what is looked for again and again is waited for, too
	labelLimit time.Duration // of one purchase call; the lease is 5 s longer
	deadline   time.Duration // of a buyer, in the request
	patience   time.Duration // of a buyer's connection: below the deadline, some leave unanswered
	voidShare  float64
	only       []string // channels or adapters; all when empty
	faults     []mocks.Fault
	trouble    *nemesis
	postgres   *pgtest.Server // shared with others; one of its own when nil
	binary     string
	env        []string // of the gateways
	planted    string
	release    string        // the file that frees gateways which are held at a failpoint
	held       time.Duration // how long they are held at most
	expect     []string      // goals that a planted bug must break; judged again until one is
	progress   io.Writer
}

const (
	storePostgres = "postgres"
	storeSQLite   = "sqlite"
)

// usual is the campaign that the goals are written for.
func usual(store string, n, gateways int, seed uint64) *campaign {
	c := &campaign{n: n, gateways: gateways, store: store, seed: seed, buyers: 12 * gateways, limit: 30 * time.Minute, settle: 10 * time.Minute, patient: true,
		labelLimit: 1500 * time.Millisecond, deadline: 12 * time.Second, patience: 4 * time.Second, voidShare: 0.05, progress: io.Discard,
		trouble: &nemesis{killEvery: 2 * time.Second}}
	c.faults, c.linger = mix(seed, c.labelLimit), c.labelLimit+lateCommitMS*time.Millisecond
	if store == storePostgres {
		c.trouble.restartEvery = 10 * time.Second
		c.trouble.freezeEvery, c.trouble.freezeFor = 7*time.Second, c.labelLimit+leaseSlack+1500*time.Millisecond
	}
	return c
}

// leaseSlack is how much longer than the call the gateway's lease is.
const leaseSlack = 5 * time.Second

// run buys under trouble, waits until all is quiet, and judges. An error says that the
// harness itself could not work; what the gateway did wrong stands in the report.
func (c *campaign) run(ctx context.Context) (*report, error) {
	dir, err := os.MkdirTemp("", "crossdock-chaos-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	box, err := startBox(c.binary)
	if err != nil {
		return nil, err
	}
	defer box.stop()
	st, err := openStore(ctx, dir, c.store, c.postgres, guardsFor(c.labelLimit))
	if err != nil {
		return nil, err
	}
	defer st.end()
	f, err := startFleet(ctx, c.binary, c.gateways, c.env, append(st.args, "--sandbox-url", box.url)...)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	orders, err := c.orders(ctx, newAPI(readyTime, f.pick))
	if err != nil {
		return nil, err
	}
	if err := box.plant(ctx, c.faults); err != nil {
		return nil, err
	}
	r := &report{head: head{Harness: "H3 purchases", Seed: c.seed, Commit: commit(ctx), Machine: machine(), Store: c.store, Gateways: c.gateways,
		Planted: c.planted}, Purchases: c.n}
	if err := c.buy(ctx, r, orders, f, st.db, box); err != nil {
		return nil, err
	}
	return r, c.judge(ctx, r, f, box, orders, time.Now())
}

// orders makes what is to be bought: the lanes in turn.
func (c *campaign) orders(ctx context.Context, a *api) ([]*order, error) {
	channels, err := a.channels(ctx)
	if err != nil {
		return nil, err
	}
	lanes, err := lanesOf(channels, c.only)
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(c.seed, 9))
	out := make([]*order, c.n)
	for i := range out {
		if out[i], err = newOrder(lanes[i%len(lanes)], c.seed, i, int(c.deadline.Milliseconds()), r.Float64() < c.voidShare); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// buy has all orders bought while the trouble lasts, ends the trouble, and goes on until every
// buyer has a final answer and nothing is open any more.
func (c *campaign) buy(ctx context.Context, r *report, orders []*order, f *fleet, db database, box *box) error {
	q := newQueue(orders)
	began := time.Now()
	watch, stopWatch := context.WithCancel(ctx)
	defer stopWatch()
	var watching sync.WaitGroup
	watching.Go(func() {
		progress(watch, c.progress, func() string {
			return fmt.Sprintf("%s: %d of %d purchases open, %d kills, %d freezes, %d database restarts, %s", c.store, q.left(), c.n,
				c.trouble.kills.Load(), c.trouble.freezes.Load(), c.trouble.restarts.Load(), time.Since(began).Round(time.Second))
		})
	})
	defer watching.Wait()
	defer stopWatch()

	buying, endBuying := context.WithTimeout(ctx, c.limit)
	defer endBuying()
	trouble, endTrouble := context.WithCancel(buying)
	defer endTrouble()
	var nemesisErr error
	var troubling sync.WaitGroup
	troubling.Go(func() { nemesisErr = c.trouble.run(trouble, c.seed, f, db) })
	// The trouble ends a little after the last purchase has begun: what is open then must end
	// without more of it.
	troubling.Go(func() {
		for unbegun(orders) > 0 && f.broken() == nil && pause(trouble, 250*time.Millisecond) {
		}
		for last := time.Now(); q.left() > 0 && time.Since(last) < aftershock && pause(trouble, 100*time.Millisecond); {
		}
		endTrouble()
		r.BuyMS = time.Since(began).Milliseconds()
	})
	var shopping sync.WaitGroup
	shopping.Go(func() { buyers(buying, c.buyers, newAPI(c.patience, f.pick), q) })
	troubling.Wait()
	err := errors.Join(nemesisErr, f.broken())
	if err == nil {
		err = errors.Join(f.allUp(ctx, readyTime), box.note(ctx, r), box.heal(ctx))
	}
	if err != nil {
		endBuying()
		shopping.Wait()
		return err
	}
	quietSince := time.Now()
	defer time.AfterFunc(c.settle, endBuying).Stop()
	a := newAPI(readyTime, f.pick)
	for time.Since(quietSince) < c.settle {
		open, looking := look(ctx, a)
		if !c.patient && open == looking {
			open = 0
		}
		if open == 0 && q.left() <= looking || !pause(ctx, time.Second) {
			break
		}
		if c.release != "" && time.Since(began) > c.held {
			c.free()
		}
	}
	endBuying()
	shopping.Wait()
	r.QuietMS = time.Since(quietSince).Milliseconds()
	if c.release != "" {
		c.free()
	}
	// What the gateway has given up may still be under way to the carrier.
	pause(ctx, c.linger)
	return ctx.Err()
}

// free lets gateways go on that are held at a failpoint. A file that cannot be made leaves
// them held, which the oracle notices.
func (c *campaign) free() { _ = os.WriteFile(c.release, nil, 0o600) }

// aftershock is how long the trouble goes on when all purchases have begun.
const aftershock = 8 * time.Second

// note reads how often the faults struck, before they are taken away.
func (b *box) note(ctx context.Context, r *report) error {
	calls, err := b.labelCalls(ctx)
	if err != nil {
		return err
	}
	list, err := b.faults(ctx)
	if err != nil {
		return err
	}
	r.LabelCalls, r.Faults = calls, map[string]int64{}
	struck := int64(0)
	for _, f := range list {
		r.Faults[f.Operation+" "+f.Kind] += f.Hits
		if f.Operation == mocks.OpLabel {
			struck += f.Hits
		}
	}
	if calls > 0 {
		r.FaultShare = float64(struck) / float64(calls)
	}
	return nil
}

// look counts the labels that are still on their way, and those of them that will be looked
// for until a person can tell. What does not answer counts as one.
func look(ctx context.Context, a *api) (open, looking int) {
	for _, status := range []string{purchasing, unknown, voiding} {
		list, err := a.list(ctx, status)
		if err != nil {
			open++
		}
		open += len(list)
		for _, l := range list {
			if isLooking(l) {
				looking++
			}
		}
	}
	return open, looking
}

// expectFor is how long a planted bug may take to show.
const expectFor = time.Minute

// judge reads what there is at this moment.
func (c *campaign) judge(ctx context.Context, r *report, f *fleet, box *box, orders []*order, since time.Time) error {
	a := newAPI(time.Minute, f.pick)
	labels, err := a.list(ctx, "")
	if err != nil {
		return err
	}
	ledger, err := box.ledger(ctx)
	if err != nil {
		return err
	}
	r.Kills, r.Freezes, r.Restarts = c.trouble.kills.Load(), c.trouble.freezes.Load(), c.trouble.restarts.Load()
	r.Panics = f.panics()
	v := judge(orders, labels, ledger, c.patient)
	if len(c.expect) > 0 && !v.breaks(c.expect) && time.Since(since) < expectFor && pause(ctx, time.Second) {
		return c.judge(ctx, r, f, box, orders, since)
	}
	r.fill(v)
	r.decide()
	if !r.OK {
		r.detail = append(r.detail, f.logs()...)
	}
	return nil
}
