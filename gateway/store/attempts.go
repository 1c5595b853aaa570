package store

import "time"

// AttemptKind is what was asked of the carrier.
type AttemptKind string

// The kinds. Of SEND and VOID at most one per purchase is unresolved, by constraint.
const (
	AttemptSend     AttemptKind = "send"
	AttemptFind     AttemptKind = "find"
	AttemptFetchDoc AttemptKind = "fetch"
	AttemptVoid     AttemptKind = "void"
	AttemptDraft    AttemptKind = "draft"
)

// Outcome is what came of an attempt.
type Outcome string

// The outcomes. Only NotSent and Refused prove that nothing was bought.
const (
	OutcomeOK      Outcome = "ok"
	OutcomeRefused Outcome = "refused"
	OutcomeNotSent Outcome = "not_sent"
	OutcomeAbsent  Outcome = "absent" // a clean negative of a Find
	OutcomeError   Outcome = "error"  // a read that failed
	OutcomeUnknown Outcome = "unknown"
)

// Attempt is one call to the carrier.
type Attempt struct {
	N           int // 1, 2, 3 … within the purchase
	Epoch       int64
	Kind        AttemptKind
	Digest      []byte // of the request
	StartedAt   time.Time
	EndedAt     time.Time // zero while unresolved
	Phase       string    // the furthest that the wire got: dialled, tls, written, first_byte
	Outcome     Outcome
	CarrierCode string
}

// AttemptResult closes attempt N.
type AttemptResult struct {
	N           int
	Phase       string
	Outcome     Outcome
	CarrierCode string
}

// Evidence is a raw reply of a carrier.
type Evidence struct {
	Tenant     Tenant
	Purchase   string
	Epoch      int64 // of whoever asked
	Operation  string
	Status     int
	Body       []byte
	KeyVersion int       // of the key that Body is encrypted with; 0: plain
	At         time.Time // now, unless given
}
