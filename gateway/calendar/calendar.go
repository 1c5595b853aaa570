package calendar

import (
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// maxDays bounds every count of days: no transit is longer than ten years.
const maxDays = 3660

// IsBusinessDay tells whether people work on a day in a country.
func (c *Calendars) IsBusinessDay(country string, day normalize.Date) bool {
	t := day.At(time.UTC)
	if t.IsZero() {
		return false
	}
	return c.works(country, t)
}

// works asks, in this order: a decree for this very day, the weekend, the yearly days of
// a year without a decree, the holidays by rule.
func (c *Calendars) works(country string, t time.Time) bool {
	day := normalize.DateOf(t)
	d := c.days[country]
	if d != nil {
		if work, ok := d.work[day]; ok {
			return work
		}
	}
	if isWeekend(country, t.Weekday()) {
		return false
	}
	if d != nil && !d.years[t.Year()] && d.yearly[string(day[5:])] {
		return false
	}
	return !c.holidays(country, t.Year())[day]
}

// AddBusinessDays counts n working days on from a day, or back where n is negative: one
// from a Friday is the Monday. Zero is the day itself, or the next working one. Of a day
// that is none it is "". n is bounded by ten years.
func (c *Calendars) AddBusinessDays(country string, from normalize.Date, n int) normalize.Date {
	t := from.At(time.UTC)
	if t.IsZero() {
		return ""
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	n = min(n, maxDays)
	// The bound holds for any file of days: the count ends, whatever is off.
	for range 3 * maxDays {
		if n == 0 && c.works(country, t) {
			break
		}
		t = t.AddDate(0, 0, step)
		if n > 0 && c.works(country, t) {
			n--
		}
	}
	return normalize.DateOf(t)
}

// Add counts days on from a day, working days of a country where business is true.
func (c *Calendars) Add(country string, from normalize.Date, days int, business bool) normalize.Date {
	if business {
		return c.AddBusinessDays(country, from, days)
	}
	t := from.At(time.UTC)
	if t.IsZero() {
		return ""
	}
	return normalize.DateOf(t.AddDate(0, 0, max(-maxDays, min(days, maxDays))))
}

// BusinessDaysBetween counts the working days after from, up to and including to; it is
// negative where to comes first. Spans over ten years count as ten.
func (c *Calendars) BusinessDaysBetween(country string, from, to normalize.Date) int {
	a, b := from.At(time.UTC), to.At(time.UTC)
	if a.IsZero() || b.IsZero() {
		return 0
	}
	sign := 1
	if b.Before(a) {
		a, b, sign = b, a, -1
	}
	n := 0
	for i := 0; i < maxDays && a.Before(b); i++ {
		a = a.AddDate(0, 0, 1)
		if c.works(country, a) {
			n++
		}
	}
	return sign * n
}

// Location is a country's main time zone, UTC where it has none here.
func (c *Calendars) Location(country string) *time.Location {
	if loc, ok := c.zones[country]; ok {
		return loc
	}
	return time.UTC
}

// Today is the day at a place.
func (c *Calendars) Today(country string, now time.Time) normalize.Date {
	return normalize.DateOf(now.In(c.Location(country)))
}

// ShipDate is the day on which what is ordered now is handed over: today at the place, or
// the next working day where today is none or its cut-off, a time of day there, has
// passed. Without a cut-off it is today.
func (c *Calendars) ShipDate(country string, now time.Time, cutOff time.Duration) normalize.Date {
	today := c.Today(country, now)
	if cutOff <= 0 {
		return today
	}
	local := now.In(c.Location(country))
	hour, minute, second := local.Clock()
	ofDay := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	if ofDay < cutOff {
		return c.AddBusinessDays(country, today, 0)
	}
	return c.AddBusinessDays(country, today, 1)
}

// LastDecreed is the last year whose days a file names for a country, 0 where its days
// follow rules alone. After that year its count is a guess, and worth new data.
func (c *Calendars) LastDecreed(country string) int {
	last := 0
	if d := c.days[country]; d != nil {
		for year := range d.years {
			last = max(last, year)
		}
	}
	return last
}
