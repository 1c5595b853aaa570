package inbound

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Plan is an inbound plan in the form of the API.
type Plan struct {
	ID             string           `json:"id"`
	Adapter        string           `json:"adapter"`
	Account        string           `json:"account"`
	Marketplace    string           `json:"marketplace"`
	Name           string           `json:"name"`
	CarrierPlanID  string           `json:"carrier_plan_id"`
	Status         string           `json:"status" enum:"creating,needs_packing,packing,needs_placement,placing,needs_transportation,confirming,labels_ready,shipped,received,closed,failed,cancelled"`
	WaitingFor     string           `json:"waiting_for,omitempty" enum:"packing,packing_option,placement,transportation,handover,receiving,platform" doc:"Who has to do what next"`
	PackingGroups  []PackingGroup   `json:"packing_groups"`
	PackingOptions []PackingOption  `json:"packing_options"`
	Placements     []Placement      `json:"placements"`
	Shipments      []Shipment       `json:"shipments"`
	Documents      []Document       `json:"documents"`
	Problems       []Problem        `json:"problems"`
	Spent          *normalize.Money `json:"spent" null:"true"`
	History        []HistoryLine    `json:"history"`
	CreatedAt      time.Time        `json:"created_at"`
}

// PackingGroup are items that may share boxes.
type PackingGroup struct {
	ID    string        `json:"id"`
	Items []PlannedItem `json:"items"`
}

// PlannedItem is an amount of goods.
type PlannedItem struct {
	SKU       string         `json:"sku"`
	Quantity  int            `json:"quantity"`
	Received  *int           `json:"received,omitempty" doc:"What the warehouse has counted"`
	ExpiresOn normalize.Date `json:"expires_on,omitempty"`
	Lot       string         `json:"lot,omitempty"`
}

// PackingOption is a way to sort the items into groups.
type PackingOption struct {
	ID        string           `json:"id"`
	Status    string           `json:"status" enum:"offered,accepted,expired,unknown"`
	Fees      normalize.Money  `json:"fees"`
	Discounts normalize.Money  `json:"discounts"`
	Groups    []string         `json:"groups"`
	ExpiresAt *time.Time       `json:"expires_at,omitempty"`
	Limits    map[string]Limit `json:"limits,omitempty" doc:"Of one box, by the limit's name"`
}

// Limit is what a box may weigh.
type Limit = normalize.Weight

// Placement is a way to split the plan over warehouses.
type Placement struct {
	ID        string          `json:"id"`
	Status    string          `json:"status" enum:"offered,accepted,expired,unknown"`
	Fees      normalize.Money `json:"fees"`
	Discounts normalize.Money `json:"discounts"`
	Shipments []string        `json:"shipments"`
	ExpiresAt *time.Time      `json:"expires_at,omitempty"`
}

// Shipment is a part of the plan that goes to one warehouse.
type Shipment struct {
	ID              string           `json:"id"`
	ConfirmationID  string           `json:"confirmation_id,omitempty" doc:"The number on the boxes"`
	Status          string           `json:"status" enum:"unconfirmed,working,ready_to_ship,shipped,in_transit,delivered,checked_in,receiving,closed,cancelled,deleted,abandoned,mixed,unknown"`
	Destination     Warehouse        `json:"destination"`
	Transportation  []Transportation `json:"transportation"`
	Selected        string           `json:"selected,omitempty"`
	DeliveryWindows []DeliveryWindow `json:"delivery_windows"`
	Window          string           `json:"window,omitempty"`
	Boxes           []ShippedBox     `json:"boxes"`
	Items           []PlannedItem    `json:"items"`
	Tracking        []Tracking       `json:"tracking"`
	BillOfLading    string           `json:"bill_of_lading,omitempty"`
	FreightBill     string           `json:"freight_bill,omitempty"`
}

// Warehouse is where a shipment goes.
type Warehouse struct {
	Code    string            `json:"code"`
	Address normalize.Address `json:"address"`
}

// Transportation is a way to the warehouse; one's own carrier has no quote.
type Transportation struct {
	ID            string           `json:"id"`
	Carrier       string           `json:"carrier"`
	Mode          string           `json:"mode" enum:"small_parcel,ltl,ftl,ocean_lcl,ocean_fcl,air,unknown"`
	Partnered     bool             `json:"partnered"`
	Quote         *normalize.Money `json:"quote" null:"true"`
	ExpiresAt     *time.Time       `json:"expires_at,omitempty"`
	VoidableUntil *time.Time       `json:"voidable_until,omitempty"`
	Requires      []string         `json:"requires,omitempty"`
}

// DeliveryWindow is a span in which the warehouse takes the delivery.
type DeliveryWindow struct {
	ID           string     `json:"id"`
	From         time.Time  `json:"from"`
	Until        time.Time  `json:"until"`
	Availability string     `json:"availability,omitempty"`
	ExpiresAt    *time.Time `json:"expires_at,omitempty"`
}

// ShippedBox is one box, or a kind of box before the shipment is confirmed.
type ShippedBox struct {
	ID         string               `json:"id,omitempty"`
	Count      int                  `json:"count,omitempty"`
	Weight     normalize.Weight     `json:"weight"`
	Dimensions normalize.Dimensions `json:"dimensions"`
	Items      []PlannedItem        `json:"items"`
}

// Tracking is a carrier's number as the platform validated it.
type Tracking struct {
	Box        string `json:"box"`
	Number     string `json:"number"`
	Validation string `json:"validation,omitempty" enum:"validated,not_validated,not_supported"`
}

// Document is a stored paper.
type Document struct {
	ID       string `json:"id"`
	Type     string `json:"type" enum:"label,item_label,bill_of_lading"`
	Format   string `json:"format"`
	Size     string `json:"size,omitempty"`
	Shipment string `json:"shipment,omitempty"`
	SHA256   string `json:"sha256"`
	Bytes    int64  `json:"bytes"`
	URL      string `json:"url"`
}

// Problem is what stands in the way, or a remark where it is a warning.
type Problem struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Severity string `json:"severity" enum:"warning,error"`
	Pointer  string `json:"pointer,omitempty" doc:"Into the request of the plan"`
	// Passing marks trouble with the platform that goes by itself.
	Passing bool `json:"passing,omitempty" doc:"Trouble on the way to the platform; it is tried again"`
}

// HistoryLine is one thing that happened.
type HistoryLine struct {
	Status string    `json:"status"`
	At     time.Time `json:"at"`
	Detail string    `json:"detail,omitempty"`
}

// status of an option at a time.
func (o option) status(now time.Time) string {
	switch {
	case o.Status == "":
		return "unknown"
	case o.expired(now):
		return adapters.OptionExpired
	}
	return o.Status
}
