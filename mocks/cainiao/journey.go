package cainiao

import (
	"cmp"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// descriptions are the texts of the codes that journeys use.
var descriptions = map[string]string{
	"CONSIGN": "Shipment declared", "PU_PICKUP_SUCCESS": "Accepted by carrier", "SC_SIGN_IN_SUCCESS": "Signed in at sorting center",
	"SC_INBOUND_SUCCESS": "Inbound in sorting center", "SC_OUTBOUND_SUCCESS": "Outbound from sorting center",
	"LH_HO_IN_SUCCESS": "Handed over to line haul", "CC_EX_START": "Start export customs clearance", "CC_EX_SUCCESS": "Export customs clearance completed",
	"LH_HO_AIRLINE": "Handed over to airline", "LH_DEPART": "Leaving from departure country", "LH_ARRIVE": "Arrived at destination country",
	"CC_HO_IN_SUCCESS": "Arrived at customs", "CC_IM_START": "Import customs clearance started", "CC_IM_PROCESS": "Import customs clearance in progress",
	"CC_IM_FAILURE": "Import customs clearance exception", "CC_IM_SUCCESS": "Import customs clearance completed", "CC_HO_OUT_SUCCESS": "Left from customs",
	"GTMS_ACCEPT": "Received by local delivery company", "GTMS_SC_ARRIVE": "Arrived at local sorting center", "GTMS_SC_DEPART": "Left local sorting center",
	"GTMS_DO_ARRIVE": "Arrived at delivery station", "GTMS_DO_DEPART": "Out for delivery", "GTMS_DEL_FAILURE": "Delivery attempt failed",
	"GTMS_SIGNED": "Delivered", "GTMS_RELABEL": "Tracking number changed", "RT_INBOUND": "Return received by local carrier", "RT_OUTBOUND": "Return left local carrier",
	"RT_WH_INBOUND": "Return arrived at return warehouse", "RETURNED": "Returned to sender",
}

func describe(code string) string {
	return cmp.Or(descriptions[code], strings.ReplaceAll(code, "_", " "))
}

// Journey is the way of a parcel by air over Hong Kong, in action codes.
func (*Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	city, country := cmp.Or(p.To.City, "Frankfurt"), cmp.Or(p.To.Country, "DE")
	home := cmp.Or(p.From.City, "Shenzhen")
	const hour = time.Hour
	out := []mocks.Step{
		{Code: "CONSIGN", City: home, Country: "CN"},
		{Code: "PU_PICKUP_SUCCESS", After: 20 * hour, City: home, Country: "CN"},
		{Code: "SC_INBOUND_SUCCESS", After: 9 * hour, City: "Dongguan", Country: "CN", Night: true},
		{Code: "SC_OUTBOUND_SUCCESS", After: 14 * hour, City: "Dongguan", Country: "CN", Night: true},
		{Code: "LH_HO_IN_SUCCESS", After: 5 * hour, City: "Shenzhen", Country: "CN", Night: true},
		{Code: "CC_EX_START", After: 2 * hour, City: "Shenzhen", Country: "CN", Night: true},
		{Code: "CC_EX_SUCCESS", After: 3 * hour, City: "Shenzhen", Country: "CN", Night: true},
		{Code: "LH_HO_AIRLINE", After: 8 * hour, City: "Hong Kong", Country: "HK", Night: true},
		{Code: "LH_DEPART", After: 26 * hour, City: "Hong Kong", Country: "HK", Night: true},
	}
	if kind == mocks.JourneyLost { // no scan tells of a loss: there is just no further one
		return out
	}
	out = append(out,
		mocks.Step{Code: "LH_ARRIVE", After: 14 * hour, Country: country, Night: true},
		mocks.Step{Code: "CC_HO_IN_SUCCESS", After: 4 * hour, Country: country, Night: true},
		mocks.Step{Code: "CC_IM_START", After: 2 * hour, Country: country, Night: true},
	)
	if kind == mocks.JourneyCustomsHold {
		return append(out,
			mocks.Step{Code: "CC_IM_PROCESS", After: 6 * hour, Country: country},
			mocks.Step{Code: "CC_IM_FAILURE", After: 20 * hour, Country: country})
	}
	out = append(out,
		mocks.Step{Code: "CC_IM_SUCCESS", After: 7 * hour, Country: country, Night: true},
		mocks.Step{Code: "CC_HO_OUT_SUCCESS", After: 2 * hour, Country: country},
		mocks.Step{Code: "GTMS_ACCEPT", After: 10 * hour, Country: country},
		mocks.Step{Code: "GTMS_SC_ARRIVE", After: 9 * hour, Country: country, Night: true},
		mocks.Step{Code: "GTMS_SC_DEPART", After: 8 * hour, Country: country, Night: true},
		mocks.Step{Code: "GTMS_DO_ARRIVE", After: 18 * hour, City: city, Country: country},
		mocks.Step{Code: "GTMS_DO_DEPART", After: 3 * hour, City: city, Country: country},
	)
	if kind == mocks.JourneyReturned {
		return append(out,
			mocks.Step{Code: "GTMS_DEL_FAILURE", After: 4 * hour, City: city, Country: country},
			mocks.Step{Code: "RT_INBOUND", After: 190 * hour, Country: country},
			mocks.Step{Code: "RT_OUTBOUND", After: 24 * hour, Country: country},
			mocks.Step{Code: "RT_WH_INBOUND", After: 250 * hour, City: "Dongguan", Country: "CN"},
			mocks.Step{Code: "RETURNED", After: 48 * hour, City: home, Country: "CN"})
	}
	return append(out, mocks.Step{Code: "GTMS_SIGNED", After: 5 * hour, City: city, Country: country})
}
