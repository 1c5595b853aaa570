package normalize

import (
	"encoding/json"
	"errors"
	"time"
)

// Date is a calendar day without a zone, "2026-11-21". The empty Date means "not said".
type Date string

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", errors.New("must be a day as YYYY-MM-DD")
	}
	return Date(s), nil
}

// DateOf is the day of t in t's own zone.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// At returns midnight of the day in loc. The empty Date is the zero time.
func (d Date) At(loc *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), loc)
	if err != nil {
		return time.Time{}
	}
	return t
}

// UnmarshalJSON reads a day and refuses what is none.
func (d *Date) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New("must be a day as YYYY-MM-DD")
	}
	if s == "" {
		*d = ""
		return nil
	}
	v, err := ParseDate(s)
	*d = v
	return err
}
