package adapters

import (
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// InboundStarted is work that a call began. PlanID is set by CreatePlan only.
type InboundStarted struct {
	PlanID    string
	Operation string
}

// InboundPlanRequest opens a plan. Marketplace is a country code ("US").
type InboundPlanRequest struct {
	Marketplace string
	Name        string // at most 40 characters; the only thing that finds a lost plan
	Source      normalize.Address
	Items       []InboundItem
}

// InboundItem is an amount of one SKU.
type InboundItem struct {
	SKU        string
	Quantity   int
	LabelOwner string // seller, platform, none
	PrepOwner  string
	ExpiresOn  normalize.Date
	Lot        string
	Received   int
	// PlatformSKU is the platform's own barcode of it (FNSKU), where told.
	PlatformSKU string
}

// InboundPrep is how an item must be prepared.
type InboundPrep struct {
	SKU      string
	Category string // "" where the platform does not know it yet
	Types    []string
}

// InboundPlanInfo is a plan as the platform tells it. Status is one of the Plan words, "" for
// one that is not known.
type InboundPlanInfo struct {
	ID        string
	Name      string
	Status    string
	CreatedAt time.Time
}

// InboundOperation is the state of started work; a success may carry warnings.
type InboundOperation struct {
	Status   string
	Problems []InboundProblem
}

// InboundProblem is what the platform has against a step. Severity: warning, error.
type InboundProblem struct {
	Code     string
	Message  string
	Severity string
	SKU      string // the goods that it names, where it names any
	// NeedsPrep says that the platform does not know yet how the goods must be prepared.
	NeedsPrep bool
}

// InboundOption is a packing or placement option. Status is one of the Option words.
type InboundOption struct {
	ID        string
	Status    string
	Groups    []string // packing groups
	Shipments []string // of a placement
	Fees      []InboundFee
	Discounts []InboundFee
	ExpiresAt time.Time
	MinWeight normalize.Weight // of a box, where the platform tells
	MaxWeight normalize.Weight
}

// InboundFee is a fee or a discount of an option.
type InboundFee struct {
	Name   string
	Amount normalize.Money
}

// InboundBox is one kind of box, Count of them alike. Exactly one of Group (before the
// placement is confirmed) and Shipment (after) is set when boxes are sent.
type InboundBox struct {
	ID         string // the platform's, of boxes that it lists
	Group      string
	Shipment   string
	Count      int
	Weight     normalize.Weight
	Dimensions normalize.Dimensions
	Content    string // listed, barcode_2d, manual
	Items      []InboundItem
}

// InboundShipment is a part of a plan that goes to one warehouse.
type InboundShipment struct {
	ID             string
	ConfirmationID string // the number on the boxes, once transport is confirmed
	Name           string
	Status         string // one of the Inbound words
	RawStatus      string
	WarehouseCode  string
	Destination    normalize.Address
	Transport      string // the selected transport option
	Window         string // the confirmed delivery window
	Tracking       []InboundTracking
	BillOfLading   string
	FreightBill    string
}

// InboundTracking is a parcel's number as the platform validated it.
type InboundTracking struct {
	Box        string
	Number     string
	Validation string // validated, not_validated, not_supported
}

// InboundTransportRequest asks for transport quotes of a placement.
type InboundTransportRequest struct {
	PlanID    string
	Placement string
	Shipments []InboundTransportShipment
}

// InboundTransportShipment is one shipment of it. Freight needs pallets and Freight.
type InboundTransportShipment struct {
	Shipment     string
	ReadyFrom    time.Time
	Contact      InboundContact
	Pallets      []InboundPallet
	FreightValue normalize.Money
	FreightClass string
}

// InboundContact is who answers for a shipment.
type InboundContact struct {
	Name  string
	Phone string
	Email string
}

// InboundPallet is one kind of pallet.
type InboundPallet struct {
	Count      int
	Weight     normalize.Weight
	Dimensions normalize.Dimensions
	Stackable  bool
}

// InboundTransport is a way to the warehouse. Quote is zero for one's own carrier.
type InboundTransport struct {
	ID            string
	Shipment      string
	Carrier       string
	CarrierCode   string
	Mode          string // small_parcel, ltl, ftl, ocean_lcl, ocean_fcl, air
	Partnered     bool
	Quote         normalize.Money
	ExpiresAt     time.Time
	VoidableUntil time.Time
	Requires      []string // delivery_window
}

// InboundSelection takes a transport option for a shipment.
type InboundSelection struct {
	Shipment string
	Option   string
	Contact  InboundContact
}

// InboundWindow is a span in which the warehouse takes a delivery.
type InboundWindow struct {
	ID           string
	From, Until  time.Time
	Availability string // available, blocked, congested, discounted
	ExpiresAt    time.Time
}

// InboundLabelRequest asks for the labels of a shipment's boxes.
type InboundLabelRequest struct {
	ConfirmationID string
	Boxes          []string // box ids, as the platform lists them
	Size           string   // 4x6, a4, letter; the account's default when empty
	Partnered      bool
	CarrierCode    string
	Mode           string // of the transport
}

// InboundTrackingRequest tells the platform the numbers of one's own carrier.
type InboundTrackingRequest struct {
	PlanID       string
	Shipment     string
	Boxes        []InboundTracking
	BillOfLading string
	FreightBill  string
}

// InboundReceipt is what the warehouse counted.
type InboundReceipt struct {
	Status    string // as InboundShipment.Status
	RawStatus string
	Items     []InboundItem // with Received
}
