package store

import (
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

func (t *Tracker) table() string { return "trackers" }

func (t *Tracker) columns() []column {
	return []column{
		{"tenant", asWord(&t.Tenant)}, {"id", &t.ID}, {"account", &t.Account}, {"adapter", &t.Adapter},
		{"channel", &t.Channel}, {"number", &t.Number}, {"reference", &t.Reference}, {"label_id", &t.LabelID},
		{"order_id", &t.OrderID}, {"destination_country", &t.DestinationCountry},
		{"destination_postal_code", &t.DestinationPostalCode}, {"phone", &t.Phone}, {"ship_date", asWord(&t.ShipDate)},
		{"status", asWord(&t.Status)}, {"substatus", asWord(&t.Substatus)}, {"leg", asWord(&t.Leg)},
		{"estimated_from", asWord(&t.EstimatedFrom)}, {"estimated_to", asWord(&t.EstimatedTo)},
		{"promised_by", asWord(&t.PromisedBy)}, {"terminal", &t.Terminal}, {"seq", &t.Seq},
		{"last_event_at", &t.LastEventAt}, {"numbers", asJSON(&t.Numbers)}, {"details", &t.Details},
		{"due_at", &t.DueAt}, {"lease_until", &t.LeaseUntil}, {"epoch", &t.Epoch}, {"failures", &t.Failures},
		{"polled_at", &t.PolledAt}, {"risk_at", &t.RiskAt}, {"created_at", &t.CreatedAt}, {"updated_at", &t.UpdatedAt},
	}
}

func (t *Tracker) hold(until time.Time) Ref {
	t.Epoch++
	t.LeaseUntil = until
	return Ref{t.Tenant, t.ID, t.Epoch}
}

// keepIdentity undoes what a fold may not touch.
func (t *Tracker) keepIdentity(before Tracker) {
	t.ID, t.Tenant, t.Account, t.Number, t.ShipDate = before.ID, before.Tenant, before.Account, before.Number, before.ShipDate
	t.Seq, t.LastEventAt, t.Epoch, t.CreatedAt = before.Seq, before.LastEventAt, before.Epoch, before.CreatedAt
}

// nameSelf makes sure that the tracker's own number is among its numbers.
func (t *Tracker) nameSelf() {
	for _, n := range t.Numbers {
		if n.Number == t.Number {
			return
		}
	}
	t.Numbers = append([]normalize.TrackedNumber{{Number: t.Number}}, t.Numbers...)
}

// trackerEventRow is a TrackerEvent with the key of its tracker, and its time's zone.
type trackerEventRow struct {
	tenant  Tenant
	tracker string
	offset  int // seconds east of UTC
	TrackerEvent
}

func newTrackerEventRow(t Tracker, e TrackerEvent) trackerEventRow {
	_, offset := e.Event.OccurredAt.Zone()
	return trackerEventRow{t.Tenant, t.ID, offset, e}
}

// event is the row with the time of its scan in the zone in which it was told.
func (r *trackerEventRow) event() TrackerEvent {
	e := r.TrackerEvent
	if r.offset != 0 {
		e.Event.OccurredAt = e.Event.OccurredAt.In(time.FixedZone("", r.offset))
	}
	return e
}

func (r *trackerEventRow) table() string { return "tracker_events" }

func (r *trackerEventRow) columns() []column {
	e := &r.Event
	return []column{
		{"tenant", asWord(&r.tenant)}, {"tracker_id", &r.tracker}, {"seq", &r.Seq}, {"id", &r.ID}, {"dedupe", &r.Dedupe},
		{"carrier_event_id", &e.CarrierEventID}, {"number", &e.Number}, {"status", asWord(&e.Status)},
		{"substatus", asWord(&e.Substatus)}, {"leg", asWord(&e.Leg)}, {"code", &e.Code}, {"words", &e.Text},
		{"occurred_at", &e.OccurredAt}, {"utc_offset", &r.offset}, {"zone_known", &e.ZoneKnown},
		{"raw_time", &e.RawTime}, {"location", asJSON(&e.Location)}, {"signed_by", &e.SignedBy},
		{"liable", &r.Liable}, {"source", &r.Source}, {"callback_id", &r.Callback},
		{"received_at", &r.ReceivedAt}, {"late", &r.Late}, {"seen", &r.Seen},
	}
}
