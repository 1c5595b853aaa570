package store

import (
	"context"
	"encoding/json"
	"time"
)

// Events are the log of what happened, which webhooks and /v1/events read. They are written
// in the transaction of the change that they tell of.
type Events interface {
	// AppendEvents writes events that belong to no other change.
	AppendEvents(ctx context.Context, events ...Event) error
	// ReadEvents reads the log of all tenants from after a position, the oldest first. No
	// event that is committed later ever gets a position at or before one that was read, so
	// a reader that remembers the last one misses nothing. An event may show up a moment
	// after its commit.
	ReadEvents(ctx context.Context, after int64, limit int) ([]Event, error)
	Event(ctx context.Context, tenant Tenant, id string) (Event, error)
	ListEvents(ctx context.Context, tenant Tenant, f EventFilter, page Page) (List[Event], error)
	// ReadTenantEvents reads one tenant's part of the log as ReadEvents does: from after a
	// position, the oldest first, and nothing is ever missed.
	ReadTenantEvents(ctx context.Context, tenant Tenant, after int64, f EventFilter, limit int) ([]Event, error)
}

// Event is one line of the log.
type Event struct {
	ID       string // evt_…; made by the store when empty
	Tenant   Tenant
	Type     string // tracker.updated, label.purchased …
	Subject  string // the id of what it is about
	Sequence int64  // gapless per tracker; 0 for other subjects
	Data     json.RawMessage
	// Position orders the log; the store's, 0 until it is settled.
	Position  int64
	CreatedAt time.Time
}

// EventFilter narrows a list; empty fields do not.
type EventFilter struct {
	Types   []string
	Subject string
	Since   time.Time // at or after
	Until   time.Time // before
}
