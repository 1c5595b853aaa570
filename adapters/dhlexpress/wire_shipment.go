package dhlexpress

import "encoding/json"

// shipmentRequest is the body of POST /shipments.
type shipmentRequest struct {
	PlannedShippingDateAndTime string         `json:"plannedShippingDateAndTime"`
	Pickup                     pickup         `json:"pickup"`
	ProductCode                string         `json:"productCode"`
	LocalProductCode           string         `json:"localProductCode,omitempty"`
	Accounts                   []account      `json:"accounts"`
	ValueAddedServices         []valueAdded   `json:"valueAddedServices,omitempty"`
	OutputImageProperties      output         `json:"outputImageProperties"`
	CustomerReferences         []typedValue   `json:"customerReferences"`
	CustomerDetails            parties        `json:"customerDetails"`
	Content                    content        `json:"content"`
	ShipmentNotification       []notification `json:"shipmentNotification,omitempty"`
}

type pickup struct {
	IsRequested         bool        `json:"isRequested"`
	CloseTime           string      `json:"closeTime,omitempty"`
	Location            string      `json:"location,omitempty"`
	SpecialInstructions []textValue `json:"specialInstructions,omitempty"`
	PickupDetails       *party      `json:"pickupDetails,omitempty"`
}

type output struct {
	PrinterDPI     int     `json:"printerDPI,omitempty"`
	EncodingFormat string  `json:"encodingFormat"`
	ImageOptions   []image `json:"imageOptions"`
}

type image struct {
	TypeCode     string `json:"typeCode"`
	TemplateName string `json:"templateName,omitempty"`
	IsRequested  *bool  `json:"isRequested,omitempty"`
	InvoiceType  string `json:"invoiceType,omitempty"`
}

type parties struct {
	ShipperDetails  party  `json:"shipperDetails"`
	ReceiverDetails party  `json:"receiverDetails"`
	ImporterDetails *party `json:"importerDetails,omitempty"`
}

type party struct {
	PostalAddress       postalAddress  `json:"postalAddress"`
	ContactInformation  contact        `json:"contactInformation"`
	RegistrationNumbers []registration `json:"registrationNumbers,omitempty"`
	TypeCode            string         `json:"typeCode,omitempty"`
}

type postalAddress struct {
	PostalCode   string `json:"postalCode"`
	CityName     string `json:"cityName"`
	CountryCode  string `json:"countryCode"`
	ProvinceCode string `json:"provinceCode,omitempty"`
	AddressLine1 string `json:"addressLine1"`
	AddressLine2 string `json:"addressLine2,omitempty"`
	AddressLine3 string `json:"addressLine3,omitempty"`
	CountyName   string `json:"countyName,omitempty"`
	ProvinceName string `json:"provinceName,omitempty"`
}

type contact struct {
	Email       string `json:"email,omitempty"`
	Phone       string `json:"phone"`
	CompanyName string `json:"companyName"`
	FullName    string `json:"fullName"`
}

type registration struct {
	TypeCode          string `json:"typeCode"`
	Number            string `json:"number"`
	IssuerCountryCode string `json:"issuerCountryCode"`
}

type content struct {
	Packages              []parcel     `json:"packages"`
	IsCustomsDeclarable   bool         `json:"isCustomsDeclarable"`
	DeclaredValue         json.Number  `json:"declaredValue,omitempty"`
	DeclaredValueCurrency string       `json:"declaredValueCurrency,omitempty"`
	ExportDeclaration     *declaration `json:"exportDeclaration,omitempty"`
	Description           string       `json:"description"`
	USFilingTypeValue     string       `json:"USFilingTypeValue,omitempty"`
	Incoterm              string       `json:"incoterm"`
	UnitOfMeasurement     string       `json:"unitOfMeasurement"`
}

type declaration struct {
	LineItems        []lineItem   `json:"lineItems"`
	Invoice          invoice      `json:"invoice"`
	Remarks          []textValue  `json:"remarks,omitempty"`
	ExportReason     string       `json:"exportReason,omitempty"`
	ExportReasonType string       `json:"exportReasonType"`
	ShipmentType     string       `json:"shipmentType"`
	Licenses         []typedValue `json:"licenses,omitempty"`
}

