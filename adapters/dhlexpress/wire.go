package dhlexpress

import "encoding/json"

// The structs are spelled as DHL spells them. What is optional is omitted when empty: DHL
// refuses nulls and unknown keys. Decimals are json.Number, written as their text.

type account struct {
	TypeCode string `json:"typeCode"`
	Number   string `json:"number"`
}

// place is an address of a rate. PostalCode must be there even where it is empty.
type place struct {
	PostalCode   string `json:"postalCode"`
	CityName     string `json:"cityName"`
	CountryCode  string `json:"countryCode"`
	ProvinceCode string `json:"provinceCode,omitempty"`
	CountyName   string `json:"countyName,omitempty"`
}

type places struct {
	ShipperDetails  place `json:"shipperDetails"`
	ReceiverDetails place `json:"receiverDetails"`
}

type dimensions struct {
	Length json.Number `json:"length"`
	Width  json.Number `json:"width"`
	Height json.Number `json:"height"`
}

type parcel struct {
	TypeCode   string      `json:"typeCode,omitempty"`
	Weight     json.Number `json:"weight"`
	Dimensions *dimensions `json:"dimensions,omitempty"`
}

type monetaryAmount struct {
	TypeCode string      `json:"typeCode"`
	Value    json.Number `json:"value"`
	Currency string      `json:"currency"`
}

type valueAdded struct {
	ServiceCode    string           `json:"serviceCode"`
	Value          json.Number      `json:"value,omitempty"`
	Currency       string           `json:"currency,omitempty"`
	DangerousGoods []dangerousGoods `json:"dangerousGoods,omitempty"`
}

type dangerousGoods struct {
	ContentID string `json:"contentId"`
}

type deliveryDate struct {
	IsRequested bool   `json:"isRequested"`
	TypeCode    string `json:"typeCode"`
}

type rateRequest struct {
	CustomerDetails            places           `json:"customerDetails"`
	Accounts                   []account        `json:"accounts"`
	ValueAddedServices         []valueAdded     `json:"valueAddedServices,omitempty"`
	PlannedShippingDateAndTime string           `json:"plannedShippingDateAndTime"`
	UnitOfMeasurement          string           `json:"unitOfMeasurement"`
	IsCustomsDeclarable        bool             `json:"isCustomsDeclarable"`
	MonetaryAmount             []monetaryAmount `json:"monetaryAmount,omitempty"`
	EstimatedDeliveryDate      *deliveryDate    `json:"estimatedDeliveryDate,omitempty"`
	NextBusinessDay            bool             `json:"nextBusinessDay,omitempty"`
	Packages                   []parcel         `json:"packages"`
}

// ratesReply answers POST /rates and POST /landed-cost.
type ratesReply struct {
	Products []product `json:"products"`
	Warnings []string  `json:"warnings"`
}

type product struct {
	ProductName            string           `json:"productName"`
	ProductCode            string           `json:"productCode"`
	LocalProductCode       string           `json:"localProductCode"`
	Weight                 quotedWeight     `json:"weight"`
	TotalPrice             []price          `json:"totalPrice"`
	TotalPriceBreakdown    []priceSummary   `json:"totalPriceBreakdown"`
	DetailedPriceBreakdown []priceBreakdown `json:"detailedPriceBreakdown"`
	PickupCapabilities     struct {
		LocalCutoffDateAndTime string `json:"localCutoffDateAndTime"`
	} `json:"pickupCapabilities"`
	DeliveryCapabilities struct {
		EstimatedDeliveryDateAndTime string      `json:"estimatedDeliveryDateAndTime"`
		TotalTransitDays             json.Number `json:"totalTransitDays"`
	} `json:"deliveryCapabilities"`
	Items []landedItem `json:"items"`
}

type quotedWeight struct {
	Volumetric json.Number `json:"volumetric"`
	Provided   json.Number `json:"provided"`
}

type price struct {
	CurrencyType  string      `json:"currencyType"`
	PriceCurrency string      `json:"priceCurrency"`
	Price         json.Number `json:"price"`
}

type priceSummary struct {
	CurrencyType   string        `json:"currencyType"`
	PriceCurrency  string        `json:"priceCurrency"`
	PriceBreakdown []summaryLine `json:"priceBreakdown"`
}

