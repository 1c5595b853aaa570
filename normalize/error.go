package normalize

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is the one thing that callers may act on; the same word is `code` in the API, the
// log and the metric.
type Kind string

// The kinds of a carrier's failure. See the package's documentation of Certainty for what
// each means after a write.
const (
	KindInvalidRequest    Kind = "invalid_request"
	KindNotServiceable    Kind = "not_serviceable"
	KindProhibitedGoods   Kind = "prohibited_goods"
	KindUnsupported       Kind = "unsupported"
	KindNotFound          Kind = "not_found"
	KindDuplicate         Kind = "duplicate"
	KindInsufficientFunds Kind = "insufficient_funds"
	KindRejected          Kind = "rejected"
	KindAuthFailed        Kind = "auth_failed"
	KindRateLimited       Kind = "rate_limited"
	KindCircuitOpen       Kind = "circuit_open"
	KindTimeout           Kind = "timeout"
	KindUnavailable       Kind = "unavailable"
	KindBadResponse       Kind = "bad_response"
	KindOutcomeUnknown    Kind = "outcome_unknown"
)

// Kinds are all of them, in the order of the table in the documentation.
func Kinds() []Kind {
	return []Kind{KindInvalidRequest, KindNotServiceable, KindProhibitedGoods, KindUnsupported,
		KindNotFound, KindDuplicate, KindInsufficientFunds, KindRejected, KindAuthFailed,
		KindRateLimited, KindCircuitOpen, KindTimeout, KindUnavailable, KindBadResponse, KindOutcomeUnknown}
}

// Certainty is what a failed write means for the purchase.
type Certainty int

// Unknown is the default: only a documented refusal proves that nothing was bought.
const (
	Unknown Certainty = iota
	NotBought
	Bought
)

// AfterWrite tells what a failure of this kind means when the call would have committed money.
func (k Kind) AfterWrite() Certainty {
	switch k {
	case KindInvalidRequest, KindNotServiceable, KindProhibitedGoods, KindUnsupported, KindNotFound,
		KindInsufficientFunds, KindRejected, KindAuthFailed, KindRateLimited, KindCircuitOpen:
		return NotBought
	case KindDuplicate:
		return Bought
	default:
		return Unknown
	}
}

// Retryable tells whether the same request may succeed later.
func (k Kind) Retryable() bool {
	switch k {
	case KindRateLimited, KindCircuitOpen, KindTimeout, KindUnavailable, KindBadResponse:
		return true
	}
	return false
}

// Error is a carrier's failure in our words, with the carrier's own beside them.
type Error struct {
	Kind       Kind
	Carrier    string // the adapter's code
	Op         string // rate, label, track …
	Service    string // where only one service is concerned
	Code       string // the carrier's code as sent
	Message    string // ours, or the carrier's; redacted, at most a few hundred bytes
	CarrierMsg string // the carrier's own words, at most 200 bytes, redacted
	Status     int    // the HTTP status, 0 where there was none
	RetryAfter time.Duration
	Field      string // RFC 6901 pointer into the request, where a field is at fault
	// NotSent says that no byte of the committing request left us.
	NotSent bool
	Err     error
}

// Error names carrier, operation and kind; it holds no address, name or secret.
func (e *Error) Error() string {
	var b strings.Builder
	for _, s := range []string{e.Carrier, e.Op} {
		if s != "" {
			b.WriteString(s + " ")
		}
	}
	prefix := strings.TrimSpace(b.String())
	msg := e.Message
	if msg == "" {
		msg = string(e.Kind)
	}
	if e.Code != "" {
		msg += " (" + e.Code + ")"
	}
	if prefix == "" {
		return msg
	}
	return prefix + ": " + msg
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fail makes an error of a kind with a formatted message.
func Fail(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes an invalid_request that names the field by its RFC 6901 pointer.
func Invalid(pointer, format string, args ...any) *Error {
	return &Error{Kind: KindInvalidRequest, Field: pointer, Message: fmt.Sprintf(format, args...)}
}

// NotServiceable makes a not_serviceable with a reason; pointer may be empty.
func NotServiceable(pointer, format string, args ...any) *Error {
	return &Error{Kind: KindNotServiceable, Field: pointer, Message: fmt.Sprintf(format, args...)}
}

// AsError returns err as *Error; any other error is wrapped by its kind.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: KindOf(err), Message: string(KindOf(err)), Err: err}
}

// KindOf reads any error: its own kind, timeout for a deadline, unavailable for the rest.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return KindTimeout
	}
	return KindUnavailable
}
