// Package purchase buys labels, each exactly once: the intent is durable before the
// carrier is called, the raw reply is durable before it is parsed, and nothing is ever
// sent a second time on its own. What a lost answer leaves behind is unknown, and says so.
package purchase

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/channels"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Request buys a label: by a rate, or by a channel with the fields of a rate request.
type Request struct {
	RateID    string                `json:"rate_id,omitempty" maxLength:"60"`
	Channel   string                `json:"channel,omitempty" maxLength:"80"`
	Account   string                `json:"account,omitempty" maxLength:"60"`
	Reference string                `json:"reference,omitempty" maxLength:"100" doc:"Yours, up to 100 visible characters"`
	Label     normalize.LabelFormat `json:"label,omitzero"`
	Override  *Override             `json:"override,omitempty"`
	MaxCost   normalize.Money       `json:"max_cost,omitzero" doc:"Refuses what would cost more, before anything is sent"`
	// AllowUnpriced buys by a channel that gives no price.
	AllowUnpriced bool   `json:"allow_unpriced,omitempty"`
	DeadlineMS    int    `json:"deadline_ms,omitempty" minimum:"100" maximum:"60000" doc:"20000 when absent"`
	Currency      string `json:"currency,omitempty" maxLength:"3"`

	// The fields of a rate request; by rate_id, what may be added to it.
	Shipment
}

// Shipment is normalize.Shipment with nothing required, since a rate may hold it all.
type Shipment struct {
	Platform             string              `json:"platform,omitempty" maxLength:"40"`
	OperatingModel       string              `json:"operating_model,omitempty" enum:"fully_managed,semi_managed,self_operated"`
	Order                *normalize.Order    `json:"order,omitempty"`
	Origin               *normalize.Address  `json:"origin,omitempty"`
	Destination          *normalize.Address  `json:"destination,omitempty"`
	ReturnAddress        *normalize.Address  `json:"return_address,omitempty"`
	Importer             *normalize.Address  `json:"importer,omitempty"`
	ResponsiblePerson    *normalize.Address  `json:"responsible_person,omitempty"`
	Parcels              []normalize.Parcel  `json:"parcels,omitempty" maxItems:"99"`
	Items                []normalize.Item    `json:"items,omitempty" maxItems:"999"`
	Incoterm             normalize.Incoterm  `json:"incoterm,omitempty" enum:"DAP,DDP,DDU,EXW,FCA,CPT,CIP,DPU,FAS,FOB,CFR,CIF"`
	TaxIDs               []normalize.TaxID   `json:"tax_ids,omitempty" maxItems:"20"`
	Customs              *normalize.Customs  `json:"customs,omitempty"`
	Insurance            normalize.Money     `json:"insurance,omitzero"`
	CashOnDelivery       normalize.Money     `json:"cash_on_delivery,omitzero"`
	Signature            string              `json:"signature,omitempty" enum:"none,standard,indirect,direct,adult"`
	NonDeliveryOption    string              `json:"non_delivery_option,omitempty" enum:"return,abandon,ask"`
	Notify               []string            `json:"notify,omitempty" maxItems:"4" enum:"email,sms"`
	DeliveryInstructions string              `json:"delivery_instructions,omitempty" maxLength:"500"`
	Note                 string              `json:"note,omitempty" maxLength:"500"`
	Handover             *normalize.Handover `json:"handover,omitempty"`
	ShipDate             normalize.Date      `json:"ship_date,omitempty" format:"date"`
	Options              map[string]any      `json:"options,omitempty" maxProperties:"50"`
}

// Override says that a forbidden purchase is wanted all the same; it is audited.
type Override struct {
	Rule   string `json:"rule" minLength:"1" maxLength:"100"`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// Deadlines of a purchase in milliseconds.
const (
	minDeadline     = 100
	maxDeadline     = 60_000
	defaultDeadline = 20_000
)

func (r *Request) deadline() time.Duration {
	if r.DeadlineMS == 0 {
		return defaultDeadline * time.Millisecond
	}
	return time.Duration(r.DeadlineMS) * time.Millisecond
}

// Fingerprint is the digest of route and body, by which a reused key is told from a twin.
// The body is digested as it was understood, so that spacing and the order of keys do not
// matter.
func Fingerprint(route string, body any) ([]byte, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(route+"\n"), b...))
	return sum[:], nil
}

