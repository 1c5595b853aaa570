// Package simulation plays the whole life of purchases against a store and carriers in
// memory, under faults that a seed draws: gateways die or stand still at every step, the store
// loses what it had not synced, and carriers do all that carriers do to an answer. The real
// service runs in it, in synthetic time, several gateways at once; the ledgers of the carriers
// judge it.
//
//	go test ./gateway/purchase/simulation -v -run Seeds -args -seeds 5000
//	go test ./gateway/purchase/simulation -run Seeds -args -seed 4711 -seeds 1
package simulation

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var (
	seedsFlag  = flag.Int("seeds", 0, "how many seeds are played; 500 when 0")
	seedFlag   = flag.Uint64("seed", 1, "the first of the seeds")
	commitFlag = flag.String("commit", "", "the commit that the report names")
)

// seeds is how many seeds are played.
func seeds() int {
	if *seedsFlag > 0 {
		return *seedsFlag
	}
	return ordinary
}

// ordinary is how many seeds the tests play.
const ordinary = 500

// play plays a plan in a bubble of its own.
func play(t *testing.T, p plan, bug string) (v *verdict, words string) {
	synctest.Test(t, func(*testing.T) {
		w := newWorld(p, bug)
		quiet := w.run()
		v, words = w.judge(quiet), w.words()
	})
	return v, words
}

// report is the one line that a run prints.
type report struct {
	Harness   string         `json:"harness"`
	OK        bool           `json:"ok"`
	Seed      uint64         `json:"seed"` // the first
	Seeds     int            `json:"seeds"`
	Failing   []uint64       `json:"failing,omitempty"`
	Commit    string         `json:"commit,omitempty"`
	Purchases int            `json:"purchases"`
	Statuses  map[string]int `json:"statuses"`
	Orphans   map[string]int `json:"orphans"` // labels that showed after their purchase had failed
	Broken    map[string]int `json:"broken"`
	Sends     int            `json:"sends"`
	Resends   int            `json:"resends"`
	Twice     int            `json:"twice"`  // bought twice for a while
	Faults    map[string]int `json:"faults"` // that came about, by kind
	MS        int64          `json:"ms"`
}

func (r *report) count(seed uint64, v *verdict) {
	r.Seeds++
	for k, n := range v.ends {
		r.Statuses[k] += n
		r.Purchases += n
	}
	for k, n := range v.orphans {
		r.Orphans[k] += n
	}
	for k, n := range v.faults {
		r.Faults[k] += n
	}
	r.Sends += v.sends
	r.Resends += v.again
	r.Twice += v.twice
	if len(v.broken) > 0 {
		r.Failing = append(r.Failing, seed)
	}
	for g, list := range v.broken {
		r.Broken[g] += len(list)
	}
}

// TestSeeds plays seeds and prints what they came to.
func TestSeeds(t *testing.T) { campaign(t, "H1 simulation", seeds(), newPlan) }

// Carriers that break the promise of their quiet period, and gateways that send too late: what
// is bought twice then is found and voided.
func TestTardySeeds(t *testing.T) {
	campaign(t, "H1 simulation, promises broken", seeds()/5, newTardyPlan)
}

// campaign plays the plans of n seeds.
func campaign(t *testing.T, name string, n int, draw func(seed uint64) plan) {
	r := report{Harness: name, Seed: *seedFlag, Commit: *commitFlag, Statuses: map[string]int{}, Orphans: map[string]int{}, Broken: map[string]int{}, Faults: map[string]int{}}
	began := time.Now()
	var mu sync.Mutex
	var next atomic.Uint64
	t.Run("all", func(t *testing.T) {
		for i := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for i := next.Add(1) - 1; i < uint64(n); i = next.Add(1) - 1 {
					p := draw(*seedFlag + i)
					v, _ := play(t, p, "")
					if len(v.broken) > 0 {
						t.Errorf("seed %d\n%s\nfaults: %s", p.seed, v, told(shrink(t, p, v)))
					}
					mu.Lock()
					r.count(p.seed, v)
					mu.Unlock()
				}
			})
		}
	})
	r.OK, r.MS = len(r.Failing) == 0, time.Since(began).Milliseconds()
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		t.Fatal(err)
	}
}

// shrink halves the faults of a failing plan as long as it fails in the same way, then leaves
// out one after the other.
func shrink(t *testing.T, p plan, failed *verdict) []fault {
	fails := func(faults []fault) bool {
		q := p
		q.faults = faults
		v, _ := play(t, q, "")
		for g := range failed.broken {
			if len(v.broken[g]) > 0 {
				return true
			}
		}
		return false
	}
	left := p.faults
	for len(left) > 1 {
		half := len(left) / 2
		switch {
		case fails(left[:half]):
			left = left[:half]
		case fails(left[half:]):
			left = left[half:]
		default:
			return withoutEach(left, fails)
		}
	}
	return left
}

// withoutEach leaves out each fault that is not needed.
func withoutEach(list []fault, fails func([]fault) bool) []fault {
	for i := len(list) - 1; i >= 0; i-- {
		fewer := append(append([]fault(nil), list[:i]...), list[i+1:]...)
		if fails(fewer) {
			list = fewer
		}
	}
	return list
}

// One seed is one interleaving: two runs of it come to the same, to the millisecond.
func TestASeedIsOneInterleaving(t *testing.T) {
	n := 40
	if *seedsFlag > 0 {
		n = *seedsFlag / 25
	}
	for seed := range uint64(n) {
		_, first := play(t, newPlan(seed+1), "")
		_, second := play(t, newPlan(seed+1), "")
		if first != second {
			t.Errorf("seed %d came to\n%s\nand then to\n%s", seed+1, first, second)
		}
	}
}

// sung is how a canary did: the first seed that noticed it, and by what.
type sung struct {
	Name   string   `json:"name"`
	Caught bool     `json:"caught"`
	Seed   uint64   `json:"seed,omitempty"`
	By     []string `json:"by,omitempty"`
}

// Each planted bug is noticed within the ordinary number of seeds.
func TestTheOracleNoticesPlantedBugs(t *testing.T) {
	list := make([]sung, len(canaries))
	t.Run("all", func(t *testing.T) {
		for i, c := range canaries {
			t.Run(c.bug, func(t *testing.T) {
				t.Parallel()
				list[i] = c.sing(t)
				if !list[i].Caught {
					t.Errorf("%s is not noticed by %d seeds", c.bug, ordinary)
				}
			})
		}
	})
	line := map[string]any{"harness": "canaries of H1", "ok": !t.Failed(), "commit": *commitFlag, "canaries": list}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		t.Fatal(err)
	}
}

// sing plays seeds with the bug until one notices it.
func (c canary) sing(t *testing.T) sung {
	out := sung{Name: c.bug}
	for seed := uint64(1); seed <= ordinary && !out.Caught; seed++ {
		v, _ := play(t, c.draw(seed), c.bug)
		if len(v.broken) > 0 && (c.goal == "" || len(v.broken[c.goal]) > 0) {
			out.Caught, out.Seed, out.By = true, seed, v.goals()
		}
	}
	return out
}
