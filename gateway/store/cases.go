package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Cases are claims for parcels that went wrong. They are not called claims here, where a
// Claim is the right to act on something.
type Cases interface {
	// OpenCase writes a claim, its archive and what the audit log is to say of it, or nothing.
	// An idempotency key works as in BeginPurchase. ErrDuplicate, with that one,
	// where the tracker has a claim for that reason; ErrNotFound where there is no such tracker.
	OpenCase(ctx context.Context, c Case, archive Document, audit []AuditEntry) (out Case, made bool, err error)
	Case(ctx context.Context, tenant Tenant, id string) (Case, error)
	CaseByKey(ctx context.Context, tenant Tenant, key string) (Case, error)
	ListCases(ctx context.Context, tenant Tenant, f CaseFilter, page Page) (List[Case], error)
	// ChangeCase edits a claim under its lock, with what the audit log is to say of it;
	// identity and archive stay. UpdatedAt is the store's now already. An error of change undoes
	// everything and is returned as it is.
	ChangeCase(ctx context.Context, tenant Tenant, id string, change func(*Case) ([]AuditEntry, error)) (Case, error)
}

// CaseState is where a claim stands.
type CaseState string

// The states.
const (
	CaseOpen   CaseState = "open"
	CaseClosed CaseState = "closed"
)

// Case is one claim. Its archive is kept as long as the claim, whatever becomes of the papers and
// messages that it was made of.
type Case struct {
	ID          string // clm_…; made by the caller
	Tenant      Tenant
	Key         string // idempotency key, where there was one
	Fingerprint []byte
	Tracker     string
	Label       string // empty where the parcel's label is not ours
	Reason      string // lost, damaged …
	State       CaseState
	Party       string         // who answers; empty where nobody can say
	Deadline    normalize.Date // empty where none is known
	Amount      normalize.Money
	Paid        normalize.Money
	Archive     string          // the document's id; the store's
	Details     json.RawMessage // whatever else the answer shows
	CreatedAt   time.Time       // now, unless given
	UpdatedAt   time.Time
	ClosedAt    time.Time
}

// CaseFilter narrows a list; empty fields do not.
type CaseFilter struct {
	Tracker string
	Reason  string
	State   CaseState
}
