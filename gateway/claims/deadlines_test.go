package claims

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

const ownDeadlines = `deadlines:
  - {id: delivered, platform: ebay, reasons: [damaged], days: 7, counted_from: delivery, reason: a week, source: a contract}
  - {id: silent, channels: [yanwen.*], reasons: [lost], days: 60, counted_from: last_scan, reason: two months, source: a contract, valid_to: 2026-11-03}
  - {id: silent-now, channels: [yanwen.*], reasons: [lost], days: 45, counted_from: last_scan, reason: 45 days, source: a contract, valid_from: 2026-11-04}
  - {id: late, channels: [yanwen.tracked], reasons: [delayed], days: 10, counted_from: promise, reason: ten days, source: a contract}
  - {id: dhl-express-loss-and-damage, channels: ["dhl_express.*"], reasons: [lost, damaged], days: 21, counted_from: acceptance, reason: three weeks, source: a contract}
`

// way is a parcel that the carrier took on the 2nd, in Shenzhen's night, and told of until a day.
func way(channel string, last int, ends normalize.Status) trackers.Tracker {
	cst := time.FixedZone("", 8*3600)
	event := func(day int, status normalize.Status, source trackers.Source) trackers.Event {
		return trackers.Event{Status: status, Source: source, OccurredAt: time.Date(2026, 11, day, 1, 0, 0, 0, cst)}
	}
	return trackers.Tracker{Summary: trackers.Summary{Channel: channel, PromisedBy: "2026-11-15"}, Events: []trackers.Event{
		event(1, normalize.StatusLabelCreated, trackers.SourcePoll), event(2, normalize.StatusPickedUp, trackers.SourcePoll),
		event(last, ends, trackers.SourcePoll), event(20, normalize.StatusCancelled, trackers.SourceGateway)}}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	shipped, err := LoadDeadlines(os.DirFS("../../configs/claims"), nil)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := LoadDeadlines(os.DirFS("../../configs/claims"), fstest.MapFS{"own.yaml": {Data: []byte(ownDeadlines)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name             string
		by               *Deadlines
		parcel           trackers.Tracker
		platform, reason string
		date             normalize.Date
		rule, says       string
	}{
		{"dhl_30_days_from_acceptance", shipped, way("dhl_express.worldwide", 9, normalize.StatusException), "", Lost, "2026-12-02", "dhl-express-loss-and-damage", "30 days"},
		{"dhl_not_accepted_yet", shipped, trackers.Tracker{Summary: trackers.Summary{Channel: "dhl_express.worldwide"}}, "", Lost, "", "dhl-express-loss-and-damage", "no scan tells when"},
		{"dhl_delay_is_not_told", shipped, way("dhl_express.worldwide", 9, normalize.StatusInTransit), "", Delayed, "", "", "no source that is known here"},
		{"no_limit_is_told", shipped, way("speedpak.standard", 9, normalize.StatusInTransit), "ebay", Lost, "", "speedpak-complaints", "not told"},
		{"nobody_tells", shipped, way("yanwen.tracked", 9, normalize.StatusInTransit), "", Lost, "", "", "yanwen.tracked"},
		{"own_replaces_shipped", mine, way("dhl_express.worldwide", 9, normalize.StatusException), "", Damaged, "2026-11-23", "dhl-express-loss-and-damage", "three weeks"},
		{"from_delivery", mine, way("speedpak.standard", 9, normalize.StatusDelivered), "ebay", Damaged, "2026-11-16", "delivered", "a week"},
		{"never_delivered", mine, way("speedpak.standard", 9, normalize.StatusInTransit), "ebay", Damaged, "", "delivered", "no scan tells of a delivery"},
		{"another_platform", mine, way("speedpak.standard", 9, normalize.StatusDelivered), "temu", Damaged, "", "", "no source"},
		{"before_the_change", mine, way("yanwen.special", 3, normalize.StatusInTransit), "", Lost, "2027-01-02", "silent", "two months"},
		{"after_the_change", mine, way("yanwen.special", 4, normalize.StatusInTransit), "", Lost, "2026-12-19", "silent-now", "45 days"},
		{"from_the_promise", mine, way("yanwen.tracked", 4, normalize.StatusInTransit), "", Delayed, "2026-11-25", "late", "ten days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ruling := trackers.Ruling{Way: responsibility.Way{Platform: c.platform}}
			got := c.by.answer(subjectOf(c.parcel, ruling, c.reason, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)))
			if got.Date != c.date || got.Rule != c.rule || !strings.Contains(got.Reason, c.says) || (got.Source == "") != (c.rule == "") {
				t.Errorf("got %+v, want %s by %q, %q", got, c.date, c.rule, c.says)
			}
		})
	}
}

func TestFaultsOfDeadlines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"days_without_a_base":   {`{id: a, days: 3, reason: r, source: s}`, "counted_from"},
		"a_base_without_days":   {`{id: a, counted_from: delivery, reason: r, source: s}`, "counted_from"},
		"another_base":          {`{id: a, days: 3, counted_from: sale, reason: r, source: s}`, "must be one of acceptance"},
		"another_reason":        {`{id: a, reasons: [stolen], reason: r, source: s}`, "must list some of lost"},
		"no_source":             {`{id: a, reason: r}`, "source: is required"},
		"a_pattern":             {`{id: a, channels: ["["], reason: r, source: s}`, "pattern 1"},
		"an_id":                 {`{id: A B, reason: r, source: s}`, "lower-case"},
		"ends_before_it_begins": {`{id: a, reason: r, source: s, valid_from: 2026-02-01, valid_to: 2026-01-01}`, "before valid_from"},
		"an_unknown_key":        {`{id: a, reason: r, source: s, party: carrier}`, "not a known key"},
	} {
		_, err := LoadDeadlines(fstest.MapFS{"d.yaml": {Data: []byte("deadlines:\n  - " + c.text + "\n")}}, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "d.yaml:2") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	twice := "deadlines:\n  - {id: a, reason: r, source: s}\n  - {id: a, reason: r, source: s}\n"
	if _, err := LoadDeadlines(fstest.MapFS{"d.yaml": {Data: []byte(twice)}}, nil); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Errorf("twice: got %v", err)
	}
}
