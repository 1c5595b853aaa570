package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Purchases keep the promise that a label is bought once: the intent is written before
// anything is sent, one worker at a time may act on it, and what a carrier said is never lost.
type Purchases interface {
	// BeginPurchase writes the intent. Where the tenant has used the idempotency key for a
	// purchase before, nothing is written and that one is returned with Created false, for
	// its fingerprint to be compared; for anything else it is ErrKeyReused. A spending
	// ceiling that would be passed is a *CeilingError.
	BeginPurchase(ctx context.Context, in Intent) (Begun, error)
	Purchase(ctx context.Context, tenant Tenant, id string) (Purchase, error)
	PurchaseByKey(ctx context.Context, tenant Tenant, key string) (Purchase, error)
	// PurchaseByClientReference finds what a line of a carrier's listing belongs to.
	PurchaseByClientReference(ctx context.Context, tenant Tenant, ref string) (Purchase, error)
	// PurchaseFile is a purchase with all that was written down about it, but no evidence
	// and no document bytes.
	PurchaseFile(ctx context.Context, tenant Tenant, id string) (PurchaseFile, error)
	ListPurchases(ctx context.Context, tenant Tenant, f PurchaseFilter, page Page) (List[Purchase], error)

	// ClaimPurchase lets one worker act: in one transaction it compares epoch and state,
	// raises the epoch, sets the lease by the store's clock and opens the attempt. When it
	// returns, and not before, the carrier may be called. ErrConflict when the purchase has
	// moved on; ErrDuplicate while a SEND or VOID of it is unresolved.
	ClaimPurchase(ctx context.Context, ref Ref, c Claim) (Purchase, Attempt, error)
	// StartAttempt opens an attempt without a claim, for reads under a lease that is held
	// already. ErrConflict when the epoch has moved on.
	StartAttempt(ctx context.Context, ref Ref, kind AttemptKind, digest []byte) (Attempt, error)
	// ResolveAttempt closes an attempt. It asks for no epoch, since it is a fact; ErrConflict
	// when it is closed already.
	ResolveAttempt(ctx context.Context, tenant Tenant, purchase string, r AttemptResult) error
	// TransitionPurchase changes a purchase and writes all that belongs to the change in the
	// same transaction. ErrConflict when the epoch has moved on, ErrDuplicate when another
	// purchase of the account has that shipment id or tracking number.
	TransitionPurchase(ctx context.Context, ref Ref, t Transition) (Purchase, error)

	// AppendEvidence keeps a raw reply. It never asks for an epoch: a late reply to a worker
	// that lost its lease may be the only proof there is.
	AppendEvidence(ctx context.Context, e Evidence) error
	// EvidenceOf returns the replies of a purchase, the oldest first.
	EvidenceOf(ctx context.Context, tenant Tenant, purchase string) ([]Evidence, error)

	// ClaimDuePurchases takes what is due and under no lease, the longest due first.
	ClaimDuePurchases(ctx context.Context, states []PurchaseState, d Due) ([]Purchase, error)
	// ExpireLeases finds purchases whose lease ran out while their fate was open: sending
	// becomes unknown, voiding becomes void_unknown, the epoch is raised and the open attempt
	// is closed with OutcomeUnknown. change may set DueAt from UpdatedAt, which is now; it and
	// emit may be nil.
	ExpireLeases(ctx context.Context, limit int, change func(*Purchase), emit func(Purchase) []Event) ([]Purchase, error)

	// Spending is what a tenant has spent on a day of the store's clock (UTC), per currency.
	Spending(ctx context.Context, tenant Tenant, day normalize.Date) ([]Spent, error)
}

// PurchaseState is where a purchase stands inside; the API's status is made of it.
type PurchaseState string

// The states. Those of a void follow settled.
const (
	PurchaseReady       PurchaseState = "ready"        // written down, nothing sent
	PurchaseSending     PurchaseState = "sending"      // maybe sent: whoever dies now leaves it unknown
	PurchaseBought      PurchaseState = "bought"       // paid; number or papers are still to come
	PurchaseSettled     PurchaseState = "settled"      // paid, number and papers stored
	PurchaseDeclined    PurchaseState = "declined"     // the carrier refused: certainly not paid
	PurchaseFailed      PurchaseState = "failed"       // given up, and proven not paid
	PurchaseUnknown     PurchaseState = "unknown"      // maybe paid
	PurchaseReconciling PurchaseState = "reconciling"  // maybe paid, being looked up
	PurchaseParked      PurchaseState = "parked"       // cannot be told without a listing or a person
	PurchaseVoiding     PurchaseState = "voiding"      // a void was maybe sent
	PurchaseVoided      PurchaseState = "voided"       // the carrier confirmed the void
	PurchaseVoidRefused PurchaseState = "void_refused" // still paid
	PurchaseVoidUnknown PurchaseState = "void_unknown" // maybe voided
)

// Spends tells whether a purchase in this state counts as spent: it was paid, or may be.
func (s PurchaseState) Spends() bool {
	switch s {
	case PurchaseDeclined, PurchaseFailed, PurchaseVoided:
		return false
	}
	return true
}

