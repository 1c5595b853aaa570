package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
)

// crashReport is the one line of harness H2.
type crashReport struct {
	Harness string         `json:"harness"`
	OK      bool           `json:"ok"`
	Seed    uint64         `json:"seed"`
	Commit  string         `json:"commit"`
	Machine string         `json:"machine"`
	Store   string         `json:"store"`
	Planted string         `json:"planted,omitempty"`
	Cases   int            `json:"cases"`
	Died    int            `json:"died"` // in the others the carrier's doing left no such step
	Wrong   int            `json:"wrong"`
	Again   int            `json:"again"` // plays that ended before anything was tried, and were repeated
	Ends    map[string]int `json:"ends"`
	MS      int64          `json:"ms"`
	detail  []string
}

// maxPlays is how often a case is played that ended before its step could be reached.
const maxPlays = 4

// neverBegan tells of a case in which a busy machine took longer over the free draft than
// the short call limits of these cases allow: nothing was sent, so that nothing was tried.
func (c crashed) neverBegan() bool {
	return !c.right() && !c.died && c.end.Live == 0 && strings.Contains(c.story, "there was no draft to confirm")
}

// crashAll plays cases, some at once: most of a case is waiting.
func crashAll(ctx context.Context, list []crash, atOnce int, binary, bugs string, pg *pgtest.Server, progressTo io.Writer) (*crashReport, error) {
	r := &crashReport{Harness: "H2 crash points", Commit: commit(ctx), Machine: machine(), Store: storeSQLite, Planted: bugs,
		Cases: len(list), Ends: map[string]int{}}
	if pg != nil {
		r.Store = storePostgres
	}
	began := time.Now()
	results, errs := make([]crashed, len(list)), make([]error, len(list))
	var next, done, again atomic.Int64
	watch, stopWatch := context.WithCancel(ctx)
	var watching, work sync.WaitGroup
	watching.Go(func() {
		progress(watch, progressTo, func() string { return fmt.Sprintf("crash points: %d of %d", done.Load(), len(list)) })
	})
	for range atOnce {
		work.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(list)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				for range maxPlays {
					if results[i], errs[i] = list[i].play(ctx, binary, bugs, pg); errs[i] != nil || !results[i].neverBegan() {
						break
					}
					again.Add(1)
				}
				done.Add(1)
			}
		})
	}
	work.Wait()
	stopWatch()
	watching.Wait()
	for i, c := range results {
		if errs[i] != nil {
			return nil, fmt.Errorf("%s at %s: %w", list[i].channel, list[i].step, errs[i])
		}
		r.count(c)
	}
	r.Again = int(again.Load())
	r.OK, r.MS = r.Wrong == 0, time.Since(began).Milliseconds()
	return r, ctx.Err()
}

func (r *crashReport) count(c crashed) {
	r.Ends[fmt.Sprintf("%s, %d alive", c.end.Status, c.end.Live)]++
	if c.died {
		r.Died++
	}
	if !c.right() {
		r.Wrong++
		r.detail = append(r.detail, c.String())
	}
}

func (r *crashReport) print(out, errOut io.Writer) error {
	for _, d := range r.detail {
		fmt.Fprintln(errOut, d)
	}
	return json.NewEncoder(out).Encode(r)
}
