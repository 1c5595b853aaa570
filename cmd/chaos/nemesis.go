package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// nemesis is what is done to the processes while labels are bought. A zero interval is never.
type nemesis struct {
	killEvery    time.Duration // kill -9 of a gateway
	freezeEvery  time.Duration // one gateway is stopped for longer than its lease
	freezeFor    time.Duration
	restartEvery time.Duration // immediate restart of the database

	kills, freezes, restarts atomic.Int64
}

// database is what can be restarted.
type database interface {
	Restart(ctx context.Context) error
}

// run troubles the fleet until ctx ends, and returns when every gateway may run again.
func (n *nemesis) run(ctx context.Context, seed uint64, f *fleet, db database) error {
	var work sync.WaitGroup
	every := func(stream uint64, interval time.Duration, do func(*rand.Rand)) {
		if interval <= 0 {
			return
		}
		r := rand.New(rand.NewPCG(seed, stream))
		work.Go(func() {
			for pause(ctx, interval/2+time.Duration(r.Int64N(int64(interval)))) {
				do(r)
			}
		})
	}
	every(1, n.killEvery, func(r *rand.Rand) {
		if f.list[r.IntN(len(f.list))].kill() {
			n.kills.Add(1)
		}
	})
	every(2, n.freezeEvery, func(r *rand.Rand) {
		g := f.list[r.IntN(len(f.list))]
		if !g.freeze() {
			return
		}
		n.freezes.Add(1)
		pause(ctx, n.freezeFor)
		g.thaw()
	})
	var failed error
	if db != nil {
		every(3, n.restartEvery, func(*rand.Rand) {
			if err := db.Restart(context.WithoutCancel(ctx)); err != nil {
				failed = err
				return
			}
			n.restarts.Add(1)
		})
	}
	work.Wait()
	for _, g := range f.list {
		g.thaw()
	}
	return failed
}

// The time that a commit may come late, at most, and how a slow answer exceeds the call's
// limit. Both stay far below the quiet period of the sandbox.
const (
	lateCommitMS = 900
	slowByMS     = 700
)

// mix is the faults of the carriers: on 29 % of the purchases, and on some of the other calls.
func mix(seed uint64, labelLimit time.Duration) []mocks.Fault {
	var out []mocks.Fault
	add := func(operation, kind string, rate float64, delayMS int64) {
		out = append(out, mocks.Fault{Carrier: "*", Operation: operation, Kind: kind, Rate: &rate, DelayMS: delayMS,
			Seed: new(seed + uint64(len(out)))})
	}
	const each = 0.038
	slow := labelLimit.Milliseconds() + slowByMS
	add(mocks.OpLabel, mocks.Status, each, 0)
	add(mocks.OpLabel, mocks.ResetConn, each, 0)
	add(mocks.OpLabel, mocks.CommitThenCut, each, 0)
	add(mocks.OpLabel, mocks.CommitThenSlow, each, slow)
	add(mocks.OpLabel, mocks.CommitThen500, each, 0)
	add(mocks.OpLabel, mocks.Truncate, each, 0)
	add(mocks.OpLabel, mocks.Garbage, each, 0)
	add(mocks.OpLabel, mocks.LateCommit, each, lateCommitMS/3)
	add(mocks.OpLabel, mocks.LateCommit, each, lateCommitMS)
	add(mocks.OpFind, mocks.Status, 0.05, 0)
	add(mocks.OpFind, mocks.Truncate, 0.03, 0)
	add(mocks.OpFind, mocks.Latency, 0.05, 300)
	add(mocks.OpVoid, mocks.Status, 0.05, 0)
	add(mocks.OpVoid, mocks.CommitThenCut, 0.10, 0)
	add(mocks.OpVoid, mocks.CommitThen500, 0.05, 0)
	add(mocks.OpToken, mocks.Status, 0.05, 0)
	add(mocks.OpDraft, mocks.Status, 0.03, 0)
	add(mocks.OpDraft, mocks.CommitThenCut, 0.03, 0)
	add(mocks.OpDocument, mocks.Status, 0.03, 0)
	add(mocks.OpRate, mocks.Status, 0.01, 0)
	return out
}
