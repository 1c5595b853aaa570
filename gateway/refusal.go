// Package gateway holds what its parts share. Each concern is a folder of its own, named
// for what it decides: accounts, channels, rating, purchase, trackers, inbox, inbound …
package gateway

import (
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Code is the stable word of a refusal of our own; a carrier's failure has its Kind instead.
type Code string

// The codes of our own refusals.
const (
	CodeMalformed         Code = "malformed"
	CodeKeyRequired       Code = "idempotency_key_required"
	CodeUnauthenticated   Code = "unauthenticated"
	CodeForbidden         Code = "forbidden"
	CodeNotFound          Code = "not_found"
	CodeInProgress        Code = "in_progress"
	CodeStateConflict     Code = "state_conflict"
	CodeRateExpired       Code = "rate_expired"
	CodeTooLarge          Code = "too_large"
	CodeUnsupportedMedia  Code = "unsupported_media_type"
	CodeInvalidRequest    Code = "invalid_request"
	CodeKeyReused         Code = "idempotency_key_reused"
	CodeMandateViolation  Code = "mandate_violation"
	CodeRateMismatch      Code = "rate_mismatch"
	CodeUnsupported       Code = "unsupported"
	CodeSpendingLimit     Code = "spending_limit"
	CodeTooManyRequests   Code = "too_many_requests"
	CodeOverloaded        Code = "overloaded"
	CodeInternal          Code = "internal"
	CodeStoreUnavailable  Code = "store_unavailable"
	CodeDeadlineExceeded  Code = "deadline_exceeded"
	CodeMethodNotAllowed  Code = "method_not_allowed"
	CodeNotAcceptable     Code = "not_acceptable"
	CodeIrreversibleNeeds Code = "confirmation_required"
)

// Refusal is a request that was not carried out, with what the caller must know. Either
// Code is set, or Carrier where a carrier spoke.
type Refusal struct {
	Code       Code
	Detail     string
	Fields     normalize.FieldErrors
	RetryAfter time.Duration
	Channel    string
	Carrier    *normalize.Error
	// Label is the label that the refusal is about, in its API form.
	Label any
}

// Error is the detail, with the fields at fault.
func (r *Refusal) Error() string {
	switch {
	case r.Detail != "":
		return r.Detail
	case len(r.Fields) > 0:
		return r.Fields.Error()
	case r.Carrier != nil:
		return r.Carrier.Error()
	default:
		return string(r.Code)
	}
}

// Unwrap gives the carrier's failure.
func (r *Refusal) Unwrap() error {
	if r.Carrier == nil {
		return nil
	}
	return r.Carrier
}

// Refuse makes a refusal of our own.
func Refuse(code Code, detail string) *Refusal { return &Refusal{Code: code, Detail: detail} }

// RefuseField makes an invalid_request, or another code, that names one field.
func RefuseField(code Code, pointer, detail string) *Refusal {
	return &Refusal{Code: code, Detail: detail, Fields: normalize.FieldErrors{{Pointer: pointer, Detail: detail}}}
}

// NotFound is the answer for what is not there, and for what is another tenant's.
func NotFound(what string) *Refusal { return Refuse(CodeNotFound, "no such "+what) }
