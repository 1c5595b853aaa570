package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store/pgtest"
	"github.com/crossdock-hub/crossdock/mocks"
)

// The binaries are built once, and the database is started once, for all tests here.
var (
	buildDir string
	plain    = sync.OnceValues(func() (string, error) { return build(context.Background(), buildDir) })
	broken   = sync.OnceValues(func() (string, error) { return build(context.Background(), buildDir, canaryTag) })
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "crossdock-chaos-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		buildDir = dir
		// Nearly all of the time here is waiting for quiet periods and leases to pass.
		flag.Parse()
		if err := flag.Set("test.parallel", "4"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer stopPushServer()
		return m.Run()
	}())
}

func binary(t *testing.T, of func() (string, error)) string {
	t.Helper()
	path, err := of()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// judged fails the test where a run missed a goal. Time is printed and not judged: these
// machines have other work.
func judged(t *testing.T, r *report, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d purchases: %v; faults on %.0f %% of %d calls, %d kills, %d freezes, %d restarts, %d resends, %d ms",
		r.Purchases, r.Statuses, r.FaultShare*100, r.LabelCalls, r.Kills, r.Freezes, r.Restarts, r.Resends, r.BuyMS+r.QuietMS)
	for _, d := range r.detail {
		t.Log(d)
	}
	for _, m := range r.Missed {
		t.Error(m)
	}
}

// Three gateways, one of them killed every two seconds and one frozen beyond its lease, a
// database that is restarted, carriers that lie: nothing is bought twice, and nothing that
// was paid is lost.
func TestPurchasesSurviveChaosOnPostgreSQL(t *testing.T) {
	t.Parallel()
	pg, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	c := usual(storePostgres, 400, 3, 11)
	c.postgres, c.binary, c.patient = pg, binary(t, plain), false
	r, err := c.run(t.Context())
	judged(t, r, err)
}

// The same with one gateway on a file.
func TestPurchasesSurviveChaosOnSQLite(t *testing.T) {
	t.Parallel()
	c := usual(storeSQLite, 100, 1, 12)
	c.binary, c.patient = binary(t, plain), false
	r, err := c.run(t.Context())
	judged(t, r, err)
}

// A platform's share is counted as the carriers' ledger has it, whatever dies meanwhile.
func TestAShareIsCountedAsTheLedgerHasIt(t *testing.T) {
	t.Parallel()
	r, err := shares{n: 200, seed: 14, binary: binary(t, plain), settle: 2 * time.Minute, progress: io.Discard}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", *r)
	if !r.OK || r.AtRisk == 0 {
		t.Errorf("counted %+v, the ledger has %+v; told %d times that the share was in danger", r.Counted, r.Ledger, r.AtRisk)
	}
}

// A judge that notices no planted bug would pass anything, and one that finds fault where
// there is none would stop everything.
func TestEveryPlantedBugIsNoticed(t *testing.T) {
	t.Parallel()
	for _, c := range canaries() {
		t.Run(c.bugs, func(t *testing.T) {
			t.Parallel()
			s, err := c.sing(t.Context(), binary(t, broken), 13)
			if err != nil {
				t.Fatal(err)
			}
			if !s.Caught || len(s.Control) > 0 {
				t.Errorf("noticed %t by %v; without it: %v", s.Caught, s.By, s.Control)
				for _, d := range s.detail {
					t.Log(d)
				}
			}
		})
	}
}

