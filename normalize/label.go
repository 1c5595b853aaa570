package normalize

import "time"

// LabelFormat is the paper that is wanted. Empty fields mean the channel's default.
type LabelFormat struct {
	Format string   `json:"format,omitempty" enum:"pdf,png,zpl,epl,qr"`
	Size   string   `json:"size,omitempty" enum:"4x6,a6,a5,a4,letter,10x10,8x9"`
	DPI    int      `json:"dpi,omitempty" enum:"203,300"`
	Extras []string `json:"extras,omitempty" maxItems:"2" enum:"pick_list,packing_slip"`
}

// LabelRequest buys carriage for a shipment.
type LabelRequest struct {
	Shipment Shipment
	Service  string // our name of the service
	// ClientReference is what names the purchase at the carrier: fixed when the intent is
	// written, [0-9A-HJKMNP-TV-Z] only, at most 16 characters, the same for every attempt.
	ClientReference string
	// Reference is the caller's own, up to 100 visible characters; it goes into the
	// carrier's second reference field, cut to its length.
	Reference string
	Label     LabelFormat
	// CarrierData is what the bought rate carried; empty when bought without one.
	CarrierData map[string]string
	// Draft is the free draft that this purchase confirms, where the carrier has drafts.
	Draft *Draft
}

// Draft is a booking that costs nothing until it is confirmed.
type Draft struct {
	ID             string // the carrier's id of it
	TrackingNumber string
	Cost           Money
	CarrierData    map[string]string
}

// Label is bought carriage, as far as the carrier told of it.
type Label struct {
	TrackingNumber         string // empty where the carrier assigns it later
	LastMileTrackingNumber string
	CarrierReference       string // what the carrier calls the booking
	Parcels                []LabelParcel
	Documents              []Document
	Cost                   Money // zero where the carrier did not tell
	Charges                []Charge
	ChargeableWeight       Weight
	TrackingURL            string
	VoidableUntil          time.Time
	PickupConfirmation     string
	Warnings               []Warning
	// CarrierData are the carrier's words that later calls need (an LP number, a package id).
	CarrierData map[string]string
}

// LabelParcel is one piece of a label.
type LabelParcel struct {
	TrackingNumber         string `json:"tracking_number"`
	CarrierReference       string `json:"carrier_reference,omitempty"`
	LastMileTrackingNumber string `json:"last_mile_tracking_number,omitempty"`
}

// DocumentType says what a paper is.
type DocumentType string

// The papers of a label.
const (
	DocumentLabel       DocumentType = "label"
	DocumentCustoms     DocumentType = "customs"
	DocumentInvoice     DocumentType = "invoice"
	DocumentManifest    DocumentType = "manifest"
	DocumentReceipt     DocumentType = "receipt"
	DocumentPickList    DocumentType = "pick_list"
	DocumentPackingSlip DocumentType = "packing_slip"
	DocumentReturnLabel DocumentType = "return_label"
	DocumentQR          DocumentType = "qr"
	DocumentPOD         DocumentType = "proof_of_delivery"
	DocumentArchive     DocumentType = "archive" // of a claim, all others in one
)

// Document is a printable file.
type Document struct {
	Type   DocumentType
	Format string // pdf, png, zpl, epl, gif
	Size   string // 4x6, a6 …, empty where the carrier decides
	Parcel int    // 1-based, 0 for the whole shipment
	Data   []byte
}

// ShipmentRef names a purchase to its carrier, with all that we know of it. An adapter
// uses what its carrier asks for.
type ShipmentRef struct {
	Service          string
	ClientReference  string
	Reference        string
	OrderID          string
	LineIDs          []string
	DraftID          string
	TrackingNumber   string
	CarrierReference string
	CarrierData      map[string]string
	PickupRef        string
	Destination      Address
	At               time.Time // when it was bought, or sent to be bought
}

// DocumentsRequest asks for the papers of a label that did not come with it.
type DocumentsRequest struct {
	Ref   ShipmentRef
	Label LabelFormat
}

// Documents is the answer: the papers, and numbers that were assigned meanwhile.
type Documents struct {
	Label     Label // numbers assigned since; zero fields are unchanged
	Documents []Document
	// Pending says that the carrier will have more later and that asking again is right.
	Pending bool
}

// ActualCost is what a carrier charged for a label in the end. Charges sum to Total.
type ActualCost struct {
	Total            Money
	Charges          []Charge
	ChargeableWeight Weight // zero where the carrier did not tell
}

// FindRequest asks whether a purchase exists at the carrier. It must be answerable from
// what is in it alone, after a crash that lost everything else.
type FindRequest struct {
	Ref      ShipmentRef
	Evidence []Evidence
}

// Evidence is a raw reply of an earlier call for the same purchase.
type Evidence struct {
	Operation string
	Status    int
	Body      []byte
	At        time.Time
}

// Found is the answer of a Find: Labels that exist, else the Draft, else nothing.
type Found struct {
	Labels []Label
	Draft  *Draft
	// Complete is false where the carrier's search cannot prove absence (no clean negative).
	Complete bool
}

// Absent tells whether the carrier proved that nothing was bought.
func (f Found) Absent() bool { return f.Complete && len(f.Labels) == 0 }

// VoidRequest cancels a label.
type VoidRequest struct {
	Ref    ShipmentRef
	Reason string
}

// Voided is what came of a void.
type Voided struct {
	// Confirmed is false where the carrier has no void call and an unused label simply
	// never costs anything.
	Confirmed bool
	Refund    Money
	Message   string
}

// ManifestRequest closes a day, or hands over a bag, for labels of one account.
type ManifestRequest struct {
	Labels        []ShipmentRef
	ShipDate      Date
	Handover      *Handover
	Weight        Weight
	ReturnAddress *Address
}

// Manifest is the closing list or the bag.
type Manifest struct {
	CarrierReference string
	TrackingNumber   string
	Documents        []Document
	CarrierData      map[string]string
}

// PickupRequest asks the carrier to collect.
type PickupRequest struct {
	Address      Address
	ReadyFrom    time.Time
	ReadyUntil   time.Time
	Labels       []ShipmentRef
	Parcels      []Parcel
	Service      string
	Destination  *Address
	Location     string
	Instructions string
}

// Pickup is a booked collection.
type Pickup struct {
	Confirmation string
	From, Until  time.Time
	Cost         Money
	Warnings     []Warning
}
