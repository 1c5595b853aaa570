package yanwen

import (
	"context"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// beijing is the zone of Yanwen's days: the origin is always China, which has one.
var beijing = time.FixedZone("CST", 8*60*60)

// Label creates the order, which buys it. The waybill number comes with the answer, the
// label's PDF by Documents, the last mile's number when it is assigned.
//
// Whole grams and centimetres, rounded up as Yanwen bills; customs values as decimals in one
// of six currencies. V121 means that the order number was used before: it was bought.
// Source: public clients of express.order.create, read 2026-11-21.
func (a *Adapter) Label(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error) {
	body, err := a.orderBody(req, time.Now())
	if err != nil {
		return normalize.Label{}, err
	}
	var out order
	if err := a.client.call(ctx, adapters.OpLabel, methodCreate, body, &out); err != nil {
		return normalize.Label{}, err
	}
	return out.bought(req.ClientReference)
}

// bought reads an order as the label that was bought under a reference.
func (o order) bought(reference string) (normalize.Label, error) {
	if o.WaybillNumber == "" || (o.OrderNumber != "" && o.OrderNumber != reference) {
		return normalize.Label{}, &normalize.Error{Kind: normalize.KindBadResponse, Carrier: code,
			Op: string(adapters.OpLabel), Message: "the answer names no waybill of this order"}
	}
	return o.label(), nil
}

func (o order) label() normalize.Label {
	return normalize.Label{
		TrackingNumber:         o.WaybillNumber,
		LastMileTrackingNumber: o.ReferenceNumber,
		CarrierReference:       either(either(o.YanwenOrderNumber, o.YanwenNumber), o.WaybillNumber),
		Parcels: []normalize.LabelParcel{{TrackingNumber: o.WaybillNumber,
			LastMileTrackingNumber: o.ReferenceNumber}},
		TrackingURL: trackingURL(o.WaybillNumber),
	}
}

// orderBody is the order of a shipment, made at a time.
func (a *Adapter) orderBody(req normalize.LabelRequest, now time.Time) (orderRequest, error) {
	s := req.Shipment
	id, err := a.product(req.Service, req.CarrierData)
	if err != nil {
		return orderRequest{}, err
	}
	for _, check := range []error{checkReference(req.ClientReference), checkShipment(s), checkOrder(s)} {
		if check != nil {
			return orderRequest{}, check
		}
	}
	goods, err := parcelOf(s)
	if err != nil {
		return orderRequest{}, err
	}
	return orderRequest{
		ChannelID: id, OrderSource: a.config.OrderSource,
		OrderNumber:       req.ClientReference,
		TransactionNumber: cut(either(s.OrderID(), req.Reference), maxNumber),
		Remark:            strings.TrimSpace(req.Reference + " " + s.Note),
		DateOfReceipt:     shipDate(s, now),
		CompanyCode:       handoverPoint(s, a.config.CompanyCode),
		SalesPlatform:     s.Platform,
		ReceiverInfo:      partyOf(s.Destination, taxNumber(s, "consignee")),
		SenderInfo:        partyOf(s.Origin, taxNumber(s, "shipper")),
		ParcelInfo:        goods,
		ImportCustomsInfo: importCustomsOf(s),
	}, nil
}

// shipDate is the day of the shipment, today in China where none was said.
func shipDate(s normalize.Shipment, now time.Time) normalize.Date {
	if s.ShipDate != "" {
		return s.ShipDate
	}
	return normalize.DateOf(now.In(beijing))
}

// handoverPoint is the warehouse that the parcel is brought to, the account's own where none
// was said.
func handoverPoint(s normalize.Shipment, own string) string {
	if s.Handover != nil && s.Handover.Point != "" {
		return s.Handover.Point
	}
	return own
}

func partyOf(a normalize.Address, taxNumber string) party {
	return party{
		Name: a.Name, Phone: a.Phone, Email: a.Email, Company: a.Company,
		Country: a.Country, City: a.City, ZipCode: a.PostalCode,
		// Yanwen asks for a state everywhere, many countries have none: the city stands in.
		State:       either(a.State, a.City),
		HouseNumber: a.HouseNumber, Address: street(a), TaxNumber: taxNumber,
		ShortAddress: a.AddressCode,
	}
}

// street is all lines of an address in one, as Yanwen has only one.
func street(a normalize.Address) string {
	return strings.Join(strings.Fields(strings.Join([]string{a.Line1, a.Line2, a.Line3, a.District}, " ")), " ")
}

// cut shortens a reference that only informs to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
