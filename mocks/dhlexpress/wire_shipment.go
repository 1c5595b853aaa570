package dhlexpress

import "encoding/json"

// The parts of POST /shipments that the simulator acts on. The schema has checked the rest.
type shipmentRequest struct {
	Planned               string           `json:"plannedShippingDateAndTime"`
	Pickup                pickupWish       `json:"pickup"`
	ProductCode           string           `json:"productCode"`
	GetRateEstimates      bool             `json:"getRateEstimates"`
	Accounts              []accountRequest `json:"accounts"`
	ValueAddedServices    []serviceRequest `json:"valueAddedServices"`
	Output                outputProperties `json:"outputImageProperties"`
	CustomerReferences    []reference      `json:"customerReferences"`
	CustomerDetails       shipmentParties  `json:"customerDetails"`
	Content               content          `json:"content"`
	DocumentImages        []documentImage  `json:"documentImages"`
	EstimatedDeliveryDate struct {
		IsRequested bool   `json:"isRequested"`
		TypeCode    string `json:"typeCode"`
	} `json:"estimatedDeliveryDate"`
	GetAdditionalInformation []struct {
		TypeCode    string `json:"typeCode"`
		IsRequested bool   `json:"isRequested"`
	} `json:"getAdditionalInformation"`
}

type pickupWish struct {
	IsRequested bool   `json:"isRequested"`
	CloseTime   string `json:"closeTime"`
}

type outputProperties struct {
	EncodingFormat string `json:"encodingFormat"`
	ImageOptions   []struct {
		TypeCode     string `json:"typeCode"`
		TemplateName string `json:"templateName"`
		IsRequested  *bool  `json:"isRequested"`
		InvoiceType  string `json:"invoiceType"`
	} `json:"imageOptions"`
	AllInOne bool `json:"allDocumentsInOneImage"`
	Split    bool `json:"splitDocumentsByPages"`
}

type reference struct {
	Value    string `json:"value"`
	TypeCode string `json:"typeCode,omitempty"`
}

type shipmentParties struct {
	Shipper  partyRequest `json:"shipperDetails"`
	Receiver partyRequest `json:"receiverDetails"`
}

type partyRequest struct {
	PostalAddress struct {
		place
		Province     string `json:"provinceCode"`
		AddressLine1 string `json:"addressLine1"`
		AddressLine2 string `json:"addressLine2"`
		AddressLine3 string `json:"addressLine3"`
	} `json:"postalAddress"`
	Contact struct {
		Phone       string `json:"phone"`
		CompanyName string `json:"companyName"`
		FullName    string `json:"fullName"`
	} `json:"contactInformation"`
}

// lines are the address as a label shows it.
func (p partyRequest) lines() []string {
	a := p.PostalAddress
	return []string{p.Contact.CompanyName, p.Contact.FullName, a.AddressLine1, a.AddressLine2, a.AddressLine3,
		a.PostalCode + " " + a.CityName + " " + a.Province, a.CountryCode, p.Contact.Phone}
}

type content struct {
	Packages              []shippedPiece `json:"packages"`
	IsCustomsDeclarable   bool           `json:"isCustomsDeclarable"`
	DeclaredValue         *json.Number   `json:"declaredValue"`
	DeclaredValueCurrency string         `json:"declaredValueCurrency"`
	ExportDeclaration     *declaration   `json:"exportDeclaration"`
	Description           string         `json:"description"`
	Incoterm              string         `json:"incoterm"`
	UnitOfMeasurement     string         `json:"unitOfMeasurement"`
}

type shippedPiece struct {
	packageRequest
	CustomerReferences []reference `json:"customerReferences"`
	ReferenceNumber    json.Number `json:"referenceNumber"`
	Description        string      `json:"description"`
}

type declaration struct {
	LineItems []lineItem `json:"lineItems"`
	Invoice   *struct {
		Number string `json:"number"`
		Date   string `json:"date"`
	} `json:"invoice"`
	AdditionalCharges []struct {
		Value json.Number `json:"value"`
	} `json:"additionalCharges"`
}

