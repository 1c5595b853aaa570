package dhlunified

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// The five states that all divisions share.
const (
	preTransit = "pre-transit"
	transit    = "transit"
	delivered  = "delivered"
	failure    = "failure"
	unknown    = "unknown"
)

// meaning is what an express checkpoint is in the unified words.
type meaning struct{ statusCode, description string }

// checkpoints of the division express. Which of the five states a checkpoint belongs to is
// DHL's rule: whatever is under way, held or with the courier is transit; what will not
// arrive is failure. The codes are those of the carrier's status list.
var checkpoints = map[string]meaning{
	"SA": {preTransit, "Shipment information received"}, "SM": {preTransit, "Scheduled for movement"},
	"PU": {transit, "Shipment picked up"}, "PL": {transit, "Processed"}, "DF": {transit, "Shipment has departed from a DHL facility"},
	"AF": {transit, "Arrived at DHL Sort Facility"}, "AR": {transit, "Arrived at DHL Delivery Facility"},
	"IC": {transit, "Processed for clearance"}, "CR": {transit, "Clearance processing complete"},
	"CD": {transit, "Clearance event: further information is needed"}, "UD": {transit, "Clearance delay beyond DHL's control"},
	"RR": {transit, "Customs clearance status updated"}, "BN": {transit, "Broker notified to arrange for clearance"}, "BR": {transit, "Broker release"},
	"FD": {transit, "Forwarded for delivery"}, "TP": {transit, "Forwarded to a third party"}, "OH": {transit, "Shipment is on hold"},
	"HP": {transit, "Held for payment"}, "CC": {transit, "Shipment is awaiting collection by the recipient"}, "AD": {transit, "Delivery arranged as agreed"},
	"WC": {transit, "Shipment is out with courier for delivery"}, "MD": {transit, "Missed delivery cycle"}, "MS": {transit, "Mis-sorted"},
	"NH": {transit, "Delivery attempted; recipient not home"}, "CA": {transit, "Recipient closed on arrival"}, "BA": {transit, "Address information needed; contact DHL"},
	"CM": {transit, "Recipient moved"}, "RD": {failure, "Recipient refused delivery"}, "ND": {failure, "Delivery not possible"},
	"RT": {failure, "Returned to shipper"}, "DS": {failure, "Shipment destroyed or disposed of"}, "SS": {failure, "Shipment stopped"},
	"OK": {delivered, "Delivered"}, "DD": {delivered, "Delivered damaged"}, "PD": {delivered, "Partial delivery"},
}

// plain are the descriptions of a scan that names one of the five states itself.
var plain = map[string]string{preTransit: "Shipment information received", transit: "Shipment in transit", delivered: "Delivered",
	failure: "Delivery not possible", unknown: "Status not available"}

// statusCodeOf reads a scan's code: a checkpoint, or one of the five states, alone or with
// its text behind a colon ("transit:customs"). All else is unknown, which is no error.
func statusCodeOf(code string) string {
	if m, ok := checkpoints[code]; ok {
		return m.statusCode
	}
	head, _, _ := strings.Cut(code, ":")
	if _, ok := plain[head]; ok {
		return head
	}
	return unknown
}

// event is a state of the shipment. Status is the division's code, or a short text.
type event struct {
	Timestamp   string `json:"timestamp"` // with Z, or local to the place without any zone
	StatusCode  string `json:"statusCode"`
	Status      string `json:"status,omitempty"`
	Description string `json:"description,omitempty"`
	Location    *place `json:"location,omitempty"`
}

type place struct {
	Address address `json:"address"`
}

type address struct {
	CountryCode string `json:"countryCode,omitempty"`
	PostalCode  string `json:"postalCode,omitempty"`
	Locality    string `json:"addressLocality,omitempty"`
}

func eventOf(s mocks.Scan) event {
	out := event{Timestamp: stamp(s), StatusCode: statusCodeOf(s.Code), Status: s.Code, Description: checkpoints[s.Code].description}
	if head, text, _ := strings.Cut(s.Code, ":"); plain[head] != "" {
		out.Status, out.Description = text, cmp.Or(text, plain[head])
	}
	if s.City != "" || s.Country != "" {
		out.Location = &place{address{CountryCode: s.Country, Locality: s.City}}
	}
	return out
}

// byComputer are checkpoints that come from a data centre, which writes UTC.
var byComputer = []string{"SA", "SM", "IC", "CR", "CD", "UD", "RR", "BN", "BR", preTransit, unknown}

// stamp writes both forms, as one payload of DHL's has both: what people scan is local to the
// place and says no zone.
func stamp(s mocks.Scan) string {
	if s.Country == "" || slices.Contains(byComputer, s.Code) {
		return s.At.UTC().Format("2006-01-02T15:04:05Z")
	}
	return s.At.In(mocks.Zone(s.Country)).Format("2006-01-02T15:04:05")
}

// cities stand for the destination of a parcel of which only the country is known.
var cities = map[string]string{"DE": "Berlin", "US": "New York", "GB": "London", "FR": "Paris", "AU": "Sydney", "CA": "Toronto",
	"IT": "Milan", "ES": "Madrid", "JP": "Tokyo", "CN": "Shanghai"}

// Journey is the usual way of an express parcel: three days to two weeks.
func (*Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	from, to := cmp.Or(p.From.Country, "CN"), cmp.Or(p.To.Country, "DE")
	home, city := cmp.Or(p.From.City, "Shenzhen"), cmp.Or(p.To.City, cities[to], "Gateway")
	const hour = time.Hour
	out := []mocks.Step{
		{Code: "SA", City: home, Country: from, Night: true},
		{Code: "PU", After: 7 * hour, City: home, Country: from},
		{Code: "AF", After: 3 * hour, City: "Hong Kong", Country: "HK", Night: true},
		{Code: "DF", After: 5 * hour, City: "Hong Kong", Country: "HK", Night: true},
	}
	if kind == mocks.JourneyLost { // held where it was seen last, then given up
		return append(out, mocks.Step{Code: "OH", After: 40 * hour, City: "Leipzig", Country: "DE"},
			mocks.Step{Code: "DS", After: 12 * 24 * hour, City: "Leipzig", Country: "DE"})
	}
	out = append(out,
		mocks.Step{Code: "AF", After: 14 * hour, City: "Leipzig", Country: "DE", Night: true},
		mocks.Step{Code: "IC", After: hour, City: city, Country: to, Night: true})
	if kind == mocks.JourneyCustomsHold {
		return append(out, mocks.Step{Code: "CD", After: 6 * hour, City: city, Country: to, Night: true},
			mocks.Step{Code: "UD", After: 30 * hour, City: city, Country: to, Night: true})
	}
	out = append(out,
		mocks.Step{Code: "CR", After: 3 * hour, City: city, Country: to, Night: true},
		mocks.Step{Code: "AR", After: 7 * hour, City: city, Country: to},
		mocks.Step{Code: "WC", After: hour, City: city, Country: to})
	if kind == mocks.JourneyReturned {
		return append(out, mocks.Step{Code: "NH", After: 3 * hour, City: city, Country: to},
			mocks.Step{Code: "RD", After: 25 * hour, City: city, Country: to},
			mocks.Step{Code: "RT", After: 50 * hour, City: city, Country: to})
	}
	return append(out, mocks.Step{Code: "OK", After: 2 * hour, City: city, Country: to})
}
