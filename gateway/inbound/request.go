package inbound

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxName is the longest name of a plan: the platform keeps no more, and by nothing else is a
// plan found whose number was lost.
const maxName = 40

// Request opens a plan.
type Request struct {
	Adapter     string            `json:"adapter" minLength:"1" maxLength:"40" doc:"The platform's adapter, amazon_fba"`
	Account     string            `json:"account,omitempty" maxLength:"60" doc:"The default account of the adapter when absent"`
	Marketplace string            `json:"marketplace" minLength:"2" maxLength:"2" doc:"Country of the marketplace"`
	Name        string            `json:"name" minLength:"1" maxLength:"40" doc:"Unique in the account: by it the platform's plan is found again"`
	Source      normalize.Address `json:"source" doc:"Where the stock comes from"`
	Items       []Item            `json:"items" minItems:"1" maxItems:"2000"`
	ReadyFrom   time.Time         `json:"ready_from,omitzero" doc:"When the stock can be collected; a day after the placement when absent"`
	Contact     *Contact          `json:"contact,omitempty" doc:"Who answers for the shipments; the source's name and phone when absent"`
}

// Item is an amount of one SKU that goes in.
type Item struct {
	SKU        string         `json:"sku" minLength:"1" maxLength:"255"`
	Quantity   int            `json:"quantity" minimum:"1" maximum:"500000"`
	LabelOwner string         `json:"label_owner" enum:"seller,platform,none" doc:"Who labels the units"`
	PrepOwner  string         `json:"prep_owner" enum:"seller,platform,none"`
	ExpiresOn  normalize.Date `json:"expires_on,omitempty" format:"date"`
	Lot        string         `json:"lot,omitempty" maxLength:"256"`
	Prep       *Prep          `json:"prep,omitempty" doc:"How it is prepared, where the platform does not know yet"`
}

// Prep is how units are prepared, in the platform's words: none with item_no_prep, fragile with
// item_bubblewrap …
type Prep struct {
	Category string   `json:"category" minLength:"1" maxLength:"40"`
	Types    []string `json:"types" minItems:"1" maxItems:"16"`
}

// Contact is who answers for a shipment.
type Contact struct {
	Name  string `json:"name" minLength:"1" maxLength:"50"`
	Phone string `json:"phone" minLength:"1" maxLength:"20"`
	Email string `json:"email,omitempty" maxLength:"255"`
}

// PackRequest tells the boxes.
type PackRequest struct {
	Option string `json:"option,omitempty" maxLength:"64" doc:"A packing option; the one without fees when absent"`
	Boxes  []Box  `json:"boxes,omitempty" maxItems:"5000"`
	Later  bool   `json:"later,omitempty" doc:"Pack after the placement is confirmed, when the shipments are known"`
}

// Box is a kind of box, count of them alike.
type Box struct {
	Group      string               `json:"group,omitempty" maxLength:"64" doc:"The packing group"`
	Shipment   string               `json:"shipment,omitempty" maxLength:"64" doc:"The shipment instead, when packed after placement"`
	Count      int                  `json:"count,omitempty" minimum:"1" maximum:"10000" doc:"1 when absent"`
	Weight     normalize.Weight     `json:"weight"`
	Dimensions normalize.Dimensions `json:"dimensions"`
	Content    string               `json:"content,omitempty" enum:"listed,barcode_2d,manual" doc:"How it tells what is in it; listed when absent"`
	Items      []BoxItem            `json:"items,omitempty" maxItems:"2000" doc:"What is in one box"`
}

// BoxItem is what lies in one box.
type BoxItem struct {
	SKU       string         `json:"sku" minLength:"1" maxLength:"255"`
	Quantity  int            `json:"quantity" minimum:"1" maximum:"500000"`
	ExpiresOn normalize.Date `json:"expires_on,omitempty" format:"date"`
	Lot       string         `json:"lot,omitempty" maxLength:"256"`
}

// ConfirmRequest confirms a placement.
type ConfirmRequest struct {
	Confirm string `json:"confirm" enum:"irreversible" doc:"irreversible, since the platform cannot undo it"`
}

