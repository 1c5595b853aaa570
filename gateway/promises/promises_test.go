package promises

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/calendar"
	"github.com/crossdock-hub/crossdock/normalize"
)

func days(t testing.TB) *calendar.Calendars {
	t.Helper()
	c, err := calendar.Load(os.DirFS("../../configs/calendars"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func shipped(t testing.TB, own map[string]string) *Table {
	t.Helper()
	mine := fstest.MapFS{}
	for name, text := range own {
		mine[name] = &fstest.MapFile{Data: []byte(text)}
	}
	table, err := Load(os.DirFS("../../configs/promises"), mine, days(t))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Over Chinese New Year 2026 nobody works from 15 to 23 February, but on the Saturdays 14 and
// 28 February everybody does.
func TestDispatchOverChineseNewYear(t *testing.T) {
	t.Parallel()
	table := shipped(t, nil)
	for ordered, want := range map[string]normalize.Date{
		"2026-02-09T10:00:00+08:00": "2026-02-14", // the working Saturday is the fifth day
		"2026-02-11T10:00:00+08:00": "2026-02-25", // two more after 12, 13 and 14
		"2026-02-13T10:00:00+08:00": "2026-02-27",
		"2026-02-13T17:00:00Z":      "2026-02-28", // the 14th already, in China
		"2026-02-17T10:00:00+08:00": "2026-02-28", // within the holidays: counted from the first day on
		"2026-03-02T10:00:00+08:00": "2026-03-09",
	} {
		s := Subject{Channel: "yanwen.tracked", Platform: "temu", OperatingModel: "semi_managed", From: "CN", To: "DE",
			Bought: at(t, ordered).Add(time.Hour), Ordered: at(t, ordered)}
		got := table.For(s)
		if got.Dispatch != want || got.DispatchRule != "semi-managed-dispatch" {
			t.Errorf("ordered at %s: dispatch by %s (%s), want %s", ordered, got.Dispatch, got.DispatchRule, want)
		}
		if risk, want := got.Endangered(Announced), want.At(days(t).Location("CN")); !risk.Equal(want) {
			t.Errorf("ordered at %s: in danger from %s, want the morning of the last day, %s", ordered, risk, want)
		}
		if risk := got.Endangered(PickedUp); !risk.IsZero() {
			t.Errorf("a parcel that was handed over has kept its promise of dispatch: %s", risk)
		}
	}
}

// Other operating models promise no dispatch.
func TestDispatchIsOfSemiManagedOrders(t *testing.T) {
	t.Parallel()
	for _, model := range []string{"", "fully_managed", "self_operated"} {
		s := Subject{Channel: "yanwen.tracked", OperatingModel: model, From: "CN", To: "DE", Bought: at(t, "2026-03-02T10:00:00+08:00")}
		if p := shipped(t, nil).For(s); p.Dispatch != "" || p.Day != "" {
			t.Errorf("%q: %+v", model, p)
		}
	}
}

func TestWhichPromiseCounts(t *testing.T) {
	t.Parallel()
	general := adapters.Promise{DaysMin: 5, DaysMax: 10, BusinessDays: true, Source: "the carrier"}
	from := func(channel string) Subject {
		return Subject{Channel: channel, Platform: "aliexpress", From: "CN", To: "FR", Shipped: "2026-03-02"}
	}
	quoted := from("yanwen.tracked")
	quoted.Quoted, quoted.General = "2026-03-20", general
	plain := from("yanwen.tracked")
	plain.General = general
	elsewhere := from("cainiao.standard")
	elsewhere.To = "NP"
	before := from("cainiao.standard")
	before.Shipped = "2015-08-31"
	five := from("cainiao.five_day")
	five.OperatingModel = "fully_managed"
	fiveOther := five
	fiveOther.OperatingModel = "semi_managed"
	standard := from("cainiao.standard")
	standard.Quoted = "2026-03-03"
	for name, c := range map[string]struct {
		of   Subject
		rule string
		day  normalize.Date
	}{
		"Worry-Free standard, 35 days":      {standard, "worry-free-standard", "2026-04-06"},
		"Worry-Free priority, 10 days":      {from("cainiao.premium"), "worry-free-premium", "2026-03-12"},
		"no core country":                   {elsewhere, "", ""},
		"before it was promised":            {before, "", ""},
		"five days, fully managed":          {five, "global-5day", "2026-03-07"},
		"five days are for those alone":     {fiveOther, "", ""},
		"the rate's own day":                {quoted, "quote", "2026-03-20"},
		"the carrier's word, business days": {plain, "carrier", "2026-03-16"},
		"nothing known":                     {from("yanwen.tracked"), "", ""},
		"nothing known of when it is to go": {Subject{Channel: "cainiao.standard", To: "FR"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := shipped(t, nil).For(c.of)
			if got.Rule != c.rule || got.Day != c.day {
				t.Errorf("got %s by %s, want %s by %s", got.Rule, got.Day, c.rule, c.day)
			}
			if c.day != "" && !got.By.Equal(c.day.At(days(t).Location("FR")).AddDate(0, 0, 1).Add(-time.Second)) {
				t.Errorf("%s is not the end of that day in France", got.By)
			}
		})
	}
}

// All checkpoints lie before the end of the promise, in the order of the stages.
func TestCheckpointsComeBeforeThePromiseBreaks(t *testing.T) {
	t.Parallel()
	abroad := shipped(t, nil).For(Subject{Channel: "cainiao.premium", From: "CN", To: "DE", Shipped: "2026-03-02"})
	if len(abroad.Checkpoints) != 5 {
		t.Fatalf("checkpoints %+v", abroad.Checkpoints)
	}
	last := at(t, "2026-03-01T16:00:00Z") // midnight of 2 March in China
	for _, c := range abroad.Checkpoints {
		if !c.At.After(last) || !c.At.Before(abroad.By) {
			t.Errorf("%s at %s is not between %s and %s", c.Stage, c.At, last, abroad.By)
		}
		last = c.At
	}
	if got := abroad.Endangered(Delivered); !got.IsZero() {
		t.Errorf("what is delivered is in no danger: %s", got)
	}
	home := shipped(t, map[string]string{"own.yaml": `
promises:
  - {id: domestic, of: delivery, to: [US], from: [US], days_max: 5, source: "our own"}`}).
		For(Subject{Channel: "ups.ground", From: "US", To: "US", Shipped: "2026-03-02"})
	for _, c := range home.Checkpoints {
		if c.Stage == Departed || c.Stage == Arrived {
			t.Errorf("a parcel that crosses no border has no %s", c.Stage)
		}
	}
	if home.Rule != "domestic" || len(home.Checkpoints) != 3 {
		t.Errorf("got %+v", home)
	}
}

// How far a parcel has come that had one scan.
func TestStageOfAScan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status    normalize.Status
		substatus normalize.Substatus
		leg       normalize.Leg
		want      Stage
	}{
		{normalize.StatusLabelCreated, "", "", Announced},
		{normalize.StatusUnknown, normalize.SubstatusUnmapped, "", Announced},
		{normalize.StatusPickedUp, "", normalize.LegFirstMile, PickedUp},
		{normalize.StatusInTransit, "", "", PickedUp},
		{normalize.StatusCustoms, "", normalize.LegExportCustoms, PickedUp},
		{normalize.StatusInTransit, normalize.SubstatusExportDeparted, "", Departed},
		{normalize.StatusInTransit, "", normalize.LegLineHaul, Departed},
		{normalize.StatusInTransit, normalize.SubstatusArrivedDestination, normalize.LegLineHaul, Arrived},
		{normalize.StatusCustoms, normalize.SubstatusCustomsHeld, normalize.LegImportCustoms, Arrived},
		{normalize.StatusInTransit, normalize.SubstatusHandedToLastMile, "", LastMile},
		{normalize.StatusOutForDelivery, "", "", LastMile},
		{normalize.StatusDelivered, "", "", Delivered},
	} {
		if got := StageOf(normalize.TrackingEvent{Status: c.status, Substatus: c.substatus, Leg: c.leg}); got != c.want {
			t.Errorf("%s/%s on %s: got %s, want %s", c.status, c.substatus, c.leg, got, c.want)
		}
	}
}

func TestOwnPromisesReplaceShippedOnes(t *testing.T) {
	t.Parallel()
	table := shipped(t, map[string]string{"own.yaml": `
checkpoints:
  - {stage: delivered, percent: 50}
promises:
  - {id: worry-free-standard, of: delivery, channels: [cainiao.standard], days_max: 20, source: "our contract"}`})
	got := table.For(Subject{Channel: "cainiao.standard", From: "CN", To: "NP", Shipped: "2026-03-02"})
	if got.Day != "2026-03-22" || len(got.Checkpoints) != 1 {
		t.Errorf("got %+v", got)
	}
	if p, ok := table.Transit(Subject{Channel: "cainiao.premium", From: "CN", To: "DE", Shipped: "2026-03-02"}); !ok || p.DaysMin != 3 || p.DaysMax != 10 {
		t.Errorf("the shipped one of another channel: %+v, %t", p, ok)
	}
}

// Every fault is told at once, with its file, line, field and reason.
func TestFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Load(nil, fstest.MapFS{"bad.yaml": {Data: []byte(`promises:
  - id: Not An Id
    of: sometime
    days_min: 9
    days_max: 5
    to: [Germany]
    valid_from: 2026-02-30
    colour: blue
checkpoints:
  - {stage: arrived, percent: 60}
  - {stage: picked_up, percent: 100}
`)}}, days(t))
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, want := range []string{
		"bad.yaml:2:5: promises[0].id: must be words", "bad.yaml:3:5: promises[0].of: must be one of delivery, dispatch",
		"promises[0].source: is required", "bad.yaml:4:5: promises[0].days_min: is more than days_max",
		"bad.yaml:6:5: promises[0].to: must list countries", "bad.yaml:7:5: promises[0].valid_from: must be a day",
		"bad.yaml:8:5: promises[0].colour: is not a known key",
		"checkpoints[1].percent: must be a whole number from 1 to 99", "checkpoints[1]: must be of a later stage",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
}
