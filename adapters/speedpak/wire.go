package speedpak

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// whole is a JSON number that counts grams or centimetres; 350.0 is 350, null is 0.
type whole int64

// UnmarshalJSON reads a number without a fraction.
func (w *whole) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*w = 0
		return nil
	}
	digits, fraction, _ := strings.Cut(string(b), ".")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		return errors.New("is not a whole number")
	}
	*w = whole(n)
	return nil
}

// amount is money as eBay writes it.
type amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

func amountOf(m normalize.Money) amount { return amount{m.Amount(), m.Currency} }

// money reads an amount. One that is null or empty, which eDIS sends where it has none, is no
// money.
func (a *amount) money() normalize.Money {
	if a == nil {
		return normalize.Money{}
	}
	m, err := normalize.ParseCarrierMoney(a.Value, a.Currency)
	if err != nil {
		return normalize.Money{}
	}
	return m
}

// createRequest is the body of createPackage.
type createRequest struct {
	PackageInfo packageRequest `json:"packageInfo"`
}

type packageRequest struct {
	packageInfo
	AgentInfo *agent `json:"agentInfoRequest,omitempty"`
}

// packageInfo is what a package is made from, and told back as.
type packageInfo struct {
	ShippingServiceID   string          `json:"shippingServiceId"`
	ConsignPreferenceID string          `json:"consignPreferenceId"`
	ShipFromAddressID   string          `json:"shipFromAddressId"`
	Incoterm            string          `json:"incoterm"`
	Weight              whole           `json:"packageWeight"` // g
	Length              whole           `json:"packageLength"` // cm
	Width               whole           `json:"packageWidth"`
	Height              whole           `json:"packageHeight"`
	Comment             string          `json:"packageComment,omitempty"`
	MaxQuantityLimit    int             `json:"maxQuantityLimit,omitempty"`
	ShipTo              shipTo          `json:"shipToAddress"`
	Special             *specialService `json:"specialServiceDetail,omitempty"`
	Items               []item          `json:"items"`
}

// agent is the representative in the European Union.
type agent struct {
	Name    string `json:"agentName"`
	Address string `json:"agentAddress"`
	Phone   string `json:"agentPhone,omitempty"`
}

type shipTo struct {
	Contact     string `json:"contact"`
	Company     string `json:"company,omitempty"`
	Phone       string `json:"phone"`
	CountryCode string `json:"countryCode"`
	CountryName string `json:"countryName,omitempty"`
	Province    string `json:"province,omitempty"`
	City        string `json:"city"`
	District    string `json:"district,omitempty"`
	Street1     string `json:"street1"`
	Street2     string `json:"street2,omitempty"`
	Street3     string `json:"street3,omitempty"`
	Postcode    string `json:"postcode,omitempty"`
}

type specialService struct {
	PackagingType string   `json:"packagingType,omitempty"`
	SignatureType string   `json:"signatureType,omitempty"`
	InsuranceFee  string   `json:"insuranceFee,omitempty"`
	Types         []string `json:"specialServiceTypes,omitempty"`
}

type item struct {
	OrderLineItem  string  `json:"orderLineItem"`
	OrderID        string  `json:"orderId,omitempty"`
	PostedQuantity int     `json:"postedQuantity"`
	SoldPrice      *amount `json:"soldPrice,omitempty"`
	SoldDate       string  `json:"soldDate,omitempty"`
	PaymentDate    string  `json:"paymentDate,omitempty"`
	BuyerID        string  `json:"buyerId,omitempty"`
	Email          string  `json:"email,omitempty"`
	BuyerTaxID     string  `json:"buyerTaxId,omitempty"`
	BuyerTaxType   string  `json:"buyerTaxType,omitempty"`
	CollectTax     bool    `json:"ebayCollectAndRemitTax,omitempty"`
	CollectedTax   string  `json:"ebayCollectAndRemitTaxesValue,omitempty"`
	SKU            sku     `json:"sku"`
}

