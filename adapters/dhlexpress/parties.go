package dhlexpress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Widths of the fields of an address. Source: MyDHL API OpenAPI 3.1.1, read 2026-11-21.
const (
	maxLine     = 45
	maxPostal   = 12
	maxCity     = 45
	maxProvince = 35
	maxCompany  = 100
	maxName     = 255
	maxEmail    = 70
)

// placeOf is an address of a rate, where only town and country are needed.
func placeOf(at string, a normalize.Address) (place, error) {
	city, err := fit(at+"/city", a.City, maxCity, true)
	if err != nil {
		return place{}, err
	}
	postal, err := fit(at+"/postal_code", a.PostalCode, maxPostal, false)
	if err != nil {
		return place{}, err
	}
	out := place{PostalCode: postal, CityName: city, CountryCode: a.Country}
	if isProvinceCode(a.State) {
		out.ProvinceCode = a.State
	}
	return out, nil
}

func placesOf(s normalize.Shipment) (places, error) {
	from, err := placeOf("/origin", s.Origin)
	if err != nil {
		return places{}, err
	}
	to, err := placeOf("/destination", s.Destination)
	return places{from, to}, err
}

// partyOf is a whole address with the person or company there. at is its pointer in the request.
func partyOf(at string, a normalize.Address) (party, error) {
	address, err := postalAddressOf(at, a)
	if err != nil {
		return party{}, err
	}
	who, err := contactOf(at, a)
	if err != nil {
		return party{}, err
	}
	out := party{PostalAddress: address, ContactInformation: who}
	if a.Residential {
		out.TypeCode = "private"
	}
	return out, nil
}

func postalAddressOf(at string, a normalize.Address) (postalAddress, error) {
	where, err := placeOf(at, a)
	if err != nil {
		return postalAddress{}, err
	}
	lines, err := linesOf(at, a)
	if err != nil {
		return postalAddress{}, err
	}
	out := postalAddress{PostalCode: where.PostalCode, CityName: where.CityName, CountryCode: a.Country,
		ProvinceCode: where.ProvinceCode, AddressLine1: lines[0], AddressLine2: lines[1], AddressLine3: lines[2]}
	if out.CountyName, err = fit(at+"/district", a.District, maxLine, false); err != nil {
		return postalAddress{}, err
	}
	if out.ProvinceCode == "" {
		out.ProvinceName, err = fit(at+"/state", a.State, maxProvince, false)
	}
	return out, err
}

// isProvinceCode tells a short code (NY, NSW) from the name of a province.
func isProvinceCode(state string) bool {
	return (len(state) == 2 || len(state) == 3) && strings.ToUpper(state) == state
}

// linesOf are the street lines as they came where they fit, else broken anew into three.
func linesOf(at string, a normalize.Address) ([3]string, error) {
	var lines []string
	for _, l := range []string{strings.TrimSpace(a.Line1 + " " + a.HouseNumber), a.Line2, a.Line3} {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	if strings.TrimSpace(a.Line1) == "" {
		return [3]string{}, normalize.Invalid(at+"/line1", "is required")
	}
	if slices.ContainsFunc(lines, func(l string) bool { return len([]rune(l)) > maxLine }) {
		var ok bool
		if lines, ok = wrap(strings.Join(lines, " "), maxLine, 3); !ok {
			return [3]string{}, normalize.Invalid(at+"/line1", "does not fit into three lines of %d characters", maxLine)
		}
	}
	var out [3]string
	copy(out[:], lines)
	return out, nil
}

// contactOf names who is there. DHL wants a company even of a private person: the name again.
func contactOf(at string, a normalize.Address) (contact, error) {
	var out contact
	var err error
	for _, f := range []struct {
		to     *string
		name   string
		value  string
		most   int
		needed bool
	}{
		{&out.FullName, "/name", a.Name, maxName, true},
		{&out.Phone, "/phone", a.Phone, 70, true},
		{&out.Email, "/email", a.Email, maxEmail, false},
		{&out.CompanyName, "/company", a.Company, maxCompany, false},
	} {
		if *f.to, err = fit(at+f.name, f.value, f.most, f.needed); err != nil {
			return contact{}, err
		}
	}
	if out.CompanyName == "" {
		out.CompanyName = cut(out.FullName, maxCompany)
	}
	return out, nil
}

// fit refuses what is longer than most characters, and nothing where something is needed.
func fit(pointer, value string, most int, needed bool) (string, error) {
	value = strings.TrimSpace(value)
	if value == "" && needed {
		return "", normalize.Invalid(pointer, "is required")
	}
	if len([]rune(value)) > most {
		return "", normalize.Invalid(pointer, "is longer than %d characters", most)
	}
	return value, nil
}

// cut keeps the first most characters of what only informs.
func cut(value string, most int) string {
	if r := []rune(value); len(r) > most {
		return strings.TrimSpace(string(r[:most]))
	}
	return value
}

// registrationTypes are DHL's codes for the numbers that customs want. SDT stands for every
// registration of a supplier abroad: IOSS, VOEC, the Australian ARN.
// Source: MyDHL API OpenAPI 3.1.1, registrationNumbers, read 2026-11-21.
var registrationTypes = map[string]string{
	"ioss": "SDT", "voec": "SDT", "arn": "SDT", "vat": "VAT", "gst": "GST", "eori": "EOR",
	"ein": "EIN", "cpf": "CNP", "cnpj": "CNP", "national_id": "NID", "passport": "PAS",
}

// sentTaxIDs are the types of registrationTypes, and the manufacturer's, which goes with the
// lines of the declaration.
func sentTaxIDs() []string {
	return []string{"ioss", "voec", "arn", "vat", "gst", "eori", "ein", "cpf", "cnpj", "national_id", "passport", "mid"}
}

// suppliersAbroad are the countries that register sellers from elsewhere for VAT or GST.
var suppliersAbroad = []string{"AU", "GB", "NZ", "SG"}

// register puts the tax ids on the party that each belongs to. An importer's go to the
// receiver where no importer was named; a platform's are shown by the shipper.
func register(s normalize.Shipment, p *parties) error {
	for i, t := range s.TaxIDs {
		kind := registrationTypes[t.Type]
		if kind == "" || t.Party == "manufacturer" {
			continue // the rate says tax_id_not_sent; a manufacturer has no address to go with
		}
		number, err := fit(fmt.Sprintf("/tax_ids/%d/number", i), t.Number, 35, true)
		if err != nil {
			return err
		}
		to, home := &p.ShipperDetails, s.Origin.Country
		switch t.EffectiveParty() {
		case "importer":
			to, home = &p.ReceiverDetails, s.Destination.Country
			if p.ImporterDetails != nil {
				to, home = p.ImporterDetails, s.Importer.Country
			}
		case "consignee":
			to, home = &p.ReceiverDetails, s.Destination.Country
		}
		if kind == "SDT" {
			home = s.Destination.Country // that is where the supplier from abroad is registered
		}
		if supplierAbroad(s, t) {
			kind = "SDT"
		}
		to.RegistrationNumbers = append(to.RegistrationNumbers,
			registration{TypeCode: kind, Number: number, IssuerCountryCode: either(t.Country, home)})
	}
	return nil
}

// supplierAbroad tells whether a VAT or GST number is the seller's in the country of destination.
func supplierAbroad(s normalize.Shipment, t normalize.TaxID) bool {
	return (t.Type == "vat" || t.Type == "gst") && t.EffectiveParty() == "shipper" &&
		t.Country == s.Destination.Country && t.Country != s.Origin.Country &&
		slices.Contains(suppliersAbroad, t.Country)
}

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}
