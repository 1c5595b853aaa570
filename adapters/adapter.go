// Package adapters is the contract between the gateway and the carriers.
//
// The core interface is tiny; everything that a carrier may or may not do is its own
// one-method interface, named with the verb. The gateway discovers them once, by OpsOf,
// and never asserts a type again. An adapter translates and talks, nothing else: checking
// addresses, converting currency, sorting events, idempotency, retries and deadlines are
// done once, in the gateway. Every method may be called by many goroutines at once.
package adapters

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Adapter is one carrier account, ready for use by many goroutines.
type Adapter interface{ Spec() Spec }

// Rater quotes prices. A lane that the carrier does not serve is a not_serviceable error
// with the carrier's reason, never an empty slice.
type Rater interface {
	Rate(ctx context.Context, req normalize.RateRequest) ([]normalize.Rate, error)
}

// Drafter books what costs nothing until it is confirmed. The gateway stores the draft
// before Label confirms it.
type Drafter interface {
	Draft(ctx context.Context, req normalize.LabelRequest) (normalize.Draft, error)
}

// Labeler buys carriage: every call up to and including the one that commits money.
// Number and documents are returned only if they came with it. Never repeated by an adapter.
type Labeler interface {
	Label(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error)
}

// Documenter fetches the papers, and the late numbers, of a bought label.
type Documenter interface {
	Documents(ctx context.Context, req normalize.DocumentsRequest) (normalize.Documents, error)
}

// Finder tells whether a purchase exists, from its reference and the evidence alone.
type Finder interface {
	Find(ctx context.Context, req normalize.FindRequest) (normalize.Found, error)
}

// Lister lists what the account was sold, or was charged for, within a time: what proves a
// purchase whose answer was lost and that no search finds, and what nobody here knows of.
type Lister interface {
	List(ctx context.Context, req normalize.ListRequest) (normalize.Listing, error)
}

// Voider cancels a label.
type Voider interface {
	Void(ctx context.Context, req normalize.VoidRequest) (normalize.Voided, error)
}

// Tracker asks for the scans of a parcel. A number that was never scanned is not_found.
type Tracker interface {
	Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error)
}

// LandedCoster tells duties, taxes and clearance of a shipment.
type LandedCoster interface {
	LandedCost(ctx context.Context, req normalize.RateRequest) (normalize.LandedCost, error)
}

// Manifester closes a day or hands over a bag.
type Manifester interface {
	Manifest(ctx context.Context, req normalize.ManifestRequest) (normalize.Manifest, error)
}

// PickupScheduler books a collection.
type PickupScheduler interface {
	SchedulePickup(ctx context.Context, req normalize.PickupRequest) (normalize.Pickup, error)
}

// Returner buys a label for the way back.
type Returner interface {
	Return(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error)
}

// Coster tells what the carrier charged in the end, once it has weighed and billed the
// shipment. Not billed yet is not_found.
type Coster interface {
	ActualCost(ctx context.Context, ref normalize.ShipmentRef) (normalize.ActualCost, error)
}

// MandateSource tells the rules that a platform publishes: which services an order must have.
type MandateSource interface {
	Mandates(ctx context.Context) ([]normalize.PlatformRule, error)
}

// CallbackParser reads the carrier's pushes. None of its methods calls the carrier.
type CallbackParser interface {
	// VerifyCallback proves the message by the carrier's own means. A forged one is an
	// auth_failed error.
	VerifyCallback(req CallbackRequest) (Trust, error)
	// ParseCallback reads a verified message; one message may tell of many parcels. Where some
	// of it cannot be read, what can be is returned together with the error, which says what
	// cannot: it is taken in, and the message is kept in quarantine for the rest.
	ParseCallback(req CallbackRequest) ([]normalize.Tracking, error)
	// AckCallback is the carrier's own acknowledgement: of success where err is nil, else
	// of failure, so that the carrier sends again.
	AckCallback(req CallbackRequest, err error) Ack
}

// Handshaker finishes the handshake of a carrier that pushes nothing to an address before we
// have called it back: the carrier's message is verified, stored and acknowledged as any other,
// and the call is made afterwards. A handshake that the acknowledgement itself completes, an
// echo for one, needs none of this: AckCallback sees the request.
type Handshaker interface {
	// IsHandshake tells whether a verified message asks for the call. It calls nobody.
	IsHandshake(req CallbackRequest) bool
	// Handshake makes the call. It may be made again until the carrier has taken it.
	Handshake(ctx context.Context, req CallbackRequest) error
}

// CallbackRequest is a push as it came in. Body is raw.
type CallbackRequest struct {
	Method string
	Header http.Header
	Query  string
	Body   []byte
}

// Trust says how far a push may be believed.
type Trust string

// A signed push is believed; a hint only triggers a poll that asks the carrier itself.
const (
	TrustSigned Trust = "signed"
	TrustHint   Trust = "hint"
)

// Ack is an answer to a push.
type Ack struct {
	Status      int
	ContentType string
	Body        []byte
}

// Deps are what an adapter is given. HTTP is metered, bounded and recorded already.
type Deps struct {
	HTTP   *http.Client
	Logger *slog.Logger
	Tokens TokenStore
}

// TokenStore keeps tokens that rotate, so that a new one is durable before it is used and
// two processes never refresh at once. The gateway implements it; nil keeps them in memory.
type TokenStore interface {
	// Refresh runs fn under the lock of (account-wide) name with the stored value, "" at
	// first, and stores what it returns before it hands it out.
	Refresh(ctx context.Context, name string, fn func(stored string) (string, error)) (string, error)
}

// Factory makes an adapter from an account's resolved settings.
type Factory func(settings []byte, deps Deps) (Adapter, error)
