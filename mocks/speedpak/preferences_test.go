package speedpak

import (
	"net/http"
	"strings"
	"testing"
)

const pickupPlace = `"name":"New","contact":"Li","company":"Bright","phone":"1","countryCode":"CN","province":"310000","city":"310100","district":"310115","street1":"1 Century Ave","postcode":"200120"`

// Ship-from addresses go by administrative codes.
func TestAddressPreference(t *testing.T) {
	c := now(t)
	good := `{"shipFromAddress":{"type":"SHIP_FROM_ADDRESS",` + pickupPlace + `}}`
	var made struct {
		ID struct {
			AddressID string `json:"addressId"`
		} `json:"shipFromAddressId"`
	}
	c.do("POST", "/address_preference", good).into(http.StatusCreated, &made)
	var list struct {
		List struct {
			Addresses []address `json:"addresses"`
		} `json:"addressPreferenceList"`
	}
	c.do("GET", "/address_preference", "").into(http.StatusOK, &list)
	if last := list.List.Addresses[len(list.List.Addresses)-1]; last.ID != made.ID.AddressID || last.CityName != "Shanghai" {
		t.Errorf("got %+v", last)
	}
	c.create(strings.Replace(draft(line(1), ""), `"80001"`, `"`+made.ID.AddressID+`"`, 1))
	for change, id := range map[[2]string]int{
		{`"countryCode":"CN"`, `"countryCode":"US"`}: 355072, {`"310000"`, `"Shanghai"`}: 355073, {`"310100"`, `"440300"`}: 355074,
		{`"310115"`, `"110101"`}: 355075, {"1 Century Ave", strings.Repeat("x", 51)}: 355002, {"SHIP_FROM_ADDRESS", "HOME"}: errRequest,
		{`"contact":"Li"`, `"contact":""`}: errRequest,
	} {
		c.do("POST", "/address_preference", strings.Replace(good, change[0], change[1], 1)).failed(http.StatusBadRequest, id)
	}
}

// Ways of handing over, each with what it needs.
func TestConsignPreference(t *testing.T) {
	c := now(t)
	pickup := `{"consignAddress":{"type":"PICK_UP","consignPreferenceName":"Evening","pickupTime":"EVENING","pickupAddress":{` + pickupPlace + `}}}`
	var made struct {
		ID struct {
			ID string `json:"consignPreferenceId"`
		} `json:"consignAddressId"`
	}
	c.do("POST", "/consign_preference", pickup).into(http.StatusCreated, &made)
	c.create(strings.Replace(draft(line(1), ""), `"90001"`, `"`+made.ID.ID+`"`, 1))
	c.do("POST", "/consign_preference", pickup).failed(http.StatusBadRequest, 355058)
	for body, id := range map[string]int{
		`{"type":"BALLOON","consignPreferenceName":"x"}`:                          355050,
		`{"type":"PICK_UP","consignPreferenceName":"x"}`:                          355055,
		`{"type":"PICK_UP","consignPreferenceName":"x","pickupAddress":{}}`:       355051,
		`{"type":"DROP_OFF","consignPreferenceName":"x","dropoffSiteId":"other"}`: 355057,
	} {
		c.do("POST", "/consign_preference", `{"consignAddress":`+body+`}`).failed(http.StatusBadRequest, id)
	}
	c.do("POST", "/consign_preference", `{"consignAddress":{"type":"DROP_OFF","consignPreferenceName":"Counter","dropoffSiteId":"DS1001"}}`).into(http.StatusCreated, &made)
	if a := c.do("GET", "/consign_preference", ""); !strings.Contains(string(a.body), made.ID.ID) {
		t.Errorf("the new preference is not listed: %s", a.body)
	}
}

// The seller's lists.
func TestLists(t *testing.T) {
	c := now(t)
	for path, want := range map[string]string{"/dropoff_sites": "DS1001", "/agents": "Sandbox EU Rep", "/battery_qualifications": "BQ1001"} {
		if a := c.do("GET", path, ""); a.status != http.StatusOK || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: got %d: %s", path, a.status, a.body)
		}
		c.do("GET", path+"?limit=999", "").failed(http.StatusBadRequest, 355076)
	}
}

func TestComplaint(t *testing.T) {
	c := now(t)
	p := c.sell(line(1))
	good := `{"complaintRequest":{"complaintType":"LOST_PACKAGE_COMPLAINT","complaintReason":"never seen again","complaintDate":"2026-11-20T08:00:00.000Z","affectedPackages":["` + p.PackageID + `"]}}`
	if a := c.do("POST", "/complaint", good); a.status != http.StatusCreated {
		t.Errorf("got %d: %s", a.status, a.body)
	}
	for change, id := range map[[2]string]int{
		{p.PackageID, "PKG0"}: 355060, {"LOST_PACKAGE_COMPLAINT", "RUDE"}: errRequest, {"2026-11-20T08:00:00.000Z", "yesterday"}: errRequest,
		{"never seen again", strings.Repeat("x", 201)}: errRequest,
	} {
		c.do("POST", "/complaint", strings.Replace(good, change[0], change[1], 1)).failed(http.StatusBadRequest, id)
	}
}

// What is not in the interface is eBay's 404, with a line that no package has an empty list.
func TestUnknown(t *testing.T) {
	c := now(t)
	c.do("GET", "/rates", "").failed(http.StatusNotFound, errNotFound)
	c.do("PUT", "/package", "{}").failed(http.StatusNotFound, errNotFound)
	c.do("GET", "/package/EB-1001/item", "").failed(http.StatusBadRequest, 355062)
	if found := c.find(line(9)); len(found) != 0 {
		t.Errorf("got %+v", found)
	}
}
