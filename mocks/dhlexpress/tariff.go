package dhlexpress

import "encoding/json"

// The account's tariff, in cents of the billing currency. The figures are made up, in the
// range of what the carrier asks of a small exporter in China.
const (
	billing = "USD"
	base    = "EUR" // of BASEC

	fuel          = 2450 // ten-thousandths of carriage, emergency and remote area
	emergencyKilo = 18   // per started kilogram
	remoteLeast   = 2600
	remoteKilo    = 55
)

// fees are the worldwide price of a zone: the first half kilogram and each further one.
var fees = map[zone]struct{ first, step int64 }{
	domestic: {920, 60}, union: {1780, 95}, asia: {1690, 320}, seAsia: {1880, 410}, america: {2640, 590},
	westEurope: {2730, 610}, oceania: {2390, 560}, eastEurope: {3180, 740}, middleEast: {3020, 790}, far: {3860, 970},
}

// perDollar is the sandbox's own exchange rate, in ten-thousandths.
var perDollar = map[string]int64{
	"USD": 10000, "EUR": 9210, "CNY": 72400, "GBP": 7890, "HKD": 77900, "JPY": 1503000, "KRW": 13840000, "TWD": 322000,
	"SGD": 13450, "MYR": 44200, "THB": 343000, "PHP": 583000, "VND": 253000000, "INR": 842000, "AUD": 15250, "NZD": 16700,
	"CAD": 13850, "MXN": 198000, "BRL": 57000, "CHF": 8850, "SEK": 105900, "NOK": 109300, "DKK": 68700, "PLN": 39700,
	"CZK": 232000, "HUF": 3690000, "RON": 45800, "AED": 36700, "SAR": 37500, "ILS": 37200, "ZAR": 178000,
}

// convert is an amount of one currency in another, rounded half up; false for a currency
// that the carrier does not know.
func convert(v int64, from, to string) (int64, bool) {
	a, b := perDollar[from], perDollar[to]
	if a == 0 || b == 0 {
		return 0, false
	}
	if v > 1_000_000_000_000 {
		v = 1_000_000_000_000
	}
	whole, rest := v/a, v%a
	return whole*b + (rest*b+a/2)/a, true
}

// optional is a service on top, as a customer can ask for it.
type optional struct {
	code, name, kind string
	cents, perKilo   int64
	ofValue          int64 // ten-thousandths of the value, cents at least; needs value and currency
	duty             bool  // only for goods that pass customs
	zones            map[zone]int64
}

var optionals = []optional{
	{code: "AA", name: "SATURDAY DELIVERY", kind: "XCH", cents: 2000, zones: timed},
	{code: "DD", name: "DUTY TAX PAID", kind: "XCH", cents: 1900, duty: true},
	{code: "DT", name: "IMPORT BILLING", kind: "TEC"},
	{code: "DU", name: "DUTY TAX IMPORTER", kind: "XCH", duty: true},
	{code: "EE", name: "GOGREEN CLIMATE NEUTRAL", kind: "XCH", perKilo: 12},
	{code: "FE", name: "GOGREEN PLUS - CARBON REDUCED", kind: "SCH", perKilo: 40},
	{code: "HC", name: "DRY ICE UN1845", kind: "XCH", cents: 1950},
	{code: "HD", name: "LITHIUM ION PI966 SECTION II", kind: "XCH", cents: 850},
	{code: "HE", name: "DANGEROUS GOODS", kind: "XCH", cents: 11500},
	{code: "HM", name: "LITHIUM METAL PI969 SECTION II", kind: "XCH", cents: 850},
	{code: "HV", name: "LITHIUM ION PI967 SECTION II", kind: "XCH", cents: 500},
	{code: "HW", name: "LITHIUM METAL PI970 SECTION II", kind: "XCH", cents: 500},
	{code: "II", name: "SHIPMENT INSURANCE", kind: "XCH", cents: 1500, ofValue: 110},
	{code: "LX", name: "HOLD FOR COLLECTION", kind: "XCH"},
	{code: "NN", name: "NEUTRAL DELIVERY", kind: "XCH", cents: 550},
	{code: "PT", name: "DATA STAGING 03", kind: "XCH"},
	{code: "PU", name: "DATA STAGING 06", kind: "XCH"},
	{code: "PV", name: "DATA STAGING 12", kind: "XCH"},
	{code: "PW", name: "DATA STAGING 24", kind: "XCH"},
	{code: "PZ", name: "LABEL FREE", kind: "XCH"},
	{code: "SF", name: "DIRECT SIGNATURE", kind: "XCH", cents: 650},
	{code: "SX", name: "SIGNATURE RELEASE", kind: "XCH"},
	{code: "TF", name: "VERIFIED DELIVERY", kind: "XCH", cents: 800},
	{code: "TK", name: "RESIDENTIAL ADDRESS", kind: "SCH", cents: 450},
	{code: "TT", name: "SCHEDULED DELIVERY", kind: "XCH", cents: 1200, zones: timed},
	{code: "TV", name: "SERVICE POINT", kind: "XCH"},
	{code: "WO", name: "EXPORT DECLARATION", kind: "XCH", cents: 8200, duty: true},
	{code: "WY", name: "PAPERLESS TRADE", kind: "XCH", duty: true},
}

func (o optional) serves(l lane, dutiable bool) bool {
	if o.duty && !dutiable {
		return false
	}
	_, ok := o.zones[l.zone]
	return ok || o.zones == nil
}

// serviceRequest is a service as a request names it.
type serviceRequest struct {
	ServiceCode string      `json:"serviceCode"`
	Value       json.Number `json:"value"`
	Currency    string      `json:"currency"`
}

// charge is one line of a price.
type charge struct {
	name, code, kind string
	cents            int64
}

// price is what a product costs on a lane: the product itself first, then surcharges, then
// the services asked for, whose availability was checked before.
func (p product) price(l lane, grams int64, asked []serviceRequest) []charge {
	kilos := ceil(grams, 1000)
	carriage := p.carriage(l, grams)
	lines := []charge{{name: p.name, cents: carriage}}
	emergency := kilos * emergencyKilo
	lines = append(lines, charge{"EMERGENCY SITUATION", "CR", "SCH", emergency})
	fuelled := carriage + emergency
	if l.to.remote() {
		remote := max(remoteLeast, kilos*remoteKilo)
		lines = append(lines, charge{"REMOTE AREA DELIVERY", "OO", "SCH", remote})
		fuelled += remote
	}
	if l.from.remote() {
		remote := max(remoteLeast, kilos*remoteKilo)
		lines = append(lines, charge{"REMOTE AREA PICKUP", "OB", "SCH", remote})
		fuelled += remote
	}
	lines = append(lines, charge{"FUEL SURCHARGE", "FF", "SCH", share(fuelled, fuel)})
	for _, s := range asked {
		if o, ok := findOptional(s.ServiceCode); ok {
			lines = append(lines, charge{o.name, o.code, o.kind, o.cost(kilos, s)})
		}
	}
	return lines
}

// carriage goes up in half kilograms, and above 30 kg in whole ones at a lower price.
func (p product) carriage(l lane, grams int64) int64 {
	const limit = 30_000
	f := fees[l.zone]
	cents := f.first + (ceil(min(grams, limit), 500)-1)*f.step
	if grams > limit {
		cents += ceil(grams-limit, 1000) * f.step * 17 / 10
	}
	return share(cents, (p.percent+p.zones[l.zone])*100)
}

func findOptional(code string) (optional, bool) {
	for _, o := range optionals {
		if o.code == code {
			return o, true
		}
	}
	return optional{}, false
}

func (o optional) cost(kilos int64, s serviceRequest) int64 {
	cents := o.cents + kilos*o.perKilo
	if o.ofValue == 0 {
		return cents
	}
	insured, _ := convert(thousandths(s.Value)/10, s.Currency, billing)
	return max(cents, share(insured, o.ofValue))
}

func total(lines []charge) int64 {
	var sum int64
	for _, c := range lines {
		sum += c.cents
	}
	return sum
}
