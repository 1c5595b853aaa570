// Package fx converts money at dated reference rates.
//
// Rates come from a file of units of a currency for one unit of the file's base; any pair
// is crossed through that base. A rate has 8 significant digits, and those digits are what
// is multiplied, so that a reader of the answer can follow it. Money is rounded once, half
// to even, on the total; the lines of a price are allocated so that they sum to it.
package fx

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"regexp"
	"strings"
	"sync"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The files that the product ships: real, dated rates, and the sandbox's examples.
const (
	File        = "fx.csv"
	SandboxFile = "sandbox.csv"
)

const (
	maxFile = 4 << 20
	maxRows = 100_000
)

// Table is one file of rates, unchanging once loaded.
type Table struct {
	base    string
	source  string
	example bool
	rates   map[string]quote
	crossed sync.Map // pair → text of its rate
}

// quote is units of a currency for one unit of the base.
type quote struct {
	rate *big.Rat
	asOf normalize.Date
}

// Base is the currency that every pair is crossed through.
func (t *Table) Base() string { return t.base }

// Source says whose rates they are, in the file's words.
func (t *Table) Source() string { return t.source }

// Example tells whether the rates are examples, which never go stale.
func (t *Table) Example() bool { return t.example }

// Newest is the latest day of any rate, for the metric of their age and for Swap.
func (t *Table) Newest() normalize.Date {
	var d normalize.Date
	for _, q := range t.rates {
		d = max(d, q.asOf)
	}
	return d
}

var rateForm = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,12})?$`)

// Load reads a file of rates: comment lines, the header as_of,base,currency,rate, one row
// for each currency and day, of which the latest day counts. A comment "# source: …" names
// where they are from, and "# example: true" marks examples. The error joins every fault,
// each with file and line.
func Load(fsys fs.FS, name string) (*Table, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(src) > maxFile {
		return nil, fmt.Errorf("%s: is larger than %d bytes", name, maxFile)
	}
	t := &Table{rates: map[string]quote{}}
	if err := t.comments(string(src)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := t.rows(name, string(src)); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Table) comments(src string) error {
	sc := bufio.NewScanner(strings.NewReader(src))
	for sc.Scan() && strings.HasPrefix(sc.Text(), "#") {
		key, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(sc.Text(), "#")), ":")
		switch key {
		case "source":
			t.source = strings.TrimSpace(value)
		case "example":
			t.example = strings.TrimSpace(value) == "true"
		}
	}
	if t.source == "" {
		return errors.New(`has no comment "# source: …" that says where the rates are from`)
	}
	return nil
}

var header = []string{"as_of", "base", "currency", "rate"}

func (t *Table) rows(name, src string) error {
	r := csv.NewReader(strings.NewReader(src))
	r.Comment = '#'
	r.FieldsPerRecord = len(header)
	if first, err := r.Read(); err != nil || strings.Join(first, ",") != strings.Join(header, ",") {
		return fmt.Errorf("%s: must begin with the header %s", name, strings.Join(header, ","))
	}
	var errs []error
	for n := 0; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("%s: %w", name, err))...)
		}
		if n == maxRows {
			return fmt.Errorf("%s: has more than %d rows", name, maxRows)
		}
		line, _ := r.FieldPos(0)
		if err := t.row(row); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
	if len(errs) == 0 && len(t.rates) == 0 {
		errs = append(errs, fmt.Errorf("%s: has no rates", name))
	}
	return errors.Join(errs...)
}

func (t *Table) row(row []string) error {
	day, err := normalize.ParseDate(row[0])
	if err != nil {
		return fmt.Errorf("as_of %w", err)
	}
	base, code := row[1], row[2]
	if !normalize.ValidCurrency(base) || !normalize.ValidCurrency(code) || base == code {
		return errors.New("base and currency must be two ISO 4217 codes")
	}
	if t.base == "" {
		t.base = base
	}
	if base != t.base {
		return fmt.Errorf("base is %s where the rows before have %s", base, t.base)
	}
	rate, ok := new(big.Rat).SetString(row[3])
	if !ok || !rateForm.MatchString(row[3]) || rate.Sign() <= 0 {
		return errors.New("rate must be a plain decimal number above 0")
	}
	old, ok := t.rates[code]
	if ok && old.asOf == day {
		return fmt.Errorf("%s has a rate of %s already", code, day)
	}
	if !ok || day > old.asOf {
		t.rates[code] = quote{rate, day}
	}
	return nil
}
