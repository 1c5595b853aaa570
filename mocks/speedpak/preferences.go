package speedpak

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// place is an address in Greater China; province, city and district are administrative codes.
type place struct {
	Name        string `json:"name"`
	Contact     string `json:"contact"`
	Company     string `json:"company"`
	Phone       string `json:"phone"`
	CountryCode string `json:"countryCode"`
	Province    string `json:"province"`
	City        string `json:"city"`
	District    string `json:"district"`
	Street1     string `json:"street1"`
	Street2     string `json:"street2"`
	Street3     string `json:"street3"`
	Postcode    string `json:"postcode"`
}

// address is a stored ship-from or return address.
type address struct {
	ID   string `json:"addressId"`
	Type string `json:"type"`
	place
	CountryName  string `json:"countryName"`
	ProvinceName string `json:"provinceName"`
	CityName     string `json:"cityName"`
	DistrictName string `json:"districtName"`
}

// consignPreference says how parcels are handed over.
type consignPreference struct {
	ID            string `json:"consignPreferenceId"`
	Name          string `json:"consignPreferenceName"`
	Type          string `json:"type"`
	PickupAddress *place `json:"pickupAddress"`
	PickupTime    string `json:"pickupTime,omitempty"`
	DropoffSiteID string `json:"dropoffSiteId,omitempty"`
}

// maxPreferences bounds what the seller can store.
const maxPreferences = 1000

var bright = place{"Shenzhen warehouse", "Li Wei", "Shenzhen Bright Co", "+8675512345678", "CN", "440000", "440300", "440305",
	"88 Keyuan Rd", "", "", "518057"}

func firstAddresses() []address {
	back := bright
	back.Name = "Returns"
	return []address{
		{"80001", "SHIP_FROM_ADDRESS", bright, "China", "广东省", "Shenzhen", "南山区"},
		{"80002", "RETURN_ADDRESS", back, "China", "广东省", "Shenzhen", "南山区"},
	}
}

func firstPreferences() []consignPreference {
	pickup := bright
	return []consignPreference{
		{ID: "90001", Name: "Daily pickup", Type: "PICK_UP", PickupAddress: &pickup, PickupTime: "AFTERNOON"}, // unconfirmed word
		{ID: "90002", Name: "Futian counter", Type: "DROP_OFF", DropoffSiteID: "DS1001"},
		{ID: "90003", Name: "Forward stock", Type: "FORWARD_DEPLOYMENT"},
	}
}

var (
	sixDigits   = regexp.MustCompile(`^\d{6}$`)
	pickupTypes = []string{"PICK_UP", "CN_POST_PICK_UP"}
	dropTypes   = []string{"DROP_OFF"}
	otherTypes  = []string{"FORWARD_DEPLOYMENT", "RDC", "CN_POST_DROP_OFF", "HK_POST_DROP_OFF"}
)

// check refuses what the address tables do not have: codes are six digits, the province's
// end with four zeros, the city's with two, and each lies within the one above.
func (p place) check() *apiError {
	switch {
	case p.CountryCode != "CN" && p.CountryCode != "HK":
		return new(fault(355072))
	case !sixDigits.MatchString(p.Province) || !strings.HasSuffix(p.Province, "0000"):
		return new(fault(355073))
	case !sixDigits.MatchString(p.City) || !strings.HasSuffix(p.City, "00") || p.City[:2] != p.Province[:2]:
		return new(fault(355074))
	case !sixDigits.MatchString(p.District) || p.District[:4] != p.City[:4]:
		return new(fault(355075))
	}
	for _, s := range []string{p.Street1, p.Street2, p.Street3} {
		if utf8.RuneCountInString(s) > maxStreet {
			return new(fault(355002))
		}
	}
	for _, f := range []struct{ name, value string }{{"name", p.Name}, {"contact", p.Contact}, {"street1", p.Street1}} {
		if f.value == "" || utf8.RuneCountInString(f.value) > maxStreet {
			return invalid(f.name, f.value)
		}
	}
	return nil
}

func (c *Carrier) getAddresses(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"addressPreferenceList": map[string]any{"addresses": c.addresses}})
}

func (c *Carrier) addAddress(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Address *struct {
			Type string `json:"type"`
			place
		} `json:"shipFromAddress"`
	}
	if !read(w, r, &in) {
		return
	}
	if in.Address == nil {
		deny(w, invalid("shipFromAddress", ""))
		return
	}
	// One page of the specification spells the second type with one D.
	if !slices.Contains([]string{"SHIP_FROM_ADDRESS", "RETURN_ADDRESS", "RETURN_ADRESS"}, in.Address.Type) {
		deny(w, invalid("type", in.Address.Type))
		return
	}
	if e := in.Address.check(); e != nil {
		deny(w, e)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.addresses) >= maxPreferences {
		deny(w, new(fault(355000)))
		return
	}
	a := address{ID: strconv.Itoa(80001 + len(c.addresses)), Type: in.Address.Type, place: in.Address.place,
		CountryName: map[string]string{"CN": "China", "HK": "Hong Kong"}[in.Address.CountryCode], CityName: cityName(in.Address.City)}
	c.addresses = append(c.addresses, a)
	writeJSON(w, http.StatusCreated, map[string]any{"shipFromAddressId": map[string]string{"addressId": a.ID}})
}

func (c *Carrier) getPreferences(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"consignPreferenceList": map[string]any{"consignPreferences": c.preferences}})
}

func (c *Carrier) addPreference(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Preference *consignPreference `json:"consignAddress"`
	}
	if !read(w, r, &in) {
		return
	}
	if in.Preference == nil {
		deny(w, invalid("consignAddress", ""))
		return
	}
	p := *in.Preference
	if e := p.check(); e != nil {
		deny(w, e)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case slices.ContainsFunc(c.preferences, func(other consignPreference) bool { return other.Name == p.Name }):
		deny(w, new(fault(355058)))
		return
	case len(c.preferences) >= maxPreferences:
		deny(w, new(fault(355053)))
		return
	}
	p.ID = strconv.Itoa(90001 + len(c.preferences))
	c.preferences = append(c.preferences, p)
	writeJSON(w, http.StatusCreated, map[string]any{"consignAddressId": map[string]string{"consignPreferenceId": p.ID}})
}

func (p consignPreference) check() *apiError {
	switch {
	case slices.Contains(pickupTypes, p.Type):
		switch {
		case p.PickupAddress == nil:
			return new(fault(355055))
		case p.PickupTime == "":
			return new(fault(355051))
		}
		return p.PickupAddress.check()
	case slices.Contains(dropTypes, p.Type):
		if _, ok := findSite(p.DropoffSiteID); !ok {
			return new(fault(355057))
		}
		return nil
	case slices.Contains(otherTypes, p.Type):
		return nil
	}
	return new(fault(355050))
}

// cities are the administrative codes that the sandbox knows by name.
var cities = map[string]string{
	"110100": "Beijing", "310100": "Shanghai", "330100": "Hangzhou", "330700": "Jinhua", "350200": "Xiamen", "440100": "Guangzhou",
	"440300": "Shenzhen", "441900": "Dongguan", "810100": "Hong Kong",
}

func cityName(code string) string {
	if name, ok := cities[code]; ok {
		return name
	}
	return code
}

// cityCode is the code of a city in Greater China; elsewhere the name stands.
func cityCode(name, country string) string {
	if country != "CN" && country != "HK" {
		return name
	}
	for code, known := range cities {
		if strings.EqualFold(known, name) {
			return code
		}
	}
	return name
}
