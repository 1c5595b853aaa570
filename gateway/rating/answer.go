// Package rating compares channels: it asks every eligible one at once, waits no longer
// than the caller's deadline, and completes the answers (currency, order, choices).
package rating

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/fx"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Request is a rate request as it came in.
type Request struct {
	normalize.Shipment
	Currency   string   `json:"currency,omitempty" maxLength:"3" doc:"ISO 4217; that of the order's value, else of the items, when absent"`
	Channels   []string `json:"channels,omitempty" maxItems:"200"`
	Accounts   []string `json:"accounts,omitempty" maxItems:"50" doc:"Picks among several carrier accounts of one adapter"`
	DeadlineMS int      `json:"deadline_ms,omitempty" minimum:"100" maximum:"30000" doc:"2500 when absent"`
	Explain    bool     `json:"explain,omitempty" doc:"Adds what each rule of the platform saw"`
}

// The statuses of an answer.
const (
	StatusComplete = "complete"
	StatusPartial  = "partial"
	StatusFailed   = "failed"
)

// Answer is what came of a request.
type Answer struct {
	ID          string             `json:"id"`
	Status      string             `json:"status" enum:"complete,partial,failed"`
	Rates       []Rate             `json:"rates"`
	Unavailable []Unavailable      `json:"unavailable"`
	Mandates    []mandates.Mandate `json:"mandates"`
	Recommended Recommended        `json:"recommended"`
	ExpiresAt   time.Time          `json:"expires_at"`
	Trace       []mandates.Trace   `json:"trace,omitempty" doc:"What each rule of the platform saw, with explain"`

	encoded []byte
}

// Encoded is the answer as JSON, which was made already when the answer was stored.
func (a *Answer) Encoded() ([]byte, error) {
	if a.encoded != nil {
		return a.encoded, nil
	}
	return json.Marshal(a)
}

// Rate is a priced offer in the asked currency, with the carrier's own beside it.
type Rate struct {
	ID               string                     `json:"id"`
	Channel          string                     `json:"channel"`
	Carrier          string                     `json:"carrier"`
	Service          string                     `json:"service"`
	Account          string                     `json:"account"`
	Total            normalize.Money            `json:"total"`
	Charges          []Charge                   `json:"charges"`
	CarrierTotal     normalize.Money            `json:"carrier_total"`
	ListTotal        normalize.Money            `json:"list_total,omitzero"`
	TaxTreatment     string                     `json:"tax_treatment,omitempty" enum:"included,excluded,exempt,unknown"`
	FX               *fx.Rate                   `json:"fx" null:"true"`
	LandedCost       *LandedCost                `json:"landed_cost" null:"true"`
	ChargeableWeight normalize.Weight           `json:"chargeable_weight" null:"true"`
	DimDivisor       Number                     `json:"dim_divisor" null:"true" doc:"cm³ per kg"`
	Transit          Transit                    `json:"transit"`
	Observed         *Observed                  `json:"observed" null:"true"`
	Mandate          *mandates.Verdict          `json:"mandate" null:"true"`
	Source           string                     `json:"source" enum:"live,cached,rate_card"`
	FallbackFor      string                     `json:"fallback_for,omitempty"`
	ExpiresAt        time.Time                  `json:"expires_at"`
	Warnings         []normalize.Warning        `json:"warnings,omitempty"`
	Handover         []normalize.HandoverChoice `json:"handover,omitempty"`
}

// Transit is how long carriage takes. What nobody knows is null.
type Transit struct {
	DaysMin       Number `json:"days_min" null:"true"`
	DaysMax       Number `json:"days_max" null:"true"`
	BusinessDays  bool   `json:"business_days"`
	DeliverBy     Day    `json:"deliver_by" format:"date" null:"true"`
	Guaranteed    bool   `json:"guaranteed,omitempty"`
	DeliverBefore string `json:"deliver_before,omitempty" doc:"Hour at the destination, 12:00"`
	HandoverBy    string `json:"handover_by,omitempty"`
}

// Number is a whole number of which 0 is "not said", and null in JSON.
type Number int64

// MarshalJSON writes null for 0.
func (n Number) MarshalJSON() ([]byte, error) {
	if n == 0 {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(n), 10), nil
}

// Day is a calendar day of which the empty one is "not said", and null in JSON.
type Day string

// MarshalJSON writes null for the empty day.
func (d Day) MarshalJSON() ([]byte, error) {
	if d == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(d))
}

// Charge is one line of a rate; amounts sum exactly to total, carrier amounts to carrier_total.
type Charge struct {
	Type          string          `json:"type" enum:"freight,registration,fuel,remote_area,peak,oversize,handling,insurance,duty,vat,clearance,platform_fee,discount,tax,pickup,option,other"`
	Name          string          `json:"name,omitempty"`
	Amount        normalize.Money `json:"amount"`
	CarrierAmount normalize.Money `json:"carrier_amount"`
}

// LandedCost is the total with duties, taxes, clearance and known penalties.
type LandedCost struct {
	Total normalize.Money `json:"total"`
	Lines []LandedLine    `json:"lines"`
	Taxes string          `json:"taxes" enum:"covered,unknown"`
}

// LandedLine is one line on top of the carriage.
type LandedLine struct {
	Type   string          `json:"type"`
	Amount normalize.Money `json:"amount"`
	Basis  string          `json:"basis,omitempty"`
	Rule   string          `json:"rule,omitempty"`
	Payer  string          `json:"payer,omitempty"`
}

// Observed is what the lane showed in the past.
type Observed struct {
	Lane    string `json:"lane"`
	Parcels int    `json:"parcels"`
	P50Days string `json:"p50_days"`
	P90Days string `json:"p90_days"`
	OnTime  string `json:"on_time"`
}

// Unavailable is a channel that gave no rate, and why.
type Unavailable struct {
	Channel        string `json:"channel"`
	Code           string `json:"code"`
	Message        string `json:"message"`
	Retryable      bool   `json:"retryable"`
	RetryAfterMS   int64  `json:"retry_after_ms,omitempty"`
	Pointer        string `json:"pointer,omitempty" doc:"RFC 6901, where a field of the request is the reason"`
	CarrierCode    string `json:"carrier_code,omitempty"`
	CarrierMessage string `json:"carrier_message,omitempty"`
}

// Recommended are ids of rates; a choice that does not exist is null.
type Recommended struct {
	Cheapest *string `json:"cheapest" null:"true"`
	Fastest  *string `json:"fastest" null:"true"`
	Best     *string `json:"best" null:"true"`
}
