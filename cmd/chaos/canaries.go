package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// canary is a bug that is planted on purpose. A campaign in which it is not noticed is blind,
// and one that finds fault without it cries wolf: both are run, and judged alike.
type canary struct {
	name string
	bugs string // CHAOS_BUGS of the gateway
	// control are bugs that must do no harm in the same campaign; none when empty.
	control string
	goals   []string
	flight  flight
}

// flight is a run in which a bug may be planted. expect are the goals that it must break;
// none where nothing may be wrong.
type flight interface {
	fly(ctx context.Context, binary string, seed uint64, bugs string, expect []string) (*flown, error)
}

// flown is how a flight went.
type flown struct {
	head
	story string
}

// canaries are the bugs of purchases. Each has a campaign in which it strikes often, so that
// noticing it is not a matter of luck.
func canaries() []canary {
	one := func(carrier string, n int, faults ...mocks.Fault) campaign {
		return campaign{n: n, gateways: 1, store: storeSQLite, buyers: 12, limit: 5 * time.Minute, settle: 4 * time.Minute,
			labelLimit: 5 * time.Second, deadline: 12 * time.Second, patience: 15 * time.Second, linger: 2 * time.Second,
			only: []string{carrier}, faults: faults, trouble: &nemesis{}, progress: io.Discard}
	}
	fault := func(kind string, share float64, delay time.Duration) mocks.Fault {
		return mocks.Fault{Carrier: "*", Operation: mocks.OpLabel, Kind: kind, Rate: &share, DelayMS: delay.Milliseconds()}
	}
	// A worker that is held between its claim and its call, as a frozen process is, until all
	// others believe the purchase settled. Its buyer waits no longer, so that what is proven
	// absent is not sent again but fails.
	held := func(labelLimit time.Duration) campaign {
		c := one("yanwen", 8)
		c.deadline, c.labelLimit, c.held = 3*time.Second, labelLimit, 20*time.Second
		return c
	}
	killed := one("yanwen", 60, fault(mocks.CommitThenSlow, 0.7, 1500*time.Millisecond))
	killed.trouble = &nemesis{killEvery: time.Second}
	return []canary{
		{name: "resend: a client library repeats a purchase that broke", bugs: "resend",
			goals: []string{doubleBuy}, flight: one("dhl_express", 40, fault(mocks.CommitThenCut, 0.5, 0))},
		// Repeating is harmless at a carrier that refuses duplicates, as long as its refusal is
		// understood.
		{name: "duplicate_fails: the refusal of a duplicate is read as a failure", bugs: "resend,duplicate_fails", control: "resend",
			goals: []string{orphan}, flight: one("yanwen", 40, fault(mocks.CommitThenCut, 0.5, 0))},
		{name: "short_lease: the lease is shorter than the call", bugs: "short_lease",
			goals: []string{orphan, changed, stray}, flight: held(3 * time.Minute)},
		{name: "late_deadline: the call's time is counted from after the claim", bugs: "late_deadline",
			goals: []string{orphan, changed, stray}, flight: held(time.Second)},
		{name: "late_write_ahead: the claim is written after the call", bugs: "late_write_ahead",
			goals: []string{orphan, doubleBuy}, flight: killed},
	}
}

// sung is how a canary did.
type sung struct {
	Name    string         `json:"name"`
	Caught  bool           `json:"caught"`
	By      map[string]int `json:"by"`      // the goals that it broke
	Control []string       `json:"control"` // what was missed without it; nothing is right
	detail  []string
}

