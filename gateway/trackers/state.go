package trackers

import (
	"encoding/json"
	"time"

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
	// Quiet counts polls in a row that brought nothing new.
	Quiet int `json:"quiet,omitempty"`
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
// return was given up.
type marks struct {
	Open           *mark `json:"open,omitempty"`            // the newest of those that end nothing
	FirstDelivered *mark `json:"first_delivered,omitempty"` // the first delivery
	Delivered      *mark `json:"delivered,omitempty"`       // the newest one
	Signed         *mark `json:"signed,omitempty"`          // the newest one that names who signed
	Returning      *mark `json:"returning,omitempty"`       // the newest
	Returned       *mark `json:"returned,omitempty"`        // the first
	Closed         *mark `json:"closed,omitempty"`          // the first cancellation or expiry
	Leg            *mark `json:"leg,omitempty"`             // the newest that names a leg
}

// add takes a scan in. One that says nothing changes nothing.
func (m *marks) add(key string, e normalize.TrackingEvent) {
	if !informs(e) {
		return
	}
	n := &mark{At: e.OccurredAt.UTC(), Key: key, Status: e.Status, Substatus: e.Substatus, Leg: e.Leg}
	switch e.Status {
	case normalize.StatusDelivered:
		m.FirstDelivered, m.Delivered = earlier(m.FirstDelivered, n), later(m.Delivered, n)
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

// decides is the scan that is the parcel's status; nil while there is none.
func (m marks) decides() *mark {
	end := earlier(m.FirstDelivered, m.Returned)
	switch {
	case m.Closed != nil && (end == nil || m.Closed.compare(*end) < 0):
		return m.Closed
	case m.Returned != nil:
		return m.Returned
	case m.Delivered != nil && m.Returning != nil && m.Returning.compare(*m.Delivered) > 0:
		return m.Returning
	case m.Delivered != nil:
		return m.Delivered
	default:
		return later(m.Open, m.Returning)
	}
}

// settle writes the marks' verdict to the tracker. Without one it keeps what it had.
func (m marks) settle(t *store.Tracker) {
	by := m.decides()
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
func (m marks) proof() *ProofOfDelivery {
	if by := m.decides(); m.Delivered == nil || by == m.Closed {
		return nil
	}
	p := &ProofOfDelivery{At: m.Delivered.At}
	if m.Signed != nil {
		p.At, p.SignedBy = m.Signed.At, m.Signed.SignedBy
	}
	return p
}
