package adaptertest

import (
	"github.com/crossdock-hub/crossdock/normalize"
)

// Shipment is the sample of the API's documentation: a phone case from Shenzhen to Berlin,
// in every field that most channels ask for. Each call returns a value of its own, to be
// changed for a carrier that needs more. Its names and numbers appear in no carrier's words,
// so that the suite can look for them where they must not be.
func Shipment() normalize.Shipment {
	return normalize.Shipment{
		Order: &normalize.Order{ID: "EB-1001", Value: usd(2500)},
		Origin: normalize.Address{
			Name: "Li Wei-Quarzbach", Company: "Shenzhen Brightmarker Co", Phone: "+8675512345678",
			Email: "wei.brightmarker@example.com", Line1: "88 Keyuanmarker Rd", District: "Nanshan",
			City: "Shenzhen", State: "Guangdong", PostalCode: "518057", Country: "CN",
			Local: &normalize.LocalAddress{Name: "李伟标记", Line1: "科苑标记路88号", City: "深圳市", State: "广东省", District: "南山区"},
		},
		Destination: normalize.Address{
			Name: "Anna Schmidtmarker", Phone: "+4915112345678", Email: "anna.marker@example.com",
			Line1: "Lindenmarkerstr. 5", City: "Berlin", State: "Berlin", PostalCode: "10969", Country: "DE",
			Residential: true,
		},
		Parcels: []normalize.Parcel{{
			Weight: 350 * normalize.Gram,
			Dimensions: normalize.Dimensions{Length: 20 * normalize.Centimetre,
				Width: 15 * normalize.Centimetre, Height: 5 * normalize.Centimetre},
		}},
		Items: []normalize.Item{{
			SKU: "CASE-1", Description: "phone case", LocalDescription: "手机壳", Quantity: 2,
			UnitValue: usd(1250), Weight: 150 * normalize.Gram, HSCode: "392690", OriginCountry: "CN",
			Goods: []string{"general"}, Material: "silicone", URL: "https://example.com/case",
			LineID: "110000000001-10000000000001", ListingID: "110000000001",
		}},
		Incoterm: normalize.DDP,
		TaxIDs:   []normalize.TaxID{{Type: "ioss", Country: "DE", Number: "IM2760000000"}},
	}
}

func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

// clone copies a shipment as far as the suite changes it.
func clone(s normalize.Shipment) normalize.Shipment {
	s.Items = append([]normalize.Item(nil), s.Items...)
	s.Parcels = append([]normalize.Parcel(nil), s.Parcels...)
	return s
}

// personal are the words of a shipment that belong to people.
func personal(s normalize.Shipment) []string {
	var out []string
	add := func(words ...string) {
		for _, w := range words {
			if len(w) >= 5 { // a shorter one is found everywhere
				out = append(out, w)
			}
		}
	}
	addresses := []*normalize.Address{&s.Origin, &s.Destination, s.ReturnAddress, s.Importer, s.ResponsiblePerson}
	for _, a := range addresses {
		if a == nil {
			continue
		}
		add(a.Name, a.Company, a.Phone, a.Email, a.Line1, a.Line2)
		if a.Local != nil {
			add(a.Local.Name, a.Local.Line1)
		}
	}
	for _, id := range s.TaxIDs {
		add(id.Number)
	}
	return out
}
