package yanwen

import (
	"encoding/json"

	"github.com/crossdock-hub/crossdock/normalize"
)

// text is a value that comes as a string in one version of the API and as a number in
// another: codes, levels, prices. Numbers keep the digits that were sent.
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

// amount is money as Yanwen wants it: a bare JSON number, whose currency stands elsewhere.
type amount normalize.Money

// MarshalJSON writes the decimal text; no float comes near it.
func (a amount) MarshalJSON() ([]byte, error) { return []byte(normalize.Money(a).Amount()), nil }

// ratesRequest is the body of calc.list. Only the inputs themselves are known, from one
// client; their spelling, like the answer's, is unconfirmed.
type ratesRequest struct {
	CityID    string `json:"cityId"`
	CountryID string `json:"countryId"`
	Weight    int64  `json:"weight"` // g
	Length    int64  `json:"length,omitempty"`
	Width     int64  `json:"width,omitempty"`
	Height    int64  `json:"height,omitempty"` // cm
	PostCode  string `json:"postCode,omitempty"`
}

// price is one product of calc.list's answer.
type price struct {
	ChannelID       text   `json:"channelId"`
	ChannelNameCh   string `json:"channelNameCh"`
	ChannelNameEn   string `json:"channelNameEn"`
	Currency        string `json:"currency"`
	ChargeWeight    text   `json:"chargeWeight"` // g
	FreightFee      text   `json:"freightFee"`
	RegistrationFee text   `json:"registrationFee"`
	TotalFee        text   `json:"totalFee"`
	MinDays         text   `json:"minDays"`
	MaxDays         text   `json:"maxDays"`
}

// orderRequest is the body of express.order.create.
type orderRequest struct {
	ChannelID         string         `json:"channelId"`
	OrderSource       string         `json:"orderSource"`
	OrderNumber       string         `json:"orderNumber"`
	TransactionNumber string         `json:"transactionNumber,omitempty"`
	DateOfReceipt     normalize.Date `json:"dateOfReceipt"`
	CompanyCode       string         `json:"companyCode,omitempty"`
	Remark            string         `json:"remark,omitempty"`
	SalesPlatform     string         `json:"salesPlatform,omitempty"`
	ReceiverInfo      party          `json:"receiverInfo"`
	SenderInfo        party          `json:"senderInfo"`
	ParcelInfo        parcelInfo     `json:"parcelInfo"`
	ImportCustomsInfo *importCustoms `json:"importCustomsInfo,omitempty"`
}

type party struct {
	Name         string `json:"name"`
	Phone        string `json:"phone,omitempty"`
	Email        string `json:"email,omitempty"`
	Company      string `json:"company,omitempty"`
	Country      string `json:"country"`
	State        string `json:"state,omitempty"`
	City         string `json:"city"`
	ZipCode      string `json:"zipCode,omitempty"`
	HouseNumber  string `json:"houseNumber,omitempty"`
	Address      string `json:"address"`
	TaxNumber    string `json:"taxNumber,omitempty"`
	ShortAddress string `json:"shortAddress,omitempty"`
}

type parcelInfo struct {
	HasBattery      int       `json:"hasBattery"`
	Currency        string    `json:"currency"`
	TotalPrice      amount    `json:"totalPrice"`
	TotalQuantity   int       `json:"totalQuantity"`
	TotalWeight     int64     `json:"totalWeight"` // g
	Length          int64     `json:"length,omitempty"`
	Width           int64     `json:"width,omitempty"`
	Height          int64     `json:"height,omitempty"` // cm
	IOSS            string    `json:"ioss,omitempty"`
	FreightCharges  *amount   `json:"freightCharges,omitempty"`
	FreightCurrency string    `json:"freightCurrency,omitempty"`
	ProductList     []product `json:"productList"`
}

type product struct {
	GoodsNameCh string `json:"goodsNameCh"`
	GoodsNameEn string `json:"goodsNameEn"`
	Price       amount `json:"price"`
	PriceExport amount `json:"priceExport"`
	HSCode      string `json:"hscode,omitempty"`
	Quantity    int    `json:"quantity"`
	Weight      int64  `json:"weight"` // g of one unit
	Material    string `json:"material,omitempty"`
	URL         string `json:"url,omitempty"`
	SKU         string `json:"sku,omitempty"`
}

type importCustoms struct {
	EORI string `json:"eori,omitempty"`
}

// order is what express.order.create answers and what express.order.get shows, as far as we
// need it. The carrier's serial has an older and a newer name.
type order struct {
	WaybillNumber     string `json:"waybillNumber"`
	OrderNumber       string `json:"orderNumber"`
	YanwenOrderNumber string `json:"yanwenOrderNumber"`
	YanwenNumber      string `json:"yanwenNumber"`
	ReferenceNumber   string `json:"referenceNumber"` // the last mile's, empty until assigned
	Status            text   `json:"status"`          // of express.order.get only
}

type printRequest struct {
	WaybillNumber string `json:"waybillNumber"`
	PrintRemark   int    `json:"printRemark"`
}

type printed struct {
	WaybillNumber string `json:"waybillNumber"`
	IsSuccess     bool   `json:"isSuccess"`
	ErrorMessage  string `json:"errorMessage"`
	Base64String  string `json:"base64String"`
}

type cancelRequest struct {
	WaybillNumber string `json:"waybillNumber"`
	Note          string `json:"note"`
}

type orderQuery struct {
	WaybillNumber string `json:"waybillNumber"`
}

type ordersQuery struct {
	ListNumber []string `json:"listNumber"` // waybill or order numbers, at most 50
}

// trackAnswer is the Track API's.
type trackAnswer struct {
	Code    text          `json:"code"` // 0 or 1
	Message string        `json:"message"`
	Result  []trackResult `json:"result"`
}

type trackResult struct {
	TrackingNumber  string       `json:"tracking_number"`
	WaybillNumber   string       `json:"waybill_number"`
	ExchangeNumber  string       `json:"exchange_number"` // the last mile's
	YanwenNumber    string       `json:"yanwen_number"`
	Checkpoints     []checkpoint `json:"checkpoints"`
	TrackingStatus  string       `json:"tracking_status"`
	OriginCountry   string       `json:"origin_country"`
	DestCountry     string       `json:"destination_country"`
	LastMileCarrier string       `json:"last_mile_carrier"`
}

type checkpoint struct {
	TimeStamp       string          `json:"time_stamp"` // local
	TimeZone        string          `json:"time_zone"`  // "+08", no minutes
	TrackingStatus  string          `json:"tracking_status"`
	Message         string          `json:"message"`
	Location        string          `json:"location"`
	ExtraProperties extraProperties `json:"extraProperties"`
}

type extraProperties struct {
	City    text `json:"City"`
	State   text `json:"State"`
	Country text `json:"Country"`
}
