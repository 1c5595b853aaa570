package purchase

import (
	"slices"
	"testing"

	"github.com/crossdock-hub/crossdock/normalize"
)

// quoted is an order as it was priced, with some things left open.
func quoted() normalize.Shipment {
	s := request().full()
	s.Platform = "ebay"
	s.Order = &normalize.Order{ID: "EB-1001"}
	s.Origin.Local = &normalize.LocalAddress{Name: "李伟"}
	s.Items[0].Goods = []string{"battery_contained"}
	s.TaxIDs = []normalize.TaxID{{Type: "ioss", Number: "IM2760000000"}}
	s.ReturnAddress = &normalize.Address{Name: "Returns", Line1: "Hafenstr. 1", City: "Bremen", Country: "DE"}
	s.Options = map[string]any{"northwind.saturday": true}
	return s
}

// What is missing may come, and what is said again stands.
func TestWhatMayBeAddedToARate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		add   Shipment
		added func(normalize.Shipment) bool
	}{
		"nothing": {Shipment{}, func(normalize.Shipment) bool { return true }},
		"the whole order again": {Shipment{Platform: "ebay", Incoterm: normalize.DDP, Parcels: request().Parcels, Items: request().Items,
			Origin: request().Origin, Destination: request().Destination, Options: map[string]any{"northwind.saturday": true}},
			func(s normalize.Shipment) bool { return s.Items[0].Goods[0] == "battery_contained" }},
		"a phone": {Shipment{Destination: &normalize.Address{Phone: "+49"}},
			func(s normalize.Shipment) bool { return s.Destination.Phone == "+49" && s.Destination.City == "Berlin" }},
		"more of an address in its own script": {Shipment{Origin: &normalize.Address{Local: &normalize.LocalAddress{City: "深圳市"}}},
			func(s normalize.Shipment) bool {
				return s.Origin.Local.City == "深圳市" && s.Origin.Local.Name == "李伟"
			}},
		"a tariff number and a net weight": {Shipment{Items: []normalize.Item{{HSCode: "392690", Weight: 300 * normalize.Gram, LocalDescription: "手机壳"}}},
			func(s normalize.Shipment) bool { return s.Items[0].HSCode == "392690" && s.Items[0].Quantity == 1 }},
		"what the battery is": {Shipment{Items: []normalize.Item{{Battery: &normalize.Battery{Chemistry: "lithium_ion"}}}},
			func(s normalize.Shipment) bool { return s.Items[0].Battery != nil }},
		"handover, customs, notify and note": {Shipment{Handover: &normalize.Handover{Method: "pickup"}, Customs: &normalize.Customs{Purpose: "gift"},
			Notify: []string{"email"}, Note: "ring"},
			func(s normalize.Shipment) bool {
				return s.Handover.Method == "pickup" && s.Customs.Purpose == "gift" && s.Notify[0] == "email" && s.Note == "ring"
			}},
		"another tax id": {Shipment{TaxIDs: []normalize.TaxID{{Type: "ioss", Number: "IM2760000000"}, {Type: "eori", Number: "DE1"}}},
			func(s normalize.Shipment) bool { return len(s.TaxIDs) == 2 }},
		"when the order was paid": {Shipment{Order: &normalize.Order{BuyerID: "anna_s"}},
			func(s normalize.Shipment) bool { return s.Order.BuyerID == "anna_s" && s.Order.ID == "EB-1001" }},
		"the phone of a return address": {Shipment{ReturnAddress: &normalize.Address{Phone: "+49"}},
			func(s normalize.Shipment) bool {
				return s.ReturnAddress.Phone == "+49" && s.ReturnAddress.City == "Bremen"
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, ref := merge(quoted(), c.add)
			if ref != nil || !c.added(out) {
				t.Errorf("got %v, %+v", ref, out)
			}
		})
	}
}

// A change of what was priced names each field, and nothing is changed.
func TestWhatChangesARate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		add  Shipment
		want []string
	}{
		"heavier":             {Shipment{Parcels: []normalize.Parcel{{Weight: 351 * normalize.Gram}}}, []string{"/parcels/0/weight"}},
		"larger":              {Shipment{Parcels: []normalize.Parcel{{Dimensions: normalize.Dimensions{Length: 1, Width: 1, Height: 1}}}}, []string{"/parcels/0/dimensions"}},
		"one parcel more":     {Shipment{Parcels: make([]normalize.Parcel, 2)}, []string{"/parcels"}},
		"one item more":       {Shipment{Items: make([]normalize.Item, 2)}, []string{"/items"}},
		"another country":     {Shipment{Destination: &normalize.Address{Country: "FR"}}, []string{"/destination/country"}},
		"two things":          {Shipment{Destination: &normalize.Address{Country: "FR", City: "Paris"}}, []string{"/destination/city", "/destination/country"}},
		"a home":              {Shipment{Destination: &normalize.Address{Residential: true}}, []string{"/destination/residential"}},
		"a locker":            {Shipment{Destination: &normalize.Address{ServicePoint: &normalize.ServicePoint{ID: "1"}}}, []string{"/destination/service_point"}},
		"dangerous goods":     {Shipment{Items: []normalize.Item{{UNNumber: "UN1266"}}}, []string{"/items/0/un_number"}},
		"other goods":         {Shipment{Items: []normalize.Item{{Goods: []string{"liquid"}}}}, []string{"/items/0/goods"}},
		"another value":       {Shipment{Items: []normalize.Item{{UnitValue: usd(1)}}}, []string{"/items/0/unit_value"}},
		"insurance":           {Shipment{Insurance: usd(100)}, []string{"/insurance"}},
		"cash on delivery":    {Shipment{CashOnDelivery: usd(100)}, []string{"/cash_on_delivery"}},
		"a signature":         {Shipment{Signature: "adult"}, []string{"/signature"}},
		"another platform":    {Shipment{Platform: "wish"}, []string{"/platform"}},
		"other terms":         {Shipment{Incoterm: normalize.DAP}, []string{"/incoterm"}},
		"an option":           {Shipment{Options: map[string]any{"northwind.saturday": false}}, []string{"/options"}},
		"an importer":         {Shipment{Importer: &normalize.Address{Name: "Imp", Country: "DE"}}, []string{"/importer"}},
		"a tax id less":       {Shipment{TaxIDs: []normalize.TaxID{}}, []string{"/tax_ids"}},
		"return to elsewhere": {Shipment{ReturnAddress: &normalize.Address{City: "Hamburg"}}, []string{"/return_address/city"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ref := merge(quoted(), c.add)
			if ref == nil {
				t.Fatal("was taken")
			}
			if got := pointers(ref); ref.Code != "rate_mismatch" || !slices.Equal(got, c.want) {
				t.Errorf("got %s at %v, want %v", ref.Code, got, c.want)
			}
		})
	}
	plain := quoted()
	plain.Items[0].Goods = nil
	if _, ref := merge(plain, Shipment{Items: []normalize.Item{{Battery: &normalize.Battery{Chemistry: "lithium_ion"}}}}); !slices.Equal(pointers(ref), []string{"/items/0/battery"}) {
		t.Errorf("a battery that was not declared came on board: %v", ref)
	}
}
