package normalize

import "time"

// Status is the milestone that a parcel has reached.
type Status string

// The milestones. A terminal one never goes back.
const (
	StatusRegistered         Status = "registered"
	StatusLabelCreated       Status = "label_created"
	StatusPickedUp           Status = "picked_up"
	StatusInTransit          Status = "in_transit"
	StatusCustoms            Status = "customs"
	StatusOutForDelivery     Status = "out_for_delivery"
	StatusAvailableForPickup Status = "available_for_pickup"
	StatusDeliveryFailed     Status = "delivery_failed"
	StatusDelivered          Status = "delivered"
	StatusReturning          Status = "returning"
	StatusReturned           Status = "returned"
	StatusException          Status = "exception"
	StatusCancelled          Status = "cancelled"
	StatusExpired            Status = "expired"
	StatusUnknown            Status = "unknown"
)

// Terminal tells whether nothing but a return may follow.
func (s Status) Terminal() bool {
	switch s {
	case StatusDelivered, StatusReturned, StatusCancelled, StatusExpired:
		return true
	}
	return false
}

// Substatus refines a status.
type Substatus string

// The refinements. SubstatusUnmapped marks a carrier code that we do not know yet.
const (
	SubstatusExportDeparted     Substatus = "export_departed"
	SubstatusArrivedDestination Substatus = "arrived_destination"
	SubstatusCustomsProcessing  Substatus = "customs_processing"
	SubstatusCustomsHeld        Substatus = "customs_held"
	SubstatusCustomsReleased    Substatus = "customs_released"
	SubstatusHandedToLastMile   Substatus = "handed_to_last_mile"
	SubstatusAddressIssue       Substatus = "address_issue"
	SubstatusRefused            Substatus = "refused"
	SubstatusRecipientAbsent    Substatus = "recipient_absent"
	SubstatusDamaged            Substatus = "damaged"
	SubstatusLost               Substatus = "lost"
	SubstatusDestroyed          Substatus = "destroyed"
	SubstatusDelayed            Substatus = "delayed"
	SubstatusUnclaimed          Substatus = "unclaimed"
	SubstatusDutiesDue          Substatus = "duties_due"
	SubstatusDocumentsMissing   Substatus = "documents_missing"
	SubstatusProhibited         Substatus = "prohibited"
	SubstatusMissorted          Substatus = "missorted"
	SubstatusForceMajeure       Substatus = "force_majeure"
	SubstatusPartlyDelivered    Substatus = "partly_delivered"
	SubstatusUnmapped           Substatus = "unmapped"
)

// Leg is a stretch of the way, each with its own liable party.
type Leg string

// The legs.
const (
	LegFirstMile         Leg = "first_mile"
	LegExportCustoms     Leg = "export_customs"
	LegLineHaul          Leg = "line_haul"
	LegImportCustoms     Leg = "import_customs"
	LegOverseasWarehouse Leg = "overseas_warehouse"
	LegLastMile          Leg = "last_mile"
	LegReturn            Leg = "return"
)

// Location is where a scan happened, as far as the carrier tells.
type Location struct {
	Name       string `json:"name,omitempty"`
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	Country    string `json:"country,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
}

// TrackingEvent is one scan: our meaning, and the carrier's own code and text beside it.
type TrackingEvent struct {
	CarrierEventID string // the carrier's stable id of it, empty where it has none
	Number         string // which parcel, where a carrier tells
	Status         Status
	Substatus      Substatus
	Leg            Leg
	Code           string // the raw code
	Text           string // the raw words
	OccurredAt     time.Time
	ZoneKnown      bool   // false: the offset is ours, from the place of the scan
	RawTime        string // as sent
	Location       Location
	// SignedBy is personal: it goes to the tracker's proof of delivery, never to a log.
	SignedBy string
}

// TrackRequest asks a carrier for the scans of one parcel.
type TrackRequest struct {
	Ref ShipmentRef
}

// Tracking is what a carrier knows of one parcel.
type Tracking struct {
	TrackingNumber string
	Numbers        []TrackedNumber // other numbers of the same parcel
	// Pieces are the parcels that travel under this number, where there are several: all of
	// them must be delivered. Their scans name them in Number.
	Pieces            []string        `json:",omitempty"`
	Events            []TrackingEvent // in any order
	EstimatedDelivery Date
	TrackingURL       string
	OriginCountry     string
	DestCountry       string
}

// TrackedNumber is a number of the parcel on one leg.
type TrackedNumber struct {
	Number  string `json:"number"`
	Carrier string `json:"carrier,omitempty"`
	Leg     Leg    `json:"leg,omitempty"`
}
