package dhlexpress

import (
	"regexp"
	"time"
)

// The carrier writes times as 2027-01-18T17:00:00GMT+01:00: the zone is a word and an offset,
// glued to the time or after one blank. Source: OpenAPI 3.1.1, plannedShippingDateAndTime.
var stampForm = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) ?GMT([+-]\d\d:\d\d)$`)

// badStamp is the documented refusal of another form.
const badStamp = "998: ShipTimeStamp is not well formatted.(Expected Sample Format : '2010-02-11T17:10:09 GMT+01:00')"

// pastStamp refuses a date outside the window; its words are unconfirmed.
const pastStamp = "998: ShipTimeStamp must not be in the past or more than 10 days in the future."

func parseStamp(s string) (time.Time, bool) {
	m := stampForm.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	t, err := time.Parse("2006-01-02T15:04:05-07:00", m[1]+m[2])
	return t, err == nil
}

// maxAhead is how many days ahead a shipment may be planned.
const maxAhead = 10

// checkStamp reads a planned time and holds its date, in its own offset, against today.
func checkStamp(s string, now time.Time) (time.Time, string) {
	t, ok := parseStamp(s)
	if !ok {
		return t, badStamp
	}
	now = now.In(t.Location())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, t.Location())
	if t.Before(today) || !t.Before(today.AddDate(0, 0, maxAhead+1)) {
		return t, pastStamp
	}
	return t, ""
}

// workday moves a day on to the next that is not at the weekend, and says by how many days.
func workday(t time.Time) (time.Time, int) {
	moved := 0
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
		moved++
	}
	return t, moved
}

// addWorkdays is t so many working days later.
func addWorkdays(t time.Time, days int) time.Time {
	for range days {
		t, _ = workday(t.AddDate(0, 0, 1))
	}
	return t
}

// weekday is 1 for Monday to 7 for Sunday.
func weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }
