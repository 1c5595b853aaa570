package dhlexpress

import (
	"regexp"
	"strings"
	"unicode"
)

// zone is a price zone; a lane has the dearer one of its two ends.
type zone int

const (
	domestic zone = iota // both ends in one country
	union                // both ends in the European Union
	asia
	seAsia
	america
	westEurope
	oceania
	eastEurope
	middleEast
	far
)

// country is a place that DHL Express serves.
type country struct {
	name     string
	zone     zone
	eu       bool
	currency string // of the local public tariff
	area     string // service area of the main gateway
	city     string // where that gateway is
	remote   string // pattern of postal codes with a remote area surcharge; none when empty
	postal   string // pattern of postal codes; any when empty
}

const (
	five = `^\d{5}$`
	four = `^\d{4}$`
	six  = `^\d{6}$`
)

// countries are most of the carrier's. Service areas are the gateways' IATA codes, as the
// carrier's examples show them. Which postal codes are remote is public per country; these
// patterns are a small, plausible part of that list.
var countries = map[string]country{
	"AE": {"United Arab Emirates", middleEast, false, "AED", "DXB", "Dubai", "", ""},
	"AR": {"Argentina", far, false, "USD", "EZE", "Buenos Aires", `^94`, ""},
	"AT": {"Austria", westEurope, true, "EUR", "VIE", "Vienna", "", four},
	"AU": {"Australia", oceania, false, "AUD", "SYD", "Sydney", `^(08|67|48[7-9])`, four},
	"BD": {"Bangladesh", middleEast, false, "USD", "DAC", "Dhaka", "", ""},
	"BE": {"Belgium", westEurope, true, "EUR", "BRU", "Brussels", "", four},
	"BG": {"Bulgaria", eastEurope, true, "EUR", "SOF", "Sofia", "", four},
	"BR": {"Brazil", far, false, "BRL", "SAO", "Sao Paulo", `^(69|68|77)`, `^\d{5}-?\d{3}$`},
	"CA": {"Canada", america, false, "CAD", "YYZ", "Toronto", `^(X|Y|A0|V0)`, `^[A-Z]\d[A-Z] ?\d[A-Z]\d$`},
	"CH": {"Switzerland", westEurope, false, "CHF", "ZRH", "Zurich", "", four},
	"CL": {"Chile", far, false, "USD", "SCL", "Santiago", "", ""},
	"CN": {"China", asia, false, "CNY", "SZX", "Shenzhen", `^(8[3-5]|01[56])`, six},
	"CO": {"Colombia", far, false, "USD", "BOG", "Bogota", "", ""},
	"CZ": {"Czech Republic", eastEurope, true, "CZK", "PRG", "Prague", "", `^\d{3} ?\d{2}$`},
	"DE": {"Germany", westEurope, true, "EUR", "FRA", "Frankfurt", `^(25849|25859|25863|25869|25938|25946|25980|26465|26486|26548|26571|26579|26757|27498)`, five},
	"DK": {"Denmark", westEurope, true, "DKK", "CPH", "Copenhagen", "", four},
	"EE": {"Estonia", eastEurope, true, "EUR", "TLL", "Tallinn", "", five},
	"EG": {"Egypt", far, false, "USD", "CAI", "Cairo", "", ""},
	"ES": {"Spain", westEurope, true, "EUR", "MAD", "Madrid", `^(35|38|51|52)`, five},
	"FI": {"Finland", westEurope, true, "EUR", "HEL", "Helsinki", `^(98|99)`, five},
	"FR": {"France", westEurope, true, "EUR", "CDG", "Paris", `^20`, five},
	"GB": {"United Kingdom", westEurope, false, "GBP", "LHR", "London", `^(HS|ZE|KW1[5-7]|IV(4|5)|PA(2|6|7))`, `^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$`},
	"GR": {"Greece", westEurope, true, "EUR", "ATH", "Athens", `^8[1-5]`, `^\d{3} ?\d{2}$`},
	"HK": {"Hong Kong SAR, China", asia, false, "HKD", "HKG", "Hong Kong", "", ""},
	"HR": {"Croatia", eastEurope, true, "EUR", "ZAG", "Zagreb", "", five},
	"HU": {"Hungary", eastEurope, true, "HUF", "BUD", "Budapest", "", four},
	"ID": {"Indonesia", seAsia, false, "USD", "JKT", "Jakarta", `^(9[4-9])`, five},
	"IE": {"Ireland", westEurope, true, "EUR", "DUB", "Dublin", "", ""},
	"IL": {"Israel", middleEast, false, "ILS", "TLV", "Tel Aviv", "", ""},
	"IN": {"India", middleEast, false, "INR", "DEL", "Delhi", `^(19|79)`, six},
	"IT": {"Italy", westEurope, true, "EUR", "MXP", "Milan", `^(0710|9801|9805)`, five},
	"JP": {"Japan", asia, false, "JPY", "NRT", "Tokyo", `^90[0-9]`, `^\d{3}-?\d{4}$`},
	"KE": {"Kenya", far, false, "USD", "NBO", "Nairobi", "", ""},
	"KR": {"Korea, Republic of", asia, false, "KRW", "SEL", "Seoul", `^63`, five},
	"KW": {"Kuwait", middleEast, false, "USD", "KWI", "Kuwait", "", ""},
	"LT": {"Lithuania", eastEurope, true, "EUR", "VNO", "Vilnius", "", `^(LT-)?\d{5}$`},
	"LU": {"Luxembourg", westEurope, true, "EUR", "LUX", "Luxembourg", "", four},
	"LV": {"Latvia", eastEurope, true, "EUR", "RIX", "Riga", "", `^(LV-)?\d{4}$`},
	"MO": {"Macau SAR, China", asia, false, "HKD", "MFM", "Macau", "", ""},
	"MX": {"Mexico", america, false, "MXN", "MEX", "Mexico City", `^(23|29)`, five},
	"MY": {"Malaysia", seAsia, false, "MYR", "KUL", "Kuala Lumpur", `^(8[7-9]|9[0-8])`, five},
	"NG": {"Nigeria", far, false, "USD", "LOS", "Lagos", "", ""},
	"NL": {"Netherlands", westEurope, true, "EUR", "AMS", "Amsterdam", "", `^\d{4} ?[A-Z]{2}$`},
	"NO": {"Norway", westEurope, false, "NOK", "OSL", "Oslo", `^(9[0-9])`, four},
	"NZ": {"New Zealand", oceania, false, "NZD", "AKL", "Auckland", "", four},
	"PE": {"Peru", far, false, "USD", "LIM", "Lima", "", ""},
	"PH": {"Philippines", seAsia, false, "PHP", "MNL", "Manila", `^(8|9)`, four},
	"PK": {"Pakistan", middleEast, false, "USD", "KHI", "Karachi", "", ""},
	"PL": {"Poland", eastEurope, true, "PLN", "WAW", "Warsaw", "", `^\d{2}-\d{3}$`},
	"PT": {"Portugal", westEurope, true, "EUR", "LIS", "Lisbon", `^9`, `^\d{4}-\d{3}$`},
	"QA": {"Qatar", middleEast, false, "USD", "DOH", "Doha", "", ""},
	"RO": {"Romania", eastEurope, true, "RON", "OTP", "Bucharest", "", six},
	"SA": {"Saudi Arabia", middleEast, false, "SAR", "RUH", "Riyadh", "", ""},
	"SE": {"Sweden", westEurope, true, "SEK", "ARN", "Stockholm", `^(98|99)`, `^\d{3} ?\d{2}$`},
	"SG": {"Singapore", asia, false, "SGD", "SIN", "Singapore", "", six},
	"SI": {"Slovenia", eastEurope, true, "EUR", "LJU", "Ljubljana", "", four},
	"SK": {"Slovakia", eastEurope, true, "EUR", "BTS", "Bratislava", "", `^\d{3} ?\d{2}$`},
	"TH": {"Thailand", seAsia, false, "THB", "BKK", "Bangkok", `^(58|9[4-6])`, five},
	"TR": {"Turkey", middleEast, false, "USD", "IST", "Istanbul", "", five},
	"TW": {"Taiwan, China", asia, false, "TWD", "TPE", "Taipei", `^(88|89)`, ""},
	"US": {"United States of America", america, false, "USD", "CVG", "Cincinnati", `^(99[5-9]|96[78]|59|82)`, `^\d{5}(-\d{4})?$`},
	"VN": {"Vietnam", seAsia, false, "VND", "SGN", "Ho Chi Minh City", "", ""},
	"ZA": {"South Africa", far, false, "ZAR", "JNB", "Johannesburg", "", four},
}