// TransportConfirmRequest confirms the transport of all shipments at once.
type TransportConfirmRequest struct {
	Confirm    string            `json:"confirm" enum:"irreversible" doc:"irreversible, since the platform cannot undo it"`
	Selections map[string]string `json:"selections" minProperties:"1" maxProperties:"200" doc:"A transport option for every shipment"`
	Windows    map[string]string `json:"windows,omitempty" maxProperties:"200" doc:"A delivery window for each shipment whose option requires one"`
	ReadyFrom  time.Time         `json:"ready_from,omitzero" doc:"Where it differs from what was quoted, the same offers are quoted again, and taken where they cost no more"`
	Contact    *Contact          `json:"contact,omitempty"`
}

// TransportRequest asks for quotes again.
type TransportRequest struct {
	Shipments []TransportShipment `json:"shipments" minItems:"1" maxItems:"200"`
}

// TransportShipment is how one shipment is to be quoted. Freight has no quote without pallets.
type TransportShipment struct {
	Shipment  string    `json:"shipment" minLength:"1" maxLength:"64"`
	ReadyFrom time.Time `json:"ready_from,omitzero"`
	Contact   *Contact  `json:"contact,omitempty"`
	Pallets   []Pallet  `json:"pallets,omitempty" maxItems:"100"`
	Freight   *Freight  `json:"freight,omitempty"`
}

// Pallet is a kind of pallet, count of them alike.
type Pallet struct {
	Count      int                  `json:"count" minimum:"1" maximum:"10000"`
	Weight     normalize.Weight     `json:"weight,omitzero"`
	Dimensions normalize.Dimensions `json:"dimensions,omitzero"`
	Stackable  bool                 `json:"stackable,omitempty"`
}

// Freight is what a freight carrier asks of the goods.
type Freight struct {
	DeclaredValue normalize.Money `json:"declared_value,omitzero"`
	Class         string          `json:"class,omitempty" maxLength:"10" doc:"NONE, FC_50 … FC_500"`
}

// TrackingRequest tells the numbers of one's own carrier.
type TrackingRequest struct {
	Shipment     string      `json:"shipment" minLength:"1" maxLength:"64"`
	Boxes        []BoxNumber `json:"boxes,omitempty" maxItems:"5000"`
	BillOfLading string      `json:"bill_of_lading,omitempty" maxLength:"64"`
	FreightBill  string      `json:"freight_bill,omitempty" maxLength:"64"`
}

// BoxNumber is the carrier's number of a box.
type BoxNumber struct {
	Box    string `json:"box" minLength:"1" maxLength:"64"`
	Number string `json:"number" minLength:"1" maxLength:"64"`
}

// validate checks what holds for every platform; the adapter checks the rest.
func (r Request) validate() normalize.FieldErrors {
	var errs normalize.FieldErrors
	add := func(pointer, detail string) {
		errs = append(errs, normalize.FieldError{Pointer: pointer, Detail: detail})
	}
	if n := utf8.RuneCountInString(r.Name); n < 1 || n > maxName || strings.TrimSpace(r.Name) != r.Name || !visible(r.Name) {
		add("/name", "must have 1 to 40 visible characters, with no space at either end")
	}
	if !normalize.ValidCountry(r.Marketplace) {
		add("/marketplace", "is not an ISO 3166-1 alpha-2 code")
	}
	seen := map[goods]bool{}
	for i, it := range r.Items {
		kind := goods{it.SKU, it.ExpiresOn, it.Lot}
		if seen[kind] {
			add(fmt.Sprintf("/items/%d/sku", i), "is given twice with the same expiry and lot")
		}
		seen[kind] = true
	}
	return errs
}

// visible refuses control characters, which forge log lines and labels.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f })
}

// goods is what makes two amounts the same.
type goods struct {
	sku     string
	expires normalize.Date
	lot     string
}

// platformRequest is the plan in the words of the contract.
func (r Request) platformRequest() adapters.InboundPlanRequest {
	out := adapters.InboundPlanRequest{Marketplace: r.Marketplace, Name: r.Name, Source: r.Source}
	for _, it := range r.Items {
		out.Items = append(out.Items, adapters.InboundItem{SKU: it.SKU, Quantity: it.Quantity, LabelOwner: it.LabelOwner,
			PrepOwner: it.PrepOwner, ExpiresOn: it.ExpiresOn, Lot: it.Lot})
	}
	return out
}

// contact is who answers for the shipments.
func (r Request) contact() Contact {
	if r.Contact != nil {
		return *r.Contact
	}
	return Contact{r.Source.Name, r.Source.Phone, r.Source.Email}
}

func (c Contact) platform() adapters.InboundContact {
	return adapters.InboundContact{Name: c.Name, Phone: c.Phone, Email: c.Email}
}
