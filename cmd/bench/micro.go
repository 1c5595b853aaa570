package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// pair is a benchmark of a package and, where there is one, the reference beside it: what
// the same work costs without our part.
type pair struct {
	what      string
	pkg       string
	name      string
	reference string           // a benchmark of the package
	bare      func(*testing.B) // or one of ours
	than      string           // the reference in words
	unit      string           // a reported metric; ns/op when empty
}

// pairs are those that exist; a name that is not found is an error, so that the table does
// not thin out in silence.
var pairs = []pair{
	{what: "callback stored, one at a time", pkg: "store", name: "SQLiteAlone", reference: "SQLiteReference", than: "a bare INSERT and commit", unit: "rows/s"},
	{what: "callback stored, 32 at once", pkg: "store", name: "SQLiteCrowd", reference: "SQLiteReference", than: "a bare INSERT and commit", unit: "rows/s"},
	{what: "purchase, its four writes", pkg: "store", name: "SQLitePurchase", unit: "purchases/s"},
	{what: "guarded call", pkg: "guards", name: "Do/one_caller", bare: bareGuards, than: "x/time/rate, gobreaker and a deadline by hand"},
	{what: "price converted and allocated", pkg: "fx", name: "Price", bare: bareExchange, than: "shopspring/decimal: three products, rounded"},
	{what: "price by rate card", pkg: "ratecard", name: "Price"},
	{what: "business days added", pkg: "calendar", name: "AddBusinessDays"},
	{what: "200 rules held against an order", pkg: "mandates", name: "Decide", reference: "DecideByHand", than: "the same conditions in plain Go, 25 channels"},
	{what: "one scan folded into a timeline", pkg: "trackers", name: "Fold", unit: "ns/scan"},
}

// benchTime is how long each benchmark runs.
const benchTime = time.Second

const gatewayPackages = "github.com/crossdock-hub/crossdock/gateway/"

// result is one line of `go test -bench`: values by unit.
type result map[string]string

// micro runs the packages' own benchmarks and prints them in one table.
func micro(ctx context.Context, _ options) error {
	fmt.Printf("\n== parts, each beside what it is built on where the package has that\n\n")
	fmt.Printf("%-32s  %15s  %9s  %15s  %6s  %s\n", "", "ours", "allocs/op", "reference", "ratio", "reference is")
	done := map[string]map[string]result{}
	for _, p := range pairs {
		if done[p.pkg] == nil {
			r, err := benchmarks(ctx, p.pkg)
			if err != nil {
				return err
			}
			done[p.pkg] = r
		}
		if err := p.print(done[p.pkg]); err != nil {
			return err
		}
	}
	return nil
}

// benchmarks runs those of a package that the table names.
func benchmarks(ctx context.Context, pkg string) (map[string]result, error) {
	var names []string
	for _, p := range pairs {
		if p.pkg == pkg {
			name, _, _ := strings.Cut(p.name, "/")
			names = append(names, name)
			if p.reference != "" {
				names = append(names, p.reference)
			}
		}
	}
	text, err := output(ctx, nil, "go", "test", "-run", "^$", "-bench", "^Benchmark("+strings.Join(names, "|")+")$",
		"-benchmem", "-benchtime", benchTime.String(), gatewayPackages+pkg)
	if err != nil {
		return nil, err
	}
	return parseBenchmarks(text), nil
}

var benchLine = regexp.MustCompile(`^Benchmark([\w/]+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// parseBenchmarks reads "BenchmarkX-2  100  12 ns/op  3 rows/s  1 allocs/op".
func parseBenchmarks(text string) map[string]result {
	out := map[string]result{}
	for sc := bufio.NewScanner(strings.NewReader(text)); sc.Scan(); {
		m := benchLine.FindStringSubmatch(sc.Text())
		if m == nil {
			continue
		}
		r := result{}
		for f := strings.Fields(m[2]); len(f) >= 2; f = f[2:] {
			r[f[1]] = f[0]
		}
		out[m[1]] = r
	}
	return out
}

func (p pair) print(found map[string]result) error {
	ours, err := p.value(found, p.name)
	if err != nil {
		return err
	}
	reference, ratio := "-", "-"
	var v float64
	switch {
	case p.reference != "":
		if v, err = p.value(found, p.reference); err != nil {
			return err
		}
	case p.bare != nil:
		v = float64(testing.Benchmark(p.bare).NsPerOp())
	}
	if v > 0 {
		reference, ratio = p.text(v), fmt.Sprintf("%.2f", ours/v)
	}
	allocs := found[p.name]["allocs/op"]
	if p.unit == "ns/scan" {
		allocs = "-" // those are of a whole timeline
	}
	_, err = fmt.Println(strings.TrimRight(fmt.Sprintf("%-32s  %15s  %9s  %15s  %6s  %s", p.what, p.text(ours), allocs, reference, ratio, p.than), " "))
	return err
}

func (p pair) value(found map[string]result, name string) (float64, error) {
	unit := p.unit
	if unit == "" {
		unit = "ns/op"
	}
	v, err := strconv.ParseFloat(found[name][unit], 64)
	if err != nil || v <= 0 {
		return 0, fmt.Errorf("gateway/%s has no benchmark %s that tells %s", p.pkg, name, unit)
	}
	return v, nil
}

func (p pair) text(v float64) string {
	switch {
	case strings.HasSuffix(p.unit, "/s"):
		return fmt.Sprintf("%.0f %s", v, p.unit)
	case v >= 1e6:
		return fmt.Sprintf("%.2f ms", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.2f µs", v/1e3)
	default:
		return fmt.Sprintf("%.0f ns", v)
	}
}

// output runs a command and returns what it printed.
func output(ctx context.Context, env []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var complaint tail
	cmd.Stderr = &complaint
	cmd.Env = append(os.Environ(), env...)
	b, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", program, args[0], err, b, complaint.b)
	}
	return string(b), nil
}
