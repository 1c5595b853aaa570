package speedpak

import "encoding/json"

// packageInfo is what a package is created from and told back as. The specification marks
// nothing as required.
type packageInfo struct {
	ShippingServiceID   string          `json:"shippingServiceId"`
	ConsignPreferenceID string          `json:"consignPreferenceId"`
	ShipFromAddressID   string          `json:"shipFromAddressId"`
	Incoterm            string          `json:"incoterm,omitempty"`
	Weight              json.Number     `json:"packageWeight"` // g
	Length              json.Number     `json:"packageLength"` // cm
	Width               json.Number     `json:"packageWidth"`
	Height              json.Number     `json:"packageHeight"`
	Comment             string          `json:"packageComment,omitempty"`
	MaxQuantityLimit    int64           `json:"maxQuantityLimit,omitempty"`
	ValueForCarriage    string          `json:"valueForCarriage,omitempty"`
	ShipTo              shipTo          `json:"shipToAddress"`
	Special             *specialService `json:"specialServiceDetail"`
	Items               []item          `json:"items"`
}

type createRequest struct {
	PackageInfo *struct {
		packageInfo
		Agent *agent `json:"agentInfoRequest"`
	} `json:"packageInfo"`
}

type agent struct {
	Name    string `json:"agentName"`
	Address string `json:"agentAddress"`
	Phone   string `json:"agentPhone"`
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
	Postcode    string `json:"postcode"`
}

type specialService struct {
	PackagingType string   `json:"packagingType,omitempty"`
	SignatureType string   `json:"signatureType,omitempty"`
	InsuranceFee  string   `json:"insuranceFee,omitempty"`
	Types         []string `json:"specialServiceTypes,omitempty"`
}

type item struct {
	OrderLineItem  string  `json:"orderLineItem"`
	ListingID      string  `json:"listingId,omitempty"`
	TransactionID  string  `json:"transactionId,omitempty"`
	OrderID        string  `json:"orderId,omitempty"`
	PostedQuantity int64   `json:"postedQuantity"`
	SoldQuantity   int64   `json:"soldQuantity,omitempty"`
	SoldPrice      *amount `json:"soldPrice,omitempty"`
	SoldDate       string  `json:"soldDate,omitempty"`
	PaymentDate    string  `json:"paymentDate,omitempty"`
	BuyerID        string  `json:"buyerId,omitempty"`
	Email          string  `json:"email,omitempty"`
	ItemTitle      string  `json:"itemTitle,omitempty"`
	SiteID         int64   `json:"siteId,omitempty"`
	BuyerTaxID     string  `json:"buyerTaxId,omitempty"`
	BuyerTaxType   string  `json:"buyerTaxType,omitempty"`
	CollectTax     bool    `json:"ebayCollectAndRemitTax,omitempty"`
	CollectedTax   string  `json:"ebayCollectAndRemitTaxesValue,omitempty"`
	SKU            *sku    `json:"sku"`
}

// line is the order line, which a listing and a transaction name as well.
func (i item) line() string {
	if i.OrderLineItem != "" || i.ListingID == "" {
		return i.OrderLineItem
	}
	return i.ListingID + "-" + i.TransactionID
}

type sku struct {
	Number        string      `json:"skuNumber"`
	NameEn        string      `json:"nameEn"`
	NameZh        string      `json:"nameZh"`
	Price         *amount     `json:"price"`
	Weight        json.Number `json:"weight"` // g
	Length        json.Number `json:"length,omitempty"`
	Width         json.Number `json:"width,omitempty"`
	Height        json.Number `json:"height,omitempty"`
	Origin        string      `json:"origin"`
	TariffCode    string      `json:"tariffCode,omitempty"`
	IsLiBattery   bool        `json:"isLiBattery"`
	LiBatteryType string      `json:"liBatteryType,omitempty"`
	Qualification string      `json:"elecQualificationId,omitempty"`
	Remark        string      `json:"remark,omitempty"`
	FDCSkus       []fdcSku    `json:"fdcSkus,omitempty"`
}

type fdcSku struct {
	SkuID    string `json:"skuId"`
	Quantity int64  `json:"quantity"`
}

type createResult struct {
	PackageID      string  `json:"packageId"`
	TrackingNumber string  `json:"trackingNumber"`
	LastMile       string  `json:"lastMileTrackingNumber,omitempty"`
	EstimateCost   *amount `json:"estimateCost,omitempty"`
	PaymentCost    *amount `json:"paymentCost,omitempty"`
}

// packageDetail is getPackage's answer.
type packageDetail struct {
	packageInfo
	Agent          *agent  `json:"agentInfoResponse"`
	PackageID      string  `json:"packageId"`
	TrackingNumber string  `json:"trackingNumber,omitempty"`
	LastMile       string  `json:"lastMileTrackingNumber,omitempty"`
	PackageStatus  string  `json:"packageStatus"`
	PaymentCost    *amount `json:"paymentCost,omitempty"`
}

type itemPackage struct {
	PackageID      string `json:"packageId"`
	PackageStatus  string `json:"packageStatus"`
	TrackingNumber string `json:"trackingNumber,omitempty"`
}
