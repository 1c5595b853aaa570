package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// head is what every report tells.
type head struct {
	Harness  string   `json:"harness"`
	OK       bool     `json:"ok"`
	Missed   []string `json:"missed,omitempty"` // goals
	Seed     uint64   `json:"seed"`
	Commit   string   `json:"commit"`
	Machine  string   `json:"machine"`
	Store    string   `json:"store"`
	Gateways int      `json:"gateways"`
	Planted  string   `json:"planted,omitempty"`
	// Broken counts what breaks each goal; all are 0 in a good run. Strays break none.
	Broken map[string]int `json:"broken"`
	Panics int            `json:"panics"`
	detail []string
}

// report is the one line that a run of purchases prints.
type report struct {
	head
	Purchases int            `json:"purchases"`
	Statuses  map[string]int `json:"statuses"`

	LabelCalls  int              `json:"label_calls"`
	FaultShare  float64          `json:"fault_share"` // of the label calls
	Faults      map[string]int64 `json:"faults"`      // hits, by operation and kind
	Resends     int              `json:"resends"`
	ResendShare float64          `json:"resend_share"`
	Kills       int64            `json:"kills"`
	Freezes     int64            `json:"freezes"`
	Restarts    int64            `json:"database_restarts"`
	Voids       map[string]int   `json:"voids"` // the ends of labels whose void was asked for, by status
	BuyMS       int64            `json:"buying_ms"`
	QuietMS     int64            `json:"settling_ms"`
	ToSettled   map[string]spans `json:"unknown_to_settled"` // by class
	Parked      map[string]int   `json:"parked"`             // by class
}

// spans are times of one class.
type spans struct {
	N   int   `json:"n"`
	P50 int64 `json:"p50_ms"`
	P99 int64 `json:"p99_ms"`
	Max int64 `json:"max_ms"`
}

func spansOf(list []time.Duration) spans {
	slices.Sort(list)
	at := func(percent int) int64 { return list[(len(list)-1)*percent/100].Milliseconds() }
	return spans{N: len(list), P50: at(50), P99: at(99), Max: at(100)}
}

// maxDetail bounds how much is said of each broken goal.
const maxDetail = 5

// fill takes over what the oracle found.
func (r *report) fill(v *verdict) {
	r.Statuses, r.Voids, r.Resends = v.counts, v.voids, v.again
	if v.sends > 0 {
		r.ResendShare = float64(v.again) / float64(v.sends)
	}
	r.blame(append(slices.Clip(goals), stray), v.found)
	r.ToSettled, r.Parked = map[string]spans{}, map[string]int{}
	for class, list := range v.open {
		r.ToSettled[string(class)] = spansOf(list)
	}
	for class, n := range v.parked {
		r.Parked[string(class)] = n
	}
}

// blame counts what was found to be wrong, and says a little of each.
func (r *head) blame(goals []string, found map[string][]string) {
	r.Broken = map[string]int{}
	for _, g := range goals {
		r.Broken[g] = len(found[g])
		for i, d := range found[g] {
			if i == maxDetail {
				r.say("%s: and %d more", g, len(found[g])-i)
				break
			}
			r.say("%s: %s", g, d)
		}
	}
}

func (r *head) say(format string, args ...any) {
	r.detail = append(r.detail, fmt.Sprintf(format, args...))
}

// maxResendShare is the share of sends that may be repeats.
const maxResendShare = 0.15

// decide holds the figures against the goals.
func (r *report) decide() {
	r.count(goals)
	if r.ResendShare > maxResendShare {
		r.miss("%.1f %% of the sends are repeats, %.0f %% is the bound", r.ResendShare*100, maxResendShare*100)
	}
	for class, n := range r.Parked {
		if c := adapters.Class(class); c != adapters.ClassD && c != adapters.ClassE {
			r.miss("%d purchases of class %s, which can always be told, need attention", n, class)
		}
	}
	r.OK = len(r.Missed) == 0
}

// count misses every goal that something breaks.
func (r *head) count(goals []string) {
	for _, g := range goals {
		if r.Broken[g] > 0 {
			r.miss("%d %s", r.Broken[g], g)
		}
	}
	if r.Panics > 0 {
		r.miss("%d panics", r.Panics)
	}
}

func (r *head) miss(format string, args ...any) {
	r.Missed = append(r.Missed, fmt.Sprintf(format, args...))
}

// print writes the details for people to err, and the line to out.
func (r *report) print(out, err io.Writer) error { return r.printLine(out, err, r) }

func (r *head) printLine(out, err io.Writer, line any) error {
	for _, d := range r.detail {
		fmt.Fprintln(err, d)
	}
	return json.NewEncoder(out).Encode(line)
}

// progress tells once a second how far a run has come, until ctx ends.
func progress(ctx context.Context, w io.Writer, line func() string) {
	for pause(ctx, time.Second) {
		fmt.Fprintf(w, "\r\x1b[K%s", line())
	}
	fmt.Fprint(w, "\r\x1b[K")
}
