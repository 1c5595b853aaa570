package wishpost

import (
	"encoding/json"
	"encoding/xml"
	"strings"
)

// text is a value that comes as a string from one interface and as a number from another.
type text string

// UnmarshalJSON reads a string, a number or null.
func (t *text) UnmarshalJSON(b []byte) error {
	var s *string
	if json.Unmarshal(b, &s) == nil {
		if s != nil {
			*t = text(*s)
		}
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

// node is an element of an answer, whose names come in one case or another.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []node     `xml:",any"`
}

// all are the children of a name.
func (n node) all(name string) []node {
	var out []node
	for _, k := range n.Kids {
		if strings.EqualFold(k.XMLName.Local, name) {
			out = append(out, k)
		}
	}
	return out
}

// text is what the first child of a name says, "" where there is none.
func (n node) text(name string) string {
	if kids := n.all(name); len(kids) > 0 {
		return strings.TrimSpace(kids[0].Text)
	}
	return ""
}

// attr is an attribute, "" where there is none.
func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// orders is the body of create_order. One client wraps it into a root of that name; two do not.
type orders struct {
	XMLName     xml.Name `xml:"orders"`
	AccessToken string   `xml:"access_token"`
	Mark        string   `xml:"mark"`
	Bid         int      `xml:"bid"`
	Order       order    `xml:"order"`
}

// order is one parcel. addres is the real spelling.
type order struct {
	GUID          string `xml:"guid"`
	OType         string `xml:"otype"`
	WarehouseCode string `xml:"warehouse_code,omitempty"`
	DoorPickup    int    `xml:"doorpickup"`
	PickupService string `xml:"pickup_service,omitempty"`

	From           string `xml:"from"`
	SenderProvince string `xml:"sender_province"`
	SenderCity     string `xml:"sender_city"`
	SenderDistrict string `xml:"sender_district"`
	SenderAddres   string `xml:"sender_addres"`
	SenderPhone    string `xml:"sender_phone"`
	SenderZipcode  string `xml:"sender_zipcode"`

	*pickupPlace
	*receivePlace

	To                    string `xml:"to"`
	RecipientCountry      string `xml:"recipient_country"`
	RecipientCountryShort string `xml:"recipient_country_short"`
	RecipientProvince     string `xml:"recipient_province"`
	RecipientCity         string `xml:"recipient_city"`
	RecipientDistrict     string `xml:"recipient_district,omitempty"`
	RecipientAddres       string `xml:"recipient_addres"`
	RecipientPostcode     string `xml:"recipient_postcode"`
	RecipientPhone        string `xml:"recipient_phone"`
	*localPlace

	TypeNo      int    `xml:"type_no"`
	Unit        string `xml:"unit_measurement"`
	UnitChinese string `xml:"unit_measurement_chinese"`
	UserDesc    string `xml:"user_desc,omitempty"`
	TradeAmount string `xml:"trade_amount"`
	Items       *items `xml:"product_items"`
	*flat
}

// pickupPlace is where a parcel is collected, in Chinese and in English.
type pickupPlace struct {
	PickupFromLocal     string `xml:"pickup_from_local"`
	PickupProvinceLocal string `xml:"pickup_province_local"`
	PickupCityLocal     string `xml:"pickup_city_local"`
	PickupDistrictLocal string `xml:"pickup_district_local"`
	PickupAddresLocal   string `xml:"pickup_addres_local"`
	PickupPhone         string `xml:"pickup_phone"`
	PickupZipCode       string `xml:"pickup_zip_code"`
	PickupCountryLocal  string `xml:"pickup_country_local"`
	PickupFrom          string `xml:"pickup_from"`
	PickupProvince      string `xml:"pickup_province"`
	PickupCity          string `xml:"pickup_city"`
	PickupDistrict      string `xml:"pickup_district"`
	PickupAddres        string `xml:"pickup_addres"`
	PickupCountry       string `xml:"pickup_country"`
	PickupCountryCode   string `xml:"pickup_country_code"`
}

// receivePlace is where China Post finds the sender, in Chinese.
type receivePlace struct {
	ReceiveFrom     string `xml:"receive_from"`
	ReceiveProvince string `xml:"receive_province"`
	ReceiveCity     string `xml:"receive_city"`
	ReceiveDistrict string `xml:"receive_district"`
	ReceiveAddres   string `xml:"receive_addres"`
	ReceivePhone    string `xml:"receive_phone"`
}

// localPlace is the recipient's address in the script of the place.
type localPlace struct {
	ToLocal                string `xml:"to_local"`
	RecipientCountryLocal  string `xml:"recipient_country_local"`
	RecipientProvinceLocal string `xml:"recipient_province_local"`
	RecipientCityLocal     string `xml:"recipient_city_local"`
	RecipientDistrictLocal string `xml:"recipient_district_local"`
	RecipientAddresLocal   string `xml:"recipient_addres_local"`
}

// items are the lines of goods.
type items struct {
	Item []item `xml:"product_item"`
}

// item is one line: the weight is that of all pieces, the price that of one.
type item struct {
	WishOrderID     string `xml:"wish_order_id"`
	FromCountry     string `xml:"product_item_from_country"`
	Name            string `xml:"product_item_name"`
	NameChinese     string `xml:"product_item_name_chinese"`
	Num             int    `xml:"product_item_num"`
	Weight          string `xml:"product_item_weight"`
	SinglePrice     string `xml:"product_item_single_price"`
	HasBattery      int    `xml:"product_item_has_battery"`
	SensitivityType int    `xml:"product_item_sensitivity_type"`
	ProductURL      string `xml:"product_item_product_url"`
}

// flat is the one line of goods of the older form: weight and price are both those of all
// pieces. trande_no is the real spelling.
type flat struct {
	Content        string `xml:"content"`
	ContentChinese string `xml:"content_chinese"`
	Weight         string `xml:"weight"`
	Num            int    `xml:"num"`
	SinglePrice    string `xml:"single_price"`
	FromCountry    string `xml:"from_country"`
	TrandeNo       string `xml:"trande_no"`
	HasBattery     int    `xml:"has_battery"`
	ProductURL     string `xml:"product_url"`
}

// labelRequest is the body of generate_label: PrintLang is 1 for English and 2 for the local
// language, PrintCode 1 for A4 and 2 for 10 x 10 cm.
type labelRequest struct {
	XMLName     xml.Name `xml:"root"`
	AccessToken string   `xml:"access_token"`
	PrintLang   int      `xml:"printlang"`
	PrintCode   int      `xml:"printcode"`
	Barcodes    []string `xml:"barcodes>barcode"`
}

// tracksRequest is the body of tracking.
type tracksRequest struct {
	XMLName     xml.Name `xml:"tracks"`
	AccessToken string   `xml:"access_token"`
	Language    string   `xml:"language"`
	Barcode     string   `xml:"track>barcode"`
}

// statusRequest is the body of order_status.
type statusRequest struct {
	AccessToken string   `json:"access_token"`
	IDs         []string `json:"wish_standard_tracking_ids"`
}

// statusAnswer is what order_status tells.
type statusAnswer struct {
	Orders []statusOrder `json:"orders"`
}

// statusOrder is an order as it stands. LogisticsOrderCode is the carrier's number, empty as
// long as there is none.
type statusOrder struct {
	ID                 string `json:"wish_standard_tracking_id"`
	LogisticsOrderCode string `json:"logistics_order_code"`
	StateCode          text   `json:"state_code"`
	StateName          string `json:"state_name"`
	Message            string `json:"message"`
}

// cancelRequest is the body of cancel_orders.
type cancelRequest struct {
	AccessToken string        `json:"access_token"`
	Orders      []cancelOrder `json:"orders"`
}

type cancelOrder struct {
	TrackingID string `json:"tracking_id"`
	ReasonCode string `json:"cancel_reason_code"`
}

// cancelAnswer lists what could not be cancelled.
type cancelAnswer struct {
	Failed []struct {
		TrackingID string `json:"tracking_id"`
		WishID     string `json:"wish_standard_tracking_id"`
		Code       text   `json:"cancel_result_code"`
		Message    string `json:"cancel_result_message"`
	} `json:"failed_cancel_orders"`
}
