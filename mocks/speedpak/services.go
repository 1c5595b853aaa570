package speedpak

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// service is one SpeedPAK product on the lanes that it serves. Its id means nothing: ids
// differ by account and lane, and are to be looked up.
type service struct {
	id, prefix     string // of tracking numbers
	nameEn, nameZh string
	incoterm       string
	grams          int64 // limit of weight
	side, sum      int64 // limits of the longest side and of all three, cm
	batteries      bool  // built in or packed with
	divisor        int64 // cm³ per kilogram; 0 does not look at the volume
	fees           map[string]fee
}

// fee is the price to one country: cents per parcel and per kilogram.
type fee struct{ item, perKilo int64 }

// origins are where sellers of this programme ship from.
var origins = []string{"CN", "HK"}

// services of the account. The figures are made up, in the range of the public price list.
var services = []service{
	{"US0001-DEMO", "ES", "SpeedPAK Standard Shipping from Greater China to the United States", "SpeedPAK标准 美国", "DDU", 31500, 66, 170, true, 8000,
		map[string]fee{"US": {250, 1080}}},
	{"GB0001-DEMO", "ES", "SpeedPAK Standard Shipping from Greater China to the United Kingdom", "SpeedPAK标准 英国", "DDP", 30000, 120, 225, true, 8000,
		map[string]fee{"GB": {240, 1020}}},
	{"EU0001-DEMO", "ES", "SpeedPAK Standard Shipping from Greater China to the European Union", "SpeedPAK标准 欧盟", "DDP", 30000, 120, 225, true, 8000,
		map[string]fee{"DE": {280, 1150}, "FR": {310, 1240}, "IT": {320, 1290}, "ES": {300, 1230}, "NL": {290, 1190}, "BE": {290, 1210}, "AT": {310, 1260},
			"PL": {300, 1180}, "CZ": {300, 1200}, "SE": {350, 1380}, "DK": {340, 1360}, "FI": {360, 1420}, "IE": {330, 1310}, "PT": {320, 1290},
			"GR": {340, 1390}, "HU": {310, 1240}, "RO": {330, 1300}, "SK": {310, 1230}, "SI": {320, 1260}, "LU": {320, 1280}, "MT": {390, 1490}, "CY": {390, 1490}}},
	{"OC0001-DEMO", "ES", "SpeedPAK Standard Shipping from Greater China to the rest of the world", "SpeedPAK标准 其他国家", "DDU", 20000, 100, 200, false, 8000,
		map[string]fee{"AU": {230, 980}, "CA": {290, 1210}, "JP": {210, 820}, "IL": {340, 1460}, "MX": {330, 1390}, "CH": {360, 1440}, "NO": {380, 1480},
			"NZ": {300, 1190}, "KR": {210, 790}, "SG": {220, 840}, "BR": {420, 1720}, "AE": {310, 1270}}},
	{"US0002-DEMO", "EE", "SpeedPAK Economy Shipping from Greater China to the United States", "SpeedPAK经济 美国", "DDU", 2000, 60, 90, false, 0,
		map[string]fee{"US": {180, 890}}},
	{"WW0002-DEMO", "EE", "SpeedPAK Economy Shipping from Greater China to Worldwide", "SpeedPAK经济 全球", "DDU", 2000, 60, 90, false, 0,
		map[string]fee{"GB": {160, 810}, "DE": {190, 900}, "FR": {210, 940}, "IT": {210, 960}, "ES": {200, 920}, "NL": {190, 910}, "AU": {170, 820},
			"CA": {200, 950}, "JP": {150, 640}, "PL": {200, 930}, "SE": {230, 1010}, "CH": {240, 1030}, "IL": {230, 1060}, "BR": {280, 1290}}},
	{"US0003-DEMO", "EX", "SpeedPAK Expedited Shipping from Greater China to the United States", "SpeedPAK加快 美国", "DDP", 68000, 120, 330, true, 6000,
		map[string]fee{"US": {620, 1490}}},
}

