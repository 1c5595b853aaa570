package amazonfba

// market is one marketplace. Its warehouses are real places, but an example: which ones a plan
// gets is not decided as Amazon does.
type market struct {
	country, currency string
	selfShip          bool // appointments for one's own truck
	warehouses        [3]warehouse
}

type warehouse struct{ code, line, city, state, postCode string }

var markets = map[string]market{
	"ATVPDKIKX0DER": {"US", "USD", false, [3]warehouse{
		{"ONT8", "24300 Nandina Ave", "Moreno Valley", "CA", "92551"},
		{"ABE8", "401 Independence Rd", "Florence", "NJ", "08518"},
		{"IND9", "1151 S Graham Rd", "Greenwood", "IN", "46143"}}},
	"A2EUQ1WTGCTBG2": {"CA", "CAD", false, [3]warehouse{
		{"YYZ3", "7995 Winston Churchill Blvd", "Brampton", "ON", "L6Y0B2"},
		{"YVR2", "450 Derwent Pl", "Delta", "BC", "V3M5Y9"},
		{"YYC1", "293069 Colonel Robertson Way", "Balzac", "AB", "T4A0C8"}}},
	"A1AM78C64UM0Y8": {"MX", "MXN", true, three("MEX", "Cuautitlan Izcalli", "MEX", "54769")},
	"A2Q3Y263D00KWC": {"BR", "BRL", true, three("GRU", "Cajamar", "SP", "07750-000")},
	"A1F83G8C2ARO7P": {"GB", "GBP", false, [3]warehouse{
		{"BHX4", "Lyons Park, Sayer Dr", "Coventry", "West Midlands", "CV5 9PF"},
		{"LTN4", "Unit DC1 Prologis Park", "Dunstable", "Bedfordshire", "LU5 4FE"},
		{"MAN1", "6 Sunbank Ln", "Manchester", "Greater Manchester", "M90 5AA"}}},
	"A1PA6795UKMFR9": {"DE", "EUR", false, [3]warehouse{
		{"LEJ1", "Amazonstraße 1", "Leipzig", "Sachsen", "04347"},
		{"FRA3", "Amazonstraße 1", "Bad Hersfeld", "Hessen", "36251"},
		{"DTM2", "Kaltbandstraße 4", "Dortmund", "Nordrhein-Westfalen", "44145"}}},
	"A13V1IB3VIYZZH": {"FR", "EUR", false, three("ORY", "Saran", "Loiret", "45770")},
	"APJ6JRA9NG5V4":  {"IT", "EUR", false, three("MXP", "Castel San Giovanni", "PC", "29015")},
	"A1RKKUPIHCS9HS": {"ES", "EUR", false, three("MAD", "San Fernando de Henares", "Madrid", "28830")},
	"A1805IZSGTT6HS": {"NL", "EUR", false, three("DUS", "Moenchengladbach", "Nordrhein-Westfalen", "41179")},
	"A2NODRKZP88ZB9": {"SE", "SEK", false, three("ESE", "Eskilstuna", "Sodermanland", "63362")},
	"A1C3SOZRARQ6R3": {"PL", "PLN", false, three("POZ", "Sady", "Wielkopolskie", "62-080")},
	"A33AVAJ2PDY3EV": {"TR", "TRY", false, three("XTR", "Istanbul", "Istanbul", "34953")},
	"A2VIGQ35RCS4UG": {"AE", "AED", true, three("DXB", "Dubai", "Dubai", "00000")},
	"A17E79C6D8DWNP": {"SA", "SAR", true, three("RUH", "Riyadh", "Riyadh", "13315")},
	"ARBP9OOSHTCHU":  {"EG", "EGP", true, three("CAI", "Tenth of Ramadan", "Sharqia", "44629")},
	"A21TJRUUN4KGV":  {"IN", "INR", true, three("BOM", "Bhiwandi", "Maharashtra", "421302")},
	"A1VC38T7YXB528": {"JP", "JPY", false, three("NRT", "Ichikawa", "Chiba", "272-0193")},
	"A39IBJ37TRP1C6": {"AU", "AUD", false, three("MEL", "Dandenong South", "VIC", "3175")},
	"A19VAU5U5O7RUS": {"SG", "SGD", false, three("SIN", "Singapore", "Singapore", "609602")},
}

// three are warehouses of one town.
func three(code, city, state, postCode string) (out [3]warehouse) {
	for i, n := range []string{"1", "3", "5"} {
		out[i] = warehouse{code + n, n + " Logistics Park", city, state, postCode}
	}
	return out
}

// address is where a warehouse is.
func (w warehouse) address(country string) address {
	return address{Name: w.code, AddressLine1: w.line, City: w.city, StateOrProvinceCode: w.state, PostalCode: w.postCode, CountryCode: country}
}
