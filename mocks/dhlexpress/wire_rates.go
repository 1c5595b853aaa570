package dhlexpress

// Answers of the rating calls. Source: OpenAPI 3.1.1, schemas …Rates and …Products.

type ratesAnswer struct {
	Products      []ratedProduct `json:"products"`
	ExchangeRates []exchangeRate `json:"exchangeRates,omitempty"`
	Warnings      []string       `json:"warnings,omitempty"`
}

type ratedProduct struct {
	ProductName         string               `json:"productName"`
	ProductCode         string               `json:"productCode"`
	LocalProductCode    string               `json:"localProductCode"`
	LocalCountryCode    string               `json:"localProductCountryCode"`
	NetworkTypeCode     string               `json:"networkTypeCode"`
	IsCustomerAgreement bool                 `json:"isCustomerAgreement"`
	Weight              ratedWeight          `json:"weight"`
	TotalPrice          []totalPrice         `json:"totalPrice,omitempty"`
	TotalPriceBreakdown []totalBreakdown     `json:"totalPriceBreakdown,omitempty"`
	DetailedBreakdown   []detailedBreakdown  `json:"detailedPriceBreakdown,omitempty"`
	Breakdown           []breakdownLine      `json:"breakdown,omitempty"` // of /products
	Pickup              pickupCapabilities   `json:"pickupCapabilities"`
	Delivery            deliveryCapabilities `json:"deliveryCapabilities"`
	PricingDate         string               `json:"pricingDate,omitempty"`
}

type ratedWeight struct {
	Volumetric        milli  `json:"volumetric"`
	Provided          milli  `json:"provided"`
	UnitOfMeasurement string `json:"unitOfMeasurement"`
}

type totalPrice struct {
	CurrencyType  string  `json:"currencyType,omitempty"`
	PriceCurrency string  `json:"priceCurrency"`
	Price         decimal `json:"price"`
}

type totalBreakdown struct {
	CurrencyType   string      `json:"currencyType"`
	PriceCurrency  string      `json:"priceCurrency"`
	PriceBreakdown []typedCost `json:"priceBreakdown"`
}

// typedCost codes: STTXA total tax, SPRQT net price of the product.
type typedCost struct {
	TypeCode string  `json:"typeCode"`
	Price    decimal `json:"price"`
}

type detailedBreakdown struct {
	CurrencyType  string          `json:"currencyType,omitempty"`
	PriceCurrency string          `json:"priceCurrency"`
	Breakdown     []breakdownLine `json:"breakdown"`
}

// breakdownLine without a price is a service that could be asked for, not a charge.
type breakdownLine struct {
	Name                string     `json:"name"`
	ServiceCode         string     `json:"serviceCode,omitempty"`
	LocalServiceCode    string     `json:"localServiceCode,omitempty"`
	TypeCode            string     `json:"typeCode,omitempty"`
	ServiceTypeCode     string     `json:"serviceTypeCode,omitempty"`
	Price               *decimal   `json:"price,omitempty"`
	PriceCurrency       string     `json:"priceCurrency,omitempty"`
	IsCustomerAgreement *bool      `json:"isCustomerAgreement,omitempty"`
	IsMarketedService   *bool      `json:"isMarketedService,omitempty"`
	PriceBreakdown      []taxShare `json:"priceBreakdown,omitempty"`
	TariffRateFormula   string     `json:"tariffRateFormula,omitempty"`
}

type taxShare struct {
	PriceType string  `json:"priceType"`
	TypeCode  string  `json:"typeCode"`
	Price     decimal `json:"price"`
	Rate      decimal `json:"rate"`
	BasePrice decimal `json:"basePrice"`
}

type pickupCapabilities struct {
	NextBusinessDay      bool   `json:"nextBusinessDay"`
	LocalCutoff          string `json:"localCutoffDateAndTime"`
	PickupEarliest       string `json:"pickupEarliest"`
	PickupLatest         string `json:"pickupLatest"`
	SameDayCutoff        string `json:"pickupCutoffSameDayOutboundProcessing,omitempty"`
	OriginServiceArea    string `json:"originServiceAreaCode"`
	OriginFacility       string `json:"originFacilityAreaCode"`
	PickupAdditionalDays int    `json:"pickupAdditionalDays"`
	PickupDayOfWeek      int    `json:"pickupDayOfWeek"`
}

type deliveryCapabilities struct {
	DeliveryTypeCode       string `json:"deliveryTypeCode"`
	EstimatedDelivery      string `json:"estimatedDeliveryDateAndTime,omitempty"`
	DestinationServiceArea string `json:"destinationServiceAreaCode"`
	DestinationFacility    string `json:"destinationFacilityAreaCode"`
	DeliveryAdditionalDays int    `json:"deliveryAdditionalDays"`
	DeliveryDayOfWeek      int    `json:"deliveryDayOfWeek"`
	TotalTransitDays       int    `json:"totalTransitDays"`
}

type exchangeRate struct {
	CurrentExchangeRate decimal6 `json:"currentExchangeRate"`
	Currency            string   `json:"currency"`
	BaseCurrency        string   `json:"baseCurrency"`
}

// decimal6 is millionths.
type decimal6 int64

// MarshalJSON writes a plain number.
func (d decimal6) MarshalJSON() ([]byte, error) { return []byte(fixed(int64(d), 6)), nil }
