package yanwen

import (
	"slices"
	"strconv"

	"github.com/crossdock-hub/crossdock/normalize"
)

// currencies that customs values may be in.
var currencies = []string{"USD", "EUR", "GBP", "CNY", "AUD", "CAD"}

// Tax numbers by their place in the order. A party has one place, so that the first of its
// numbers for the destination goes along.
var (
	shipperTaxIDs   = []string{"vat", "gst", "arn", "voec"}
	consigneeTaxIDs = []string{"cpf", "cnpj", "pccc", "tin", "national_id", "passport", "vat", "gst"}
)

// sentTaxIDs are the types that have a place.
func sentTaxIDs() []string {
	all := slices.Concat([]string{"ioss", "eori"}, shipperTaxIDs, consigneeTaxIDs)
	slices.Sort(all)
	return slices.Compact(all)
}

// parcelOf is the parcel and its goods. The shipment was checked before.
func parcelOf(s normalize.Shipment) (parcelInfo, error) {
	total, err := s.ItemsValue()
	if err != nil {
		return parcelInfo{}, normalize.Invalid("/items", "unit values must be in one currency and sum within bounds")
	}
	d := s.Parcels[0].Dimensions
	p := parcelInfo{
		HasBattery: battery(s), Currency: total.Currency, TotalPrice: amount(total),
		TotalWeight: s.TotalWeight().Ceil(normalize.Gram),
		Length:      d.Length.Ceil(normalize.Centimetre), Width: d.Width.Ceil(normalize.Centimetre),
		Height: d.Height.Ceil(normalize.Centimetre),
		IOSS:   s.TaxID("ioss"),
	}
	if s.Order != nil && slices.Contains(currencies, s.Order.ShippingCharged.Currency) {
		p.FreightCharges, p.FreightCurrency = new(amount(s.Order.ShippingCharged)), s.Order.ShippingCharged.Currency
	}
	for _, it := range s.Items {
		p.TotalQuantity += it.Quantity
		p.ProductList = append(p.ProductList, productOf(it))
	}
	return p, nil
}

func productOf(it normalize.Item) product {
	export := it.ExportValue
	if export.IsZero() {
		export = it.UnitValue
	}
	return product{
		GoodsNameCh: it.LocalDescription, GoodsNameEn: it.Description,
		Price: amount(it.UnitValue), PriceExport: amount(export),
		Quantity: it.Quantity, Weight: it.Weight.Ceil(normalize.Gram),
		HSCode: it.HSCode, Material: it.Material, URL: it.URL, SKU: it.SKU,
	}
}

// battery is 1 where a battery is on board, in whatever form.
func battery(s normalize.Shipment) int {
	if s.HasGoods("battery_contained", "battery_packed", "battery_only") ||
		slices.ContainsFunc(s.Items, func(it normalize.Item) bool { return it.Battery != nil }) {
		return 1
	}
	return 0
}

// taxNumber is the first of a party's numbers that holds at the destination.
func taxNumber(s normalize.Shipment, who string) string {
	types := shipperTaxIDs
	if who == "consignee" {
		types = consigneeTaxIDs
	}
	for _, t := range s.TaxIDs {
		here := t.Country == "" || t.Country == s.Destination.Country
		if here && t.EffectiveParty() == who && slices.Contains(types, t.Type) {
			return t.Number
		}
	}
	return ""
}

func importCustomsOf(s normalize.Shipment) *importCustoms {
	if eori := s.TaxID("eori"); eori != "" {
		return &importCustoms{EORI: eori}
	}
	return nil
}

// checkReference refuses what Yanwen would not take as an order number.
func checkReference(reference string) error {
	for _, r := range reference {
		if !('0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || r == '-' || r == '_') {
			return normalize.Invalid("", "the client reference holds other characters than A-Z, a-z, 0-9, - and _")
		}
	}
	if reference == "" || len(reference) > maxNumber {
		return normalize.Invalid("", "the client reference must have 1 to %d characters", maxNumber)
	}
	return nil
}

// checkShipment refuses what no order of Yanwen's can carry, so that it is not quoted either.
func checkShipment(s normalize.Shipment) error {
	switch {
	case len(s.Parcels) != 1:
		return normalize.NotServiceable("/parcels", "an order carries one parcel")
	case len(s.Items) > maxLines:
		return normalize.NotServiceable("/items", "an order declares at most %d lines of goods", maxLines)
	case s.TotalWeight() > maxWeight:
		return normalize.NotServiceable("/parcels/0/weight", "weight %s exceeds %s", s.TotalWeight(), maxWeight)
	case s.HasGoods("battery_only"):
		return normalize.Fail(normalize.KindProhibitedGoods, "batteries that travel alone are not carried")
	case s.Handover != nil && s.Handover.Method != "" && s.Handover.Method != "drop_off":
		return normalize.NotServiceable("/handover/method", "parcels are brought to a warehouse")
	}
	for i, it := range s.Items {
		if !slices.Contains(currencies, it.UnitValue.Currency) {
			return normalize.NotServiceable(at(i, "unit_value"), "customs values are taken in USD, EUR, GBP, CNY, AUD and CAD")
		}
		if !it.ExportValue.IsZero() && it.ExportValue.Currency != it.UnitValue.Currency {
			return normalize.NotServiceable(at(i, "export_value"), "import and export value must be in one currency")
		}
	}
	return nil
}

// checkOrder refuses what an order needs and a price does not.
func checkOrder(s normalize.Shipment) error {
	to := s.Destination
	switch {
	case to.Phone == "":
		return normalize.Invalid("/destination/phone", "is required")
	case to.PostalCode == "":
		return normalize.Invalid("/destination/postal_code", "is required")
	case len([]rune(to.Name)) > maxName:
		return normalize.Invalid("/destination/name", "has more than %d characters", maxName)
	case len([]rune(street(to))) > maxAddress:
		return normalize.Invalid("/destination/line1", "the lines have more than %d characters together", maxAddress)
	}
	for i, it := range s.Items {
		if it.LocalDescription == "" {
			return normalize.Invalid(at(i, "local_description"), "the name in Chinese is required")
		}
		if it.Weight <= 0 {
			return normalize.Invalid(at(i, "weight"), "the weight of one unit is required")
		}
	}
	return nil
}

// at is the pointer to a field of an item.
func at(item int, field string) string { return "/items/" + strconv.Itoa(item) + "/" + field }
