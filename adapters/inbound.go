package adapters

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Inbounder sends stock into a platform's own warehouses: one method per remote call.
// The saga that orders them, and the write-ahead of the irreversible ones, live in the
// gateway. Calls that start work answer with an Operation, which is polled.
type Inbounder interface {
	CreatePlan(ctx context.Context, req InboundPlanRequest) (planID, operation string, err error)
	// FindPlans lists the newest plans with this name, since a lost answer to CreatePlan
	// leaves nothing but the name.
	FindPlans(ctx context.Context, name string) ([]InboundPlanInfo, error)
	GetPlan(ctx context.Context, planID string) (InboundPlanInfo, error)
	CancelPlan(ctx context.Context, planID string) (operation string, err error)
	GetOperation(ctx context.Context, operation string) (InboundOperation, error)

	ListPrep(ctx context.Context, marketplace string, skus []string) ([]InboundPrep, error)
	SetPrep(ctx context.Context, marketplace string, preps []InboundPrep) (operation string, err error)

	GeneratePacking(ctx context.Context, planID string) (operation string, err error)
	ListPacking(ctx context.Context, planID string) ([]InboundOption, error)
	ListGroupItems(ctx context.Context, planID, group string) ([]InboundItem, error)
	ConfirmPacking(ctx context.Context, planID, option string) (operation string, err error)
	SetPacking(ctx context.Context, planID string, boxes []InboundBox) (operation string, err error)

	GeneratePlacement(ctx context.Context, planID string) (operation string, err error)
	ListPlacement(ctx context.Context, planID string) ([]InboundOption, error)
	// ConfirmPlacement cannot be undone.
	ConfirmPlacement(ctx context.Context, planID, option string) (operation string, err error)
	GetShipment(ctx context.Context, planID, shipment string) (InboundShipment, error)
	ListShipmentBoxes(ctx context.Context, planID, shipment string) ([]InboundBox, error)
	ListShipmentItems(ctx context.Context, planID, shipment string) ([]InboundItem, error)

	GenerateTransport(ctx context.Context, req InboundTransportRequest) (operation string, err error)
	ListTransport(ctx context.Context, planID, placement string) ([]InboundTransport, error)
	// ConfirmTransport spends money and cannot be undone; every shipment in one call.
	ConfirmTransport(ctx context.Context, planID string, selections []InboundSelection) (operation string, err error)

	GenerateWindows(ctx context.Context, planID, shipment string) (operation string, err error)
	ListWindows(ctx context.Context, planID, shipment string) ([]InboundWindow, error)
	ConfirmWindow(ctx context.Context, planID, shipment, window string) (operation string, err error)

	// BoxLabels and BillOfLading fetch the file at once: its link lives for seconds.
	BoxLabels(ctx context.Context, req InboundLabelRequest) (normalize.Document, error)
	BillOfLading(ctx context.Context, confirmationID string) (normalize.Document, error)
	ItemLabels(ctx context.Context, marketplace string, items []InboundItem, size string) (normalize.Document, error)
	SetTracking(ctx context.Context, req InboundTrackingRequest) (operation string, err error)
	// Receiving tells how far the warehouse is with a shipment.
	Receiving(ctx context.Context, marketplace, confirmationID string) (InboundReceiving, error)
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

// InboundPlanInfo is a plan as the platform tells it. Status: active, voided, shipped, errored.
type InboundPlanInfo struct {
	ID        string
	Name      string
	Status    string
	CreatedAt time.Time
}

// InboundOperation is the state of started work. Status: in_progress, success, failed.
type InboundOperation struct {
	Status   string
	Problems []InboundProblem
}

// InboundProblem is what the platform has against a step. Severity: warning, error.
type InboundProblem struct {
	Code     string
	Message  string
	Severity string
}

// InboundOption is a packing or placement option. Status: offered, accepted, expired.
type InboundOption struct {
	ID        string
	Status    string
	Groups    []string // packing groups
	Shipments []string // of a placement
	Fees      []InboundFee
	Discounts []InboundFee
	ExpiresAt time.Time
	MaxWeight normalize.Weight // of a box, where the platform tells
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
	Status         string // normalised: unconfirmed, working, ready_to_ship, shipped, in_transit, delivered, checked_in, receiving, closed, cancelled, deleted, abandoned, mixed, unknown
	RawStatus      string
	WarehouseCode  string
	Destination    normalize.Address
	Transport      string // the selected transport option
	Tracking       []InboundTracking
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
	Size           string   // 4x6, a4, letter; the platform's default when empty
	Partnered      bool
	CarrierCode    string
}

// InboundTrackingRequest tells the platform the numbers of one's own carrier.
type InboundTrackingRequest struct {
	PlanID       string
	Shipment     string
	Boxes        []InboundTracking
	BillOfLading string
	FreightBill  string
}

// InboundReceiving is what the warehouse counted.
type InboundReceiving struct {
	Status    string // as InboundShipment.Status
	RawStatus string
	Items     []InboundItem
}