type sku struct {
	Number        string `json:"skuNumber,omitempty"`
	NameEn        string `json:"nameEn"`
	NameZh        string `json:"nameZh"`
	Origin        string `json:"origin"`
	Weight        whole  `json:"weight"` // g of one unit
	Price         amount `json:"price"`  // of one unit, declared
	TariffCode    string `json:"tariffCode,omitempty"`
	IsLiBattery   bool   `json:"isLiBattery"`
	LiBatteryType string `json:"liBatteryType,omitempty"`
	Qualification string `json:"elecQualificationId,omitempty"`
	Remark        string `json:"remark,omitempty"`
}

// created is createPackage's answer.
type created struct {
	PackageID      string  `json:"packageId"`
	TrackingNumber string  `json:"trackingNumber"`
	LastMile       string  `json:"lastMileTrackingNumber"`
	EstimateCost   *amount `json:"estimateCost"`
}

// packageDetail is getPackage's answer.
type packageDetail struct {
	packageInfo
	Agent          *agent  `json:"agentInfoResponse"`
	PackageID      string  `json:"packageId"`
	TrackingNumber string  `json:"trackingNumber"`
	LastMile       string  `json:"lastMileTrackingNumber"`
	PackageStatus  string  `json:"packageStatus"`
	PaymentCost    *amount `json:"paymentCost"`
}

// itemPackage is a package of an order line.
type itemPackage struct {
	PackageID      string `json:"packageId"`
	PackageStatus  string `json:"packageStatus"`
	TrackingNumber string `json:"trackingNumber"`
}

// serviceList is a page of the account's services.
type serviceList struct {
	Services []serviceInfo `json:"services"`
}

type serviceInfo struct {
	ID         string      `json:"shippingServiceId"`
	NameEn     string      `json:"nameEn"`
	NameZh     string      `json:"nameZh"`
	Directions []direction `json:"directions"`
	Incoterm   string      `json:"incoterm"`
	// Limits, null or empty where there are none.
	MaxWeight      count `json:"maxWeight"`      // g
	MaxLength      count `json:"maxLength"`      // cm
	MaxTotalLength count `json:"maxTotalLength"` // cm, of the three sides
}

type direction struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// count is a number of grams or centimetres without its fraction; null and an empty text are 0.
type count int64

// UnmarshalJSON reads a number, null or an empty text.
func (l *count) UnmarshalJSON(b []byte) error {
	digits, _, _ := strings.Cut(strings.Trim(string(b), `"`), ".")
	if digits == "" || digits == "null" {
		*l = 0
		return nil
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return errors.New("is not a number")
	}
	*l = count(n)
	return nil
}

// printed is one label of getLabels; the code "200" is a success.
type printed struct {
	TrackingNumber string `json:"trackingNumber"`
	Base64Str      string `json:"base64Str"`
	ResultCode     string `json:"resultCode"`
	Message        string `json:"message"`
}

// file is a PDF in Base64.
type file struct {
	Base64Str string `json:"base64Str"`
}

type bundleRequest struct {
	Bundle struct {
		ConsignPreferenceID string   `json:"consignPreferenceId"`
		TrackingNumbers     []string `json:"trackingNumbers"`
	} `json:"bundle"`
}

type bundle struct {
	BundleID string `json:"bundleId"`
}

// scan is one event of getTracking.
type scan struct {
	TrackingNumber  string `json:"trackingNumber"`
	EventTime       string `json:"eventTime"`
	Status          string `json:"status"`
	DescriptionEn   string `json:"descriptionEn"`
	DescriptionZh   string `json:"descriptionZh"`
	Country         string `json:"country"`
	Province        string `json:"province"` // a code within Greater China
	City            string `json:"city"`     // a code within Greater China
	EventPostalCode string `json:"eventPostalCode"`
}

// actualCost is one charge of getActualCosts.
type actualCost struct {
	TrackingNumber string  `json:"trackingNumber"`
	CostType       string  `json:"costType"`
	ChargeWeight   count   `json:"chargeWeight"` // g
	Amount         *amount `json:"amount"`
	BillingTime    string  `json:"billingTime"`
	ResultCode     string  `json:"resultCode"`
}

// problems is eBay's answer of refusal.
type problems struct {
	Errors []problem `json:"errors"`
}

type problem struct {
	ErrorID     json.Number `json:"errorId"`
	Message     string      `json:"message"`
	LongMessage string      `json:"longMessage"`
}
