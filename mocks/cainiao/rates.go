package cainiao

import (
	"encoding/json"
	"slices"
	"strconv"
)

const maxQuoted = 100_000 // trade orders whose weight is remembered

// text is a value that clients send as a string, a number or a boolean.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	if string(b) != "null" {
		*t = text(b)
	}
	return nil
}

// goods are the dimensions of a quote: whole cm, and kg as decimal text.
type goods struct {
	Length text `json:"goods_length"`
	Width  text `json:"goods_width"`
	Height text `json:"goods_height"`
	Weight text `json:"goods_weight"`
}

// read returns grams and mm, and the name of the field that is wrong.
func (g goods) read() (grams int64, sides [3]int64, wrong string) {
	for i, side := range []text{g.Length, g.Width, g.Height} {
		cm, err := strconv.ParseInt(string(side), 10, 32)
		if err != nil || cm < 1 {
			return 0, sides, []string{"goods_length", "goods_width", "goods_height"}[i]
		}
		sides[i] = 10 * cm
	}
	grams, ok := scaled(string(g.Weight), 3)
	if !ok || grams < 1 {
		return 0, sides, "goods_weight"
	}
	return grams, sides, ""
}

// usable are the lines for a parcel; none when it keeps to no line's limits.
func usable(grams int64, sides [3]int64) []service {
	return slices.DeleteFunc(slices.Clone(lines), func(s service) bool { return !s.carries(grams, sides) })
}

// quote notes the weight that a trade order was asked about: the warehouse that weighs the
// parcel will find it, so that a quoted price is the price that is charged.
func (c *Carrier) quote(tradeOrder string, grams int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.quoted) >= maxQuoted {
		clear(c.quoted)
	}
	c.quoted[tradeOrder] = grams
}

type namedResource struct {
	Code     string `json:"code"`
	Name     string `json:"name,omitempty"`
	Resource string `json:"resource_code"`
}

type feeItem struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Amount  string `json:"amount"`
	Curreny string `json:"curreny"` // sic
}

type serviceResult struct {
	ID         string          `json:"logistics_service_id"`
	Name       string          `json:"logistics_service_name"`
	Timeliness string          `json:"logistics_timeliness"`
	Trial      string          `json:"trial_result"` // freight before discount, with its currency
	Discounted string          `json:"discount_trial_result,omitempty"`
	OtherFees  []feeItem       `json:"other_fees"` // on top of the freight
	Recommend  string          `json:"recommend_index"`
	Address    string          `json:"delivery_address"`
	Warehouse  string          `json:"warehouse_name"`
	IsExpress  bool            `json:"is_express_logistics_service"`
	Available  []namedResource `json:"available_logistic_service_list"`
}

func (s service) result(grams int64, rank int) serviceResult {
	out := serviceResult{
		ID: s.code, Name: s.name, Timeliness: strconv.Itoa(s.fast) + "-" + strconv.Itoa(s.slow) + " days",
		Trial: "CNY " + yuan(s.freight(grams)), OtherFees: []feeItem{}, Recommend: strconv.Itoa(rank),
		Address: "广东省深圳市宝安区福海街道菜鸟仓", Warehouse: "菜鸟深圳仓",
		Available: []namedResource{{"SELF_SEND", "seller delivers", "Tran_Store_13452656"}, {"DOOR_PICKUP", "collection", "Tran_Store_13452656"}},
	}
	if s.discount > 0 {
		out.Discounted = "CNY " + yuan(s.discounted(grams))
	}
	if s.fuel > 0 {
		out.OtherFees = append(out.OtherFees, feeItem{"FUEL_SURCHARGE", "fuel surcharge", yuan(s.fuel), "CNY"})
	}
	return out
}

// serviceQuery is the newer quote. A parcel over the limits has an empty list, not an error.
func (c *Carrier) serviceQuery(p params) (any, *refusal) {
	if p["interface_request"] == "" {
		return nil, missing("interface_request")
	}
	var in struct {
		OrderID text `json:"order_id"`
		goods
		Subs []struct {
			OrderID text `json:"order_id"`
			goods
		} `json:"sub_order_list"`
	}
	if json.Unmarshal([]byte(p["interface_request"]), &in) != nil {
		return nil, malformed("interface_request")
	}
	grams, sides, wrong := in.read()
	if !digits(string(in.OrderID)) {
		wrong = "order_id"
	}
	for _, sub := range in.Subs {
		if _, _, bad := sub.read(); bad != "" || !digits(string(sub.OrderID)) {
			wrong = "sub_order_list"
		}
	}
	type response struct {
		Success bool            `json:"is_success"`
		Error   string          `json:"error_desc,omitempty"`
		List    []serviceResult `json:"result_list"`
	}
	out := response{Success: wrong == "", List: []serviceResult{}}
	if wrong != "" {
		out.Error = wrong + " is missing or not valid"
		return map[string]response{"result_response": out}, nil
	}
	c.quote(string(in.OrderID), grams)
	for i, s := range usable(grams, sides) {
		out.List = append(out.List, s.result(grams, i+1))
	}
	return map[string]response{"result_response": out}, nil
}

