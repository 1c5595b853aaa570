package purchase

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Label is a purchase as the API shows it.
type Label struct {
	ID                     string                  `json:"id"`
	Status                 string                  `json:"status" enum:"purchasing,purchased,unknown,failed,voiding,voided,needs_attention"`
	Channel                string                  `json:"channel"`
	Account                string                  `json:"account"`
	Reference              string                  `json:"reference" null:"true"`
	TrackingNumber         string                  `json:"tracking_number" null:"true"`
	LastMileTrackingNumber string                  `json:"last_mile_tracking_number" null:"true"`
	CarrierReference       string                  `json:"carrier_reference" null:"true"`
	Parcels                []normalize.LabelParcel `json:"parcels"`
	Cost                   *normalize.Money        `json:"cost" null:"true"`
	CostSource             string                  `json:"cost_source" null:"true" enum:"carrier,quote,rate_card"`
	Quoted                 *normalize.Money        `json:"quoted" null:"true"`
	ClientReference        string                  `json:"client_reference"`
	Attempts               []Attempt               `json:"attempts"`
	Documents              []Document              `json:"documents"`
	Tracker                string                  `json:"tracker" null:"true"`
	Mandate                *mandates.Verdict       `json:"mandate" null:"true"`
	History                []HistoryLine           `json:"history"`
	CreatedAt              time.Time               `json:"created_at"`
	TrackingURL            string                  `json:"tracking_url,omitempty"`
	VoidableUntil          *time.Time              `json:"voidable_until,omitempty"`
	Pickup                 string                  `json:"pickup,omitempty"`
	ChargeableWeight       normalize.Weight        `json:"chargeable_weight,omitzero"`
	Charges                []rating.Charge         `json:"charges,omitempty"`
	Warnings               []normalize.Warning     `json:"warnings,omitempty"`
	// Billed is what the carrier's invoice says, later than its word at the sale.
	Billed *normalize.Money `json:"billed,omitempty"`
}

// Attempt is one call to the carrier.
type Attempt struct {
	Kind        string    `json:"kind" enum:"send,find,fetch,void,draft"`
	At          time.Time `json:"at"`
	Phase       string    `json:"phase" null:"true"`
	Outcome     string    `json:"outcome" null:"true"`
	CarrierCode string    `json:"carrier_code" null:"true"`
}