type lineItem struct {
	Number              int          `json:"number"`
	Description         string       `json:"description"`
	Price               json.Number  `json:"price"`
	Quantity            quantity     `json:"quantity"`
	CommodityCodes      []typedValue `json:"commodityCodes,omitempty"`
	ManufacturerCountry string       `json:"manufacturerCountry"`
	Weight              lineWeight   `json:"weight"`
	CustomerReferences  []typedValue `json:"customerReferences,omitempty"`
}

type quantity struct {
	Value             int    `json:"value"`
	UnitOfMeasurement string `json:"unitOfMeasurement"`
}

// lineWeight holds totals of the line, not of one unit.
type lineWeight struct {
	NetValue   json.Number `json:"netValue,omitempty"`
	GrossValue json.Number `json:"grossValue,omitempty"`
}

type invoice struct {
	Number string `json:"number"`
	Date   string `json:"date"`
}

type notification struct {
	TypeCode     string `json:"typeCode"`
	ReceiverID   string `json:"receiverId"`
	LanguageCode string `json:"languageCode"`
}

// shipmentReply answers POST /shipments. trackingUrl is left out: it is the API's own and asks
// for a password.
type shipmentReply struct {
	ShipmentTrackingNumber     string           `json:"shipmentTrackingNumber"`
	DispatchConfirmationNumber string           `json:"dispatchConfirmationNumber"`
	Packages                   []bookedParcel   `json:"packages"`
	Documents                  []document       `json:"documents"`
	ShipmentCharges            []shipmentCharge `json:"shipmentCharges"`
	Warnings                   []string         `json:"warnings"`
}

type bookedParcel struct {
	TrackingNumber string     `json:"trackingNumber"`
	Documents      []document `json:"documents"`
}

type document struct {
	ImageFormat    string `json:"imageFormat"`
	EncodingFormat string `json:"encodingFormat"` // of a document that is fetched later
	Content        string `json:"content"`
	TypeCode       string `json:"typeCode"`
	// PackageReferenceNumber counts from 1 where labels are split by piece.
	PackageReferenceNumber json.Number `json:"packageReferenceNumber"`
}

type shipmentCharge struct {
	CurrencyType     string      `json:"currencyType"`
	PriceCurrency    string      `json:"priceCurrency"`
	Price            json.Number `json:"price"`
	ServiceBreakdown []struct {
		Name     string      `json:"name"`
		Price    json.Number `json:"price"`
		TypeCode string      `json:"typeCode"`
	} `json:"serviceBreakdown"`
}

type documentsReply struct {
	Documents []document `json:"documents"`
}

type trackingReply struct {
	Shipments []trackedShipment `json:"shipments"`
}

type trackedShipment struct {
	ShipmentTrackingNumber string         `json:"shipmentTrackingNumber"`
	ShipperDetails         trackedParty   `json:"shipperDetails"`
	ReceiverDetails        trackedParty   `json:"receiverDetails"`
	ShipperReferences      []typedValue   `json:"shipperReferences"`
	Events                 []scan         `json:"events"`
	Pieces                 []trackedPiece `json:"pieces"`
	EstimatedDeliveryDate  string         `json:"estimatedDeliveryDate"`
}

type trackedParty struct {
	PostalAddress struct {
		CountryCode string `json:"countryCode"`
	} `json:"postalAddress"`
}

type trackedPiece struct {
	TrackingNumber string `json:"trackingNumber"`
	Events         []scan `json:"events"`
}

type scan struct {
	Date        string `json:"date"`
	Time        string `json:"time"`
	GMTOffset   string `json:"GMTOffset"`
	TypeCode    string `json:"typeCode"`
	Description string `json:"description"`
	ServiceArea []struct {
		Code        string `json:"code"`
		Description string `json:"description"`
	} `json:"serviceArea"`
	SignedBy string `json:"signedBy"`
}