// patterns are the postal expressions of countries, compiled once.
var patterns = func() map[string]*regexp.Regexp {
	out := map[string]*regexp.Regexp{}
	for _, c := range countries {
		for _, p := range []string{c.remote, c.postal} {
			if p != "" {
				out[p] = regexp.MustCompile(p)
			}
		}
	}
	return out
}()

// place is one end of a lane.
type place struct {
	PostalCode  string `json:"postalCode"`
	CityName    string `json:"cityName"`
	CountryCode string `json:"countryCode"`
}

func (p place) country() (country, bool) {
	c, ok := countries[p.CountryCode]
	return c, ok
}

func (p place) remote() bool { return p.matches(countries[p.CountryCode].remote, false) }

// postalFits tells whether the postal code has the country's form; "" fits only where the
// country has no postal codes.
func (p place) postalFits() bool { return p.matches(countries[p.CountryCode].postal, true) }

func (p place) matches(pattern string, otherwise bool) bool {
	if pattern == "" {
		return otherwise
	}
	return patterns[pattern].MatchString(strings.ToUpper(strings.TrimSpace(p.PostalCode)))
}

// areas are service areas of large cities that are not their country's gateway.
var areas = map[string]string{
	"CN/SHANGHAI": "SHA", "CN/BEIJING": "BJS", "CN/GUANGZHOU": "CAN", "CN/HANGZHOU": "HGH", "CN/YIWU": "YIW",
	"DE/LEIPZIG": "LEJ", "DE/BERLIN": "BER", "DE/HAMBURG": "HAM", "DE/MUNICH": "MUC", "US/NEW YORK": "JFK",
	"US/LOS ANGELES": "LAX", "US/CHICAGO": "ORD", "US/MIAMI": "MIA", "US/SAN JOSE": "SJC", "GB/MANCHESTER": "MAN",
	"ES/BARCELONA": "BCN", "IT/ROME": "ROM", "AU/MELBOURNE": "MEL", "CA/VANCOUVER": "YVR", "JP/OSAKA": "KIX",
}

// serviceArea is the code and name of the area that a city belongs to: "SZX", "SHENZHEN-CN".
func serviceArea(city, countryCode string) (code, description string) {
	c := countries[countryCode]
	if city == "" {
		city = c.city
	}
	name := strings.ToUpper(city)
	code = areas[countryCode+"/"+name]
	if code == "" && (strings.EqualFold(city, c.city) || c.city == "") {
		code = c.area
	}
	if code == "" {
		code = letters(name, c.area)
	}
	return code, strings.Trim(name+"-"+countryCode, "-")
}

// letters are the first three capitals of a name, else the code given.
func letters(name, otherwise string) string {
	var out []rune
	for _, r := range name {
		if unicode.IsUpper(r) && r < 0x80 && len(out) < 3 {
			out = append(out, r)
		}
	}
	if len(out) < 3 {
		return otherwise
	}
	return string(out)
}
