package ratecard

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

const (
	maxFile = 8 << 20
	maxRows = 20_000
)

var (
	cardColumns = []string{"zone", "countries", "postal_from", "postal_to", "over", "upto", "unit", "base", "per_step", "step",
		"per_piece", "dim_divisor", "min_charge", "currency", "valid_from", "valid_to", "days_min", "days_max", "source"}
	surchargeColumns = []string{"type", "percent", "amount", "zones", "goods", "valid_from", "valid_to", "source"}
)

// faults collects all that is wrong, each with file, line and column.
type faults struct {
	file string
	errs []error
}

func (f *faults) add(line int, column, format string, args ...any) {
	at := fmt.Sprintf("%s:%d", f.file, line)
	if column != "" {
		at += ": " + column
	}
	f.errs = append(f.errs, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// record is one line of a file; its methods read a column and note what is wrong with it.
type record struct {
	*faults
	line   int
	values map[string]string
}

// readCSV reads a file with exactly these columns, and its comments.
func readCSV(f *faults, fsys fs.FS, columns []string) (rows []record, comments map[string]string) {
	file, err := fsys.Open(f.file)
	if err != nil {
		f.errs = append(f.errs, err)
		return nil, nil
	}
	defer func() { _ = file.Close() }()
	src, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil || len(src) > maxFile {
		f.errs = append(f.errs, fmt.Errorf("%s: cannot be read, or is larger than %d bytes", f.file, maxFile))
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(string(src)))
	r.Comment = '#'
	r.FieldsPerRecord = len(columns)
	if first, err := r.Read(); err != nil || !slices.Equal(first, columns) {
		f.add(1, "", "must begin with the header %s", strings.Join(columns, ","))
		return nil, nil
	}
	for {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, readComments(string(src))
		}
		if err != nil {
			f.errs = append(f.errs, fmt.Errorf("%s: %w", f.file, err))
			return rows, nil
		}
		line, _ := r.FieldPos(0)
		if len(rows) == maxRows {
			f.add(line, "", "has more than %d rows", maxRows)
			return rows, nil
		}
		rec := record{f, line, make(map[string]string, len(columns))}
		for i, v := range values {
			rec.values[columns[i]] = strings.TrimSpace(v)
		}
		rows = append(rows, rec)
	}
}

func readComments(src string) map[string]string {
	out := map[string]string{}
	sc := bufio.NewScanner(strings.NewReader(src))
	for sc.Scan() && strings.HasPrefix(sc.Text(), "#") {
		key, value, _ := strings.Cut(strings.TrimPrefix(sc.Text(), "#"), ":")
		out[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return out
}

func (r record) fault(column, format string, args ...any) { r.add(r.line, column, format, args...) }

func (r record) required(column string) string {
	if r.values[column] == "" {
		r.fault(column, "is required")
	}
	return r.values[column]
}

var decimalForm = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,12})?$`)

// decimal reads an exact number; nil where the column is empty.
func (r record) decimal(column string) *big.Rat {
	text := r.values[column]
	if text == "" {
		return nil
	}
	v, ok := new(big.Rat).SetString(text)
	if !ok || !decimalForm.MatchString(text) {
		r.fault(column, "must be a plain decimal number")
		return nil
	}
	return v
}

// price is a decimal that is not negative, 0 where the column is empty.
func (r record) price(column string) *big.Rat {
	v := r.decimal(column)
	if v == nil {
		return new(big.Rat)
	}
	if v.Sign() < 0 {
		r.fault(column, "must not be negative")
	}
	return v
}

// weight is a weight in the row's unit, 0 where the column is empty or 0.
func (r record) weight(column string) normalize.Weight {
	v := r.price(column)
	if v.Sign() <= 0 {
		return 0
	}
	w, err := normalize.ParseWeight(r.values[column], r.values["unit"])
	if err != nil {
		r.fault(column, "cannot be read in this unit")
	}
	return w
}

func (r record) whole(column string, most int) int {
	text := r.values[column]
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		r.fault(column, "must be a whole number from 0 to %d", most)
	}
	return n
}

func (r record) validity() validity {
	day := func(column string) normalize.Date {
		if r.values[column] == "" {
			return ""
		}
		d, err := normalize.ParseDate(r.values[column])
		if err != nil {
			r.fault(column, "%s", err)
		}
		return d
	}
	r.required("valid_from")
	v := validity{day("valid_from"), day("valid_to")}
	if v.to != "" && v.to < v.from {
		r.fault("valid_to", "is before valid_from")
	}
	return v
}

// words are the blank-divided words of a column.
func (r record) words(column string) []string { return strings.Fields(r.values[column]) }
