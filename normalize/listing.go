package normalize

import "time"

// ListRequest asks what an account was sold or billed within a time. Cursor is the Next of the
// page before, empty for the first.
type ListRequest struct {
	From, Until time.Time
	Cursor      string
}

// Listing is a page of it.
type Listing struct {
	Shipments []Listed
	Next      string // empty on the last page
	// Complete says that the carrier lists every live shipment that the account made within
	// the time, so that one that is not there was not sold.
	Complete bool
}

// Listed is a shipment as a carrier lists it. What it does not tell stays zero.
type Listed struct {
	ClientReference  string // ours, where the carrier keeps it
	Reference        string // the caller's own, or the text in which it stands
	OrderID          string
	CarrierReference string
	TrackingNumber   string
	Services         []string // by our names, those that it may be
	Weight           Weight   // as it was declared, in the carrier's steps
	Country          string   // of the destination
	PostalCode       string
	// MadeFrom and MadeUntil are the bounds of when it was made, equal where that is told
	// exactly.
	MadeFrom, MadeUntil time.Time
	Cost                Money
	// Charged says that it was charged for, or charged otherwise, within the time: a Coster
	// tells the sum.
	Charged     bool
	Gone        bool // cancelled or closed: it costs nothing any more
	CarrierData map[string]string
}

// Label is the shipment as a label that was found.
func (l Listed) Label() Label {
	out := Label{TrackingNumber: l.TrackingNumber, CarrierReference: l.CarrierReference, Cost: l.Cost, CarrierData: l.CarrierData}
	if l.TrackingNumber != "" {
		out.Parcels = []LabelParcel{{TrackingNumber: l.TrackingNumber}}
	}
	return out
}
