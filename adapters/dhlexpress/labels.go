package dhlexpress

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Label creates a shipment, which buys it, and returns the papers that come with the answer.
// They are all there ever is of the label.
//
// Kilograms and centimetres of three decimals, rounded up. A 400 or 422 in DHL's
// own form is a refusal; everything else that is no success leaves the purchase unknown.
// Source: MyDHL API OpenAPI 3.1.1, POST /shipments, read 2026-11-21.
func (a *Adapter) Label(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error) {
	body, err := a.config.shipmentRequestOf(req, time.Now())
	if err != nil {
		return normalize.Label{}, err
	}
	var out shipmentReply
	if err := a.client.buy(ctx, req.ClientReference, body, &out); err != nil {
		return normalize.Label{}, err
	}
	return a.client.labelFrom(adapters.OpLabel, out)
}

func (c Config) shipmentRequestOf(req normalize.LabelRequest, now time.Time) (shipmentRequest, error) {
	s, l := req.Shipment, laneOf(req.Shipment)
	product, local, err := c.booked(req.Service, l, req.CarrierData)
	if err != nil {
		return shipmentRequest{}, err
	}
	when, err := c.planOf(s, now)
	if err != nil {
		return shipmentRequest{}, err
	}
	out := shipmentRequest{
		PlannedShippingDateAndTime: when.text(), ProductCode: product, LocalProductCode: local,
		Accounts: c.accountsOf(), CustomerReferences: referencesOf(req),
	}
	if s.Incoterm == normalize.DDP && l.declarable() && c.DutiesAccount != "" {
		out.Accounts = append(out.Accounts, account{"duties-taxes", c.DutiesAccount})
	}
	for _, part := range []func() error{
		func() (err error) { out.ValueAddedServices, err = c.bookedServices(s, l); return err },
		func() (err error) { out.CustomerDetails, err = partiesOf(s); return err },
		func() (err error) { out.Pickup, err = c.pickupOf(s, when.at); return err },
		func() (err error) {
			out.OutputImageProperties, err = c.outputOf(req.Label, l, s.CustomsPurpose())
			return err
		},
		func() (err error) { out.Content, err = contentOf(req, l, normalize.DateOf(when.at)); return err },
		func() (err error) { out.ShipmentNotification, err = notificationsOf(s); return err },
	} {
		if err := part(); err != nil {
			return shipmentRequest{}, err
		}
	}
	return out, nil
}

// bookedServices are those of a rate, and paperless trade, which has no price of its own.
func (c Config) bookedServices(s normalize.Shipment, l lane) ([]valueAdded, error) {
	out, err := c.servicesOf(s, l)
	if c.Paperless && l.declarable() && c.Invoice != "none" {
		out = append(out, valueAdded{ServiceCode: "WY"})
	}
	return out, err
}

// referencesOf puts our reference first, under the type by which it is looked for, and the
// caller's second.
func referencesOf(req normalize.LabelRequest) []typedValue {
	var out []typedValue
	if req.ClientReference != "" {
		out = append(out, typedValue{cut(req.ClientReference, maxReference), "CU"})
	}
	if own := either(req.Reference, req.Shipment.OrderID()); own != "" {
		out = append(out, typedValue{cut(own, maxReference), "AAO"})
	}
	return out
}

func partiesOf(s normalize.Shipment) (parties, error) {
	var out parties
	var err error
	if out.ShipperDetails, err = partyOf("/origin", s.Origin); err != nil {
		return out, err
	}
	if out.ReceiverDetails, err = partyOf("/destination", s.Destination); err != nil {
		return out, err
	}
	if s.Importer != nil {
		p, err := partyOf("/importer", *s.Importer)
		if err != nil {
			return out, err
		}
		out.ImporterDetails = &p
	}
	return out, register(s, &out)
}

// contentOf are the pieces and what customs are told of them.
func contentOf(req normalize.LabelRequest, l lane, shipped normalize.Date) (content, error) {
	s := req.Shipment
	packages, err := parcelsOf(s.Parcels)
	if err != nil {
		return content{}, err
	}
	out := content{Packages: packages, IsCustomsDeclarable: l.declarable(), Description: describe(s),
		Incoterm: string(s.Incoterm), UnitOfMeasurement: metric}
	if out.Description == "" {
		return out, normalize.Invalid("/items/0/description", "is required")
	}
	if s.Customs != nil && s.Customs.ExportFiling != "" {
		if out.USFilingTypeValue, err = fit("/customs/export_filing", s.Customs.ExportFiling, 20, false); err != nil {
			return out, err
		}
	}
	if !l.declarable() {
		return out, nil
	}
	value, err := s.ItemsValue()
	if err != nil {
		return out, normalize.Invalid("/items", "unit values must be in one currency")
	}
	out.DeclaredValue, out.DeclaredValueCurrency = amount(value), value.Currency
	out.ExportDeclaration, err = declarationOf(s, either(req.Reference, req.ClientReference), shipped)
	return out, err
}

// describe names the goods in one line of at most 70 characters that begins with none of blank.
func describe(s normalize.Shipment) string {
	var names []string
	for _, it := range s.Items {
		if d := strings.TrimSpace(it.Description); d != "" && !slices.Contains(names, d) {
			names = append(names, d)
		}
	}
	return cut(strings.Join(names, ", "), 70)
}

// pickupOf asks for a courier, or says that none is needed.
func (c Config) pickupOf(s normalize.Shipment, at time.Time) (pickup, error) {
	if err := checkHandover(s.Handover); err != nil || !c.picksUp(s) {
		return pickup{}, err
	}
	out := pickup{IsRequested: true, CloseTime: c.Close, Location: c.PickupLocation}
	h := s.Handover
	if h != nil && !h.ReadyUntil.IsZero() {
		out.CloseTime = clock(h.ReadyUntil, at.Location())
	}
	if out.CloseTime <= clock(at, at.Location()) {
		return pickup{}, normalize.Invalid("/handover/ready_until", "must be later than the hour at which the parcels are ready")
	}
	if h == nil {
		return out, nil
	}
	var err error
	if out.SpecialInstructions, err = instructions("/handover/instructions", h.Instructions); err != nil {
		return pickup{}, err
	}
	if h.Address != nil {
		p, err := partyOf("/handover/address", *h.Address)
		if err != nil {
			return pickup{}, err
		}
		out.PickupDetails = &p
	}
	return out, nil
}

// instructions are at most four lines of 80 characters.
func instructions(pointer, text string) ([]textValue, error) {
	lines, ok := wrap(text, 80, 4)
	if !ok {
		return nil, normalize.Invalid(pointer, "does not fit into four lines of 80 characters")
	}
	var out []textValue
	for _, l := range lines {
		out = append(out, textValue{l})
	}
	return out, nil
}

// notificationsOf tell the consignee by e-mail. A text message has no place here, and only
// informs.
func notificationsOf(s normalize.Shipment) ([]notification, error) {
	if !slices.Contains(s.Notify, "email") || s.Destination.Email == "" {
		return nil, nil
	}
	to, err := fit("/destination/email", s.Destination.Email, 50, true)
	if err != nil {
		return nil, err
	}
	return []notification{{TypeCode: "email", ReceiverID: to, LanguageCode: "eng"}}, nil
}
