package calendar

import (
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
	"pgregory.net/rapid"
)

// shipped reads the product's own calendars.
func shipped(t testing.TB) *Calendars {
	t.Helper()
	c, err := Load(os.DirFS("../../configs/calendars"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Chinese New Year 2026: nine days off, with the Saturdays before and after worked.
func TestChineseNewYear(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for day, want := range map[normalize.Date]bool{
		"2026-02-13": true, "2026-02-14": true, "2026-02-15": false, "2026-02-17": false, "2026-02-23": false,
		"2026-02-24": true, "2026-02-28": true, "2026-03-01": false, "2026-03-02": true,
		"2025-01-26": true, "2025-01-28": false, "2025-02-04": false, "2025-02-05": true, "2025-02-08": true,
		"2024-02-04": true, "2024-02-09": true, "2024-02-10": false, "2024-02-17": false, "2024-02-18": true,
	} {
		if got := c.IsBusinessDay("CN", day); got != want {
			t.Errorf("%s: got %v, want %v", day, got, want)
		}
	}
	for n, want := range []normalize.Date{"2026-02-13", "2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28", "2026-03-02"} {
		if got := c.AddBusinessDays("CN", "2026-02-13", n); got != want {
			t.Errorf("13 February and %d working days: got %s, want %s", n, got, want)
		}
	}
	if got := c.AddBusinessDays("CN", "2026-02-15", 0); got != "2026-02-24" {
		t.Errorf("the next working day of a holiday: got %s", got)
	}
	if got := c.AddBusinessDays("CN", "2026-02-24", -2); got != "2026-02-13" {
		t.Errorf("two working days before: got %s", got)
	}
	if got := c.BusinessDaysBetween("CN", "2026-02-13", "2026-03-02"); got != 7 {
		t.Errorf("between: got %d, want 7", got)
	}
	if got := c.BusinessDaysBetween("CN", "2026-03-02", "2026-02-13"); got != -7 {
		t.Errorf("between, turned round: got %d, want -7", got)
	}
}

// National Day 2026, and the years that no decree covers yet: fixed days only.
func TestChinaBeyondDecrees(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	if got := c.AddBusinessDays("CN", "2026-09-30", 1); got != "2026-10-08" {
		t.Errorf("National Day: got %s", got)
	}
	for day, want := range map[normalize.Date]bool{"2031-10-01": false, "2031-10-03": false, "2031-10-06": true, "2031-05-01": false} {
		if got := c.IsBusinessDay("CN", day); got != want {
			t.Errorf("%s: got %v, want %v", day, got, want)
		}
	}
	if got := c.LastDecreed("CN"); got != 2026 {
		t.Errorf("last decreed year: got %d", got)
	}
	if got := c.LastDecreed("DE"); got != 0 {
		t.Errorf("Germany needs no decree: got %d", got)
	}
}

// Holidays by rule, days made up for included, and weekends that are not ours.
func TestCountries(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, tt := range []struct {
		country, day string
		want         bool
		why          string
	}{
		{"DE", "2026-12-25", false, "Christmas"}, {"DE", "2026-12-24", true, "not a holiday by law"},
		{"DE", "2026-04-03", false, "Good Friday"}, {"DE", "2026-11-21", false, "a Saturday"},
		{"US", "2026-11-26", false, "Thanksgiving"}, {"US", "2026-07-03", false, "the 4th is a Saturday"},
		{"US", "2021-12-31", false, "New Year's Day 2022 is a Saturday"}, {"US", "2026-11-27", true, ""},
		{"GB", "2026-12-28", false, "Boxing Day is a Saturday"}, {"FR", "2026-07-14", false, ""}, {"ES", "2026-10-12", false, ""},
		{"JP", "2026-11-23", false, ""}, {"BR", "2026-09-07", false, ""}, {"MX", "2026-09-16", false, ""}, {"PL", "2026-11-11", false, ""},
		{"IT", "2026-06-02", false, ""}, {"NL", "2026-04-27", false, ""}, {"CA", "2026-07-01", false, ""}, {"AU", "2026-01-26", false, ""},
		{"KR", "2026-02-16", false, "Seollal"}, {"KR", "2026-09-25", false, "Chuseok"}, {"KR", "2026-08-17", false, "substitute"}, {"KR", "2026-09-28", true, ""},
		{"HK", "2026-02-19", false, "Lunar New Year"}, {"HK", "2026-02-20", true, ""}, {"HK", "2026-04-07", false, "Easter Monday, moved"},
		{"SA", "2026-11-20", false, "a Friday"}, {"SA", "2026-11-22", true, "a Sunday"}, {"IL", "2026-11-22", true, "a Sunday"},
		{"AE", "2026-11-20", true, "a Friday"}, {"AE", "2026-11-22", false, "a Sunday"}, {"SG", "2026-11-20", true, ""}, {"SG", "2026-11-21", false, ""},
	} {
		if got := c.IsBusinessDay(tt.country, normalize.Date(tt.day)); got != tt.want {
			t.Errorf("%s on %s (%s): got %v, want %v", tt.country, tt.day, tt.why, got, tt.want)
		}
	}
}

// The answer's deliver_by: days from the ship date, working days of the destination.
func TestAdd(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, tt := range []struct {
		country, from string
		days          int
		business      bool
		want          string
	}{
		{"DE", "2026-11-20", 12, true, "2026-12-08"}, {"DE", "2026-11-20", 12, false, "2026-12-02"}, {"DE", "2026-12-23", 3, true, "2026-12-29"},
		{"XX", "2026-11-20", 1, true, "2026-11-23"}, {"DE", "", 5, true, ""}, {"DE", "", 5, false, ""}, {"DE", "2026-02-30", 5, true, ""},
		{"DE", "2026-01-01", 1 << 40, false, "2036-01-09"},
	} {
		if got := c.Add(tt.country, normalize.Date(tt.from), tt.days, tt.business); string(got) != tt.want {
			t.Errorf("%s and %d days (business %v) in %s: got %q, want %q", tt.from, tt.days, tt.business, tt.country, got, tt.want)
		}
	}
}

// What day it is depends on where: late evening in UTC is tomorrow in China.
func TestToday(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	now := time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)
	for country, want := range map[string]normalize.Date{"CN": "2026-11-21", "DE": "2026-11-20", "US": "2026-11-20", "NZ": "2026-11-21", "IN": "2026-11-21", "XX": "2026-11-20", "": "2026-11-20"} {
		if got := c.Today(country, now); got != want {
			t.Errorf("%s: got %s, want %s", country, got, want)
		}
	}
}

// Past the cut-off it is the next working day, over Chinese New Year too.
func TestShipDate(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	shenzhen := c.Location("CN")
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, shenzhen)
	}
	for _, tt := range []struct {
		name   string
		now    time.Time
		cutOff time.Duration
		want   normalize.Date
	}{
		{"no cut-off, a Sunday", at(11, 22, 23, 0), 0, "2026-11-22"},
		{"before", at(11, 20, 15, 59), 16 * time.Hour, "2026-11-20"},
		{"at the cut-off, a Friday", at(11, 20, 16, 0), 16 * time.Hour, "2026-11-23"},
		{"a Sunday morning", at(11, 22, 9, 0), 16 * time.Hour, "2026-11-23"},
		{"a Sunday evening", at(11, 22, 20, 0), 16 * time.Hour, "2026-11-23"},
		{"a worked Saturday, after", at(2, 14, 17, 0), 16 * time.Hour, "2026-02-24"},
		{"a worked Saturday, before", at(2, 14, 9, 0), 16 * time.Hour, "2026-02-14"},
	} {
		if got := c.ShipDate("CN", tt.now, tt.cutOff); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
		if got := c.ShipDate("CN", tt.now.UTC(), tt.cutOff); got != tt.want {
			t.Errorf("%s, told in UTC: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Counting on and counting what lies between are the same count, in every country.
func TestCountsAgree(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom([]string{"CN", "DE", "US", "GB", "KR", "SA", "JP", "XX"}).Draw(t, "country")
		from := normalize.DateOf(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "day")))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		to := c.AddBusinessDays(country, from, n)
		if got := c.BusinessDaysBetween(country, from, to); got != n || !c.IsBusinessDay(country, to) {
			t.Fatalf("%s and %d working days in %s is %s, between them are %d", from, n, country, to, got)
		}
		if back := c.AddBusinessDays(country, to, -n); back > from || (c.IsBusinessDay(country, from) && back != from) {
			t.Fatalf("%s less %d working days in %s is %s, want %s", to, n, country, back, from)
		}
	})
}

