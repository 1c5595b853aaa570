package dhlexpress

// product is one service of the network. Source of the letters: the product codes of the
// specification's examples (P, U, N) and, for the rest, of public connectors: unconfirmed.
type product struct {
	code, name string
	network    string         // TD time definite, DD day definite
	dutiable   *bool          // nil takes both
	percent    int64          // of the worldwide price
	by         string         // delivered until, local
	days       int            // added to the express transit
	zones      map[zone]int64 // served, with extra percent; nil is every international zone
	rated      bool           // false: available, but without a tariff for the account
}

var (
	withDuty    = new(true)
	withoutDuty = new(false)
	timed       = map[zone]int64{asia: 0, america: 4, westEurope: 0, oceania: 6}
	early       = map[zone]int64{asia: 0, america: 8, westEurope: 0}
	slow        = map[zone]int64{asia: 0, america: 0, westEurope: 0, eastEurope: 2}
)

// products in the order in which the carrier lists them.
var products = []product{
	{"P", "EXPRESS WORLDWIDE NONDOC", "TD", withDuty, 100, "23:59:00", 0, nil, true},
	{"D", "EXPRESS WORLDWIDE", "TD", withoutDuty, 88, "23:59:00", 0, nil, true},
	{"Y", "EXPRESS 12:00 NONDOC", "TD", withDuty, 119, "12:00:00", 0, timed, true},
	{"T", "EXPRESS 12:00", "TD", withoutDuty, 107, "12:00:00", 0, timed, true},
	{"E", "EXPRESS 9:00 NONDOC", "TD", withDuty, 148, "09:00:00", 0, early, true},
	{"K", "EXPRESS 9:00", "TD", withoutDuty, 136, "09:00:00", 0, early, true},
	{"M", "EXPRESS 10:30 NONDOC", "TD", withDuty, 133, "10:30:00", 0, map[zone]int64{america: 0}, true},
	{"L", "EXPRESS 10:30", "TD", withoutDuty, 121, "10:30:00", 0, map[zone]int64{america: 0}, true},
	{"H", "ECONOMY SELECT NONDOC", "DD", withDuty, 76, "23:59:00", 4, slow, true},
	{"Q", "MEDICAL EXPRESS NONDOC", "TD", withDuty, 0, "10:00:00", 0, map[zone]int64{westEurope: 0, america: 0}, false},
	{"U", "EXPRESS WORLDWIDE EU", "TD", withoutDuty, 100, "23:59:00", 0, map[zone]int64{union: 0}, true},
	{"T", "EXPRESS 12:00", "TD", withoutDuty, 124, "12:00:00", 0, map[zone]int64{union: 0}, true},
	{"W", "ECONOMY SELECT", "DD", withoutDuty, 71, "23:59:00", 2, map[zone]int64{union: 0}, true},
	{"N", "EXPRESS DOMESTIC", "TD", withoutDuty, 100, "23:59:00", 0, map[zone]int64{domestic: 0}, true},
	{"1", "EXPRESS DOMESTIC 12:00", "TD", withoutDuty, 128, "12:00:00", 0, map[zone]int64{domestic: 0}, true},
}

// lane is a way between two places that both are served.
type lane struct {
	from, to place
	zone     zone
}

// findLane is false where the carrier does not go.
func findLane(from, to place) (lane, bool) {
	a, okA := from.country()
	b, okB := to.country()
	l := lane{from, to, max(a.zone, b.zone)}
	switch {
	case from.CountryCode == to.CountryCode:
		l.zone = domestic
	case a.eu && b.eu:
		l.zone = union
	}
	return l, okA && okB
}

// serves tells whether a product runs on the lane for goods with or without duties.
func (p product) serves(l lane, dutiable bool) bool {
	if p.dutiable != nil && *p.dutiable != dutiable {
		return false
	}
	if p.zones == nil {
		return l.zone > union || dutiable && l.zone == union
	}
	_, ok := p.zones[l.zone]
	return ok
}

// available are the products of a lane, those of one code when code is not empty.
func available(l lane, dutiable bool, code string) []product {
	var out []product
	for _, p := range products {
		if (code == "" || p.code == code) && p.serves(l, dutiable) {
			out = append(out, p)
		}
	}
	return out
}

// transit is the express transit of the zone in business days.
func (l lane) transit() int {
	days := map[zone]int{domestic: 1, union: 1, asia: 2, seAsia: 3, america: 3, westEurope: 3, oceania: 3,
		eastEurope: 4, middleEast: 4, far: 5}[l.zone]
	if l.to.remote() {
		days++
	}
	return days
}