// The gateway dies once at every kind of step, while its carrier does every kind of thing:
// each purchase ends as its table says.
func TestAGatewayMayDieAtAnyStep(t *testing.T) {
	t.Parallel()
	r, err := crashAll(t.Context(), some(crashes(), 60, 1), 8, binary(t, broken), "", nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases, %d of them died, %d were played again: %v in %d ms", r.Cases, r.Died, r.Again, r.Ends, r.MS)
	for _, d := range r.detail {
		t.Error(d)
	}
}

func TestTheCrashPointsNoticeALateWriteAhead(t *testing.T) {
	t.Parallel()
	s, err := singCrash(t.Context(), binary(t, broken))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Caught || len(s.Control) > 0 {
		t.Errorf("noticed %t by %v; without it: %v", s.Caught, s.By, s.Control)
	}
}

// The small size must not leave out a carrier, a step or a fault.
func TestTheSmallSizeMeetsEveryStepAndFault(t *testing.T) {
	t.Parallel()
	count := func(list []crash) map[string]bool {
		seen := map[string]bool{}
		for _, c := range list {
			seen[c.channel], seen[c.step], seen["fault "+c.fault] = true, true, true
		}
		return seen
	}
	all := count(crashes())
	for seed := range uint64(10) {
		got := count(some(crashes(), 60, seed))
		for name := range all {
			if !got[name] {
				t.Errorf("seed %d leaves out %s", seed, name)
			}
		}
	}
}

// What the oracle says of one purchase, by its status and by what lives at the carrier.
func TestTheOracleKnowsEveryWrong(t *testing.T) {
	t.Parallel()
	sale := func(ref, id, state string) mocks.Purchase {
		return mocks.Purchase{Carrier: "northwind", ClientReference: ref, CarrierID: id, TrackingNumber: "T" + id, State: state}
	}
	bought := label{ID: "lbl_1", Status: purchased, ClientReference: "R1", CarrierRef: "1", TrackingNumber: "T1"}
	bought.Documents = append(bought.Documents, struct {
		Type  string `json:"type"`
		Bytes int64  `json:"bytes"`
	}{"label", 100})
	as := func(status string) label { l := bought; l.Status = status; return l }
	live, gone := sale("R1", "1", mocks.Live), sale("R1", "1", mocks.Voided)
	showed := func(status string) label { l := as(status); l.ID = "lbl_2"; return l }
	paper := bought
	paper.Documents = nil
	for name, c := range map[string]struct {
		order  *order
		labels []label
		ledger []mocks.Purchase
		want   string
	}{
		"bought once":                       {&order{}, []label{bought}, []mocks.Purchase{live}, ""},
		"bought, voided and bought":         {&order{}, []label{bought}, []mocks.Purchase{gone, live}, ""},
		"bought twice":                      {&order{}, []label{bought}, []mocks.Purchase{live, sale("R1", "2", mocks.Live)}, doubleBuy},
		"bought and not at the carrier":     {&order{}, []label{bought}, nil, phantom},
		"bought as another":                 {&order{}, []label{bought}, []mocks.Purchase{sale("R1", "9", mocks.Live)}, phantom},
		"bought without a paper":            {&order{}, []label{paper}, []mocks.Purchase{live}, paperless},
		"failed":                            {&order{}, []label{as(failed)}, nil, ""},
		"failed and sold":                   {&order{}, []label{as(failed)}, []mocks.Purchase{live}, orphan},
		"failed, and its label is known":    {&order{}, []label{as(failed), showed(needsAttention)}, []mocks.Purchase{live}, ""},
		"failed, and its label was voided":  {&order{}, []label{as(failed), showed(voided)}, []mocks.Purchase{live}, orphan},
		"parked and sold":                   {&order{}, []label{as(needsAttention)}, []mocks.Purchase{live}, ""},
		"parked and sold twice":             {&order{}, []label{as(needsAttention)}, []mocks.Purchase{live, sale("R1", "2", mocks.Live)}, doubleBuy},
		"voided":                            {&order{}, []label{as(voided)}, []mocks.Purchase{gone}, ""},
		"voided and alive":                  {&order{lane: lane{voids: true}}, []label{as(voided)}, []mocks.Purchase{live}, orphan},
		"still unknown":                     {&order{}, []label{as(unknown)}, nil, unfinished},
		"a sale that nobody knows":          {&order{}, []label{bought}, []mocks.Purchase{live, sale("R7", "7", mocks.Live)}, orphan},
		"found by the order's own number":   {&order{reference: "EB-1"}, []label{bought}, []mocks.Purchase{{Reference: "EB-1", CarrierID: "1", State: mocks.Live}}, ""},
		"named and gone":                    {&order{}, nil, nil, lostIntent},
		"failed for good and then bought":   {&order{final: failed}, []label{bought}, []mocks.Purchase{live}, changed},
		"one key for two labels":            {&order{flips: []string{"the key named two"}}, []label{bought}, []mocks.Purchase{live}, changed},
		"bought though it was to be voided": {&order{void: true, lane: lane{voids: true}}, []label{bought}, []mocks.Purchase{live}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.order.id = "lbl_1"
			v := judge([]*order{c.order}, c.labels, c.ledger, true)
			for _, g := range goals {
				if got, want := len(v.found[g]) > 0, g == c.want; got != want {
					t.Errorf("%s: %v", g, v.found[g])
				}
			}
		})
	}
}

// A purchase without any answer is unfinished; one that was refused outright is a fault of
// the harness.
func TestAnOrderWithoutALabelIsUnfinished(t *testing.T) {
	t.Parallel()
	v := judge([]*order{{key: "a"}, {key: "b", refused: "422"}}, nil, nil, true)
	if len(v.found[unfinished]) != 1 || len(v.found[refusals]) != 1 {
		t.Errorf("found %v", v.found)
	}
}

func TestClassesThatCanBeToldMustNotBeParked(t *testing.T) {
	t.Parallel()
	r := &report{Parked: map[string]int{string(adapters.ClassB): 1, string(adapters.ClassE): 5}}
	r.decide()
	if r.OK || len(r.Missed) != 1 {
		t.Errorf("missed %v, want class B alone", r.Missed)
	}
}

func TestOrdersHaveIdsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"12-12345-67890": "12-10000-00042", "8011223344556677": "8011223000000042", "BC-20261120-0001": "BC-20200000-0042", "none": "none",
	} {
		if got := stamp(id, 42); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestSpansAreOfTheSortedTimes(t *testing.T) {
	t.Parallel()
	var list []time.Duration
	for i := range 101 {
		list = append(list, time.Duration(100-i)*time.Second)
	}
	if got, want := spansOf(list), (spans{N: 101, P50: 50_000, P99: 99_000, Max: 100_000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
