package cainiao

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Error numbers of createorder. Only 1, no error, is known; the others are ours.
const (
	errNone     = 1
	errArgument = 101
	errService  = 102
	errGoods    = 103
	errWeight   = 104
	errAddress  = 105
	errCountry  = 106
)

// problem is a business error of createorder.
type problem struct {
	code int
	desc string
}

type createResult struct {
	Success   bool   `json:"success"`
	ErrorCode int    `json:"error_code"` // 1 is no error
	ErrorDesc string `json:"error_desc,omitempty"`
	Warehouse int64  `json:"warehouse_order_id,omitempty"`
	OutID     int64  `json:"out_order_id,omitempty"`
	OutCode   string `json:"out_order_code,omitempty"`
	Number    string `json:"intl_tracking_no"` // mostly empty here
	Trade     int64  `json:"trade_order_id"`
	From      string `json:"trade_order_from"`
}

type createAnswer struct {
	Success bool         `json:"result_success"`
	Result  createResult `json:"result"`
}

// createOrder sells a parcel to an AliExpress order. It knows no client reference: the same
// call sells another parcel.
func (c *Carrier) createOrder(p params) (any, *refusal) {
	for _, name := range []string{"trade_order_id", "trade_order_from", "warehouse_carrier_service", "declare_product_d_t_os", "address_d_t_os"} {
		if p[name] == "" {
			return nil, missing(name)
		}
	}
	trade, err := strconv.ParseInt(p["trade_order_id"], 10, 64)
	if err != nil || trade < 1 {
		return nil, malformed("trade_order_id")
	}
	var products []product
	var parties addresses
	if json.Unmarshal([]byte(p["declare_product_d_t_os"]), &products) != nil {
		return nil, malformed("declare_product_d_t_os")
	}
	if json.Unmarshal([]byte(p["address_d_t_os"]), &parties) != nil {
		return nil, malformed("address_d_t_os")
	}
	out := createAnswer{Success: true, Result: createResult{ErrorCode: errNone, Trade: trade, From: p["trade_order_from"]}}
	o, bad := newOrder(p, products, parties)
	if bad != nil {
		out.Result.ErrorCode, out.Result.ErrorDesc = bad.code, bad.desc
		return out, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if grams := c.quoted[o.trade]; grams > 0 && grams <= o.service.maxGrams {
		o.grams = grams
	}
	if err := c.book(o); err != nil {
		return nil, failing()
	}
	c.byTrade[o.trade] = append(c.byTrade[o.trade], o)
	id, _ := strconv.ParseInt(o.id, 10, 64) // 16 digits
	out.Result.Success, out.Result.Warehouse, out.Result.OutID = true, id, id
	out.Result.OutCode, out.Result.Number = o.lp, c.first(o)
	return out, nil
}

// newOrder checks everything that can be said of an order without knowing the others.
func newOrder(p params, products []product, parties addresses) (*order, *problem) {
	s, known := findService(lines, p["warehouse_carrier_service"])
	switch {
	case p["trade_order_from"] != "ESCROW":
		return nil, &problem{errArgument, "trade_order_from must be ESCROW"}
	case !known:
		return nil, &problem{errService, "the logistics service " + p["warehouse_carrier_service"] + " is not available for this order"}
	case !slices.Contains([]string{"", "0", "1", "-1"}, p["undeliverable_decision"]):
		return nil, &problem{errArgument, "undeliverable_decision must be 0 or 1"}
	case len(p["top_user_key"]) > 16:
		return nil, &problem{errArgument, "top_user_key is longer than 16"}
	}
	if bad := checkFirstLeg(p); bad != nil {
		return nil, bad
	}
	grams, bad := checkProducts(products)
	if bad != nil {
		return nil, bad
	}
	if grams > s.maxGrams {
		return nil, &problem{errWeight, "the parcel is heavier than 2 kg"}
	}
	from, to, bad := parties.check(p["pickup_type"], p["undeliverable_decision"])
	if bad != nil {
		return nil, bad
	}
	o := &order{door: accountAE, trade: p["trade_order_id"], service: s, grams: grams, from: from, to: to}
	for _, g := range products {
		o.contents = append(o.contents, string(g.Count)+" x "+g.English)
	}
	return o, nil
}

// checkFirstLeg checks how the parcel gets to the warehouse: by a way that Cainiao knows, or
// by a domestic carrier with its number.
func checkFirstLeg(p params) *problem {
	switch p["pickup_type"] {
	case "DOOR_PICKUP", "SELF_POST", "SELF_SEND":
		return nil
	case "":
	default:
		return &problem{errArgument, "pickup_type is not valid"}
	}
	company, err := strconv.ParseInt(p["domestic_logistics_company_id"], 10, 64)
	number := utf8.RuneCountInString(p["domestic_tracking_no"])
	switch {
	case err != nil || company < -1 || company == 0:
		return &problem{errArgument, "domestic_logistics_company_id is required"}
	case company == -1 && p["domestic_logistics_company"] == "":
		return &problem{errArgument, "domestic_logistics_company is required when its id is -1"}
	case number < 1 || number > 32:
		return &problem{errArgument, "domestic_tracking_no must have 1 to 32 characters"}
	}
	return nil
}
