package speedpak

import (
	"net/http"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/mocks"
)

// trackingDetail is one event. Status and the form of eventTime are unconfirmed; the
// descriptions are what a reader has to go by.
type trackingDetail struct {
	TrackingNumber  string  `json:"trackingNumber"`
	EventTime       string  `json:"eventTime"` // UTC
	Status          string  `json:"status"`
	DescriptionEn   string  `json:"descriptionEn"`
	DescriptionZh   string  `json:"descriptionZh"`
	Country         string  `json:"country"`
	Province        *string `json:"province"`
	City            string  `json:"city"`
	District        *string `json:"district"`
	EventPostalCode *string `json:"eventPostalCode"`
}

// The sandbox's own words for states; delivered and returned are also a package's status.
const (
	orderReceived = "ORDER_RECEIVED"
	pickedUp      = "PICKED_UP"
	arrivedHub    = "ARRIVED_AT_FACILITY"
	leftHub       = "DEPARTED_FACILITY"
	exportCleared = "EXPORT_CUSTOMS_CLEARED"
	flown         = "DEPARTED_ORIGIN_COUNTRY"
	landed        = "ARRIVED_DESTINATION_COUNTRY"
	held          = "CUSTOMS_HELD"
	cleared       = "IMPORT_CUSTOMS_CLEARED"
	handedOver    = "HANDED_TO_LAST_MILE"
	outForDeliver = "OUT_FOR_DELIVERY"
	failed        = "DELIVERY_FAILED"
	returning     = "RETURNING"
	lost          = "LOST"
	weightGap     = "WEIGHT_GAP" // not an event of the parcel's way: the parcel was weighed again
)

// descriptions in English and Chinese.
var descriptions = map[string][2]string{
	orderReceived: {"Order received, label created", "已接收订单信息"},
	pickedUp:      {"Picked up by carrier", "包裹已揽收"},
	arrivedHub:    {"Arrived at sorting facility", "包裹到达分拣中心"},
	leftHub:       {"Departed from sorting facility", "包裹离开分拣中心"},
	exportCleared: {"Export customs clearance completed", "出口清关完成"},
	flown:         {"Departure from country of origin", "航班起飞"},
	landed:        {"Arrival at destination country", "到达目的国"},
	held:          {"Held by customs in destination country", "目的国海关查验"},
	cleared:       {"Import customs clearance completed", "进口清关完成"},
	handedOver:    {"Handed over to local carrier. LM Carrier: [{carrier}], LM tracking No.：[{number}]", "包裹已交接末端派送商"},
	outForDeliver: {"Out for delivery", "派送中"},
	delivered:     {"Delivered", "妥投"},
	failed:        {"Delivery attempt failed, recipient not available", "派送失败"},
	returning:     {"Exception: parcel is being returned to sender", "退件中"},
	returned:      {"Returned to sender", "已退回寄件人"},
	lost:          {"Exception: parcel lost", "包裹丢失"},
	weightGap:     {"Weight adjusted after reweighing", "重量复核"},
}

// carriers of the last mile.
var lastMiles = map[string]string{"US": "USPS", "GB": "Royal Mail", "DE": "Deutsche Post", "FR": "La Poste", "AU": "Australia Post", "CA": "Canada Post"}

// getTracking follows one number. A package that was not scanned yet has no events.
func (c *Carrier) getTracking(w http.ResponseWriter, r *http.Request) {
	number := r.URL.Query().Get("tracking_number")
	booked, known := c.desk.Parcel(number)
	if _, draft := c.live(number); !known && !draft {
		deny(w, new(fault(355004, number)))
		return
	}
	out := []trackingDetail{}
	for _, s := range booked.Scans {
		out = append(out, detail(booked, s, number))
	}
	writeJSON(w, http.StatusOK, map[string][]trackingDetail{"trackingDetails": out})
}

func detail(p mocks.Parcel, s mocks.Scan, number string) trackingDetail {
	words, ok := descriptions[s.Code]
	if !ok {
		words = [2]string{s.Code, s.Code} // a code that only the control interface knows
	}
	carrier, lm := lastMiles[p.To.Country], p.Number
	if carrier == "" {
		carrier = "Local Post"
	}
	if len(p.Aliases) > 0 {
		lm = p.Aliases[0]
	}
	return trackingDetail{TrackingNumber: number, EventTime: s.At.UTC().Format(moment), Status: s.Code,
		DescriptionEn: strings.NewReplacer("{carrier}", carrier, "{number}", lm).Replace(words[0]), DescriptionZh: words[1],
		Country: s.Country, City: cityCode(s.City, s.Country)}
}

// gateways are where parcels land.
var gateways = map[string]string{"US": "Los Angeles", "GB": "London", "DE": "Frankfurt", "FR": "Paris", "AU": "Sydney", "CA": "Vancouver", "IT": "Milan", "ES": "Madrid"}

// Journey is the usual way of a direct-mail parcel: eight to fourteen days.
func (*Carrier) Journey(p mocks.Parcel, kind string) []mocks.Step {
	gate := gateways[p.To.Country]
	if gate == "" {
		gate = p.To.City
	}
	at := func(code string, after time.Duration, city, country string, night bool) mocks.Step {
		return mocks.Step{Code: code, After: after, City: city, Country: country, Night: night}
	}
	const day = 24 * time.Hour
	way := []mocks.Step{
		at(orderReceived, 0, p.From.City, p.From.Country, true), at(pickedUp, 20*time.Hour, p.From.City, p.From.Country, false),
		at(arrivedHub, 7*time.Hour, "Dongguan", "CN", true), at(leftHub, 9*time.Hour, "Dongguan", "CN", true),
		at(exportCleared, 16*time.Hour, "Hong Kong", "HK", true), at(flown, 14*time.Hour, "Hong Kong", "HK", true),
	}
	if kind == mocks.JourneyLost {
		return append(way, at(lost, 25*day, "Hong Kong", "HK", false))
	}
	way = append(way, at(landed, 26*time.Hour, gate, p.To.Country, true))
	if kind == mocks.JourneyCustomsHold {
		way = append(way, at(held, 8*time.Hour, gate, p.To.Country, false), at(cleared, 4*day, gate, p.To.Country, false))
	} else {
		way = append(way, at(cleared, 18*time.Hour, gate, p.To.Country, false))
	}
	way = append(way, at(handedOver, 10*time.Hour, gate, p.To.Country, false), at(outForDeliver, 2*day, p.To.City, p.To.Country, false))
	if kind == mocks.JourneyReturned {
		return append(way, at(failed, 6*time.Hour, p.To.City, p.To.Country, false), at(returning, 5*day, p.To.City, p.To.Country, false),
			at(returned, 12*day, gate, p.To.Country, false))
	}
	return append(way, at(delivered, 5*time.Hour, p.To.City, p.To.Country, false))
}
