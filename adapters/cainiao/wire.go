package cainiao

import "encoding/json"

// text is a value that comes as a string, a number or a boolean: ids, codes, amounts. Numbers
// keep the digits that were sent.
type text string

// UnmarshalJSON reads a string, a number, a boolean or null.
func (t *text) UnmarshalJSON(b []byte) error {
	var s *string
	if json.Unmarshal(b, &s) == nil {
		if s != nil {
			*t = text(*s)
		}
		return nil
	}
	if string(b) == "true" || string(b) == "false" {
		*t = text(b)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

// flag is a yes or no that comes as a boolean or as a text; empty where nothing was said.
type flag = text

// yes tells whether the flag was said and is true.
func (t text) yes() bool { return t == "true" }

// number is an id as AliExpress wants it: a bare JSON number, of digits that were checked.
type number = json.Number

// quoteRequest is interface_request of service.query.
type quoteRequest struct {
	OrderID number `json:"order_id"`
	Length  int64  `json:"goods_length"` // cm
	Width   int64  `json:"goods_width"`
	Height  int64  `json:"goods_height"`
	Weight  string `json:"goods_weight"` // kg
	Locale  string `json:"locale"`
}

// quoteAnswer is service.query's answer.
type quoteAnswer struct {
	Response *struct {
		Success   flag       `json:"is_success"`
		ErrorDesc string     `json:"error_desc"`
		List      []solution `json:"result_list"`
	} `json:"result_response"`
}

// solution is a service that the order may have.
type solution struct {
	ID         string `json:"logistics_service_id"`
	Name       string `json:"logistics_service_name"`
	Timeliness text   `json:"logistics_timeliness"`
	Trial      text   `json:"trial_result"` // a price as text
	Discounted text   `json:"discount_trial_result"`
	OtherFees  []fee  `json:"other_fees"`
	Address    string `json:"delivery_address"`
	Warehouse  string `json:"warehouse_name"`
	Available  []struct {
		Code     string `json:"code"`
		Name     string `json:"name"`
		Resource string `json:"resource_code"`
	} `json:"available_logistic_service_list"`
}

type fee struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Amount   text   `json:"amount"`
	Currency string `json:"curreny"` // sic
}

// Parts of createorder.
type (
	parties struct {
		Sender   party  `json:"sender"`
		Receiver party  `json:"receiver"`
		Pickup   *party `json:"pickup,omitempty"`
		Refund   *party `json:"refund,omitempty"`
	}
	// party is a stored address by its id, or one that is written out.
	party struct {
		AddressID number `json:"address_id,omitempty"` // when it is set, all else is ignored
		Name      string `json:"name,omitempty"`
		Country   string `json:"country,omitempty"`
		Province  string `json:"province,omitempty"`
		City      string `json:"city,omitempty"`
		County    string `json:"county,omitempty"`
		Street    string `json:"street_address,omitempty"`
		PostCode  string `json:"post_code,omitempty"`
		Phone     string `json:"phone,omitempty"`
		Mobile    string `json:"mobile,omitempty"`
		Email     string `json:"email,omitempty"`
		Member    string `json:"member_type,omitempty"`
		Warehouse string `json:"from_warehouse_code,omitempty"` // of pickup
	}
	product struct {
		ProductID       number `json:"product_id"`
		NameCN          string `json:"category_cn_desc"`
		NameEN          string `json:"category_en_desc"`
		Count           int    `json:"product_num"`
		Amount          string `json:"product_declare_amount"` // USD
		Weight          string `json:"product_weight"`         // kg
		HSCode          string `json:"hs_code,omitempty"`
		ContainsBattery bool   `json:"contains_battery"`
		OnlyBattery     bool   `json:"only_battery,omitempty"`
		Aneroid         bool   `json:"aneroid_markup,omitempty"`
		Breakable       bool   `json:"breakable,omitempty"`
		Special         bool   `json:"contains_special_goods,omitempty"`
		ChildOrderID    number `json:"child_order_id,omitempty"`
		SKUCode         string `json:"sku_code,omitempty"`
	}
	coverage struct {
		Cent     int64  `json:"cent"`
		Currency string `json:"currency_code"`
	}
)

// created is createorder's answer, with a success at each of its two levels.
type created struct {
	Success flag `json:"result_success"`
	Result  *struct {
		Success      flag   `json:"success"`
		ErrorCode    text   `json:"error_code"` // 1 is no error
		ErrorDesc    string `json:"error_desc"`
		WarehouseID  text   `json:"warehouse_order_id"`
		OrderCode    string `json:"out_order_code"` // LP…
		Number       string `json:"intl_tracking_no"`
		TradeOrderID text   `json:"trade_order_id"`
	} `json:"result"`
}

// money is a fee of an order.
type money struct {
	Amount   text   `json:"amount"`
	Currency string `json:"currency_code"`
}

// orderPage is querylogisticsorderdetail's answer.
type orderPage struct {
	Result *struct {
		Success   flag    `json:"success"`
		ErrorDesc string  `json:"error_desc"`
		Pages     text    `json:"total_page"`
		List      []order `json:"result_list"`
	} `json:"result"`
}

type order struct {
	ID      text    `json:"logistics_order_id"`
	Code    string  `json:"out_order_code"` // LP…
	Number  string  `json:"international_logistics_num"`
	Service string  `json:"international_logistics_type"`
	Status  string  `json:"logistics_status"`
	Fee     money   `json:"logistics_fee"`
	Fees    []money `json:"logistics_fee_list"`
	Created text    `json:"gmt_create"`
	Trade   text    `json:"trade_order_id"` // seen in answers, not in the SDK's fields
}

// numberPage is getonlinelogisticsinfo's answer, which is flat.
type numberPage struct {
	Success   flag       `json:"is_success"`
	ErrorDesc string     `json:"error_desc"`
	List      []numbered `json:"result_list"`
}

type numbered struct {
	Code     string  `json:"lp_number"`
	ID       text    `json:"online_logistics_id"`
	Latest   string  `json:"internationallogistics_id"` // sic
	Original string  `json:"original_international_logistics_id"`
	Fee      money   `json:"logistics_fee"`
	Fees     []money `json:"logistics_fee_list"`
}

// printAnswer is what both print calls answer: a text that holds JSON. printedFile is that.
type (
	printAnswer struct {
		Result *string `json:"result"`
	}
	printedFile struct {
		Status text   `json:"StatusCode"`
		Body   string `json:"body"`
	}
	printQuery struct {
		ID     number `json:"id"`
		Number string `json:"international_logistics_id"`
	}
)

// scanList is querytrackingresult's answer.
type scanList struct {
	Success   flag   `json:"result_success"`
	ErrorDesc string `json:"error_desc"`
	Details   []struct {
		Desc    string `json:"event_desc"`
		Action  string `json:"action_code"`
		Date    string `json:"event_date"`
		Address string `json:"address"`
		Signed  string `json:"signed_name"`
	} `json:"details"`
}

// handoverAnswer is what the calls of a handover answer; Data is an object or, of a paper, the
// Base64 of a PDF.
type (
	handoverAnswer struct {
		Result *struct {
			Success flag            `json:"success"`
			Code    text            `json:"error_code"`
			Msg     string          `json:"error_msg"`
			Data    json.RawMessage `json:"data"`
		} `json:"result"`
	}
	bag struct {
		OrderID   text   `json:"handover_order_id"`
		ContentID text   `json:"handover_content_id"`
		Code      string `json:"handover_content_code"` // LP… of the bag
	}
	bagContact struct {
		AddressID number      `json:"address_id,omitempty"`
		Name      string      `json:"name,omitempty"`
		Mobile    string      `json:"mobile,omitempty"`
		Phone     string      `json:"phone,omitempty"`
		Email     string      `json:"email,omitempty"`
		Address   *bagAddress `json:"address,omitempty"`
	}
	bagAddress struct {
		Country  string `json:"country"`
		Province string `json:"province"`
		City     string `json:"city"`
		District string `json:"district"`
		Street   string `json:"street"`
		Detail   string `json:"detail_address"`
		ZipCode  string `json:"zip_code,omitempty"`
	}
	bagUser struct {
		TopUserKey string `json:"top_user_key,omitempty"`
	}
)
