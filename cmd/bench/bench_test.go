package main

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/configs"
	"github.com/crossdock-hub/crossdock/mocks"
)

// The hand-written server talks to the simulators in their own formats, and its answer is
// sorted and sums up: a reference that did less would flatter nobody.
func TestReferenceDoesTheWholeJob(t *testing.T) {
	t.Parallel()
	plan := referencePlan{Exchange: map[string]exchange{"CNY": {Rate: "0.138889", AsOf: "2026-11-20", Source: "example"}}}
	for _, maker := range fleet {
		box := mocks.New(mocks.Options{RequestsPerSecond: -1}, maker)
		srv := httptest.NewServer(box)
		t.Cleanup(box.Close)
		t.Cleanup(srv.Close)
		plan.Published = append(plan.Published, overWire(t, box.Accounts(srv.URL)[0]))
	}
	ref, err := newReference(plan)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(ref)
	defer srv.Close()
	body, err := fs.ReadFile(configs.Examples(), exampleOrder)
	if err != nil {
		t.Fatal(err)
	}
	target := newTarget(nil, srv.URL, "none", 1)
	answer, err := target.post(t.Context(), body)
	if err != nil {
		t.Fatal(err)
	}
	var got offers
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rates) < 3*len(fleet) || got.Recommended.Best == nil {
		t.Fatalf("%d rates of %d carriers: %s", len(got.Rates), len(fleet), answer)
	}
	var totals []int64
	for _, r := range got.Rates {
		totals = append(totals, checkOffer(t, r))
	}
	if !slices.IsSorted(totals) {
		t.Errorf("totals are not sorted: %d", totals)
	}
}

// overWire is what becomes of a published account on its way through JSON.
func overWire(t *testing.T, p mocks.PublishedAccount) mocks.PublishedAccount {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out mocks.PublishedAccount
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func checkOffer(t *testing.T, r offer) int64 {
	t.Helper()
	total, err := minorUnits(r.Total.Amount)
	if err != nil || r.Total.Currency != "USD" || total <= 0 {
		t.Errorf("%s: total %+v (%v)", r.Channel, r.Total, err)
	}
	var sum, carriers int64
	for _, c := range r.Charges {
		a, errA := minorUnits(c.Amount.Amount)
		b, errB := minorUnits(c.CarrierAmount.Amount)
		if errA != nil || errB != nil {
			t.Errorf("%s: charge %+v", r.Channel, c)
		}
		sum, carriers = sum+a, carriers+b
	}
	if want, _ := minorUnits(r.CarrierTotal.Amount); sum != total || carriers != want {
		t.Errorf("%s: charges sum to %d and %d, totals are %d and %d", r.Channel, sum, carriers, total, want)
	}
	return total
}

func TestAnswersThatDifferAreNotCompared(t *testing.T) {
	t.Parallel()
	one := `{"rates":[{"channel":"a.b","total":{"amount":"1.00","currency":"USD"},"charges":[{}]}]}`
	for name, other := range map[string]string{
		"price": strings.Replace(one, "1.00", "1.01", 1), "channel": strings.Replace(one, "a.b", "a.c", 1), "nothing": `{}`,
	} {
		if sameAnswers([]byte(one), []byte(other)) == nil {
			t.Errorf("%s: taken for the same", name)
		}
	}
	if err := sameAnswers([]byte(one), []byte(one)); err != nil {
		t.Error(err)
	}
	if sameAnswers([]byte(`{}`), []byte(`{}`)) == nil {
		t.Error("no rates at all were compared")
	}
}

// A process may be named with blanks and parentheses.
func TestProcessTimes(t *testing.T) {
	t.Parallel()
	got, err := parseStat("42 (a (b) c) S 1 42 42 0 -1 4194304 1 2 3 4 150 50 9 9 20 0 8 0 100 1 1")
	if err != nil || got != 2*time.Second {
		t.Errorf("got %s (%v), want 2s", got, err)
	}
	for _, bad := range []string{"", "42 (x", "42 (x) S 1", "42 (x) S 1 2 3 4 5 6 7 8 9 10 a b"} {
		if _, err := parseStat(bad); err == nil {
			t.Errorf("%q: was read", bad)
		}
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	if got := spreadOf([]float64{3, 1, 2}); got != (spread{2, 1, 3}) {
		t.Errorf("got %v", got)
	}
	if got := spreadOf([]float64{4, 1, 2, 3}); got != (spread{2.5, 1, 4}) {
		t.Errorf("got %v", got)
	}
}

func TestBenchmarkLines(t *testing.T) {
	t.Parallel()
	got := parseBenchmarks("goos: linux\nBenchmarkDo/one_caller-2  \t 100\t 2112 ns/op\t 704 B/op\t 13 allocs/op\nBenchmarkCrowd \t 9 \t 5 ns/op\t 30000 rows/s\nPASS\n")
	if got["Do/one_caller"]["allocs/op"] != "13" || got["Crowd"]["rows/s"] != "30000" || len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// A refused request ends the load: a figure of refusals would be none.
func TestLoadEndsAtARefusal(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	target := newTarget(&child{name: "the gateway"}, srv.URL, "none", 2)
	if err := target.drive(t.Context(), nil, 2, 1_000_000); err == nil || !strings.Contains(err.Error(), "answered 404") {
		t.Errorf("got %v", err)
	}
}
