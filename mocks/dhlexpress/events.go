package dhlexpress

import (
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// descriptions of the event codes. Source: the carrier's status list, service "express",
// worded as in the tracking example where that has the code.
var descriptions = map[string]string{
	"AD": "Delivery arranged as agreed", "AF": "Arrived at DHL Sort Facility - {area}",
	"AR": "Arrived at DHL Delivery Facility - {area}", "BA": "Address information needed; contact DHL", "BN": "Broker notified to arrange for clearance",
	"BR": "Broker release", "CA": "Recipient closed on arrival", "CC": "Shipment is awaiting collection by the recipient",
	"CD": "Clearance event: further information is needed - {area}", "CM": "Recipient moved", "CR": "Clearance processing complete at - {area}",
	"CS": "Closed shipment", "DD": "Delivered damaged", "DF": "Shipment has departed from a DHL facility - {area}",
	"DS": "Shipment destroyed or disposed of", "FD": "Forwarded for delivery", "HP": "Held for payment", "IC": "Processed for clearance at - {area}",
	"MC": "Miscoded", "MD": "Missed delivery cycle", "MS": "Mis-sorted", "ND": "Delivery not possible", "NH": "Delivery attempted; recipient not home",
	"OH": "Shipment is on hold", "OK": "Delivered", "PD": "Partial delivery", "PL": "Processed at - {area}", "PU": "Shipment picked up",
	"PY": "Payment of duties and taxes", "RD": "Recipient refused delivery", "RR": "Customs clearance status updated.",
	"RT": "Returned to shipper", "SA": "Shipment information received", "SC": "Service changed", "SM": "Scheduled for movement",
	"SS": "Shipment stopped", "TP": "Forwarded to a third party", "TR": "Record of transfer",
	"UD": "Clearance delay beyond DHL's control - {area}", "WC": "Shipment is out with courier for delivery",
}

func description(code string) string {
	if d, ok := descriptions[code]; ok {
		return d
	}
	return "Shipment information updated"
}

// hub is where a lane's freight is sorted on its way.
func hub(country string) (city, code string) {
	switch countries[country].zone {
	case westEurope, eastEurope:
		return "Leipzig", "DE"
	case america:
		return "Cincinnati", "US"
	case middleEast, far:
		return "Dubai", "AE"
	}
	return "Hong Kong", "HK"
}

// Journey is the usual way of an express parcel: two days to a week.
func (*Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	steps := append(outward(p), clearance(p, kind == mocks.JourneyCustomsHold)...)
	home := func(code string, after time.Duration) mocks.Step {
		return mocks.Step{Code: code, After: after, City: p.To.City, Country: p.To.Country}
	}
	switch kind {
	case mocks.JourneyLost:
		city, country := hub(p.To.Country)
		return append(outward(p),
			mocks.Step{Code: "OH", After: 30 * time.Hour, City: city, Country: country},
			mocks.Step{Code: "DS", After: 12 * 24 * time.Hour, City: city, Country: country})
	case mocks.JourneyReturned:
		return append(steps, home("AR", 5*time.Hour), home("WC", time.Hour), home("NH", 4*time.Hour), home("WC", 20*time.Hour),
			home("RD", 3*time.Hour), home("RT", 48*time.Hour))
	}
	return append(steps, home("AR", 5*time.Hour), home("WC", time.Hour), home("OK", 3*time.Hour))
}

// outward is the way from the shipper to the destination's hub.
func outward(p mocks.Parcel) []mocks.Step {
	gate := countries[p.From.Country].city
	city, country := hub(p.To.Country)
	return []mocks.Step{
		{Code: "PU", City: p.From.City, Country: p.From.Country},
		{Code: "AF", After: 3 * time.Hour, City: gate, Country: p.From.Country},
		{Code: "PL", After: 50 * time.Minute, City: gate, Country: p.From.Country, Night: true},
		{Code: "DF", After: 2 * time.Hour, City: gate, Country: p.From.Country, Night: true},
		{Code: "AF", After: 14 * time.Hour, City: city, Country: country, Night: true},
		{Code: "PL", After: time.Hour, City: city, Country: country, Night: true},
	}
}

// clearance is the hub to the delivery facility, through customs.
func clearance(p mocks.Parcel, held bool) []mocks.Step {
	hubCity, hubCountry := hub(p.To.Country)
	gate := countries[p.To.Country].city
	at := func(code string, after time.Duration) mocks.Step {
		return mocks.Step{Code: code, After: after, City: gate, Country: p.To.Country, Night: true}
	}
	steps := []mocks.Step{{Code: "DF", After: 2 * time.Hour, City: hubCity, Country: hubCountry, Night: true}, at("AF", 6*time.Hour)}
	if p.From.Country == p.To.Country || countries[p.From.Country].eu && countries[p.To.Country].eu {
		return append(steps, at("PL", time.Hour), at("DF", time.Hour))
	}
	steps = append(steps, at("IC", 20*time.Minute))
	if held {
		steps = append(steps, at("CD", 4*time.Hour), at("RR", 40*time.Hour), at("UD", 12*time.Hour))
	}
	return append(steps, at("CR", 3*time.Hour), at("PL", 40*time.Minute), at("DF", time.Hour))
}
