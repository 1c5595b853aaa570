package cainiao

import (
	"time"
	_ "time/tzdata" // AliExpress's times need Los Angeles where the machine has no zone files

	"github.com/crossdock-hub/crossdock/normalize"
)

// beijing is the zone of the carrier's own clock.
var beijing = time.FixedZone("CST", 8*60*60)

// zoneNames has one zone per country that AliExpress parcels mostly go to, that of its capital
// or its busiest airport.
// Source: IANA time zone database, zone.tab, read 2026-11-21.
var zoneNames = map[string]string{
	"AE": "Asia/Dubai", "AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna", "AU": "Australia/Sydney",
	"BE": "Europe/Brussels", "BG": "Europe/Sofia", "BR": "America/Sao_Paulo", "BY": "Europe/Minsk",
	"CA": "America/Toronto", "CH": "Europe/Zurich", "CL": "America/Santiago", "CN": "Asia/Shanghai",
	"CO": "America/Bogota", "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
	"DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "EG": "Africa/Cairo", "ES": "Europe/Madrid",
	"FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London", "GG": "Europe/Guernsey",
	"GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
	"ID": "Asia/Jakarta", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata",
	"IT": "Europe/Rome", "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "KW": "Asia/Kuwait",
	"KZ": "Asia/Almaty", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
	"MA": "Africa/Casablanca", "ME": "Europe/Podgorica", "MT": "Europe/Malta", "MX": "America/Mexico_City",
	"MY": "Asia/Kuala_Lumpur", "NG": "Africa/Lagos", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo",
	"NZ": "Pacific/Auckland", "OM": "Asia/Muscat", "PE": "America/Lima", "PH": "Asia/Manila",
	"PK": "Asia/Karachi", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "QA": "Asia/Qatar",
	"RO": "Europe/Bucharest", "RS": "Europe/Belgrade", "RU": "Europe/Moscow", "SA": "Asia/Riyadh",
	"SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
	"TH": "Asia/Bangkok", "TR": "Europe/Istanbul", "TW": "Asia/Taipei", "UA": "Europe/Kyiv",
	"US": "America/New_York", "UY": "America/Montevideo", "VN": "Asia/Ho_Chi_Minh", "ZA": "Africa/Johannesburg",
}

// zoneOf is a zone by its name, UTC where there is none.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name) // "" is UTC
	if err != nil {
		return time.UTC
	}
	return zone
}

// scanZone guesses the zone of a scan: its country's, else China's up to the line haul and the
// destination's behind it.
func scanZone(country string, leg normalize.Leg, destination string) *time.Location {
	if country == "" {
		country = destination
		if leg == normalize.LegFirstMile || leg == normalize.LegExportCustoms || leg == normalize.LegLineHaul {
			country = "CN"
		}
	}
	return zoneOf(zoneNames[country])
}

// aliexpressTime reads the time of a scan. It is told as Beijing's, but of a clock that was set
// wrong: expressed in Los Angeles it has the hands of the clock at the place of the scan, which
// is what the carrier's own page shows. zone is our guess of that place's.
// Source: AliExpress IOP SDK, querytrackingresult, field event_date, read 2026-11-21.
func aliexpressTime(date string, zone *time.Location) (time.Time, error) {
	told, err := time.ParseInLocation(time.DateTime, date, beijing)
	if err != nil {
		return time.Time{}, err
	}
	h := told.In(losAngeles)
	return time.Date(h.Year(), h.Month(), h.Day(), h.Hour(), h.Minute(), h.Second(), 0, zone), nil
}
