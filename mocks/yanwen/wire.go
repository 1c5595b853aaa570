package yanwen

import (
	"encoding/json"
	"net/http"
)

// envelope is every answer of the Open API.
type envelope struct {
	Success bool   `json:"success"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

// refusal is a business error: HTTP 200 with success false.
type refusal struct{ code, message string }

func (e *refusal) envelope() envelope { return envelope{Code: e.code, Message: e.message} }

// text is a value that clients send as a string or as a number.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

type createRequest struct {
	ChannelID         text            `json:"channelId"`
	OrderSource       string          `json:"orderSource"`
	OrderNumber       string          `json:"orderNumber"`
	TransactionNumber string          `json:"transactionNumber"`
	DateOfReceipt     string          `json:"dateOfReceipt"`
	CompanyCode       text            `json:"companyCode"`
	Remark            string          `json:"remark"`
	SalesPlatform     string          `json:"salesPlatform"`
	ReceiverInfo      person          `json:"receiverInfo"`
	SenderInfo        person          `json:"senderInfo"`
	ParcelInfo        parcelInfo      `json:"parcelInfo"`
	ImportCustomsInfo json.RawMessage `json:"importCustomsInfo"`
}

type person struct {
	Name         string `json:"name"`
	Phone        string `json:"phone"`
	Email        string `json:"email"`
	Company      string `json:"company"`
	Country      text   `json:"country"`
	State        string `json:"state"`
	City         string `json:"city"`
	ZipCode      string `json:"zipCode"`
	HouseNumber  string `json:"houseNumber"`
	Address      string `json:"address"`
	TaxNumber    string `json:"taxNumber"`
	ShortAddress string `json:"shortAddress,omitempty"`
}

type parcelInfo struct {
	HasBattery      *int        `json:"hasBattery"`
	Currency        string      `json:"currency"`
	TotalPrice      json.Number `json:"totalPrice,omitempty"`
	TotalQuantity   int         `json:"totalQuantity"`
	TotalWeight     int64       `json:"totalWeight"` // g
	Length          int64       `json:"length,omitempty"`
	Width           int64       `json:"width,omitempty"`
	Height          int64       `json:"height,omitempty"` // cm
	IOSS            string      `json:"ioss,omitempty"`
	FreightCharges  json.Number `json:"freightCharges,omitempty"`
	FreightCurrency string      `json:"freightCurrency,omitempty"`
	ProductList     []goods     `json:"productList"`
}

type goods struct {
	GoodsNameCh string      `json:"goodsNameCh"`
	GoodsNameEn string      `json:"goodsNameEn"`
	Price       json.Number `json:"price"`
	PriceExport json.Number `json:"priceExport"`
	Quantity    int         `json:"quantity"`
	Weight      int64       `json:"weight"` // g of one unit
	HSCode      text        `json:"hscode,omitempty"`
	Material    string      `json:"material,omitempty"`
	URL         string      `json:"url,omitempty"`
	SKU         string      `json:"sku,omitempty"`
}

type createAnswer struct {
	WaybillNumber     string `json:"waybillNumber"`
	OrderNumber       string `json:"orderNumber"`
	YanwenOrderNumber string `json:"yanwenOrderNumber"`
	ReferenceNumber   string `json:"referenceNumber"` // the last mile's number: empty at first
}

type labelAnswer struct {
	WaybillNumber string `json:"waybillNumber"`
	IsSuccess     bool   `json:"isSuccess"`
	ErrorMessage  string `json:"errorMessage"`
	Base64String  string `json:"base64String"`
}

// record is an order as express.order.get tells it.
type record struct {
	WaybillNumber     string     `json:"waybillNumber"`
	OrderNumber       string     `json:"orderNumber"`
	ReferenceNumber   string     `json:"referenceNumber"`
	YanwenNumber      string     `json:"yanwenNumber"`
	YanwenOrderNumber string     `json:"yanwenOrderNumber"`
	UserID            string     `json:"userId"`
	OrderSource       string     `json:"orderSource"`
	ChannelID         string     `json:"channelId"`
	ChannelName       string     `json:"channelName"`
	DateOfReceipt     string     `json:"dateOfReceipt"`
	CreateTime        string     `json:"createTime"` // Beijing
	CompanyCode       string     `json:"companyCode"`
	Status            int        `json:"status"`
	IsPrint           int        `json:"isPrint"`
	Remark            string     `json:"remark"`
	ReceiverInfo      person     `json:"receiverInfo"`
	SenderInfo        person     `json:"senderInfo"`
	ParcelInfo        parcelInfo `json:"parcelInfo"`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// plain is how the carrier's gateway fails: Chinese text, not JSON.
func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	w.WriteHeader(status)
	w.Write([]byte(text))
}
