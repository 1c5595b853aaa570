package yanwen

import "strings"

// country is a destination. The ids are ours: the carrier's table is not public.
type country struct {
	ID     string `json:"id"`
	Code   string `json:"code"`
	NameCh string `json:"nameCh"`
	NameEn string `json:"nameEn"`
	zone   int
}

// Zones of the tariff.
const (
	asia = iota
	europe
	oceans
	far
	zones
)

var countries = []country{
	{"1", "US", "美国", "United States", oceans}, {"2", "GB", "英国", "United Kingdom", europe},
	{"3", "DE", "德国", "Germany", europe}, {"4", "FR", "法国", "France", europe},
	{"5", "ES", "西班牙", "Spain", europe}, {"6", "IT", "意大利", "Italy", europe},
	{"7", "NL", "荷兰", "Netherlands", europe}, {"8", "BE", "比利时", "Belgium", europe},
	{"9", "AT", "奥地利", "Austria", europe}, {"10", "PL", "波兰", "Poland", europe},
	{"11", "CZ", "捷克", "Czechia", europe}, {"12", "SE", "瑞典", "Sweden", europe},
	{"13", "DK", "丹麦", "Denmark", europe}, {"14", "FI", "芬兰", "Finland", europe},
	{"15", "IE", "爱尔兰", "Ireland", europe}, {"16", "PT", "葡萄牙", "Portugal", europe},
	{"17", "GR", "希腊", "Greece", europe}, {"18", "HU", "匈牙利", "Hungary", europe},
	{"19", "RO", "罗马尼亚", "Romania", europe}, {"20", "CH", "瑞士", "Switzerland", europe},
	{"21", "NO", "挪威", "Norway", europe}, {"22", "CA", "加拿大", "Canada", oceans},
	{"23", "AU", "澳大利亚", "Australia", oceans}, {"24", "NZ", "新西兰", "New Zealand", oceans},
	{"25", "JP", "日本", "Japan", asia}, {"26", "KR", "韩国", "South Korea", asia},
	{"27", "SG", "新加坡", "Singapore", asia}, {"28", "MY", "马来西亚", "Malaysia", asia},
	{"29", "TH", "泰国", "Thailand", asia}, {"30", "BR", "巴西", "Brazil", far},
	{"31", "MX", "墨西哥", "Mexico", far}, {"32", "CL", "智利", "Chile", far},
	{"33", "IL", "以色列", "Israel", far}, {"34", "AE", "阿联酋", "United Arab Emirates", far},
	{"35", "SA", "沙特阿拉伯", "Saudi Arabia", far}, {"36", "ZA", "南非", "South Africa", far},
}

// suspended are countries that are on no list and have a reason of their own (V123).
var suspended = map[string]bool{"RU": true, "UA": true, "BY": true}

// findCountry takes an ISO code or the carrier's id.
func findCountry(s text) (country, *refusal) {
	key := strings.ToUpper(string(s))
	for _, c := range countries {
		if c.Code == key || c.ID == key {
			return c, nil
		}
	}
	if suspended[key] {
		return country{}, &refusal{"V123", "目的国暂停收寄"}
	}
	return country{}, &refusal{"V108", "该产品不通达目的国"}
}

// warehouse is where parcels are handed over.
type warehouse struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Area   string `json:"area"`
	cityID string // of calc.list; unconfirmed, here the city's administrative code
}

var warehouses = []warehouse{
	{"SZ01", "深圳仓", "华南", "440300"}, {"GZ01", "广州仓", "华南", "440100"}, {"YW01", "义乌仓", "华东", "330782"},
	{"HZ01", "杭州仓", "华东", "330100"}, {"SH01", "上海仓", "华东", "310100"}, {"BJ01", "北京仓", "华北", "110100"},
}

func findWarehouse(code string) bool {
	for _, w := range warehouses {
		if w.Code == code {
			return true
		}
	}
	return false
}

func findCity(id string) bool {
	for _, w := range warehouses {
		if w.cityID == id {
			return true
		}
	}
	return false
}

func (*Carrier) countryList([]byte) (any, *refusal) { return countries, nil }

// warehouseList takes an optional product; all of them hand over everywhere.
func (*Carrier) warehouseList(body []byte) (any, *refusal) {
	var in struct {
		ChannelID text `json:"channelId"`
	}
	if no := decode(body, &in); no != nil {
		return nil, no
	}
	if _, no := findProduct(in.ChannelID); in.ChannelID != "" && no != nil {
		return nil, no
	}
	return warehouses, nil
}

func (*Carrier) channelList([]byte) (any, *refusal) { return products, nil }