// sing runs a canary with its bug and without.
func (c canary) sing(ctx context.Context, binary string, seed uint64) (sung, error) {
	out := sung{Name: c.name, By: map[string]int{}, Control: []string{}}
	var errs [2]error
	var with, without *flown
	var both sync.WaitGroup
	both.Go(func() { with, errs[0] = c.flight.fly(ctx, binary, seed, c.bugs, c.goals) })
	both.Go(func() { without, errs[1] = c.flight.fly(ctx, binary, seed, c.control, nil) })
	both.Wait()
	for _, err := range errs {
		if err != nil {
			return out, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for _, g := range c.goals {
		if n := with.Broken[g]; n > 0 {
			out.By[g], out.Caught = n, true
		}
	}
	out.Control = append(out.Control, without.Missed...)
	if !out.Caught {
		out.detail = append(out.detail, fmt.Sprintf("not noticed: %s; %s", c.name, with.story))
		out.detail = append(out.detail, with.detail...)
	}
	if len(out.Control) > 0 {
		out.detail = append(out.detail, "without the bug: "+strings.Join(out.Control, ", "))
		out.detail = append(out.detail, without.detail...)
	}
	return out, nil
}

func (run campaign) fly(ctx context.Context, binary string, seed uint64, bugs string, expect []string) (*flown, error) {
	run.trouble = &nemesis{killEvery: run.trouble.killEvery}
	run.seed, run.binary, run.planted, run.expect = seed, binary, bugs, expect
	run.env = []string{"CHAOS_BUGS=" + bugs}
	if run.held > 0 {
		dir, err := os.MkdirTemp("", "crossdock-held-")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		run.release = filepath.Join(dir, "free")
		run.env = append(run.env, "CHAOS_FAILPOINT=claimed:hold="+run.release)
	}
	r, err := run.run(ctx)
	if err != nil {
		return nil, err
	}
	return &flown{r.head, fmt.Sprintf("the labels are %v", r.Statuses)}, nil
}

// aviary is the one line that all canaries together print.
type aviary struct {
	Harness  string `json:"harness"`
	OK       bool   `json:"ok"`
	Seed     uint64 `json:"seed"`
	Commit   string `json:"commit"`
	Machine  string `json:"machine"`
	Canaries []sung `json:"canaries"`
}

// singAll runs all canaries of purchases at once: nearly all of their time is waiting.
func singAll(ctx context.Context, binary string, seed uint64, out, errOut io.Writer) (bool, error) {
	songs := []func() (sung, error){func() (sung, error) { return singCrash(ctx, binary) }}
	for _, c := range canaries() {
		songs = append(songs, func() (sung, error) { return c.sing(ctx, binary, seed) })
	}
	return chorus(ctx, "canaries of H2 and H3", seed, songs, len(songs), out, errOut)
}

// chorus sings some at once and prints one line of all.
func chorus(ctx context.Context, name string, seed uint64, songs []func() (sung, error), atOnce int, out, errOut io.Writer) (bool, error) {
	results, errs := make([]sung, len(songs)), make([]error, len(songs))
	places := make(chan struct{}, atOnce)
	var work sync.WaitGroup
	for i, song := range songs {
		places <- struct{}{}
		work.Go(func() {
			defer func() { <-places }()
			results[i], errs[i] = song()
		})
	}
	work.Wait()
	a := aviary{Harness: name, OK: true, Seed: seed, Commit: commit(ctx), Machine: machine(), Canaries: results}
	for i, s := range results {
		if errs[i] != nil {
			return false, errs[i]
		}
		a.OK = a.OK && s.Caught && len(s.Control) == 0
		for _, d := range s.detail {
			fmt.Fprintln(errOut, d)
		}
	}
	return a.OK, json.NewEncoder(out).Encode(a)
}

// singCrash lets gateways that write ahead too late die when the carrier has the request.
func singCrash(ctx context.Context, binary string) (sung, error) {
	const bug = "late_write_ahead"
	out := sung{Name: "H2 " + bug + ": the claim is written after the call", By: map[string]int{}, Control: []string{}}
	var list []crash
	for _, l := range crashLanes {
		list = append(list, crash{channel: l.channel, step: "sent"})
	}
	with, err := crashAll(ctx, list, len(list), binary, bug, nil, io.Discard)
	if err != nil {
		return out, err
	}
	without, err := crashAll(ctx, list, len(list), binary, "", nil, io.Discard)
	if err != nil {
		return out, err
	}
	out.Caught = with.Wrong > 0
	out.By["wrong"] = with.Wrong
	out.Control = append(out.Control, without.detail...)
	if !out.Caught {
		out.detail = append(out.detail, "not noticed: "+out.Name)
	}
	return out, nil
}
