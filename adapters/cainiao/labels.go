package cainiao

import (
	"context"
	"net/url"
	"strconv"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// dataOrderID is the key under which a label keeps AliExpress's logistics order id.
const dataOrderID = "logistics_order_id"

// trackingURL is the page for buyers. Source: public clients of the carrier's site, read
// 2026-11-21.
func trackingURL(number string) string {
	return "https://global.cainiao.com/newDetail.htm?mailNoList=" + url.QueryEscape(number)
}

// Label creates the order, which buys it. At AliExpress the tracking number mostly comes
// later, by Documents, as does the fee; at LINK it comes with the answer.
//
// AliExpress: kilograms in text, values in USD; LINK: whole grams and centimetres, minor units.
// All rounded up. The same call would sell again at AliExpress: it is never repeated.
// Source: AliExpress IOP SDK, aliexpress.logistics.order.createorder, and public clients of
// cnge.order.create, read 2026-11-21.
func (a *Adapter) Label(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error) {
	aliexpress, err := a.door(req.Service)
	switch {
	case err != nil:
		return normalize.Label{}, err
	case !aliexpress:
		return a.linkLabel(ctx, req)
	}
	business, err := a.orderParams(req)
	if err != nil {
		return normalize.Label{}, err
	}
	var out created
	reply, err := a.iop.call(ctx, adapters.OpLabel, methodCreate, business, &out)
	if err != nil {
		return normalize.Label{}, err
	}
	return a.iop.bought(reply, out, req.Shipment.OrderID())
}

// bought reads createorder's answer as the label of a trade order. Where its flags contradict
// each other nothing is known.
func (i *iop) bought(reply rest.Reply, c created, trade string) (normalize.Label, error) {
	const op = adapters.OpLabel
	r := c.Result
	switch {
	case r == nil:
		return normalize.Label{}, i.bad(op, reply, "the answer holds no result")
	case r.Success == "false" && r.OrderCode == "" && r.ErrorCode != noError && r.ErrorCode != "" && r.ErrorDesc != "":
		return normalize.Label{}, i.refuse(op, reply, string(r.ErrorCode), r.ErrorDesc)
	case c.Success == "false" || !r.Success.yes() || r.ErrorCode != noError:
		return normalize.Label{}, i.bad(op, reply, "the answer is neither a yes nor a no")
	case r.OrderCode == "" && r.WarehouseID == "":
		return normalize.Label{}, i.bad(op, reply, "the answer names no order")
	case r.TradeOrderID != "" && trade != "" && string(r.TradeOrderID) != trade:
		return normalize.Label{}, i.bad(op, reply, "the answer is about another order")
	}
	return aliexpressLabel(r.OrderCode, string(r.WarehouseID), r.Number, "", normalize.Money{}), nil
}

// aliexpressLabel is an order as a label. latest is the number that it may have by now instead
// of the first.
func aliexpressLabel(lp, id, first, latest string, cost normalize.Money) normalize.Label {
	out := normalize.Label{TrackingNumber: either(first, latest), CarrierReference: either(lp, id), Cost: cost,
		CarrierData: map[string]string{}}
	if latest != out.TrackingNumber {
		out.LastMileTrackingNumber = latest
	}
	if id != "" {
		out.CarrierData[dataOrderID] = id
	}
	if out.TrackingNumber != "" {
		out.Parcels = []normalize.LabelParcel{{TrackingNumber: out.TrackingNumber, CarrierReference: out.CarrierReference,
			LastMileTrackingNumber: out.LastMileTrackingNumber}}
		out.TrackingURL = trackingURL(out.TrackingNumber)
	}
	return out
}

// orderParams are the parameters of createorder. The caller's own reference has no place
// there: the trade order stands for it.
func (a *Adapter) orderParams(req normalize.LabelRequest) (map[string]string, error) {
	s := req.Shipment
	for _, check := range []error{checkOrder(s), checkParcel(s), checkSmall(s), checkGoods(s), checkInsurance(s), a.checkDelivery(s)} {
		if check != nil {
			return nil, check
		}
	}
	who, err := a.partiesOf(s)
	if err != nil {
		return nil, err
	}
	addresses, err := jsonText(who)
	if err != nil {
		return nil, err
	}
	goods, err := jsonText(productsOf(s))
	if err != nil {
		return nil, err
	}
	p := map[string]string{
		"trade_order_id": s.OrderID(), "trade_order_from": "ESCROW",
		"warehouse_carrier_service": a.solution(req.Service, s, req.CarrierData),
		"undeliverable_decision":    decisions[a.nonDelivery(s)],
		"package_num":               "1",
		"declare_product_d_t_os":    goods, "address_d_t_os": addresses,
		"oaid":         s.Destination.PlatformAddressID,
		"top_user_key": a.config.TopUserKey,
	}
	if s.Customs != nil && s.Customs.Invoice != nil {
		p["invoice_number"] = s.Customs.Invoice.Number
	}
	if s.Insurance.Minor > 0 {
		if p["insurance_coverage"], err = jsonText(coverage{s.Insurance.Minor, s.Insurance.Currency}); err != nil {
			return nil, err
		}
	}
	a.firstLeg(s, p)
	return p, nil
}

// decisions are the undeliverable_decision behind each non_delivery_option.
var decisions = map[string]string{"return": "0", "abandon": "1"}

// nonDelivery is what is to become of a parcel that cannot be delivered: the request's word,
// the account's, or a return where an address for it was given.
func (a *Adapter) nonDelivery(s normalize.Shipment) string {
	said := either(s.NonDeliveryOption, a.config.NonDeliveryOption)
	if said == "" && s.ReturnAddress != nil {
		return "return"
	}
	return said
}

// Ways to the warehouse, by our names, and the pickup_type behind each.
const (
	dropOff = "drop_off"
	courier = "courier"
	pickup  = "pickup"
)

var pickupTypes = map[string]string{dropOff: "SELF_SEND", courier: "SELF_POST", pickup: "DOOR_PICKUP"}

// method is how the parcel gets to the warehouse.
func (a *Adapter) method(h *normalize.Handover) string {
	if h == nil {
		return a.config.Handover
	}
	return either(h.Method, a.config.Handover)
}

// firstLeg adds how the parcel gets to the warehouse. The courier's name and number are
// optional beside a pickup_type, and sent where they are known.
func (a *Adapter) firstLeg(s normalize.Shipment, p map[string]string) {
	method := a.method(s.Handover)
	p["pickup_type"] = pickupTypes[method]
	if method != courier {
		return
	}
	name, id, tracking := a.courierOf(s.Handover)
	p["domestic_logistics_company"], p["domestic_logistics_company_id"], p["domestic_tracking_no"] = name, id, tracking
}

// otherCourier is the id of a courier that is told by its name.
const otherCourier = "-1"

// courierOf is the domestic courier: the one that was named, else the account's.
func (a *Adapter) courierOf(h *normalize.Handover) (name, id, tracking string) {
	if h != nil && h.Courier != nil {
		name, tracking = h.Courier.Name, h.Courier.TrackingNumber
	}
	switch {
	case name != "":
		return name, otherCourier, tracking
	case a.config.CourierID != 0:
		return a.config.CourierName, strconv.FormatInt(a.config.CourierID, 10), tracking
	case a.config.CourierName != "":
		return a.config.CourierName, otherCourier, tracking
	}
	return "", "", tracking
}
