package cainiao

import (
	"encoding/json"
	"regexp"
	"unicode"
)

var (
	client = regexp.MustCompile(`^(ISV|SELLER)-.+$`)
	mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
)

// contact is who hands a bag over, or gets it back: a stored address, or one written out.
type contact struct {
	AddressID text   `json:"address_id"`
	Name      string `json:"name"`
	Mobile    string `json:"mobile"`
	Address   *struct {
		Country  string `json:"country"`
		Province string `json:"province"`
		City     string `json:"city"`
		District string `json:"district"`
		Street   string `json:"street"`
		Detail   string `json:"detail_address"`
	} `json:"address"`
}

// checkHandover names the first thing that is wrong with a handover, "" when nothing is.
func checkHandover(p params) string {
	if !client.MatchString(p["client"]) {
		return "client must be ISV-<name> or SELLER-<name>"
	}
	if bad := checkContact("pickup_info", p["pickup_info"]); bad != "" {
		return bad
	}
	if p["return_info"] != "" {
		if bad := checkContact("return_info", p["return_info"]); bad != "" {
			return bad
		}
	}
	switch p["type"] {
	case "", "cainiao_pickup", "self_send":
	case "self_post":
		if p["domestic_tracking_no"] == "" || p["domestic_logistics_company"] == "" && p["domestic_logistics_company_id"] == "" {
			return "self_post needs domestic_tracking_no and domestic_logistics_company"
		}
	default:
		return "type must be cainiao_pickup, self_post or self_send"
	}
	if a := p["appointment_type"]; a != "" && a != "bigbag" && a != "batch" {
		return "appointment_type must be bigbag or batch"
	}
	return ""
}

func checkContact(role, text string) string {
	var in contact
	if json.Unmarshal([]byte(text), &in) != nil {
		return role + " is not valid"
	}
	if in.AddressID != "" && in.AddressID != "0" {
		if _, ok := stored[string(in.AddressID)]; ok {
			return ""
		}
		return role + ".address_id does not exist"
	}
	a := in.Address
	switch {
	case !chinese(in.Name):
		return role + ".name must contain Chinese characters"
	case in.Mobile != "" && !mobile.MatchString(in.Mobile):
		return role + ".mobile is not valid"
	case a == nil || a.Country == "" || a.Province == "" || a.City == "" || a.District == "" || a.Street == "" || a.Detail == "":
		return role + ".address is not complete"
	}
	return ""
}

func chinese(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
