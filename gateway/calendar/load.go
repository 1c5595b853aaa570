// Package calendar counts working days and tells what day it is at a place.
//
// Weekends and holidays by rule come with the program; what is decreed year by year
// (China's holidays with their working weekends, and countries whose holidays follow the
// moon) comes from files. The functions take the day or the time that counts, so that they
// give the same answer always. A country without a calendar has weekends only, and UTC.
package calendar

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a container has no time zones of its own

	"github.com/crossdock-hub/crossdock/normalize"
)

const (
	zonesFile = "zones.csv"
	maxFile   = 1 << 20
	maxRows   = 20_000
)

// Calendars knows the working days of all countries. It serves many goroutines.
type Calendars struct {
	zones  map[string]*time.Location
	days   map[string]*decreed // by country
	byRule sync.Map            // yearKey → map[normalize.Date]bool, computed once
}

// decreed are the days of one country that a file names.
type decreed struct {
	work   map[normalize.Date]bool // true is a working day, false a day off
	yearly map[string]bool         // "05-01", days off of years that have no days of their own
	years  map[int]bool            // those that have
}

// Load reads zones.csv (country,zone) and every other CSV file (country,date,kind,name;
// kind is off or work; a date without a year counts in years that have no days of their
// own). The error joins every fault, each with file and line.
func Load(fsys fs.FS) (*Calendars, error) {
	c := &Calendars{zones: map[string]*time.Location{}, days: map[string]*decreed{}}
	names, err := fs.Glob(fsys, "*.csv")
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, zonesFile) {
		return nil, fmt.Errorf("%s is missing", zonesFile)
	}
	var errs []error
	for _, name := range names {
		columns, read := "country,date,kind,name", c.day
		if name == zonesFile {
			columns, read = "country,zone", c.zone
		}
		errs = append(errs, readCSV(fsys, name, columns, read))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

func readCSV(fsys fs.FS, name, columns string, row func([]string) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(io.LimitReader(f, maxFile))
	r.Comment = '#'
	if first, err := r.Read(); err != nil || strings.Join(first, ",") != columns {
		return fmt.Errorf("%s: must begin with the header %s", name, columns)
	}
	var errs []error
	for n := 0; ; n++ {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return errors.Join(errs...)
		}
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("%s: %w", name, err))...)
		}
		line, _ := r.FieldPos(0)
		if n == maxRows {
			return fmt.Errorf("%s:%d: has more than %d rows", name, line, maxRows)
		}
		if err := row(values); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
}

func (c *Calendars) zone(row []string) error {
	if !normalize.ValidCountry(row[0]) {
		return errors.New("country is no ISO 3166-1 alpha-2 code")
	}
	loc, err := time.LoadLocation(row[1])
	if err != nil || row[1] == "" || row[1] == "Local" {
		return errors.New("zone is none of the IANA database")
	}
	c.zones[row[0]] = loc
	return nil
}

var yearlyForm = regexp.MustCompile(`^[0-9]{2}-[0-9]{2}$`)

func (c *Calendars) day(row []string) error {
	country, date, kind := row[0], row[1], row[2]
	if !normalize.ValidCountry(country) {
		return errors.New("country is no ISO 3166-1 alpha-2 code")
	}
	if kind != "off" && kind != "work" {
		return errors.New("kind must be off or work")
	}
	d := c.days[country]
	if d == nil {
		d = &decreed{map[normalize.Date]bool{}, map[string]bool{}, map[int]bool{}}
		c.days[country] = d
	}
	if yearlyForm.MatchString(date) {
		if _, err := normalize.ParseDate("2024-" + date); err != nil || kind != "off" {
			return errors.New("a date without a year must be a day off")
		}
		d.yearly[date] = true
		return nil
	}
	day, err := normalize.ParseDate(date)
	if err != nil {
		return fmt.Errorf("date %w", err)
	}
	if _, twice := d.work[day]; twice {
		return fmt.Errorf("%s is there twice", day)
	}
	d.work[day] = kind == "work"
	d.years[day.At(time.UTC).Year()] = true
	return nil
}
