package cainiao

import (
	"slices"
	"strconv"
	"time"
)

type (
	moneyWire struct {
		Amount   string `json:"amount"`
		Cent     int64  `json:"cent"`
		Currency string `json:"currency_code"`
	}
	// detail is an order as querylogisticsorderdetail tells it.
	detail struct {
		ID       int64           `json:"logistics_order_id"`
		LP       string          `json:"out_order_code"`
		Number   string          `json:"international_logistics_num"`
		Service  string          `json:"international_logistics_type"`
		Status   string          `json:"logistics_status"`
		Channel  string          `json:"channel_code"`
		Solution string          `json:"solution_code"`
		Trade    int64           `json:"trade_order_id"`
		Fee      moneyWire       `json:"logistics_fee"`
		Fees     []moneyWire     `json:"logistics_fee_list"`
		Services []namedResource `json:"logistics_service_list"`
		Created  string          `json:"gmt_create"`
		Closes   int64           `json:"close_time"` // ms since the epoch
	}
	// online is an order as getonlinelogisticsinfo tells it.
	online struct {
		Original string          `json:"original_international_logistics_id"`
		Latest   string          `json:"internationallogistics_id"` // sic
		LP       string          `json:"lp_number"`
		ID       int64           `json:"online_logistics_id"`
		Order    int64           `json:"order_id"`
		Service  string          `json:"international_logistics_type"`
		Status   string          `json:"logistics_status"`
		Channel  string          `json:"channel_code"`
		Solution string          `json:"solution_code"`
		Fee      moneyWire       `json:"logistics_fee"`
		Fees     []moneyWire     `json:"logistics_fee_list"`
		Services []namedResource `json:"logistics_service_list"`
	}
)

// filter picks orders of the AliExpress door; an empty field is any.
type filter struct {
	trade, id, lp, number, status, service string
	from, until                            time.Time
	page, size                             int
}

const stampShape = "2006-01-02 15:04:05"

// readFilter reads what both searches share. The carrier writes times in its own zone.
func readFilter(p params) (filter, *refusal) {
	f := filter{page: 1, size: 10}
	for name, into := range map[string]*int{"current_page": &f.page, "page_size": &f.size} {
		if p[name] == "" {
			continue
		}
		n, err := strconv.Atoi(p[name])
		if err != nil || n < 1 || name == "page_size" && n > 50 {
			return f, malformed(name)
		}
		*into = n
	}
	for name, into := range map[string]*time.Time{"gmt_create_start_str": &f.from, "gmt_create_end_str": &f.until} {
		if p[name] == "" {
			continue
		}
		at, err := time.ParseInLocation(stampShape, p[name], shanghai)
		if err != nil {
			return f, malformed(name)
		}
		*into = at
	}
	f.status = p["logistics_status"]
	return f, nil
}

// search returns one page of the orders that a search can see by now, the newest first, and
// how many pages there are.
func (c *Carrier) search(f filter) (list []*order, pages int) {
	all := c.orders
	if f.trade != "" {
		all = c.byTrade[f.trade]
	}
	found := 0
	for _, o := range slices.Backward(all) {
		if !c.matches(o, f) {
			continue
		}
		if found/f.size == f.page-1 {
			list = append(list, o)
		}
		found++
	}
	return list, (found + f.size - 1) / f.size
}

func (c *Carrier) matches(o *order, f filter) bool {
	// The last mile's number finds an order too, as it does on the carrier's page.
	given := func(want string, have ...string) bool { return want == "" || slices.Contains(have, want) }
	return o.door == accountAE && c.desk.Visible(o.bookedAt) &&
		given(f.id, o.id) && given(f.lp, o.lp) && given(f.service, o.service.code) &&
		(f.number == "" || given(f.number, c.first(o), c.latest(o))) &&
		(f.status == "" || f.status == c.status(o)) &&
		(f.from.IsZero() || !o.bookedAt.Before(f.from)) && (f.until.IsZero() || !o.bookedAt.After(f.until))
}

// orderDetail is aliexpress.logistics.querylogisticsorderdetail.
func (c *Carrier) orderDetail(p params) (any, *refusal) {
	f, no := readFilter(p)
	if no != nil {
		return nil, no
	}
	f.trade, f.number, f.service = p["trade_order_id"], p["international_logistics_num"], p["warehouse_carrier_service"]
	type page struct {
		Success bool     `json:"success"`
		Current int      `json:"current_page"`
		Pages   int      `json:"total_page"`
		List    []detail `json:"result_list"`
	}
	out := page{Success: true, Current: f.page, List: []detail{}}
	c.mu.Lock()
	defer c.mu.Unlock()
	list, pages := c.search(f)
	out.Pages = pages
	for _, o := range list {
		id, trade := o.numbers()
		out.List = append(out.List, detail{
			ID: id, LP: o.lp, Number: c.latest(o), Service: o.service.code, Status: c.status(o),
			Channel: "CAINIAO", Solution: o.service.solution, Trade: trade, Fee: o.fee(), Fees: []moneyWire{o.fee()},
			Services: []namedResource{{Code: "SELF_SEND", Resource: "Tran_Store_13452656"}},
			Created:  o.bookedAt.In(shanghai).Format(stampShape), Closes: o.bookedAt.Add(closeAfter).UnixMilli(),
		})
	}
	return map[string]page{"result": out}, nil
}

// onlineInfo is aliexpress.logistics.redefining.getonlinelogisticsinfo, whose answer is flat.
func (c *Carrier) onlineInfo(p params) (any, *refusal) {
	f, no := readFilter(p)
	if no != nil {
		return nil, no
	}
	f.trade, f.id, f.lp, f.number = p["order_id"], p["logistics_order_id"], p["logistics_order_code"], p["international_logistics_id"]
	type page struct {
		Success bool     `json:"is_success"`
		Current int      `json:"current_page"`
		Pages   int      `json:"total_page"`
		List    []online `json:"result_list"`
	}
	out := page{Success: true, Current: f.page, List: []online{}}
	c.mu.Lock()
	defer c.mu.Unlock()
	list, pages := c.search(f)
	out.Pages = pages
	for _, o := range list {
		id, trade := o.numbers()
		out.List = append(out.List, online{
			Original: c.first(o), Latest: c.latest(o), LP: o.lp, ID: id, Order: trade, Service: o.service.code, Status: c.status(o),
			Channel: "CAINIAO", Solution: o.service.solution, Fee: o.fee(), Fees: []moneyWire{o.fee()},
			Services: []namedResource{{Code: "SELF_SEND", Resource: "Tran_Store_13452656"}},
		})
	}
	return out, nil
}

func (o *order) fee() moneyWire { return moneyWire{yuan(o.fen), o.fen, "CNY"} }

// numbers are the ids that the door tells as JSON numbers.
func (o *order) numbers() (id, trade int64) {
	id, _ = strconv.ParseInt(o.id, 10, 64) // 16 digits, ours
	trade, _ = strconv.ParseInt(o.trade, 10, 64)
	return id, trade
}
