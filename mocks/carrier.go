package mocks

import (
	"net/http"
	"time"
)

// Operations, as Classify names them and as faults and the arrival log speak of them.
const (
	OpRate     = "rate"
	OpLabel    = "label" // the call that commits money, and no other
	OpTrack    = "track"
	OpVoid     = "void"
	OpFind     = "find"
	OpToken    = "token"
	OpDraft    = "draft"    // creates what costs nothing yet
	OpDocument = "document" // prints what was bought
	OpManifest = "manifest"
	OpPickup   = "pickup"
	OpReturn   = "return"
	OpInbound  = "inbound" // a step of an inbound plan that commits nothing
	OpCatalog  = "catalog" // countries, services, warehouses, drop-off points
	OpOther    = "other"
)

var operations = map[string]bool{
	OpRate: true, OpLabel: true, OpTrack: true, OpVoid: true, OpFind: true, OpToken: true,
	OpDraft: true, OpDocument: true, OpManifest: true, OpPickup: true, OpReturn: true,
	OpInbound: true, OpCatalog: true, OpOther: true,
}

// Carrier is one simulated carrier with one account. It is used by many goroutines.
type Carrier interface {
	// Code is the adapter's code, with underscores: "dhl_express".
	Code() string
	// Account is what the carrier gave its customer. It never changes.
	Account() Account
	// Classify names the operation of a request. Its path is without /{code}; body is the
	// whole body and must not be changed.
	Classify(r *http.Request, body []byte) string
	// ServeHTTP answers at once, with a path without /{code}. It must commit without regard to
	// the request's context: a carrier does not notice that its caller has left.
	http.Handler
}

// Maker makes a carrier that keeps its books at d. It is called again at every reset.
type Maker func(d *Desk) Carrier

// Account is a sandbox account: everything a customer of the carrier would have been told.
// None of it is secret.
type Account struct {
	// ID is the account in ledger and callbacks; acct_sandbox_<code> when empty.
	ID          string
	Credentials map[string]string // by the names an adapter's configuration would use
	Settings    map[string]any    // products, warehouses and the like
	Paths       map[string]string // entry points below /{code}, published as whole URLs
	PushSecret  string            // what the carrier signs its pushes with; empty without push
}

// Traveller is a carrier that can make up the scans of a usual parcel.
type Traveller interface {
	// Journey returns the steps of p in order, in the carrier's own codes.
	Journey(p Parcel, kind string) []Step
}

// The journeys that every Traveller knows.
const (
	JourneyDelivered   = "delivered"
	JourneyCustomsHold = "customs_hold"
	JourneyReturned    = "returned"
	JourneyLost        = "lost"
)

// Step is one raw scan of a journey, with its distance from the one before.
type Step struct {
	Code          string
	After         time.Duration
	City, Country string
	Night         bool // happens at any hour (flights, customs computers); others keep to 7–22 h local
}

// Pusher is a carrier that tells its customer of scans.
type Pusher interface {
	// Message is the push of one scan of p, signed at this moment with secret.
	Message(p Parcel, scan Scan, secret string) (Message, error)
	// Acked tells whether an answer is the acknowledgement that the carrier waits for.
	Acked(status int, body []byte) bool
}

// Unsigned is a Pusher whose secret, if it has one, shows who sends and does not cover what is
// said, so that its customers ask again what is true.
type Unsigned interface {
	Pusher
	// Unsigned says so; it does nothing.
	Unsigned()
}

// Batcher is a Pusher that tells of several scans in one message.
type Batcher interface {
	Pusher
	// MaxBatch is how many scans one message has at most.
	MaxBatch() int
	// Batch is the push of 1 to MaxBatch scans of p.
	Batch(p Parcel, scans []Scan, secret string) (Message, error)
}

// Hooked is a Pusher whose customers subscribe over its own API too. What it says of a parcel
// goes to those hooks as well as to the callback address of the control interface.
type Hooked interface {
	// Hooks are where the scans of p go, none twice.
	Hooks(p Parcel) []Hook
}

// Hook is one address with its own form of message. A forged push gets another Secret.
type Hook struct {
	URL, Secret string
	Pusher      Pusher
	Wants       func(Scan) bool // which scans are sent; all when nil
}

// Message is the body and headers of one push, always sent by POST.
type Message struct {
	Header http.Header
	Body   []byte
}

// Limited is a carrier with its own form of "too many requests".
type Limited interface {
	// TooMany writes the refusal, Retry-After included.
	TooMany(w http.ResponseWriter, r *http.Request, retryAfter time.Duration)
}
