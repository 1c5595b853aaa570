package store

import (
	"context"
	"net/http"
	"time"
)

// Callbacks are the inbox: every push of a carrier as it came in, durable before it is
// acknowledged, parsed afterwards.
type Callbacks interface {
	// AppendCallback stores a push through the group commit. Only when it has returned nil
	// may the carrier be told of success.
	AppendCallback(ctx context.Context, c Callback) (Callback, error)
	Callback(ctx context.Context, tenant Tenant, id string) (Callback, error)
	// ListCallbacks lists those in a state, or all where it is empty, without their bodies.
	ListCallbacks(ctx context.Context, tenant Tenant, state CallbackState, page Page) (List[Callback], error)
	// ClaimDueCallbacks takes received ones in the order of their arrival. While one claim on
	// an account is open nobody else gets any of that account, so that order is kept.
	ClaimDueCallbacks(ctx context.Context, d Due) ([]Callback, error)
	// MarkCallbacks says what became of claimed ones, all in one transaction. A mark whose
	// epoch has moved on is left out; the number of those that counted is returned.
	MarkCallbacks(ctx context.Context, marks []CallbackMark) (int, error)
	// ReplayCallback makes one due again, with no tries used.
	ReplayCallback(ctx context.Context, tenant Tenant, id string) (Callback, error)
	// DeleteCallbacks deletes up to limit pushes that came longer than age ago and are not to
	// be parsed any more, with the numbers that they waited for. It returns how many.
	DeleteCallbacks(ctx context.Context, age time.Duration, limit int) (int, error)
	// CallbackTotals tells how many of an account are in each state, and their bytes.
	CallbackTotals(ctx context.Context, tenant Tenant, account string) ([]CallbackTotal, error)
}

// CallbackState is where a push stands.
type CallbackState string

// The states.
const (
	CallbackReceived    CallbackState = "received"    // to be parsed
	CallbackDone        CallbackState = "done"        // parsed and applied
	CallbackQuarantined CallbackState = "quarantined" // authentic, but cannot be parsed
	CallbackUnmatched   CallbackState = "unmatched"   // no tracker of ours, yet
	CallbackRefused     CallbackState = "refused"     // forged or stale; never parsed
)

// Callback is a push as it came in.
type Callback struct {
	ID         string // cbk_…; made by the store when empty
	Tenant     Tenant
	Account    string
	Adapter    string
	Method     string
	Header     http.Header // the chosen ones
	Query      string
	Body       []byte
	Size       int64  // of Body; the store's
	KeyVersion int    // of the key that Body is encrypted with; 0: plain
	Digest     []byte // SHA-256 of Body, unless given
	Trust      string // the adapters.Trust of its verdict; empty when refused
	State      CallbackState
	Reason     string
	Tries      int // claims so far
	Epoch      int64
	DueAt      time.Time // when a repeat is due; the store's
	LeaseUntil time.Time
	ReceivedAt time.Time // now, unless given
}

// CallbackMark is what became of a claimed callback.
type CallbackMark struct {
	Tenant Tenant
	ID     string
	Epoch  int64
	// State CallbackReceived means: again after Delay.
	State  CallbackState
	Reason string
	Delay  time.Duration
	// Numbers are the tracking numbers that an unmatched one waits for.
	Numbers []string
}

// CallbackTotal counts one state.
type CallbackTotal struct {
	State CallbackState
	Count int
	Bytes int64
}