type summaryLine struct {
	TypeCode string      `json:"typeCode"`
	Price    json.Number `json:"price"`
}

type priceBreakdown struct {
	CurrencyType  string          `json:"currencyType"`
	PriceCurrency string          `json:"priceCurrency"`
	Breakdown     []breakdownLine `json:"breakdown"`
}

type breakdownLine struct {
	Name            string      `json:"name"`
	ServiceCode     string      `json:"serviceCode"`
	TypeCode        string      `json:"typeCode"`
	ServiceTypeCode string      `json:"serviceTypeCode"`
	Price           json.Number `json:"price"` // empty where the line is only an available service
	PriceCurrency   string      `json:"priceCurrency"`
}

type landedCostRequest struct {
	CustomerDetails             places        `json:"customerDetails"`
	Accounts                    []account     `json:"accounts"`
	ProductCode                 string        `json:"productCode,omitempty"`
	UnitOfMeasurement           string        `json:"unitOfMeasurement"`
	CurrencyCode                string        `json:"currencyCode"`
	IsCustomsDeclarable         bool          `json:"isCustomsDeclarable"`
	IsDTPRequested              bool          `json:"isDTPRequested"`
	IsInsuranceRequested        bool          `json:"isInsuranceRequested"`
	GetCostBreakdown            bool          `json:"getCostBreakdown"`
	ShipmentPurpose             string        `json:"shipmentPurpose"`
	TransportationMode          string        `json:"transportationMode"`
	MerchantSelectedCarrierName string        `json:"merchantSelectedCarrierName"`
	Packages                    []parcel      `json:"packages"`
	Items                       []landedGoods `json:"items"`
}

type landedGoods struct {
	Number                  int         `json:"number"`
	Description             string      `json:"description"`
	ManufacturerCountry     string      `json:"manufacturerCountry"`
	PartNumber              string      `json:"partNumber,omitempty"`
	Quantity                int         `json:"quantity"`
	UnitPrice               json.Number `json:"unitPrice"`
	UnitPriceCurrencyCode   string      `json:"unitPriceCurrencyCode"`
	CommodityCode           string      `json:"commodityCode"`
	Weight                  json.Number `json:"weight,omitempty"`
	WeightUnitOfMeasurement string      `json:"weightUnitOfMeasurement,omitempty"`
}

type landedItem struct {
	Breakdown []breakdownLine `json:"breakdown"`
}

type pickupRequest struct {
	PlannedPickupDateAndTime string         `json:"plannedPickupDateAndTime"`
	CloseTime                string         `json:"closeTime,omitempty"`
	Location                 string         `json:"location,omitempty"`
	LocationType             string         `json:"locationType"`
	Accounts                 []account      `json:"accounts"`
	SpecialInstructions      []textValue    `json:"specialInstructions,omitempty"`
	CustomerDetails          pickupParties  `json:"customerDetails"`
	ShipmentDetails          []pickupParcel `json:"shipmentDetails"`
}

type pickupParties struct {
	ShipperDetails party `json:"shipperDetails"`
}

type pickupParcel struct {
	ProductCode            string   `json:"productCode"`
	IsCustomsDeclarable    bool     `json:"isCustomsDeclarable"`
	UnitOfMeasurement      string   `json:"unitOfMeasurement"`
	ShipmentTrackingNumber string   `json:"shipmentTrackingNumber,omitempty"`
	Packages               []parcel `json:"packages"`
}

type pickupReply struct {
	DispatchConfirmationNumbers []string `json:"dispatchConfirmationNumbers"`
	NextPickupDate              string   `json:"nextPickupDate"`
	Warnings                    []string `json:"warnings"`
}

type textValue struct {
	Value string `json:"value"`
}

type typedValue struct {
	Value    string `json:"value"`
	TypeCode string `json:"typeCode,omitempty"`
}

// problem is a refusal. status is a string of the HTTP status; an official sample of a 500 has
// code in its place.
type problem struct {
	Detail            string   `json:"detail"`
	Title             string   `json:"title"`
	Message           string   `json:"message"`
	AdditionalDetails []string `json:"additionalDetails"`
	Status            string   `json:"status"`
	Code              string   `json:"code"`
}
