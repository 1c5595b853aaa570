package wishpost

import "encoding/json"

// pickup is a service that collects parcels at the door.
type pickup struct {
	Code string `json:"pickup_service_code"`
	Name string `json:"pickup_service_name"`
}

// channel is one product, by its otype: a number and 0 for untracked, 1 for tracked. China
// Post's own have no number.
type channel struct {
	OType       string   `json:"otype"`
	Name        string   `json:"channel_name"`
	NameEn      string   `json:"channel_name_en"`
	Registered  bool     `json:"is_registered"`
	Battery     bool     `json:"allow_battery"`
	Sensitivity []int    `json:"sensitivity_types"`
	Warehouses  bool     `json:"support_warehouses"`
	Codes       []int    `json:"warehouses"`
	Pickups     []pickup `json:"pickup_services"`
	OnlineOnly  bool     `json:"is_only_online_payment"`

	chinaPost bool
	late      bool   // the number comes after the order
	service   string // the letters of its numbers
	maxGrams  int64
	fees      [zones]fee
}

var collectors = []pickup{{"25-1", "递四方上门揽收"}, {"27-1", "WISE上门揽收"}, {"42-0", "燕文上门揽收"}}

// channels is the list of the day; names change.
var channels = []channel{
	{OType: "0", Name: "中国邮政平常小包", NameEn: "China Post Ordinary Small Packet", Sensitivity: []int{0}, Warehouses: true, chinaPost: true, service: "UW", maxGrams: 2000,
		fees: [zones]fee{america: {400, 8500}, europe: {400, 8200}, asia: {300, 6000}, others: {500, 9600}}},
	{OType: "1", Name: "中国邮政挂号小包", NameEn: "China Post Registered Small Packet", Registered: true, Sensitivity: []int{0}, Warehouses: true, chinaPost: true, service: "RW", maxGrams: 2000,
		fees: [zones]fee{america: {2100, 8500}, europe: {2100, 8200}, asia: {1900, 6000}, others: {2300, 9600}}},
	{OType: "10-0", Name: "DLE平邮", NameEn: "DLE Ordinary", Sensitivity: []int{0, 1}, Battery: true, late: true, service: "UD", maxGrams: 2000,
		fees: [zones]fee{america: {350, 8100}, europe: {350, 7600}, asia: {300, 5900}, others: {450, 9200}}},
	{OType: "10-1", Name: "DLE", NameEn: "DLE", Registered: true, Sensitivity: []int{0, 1}, Battery: true, late: true, service: "LD", maxGrams: 2000,
		fees: [zones]fee{america: {1600, 8100}, europe: {1500, 7600}, asia: {1400, 5900}, others: {1900, 9200}}},
	{OType: "11-1", Name: "E邮宝", NameEn: "ePacket", Registered: true, Sensitivity: []int{0, 1}, Battery: true, service: "LX", maxGrams: 2000,
		fees: [zones]fee{america: {1800, 6400}, europe: {1900, 6000}, asia: {1700, 4200}, others: {2500, 7500}}},
	{OType: "36-1", Name: "EPC合并订单", NameEn: "Export Process Center", Registered: true, Sensitivity: []int{0, 1, 2}, Battery: true, Pickups: collectors, late: true, OnlineOnly: true, service: "LE", maxGrams: 2000,
		fees: [zones]fee{america: {1300, 7000}, europe: {1200, 6600}, asia: {1100, 5000}, others: {1500, 8000}}},
	{OType: "37-1", Name: "A+物流计划", NameEn: "A+ Logistics", Registered: true, Sensitivity: []int{0, 1, 2}, Battery: true, Pickups: collectors, late: true, OnlineOnly: true, service: "LA", maxGrams: 2000,
		fees: [zones]fee{others: {1700, 8800}}},
	{OType: "201-1", Name: "云途专线", NameEn: "YunExpress", Registered: true, Sensitivity: []int{0, 2}, Battery: true, service: "LY", maxGrams: 5000,
		fees: [zones]fee{america: {2300, 9100}, europe: {2200, 7300}, others: {2600, 11000}}},
	{OType: "300-1", Name: "WISE特快", NameEn: "WISE Express", Registered: true, Sensitivity: []int{0, 1, 2}, Battery: true, late: true, service: "LW", maxGrams: 10000,
		fees: [zones]fee{america: {4200, 9900}, europe: {4000, 9000}, asia: {3500, 7500}, others: {5600, 14000}}},
}

