package speedpak

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bojanz/currency"

	"github.com/crossdock-hub/crossdock/normalize"
)

// packageOf is the package of a shipment, without its service.
//
// Whole grams and centimetres, rounded up.
// Source: OpenAPI 1.1.0, PackageInfoRequest, read 2026-11-21.
func (a *Adapter) packageOf(req normalize.LabelRequest) (packageRequest, error) {
	s := req.Shipment
	if err := checkReference(req.ClientReference); err != nil {
		return packageRequest{}, err
	}
	if err := checkShipment(s); err != nil {
		return packageRequest{}, err
	}
	var p packageRequest
	var err error
	if p.ConsignPreferenceID, err = a.consign(s.Handover); err != nil {
		return p, err
	}
	if p.ShipFromAddressID = either(s.Origin.PlatformAddressID, a.config.ShipFromAddressID); p.ShipFromAddressID == "" {
		return p, normalize.Invalid("/origin/platform_address_id", "is required, since the account names no ship_from_address_id")
	}
	if p.MaxQuantityLimit, err = maxParcels(s); err != nil {
		return p, err
	}
	if p.Special, err = specialOf(s); err != nil {
		return p, err
	}
	if p.ShipTo, err = shipToOf(s.Destination); err != nil {
		return p, err
	}
	d := s.Parcels[0].Dimensions
	p.Incoterm = incotermOf(s.Incoterm)
	p.Weight = whole(s.TotalWeight().Ceil(normalize.Gram))
	p.Length, p.Width, p.Height = whole(d.Length.Ceil(normalize.Centimetre)), whole(d.Width.Ceil(normalize.Centimetre)), whole(d.Height.Ceil(normalize.Centimetre))
	p.Comment = req.ClientReference
	p.Items = itemsOf(s, req.Reference)
	p.AgentInfo = agentOf(s.ResponsiblePerson)
	return p, nil
}

// checkReference refuses what would not fit into a package's comment as it is.
func checkReference(reference string) error {
	if reference == "" || len(reference) > maxReference {
		return normalize.Invalid("", "the client reference must have 1 to %d characters", maxReference)
	}
	return nil
}

// consign is the consign preference by which a parcel is handed over: where, when and how all
// stand in it, so that nothing else of a handover has a place.
func (a *Adapter) consign(h *normalize.Handover) (string, error) {
	id := a.config.ConsignPreferenceID
	if h != nil {
		switch {
		case h.Address != nil:
			return "", normalize.NotServiceable("/handover/address", "the consign preference says where parcels are handed over")
		case !h.ReadyFrom.IsZero() || !h.ReadyUntil.IsZero():
			return "", normalize.NotServiceable("/handover/ready_from", "the consign preference says when parcels are handed over")
		case h.Courier != nil || h.Method == "courier":
			return "", normalize.NotServiceable("/handover/method", "parcels are picked up or dropped off")
		case h.Point != "":
			return h.Point, nil
		case h.Method != "":
			if id = a.config.ConsignPreferences[h.Method]; id == "" {
				return "", normalize.NotServiceable("/handover/method", "the account names no consign preference for %s", h.Method)
			}
		}
	}
	if id == "" {
		return "", normalize.Invalid("/handover/point", "is required, since the account names no consign_preference_id")
	}
	return id, nil
}

// maxParcels is how many parcels the lines may go in, 0 where nothing was said.
func maxParcels(s normalize.Shipment) (int, error) {
	v, ok := s.Options[optionMaxParcels]
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(fmt.Sprint(v)) // whatever type JSON made of it
	if err != nil || n < 1 || n > maxQuantity {
		return 0, normalize.Invalid(normalize.Pointer("options", optionMaxParcels), "must be from 1 to %d", maxQuantity)
	}
	return n, nil
}

