package normalize

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/biter777/countries"
)

// FieldError names a part of a request that is at fault. It never holds the value.
type FieldError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Error reads "/parcels/0/weight: is zero".
func (e FieldError) Error() string { return e.Pointer + ": " + e.Detail }

// FieldErrors are all faults of one request.
type FieldErrors []FieldError

// Error joins the faults.
func (e FieldErrors) Error() string {
	parts := make([]string, len(e))
	for i, f := range e {
		parts[i] = f.Error()
	}
	return strings.Join(parts, "; ")
}

func (e *FieldErrors) add(pointer, format string, args ...any) {
	*e = append(*e, FieldError{pointer, fmt.Sprintf(format, args...)})
}

var countryCodes = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, c := range countries.All() {
		if a2 := c.Alpha2(); len(a2) == 2 {
			set[a2] = true
		}
	}
	return set
})

// ValidCountry tells whether code is an ISO 3166-1 alpha-2 code, upper case.
func ValidCountry(code string) bool { return len(code) == 2 && countryCodes()[code] }

// CountryName is the English short name of a country, "" where the code is none.
func CountryName(code string) string {
	if !ValidCountry(code) {
		return ""
	}
	return countries.ByName(code).String()
}

var (
	incoterms = []Incoterm{"DAP", "DDP", "DDU", "EXW", "FCA", "CPT", "CIP", "DPU", "FAS", "FOB", "CFR", "CIF"}
	// GoodsKinds are the words that Item.Goods may hold.
	GoodsKinds = []string{"general", "battery_contained", "battery_packed", "battery_only", "liquid",
		"powder", "magnetic", "cosmetic", "food", "branded", "fragile"}
)

// Validate reports every fault of the shipment, each by its RFC 6901 pointer. It checks
// what holds for all channels; what one channel needs is that channel's requirement.
func (s Shipment) Validate() FieldErrors {
	var errs FieldErrors
	s.Origin.validate(&errs, "/origin")
	s.Destination.validate(&errs, "/destination")
	for _, a := range []struct {
		at   string
		addr *Address
	}{{"/return_address", s.ReturnAddress}, {"/importer", s.Importer}, {"/responsible_person", s.ResponsiblePerson}} {
		if a.addr != nil {
			a.addr.validate(&errs, a.at)
		}
	}
	s.validateParcels(&errs)
	s.validateItems(&errs)
	if !slices.Contains(incoterms, s.Incoterm) {
		errs.add("/incoterm", "must be an Incoterm such as DAP or DDP")
	}
	for i, t := range s.TaxIDs {
		if t.Country != "" && !ValidCountry(t.Country) {
			errs.add(fmt.Sprintf("/tax_ids/%d/country", i), "is not an ISO 3166-1 alpha-2 code")
		}
	}
	for _, m := range []struct {
		at string
		m  Money
	}{{"/insurance", s.Insurance}, {"/cash_on_delivery", s.CashOnDelivery}} {
		if m.m.Minor < 0 {
			errs.add(m.at, "is negative")
		}
	}
	if h := s.Handover; h != nil && !h.ReadyFrom.IsZero() && !h.ReadyUntil.IsZero() && h.ReadyUntil.Before(h.ReadyFrom) {
		errs.add("/handover/ready_until", "is before ready_from")
	}
	return errs
}

func (a Address) validate(errs *FieldErrors, at string) {
	if a.Country != "" || a.PlatformAddressID == "" {
		if !ValidCountry(a.Country) {
			errs.add(at+"/country", "is not an ISO 3166-1 alpha-2 code")
		}
	}
	if a.PlatformAddressID == "" {
		for _, f := range []struct{ name, value string }{{"name", a.Name}, {"line1", a.Line1}, {"city", a.City}} {
			if strings.TrimSpace(f.value) == "" {
				errs.add(at+"/"+f.name, "is required")
			}
		}
	}
	for _, f := range []struct{ name, value string }{
		{"name", a.Name}, {"company", a.Company}, {"phone", a.Phone}, {"email", a.Email}, {"line1", a.Line1},
		{"line2", a.Line2}, {"line3", a.Line3}, {"city", a.City}, {"state", a.State}, {"postal_code", a.PostalCode},
	} {
		if !printable(f.value) {
			errs.add(at+"/"+f.name, "holds control characters")
		}
	}
}

// printable refuses control characters, which break labels and forge log lines.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f })
}

// No parcel of any carrier passes these; sums over a shipment stay exact below them.
const (
	maxParcelWeight = 50_000 * Kilogram
	maxSide         = 2000 * Centimetre
)

func (s Shipment) validateParcels(errs *FieldErrors) {
	if len(s.Parcels) == 0 {
		errs.add("/parcels", "must hold at least one parcel")
	}
	packed := make([]int, len(s.Items))
	for i, p := range s.Parcels {
		if p.Weight <= 0 {
			errs.add(fmt.Sprintf("/parcels/%d/weight", i), "is required")
		}
		if p.Weight > maxParcelWeight {
			errs.add(fmt.Sprintf("/parcels/%d/weight", i), "exceeds %s", maxParcelWeight)
		}
		if p.Dimensions.Longest() > maxSide {
			errs.add(fmt.Sprintf("/parcels/%d/dimensions", i), "the longest side exceeds %s", maxSide)
		}
		for j, pi := range p.Items {
			if pi.Item < 0 || pi.Item >= len(s.Items) {
				errs.add(fmt.Sprintf("/parcels/%d/items/%d/item", i, j), "is not the index of an item")
				continue
			}
			packed[pi.Item] += pi.Quantity
			if packed[pi.Item] > s.Items[pi.Item].Quantity {
				errs.add(fmt.Sprintf("/parcels/%d/items/%d/quantity", i, j), "packs more than the item's quantity")
			}
		}
	}
}

func (s Shipment) validateItems(errs *FieldErrors) {
	if len(s.Items) == 0 {
		errs.add("/items", "must hold at least one item")
	}
	for i, it := range s.Items {
		at := fmt.Sprintf("/items/%d", i)
		if strings.TrimSpace(it.Description) == "" {
			errs.add(at+"/description", "is required")
		}
		if it.Quantity < 1 {
			errs.add(at+"/quantity", "must be at least 1")
		}
		if it.UnitValue.IsZero() {
			errs.add(at+"/unit_value", "is required")
		} else if it.UnitValue.Minor < 0 {
			errs.add(at+"/unit_value", "is negative")
		}
		if !ValidCountry(it.OriginCountry) {
			errs.add(at+"/origin_country", "is not an ISO 3166-1 alpha-2 code")
		}
		for name, code := range map[string]string{"hs_code": it.HSCode, "export_hs_code": it.ExportHSCode} {
			if code != "" && !validHSCode(code) {
				errs.add(at+"/"+name, "must have 6 to 10 digits")
			}
		}
		for j, g := range it.Goods {
			if !slices.Contains(GoodsKinds, g) {
				errs.add(fmt.Sprintf("%s/goods/%d", at, j), "is not a known kind of goods")
			}
		}
	}
	if _, err := s.ItemsValue(); err != nil {
		errs.add("/items", "unit values must be in one currency and sum within bounds")
	}
}

func validHSCode(code string) bool {
	return len(code) >= 6 && len(code) <= 10 && strings.Trim(code, "0123456789") == ""
}

// Pointer makes an RFC 6901 pointer of its parts, escaped.
func Pointer(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + pointerEscapes.Replace(fmt.Sprint(p)))
	}
	return b.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// JSONName is the name of a struct field in the API.
func JSONName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