func findService(id string) (service, bool) {
	i := slices.IndexFunc(services, func(s service) bool { return s.id == id })
	if i < 0 {
		return service{}, false
	}
	return services[i], true
}

// charged is the weight that is charged for, in grams, and how it came about: 01 actual,
// 02 volumetric.
func (s service) charged(grams, length, width, height int64) (int64, string) {
	if s.divisor > 0 {
		if volume := (length*width*height*1000 + s.divisor - 1) / s.divisor; volume > grams {
			return volume, "02"
		}
	}
	return grams, "01"
}

// price is in cents, rounded up once.
func (s service) price(country string, grams int64) int64 {
	f := s.fees[country]
	return f.item + (grams*f.perKilo+999)/1000
}

// The answer of getServices.
type serviceInfo struct {
	ID             string      `json:"shippingServiceId"`
	NameEn         string      `json:"nameEn"`
	NameZh         string      `json:"nameZh"`
	NameHk         string      `json:"nameHk"`
	NameJp         string      `json:"nameJp"`
	DescriptionEn  string      `json:"descriptionEn"`
	DescriptionZh  string      `json:"descriptionZh"`
	Directions     []direction `json:"directions"`
	Incoterm       string      `json:"incoterm"`
	MaxWeight      json.Number `json:"maxWeight"`
	MaxLength      json.Number `json:"maxLength"`
	MaxTotalLength json.Number `json:"maxTotalLength"`
}

type direction struct {
	From        string `json:"from"`
	To          string `json:"to"`
	BatteryType string `json:"batteryType"`
}

func (s service) info() serviceInfo {
	number := func(v int64) json.Number { return json.Number(strconv.FormatInt(v, 10)) }
	out := serviceInfo{ID: s.id, NameEn: s.nameEn, NameZh: s.nameZh, NameHk: s.nameZh, NameJp: s.nameEn, DescriptionEn: s.nameEn,
		DescriptionZh: s.nameZh, Incoterm: s.incoterm, MaxWeight: number(s.grams), MaxLength: number(s.side), MaxTotalLength: number(s.sum)}
	batteries := "NO_BATTERY" // unconfirmed, like the words for batteries below
	if s.batteries {
		batteries = "BUILT_IN,PACKED_WITH"
	}
	for _, from := range origins {
		for _, to := range countriesOf(s.fees) {
			out.Directions = append(out.Directions, direction{from, to, batteries})
		}
	}
	return out
}

func countriesOf(fees map[string]fee) []string {
	out := make([]string, 0, len(fees))
	for code := range fees {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

func (c *Carrier) getServices(w http.ResponseWriter, r *http.Request) {
	all := make([]serviceInfo, len(services))
	for i, s := range services {
		all[i] = s.info()
	}
	page(w, r, "serviceList", "services", all)
}

// page answers with a part of a list: 50 at a time, at most 200.
func page[T any](w http.ResponseWriter, r *http.Request, container, name string, all []T) {
	q := r.URL.Query()
	limit, offset, ok := 50, 0, true
	for key, to := range map[string]*int{"limit": &limit, "offset": &offset} {
		if s := q.Get(key); s != "" {
			v, err := strconv.Atoi(s)
			*to, ok = v, ok && err == nil
		}
	}
	if !ok || limit < 1 || limit > 200 || offset < 0 {
		refuse(w, http.StatusBadRequest, fault(355076))
		return
	}
	from := min(offset, len(all))
	part := all[from:min(from+limit, len(all))]
	link := func(offset int) string {
		return root + r.URL.Path + "?" + url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}}.Encode()
	}
	out := map[string]any{name: part, "total": len(all), "limit": limit, "offset": offset, "href": link(offset)}
	if from+limit < len(all) {
		out["next"] = link(from + limit)
	}
	if offset > 0 {
		out["prev"] = link(max(offset-limit, 0))
	}
	writeJSON(w, http.StatusOK, map[string]any{container: out})
}
