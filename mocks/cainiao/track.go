package cainiao

import (
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// losAngeles is the zone of AliExpress's own clock; its data is linked in.
var losAngeles = func() *time.Location {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return time.UTC
	}
	return zone
}()

type trackDetail struct {
	Desc    string `json:"event_desc"`
	Action  string `json:"action_code"`
	Status  string `json:"status"` // no longer to be used
	Date    string `json:"event_date"`
	Address string `json:"address"`
	Signed  string `json:"signed_name"`
}

// trackingResult is aliexpress.logistics.redefining.querytrackingresult, the newest first.
func (c *Carrier) trackingResult(p params) (any, *refusal) {
	for _, name := range []string{"logistics_no", "origin", "out_ref", "service_name", "to_area"} {
		if p[name] == "" {
			return nil, missing(name)
		}
	}
	type result struct {
		Details []trackDetail `json:"details"`
		Website string        `json:"official_website"`
		Error   string        `json:"error_desc,omitempty"`
		Success bool          `json:"result_success"`
	}
	out := result{Details: []trackDetail{}, Website: "http://global.cainiao.com", Success: true}
	parcel, ok := c.desk.Parcel(p["logistics_no"])
	switch {
	case p["origin"] != "ESCROW":
		out.Success, out.Error = false, "origin must be ESCROW"
		return out, nil
	case !ok:
		out.Success, out.Error = false, "no tracking information for this number"
		return out, nil
	}
	for i := len(parcel.Scans) - 1; i >= 0; i-- {
		s := parcel.Scans[i]
		d := trackDetail{Desc: describe(s.Code), Action: s.Code, Date: eventDate(s), Address: place(s)}
		if s.Code == "GTMS_SIGNED" {
			d.Signed = "RECIPIENT"
		}
		out.Details = append(out.Details, d)
	}
	return out, nil
}

// eventDate is the odd time of AliExpress's answer, as its SDK describes it: a time on the
// carrier's clock in China which, told on a clock in Los Angeles, has the hands where the clock
// at the place of the scan had them.
func eventDate(s mocks.Scan) string {
	local := s.At.In(mocks.Zone(s.Country))
	odd := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, losAngeles)
	return odd.In(shanghai).Format(stampShape)
}

func place(s mocks.Scan) string {
	if s.City == "" {
		return s.Country
	}
	return s.City + "," + s.Country
}