// Document is a stored paper of a label; URL is where its bytes are.
type Document struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Format string `json:"format"`
	Size   string `json:"size" null:"true"`
	Parcel int    `json:"parcel,omitempty"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	URL    string `json:"url"`
	Source string `json:"source,omitempty"`
}

// HistoryLine is one thing that happened.
type HistoryLine struct {
	Status string    `json:"status"`
	At     time.Time `json:"at"`
	Detail string    `json:"detail" null:"true"`
}

// details is what the answer shows beyond the columns of a purchase.
type details struct {
	Mandate          *mandates.Verdict `json:"mandate,omitempty"`
	TrackingURL      string            `json:"tracking_url,omitempty"`
	VoidableUntil    *time.Time        `json:"voidable_until,omitempty"`
	Pickup           string            `json:"pickup,omitempty"`
	ChargeableWeight normalize.Weight  `json:"chargeable_weight,omitzero"`
	Charges          []rating.Charge   `json:"charges,omitempty"`
	DocumentTries    int               `json:"document_tries,omitempty"`
	// Waiting is what the carrier says of papers that it does not give yet.
	Waiting []normalize.Warning `json:"waiting,omitempty"`
	Looks   int                 `json:"looks,omitempty"`  // how often its fate was looked for
	Sends   int                 `json:"sends,omitempty"`  // how often it was sent again
	Parked  string              `json:"parked,omitempty"` // why it was left to a person last
	// Extras are labels that were bought besides the one that counts.
	Extras []extra `json:"extras,omitempty"`
	// Has says that the carrier has refused our reference as one that it has.
	Has bool `json:"has,omitempty"`
	// Orphan is there where the label belongs to no purchase, and Orphans are the rows of the
	// labels that showed when the purchase had been given up.
	Orphan  *orphanage `json:"orphan,omitempty"`
	Orphans []string   `json:"orphans,omitempty"`
	// Audits are when a carrier that accepts duplicates is asked whether a purchase that was
	// sent again was bought once; AuditLooks counts the answers that told nothing.
	Audits     []time.Time `json:"audits,omitempty"`
	AuditLooks int         `json:"audit_looks,omitempty"`
	// Billed is what the carrier charged in the end, and BilledBy where it says so.
	Billed   *normalize.Money `json:"billed,omitempty"`
	BilledBy string           `json:"billed_by,omitempty"`
	// Unlisted counts the carrier's whole lists of its time that did not have it, and Listed
	// is what the last list said of a purchase that it could not prove.
	Unlisted int    `json:"unlisted,omitempty"`
	Listed   string `json:"listed,omitempty"`
}

func detailsOf(p store.Purchase) details {
	var d details
	if len(p.Details) > 0 {
		// What we wrote ourselves; an unreadable one shows as empty.
		_ = json.Unmarshal(p.Details, &d)
	}
	return d
}

func (d details) encode() json.RawMessage {
	b, err := json.Marshal(d)
	if err != nil {
		return nil
	}
	return b
}

// Status is the API's word for an inner state.
func Status(s store.PurchaseState) string {
	switch s {
	case store.PurchaseReady, store.PurchaseSending, store.PurchaseBought:
		return "purchasing"
	case store.PurchaseSettled, store.PurchaseVoidRefused:
		return "purchased"
	case store.PurchaseDeclined, store.PurchaseFailed:
		return "failed"
	case store.PurchaseVoiding:
		return "voiding"
	case store.PurchaseVoided:
		return "voided"
	case store.PurchaseParked, store.PurchaseVoidUnknown:
		return "needs_attention"
	default:
		return "unknown"
	}
}

// statesOf are the inner states of an API status, nil for a word that is none.
func statesOf(status string) []store.PurchaseState {
	var out []store.PurchaseState
	for _, s := range []store.PurchaseState{
		store.PurchaseReady, store.PurchaseSending, store.PurchaseBought, store.PurchaseSettled, store.PurchaseDeclined,
		store.PurchaseFailed, store.PurchaseUnknown, store.PurchaseReconciling, store.PurchaseParked, store.PurchaseVoiding,
		store.PurchaseVoided, store.PurchaseVoidRefused, store.PurchaseVoidUnknown,
	} {
		if Status(s) == status {
			out = append(out, s)
		}
	}
	return out
}

// labelOf shows a purchase with its papers.
func labelOf(f store.PurchaseFile) Label {
	p := f.Purchase
	d := detailsOf(p)
	out := Label{
		ID: p.ID, Status: Status(p.State), Channel: p.Channel, Account: p.Account, Reference: p.Reference,
		TrackingNumber: p.TrackingNumber, LastMileTrackingNumber: p.LastMileTrackingNumber, CarrierReference: p.CarrierReference,
		Parcels: p.Parcels, CostSource: p.CostSource, ClientReference: reference(p),
		Attempts: []Attempt{}, Documents: []Document{}, Tracker: p.TrackerID, History: []HistoryLine{}, CreatedAt: p.CreatedAt,
		TrackingURL: d.TrackingURL, VoidableUntil: d.VoidableUntil, Pickup: d.Pickup,
		ChargeableWeight: d.ChargeableWeight, Charges: d.Charges, Mandate: d.Mandate, Warnings: slices.Concat(p.Warnings, d.Waiting),
		Billed: d.Billed,
	}
	if out.Parcels == nil {
		out.Parcels = []normalize.LabelParcel{}
	}
	if !p.Cost.IsZero() {
		out.Cost = &p.Cost
	}
	if !p.Quote.IsZero() {
		out.Quoted = &p.Quote
	}
	for _, a := range f.Attempts {
		out.Attempts = append(out.Attempts, Attempt{string(a.Kind), a.StartedAt, a.Phase, string(a.Outcome), a.CarrierCode})
	}
	for _, d := range f.Documents {
		out.Documents = append(out.Documents, Document{ID: d.ID, Type: string(d.Type), Format: d.Format, Size: d.Size, Parcel: d.Parcel,
			SHA256: hex.EncodeToString(d.SHA256), Bytes: d.Bytes, URL: "/v1/labels/" + p.ID + "/documents/" + d.ID, Source: d.Source})
	}
	for _, h := range f.History {
		if h.Status == string(store.PurchaseVoidUnknown) {
			h.Status = Status(store.PurchaseVoidUnknown) // the store's own word
		}
		out.History = append(out.History, HistoryLine(h))
	}
	return out
}

// refOf names the purchase to its carrier.
func refOf(p store.Purchase, o order) normalize.ShipmentRef {
	ref := normalize.ShipmentRef{
		Service: p.Service, ClientReference: reference(p), Reference: p.Reference, OrderID: p.OrderID,
		TrackingNumber: p.TrackingNumber, CarrierReference: p.CarrierReference, CarrierData: p.CarrierData,
		PickupRef: detailsOf(p).Pickup, Destination: o.Shipment.Destination, At: p.CreatedAt,
	}
	for _, it := range o.Shipment.Items {
		if it.LineID != "" {
			ref.LineIDs = append(ref.LineIDs, it.LineID)
		}
	}
	if p.Draft != nil {
		ref.DraftID = p.Draft.ID
	}
	return ref
}
