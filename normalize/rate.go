package normalize

import "time"

// RateRequest asks one carrier account for prices.
type RateRequest struct {
	Shipment Shipment
	// Services are those of the adapter that are wanted, by our names ("tracked"). The
	// answer holds each of them at most once.
	Services []string
}

// ChargeType says what a charge is for; the words are those of the API.
type ChargeType string

// The charges of a rate. ChargeTax is on the carriage itself, duty and VAT on the goods.
const (
	ChargeFreight      ChargeType = "freight"
	ChargeRegistration ChargeType = "registration"
	ChargeFuel         ChargeType = "fuel"
	ChargeRemoteArea   ChargeType = "remote_area"
	ChargePeak         ChargeType = "peak"
	ChargeOversize     ChargeType = "oversize"
	ChargeHandling     ChargeType = "handling"
	ChargeInsurance    ChargeType = "insurance"
	ChargeDuty         ChargeType = "duty"
	ChargeVAT          ChargeType = "vat"
	ChargeClearance    ChargeType = "clearance"
	ChargePlatformFee  ChargeType = "platform_fee"
	ChargeDiscount     ChargeType = "discount"
	ChargeTax          ChargeType = "tax"
	ChargePickup       ChargeType = "pickup"
	ChargeOption       ChargeType = "option"
	ChargeOther        ChargeType = "other"
)

// Charge is one line of a price, in the carrier's currency.
type Charge struct {
	Type   ChargeType
	Name   string // the carrier's own words
	Amount Money
}

// Transit is how long carriage takes.
type Transit struct {
	DaysMin       int    `json:"days_min,omitempty"`
	DaysMax       int    `json:"days_max,omitempty"`
	BusinessDays  bool   `json:"business_days"`
	DeliverBy     Date   `json:"deliver_by,omitempty"`
	Guaranteed    bool   `json:"guaranteed,omitempty"`
	DeliverBefore string `json:"deliver_before,omitempty" doc:"Hour at the destination, 12:00"`
	HandoverBy    string `json:"handover_by,omitempty"`
}

// Warning tells of something that does not stop the shipment.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// HandoverChoice is a way of handing over that comes with a rate.
type HandoverChoice struct {
	Method  string         `json:"method"`
	Point   string         `json:"point,omitempty"`
	Name    string         `json:"name,omitempty"`
	Address *Address       `json:"address,omitempty"`
	Slots   []HandoverSlot `json:"slots,omitempty"`
}

// HandoverSlot is a span in which the carrier collects.
type HandoverSlot struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Rate is a carrier's price for one service, in the carrier's currency. Charges sum to Total.
type Rate struct {
	Service     string // our name of the service, "tracked"
	ServiceName string // the carrier's own name of it
	Charges     []Charge
	Total       Money
	ListTotal   Money // the public price beside the account's, zero where not told
	// TaxTreatment: included, excluded, exempt or unknown: whether Total holds the tax on carriage.
	TaxTreatment     string
	ChargeableWeight Weight
	DimDivisor       int64 // cm³ per kg, 0 where the carrier told none
	Transit          Transit
	ExpiresAt        time.Time // the carrier's own word, zero where it has none
	Warnings         []Warning
	Handover         []HandoverChoice
	// CarrierData are the carrier's own words that a purchase of this rate needs again
	// (a product code, a solution id). Never a secret, never an address.
	CarrierData map[string]string
	// Unavailable is set where the carrier names a reason why it does not offer this one
	// service, while others of the answer are fine; then only Service is set beside it.
	Unavailable *Error
}

// LandedCost is duties, taxes and clearance on top of the carriage.
type LandedCost struct {
	Lines []LandedLine
}

// LandedLine is one line of it, in the currency the carrier named.
type LandedLine struct {
	Type   ChargeType
	Name   string
	Amount Money
}
