package trackers

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// details is what a tracker keeps beyond its columns: what the answer shows besides, and
// what the fold and the schedule remember.
type details struct {
	TrackingURL string `json:"tracking_url,omitempty"`
	// URLAsOf and EstimateAsOf are the newest scans of the messages that told these.
	URLAsOf      time.Time `json:"url_as_of,omitzero"`
	EstimateAsOf time.Time `json:"estimate_as_of,omitzero"`
	Marks        marks     `json:"marks,omitzero"`
	// Way is whose order it is, as the label told; Trail what was heard of the parcel, and
	// Liability who answers for it by that.
	Way       *responsibility.Way       `json:"way,omitempty"`
	Trail     []heard                   `json:"trail,omitempty"`
	Liability *responsibility.Liability `json:"liability,omitempty"`
	// Quiet counts polls in a row that brought nothing new.
	Quiet int `json:"quiet,omitempty"`
	// Promise is what was promised when the tracker was made, Stage how far the parcel has
	// come, and ToldRisk when tracker.at_risk was told.
	Promise  *promises.Promise `json:"promise,omitempty"`
	Stage    promises.Stage    `json:"stage,omitempty"`
	ToldRisk time.Time         `json:"told_risk,omitzero"`
}

func detailsOf(t *store.Tracker) details {
	var d details
	if len(t.Details) > 0 {
		// What we wrote ourselves; an unreadable one begins anew.
		_ = json.Unmarshal(t.Details, &d)
	}
	return d
}

func (d details) encode() (json.RawMessage, error) { return json.Marshal(d) }

// marks sum a timeline up. Each is the first or the newest scan of its kind, so that scans
// may be added in any order, and twice.
//
// The timeline is read in its own order, by three rules. Before anything terminal the newest
// scan is the status. After a cancellation, an expiry or a return nothing counts any more.
// After a delivery only a return counts; where the newest of both is a delivery again, the
// return was given up. Where several pieces travel together, they are delivered when the last
// of them is.
type marks struct {
	Open           *mark `json:"open,omitempty"`            // the newest of those that end nothing
	FirstDelivered *mark `json:"first_delivered,omitempty"` // the first delivery that names no parcel
	Delivered      *mark `json:"delivered,omitempty"`       // the newest one
	// Parcels are the deliveries that name a parcel, and Pieces the parcels that must all be
	// delivered, where there are several.
	Parcels   map[string]delivery `json:"parcels,omitempty"`
	Pieces    []string            `json:"pieces,omitempty"`
	Signed    *mark               `json:"signed,omitempty"`    // the newest one that names who signed
	Returning *mark               `json:"returning,omitempty"` // the newest
	Returned  *mark               `json:"returned,omitempty"`  // the first
	Closed    *mark               `json:"closed,omitempty"`    // the first cancellation or expiry
	Leg       *mark               `json:"leg,omitempty"`       // the newest that names a leg
}

// delivery is the first and the newest time at which one parcel was delivered.
type delivery struct {
	First *mark `json:"first"`
	Last  *mark `json:"last"`
}

// add takes a scan in. One that says nothing changes nothing.
func (m *marks) add(key string, e normalize.TrackingEvent) {
	if !informs(e) {
		return
	}
	n := &mark{At: e.OccurredAt.UTC(), Key: key, Status: e.Status, Substatus: e.Substatus, Leg: e.Leg}
	switch e.Status {
	case normalize.StatusDelivered:
		m.addDelivery(e.Number, n)
		if e.SignedBy != "" {
			signed := *n
			signed.SignedBy = e.SignedBy
			m.Signed = later(m.Signed, &signed)
		}
	case normalize.StatusReturning:
		m.Returning = later(m.Returning, n)
	case normalize.StatusReturned:
		m.Returned = earlier(m.Returned, n)
	case normalize.StatusCancelled, normalize.StatusExpired:
		m.Closed = earlier(m.Closed, n)
	default:
		m.Open = later(m.Open, n)
	}
	if e.Leg != "" {
		m.Leg = later(m.Leg, n)
	}
}

// addDelivery takes the delivery of a parcel in, or of whatever is followed where the scan
// names none.
func (m *marks) addDelivery(number string, n *mark) {
	if number == "" {
		m.FirstDelivered, m.Delivered = earlier(m.FirstDelivered, n), later(m.Delivered, n)
		return
	}
	d := m.Parcels[number]
	if d.First == nil && len(m.Parcels) >= maxNumbers {
		return
	}
	if m.Parcels == nil {
		m.Parcels = map[string]delivery{}
	}
	m.Parcels[number] = delivery{earlier(d.First, n), later(d.Last, n)}
}

// delivered is when everything was delivered at first, and last, nil while something is
// missing; partly is the newest delivery of a piece then.
func (m *marks) delivered() (first, last, partly *mark) {
	first, last = m.FirstDelivered, m.Delivered
	several := len(m.Pieces) > 1
	var all, newest *mark
	done := 0
	for number, d := range m.Parcels {
		if several && slices.Contains(m.Pieces, number) {
			all, newest = later(all, d.First), later(newest, d.Last)
			done++
		} else {
			first, last = earlier(first, d.First), later(last, d.Last)
		}
	}
	switch {
	case several && done == len(m.Pieces):
		return earlier(first, all), later(last, newest), nil
	case first != nil:
		return first, later(last, newest), nil
	}
	return nil, nil, newest
}

// decides is the scan that is the parcel's status; nil while there is none.
func (m *marks) decides() *mark {
	first, last, partly := m.delivered()
	end := earlier(first, m.Returned)
	switch {
	case m.Closed != nil && (end == nil || m.Closed.compare(*end) < 0):
		return m.Closed
	case m.Returned != nil:
		return m.Returned
	case last != nil && m.Returning != nil && m.Returning.compare(*last) > 0:
		return m.Returning
	case last != nil:
		return last
	case partly != nil:
		return partlyDelivered(later(m.Open, m.Returning), partly)
	default:
		return later(m.Open, m.Returning)
	}
}

// partlyDelivered is what the newest scan says of a consignment of which some pieces have
// arrived: the delivery of a piece leaves the others on their way.
func partlyDelivered(open, piece *mark) *mark {
	by := *later(open, piece)
	if by.Status == normalize.StatusDelivered {
		by.Status, by.Substatus = normalize.StatusInTransit, ""
	}
	if by.Substatus == "" {
		by.Substatus = normalize.SubstatusPartlyDelivered
	}
	return &by
}

// settle writes the scan that decides to the tracker. Without one it keeps what it had.
func (m *marks) settle(t *store.Tracker, by *mark) {
	if by == nil {
		return
	}
	t.Status, t.Substatus, t.Leg = by.Status, by.Substatus, by.Leg
	if t.Leg == "" && m.Leg != nil {
		t.Leg = m.Leg.Leg
	}
	t.Terminal = t.Status.Terminal()
}

// proof is when the parcel was delivered, and who signed where a carrier told.
func (m *marks) proof() *ProofOfDelivery {
	_, last, _ := m.delivered()
	if by := m.decides(); last == nil || by == m.Closed {
		return nil
	}
	p := &ProofOfDelivery{At: last.At}
	if m.Signed != nil {
		p.At, p.SignedBy = m.Signed.At, m.Signed.SignedBy
	}
	return p
}
