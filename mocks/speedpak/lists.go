package speedpak

import (
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

// site is a counter where parcels are handed in.
type site struct {
	ID       string `json:"dropoffSiteId"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Contact  string `json:"contact"`
	Phone    string `json:"phone"`
	Country  string `json:"country"`
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Street1  string `json:"street1"`
	Street2  string `json:"street2"`
	Street3  string `json:"street3"`
}

var sites = []site{
	{"DS1001", "Shenzhen Futian", "DROP_OFF", "Counter", "+8675500000001", "CN", "440000", "440300", "440304", "1 Shennan Rd", "", ""},
	{"DS1002", "Guangzhou Baiyun", "DROP_OFF", "Counter", "+8620000000002", "CN", "440000", "440100", "440111", "2 Jichang Rd", "", ""},
	{"DS1003", "Shanghai Qingpu", "DROP_OFF", "Counter", "+8621000000003", "CN", "310000", "310100", "310118", "3 Huqing Rd", "", ""},
	{"DS1004", "Yiwu Beiyuan", "DROP_OFF", "Counter", "+8657900000004", "CN", "330000", "330700", "330782", "4 Chouzhou Rd", "", ""},
}

func findSite(id string) (site, bool) {
	i := slices.IndexFunc(sites, func(s site) bool { return s.ID == id })
	if i < 0 {
		return site{}, false
	}
	return sites[i], true
}

func (c *Carrier) getDropoffSites(w http.ResponseWriter, r *http.Request) {
	page(w, r, "dropoffSiteList", "dropoffSites", sites)
}

// agentCountries are those of the Union for which the seller has set a representative.
var agentCountries = []string{"AT", "BE", "CZ", "DE", "DK", "ES", "FI", "FR", "GR", "HU", "IE", "IT", "LU", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}

// withoutAgent are those for which it has not: a package there must name its own.
var withoutAgent = []string{"CY", "MT"}

func needsAgent(country string) bool { return slices.Contains(withoutAgent, country) }

type agentInfo struct {
	ARName string `json:"arName"`
	agent
	Preferences []agentPreference `json:"agentPreferences"`
}

type agentPreference struct {
	EbayID          string `json:"ebayId"`
	ShippingCountry string `json:"shippingCountry"`
}

func (c *Carrier) getAgents(w http.ResponseWriter, r *http.Request) {
	a := agentInfo{ARName: "EU representative", agent: agent{"Sandbox EU Rep GmbH", "Musterstr. 1, 10115 Berlin, Germany", "+4930000000"}}
	for _, code := range agentCountries {
		a.Preferences = append(a.Preferences, agentPreference{seller, code})
	}
	page(w, r, "agentList", "agents", []agentInfo{a})
}

// qualification is a battery certificate.
type qualification struct {
	ID          string `json:"elecQualificationId"`
	Name        string `json:"elecQualificationName"`
	BatteryType string `json:"batteryType"`
	ExpireDate  string `json:"expireDate"`
	Remark      string `json:"remark"`
	expired     bool
	suspended   bool
}

var qualifications = []qualification{
	{"BQ1001", "UN38.3 phone accessories", "BUILT_IN", "2030-12-31T00:00:00.000Z", "", false, false},
	{"BQ1002", "UN38.3 tools", "PACKED_WITH", "2030-12-31T00:00:00.000Z", "", false, false},
	{"BQ1003", "UN38.3 old stock", "BUILT_IN", "2020-12-31T00:00:00.000Z", "", true, false},
	{"BQ1004", "UN38.3 under review", "BUILT_IN", "2030-12-31T00:00:00.000Z", "", false, true},
}

func findQualification(id string) (qualification, bool) {
	i := slices.IndexFunc(qualifications, func(q qualification) bool { return q.ID == id })
	if i < 0 {
		return qualification{}, false
	}
	return qualifications[i], true
}

func (c *Carrier) getQualifications(w http.ResponseWriter, r *http.Request) {
	page(w, r, "batteryQualificationList", "qualifications", qualifications)
}

// moment is how eBay writes times.
const moment = "2006-01-02T15:04:05.000Z"

// complain takes a complaint about packages that exist.
func (c *Carrier) complain(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Complaint *struct {
			Type             string   `json:"complaintType"`
			Reason           string   `json:"complaintReason"`
			Date             string   `json:"complaintDate"`
			AffectedPackages []string `json:"affectedPackages"`
			PreferenceID     int64    `json:"preferenceId"`
			Remark           string   `json:"remark"`
		} `json:"complaintRequest"`
	}
	if !read(w, r, &in) {
		return
	}
	v := in.Complaint
	if v == nil {
		deny(w, invalid("complaintRequest", ""))
		return
	}
	_, err := time.Parse(moment, v.Date)
	switch {
	case v.Type != "ABNORMAL_COLLECTION_COMPLAINT" && v.Type != "LOST_PACKAGE_COMPLAINT":
		deny(w, invalid("complaintType", v.Type))
	case v.Reason == "" || utf8.RuneCountInString(v.Reason) > 200:
		deny(w, invalid("complaintReason", "1 to 200 characters"))
	case err != nil:
		deny(w, invalid("complaintDate", v.Date))
	case len(v.AffectedPackages) == 0 || len(v.AffectedPackages) > maxBulk || !c.allSold(v.AffectedPackages):
		deny(w, new(fault(355060)))
	default:
		writeJSON(w, http.StatusCreated, struct{}{})
	}
}

func (c *Carrier) allSold(ids []string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !slices.ContainsFunc(ids, func(id string) bool { return c.packages[id] == nil || c.packages[id].status != confirmed })
}
