package dhlexpress

import (
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPlannedTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, country, date, now, want string
		chosen                         bool
		wantErr                        string
	}{
		{"today while there is time", "CZ", "", "2027-01-15T09:00:00+01:00", "2027-01-15T17:00:00GMT+01:00", false, ""},
		{"on Monday when Friday's hour is past", "CZ", "", "2027-01-15T16:45:00+01:00", "2027-01-18T17:00:00GMT+01:00", false, ""},
		{"not on a Sunday", "CN", "", "2026-11-22T10:00:00+08:00", "2026-11-23T17:00:00GMT+08:00", false, ""},
		{"on a Sunday where Friday is the rest", "SA", "", "2026-11-20T10:00:00+03:00", "2026-11-22T17:00:00GMT+03:00", false, ""},
		{"today at the origin, not here", "CN", "", "2026-11-22T18:00:00Z", "2026-11-23T17:00:00GMT+08:00", false, ""},
		{"with the summer's offset", "CZ", "2027-07-01", "2027-06-30T12:00:00Z", "2027-07-01T17:00:00GMT+02:00", true, ""},
		{"half an hour", "IN", "2027-01-19", "2027-01-18T12:00:00Z", "2027-01-19T17:00:00GMT+05:30", true, ""},
		{"west of Greenwich", "US", "2027-01-19", "2027-01-18T12:00:00Z", "2027-01-19T17:00:00GMT-05:00", true, ""},
		{"a Saturday that was asked for", "CZ", "2027-01-16", "2027-01-15T09:00:00+01:00", "2027-01-16T17:00:00GMT+01:00", true, ""},
		{"late on the day itself", "CZ", "2027-01-15", "2027-01-15T18:10:05+01:00", "2027-01-15T18:40:05GMT+01:00", true, ""},
		{"in the last minutes of the day", "CZ", "2027-01-15", "2027-01-15T23:50:00+01:00", "2027-01-15T23:59:59GMT+01:00", true, ""},
		{"ten days ahead", "CZ", "2027-01-25", "2027-01-15T18:00:00+01:00", "2027-01-25T17:00:00GMT+01:00", true, ""},
		{"yesterday", "CZ", "2027-01-14", "2027-01-15T09:00:00+01:00", "", true, "/ship_date is in the past"},
		{"yesterday at the origin though today here", "CN", "2027-01-15", "2027-01-15T17:00:00Z", "", true, "/ship_date is in the past"},
		{"too far ahead", "CZ", "2027-01-26", "2027-01-15T09:00:00+01:00", "", true, "/ship_date is more than 10 days ahead"},
		{"no day", "CZ", "2027-02-30", "2027-01-15T09:00:00+01:00", "", true, "/ship_date must be a day"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.fill()
			s := normalize.Shipment{Origin: normalize.Address{Country: c.country}, ShipDate: normalize.Date(c.date)}
			got, err := cfg.planOf(s, moment(t, c.now))
			if c.wantErr != "" {
				if e := normalize.AsError(err); e == nil || !strings.HasPrefix(e.Field+" "+e.Message, c.wantErr) {
					t.Errorf("got %v, want %s", err, c.wantErr)
				}
				return
			}
			if err != nil || got.text() != c.want || got.chosen != c.chosen {
				t.Errorf("got %s chosen=%v (%v), want %s", got.text(), got.chosen, err, c.want)
			}
			if len(got.text()) > 29 {
				t.Errorf("%s is longer than the 29 characters of the field", got.text())
			}
		})
	}
}

// The account's own zone and hour beat the country's.
func TestPlannedTimeOfTheAccount(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Timezone, cfg.Ready = "America/Denver", "12:30"
	cfg.fill()
	got, err := cfg.planOf(normalize.Shipment{Origin: normalize.Address{Country: "US"}, ShipDate: "2027-01-19"},
		moment(t, "2027-01-18T12:00:00Z"))
	if want := "2027-01-19T12:30:00GMT-07:00"; err != nil || got.text() != want {
		t.Errorf("got %s, %v, want %s", got.text(), err, want)
	}
}

// A courier's window is what the shipment is planned for.
func TestPlannedTimeOfACourier(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.fill()
	now := moment(t, friday)
	for _, c := range []struct{ name, from, want, wantErr string }{
		{"at the origin's clock", "2027-01-18T08:00:00Z", "2027-01-18T09:00:00GMT+01:00", ""},
		{"not in the past", "2027-01-15T07:00:00Z", "", "/handover/ready_from"},
		{"not in two weeks", "2027-01-29T08:00:00Z", "", "/handover/ready_from"},
	} {
		s := pragueToNewYork()
		s.Handover = &normalize.Handover{Method: handoverPickup, ReadyFrom: moment(t, c.from)}
		got, err := cfg.planOf(s, now)
		if c.wantErr != "" {
			if e := normalize.AsError(err); e == nil || e.Field != c.wantErr {
				t.Errorf("%s: got %v", c.name, err)
			}
			continue
		}
		if err != nil || got.text() != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, got.text(), err, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     string
		ok       bool
	}{
		{"short", "one", "one", true},
		{"empty", "  ", "", true},
		{"at a space", "aaaa bbbb cccc", "aaaa bbbb|cccc", true},
		{"characters, not bytes", "ééééé ééé ü", "ééééé ééé|ü", true},
		{"too many lines", "aaaaaaa bbbbbbb ccccccc", "", false},
		{"a word that is too long", "aaaaaaaaaaa", "", false},
	} {
		got, ok := wrap(c.in, 10, 2)
		if ok != c.ok || (ok && strings.Join(got, "|") != c.want) {
			t.Errorf("%s: got %q %v, want %q %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
