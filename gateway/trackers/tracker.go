// Package trackers follows parcels: it makes one timeline of what carriers push and what
// polls find, decides from it where the parcel stands, and tells each change once.
package trackers

import (
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Summary is a tracker as webhooks tell of it: all but its timeline.
type Summary struct {
	ID             string                    `json:"id"`
	TrackingNumber string                    `json:"tracking_number"`
	Numbers        []normalize.TrackedNumber `json:"numbers" doc:"All numbers of the parcel, its own first"`
	Channel        string                    `json:"channel"`
	Account        string                    `json:"account"`
	Reference      string                    `json:"reference,omitempty"`
	OrderID        string                    `json:"order_id,omitempty"`
	Label          string                    `json:"label,omitempty"`
	Status         normalize.Status          `json:"status" enum:"registered,label_created,picked_up,in_transit,customs,out_for_delivery,available_for_pickup,delivery_failed,delivered,returning,returned,exception,cancelled,expired,unknown"`
	Substatus      normalize.Substatus       `json:"substatus,omitempty"`
	Leg            normalize.Leg             `json:"leg,omitempty"`
	PromisedBy     normalize.Date            `json:"promised_by,omitempty" format:"date"`
	OnTime         string                    `json:"on_time" enum:"on_time,at_risk,late,unknown"`
	PromiseRule    string                    `json:"promise_rule,omitempty" doc:"Which promise that is: its id, quote for the rate's own day, carrier for the carrier's general word"`
	DispatchBy     normalize.Date            `json:"dispatch_by,omitempty" format:"date" doc:"The last day on which the seller may hand the parcel over"`
	Liability      *responsibility.Liability `json:"liability" null:"true" doc:"Who answers for the parcel where it stands; null where nobody can say"`
	CreatedAt      time.Time                 `json:"created_at"`
	UpdatedAt      time.Time                 `json:"updated_at"`

	TrackingURL       string           `json:"tracking_url,omitempty"`
	EstimatedDelivery *Estimate        `json:"estimated_delivery,omitempty" doc:"The carrier's present guess"`
	ProofOfDelivery   *ProofOfDelivery `json:"proof_of_delivery,omitempty"`
}

// Tracker is a tracker as the API shows it.
type Tracker struct {
	Summary
	Events []Event `json:"events" doc:"The timeline, by the time of the scan"`
}

// Estimate is a span of days.
type Estimate struct {
	From normalize.Date `json:"from" format:"date"`
	To   normalize.Date `json:"to" format:"date"`
}

// ProofOfDelivery is what the carrier tells of the handing over.
type ProofOfDelivery struct {
	At       time.Time `json:"at"`
	SignedBy string    `json:"signed_by,omitempty"`
}

// Event is one scan as the API shows it.
type Event struct {
	ID          string              `json:"id"`
	Status      normalize.Status    `json:"status"`
	Substatus   normalize.Substatus `json:"substatus,omitempty"`
	Leg         normalize.Leg       `json:"leg,omitempty"`
	Liable      *string             `json:"liable" null:"true" enum:"seller,platform,carrier,buyer,none"`
	LiableRule  string              `json:"liable_rule,omitempty" doc:"As GET /v1/responsibilities names it"`
	OccurredAt  time.Time           `json:"occurred_at"`
	ReceivedAt  time.Time           `json:"received_at"`
	Location    normalize.Location  `json:"location"`
	Description string              `json:"description"`
	Raw         Raw                 `json:"raw"`
	Source      Source              `json:"source" enum:"callback,poll,gateway"`
	Number      string              `json:"number,omitempty" doc:"Which parcel, where a carrier tells"`
	ZoneKnown   bool                `json:"zone_known" doc:"False: the offset is ours, from the place of the scan"`
}

// Raw is the carrier's own word for a scan.
type Raw struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Time string `json:"time,omitempty" doc:"As sent"`
}

// Source says how we heard of a scan.
type Source string

// The sources.
const (
	SourceCallback Source = "callback"
	SourcePoll     Source = "poll"
	SourceGateway  Source = "gateway" // what we did ourselves, such as a void
)

// Update is the data of a tracker's events in the log: the tracker as it stood after this
// scan. Event is absent where the tracker itself is new.
type Update struct {
	Summary
	Event    *Event `json:"event,omitempty"`
	Sequence int64  `json:"sequence"`
	Late     bool   `json:"late"`
}

// present shows a tracker without its timeline, as it stands now.
func present(t *store.Tracker, d details, now time.Time) Summary {
	out := Summary{
		ID: t.ID, TrackingNumber: t.Number, Numbers: t.Numbers, Channel: t.Channel, Account: t.Account,
		Reference: t.Reference, OrderID: t.OrderID, Label: t.LabelID,
		Status: t.Status, Substatus: t.Substatus, Leg: t.Leg, PromisedBy: t.PromisedBy, OnTime: onTime(t, &d, now),
		CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
		TrackingURL: d.TrackingURL, ProofOfDelivery: d.Marks.proof(), Liability: d.Liability,
	}
	if out.Status == "" {
		out.Status = normalize.StatusUnknown
	}
	if out.Numbers == nil {
		out.Numbers = []normalize.TrackedNumber{{Number: t.Number}}
	}
	if d.Promise != nil {
		out.PromiseRule, out.DispatchBy = d.Promise.Rule, d.Promise.Dispatch
	}
	if t.EstimatedTo != "" {
		out.EstimatedDelivery = &Estimate{From: t.EstimatedFrom, To: t.EstimatedTo}
	}
	return out
}

// presentEvent shows a scan.
func presentEvent(e store.TrackerEvent) Event {
	out := Event{
		ID: e.ID, Status: e.Event.Status, Substatus: e.Event.Substatus, Leg: e.Event.Leg,
		OccurredAt: e.Event.OccurredAt, ReceivedAt: e.ReceivedAt, Location: e.Event.Location,
		Description: e.Event.Text, Raw: Raw{Code: e.Event.Code, Text: e.Event.Text, Time: e.Event.RawTime},
		Source: Source(e.Source), Number: e.Event.Number, ZoneKnown: e.Event.ZoneKnown,
	}
	if e.Liable != "" {
		out.Liable = &e.Liable
	}
	if out.Description == "" {
		out.Description = describe(e.Event)
	}
	return out
}

// describe puts our own meaning in words, for carriers that send codes only.
func describe(e normalize.TrackingEvent) string {
	word := string(e.Status)
	if e.Substatus != "" && e.Substatus != normalize.SubstatusUnmapped {
		word += ": " + string(e.Substatus)
	}
	return strings.ReplaceAll(word, "_", " ")
}