// specialOf is what a package is asked for beyond its carriage, nil where it is nothing.
func specialOf(s normalize.Shipment) (*specialService, error) {
	var out specialService
	switch s.Parcels[0].Packaging {
	case "pak":
		if s.TotalWeight() > maxPAK {
			return nil, normalize.NotServiceable("/parcels/0/packaging", "weight %s exceeds the %s of a pak", s.TotalWeight(), maxPAK)
		}
		out.PackagingType = "PAK"
	case "box":
		out.PackagingType = "PACKAGE"
	}
	switch s.Signature {
	case "", "none":
	case "indirect":
		out.SignatureType = "ISR"
	case "direct":
		out.SignatureType = "DSR"
	case "adult":
		out.SignatureType = "ASR"
	default:
		return nil, normalize.NotServiceable("/signature", "signatures are indirect, direct or adult")
	}
	if s.Insurance.Minor > 0 {
		// insuranceFee has no currency: it is the destination's. Whether it takes the cover, as
		// "insurance amount" says, or what the cover costs, is unconfirmed.
		if local, ok := currency.ForCountryCode(s.Destination.Country); !ok || local != s.Insurance.Currency {
			return nil, normalize.NotServiceable("/insurance", "cover is in the currency of the destination")
		}
		out.InsuranceFee = s.Insurance.Amount()
	}
	if wanted, _ := s.Options[optionSaturday].(bool); wanted {
		out.Types = []string{"SATURDAY_DELIVERY"}
	}
	if out.PackagingType+out.SignatureType+out.InsuranceFee == "" && out.Types == nil {
		return nil, nil
	}
	return &out, nil
}

func shipToOf(a normalize.Address) (shipTo, error) {
	streets, err := streetsOf(a)
	if err != nil {
		return shipTo{}, err
	}
	return shipTo{
		Contact: a.Name, Company: a.Company, Phone: a.Phone,
		CountryCode: a.Country, CountryName: normalize.CountryName(a.Country),
		Province: a.State, City: a.City, District: a.District,
		Street1: streets[0], Street2: streets[1], Street3: streets[2], Postcode: a.PostalCode,
	}, nil
}

// streetsOf are the lines of an address, as they are where each is short enough, else wrapped
// between words.
func streetsOf(a normalize.Address) ([maxStreets]string, error) {
	var out [maxStreets]string
	var lines []string
	short := true
	for _, line := range []string{a.Line1 + " " + a.HouseNumber, a.Line2, a.Line3} {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
			short = short && len([]rune(line)) <= maxStreet
		}
	}
	if !short {
		lines = wrap(strings.Fields(strings.Join(lines, " ")), maxStreet)
	}
	if len(lines) > maxStreets {
		return out, normalize.Invalid("/destination/line1", "the lines do not fit into %d of %d characters", maxStreets, maxStreet)
	}
	copy(out[:], lines)
	return out, nil
}

// wrap sets words into lines of at most n characters; a longer word, such as a whole address
// in a script without spaces, is broken.
func wrap(words []string, n int) []string {
	var lines []string
	var line []rune
	for _, word := range words {
		w := []rune(word)
		if len(line) > 0 && len(line)+1+len(w) <= n {
			line = append(append(line, ' '), w...)
			continue
		}
		if len(line) > 0 {
			lines = append(lines, string(line))
		}
		for ; len(w) > n; w = w[n:] {
			lines = append(lines, string(w[:n]))
		}
		line = append([]rune(nil), w...)
	}
	if len(line) > 0 {
		lines = append(lines, string(line))
	}
	return lines
}

// agentOf is the responsible person in the European Union.
func agentOf(a *normalize.Address) *agent {
	if a == nil {
		return nil
	}
	var parts []string
	for _, part := range []string{strings.TrimSpace(a.Line1 + " " + a.HouseNumber), a.Line2, a.Line3,
		strings.TrimSpace(a.PostalCode + " " + a.City), a.State, a.Country} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return &agent{Name: either(a.Company, a.Name), Address: strings.Join(parts, ", "), Phone: a.Phone}
}
