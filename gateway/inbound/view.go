package inbound

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/bojanz/currency"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
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

// planOf shows a plan; papers and history where there are any.
func planOf(p store.Plan, f file, papers []store.Document, history []store.HistoryLine, now time.Time) Plan {
	out := Plan{ID: p.ID, Adapter: p.Adapter, Account: p.Account, Marketplace: p.Marketplace, Name: p.Name, CarrierPlanID: p.CarrierPlanID,
		Status: f.status(), WaitingFor: f.waitingFor(), PackingGroups: []PackingGroup{}, PackingOptions: []PackingOption{},
		Placements: []Placement{}, Shipments: []Shipment{}, Documents: []Document{}, Problems: []Problem{}, History: []HistoryLine{}, CreatedAt: p.CreatedAt}
	if !p.Spent.IsZero() {
		out.Spent = &p.Spent
	}
	for _, o := range f.PackingOptions {
		out.PackingOptions = append(out.PackingOptions, PackingOption{ID: o.ID, Status: o.status(now), Fees: o.Fees, Discounts: o.Discounts,
			Groups: orEmpty(o.Groups), ExpiresAt: when(o.ExpiresAt), Limits: o.limits()})
	}
	for _, g := range f.taken() {
		out.PackingGroups = append(out.PackingGroups, PackingGroup{g.ID, itemsOf(g.Items, nil)})
	}
	for _, o := range f.Placements {
		out.Placements = append(out.Placements, Placement{ID: o.ID, Status: o.status(now), Fees: o.Fees, Discounts: o.Discounts,
			Shipments: orEmpty(o.Shipments), ExpiresAt: when(o.ExpiresAt)})
	}
	for _, s := range f.Shipments {
		out.Shipments = append(out.Shipments, s.view())
	}
	for _, d := range papers {
		out.Documents = append(out.Documents, documentOf(p.ID, f, d))
	}
	out.Problems = append(out.Problems, f.Problems...)
	for _, h := range history {
		out.History = append(out.History, HistoryLine(h))
	}
	return out
}

// taken are the groups of the packing option that is taken, of all where none is.
func (f *file) taken() []group {
	o := f.option(f.PackingOptions, f.Packing)
	if o == nil {
		return f.Groups
	}
	var out []group
	for _, g := range f.Groups {
		if slices.Contains(o.Groups, g.ID) {
			out = append(out, g)
		}
	}
	return out
}

func documentOf(plan string, f file, d store.Document) Document {
	out := Document{ID: d.ID, Type: string(d.Type), Format: d.Format, Size: d.Size, SHA256: hex.EncodeToString(d.SHA256), Bytes: d.Bytes,
		URL: "/v1/inbound-plans/" + plan + "/documents/" + d.ID}
	if n := d.Parcel; n > 0 && n <= len(f.Shipments) && d.Type != adapters.DocumentItemLabel {
		out.Shipment = f.Shipments[n-1].ID
	}
	return out
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

// expired tells whether an offer cannot be taken any more.
func (o option) expired(now time.Time) bool {
	return o.Status == adapters.OptionExpired || o.Status == adapters.OptionOffered && !o.ExpiresAt.IsZero() && !now.Before(o.ExpiresAt)
}

func (o option) limits() map[string]Limit {
	out := map[string]Limit{}
	if o.MinWeight > 0 {
		out[limitMin] = o.MinWeight
	}
	if o.MaxWeight > 0 {
		out[limitMax] = o.MaxWeight
	}
	return out
}

func (s shipment) view() Shipment {
	out := Shipment{ID: s.ID, ConfirmationID: s.ConfirmationID, Status: s.Status, Destination: Warehouse{s.Warehouse, s.Destination},
		Transportation: []Transportation{}, Selected: s.Selected, DeliveryWindows: []DeliveryWindow{}, Window: s.Window, Boxes: []ShippedBox{},
		Items: itemsOf(s.Items, s.Counted), Tracking: []Tracking{}, BillOfLading: s.BillOfLading, FreightBill: s.FreightBill}
	if out.Status == "" {
		out.Status = adapters.InboundUnconfirmed
	}
	for _, t := range s.Transport {
		one := Transportation{ID: t.ID, Carrier: t.Carrier, Mode: t.Mode, Partnered: t.Partnered, Requires: t.Requires,
			ExpiresAt: when(t.ExpiresAt), VoidableUntil: when(t.VoidableUntil)}
		if one.Mode == "" {
			one.Mode = "unknown"
		}
		if !t.Quote.IsZero() {
			one.Quote = &t.Quote
		}
		out.Transportation = append(out.Transportation, one)
	}
	for _, w := range s.Windows {
		out.DeliveryWindows = append(out.DeliveryWindows, DeliveryWindow{w.ID, w.From, w.Until, w.Availability, when(w.ExpiresAt)})
	}
	for _, b := range s.Boxes {
		one := ShippedBox{ID: b.ID, Weight: b.Weight, Dimensions: b.Dimensions, Items: itemsOf(b.Items, nil)}
		if b.Count > 1 {
			one.Count = b.Count
		}
		out.Boxes = append(out.Boxes, one)
	}
	for _, t := range s.Tracking {
		out.Tracking = append(out.Tracking, Tracking(t))
	}
	return out
}

// itemsOf shows goods, with what was counted of each SKU where that is known. A SKU that comes
// in several lots is counted by its first line, since the platform counts by SKU alone.
func itemsOf(items, counted []adapters.InboundItem) []PlannedItem {
	out := []PlannedItem{}
	left := map[string]int{}
	for _, c := range counted {
		left[c.SKU] += c.Received
	}
	for _, it := range items {
		one := PlannedItem{SKU: it.SKU, Quantity: it.Quantity, ExpiresOn: it.ExpiresOn, Lot: it.Lot}
		if n, ok := left[it.SKU]; ok {
			one.Received = new(n)
			left[it.SKU] = 0
		}
		out = append(out, one)
	}
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// currencyOf is the money of a marketplace, by which a fee of nothing is shown as 0.00.
func currencyOf(country string) string {
	code, _ := currency.ForCountryCode(country)
	return code
}

// eventOf tells webhooks of a plan that went on, without papers and history.
func eventOf(p store.Plan, f file) store.Event {
	b, err := json.Marshal(planOf(p, f, nil, nil, p.UpdatedAt))
	if err != nil {
		b = []byte(`{}`)
	}
	return store.Event{Tenant: p.Tenant, Type: "inbound_plan.updated", Subject: p.ID, Data: b}
}