// serviceList is the older quote.
func (c *Carrier) serviceList(p params) (any, *refusal) {
	if p["order_id"] == "" {
		return nil, missing("order_id")
	}
	g := goods{text(p["goods_length"]), text(p["goods_width"]), text(p["goods_height"]), text(p["goods_weight"])}
	grams, sides, wrong := g.read()
	if !digits(p["order_id"]) {
		wrong = "order_id"
	}
	type response struct {
		Success bool            `json:"is_success"`
		Error   string          `json:"error_desc,omitempty"`
		List    []serviceResult `json:"result_list"`
	}
	if wrong != "" {
		return response{Error: wrong + " is missing or not valid", List: []serviceResult{}}, nil
	}
	c.quote(p["order_id"], grams)
	out := response{Success: true, List: []serviceResult{}}
	for i, s := range usable(grams, sides) {
		out.List = append(out.List, s.result(grams, i+1))
	}
	return out, nil
}

type (
	timing struct {
		Type    string `json:"timing_type"`
		Fast    int    `json:"fast_timing"`
		Slowest int    `json:"slowest_timing"`
		Text    string `json:"display_text"`
	}
	feeDetail struct {
		Type     string `json:"fee_detail_type"`
		Fee      int64  `json:"fee"`
		Currency string `json:"fee_currency"`
	}
	fee struct {
		Type     string      `json:"fee_type"`
		Total    int64       `json:"total_fee"` // fen; that it is the minor unit is unconfirmed
		Currency string      `json:"currency"`
		Details  []feeDetail `json:"fee_detail_list"`
	}
	solution struct {
		Code      string   `json:"code"`
		Name      string   `json:"name"`
		Timing    []timing `json:"timing_list"`
		Fees      []fee    `json:"fee_list"`
		Recommend int      `json:"recommend_index"`
	}
)

func (s service) solutionFor(grams int64, rank int) solution {
	out := solution{Code: s.code, Name: s.name, Recommend: rank,
		Timing: []timing{{"ESTIMATE", s.fast, s.slow, strconv.Itoa(s.fast) + "-" + strconv.Itoa(s.slow) + " days"}},
		Fees:   []fee{{"POST_ESTIMATED_COST", s.charge(grams), "CNY", []feeDetail{{"normal_delivery_fee", s.discounted(grams), "CNY"}}}}}
	if s.fuel > 0 {
		out.Fees[0].Details = append(out.Fees[0].Details, feeDetail{"fuel_surcharge", s.fuel, "CNY"})
	}
	return out
}

// solutionInquiry quotes in mm and g.
func (c *Carrier) solutionInquiry(p params) (any, *refusal) {
	if p["trade_order_param"] == "" {
		return nil, missing("trade_order_param")
	}
	var order struct {
		ID text `json:"trade_order_id"`
	}
	var packages []struct {
		Length int64 `json:"length"`
		Width  int64 `json:"width"`
		Height int64 `json:"height"`
		Weight int64 `json:"weight"`
	}
	if json.Unmarshal([]byte(p["trade_order_param"]), &order) != nil || !digits(string(order.ID)) {
		return nil, malformed("trade_order_param")
	}
	if json.Unmarshal([]byte(p["package_params"]), &packages) != nil || len(packages) != 1 {
		return nil, malformed("package_params")
	}
	type result struct {
		Success bool              `json:"is_success"`
		Error   map[string]string `json:"error_info,omitempty"`
		Result  struct {
			List []solution `json:"usable_solution_list"`
		} `json:"result"`
	}
	out := result{Success: true}
	out.Result.List = []solution{}
	parcel := packages[0]
	if min(parcel.Length, parcel.Width, parcel.Height, parcel.Weight) < 1 {
		return result{Error: map[string]string{"error_code": "PARAM_ERROR", "error_msg": "package_params is not valid"}}, nil
	}
	c.quote(string(order.ID), parcel.Weight)
	for i, s := range usable(parcel.Weight, [3]int64{parcel.Length, parcel.Width, parcel.Height}) {
		out.Result.List = append(out.Result.List, s.solutionFor(parcel.Weight, i+1))
	}
	return out, nil
}

// digits tells whether a text is a number of 1 to 20 digits, as trade orders have.
func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}