// place is an address in the words of the warehouse list.
type place struct {
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Address  string `json:"address"`
	Zipcode  string `json:"zipcode"`
	Name     string `json:"name"`
	Phone    string `json:"phone_number"`
	Email    string `json:"email"`
}

// warehouse is where parcels are handed in. Code is what an order names as warehouse_code.
type warehouse struct {
	Code    int    `json:"enum_value"`
	NameEn  string `json:"official_name_en"`
	NameCn  string `json:"official_name_cn"`
	Chinese place  `json:"warehouse_address_cn"`
	English place  `json:"warehouse_address_en"`
}

var warehouses = []warehouse{
	{1001, "Shenzhen warehouse", "深圳仓", place{"广东省", "深圳市", "宝安区", "仓储路1号", "518101", "王仓", "0755-10000001", "sz@warehouse.test"},
		place{"Guangdong", "Shenzhen", "Baoan", "1 Cangchu Road", "518101", "Wang Cang", "0755-10000001", "sz@warehouse.test"}},
	{1002, "Shanghai warehouse", "上海仓", place{"上海市", "上海市", "浦东新区", "仓储路2号", "201200", "李仓", "021-10000002", "sh@warehouse.test"},
		place{"Shanghai", "Shanghai", "Pudong", "2 Cangchu Road", "201200", "Li Cang", "021-10000002", "sh@warehouse.test"}},
	{1003, "Yiwu warehouse", "义乌仓", place{"浙江省", "金华市", "义乌市", "仓储路3号", "322000", "赵仓", "0579-10000003", "yw@warehouse.test"},
		place{"Zhejiang", "Jinhua", "Yiwu", "3 Cangchu Road", "322000", "Zhao Cang", "0579-10000003", "yw@warehouse.test"}},
}

// getChannels lists those that were named, or all.
func (*Carrier) getChannels(body []byte) (map[string]any, *refusal) {
	var in struct {
		Channels []string `json:"channels"`
	}
	if len(body) > 0 && json.Unmarshal(body, &in) != nil {
		return nil, invalid("channels", "not a list of otypes")
	}
	out := []channel{}
	for _, ch := range channels {
		if ch.Warehouses {
			for _, w := range warehouses {
				ch.Codes = append(ch.Codes, w.Code)
			}
		}
		if len(in.Channels) == 0 || has(in.Channels, ch.OType) {
			out = append(out, ch)
		}
	}
	return map[string]any{"data": out}, nil
}

// getWarehouses lists those that were named, or all.
func (*Carrier) getWarehouses(body []byte) (map[string]any, *refusal) {
	var in struct {
		IDs []int `json:"warehouse_ids"`
	}
	if json.Unmarshal(body, &in) != nil {
		return nil, invalid("warehouse_ids", "not a list of numbers")
	}
	out := []warehouse{}
	for _, w := range warehouses {
		if len(in.IDs) == 0 || has(in.IDs, w.Code) {
			out = append(out, w)
		}
	}
	return map[string]any{"warehouses": out}, nil
}

func (*Carrier) getScopes([]byte) (map[string]any, *refusal) {
	return map[string]any{"data": []map[string]string{{"name": "user.order.write"}, {"name": "user.order.read"}, {"name": "user.label.read"}}}, nil
}

func (*Carrier) getAnnouncements([]byte) (map[string]any, *refusal) {
	return map[string]any{"data": []string{}}, nil
}

// getAccount tells the money, each sum a text.
func (c *Carrier) getAccount([]byte) (map[string]any, *refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	debt := max(0, -c.balance)
	return map[string]any{"data": map[string]string{
		"total": yuan(c.balance), "remaining": yuan(max(0, c.balance)), "unavailable": "0.00", "withdrawable": yuan(max(0, c.balance)),
		"debt": yuan(debt), "debt_limit": yuan(debtLimit), "debt_remaining": yuan(debtLimit - debt), "debt_frozen": "0.00", "currency": "CNY",
	}}, nil
}