func (r *Request) validate() normalize.FieldErrors {
	var errs normalize.FieldErrors
	add := func(pointer, detail string) {
		errs = append(errs, normalize.FieldError{Pointer: pointer, Detail: detail})
	}
	switch {
	case r.RateID == "" && r.Channel == "":
		add("/rate_id", "is required, or a channel with the fields of a rate request")
	case r.RateID != "" && r.Channel != "":
		add("/channel", "cannot stand beside rate_id")
	case r.RateID != "" && r.Account != "":
		add("/account", "cannot stand beside rate_id, which names the account")
	}
	if strings.ContainsFunc(r.Reference, func(c rune) bool { return c == ' ' || !unicode.IsPrint(c) }) {
		add("/reference", "must be visible characters without spaces")
	}
	if r.DeadlineMS != 0 && (r.DeadlineMS < minDeadline || r.DeadlineMS > maxDeadline) {
		add("/deadline_ms", fmt.Sprintf("must be from %d to %d", minDeadline, maxDeadline))
	}
	if r.MaxCost.Minor < 0 {
		add("/max_cost", "is negative")
	}
	return append(errs, r.Override.check()...)
}

// full is the shipment of a purchase by channel.
func (s Shipment) full() normalize.Shipment {
	out := normalize.Shipment{
		Platform: s.Platform, OperatingModel: s.OperatingModel, Order: s.Order,
		ReturnAddress: s.ReturnAddress, Importer: s.Importer, ResponsiblePerson: s.ResponsiblePerson,
		Parcels: s.Parcels, Items: s.Items, Incoterm: s.Incoterm, TaxIDs: s.TaxIDs, Customs: s.Customs,
		Insurance: s.Insurance, CashOnDelivery: s.CashOnDelivery, Signature: s.Signature,
		NonDeliveryOption: s.NonDeliveryOption, Notify: s.Notify, DeliveryInstructions: s.DeliveryInstructions,
		Note: s.Note, Handover: s.Handover, ShipDate: s.ShipDate, Options: s.Options,
	}
	if s.Origin != nil {
		out.Origin = *s.Origin
	}
	if s.Destination != nil {
		out.Destination = *s.Destination
	}
	return out
}

// checkLabel refuses a format that the channel does not print, before anything is bought.
func checkLabel(svc adapters.Service, f normalize.LabelFormat) *gateway.Refusal {
	r := svc.Requirements
	if f.Format != "" && len(r.LabelFormats) > 0 && !slices.Contains(r.LabelFormats, f.Format) {
		return gateway.RefuseField(gateway.CodeUnsupported, "/label/format",
			"this channel prints "+strings.Join(r.LabelFormats, ", ")+" only")
	}
	if f.Size != "" && len(r.LabelSizes) > 0 && !slices.Contains(r.LabelSizes, f.Size) {
		return gateway.RefuseField(gateway.CodeUnsupported, "/label/size",
			"this channel prints "+strings.Join(r.LabelSizes, ", ")+" only")
	}
	return nil
}

// checkShipment is what a label needs beyond a rate.
func checkShipment(spec adapters.Spec, svc adapters.Service, s *normalize.Shipment, channel string) *gateway.Refusal {
	if err := channels.Check(spec, svc, s, channels.ForLabel); err != nil {
		return refuseChannel(channel, err)
	}
	return nil
}

func refuseChannel(channel string, err *normalize.Error) *gateway.Refusal {
	r := &gateway.Refusal{Carrier: err, Channel: channel, Detail: err.Message}
	if err.Field != "" {
		r.Fields = normalize.FieldErrors{{Pointer: err.Field, Detail: err.Message}}
	}
	return r
}

// overMax tells whether a price passes the caller's own limit. In another currency than
// the price's it cannot be compared, and is refused as such.
func overMax(limit, price normalize.Money) *gateway.Refusal {
	switch {
	case limit.IsZero():
		return nil
	case limit.Currency != price.Currency:
		return gateway.RefuseField(gateway.CodeInvalidRequest, "/max_cost", "must be in the currency of the price, "+price.Currency)
	case price.Minor > limit.Minor:
		return gateway.RefuseField(gateway.CodeSpendingLimit, "/max_cost", "the price "+price.String()+" exceeds it")
	}
	return nil
}

// order is all that a worker needs to send: it is stored with the intent.
type order struct {
	Shipment    normalize.Shipment    `json:"shipment"`
	Label       normalize.LabelFormat `json:"label,omitzero"`
	CarrierData map[string]string     `json:"carrier_data,omitempty"`
	RateID      string                `json:"rate_id,omitempty"`
	QuoteSource string                `json:"quote_source,omitempty"`
	CarrierCost normalize.Money       `json:"carrier_cost,omitzero"` // the quote in the carrier's currency
	Charges     []rating.Charge       `json:"charges,omitempty"`
	DeliverBy   normalize.Date        `json:"deliver_by,omitempty"` // the rate's day of delivery
}
