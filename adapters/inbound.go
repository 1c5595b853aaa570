package adapters

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Inbounder sends stock into a platform's own warehouses: one method per remote call.
// The saga that orders them, and the write-ahead of the irreversible ones, live in the
// gateway. Calls that start work answer with an operation, which is polled.
//
// CreatePlan, ConfirmPlacement and ConfirmTransport commit, as the mark of their request
// says: only a refusal that the platform documents proves that they did nothing.
type Inbounder interface {
	// CheckPlan tells what the platform would refuse of a plan, without calling it.
	CheckPlan(req InboundPlanRequest) error
	CreatePlan(ctx context.Context, req InboundPlanRequest) (InboundStarted, error)
	// FindPlans lists the plans with this name that were created at or after since, since a
	// lost answer to CreatePlan leaves nothing but the name. Complete is true only where the
	// platform's list was read back to that time.
	FindPlans(ctx context.Context, name string, since time.Time) (plans []InboundPlanInfo, complete bool, err error)
	// Started reads the kept reply of a committing call, without calling anyone.
	Started(e normalize.Evidence) (InboundStarted, bool)
	GetPlan(ctx context.Context, planID string) (InboundPlanInfo, error)
	CancelPlan(ctx context.Context, planID string) (operation string, err error)
	GetOperation(ctx context.Context, operation string) (InboundOperation, error)

	// ListPrep and SetPrep take at most MaxInboundSKUs each.
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
	// ItemLabels prints one label per unit, for at most MaxInboundSKUs kinds of goods.
	ItemLabels(ctx context.Context, marketplace string, items []InboundItem, size string) (normalize.Document, error)
	SetTracking(ctx context.Context, req InboundTrackingRequest) (operation string, err error)
	// Receiving tells how far the warehouse is with a shipment.
	Receiving(ctx context.Context, marketplace, confirmationID string) (InboundReceipt, error)
}

// MaxInboundSKUs bounds the calls that take a list of SKUs.
const MaxInboundSKUs = 100

// The papers of an inbound plan, beside the labels of its boxes.
const (
	DocumentItemLabel    normalize.DocumentType = "item_label"
	DocumentBillOfLading normalize.DocumentType = "bill_of_lading"
)

// The words for the state of an operation, an option and a plan.
const (
	OperationInProgress = "in_progress"
	OperationSuccess    = "success"
	OperationFailed     = "failed"

	OptionOffered  = "offered"
	OptionAccepted = "accepted"
	OptionExpired  = "expired"

	PlanActive  = "active"
	PlanVoided  = "voided"
	PlanShipped = "shipped"
	PlanErrored = "errored"
)

// The words for the state of a shipment, from the quote to the count.
const (
	InboundUnconfirmed = "unconfirmed"
	InboundWorking     = "working"
	InboundReadyToShip = "ready_to_ship"
	InboundShipped     = "shipped"
	InboundInTransit   = "in_transit"
	InboundDelivered   = "delivered"
	InboundCheckedIn   = "checked_in"
	InboundReceiving   = "receiving"
	InboundClosed      = "closed"
	InboundCancelled   = "cancelled"
	InboundDeleted     = "deleted"
	InboundAbandoned   = "abandoned"
	InboundMixed       = "mixed"
	InboundUnknown     = "unknown"
)

// RequiresDeliveryWindow is what a transport option asks for before it is confirmed.
const RequiresDeliveryWindow = "delivery_window"
