// Package promises says by when a parcel is to be where: what platforms and carriers promise
// of a channel on a lane, as dated data, counted on the calendars of working days.
package promises

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/calendar"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Table holds the promises of all channels. It does not change once loaded, and serves many
// goroutines.
type Table struct {
	rules       []rule
	checkpoints []checkpoint
	days        *calendar.Calendars
}

// Subject is what is known of a parcel when it is bought or first followed. What is not
// known is empty, and a promise that depends on it is not made.
type Subject struct {
	Channel        string
	Platform       string
	OperatingModel string
	From, To       string         // countries
	Shipped        normalize.Date // the day that it leaves, at its origin; that of Bought when empty
	Bought         time.Time      // when its carriage was bought
	Ordered        time.Time      // when the buyer ordered
	Quoted         normalize.Date // the day that the rate named
	General        adapters.Promise
}

// Promise is by when a parcel is to be where.
type Promise struct {
	// Rule is the promise's id; "quote" where it is the rate's own day, "carrier" where it is
	// the carrier's word for the service in general.
	Rule   string         `json:"rule,omitempty"`
	Source string         `json:"source,omitempty"`
	Day    normalize.Date `json:"day,omitempty"` // of delivery
	By     time.Time      `json:"by,omitzero"`   // the end of that day at the destination
	// Dispatch is the last day on which the seller may hand the parcel over.
	Dispatch     normalize.Date `json:"dispatch,omitempty"`
	DispatchRule string         `json:"dispatch_rule,omitempty"`
	// Checkpoints tell, in the order of time, when a stage that is not reached endangers the
	// promise. All lie before its end.
	Checkpoints []Checkpoint `json:"checkpoints,omitempty"`
}

// Checkpoint is a stage that is to be reached by a time.
type Checkpoint struct {
	Stage Stage     `json:"stage"`
	At    time.Time `json:"at"`
}

// For finds the promises for a parcel. A platform's or carrier's promise for the lane counts
// before the rate's day, and that before what the carrier tells of its service in general.
func (t *Table) For(s Subject) Promise {
	var p Promise
	if s.Shipped == "" && !s.Bought.IsZero() {
		s.Shipped = t.days.Today(s.From, s.Bought)
	}
	start := s.Shipped.At(t.days.Location(s.From))
	if s.Shipped == "" || start.IsZero() {
		return p
	}
	if r := t.match(delivery, s); r != nil {
		p.Rule, p.Source, p.Day = r.id, r.source, t.count(r, s)
	} else if s.Quoted != "" {
		p.Rule, p.Source, p.Day = "quote", "the rate that was bought", s.Quoted
	} else if s.General.DaysMax > 0 {
		p.Rule, p.Source = "carrier", s.General.Source
		p.Day = t.days.Add(s.To, s.Shipped, s.General.DaysMax, s.General.BusinessDays)
	}
	if p.Day != "" {
		p.By = endOf(p.Day, t.days.Location(s.To))
		t.check(&p, start, s.From == s.To)
	}
	if r := t.match(dispatch, s); r != nil {
		p.Dispatch, p.DispatchRule = t.count(r, s), r.id
		p.setDispatch(t.days.Location(s.From))
	}
	return p
}

// Transit is what is promised of a channel on a lane before anything is bought; ok is false
// where no promise is known, and always of a nil table.
func (t *Table) Transit(s Subject) (_ adapters.Promise, ok bool) {
	if t == nil {
		return adapters.Promise{}, false
	}
	r := t.match(delivery, s)
	if r == nil {
		return adapters.Promise{}, false
	}
	return adapters.Promise{DaysMin: r.daysMin, DaysMax: r.daysMax, BusinessDays: r.business, Source: r.source}, true
}

// count counts a rule's days on the calendar of the country where they pass.
func (t *Table) count(r *rule, s Subject) normalize.Date {
	from, country := s.Shipped, s.To
	if r.of == dispatch {
		country = s.From
	}
	if r.fromOrder && !s.Ordered.IsZero() {
		from = t.days.Today(s.From, s.Ordered)
	}
	return t.days.Add(country, from, r.daysMax, r.business)
}

// check sets the checkpoints of a delivery: each after its part of the time. A parcel that
// crosses no border neither departs nor arrives.
func (t *Table) check(p *Promise, start time.Time, domestic bool) {
	whole := p.By.Sub(start)
	if whole <= 0 {
		return
	}
	for _, c := range t.checkpoints {
		if domestic && (c.stage == Departed || c.stage == Arrived) {
			continue
		}
		p.Checkpoints = append(p.Checkpoints, Checkpoint{c.stage, start.Add(whole / 100 * time.Duration(c.percent)).UTC()})
	}
}

// setDispatch lets the last day of dispatch, from its morning on, stand for the share of the
// transit in which a parcel is to be picked up.
func (p *Promise) setDispatch(loc *time.Location) {
	at := p.Dispatch.At(loc)
	for i, c := range p.Checkpoints {
		if c.Stage == PickedUp {
			p.Checkpoints[i].At = at.UTC()
			return
		}
	}
	p.Checkpoints = append([]Checkpoint{{PickedUp, at.UTC()}}, p.Checkpoints...)
}

func endOf(day normalize.Date, loc *time.Location) time.Time {
	return day.At(loc).AddDate(0, 0, 1).Add(-time.Second).UTC()
}
