// Package claims asks for what a parcel's loss, damage or delay costs: it names who answers and
// by when a claim has to be made, and gathers what proves it in one archive that stays as it
// was when the claim was opened. It sends nothing to anybody: most carriers and platforms take
// claims by form or by mail only.
package claims

import (
	"context"
	"encoding/json"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/purchase"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The reasons of a claim.
const (
	Lost    = "lost"
	Damaged = "damaged"
	Delayed = "delayed"
	Customs = "customs"
	Other   = "other"
)

var reasons = []string{Lost, Damaged, Delayed, Customs, Other}

// told is what a claim says of its parcel, as the scan that a carrier would make of it.
var told = map[string]responsibility.Scan{
	Lost:    {Status: normalize.StatusException, Substatus: normalize.SubstatusLost, Cause: responsibility.CauseLoss},
	Damaged: {Status: normalize.StatusException, Substatus: normalize.SubstatusDamaged, Cause: responsibility.CauseDamage},
	Delayed: {Status: normalize.StatusException, Substatus: normalize.SubstatusDelayed, Cause: responsibility.CauseDelay},
	Customs: {Status: normalize.StatusCustoms, Substatus: normalize.SubstatusCustomsHeld},
	Other:   {}, // who answers as it stands
}

// Request opens a claim.
type Request struct {
	Tracker string           `json:"tracker" maxLength:"60"`
	Reason  string           `json:"reason" enum:"lost,damaged,delayed,customs,other"`
	Amount  *normalize.Money `json:"amount,omitempty" doc:"What is asked for"`
	Note    string           `json:"note,omitempty" maxLength:"1000" doc:"Yours; it goes into the archive"`
}

// Closing ends a claim.
type Closing struct {
	Outcome string           `json:"outcome" enum:"paid,refused,withdrawn"`
	Amount  *normalize.Money `json:"amount,omitempty" doc:"What was paid"`
	Note    string           `json:"note,omitempty" maxLength:"1000"`
}

// Claim is a claim as the API shows it.
type Claim struct {
	ID             string           `json:"id"`
	Tracker        string           `json:"tracker"`
	Label          *string          `json:"label" null:"true" doc:"null: the parcel's label was not bought here"`
	TrackingNumber string           `json:"tracking_number"`
	Channel        string           `json:"channel,omitempty"`
	Reason         string           `json:"reason" enum:"lost,damaged,delayed,customs,other"`
	Amount         *normalize.Money `json:"amount" null:"true"`
	Note           string           `json:"note,omitempty"`
	Party          *string          `json:"party" null:"true" enum:"seller,platform,carrier,buyer,none" doc:"Who answers; null where nobody can say"`
	Phase          *string          `json:"phase" null:"true" enum:"first_mile,overseas_warehouse,last_mile,return"`
	Rule           *string          `json:"rule" null:"true" doc:"As GET /v1/responsibilities names it"`
	RuleReason     string           `json:"rule_reason" doc:"What the rule says, or why nobody can say"`
	RuleSource     string           `json:"rule_source,omitempty"`
	Evidence       []string         `json:"evidence,omitempty" doc:"Ids of the events that the ruling rests on"`
	Deadline       *normalize.Date  `json:"deadline" null:"true" format:"date" doc:"The last day on which to claim; null where no source names one"`
	DeadlineRule   *string          `json:"deadline_rule" null:"true"`
	DeadlineReason string           `json:"deadline_reason" doc:"How the day is counted, or why there is none"`
	DeadlineSource string           `json:"deadline_source,omitempty"`
	Status         string           `json:"status" enum:"open,closed"`
	Outcome        string           `json:"outcome,omitempty" enum:"paid,refused,withdrawn"`
	Paid           *normalize.Money `json:"paid,omitempty"`
	ClosingNote    string           `json:"closing_note,omitempty"`
	Archive        Archive          `json:"archive"`
	CreatedAt      time.Time        `json:"created_at"`
	ClosedAt       *time.Time       `json:"closed_at,omitempty"`
}

// Archive tells of the evidence; the bytes are at URL.
type Archive struct {
	SHA256  string    `json:"sha256"`
	Bytes   int64     `json:"bytes"`
	URL     string    `json:"url"`
	Files   []File    `json:"files"`
	Omitted []Omitted `json:"omitted" doc:"What belongs there and is not in it, and why"`
}

// File is one file of an archive.
type File struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// Omitted is what was left out of an archive.
type Omitted struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Bytes  int64  `json:"bytes,omitempty"`
	Reason string `json:"reason"`
}

