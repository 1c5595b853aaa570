package cainiao

import (
	"slices"
	"strconv"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Bounds of a declared line of goods at AliExpress.
// Source: AliExpress IOP SDK, aliexpress.logistics.order.createorder, read 2026-11-21.
const (
	maxNameCN   = 20
	maxNameEN   = 60
	maxQuantity = 999
	maxAmount   = 1_000_000 // US cents
	minCover    = 4500      // US cents, of an insurance
)

// linkGoods are what LINK's two item types can say.
var linkGoods = []string{"general", "battery_contained", "battery_packed", "branded", "fragile"}

// taxIDs are the types that LINK's one place for a number takes, the first of them first.
var taxIDs = []string{"ioss", "voec", "vat", "gst", "arn", "cpf", "cnpj", "pccc", "tin", "national_id", "passport"}

// productsOf are the declared lines. Amount and weight are of one unit, which is how clients
// fill them in; the documentation does not say. The shipment was checked before.
func productsOf(s normalize.Shipment) []product {
	out := make([]product, 0, len(s.Items))
	for _, it := range s.Items {
		p := product{
			ProductID: number(it.ListingID),
			NameCN:    cut(it.LocalDescription, maxNameCN), NameEN: cut(it.Description, maxNameEN),
			Count: it.Quantity, Amount: it.UnitValue.Amount(), Weight: kilograms(it.Weight), HSCode: it.HSCode,
			ContainsBattery: is(it, "battery_contained", "battery_packed", "battery_only") || it.Battery != nil,
			OnlyBattery:     is(it, "battery_only"),
			Aneroid:         is(it, "cosmetic") && !is(it, "liquid"),
			Breakable:       is(it, "fragile"),
			Special:         is(it, "liquid", "powder", "magnetic", "food"),
			SKUCode:         it.SKU,
		}
		if digits(it.LineID) {
			p.ChildOrderID = number(it.LineID)
		}
		out = append(out, p)
	}
	return out
}

// is tells whether an item is of one of the kinds.
func is(it normalize.Item, kinds ...string) bool {
	return slices.ContainsFunc(it.Goods, func(g string) bool { return slices.Contains(kinds, g) })
}

// battery tells whether a battery is on board, in whatever form.
func battery(s normalize.Shipment) bool {
	return slices.ContainsFunc(s.Items, func(it normalize.Item) bool {
		return it.Battery != nil || is(it, "battery_contained", "battery_packed", "battery_only")
	})
}

// linkParcelOf is the parcel with its goods. The shipment was checked before.
func linkParcelOf(s normalize.Shipment) linkParcel {
	d := s.Parcels[0].Dimensions
	p := linkParcel{
		Length: d.Length.Ceil(normalize.Centimetre), Width: d.Width.Ceil(normalize.Centimetre), Height: d.Height.Ceil(normalize.Centimetre),
		Weight: s.Parcels[0].Weight.Ceil(normalize.Gram), Items: make([]linkItem, 0, len(s.Items)),
	}
	for _, it := range s.Items {
		kind := "cf_normal"
		if it.Battery != nil || is(it, "battery_contained", "battery_packed") {
			kind = "cf_has_battery"
		}
		p.Items = append(p.Items, linkItem{
			ItemID: it.ListingID, SKU: it.SKU, Quantity: it.Quantity, English: it.Description, Chinese: it.LocalDescription,
			Price: it.UnitValue.Minor, Currency: it.UnitValue.Currency, Weight: it.Weight.Ceil(normalize.Gram),
			HSCode: it.HSCode, Type: kind, URL: it.URL,
		})
	}
	return p
}

// taxNumber is the one number that LINK has a place for: the first, by the order of taxIDs,
// that holds at the destination.
func taxNumber(s normalize.Shipment) string {
	for _, kind := range taxIDs {
		for _, t := range s.TaxIDs {
			// An IOSS number is of one country and holds in all of the EU.
			here := t.Country == "" || t.Country == s.Destination.Country || kind == "ioss"
			if t.Type == kind && here {
				return t.Number
			}
		}
	}
	return ""
}

// cut shortens a description to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// at is the pointer to a field of an item.
func at(item int, field string) string { return "/items/" + strconv.Itoa(item) + "/" + field }
