package yanwen

import (
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// codeLost stands for a parcel that the carrier gives up. It is inferred: no source names one.
const codeLost = "LM70"

// messages of the event codes. Source: the codes that public clients list; the words vary at
// the carrier and mean nothing.
var messages = map[string]string{
	"OR10": "Order processed by shipper", "PU10": "Shipment collected by Yanwen", "PU30": "Collection exception",
	"EC30": "Export customs exception", "LH20": "Departed from port of origin",
	"IC50": "Import customs clearance in progress", "IC51": "Held by import customs", "IC60": "Released by import customs",
	"IC70": "Import customs exception", "LM10": "Arrived at local delivery company", "LM20": "Processed at local facility",
	"LM25": "Out for delivery", "LM30": "Ready for pickup", "LM40": "Delivered", "LM50": "Delivery failed",
	"LM54": "Return shipment inbound", "LM90": "Returned to sender", codeLost: "Shipment lost",
}

var exceptions = map[string]bool{"PU30": true, "EC30": true, "IC51": true, "IC70": true, codeLost: true}

// level1 is the coarse state of a parcel whose last event is code. The carrier's own example
// has 8 with LM54.
func level1(code string) string {
	switch code {
	case "OR10":
		return "2"
	case "LM25":
		return "4"
	case "LM30":
		return "5"
	case "LM40":
		return "6"
	case "LM50", "LM54":
		return "8"
	case "LM90":
		return "0"
	}
	if exceptions[code] {
		return "9"
	}
	return "3"
}

// Journey is how a parcel from Shenzhen usually travels.
func (*Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	to, city := p.To.Country, p.To.City
	if city == "" {
		city = "Hub"
	}
	steps := []mocks.Step{
		{Code: "OR10", City: "Shenzhen", Country: "CN"},
		{Code: "PU10", After: 9 * time.Hour, City: "Shenzhen", Country: "CN"},
		{Code: "LH20", After: 40 * time.Hour, City: "Shenzhen", Country: "CN", Night: true},
		{Code: "IC50", After: 30 * time.Hour, Country: to, Night: true},
	}
	cleared := append(steps,
		mocks.Step{Code: "IC60", After: 18 * time.Hour, Country: to, Night: true},
		mocks.Step{Code: "LM10", After: 16 * time.Hour, Country: to},
		mocks.Step{Code: "LM20", After: 22 * time.Hour, City: city, Country: to})
	out := mocks.Step{Code: "LM25", After: 20 * time.Hour, City: city, Country: to}
	switch kind {
	case mocks.JourneyCustomsHold:
		return append(steps, mocks.Step{Code: "IC51", After: 26 * time.Hour, Country: to})
	case mocks.JourneyReturned:
		return append(cleared, out,
			mocks.Step{Code: "LM50", After: 4 * time.Hour, City: city, Country: to},
			mocks.Step{Code: "LM54", After: 7 * 24 * time.Hour, City: city, Country: to},
			mocks.Step{Code: "LM90", After: 12 * 24 * time.Hour, City: "Shenzhen", Country: "CN"})
	case mocks.JourneyLost:
		return append(cleared, mocks.Step{Code: codeLost, After: 14 * 24 * time.Hour, Country: to})
	}
	return append(cleared, out, mocks.Step{Code: "LM40", After: 5 * time.Hour, City: city, Country: to})
}
