package store

import (
	"context"
	"errors"
	"time"
)

// Webhooks are whom to tell of events, and each telling. A queue belongs to one endpoint and
// is filled from the log of events, from the position that the endpoint has reached: whoever
// is disabled falls behind and misses nothing.
type Webhooks interface {
	// CreateWebhook makes an endpoint that hears what happens from now on. An idempotency key
	// works as in BeginPurchase. ErrTooManyWebhooks when the tenant has max of them.
	CreateWebhook(ctx context.Context, w Webhook, max int) (out Webhook, created bool, err error)
	Webhook(ctx context.Context, tenant Tenant, id string) (Webhook, error)
	ListWebhooks(ctx context.Context, tenant Tenant, page Page) (List[Webhook], error)
	// ChangeWebhook edits an endpoint under its lock; identity and queue stay. UpdatedAt is the
	// store's now already.
	ChangeWebhook(ctx context.Context, tenant Tenant, id string, change func(*Webhook) error) (Webhook, error)
	// DeleteWebhook forgets an endpoint and its secrets; its deliveries go with the sweep.
	DeleteWebhook(ctx context.Context, tenant Tenant, id string) error

	// BusyWebhooks finds the endpoints of all tenants that have something to do now: a delivery
	// that is due, or events and room in a queue of this length.
	BusyWebhooks(ctx context.Context, queue, limit int) ([]BusyWebhook, error)
	// FailingWebhooks finds the enabled endpoints that fail since then or longer, and of whose
	// failing fewer than this many notices were given.
	FailingWebhooks(ctx context.Context, since time.Time, notices, limit int) ([]BusyWebhook, error)
	// WorkWebhook writes down what became of deliveries, fills the queue from the log and
	// claims what is due, all under the endpoint's lock. Results whose epoch has moved on are
	// left out.
	WorkWebhook(ctx context.Context, tenant Tenant, id string, r WebhookRound) (WebhookWork, error)
	// ProbeWebhook appends an event for this endpoint alone and claims its delivery at once.
	ProbeWebhook(ctx context.Context, tenant Tenant, id string, e Event, lease time.Duration) (DueDelivery, error)
	// ReplayEvents queues again the events that wants takes, oldest first, of one part of the
	// log from after a position. Events that the endpoint has not reached yet are counted and
	// not queued, for they are still to come.
	ReplayEvents(ctx context.Context, tenant Tenant, id string, r Replay) (ReplayPart, error)

	Delivery(ctx context.Context, tenant Tenant, webhook, id string) (Delivery, error)
	ListDeliveries(ctx context.Context, tenant Tenant, webhook string, f DeliveryFilter, page Page) (List[Delivery], error)
	// DeleteDeliveries deletes some that ended and were made longer than age ago, and those of
	// deleted endpoints. It returns how many went.
	DeleteDeliveries(ctx context.Context, age time.Duration, limit int) (int, error)
}

// ErrTooManyWebhooks: the tenant has as many endpoints as it may have.
var ErrTooManyWebhooks = errors.New("too many webhook endpoints")

// WebhookState is whether an endpoint is told.
type WebhookState string

// The states.
const (
	WebhookEnabled  WebhookState = "enabled"
	WebhookDisabled WebhookState = "disabled"
	WebhookDeleted  WebhookState = "deleted"
)

// Webhook is an endpoint. Its secrets are secrets: never log them.
type Webhook struct {
	ID            string // whk_…; made by the store when empty
	Tenant        Tenant
	Key           string // idempotency key, where there was one
	Fingerprint   []byte
	URL           string
	Events        []string // types that it wants
	Description   string
	State         WebhookState
	Reason        string // why it is disabled
	Secret        []byte
	Previous      []byte    // the secret before, which signs too
	PreviousUntil time.Time // … until then
	KeyVersion    int       // of the key that the secrets are encrypted with; 0: plain
	Position      int64     // of the log, up to where the queue was filled
	Made          int64     // deliveries so far
	Queued        int       // open deliveries
	Failures      int       // in a row, over all deliveries
	FailingSince  time.Time // of the first failure since the last success; zero while it works
	Notices       int       // how many of this spell of failing were given
	OpenUntil     time.Time // nothing is sent before
	DeliveredAt   time.Time // last success
	DisabledAt    time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// BusyWebhook names an endpoint with something to do.
type BusyWebhook struct {
	Tenant   Tenant
	ID       string
	Failures int
}

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryDead      DeliveryState = "dead" // given up; the event stays in the log
)

// Delivery is one event for one endpoint.
type Delivery struct {
	ID         string // dlv_…
	Tenant     Tenant
	Webhook    string
	Ord        int64 // order within the endpoint
	Event      string
	Type       string
	Subject    string // of one subject's open deliveries only the first is ever due
	Replay     bool
	State      DeliveryState
	Tries      int
	DueAt      time.Time // zero while another of its subject goes first
	LeaseUntil time.Time
	Epoch      int64
	Attempts   []Attempted
	Response   string // what the endpoint said last; bounded by the caller
	CreatedAt  time.Time
	EndedAt    time.Time
}

// Attempted is one try of a delivery.
type Attempted struct {
	At         time.Time `json:"at"`
	DurationMS int64     `json:"duration_ms"`
	Status     int       `json:"status,omitempty"` // of HTTP; 0 where none came
	Error      string    `json:"error,omitempty"`
}

// DueDelivery is a claimed delivery with its event, which is empty where it is gone.
type DueDelivery struct {
	Delivery
	Event Event
}

// DeliveryResult is what became of a try.
type DeliveryResult struct {
	ID       string
	Epoch    int64
	State    DeliveryState // DeliveryPending: again after Delay
	Delay    time.Duration
	Released bool // given back untried, due as it was; all other fields but ID and Epoch are empty
	Attempt  Attempted
	Response string
}

// WebhookRound is one round of work for an endpoint.
type WebhookRound struct {
	Done []DeliveryResult
	// Settle edits the endpoint for those of Done that counted, and says what to tell of it. It
	// is called where there are any, and where Done is empty.
	Settle func(w *Webhook, now time.Time, counted []DeliveryResult) []Event
	// Take is how many deliveries to claim, Lease how long they are the caller's. From Trip
	// failures in a row on one is claimed, and the endpoint left alone meanwhile.
	Take  int
	Trip  int
	Lease time.Duration
	// Fill is how many events to look at, Queue how many deliveries may be open, Wants which
	// events, without their data, become one. Events older than MaxAge are passed over.
	Fill   int
	Queue  int
	MaxAge time.Duration
	Wants  func(w *Webhook, e *Event) bool
}

// WebhookWork is what came of a round.
type WebhookWork struct {
	Webhook Webhook
	Due     []DueDelivery
	// Behind: the log may hold more than this round looked at, and there is room for it.
	Behind bool
}

// Replay says which part of the log to deliver again.
type Replay struct {
	After  int64
	Filter EventFilter
	Limit  int
	Wants  func(w *Webhook, e *Event) bool
}

// ReplayPart is what became of a part.
type ReplayPart struct {
	Matched int
	After   int64 // where to go on
	More    bool
}

// DeliveryFilter narrows a list; empty fields do not.
type DeliveryFilter struct {
	State   DeliveryState
	Event   string
	Subject string
}