// Every country's zone is there, and many goroutines may ask at once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, country := range []string{"US", "DE", "CN", "FR", "JP"} {
				for year := 2020; year < 2030; year++ {
					c.AddBusinessDays(country, normalize.DateOf(time.Date(year, 12, 20, 0, 0, 0, 0, time.UTC)), 10)
				}
			}
		})
	}
	wg.Wait()
	for _, country := range strings.Fields("CN HK DE FR GB US CA AU ES IT NL PL JP BR MX KR SG RU IN") {
		if c.Location(country) == time.UTC {
			t.Errorf("%s has no time zone", country)
		}
	}
}

// All faults of the files are named at once; a file of nothing but days off ends a count.
func TestLoadNamesEveryFault(t *testing.T) {
	t.Parallel()
	zones := &fstest.MapFile{Data: []byte("country,zone\nCN,Asia/Shanghai\nXQ,Asia/Shanghai\nDE,Europe/Bonn\nFR,\n")}
	days := &fstest.MapFile{Data: []byte("country,date,kind,name\nQQ,2026-01-01,off,x\nCN,2026-02-30,off,x\nCN,2026-01-01,free,x\nCN,02-30,off,x\nCN,01-01,work,x\nCN,2026-05-01,off,x\nCN,2026-05-01,work,x\n")}
	_, err := Load(fstest.MapFS{"zones.csv": zones, "china.csv": days, "other.csv": {Data: []byte("day\n")}})
	if err == nil {
		t.Fatal("files full of faults were taken")
	}
	for _, want := range []string{"zones.csv:3: country", "zones.csv:4: zone", "zones.csv:5: zone", "china.csv:2: country", "china.csv:3: date", "china.csv:4: kind",
		"china.csv:5: a date without a year", "china.csv:6: a date without a year", "china.csv:8: 2026-05-01 is there twice", "other.csv: must begin with the header"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in:\n%v", want, err)
		}
	}
	if _, err := Load(fstest.MapFS{"china.csv": days}); err == nil {
		t.Error("a folder without zones was taken")
	}
	var all strings.Builder
	all.WriteString("country,date,kind,name\n")
	for i := range 12_000 {
		all.WriteString("CN," + time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format(time.DateOnly) + ",off,x\n")
	}
	c, err := Load(fstest.MapFS{"zones.csv": {Data: []byte("country,zone\n")}, "d.csv": {Data: []byte(all.String())}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.AddBusinessDays("CN", "2020-01-01", 5); got < "2021-01-01" {
		t.Errorf("got %s", got)
	}
}

func BenchmarkAddBusinessDays(b *testing.B) {
	c := shipped(b)
	for b.Loop() {
		c.AddBusinessDays("DE", "2026-11-20", 12)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}