// Store is what claims keep and what they take as evidence.
type Store interface {
	store.Cases
	store.Documents
	TrackerEvents(ctx context.Context, tenant store.Tenant, id string) ([]store.TrackerEvent, error)
	Callback(ctx context.Context, tenant store.Tenant, id string) (store.Callback, error)
	Now(ctx context.Context) (time.Time, error)
}

// Parcels tell of a parcel and who answers for it.
type Parcels interface {
	Answerable(ctx context.Context, tenant, id string, told responsibility.Scan) (trackers.Tracker, trackers.Ruling, error)
}

// Purchases tell what a label was bought with.
type Purchases interface {
	Dossier(ctx context.Context, tenant, id string) (purchase.Dossier, error)
}

// Deps are what the service needs. MaxArchive is 32 MiB when 0.
type Deps struct {
	Store      Store
	Parcels    Parcels
	Purchases  Purchases
	Deadlines  *Deadlines
	MaxArchive int64
}

// maxBuilding is how many archives are put together at once: each holds its files in memory.
const maxBuilding = 2

const maxArchive = 32 << 20

// Service opens, shows and closes claims.
type Service struct {
	Deps
	building chan struct{}
}

// New makes the service.
func New(d Deps) *Service {
	if d.MaxArchive == 0 {
		d.MaxArchive = maxArchive
	}
	return &Service{Deps: d, building: make(chan struct{}, maxBuilding)}
}

// details is what a claim's row keeps beyond its columns.
type details struct {
	TrackingNumber string         `json:"tracking_number"`
	Channel        string         `json:"channel,omitempty"`
	Note           string         `json:"note,omitempty"`
	Phase          string         `json:"phase,omitempty"`
	Rule           string         `json:"rule,omitempty"`
	RuleReason     string         `json:"rule_reason"`
	RuleSource     string         `json:"rule_source,omitempty"`
	Evidence       []string       `json:"evidence,omitempty"`
	Deadline       deadlineAnswer `json:"deadline"`
	Outcome        string         `json:"outcome,omitempty"`
	ClosingNote    string         `json:"closing_note,omitempty"`
	Archive        Archive        `json:"archive,omitzero"`
}

func (d details) encode() json.RawMessage {
	b, err := json.Marshal(d)
	if err != nil {
		panic("claims: details cannot be written: " + err.Error()) // texts and numbers always can
	}
	return b
}

// present shows a stored claim.
func present(c store.Case) Claim {
	var d details
	// What we wrote ourselves; an unreadable one shows as empty.
	_ = json.Unmarshal(c.Details, &d)
	out := Claim{ID: c.ID, Tracker: c.Tracker, Label: orNull(c.Label), TrackingNumber: d.TrackingNumber, Channel: d.Channel,
		Reason: c.Reason, Amount: moneyOrNull(c.Amount), Note: d.Note, Party: orNull(c.Party), Phase: orNull(d.Phase), Rule: orNull(d.Rule),
		RuleReason: d.RuleReason, RuleSource: d.RuleSource, Evidence: d.Evidence, Deadline: orNull(c.Deadline),
		DeadlineRule: orNull(d.Deadline.Rule), DeadlineReason: d.Deadline.Reason, DeadlineSource: d.Deadline.Source,
		Status: string(c.State), Outcome: d.Outcome, Paid: moneyOrNull(c.Paid), ClosingNote: d.ClosingNote, Archive: d.Archive,
		CreatedAt: c.CreatedAt}
	if !c.ClosedAt.IsZero() {
		out.ClosedAt = &c.ClosedAt
	}
	return out
}

func orNull[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

func moneyOrNull(m normalize.Money) *normalize.Money {
	if m.IsZero() {
		return nil
	}
	return &m
}
