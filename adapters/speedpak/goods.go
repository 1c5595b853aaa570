package speedpak

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// buyerTaxIDs are the types of the buyer's number.
var buyerTaxIDs = []string{"cnpj", "cpf", "national_id", "passport", "pccc", "tin"}

// ddu is eDIS's word for the buyer paying duties; it does not know DAP.
const ddu = normalize.Incoterm("DDU")

func incotermOf(t normalize.Incoterm) string {
	if t == normalize.DDP {
		return string(normalize.DDP)
	}
	return string(ddu)
}

// itemsOf are the order lines that lie in the parcel. The shipment was checked before.
func itemsOf(s normalize.Shipment, reference string) []item {
	taxType, taxID := buyerTax(s)
	collected, value := collectedTax(s)
	var out []item
	for _, it := range s.Items {
		line := item{
			OrderLineItem: it.LineID, OrderID: s.OrderID(), PostedQuantity: it.Quantity,
			Email: s.Destination.Email, BuyerTaxID: taxID, BuyerTaxType: taxType,
			CollectTax: collected, CollectedTax: value, SKU: skuOf(it, reference),
		}
		if o := s.Order; o != nil {
			line.BuyerID, line.SoldDate, line.PaymentDate = o.BuyerID, moment(o.PlacedAt), moment(o.PaidAt)
			// The price of a line is known only where it is the whole order.
			if len(s.Items) == 1 && it.Quantity == 1 && !o.Value.IsZero() {
				line.SoldPrice = new(amountOf(o.Value))
			}
		}
		out = append(out, line)
	}
	return out
}

func skuOf(it normalize.Item, reference string) sku {
	out := sku{
		Number: cut(it.SKU, maxSKU), NameEn: it.Description, NameZh: it.LocalDescription, Origin: it.OriginCountry,
		Weight: whole(it.Weight.Ceil(normalize.Gram)), Price: amountOf(it.UnitValue), TariffCode: it.HSCode,
		Remark: cut(reference, maxReference),
	}
	if out.LiBatteryType = batteryOf(it); out.LiBatteryType != "" {
		out.IsLiBattery = true
		if it.Battery != nil {
			out.Qualification = it.Battery.Certificate
		}
	}
	return out
}

// batteryOf is the type of a lithium battery on board, "" where there is none. The words of
// LiBatteryTypeEnum are unconfirmed; the older interface has built-in and packed-with as 1 and 3.
func batteryOf(it normalize.Item) string {
	if it.Battery != nil && it.Battery.Chemistry == "other" {
		return ""
	}
	switch {
	case slices.Contains(it.Goods, "battery_packed"):
		return "PACKED_WITH"
	case slices.Contains(it.Goods, "battery_contained"), it.Battery != nil:
		return "BUILT_IN"
	}
	return ""
}

// buyerTax is the first number of the buyer's that has a place. The words of buyerTaxType are
// unconfirmed: they are the number's usual name in capitals.
func buyerTax(s normalize.Shipment) (kind, number string) {
	for _, t := range s.TaxIDs {
		if t.EffectiveParty() == "consignee" && slices.Contains(buyerTaxIDs, t.Type) {
			return strings.ToUpper(t.Type), t.Number
		}
	}
	return "", ""
}

// collectedTax tells whether eBay takes the tax from the buyer: where it took some, or where a
// number of eBay's own goes with the order. The value is the order's, without its currency.
func collectedTax(s normalize.Shipment) (collects bool, value string) {
	if s.Customs != nil && s.Customs.TaxCollected.Minor > 0 {
		return true, s.Customs.TaxCollected.Amount()
	}
	return slices.ContainsFunc(s.TaxIDs, func(t normalize.TaxID) bool { return t.EffectiveParty() == "platform" }), ""
}

// moment is a time as eBay writes it, "" where none was said.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// cut shortens what only informs to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// checkShipment refuses what no package of eDIS can carry or say.
func checkShipment(s normalize.Shipment) error {
	switch {
	case len(s.Parcels) != 1:
		return normalize.NotServiceable("/parcels", "a package is one parcel")
	case s.TotalWeight() > maxWeight:
		return normalize.NotServiceable("/parcels/0/weight", "weight %s exceeds %s", s.TotalWeight(), maxWeight)
	case s.Parcels[0].Dimensions.IsZero():
		return normalize.Invalid("/parcels/0/dimensions", "is required")
	case s.OrderID() == "":
		return normalize.Invalid("/order/id", "is required")
	case s.Destination.Phone == "":
		return normalize.Invalid("/destination/phone", "is required")
	case s.Incoterm != normalize.DDP && s.Incoterm != normalize.DAP && s.Incoterm != ddu:
		return normalize.NotServiceable("/incoterm", "parcels go on the terms DDP and DAP only")
	case len(s.Items) == 0:
		return normalize.Invalid("/items", "must hold at least one item")
	}
	for i, it := range s.Items {
		if err := checkItem(i, it); err != nil {
			return err
		}
	}
	return nil
}

func checkItem(i int, it normalize.Item) error {
	for _, f := range []struct{ name, value string }{
		{"line_id", it.LineID}, {"local_description", it.LocalDescription}, {"hs_code", it.HSCode},
	} {
		if f.value == "" {
			return normalize.Invalid(at(i, f.name), "is required")
		}
	}
	switch {
	case it.Weight <= 0:
		return normalize.Invalid(at(i, "weight"), "the weight of one unit is required")
	case it.Quantity < 1 || it.Quantity > maxQuantity:
		return normalize.NotServiceable(at(i, "quantity"), "a line of a package holds 1 to %d pieces", maxQuantity)
	case slices.Contains(it.Goods, "battery_only"):
		return normalize.Fail(normalize.KindProhibitedGoods, "batteries that travel alone are not carried")
	case batteryOf(it) != "" && (it.Battery == nil || it.Battery.Certificate == ""):
		// Such a package can be created, but not confirmed (355039).
		return normalize.Invalid(at(i, "battery/certificate"), "the id of the battery's qualification at eDIS is required")
	}
	return nil
}

// at is the pointer to a field of an item.
func at(item int, field string) string { return "/items/" + strconv.Itoa(item) + "/" + field }