// Purchase is the intent to buy one label, and what became of it.
type Purchase struct {
	ID     string // lbl_…
	Tenant Tenant
	// Key is the caller's idempotency key, unique per tenant over all routes; Fingerprint is
	// the digest of route and body.
	Key         string
	Fingerprint []byte

	Account  string
	Adapter  string
	Channel  string // adapter.service
	Service  string
	Class    string // the adapters.Class at the time of the intent
	Platform string
	OrderID  string
	// Reference is the caller's own. ClientReference names the purchase at the carrier
	// (ids.ClientReference), unique per account.
	Reference       string
	ClientReference string

	State          PurchaseState
	Epoch          int64 // raised by every claim
	LeaseUntil     time.Time
	DueAt          time.Time // when somebody should look at it again; zero: never
	Empties        int       // clean negative answers of Find since the last send
	CallerDeadline time.Time

	Request    json.RawMessage // the shipment and what was asked
	Quote      normalize.Money
	Cost       normalize.Money
	CostSource string // carrier, quote, rate_card
	// Spend is what counts against the tenant's ceilings, in the ceiling's currency. Zero
	// counts as a label without money.
	Spend normalize.Money

	TrackingNumber         string
	LastMileTrackingNumber string
	CarrierReference       string
	Parcels                []normalize.LabelParcel
	CarrierData            map[string]string
	Draft                  *normalize.Draft
	TrackerID              string
	Warnings               []normalize.Warning
	Refusal                json.RawMessage // the problem document of declined and failed
	Details                json.RawMessage // whatever else the answer shows

	CreatedAt time.Time
	UpdatedAt time.Time
	SettledAt time.Time
}

// Ref names the purchase at the epoch at which it was read.
func (p Purchase) Ref() Ref { return Ref{p.Tenant, p.ID, p.Epoch} }

// Intent is a purchase to begin. ID is made by the caller (ids.Label); State is
// PurchaseReady when empty; Epoch and the times are the store's.
type Intent struct {
	Purchase Purchase
	// DueIn is when somebody should look at it who did not begin it; 0: never.
	DueIn    time.Duration
	Ceilings Ceilings
	History  []HistoryLine
	Audit    []AuditEntry // an override of a rule, say
	Quotas   []QuotaEntry // towards which shares it counts once it is bought
	// Labels and Events come with what was found at the carrier and is no intent of ours.
	Labels []BoughtLabel
	Events []Event
}

// Ceilings are a tenant's limits per day of the store's clock (UTC); the zero value is none.
type Ceilings struct {
	Count int
	// Money is compared with the sum of Spend in its currency. A Spend in another currency
	// is not counted here: convert it before.
	Money normalize.Money
}

// Begun is the outcome of BeginPurchase.
type Begun struct {
	Purchase Purchase
	Created  bool
	Spent    []Spent // the tenant's day, this purchase included; empty unless Created
}

// Spent is a sum in one currency, "" for labels without a price.
type Spent struct {
	Count int
	Money normalize.Money
}

// PurchaseFilter narrows a list; empty fields do not.
type PurchaseFilter struct {
	Reference      string
	Channel        string
	TrackingNumber string
	States         []PurchaseState
}

// PurchaseFile is a purchase with its papers.
type PurchaseFile struct {
	Purchase  Purchase
	Attempts  []Attempt
	Labels    []BoughtLabel
	Documents []Document // without Data
	History   []HistoryLine
}

// Claim is the right to act on a purchase.
type Claim struct {
	From  []PurchaseState // the states in which the claim is right
	To    PurchaseState
	Lease time.Duration
	// Held says that the caller holds the lease already, by ClaimDuePurchases; otherwise a
	// lease that is still running is ErrConflict.
	Held   bool
	Kind   AttemptKind
	Digest []byte // of the request, where it is known
	// History is written with the claim.
	History []HistoryLine
}

// Transition is a change of a purchase and all that must be written with it or not at all.
type Transition struct {
	// Change edits the purchase; ID, Tenant, Key, Fingerprint, ClientReference, Epoch and
	// CreatedAt stay as they are. UpdatedAt is the store's now already, so that due times are
	// counted from it: p.DueAt = p.UpdatedAt.Add(quiet). An error of it undoes everything and is returned as it is.
	Change func(*Purchase) error
	// Attempt closes an attempt.
	Attempt *AttemptResult
	// Release ends the lease.
	Release bool
	// Fence raises the epoch, so that whoever acts on the purchase meanwhile changes nothing
	// any more.
	Fence     bool
	Labels    []BoughtLabel
	Documents []Document
	History   []HistoryLine
	Audit     []AuditEntry
	// Tracker is made, or found by its number, and its id becomes the purchase's TrackerID.
	Tracker *Tracker
	// Emit makes the events from the changed purchase. Tracker is nil unless it was made here.
	Emit func(p Purchase, made *Tracker) []Event
}

// BoughtLabel is a label that exists at the carrier. The first of a purchase is the one that
// counts; others are to be voided. Shipment id and tracking number are unique per account.
type BoughtLabel struct {
	N              int // 0 for the one that counts
	Account        string
	ShipmentID     string // the carrier's own id of it
	TrackingNumber string
	Parcels        []normalize.LabelParcel
	Cost           normalize.Money
	CarrierData    map[string]string
	Voided         bool
	CreatedAt      time.Time
}
