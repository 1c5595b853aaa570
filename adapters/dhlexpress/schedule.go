package dhlexpress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// The two ways of handing over.
const (
	handoverPickup  = "pickup"
	handoverDropOff = "drop_off"
)

const (
	// leadTime keeps the planned time clear of now, which DHL may read as the past.
	leadTime = 30 * time.Minute
	// maxAhead is how far DHL takes a booking in advance.
	maxAhead = 10 * 24 * time.Hour
)

// timestamp is the form of DHL's planned times: the word GMT stands before the offset, with
// nothing in between.
const timestamp = "2006-01-02T15:04:05GMT-07:00"

// plan is when a shipment is handed over. Chosen says that the caller named the day.
type plan struct {
	at     time.Time
	chosen bool
}

// text writes the planned time as DHL reads it.
func (p plan) text() string { return p.at.Format(timestamp) }

// planOf finds the planned time of a shipment: the courier's earliest hour, else the ship
// date at the account's ready hour; without a date it is today at the origin, or the next
// working day once that hour is past.
func (c Config) planOf(s normalize.Shipment, now time.Time) (plan, error) {
	now = now.In(c.origin(s.Origin.Country))
	if h := s.Handover; h != nil && !h.ReadyFrom.IsZero() && c.picksUp(s) {
		at := h.ReadyFrom.In(now.Location())
		if at.Before(now) {
			return plan{}, normalize.Invalid("/handover/ready_from", "is in the past")
		}
		return plan{at, true}, ahead("/handover/ready_from", at, now)
	}
	if s.ShipDate == "" {
		return plan{at: c.nextReady(s.Origin.Country, now)}, nil
	}
	at, err := c.readyOn(s.ShipDate, now)
	if err != nil {
		return plan{}, err
	}
	return plan{at, true}, ahead("/ship_date", at, now)
}

func ahead(pointer string, at, now time.Time) error {
	if at.Sub(now) > maxAhead {
		return normalize.NotServiceable(pointer, "is more than 10 days ahead")
	}
	return nil
}

// readyOn is a named day at the ready hour. Late on that day itself it is a little ahead of
// now, but never on another day.
func (c Config) readyOn(day normalize.Date, now time.Time) (time.Time, error) {
	midnight := day.At(now.Location())
	if midnight.IsZero() {
		return midnight, normalize.Invalid("/ship_date", "must be a day as YYYY-MM-DD")
	}
	last := midnight.AddDate(0, 0, 1).Add(-time.Second)
	if last.Before(now) {
		return midnight, normalize.Invalid("/ship_date", "is in the past")
	}
	at := c.atHour(midnight, c.Ready)
	if soon := now.Add(leadTime); at.Before(soon) {
		at = soon.Truncate(time.Second)
	}
	if at.After(last) {
		at = last
	}
	return at, nil
}

// nextReady is the next ready hour of a working day at the origin.
func (c Config) nextReady(country string, now time.Time) time.Time {
	day := now
	for range 7 {
		at := c.atHour(day, c.Ready)
		if !at.Before(now.Add(leadTime)) && !dayOff(country, day.Weekday()) {
			return at
		}
		day = day.AddDate(0, 0, 1)
	}
	return c.atHour(day, c.Ready)
}

// atHour is the clock time HH:MM on the day of t, in t's zone.
func (c Config) atHour(t time.Time, clock string) time.Time {
	h, err := time.Parse("15:04", clock)
	if err != nil {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), h.Hour(), h.Minute(), 0, 0, t.Location())
}

// fridayOff are the countries that rest on Friday and Saturday. Public holidays are DHL's to
// know: the rate says on which day it would collect.
var fridayOff = []string{"BD", "BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"}

func dayOff(country string, d time.Weekday) bool {
	if slices.Contains(fridayOff, country) {
		return d == time.Friday || d == time.Saturday
	}
	return d == time.Saturday || d == time.Sunday
}

// picksUp tells whether a courier is asked for.
func (c Config) picksUp(s normalize.Shipment) bool {
	if s.Handover != nil && s.Handover.Method != "" {
		return s.Handover.Method == handoverPickup
	}
	return c.Handover == handoverPickup
}

// checkHandover refuses what of a handover could not be sent.
func checkHandover(h *normalize.Handover) error {
	switch {
	case h == nil:
		return nil
	case !slices.Contains([]string{"", handoverPickup, handoverDropOff}, h.Method):
		return normalize.NotServiceable("/handover/method", "dhl express takes pickup or drop_off")
	case h.Point != "":
		return normalize.NotServiceable("/handover/point", "a drop-off point cannot be named: any takes the parcel")
	case h.Courier != nil:
		return normalize.NotServiceable("/handover/courier", "dhl express knows of no other courier")
	}
	return nil
}

// wrap breaks text into lines of at most width characters at its spaces; ok is false where it
// takes more than lines, or holds a word that is too long.
func wrap(text string, width, lines int) (out []string, ok bool) {
	line := ""
	for _, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case n > width:
			return nil, false
		case line == "":
			line = word
		case len([]rune(line))+1+n <= width:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
		if len(out) >= lines {
			return nil, false
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out, len(out) <= lines
}

// clock is the time of day of t in a zone, as closeTime wants it.
func clock(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return fmt.Sprintf("%02d:%02d", t.Hour(), t.Minute())
}
