package wishpost

import (
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// orderOf is the order of a shipment. The shipment is checked first.
// Source: public clients of create_order, read 2026-11-21.
func (a *Adapter) orderOf(req normalize.LabelRequest) (order, error) {
	s := req.Shipment
	if req.ClientReference == "" || len(req.ClientReference) > maxReference {
		return order{}, normalize.Invalid("", "the client reference must have 1 to %d characters", maxReference)
	}
	otype, err := a.otype(req.Service)
	if err != nil {
		return order{}, err
	}
	if err := a.checkShipment(s); err != nil {
		return order{}, err
	}
	o := order{GUID: req.ClientReference, OType: otype, WarehouseCode: a.config.Warehouse}
	if err := a.handOver(&o, s); err != nil {
		return order{}, err
	}
	if o.TradeAmount, err = tradeAmount(s); err != nil {
		return order{}, err
	}
	setParties(&o, s)
	o.TypeNo, o.Unit, o.UnitChinese = purposes[s.CustomsPurpose()], "item", "个"
	if o.TypeNo == 0 {
		o.TypeNo = purposeOther
	}
	o.UserDesc = cut(either(req.Reference, s.OrderID()), maxDesc)
	if a.config.OrderForm == formFlat {
		o.flat, err = a.flatOf(s)
	} else {
		o.Items, err = a.itemsOf(s)
	}
	return o, err
}

// purposeOther is type_no of everything that the table does not name, sales among them.
const purposeOther = 4

var purposes = map[string]int{"gift": 1, "document": 2, "sample": 3}

// handOver says how the parcel is handed over: brought to a warehouse, or collected.
//
// China Post's own channels want the sender's address in Chinese where it is not in Shanghai,
// and so does every collection.
func (a *Adapter) handOver(o *order, s normalize.Shipment) error {
	method, from := a.config.Handover, s.Origin
	if h := s.Handover; h != nil {
		switch {
		case h.Courier != nil || h.Method == "courier":
			return normalize.NotServiceable("/handover/method", "parcels are collected or dropped off")
		case !h.ReadyFrom.IsZero() || !h.ReadyUntil.IsZero():
			return normalize.NotServiceable("/handover/ready_from", "an order has no place for a time of collection")
		case h.Point != "" && !digits(h.Point):
			return normalize.Invalid("/handover/point", "must be the number of a WishPost warehouse")
		}
		method, o.WarehouseCode = either(h.Method, method), either(h.Point, o.WarehouseCode)
		if h.Address != nil {
			from = *h.Address
		}
	}
	chinaPost := !strings.Contains(o.OType, "-")
	if chinaPost && o.WarehouseCode == "" {
		return normalize.Invalid("/handover/point", "is required for China Post's own channels, since the account names no warehouse_code")
	}
	if from.Local == nil {
		if method == pickup || chinaPost && !strings.EqualFold(from.City, "Shanghai") {
			return normalize.Invalid("/origin/local", "the sender's address in Chinese is required")
		}
		return nil
	}
	l := from.Local
	o.receivePlace = &receivePlace{
		ReceiveFrom: l.Name, ReceiveProvince: l.State, ReceiveCity: l.City, ReceiveDistrict: l.District,
		ReceiveAddres: joined(l.Line1, l.Line2, l.Line3), ReceivePhone: from.Phone,
	}
	if method == pickup {
		o.DoorPickup, o.PickupService = 1, a.config.Pickup
		o.pickupPlace = pickupOf(from)
	}
	return nil
}

func pickupOf(from normalize.Address) *pickupPlace {
	l := from.Local
	return &pickupPlace{
		PickupFromLocal: l.Name, PickupProvinceLocal: l.State, PickupCityLocal: l.City, PickupDistrictLocal: l.District,
		PickupAddresLocal: joined(l.Line1, l.Line2, l.Line3), PickupPhone: from.Phone, PickupZipCode: from.PostalCode,
		PickupCountryLocal: "中国",
		PickupFrom:         from.Name, PickupProvince: from.State, PickupCity: from.City, PickupDistrict: from.District,
		PickupAddres: street(from), PickupCountry: countryName(from.Country), PickupCountryCode: from.Country,
	}
}

// setParties writes sender and recipient. A recipient without a province, as in France, has the
// city for one.
func setParties(o *order, s normalize.Shipment) {
	from, to := s.Origin, s.Destination
	o.From, o.SenderProvince, o.SenderCity, o.SenderDistrict = from.Name, from.State, from.City, from.District
	o.SenderAddres, o.SenderPhone, o.SenderZipcode = street(from), from.Phone, from.PostalCode
	o.To, o.RecipientCountry, o.RecipientCountryShort = to.Name, countryName(to.Country), to.Country
	o.RecipientProvince, o.RecipientCity, o.RecipientDistrict = either(to.State, to.City), to.City, to.District
	o.RecipientAddres, o.RecipientPostcode, o.RecipientPhone = street(to), to.PostalCode, to.Phone
	if l := to.Local; l != nil {
		o.localPlace = &localPlace{
			ToLocal: l.Name, RecipientCountryLocal: countryName(to.Country), RecipientProvinceLocal: either(l.State, l.City),
			RecipientCityLocal: l.City, RecipientDistrictLocal: l.District, RecipientAddresLocal: joined(l.Line1, l.Line2, l.Line3),
		}
	}
}

// street are the lines of an address in one.
func street(a normalize.Address) string {
	return joined(a.Company, strings.TrimSpace(a.Line1+" "+a.HouseNumber), a.Line2, a.Line3)
}

// joined are the lines that say something, in one.
func joined(lines ...string) string {
	var out []string
	for _, line := range lines {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, ", ")
}

// countryName is Wish's English name: the short name without what stands in brackets.
func countryName(country string) string {
	if name := countryNames[country]; name != "" {
		return name
	}
	name, _, _ := strings.Cut(normalize.CountryName(country), " (")
	return name
}

// cut shortens what only informs to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
