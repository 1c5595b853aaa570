package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Plans are inbound plans and the write-ahead of their remote calls.
type Plans interface {
	// BeginPlan writes the intent; an idempotency key works as in BeginPurchase. A name that
	// the account has used is ErrDuplicate. The plan is due at once.
	BeginPlan(ctx context.Context, p Plan, history ...HistoryLine) (out Plan, created bool, err error)
	Plan(ctx context.Context, tenant Tenant, id string) (Plan, error)
	ListPlans(ctx context.Context, tenant Tenant, f PlanFilter, page Page) (List[Plan], error)
	// UpdatePlan changes a plan and writes all that belongs to the change in the same
	// transaction. ErrConflict when the epoch has moved on.
	UpdatePlan(ctx context.Context, ref Ref, u PlanUpdate) (Plan, error)
	// ClaimDuePlans takes what is due and under no lease, the longest due first.
	ClaimDuePlans(ctx context.Context, d Due) ([]Plan, error)
	// ClaimPlan takes one plan that is under no lease, due or not. ErrConflict while another
	// holds it.
	ClaimPlan(ctx context.Context, tenant Tenant, id string, lease time.Duration) (Plan, error)

	// BeginStep writes ahead a remote call. While one of the same name and target is pending
	// or unknown, or where the idempotency key named a step of this plan before, nothing is
	// written and that one is returned with created false. The key of anything else is
	// ErrKeyReused. ErrConflict when the plan's epoch has moved on.
	BeginStep(ctx context.Context, ref Ref, s Step) (out Step, created bool, err error)
	// UpdateStep says what became of a step. It asks for no epoch, since it is a fact;
	// ErrConflict when it is done or failed already.
	UpdateStep(ctx context.Context, tenant Tenant, plan string, r StepResult) (Step, error)
	// StepsOf lists the steps of a plan, the oldest first.
	StepsOf(ctx context.Context, tenant Tenant, plan string) ([]Step, error)
}

// Plan is stock on its way into a platform's warehouse.
type Plan struct {
	ID            string // inb_…; made by the caller
	Tenant        Tenant
	Account       string
	Adapter       string
	Marketplace   string
	Name          string // at most 40 characters, unique per account
	Key           string
	Fingerprint   []byte
	CarrierPlanID string
	Status        string
	Request       json.RawMessage // as it was asked
	State         json.RawMessage // the saga's own document
	Spent         normalize.Money
	Epoch         int64
	LeaseUntil    time.Time
	DueAt         time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Ref names the plan at the epoch at which it was read.
func (p Plan) Ref() Ref { return Ref{p.Tenant, p.ID, p.Epoch} }

// PlanFilter narrows a list; empty fields do not.
type PlanFilter struct {
	Adapter string
	Account string
	Status  string
}

// PlanUpdate is a change of a plan and all that must be written with it or not at all.
type PlanUpdate struct {
	// Change edits the plan; ID, Tenant, Key, Fingerprint, Name, Epoch and CreatedAt stay.
	// UpdatedAt is the store's now already, to count due times from.
	Change    func(*Plan) error
	Release   bool // ends the lease
	Steps     []StepResult
	Documents []Document
	History   []HistoryLine
	Emit      func(Plan) []Event
}

// StepState is what is known of a remote call.
type StepState string

// The states. Unknown is never repeated before the platform was asked.
const (
	StepPending StepState = "pending"
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
	StepUnknown StepState = "unknown"
)

// Step is a remote call that must not be made twice.
type Step struct {
	ID           string // stp_…; the store's
	Plan         string
	Name         string // create_plan, confirm_placement …
	Target       string // the option, shipment or group that it concerns; may be empty
	Key          string // the caller's idempotency key, where there was one
	Fingerprint  []byte
	Irreversible bool
	State        StepState
	Operation    string // the platform's id of the started work
	Detail       json.RawMessage
	StartedAt    time.Time
	EndedAt      time.Time // zero while pending or unknown
}

// StepResult changes a step; empty fields stay as they are.
type StepResult struct {
	ID        string
	State     StepState
	Operation string
	Detail    json.RawMessage
}