type lineItem struct {
	Number      json.Number `json:"number"`
	Description string      `json:"description"`
	Price       json.Number `json:"price"`
	Quantity    struct {
		Value             json.Number `json:"value"`
		UnitOfMeasurement string      `json:"unitOfMeasurement"`
	} `json:"quantity"`
	CommodityCodes []struct {
		TypeCode string `json:"typeCode"`
		Value    string `json:"value"`
	} `json:"commodityCodes"`
	ManufacturerCountry string `json:"manufacturerCountry"`
	Weight              struct {
		NetValue   *json.Number `json:"netValue"`
		GrossValue *json.Number `json:"grossValue"`
	} `json:"weight"`
}

type documentImage struct {
	TypeCode    string `json:"typeCode"`
	ImageFormat string `json:"imageFormat"`
	Content     string `json:"content"`
}

// shipmentAnswer is the 201. Source: schema …CreateShipmentResponse.
type shipmentAnswer struct {
	URL               string                 `json:"url"`
	TrackingNumber    string                 `json:"shipmentTrackingNumber,omitempty"`
	CancelPickupURL   string                 `json:"cancelPickupUrl,omitempty"`
	TrackingURL       string                 `json:"trackingUrl,omitempty"`
	DispatchNumber    string                 `json:"dispatchConfirmationNumber,omitempty"`
	Packages          []packageAnswer        `json:"packages,omitempty"`
	Documents         []document             `json:"documents,omitempty"`
	ShipmentDetails   []shipmentDetails      `json:"shipmentDetails,omitempty"`
	ShipmentCharges   []shipmentCharge       `json:"shipmentCharges,omitempty"`
	BarcodeInfo       *barcodeInfo           `json:"barcodeInfo,omitempty"`
	EstimatedDelivery *estimatedDeliveryDate `json:"estimatedDeliveryDate,omitempty"`
	Warnings          []string               `json:"warnings,omitempty"`
}

type packageAnswer struct {
	ReferenceNumber  int64  `json:"referenceNumber"`
	TrackingNumber   string `json:"trackingNumber"`
	TrackingURL      string `json:"trackingUrl"`
	VolumetricWeight milli  `json:"volumetricWeight"`
}

type document struct {
	ImageFormat string `json:"imageFormat"`
	Content     string `json:"content"` // base64
	TypeCode    string `json:"typeCode"`
}

type shipmentDetails struct {
	VolumetricWeight milli          `json:"volumetricWeight"`
	BillingCode      string         `json:"billingCode"`
	ProductShortName string         `json:"productShortName"`
	Pickup           *pickupDetails `json:"pickupDetails,omitempty"`
}

type pickupDetails struct {
	LocalCutoff          string `json:"localCutoffDateAndTime"`
	PickupEarliest       string `json:"pickupEarliest"`
	PickupLatest         string `json:"pickupLatest"`
	TotalTransitDays     string `json:"totalTransitDays"`
	PickupAdditionalDays string `json:"pickupAdditionalDays"`
	PickupDayOfWeek      string `json:"pickupDayOfWeek"`
	DeliveryDayOfWeek    string `json:"deliveryDayOfWeek"`
}

type shipmentCharge struct {
	CurrencyType     string          `json:"currencyType"`
	PriceCurrency    string          `json:"priceCurrency"`
	Price            decimal         `json:"price"`
	ServiceBreakdown []serviceCharge `json:"serviceBreakdown"`
}

type serviceCharge struct {
	Name     string  `json:"name"`
	Price    decimal `json:"price"`
	TypeCode string  `json:"typeCode,omitempty"`
}

type barcodeInfo struct {
	Shipment string         `json:"shipmentIdentificationNumberBarcodeContent"`
	Pieces   []pieceBarcode `json:"trackingNumberBarcodes"`
}

type pieceBarcode struct {
	ReferenceNumber int64  `json:"referenceNumber"`
	Content         string `json:"trackingNumberBarcodeContent"`
}

type estimatedDeliveryDate struct {
	Date string `json:"estimatedDeliveryDate"`
	Type string `json:"estimatedDeliveryType"`
}
