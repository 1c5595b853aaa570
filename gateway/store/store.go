// Package store is the one place where anything durable lives: SQLite in a file on one
// machine, PostgreSQL 15 or later for many. Both run the same Go code and pass the same
// suite, gateway/store/storetest.
//
// What must be unique is a constraint, what must be ordered is a sequence assigned under a
// row lock, and nothing relies on SERIALIZABLE. Every access path takes the tenant, and what
// belongs to another tenant is ErrNotFound. Leases and due times are judged by the store's
// own clock: the database server's, or this machine's where the store is a file. Times are
// UTC with microseconds; a zero time means "none".
//
// A method that has returned nil has made its write durable. One that returns an error has
// written nothing, with one exception, ErrCommitUnknown.
//
// Some methods take a function (Change, Emit, fold). It runs inside the write's transaction,
// on SQLite in the only writer there is: it must be quick, must depend on nothing but its
// arguments (it may run again after a deadlock) and must not call the store.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// Tenant is whose a thing is. It is a type of its own so that it is never mixed up with an id.
type Tenant string

// Store is everything durable, by concern.
type Store interface {
	Keys
	Rates
	Purchases
	Documents
	Trackers
	Callbacks
	Events
	Webhooks
	Plans
	Cases
	Passes
	Tokens
	Quotas
	Audit

	// Meta returns what was fixed when this store was first opened.
	Meta() Meta
	// Ping tells whether the store can be written and read.
	Ping(ctx context.Context) error
	// Now is the store's clock, by which leases and due times are judged.
	Now(ctx context.Context) (time.Time, error)
	// Safety looks again at what Open refused: settings that may lose acknowledged writes.
	Safety(ctx context.Context) error
	// Dialect is "sqlite" or "postgres".
	Dialect() string
	// Close waits for writes that have begun, then refuses all others with ErrClosed.
	Close() error
}

// What callers may act on; all others mean that the store is in trouble.
var (
	// ErrNotFound: no such thing, or it is another tenant's.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the thing has moved on since it was read (epoch or state).
	ErrConflict = errors.New("the record has moved on")
	// ErrDuplicate: a unique constraint holds this value already.
	ErrDuplicate = errors.New("already there")
	// ErrKeyReused: the idempotency key belongs to another kind of request.
	ErrKeyReused = errors.New("the idempotency key belongs to another request")
	// ErrBadCursor: the cursor is not one that a list gave.
	ErrBadCursor = errors.New("not a cursor of this list")
	// ErrDiskFull: there is no room to write ahead, so nothing may be sent.
	ErrDiskFull = errors.New("the store's disk is full")
	// ErrCommitUnknown: the answer to a commit was lost, so the write may or may not be
	// there. Read the thing by its key before anything else.
	ErrCommitUnknown = errors.New("the outcome of the commit is unknown")
	// ErrUnsafe: the store's settings may lose acknowledged writes.
	ErrUnsafe = errors.New("the store is not safe for purchases")
	// ErrSandboxMismatch: a sandbox's data is opened as live data, or the other way round.
	ErrSandboxMismatch = errors.New("the data belongs to the other of sandbox and live")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
)

// CeilingError says that a purchase would go over a spending ceiling of its tenant. Nothing
// was written.
type CeilingError struct {
	Count int             // the ceiling in labels a day, 0 where money is the limit
	Limit normalize.Money // the ceiling in money a day, zero where the count is the limit
}

func (e *CeilingError) Error() string {
	if e.Count > 0 {
		return fmt.Sprintf("more than %d labels in a day", e.Count)
	}
	return fmt.Sprintf("more than %s in a day", e.Limit)
}

// Page is a part of a list that runs from the newest. The zero Page is the first 25.
type Page struct {
	Limit  int    // at most 1000; 25 when 0
	Cursor string // the Next of the part before; empty for the newest
}

// List is a part of a list; Next is empty at the end.
type List[T any] struct {
	Items []T
	Next  string
}

// Due claims what is due. A claim raises the epoch of each thing, so that whoever held it
// before can change nothing any more, and lets nobody else have it until the lease is over.
type Due struct {
	Lease    time.Duration
	Limit    int
	Accounts []string // only of these carrier accounts; all when empty
}

// Ref names a thing and the epoch at which it was read. A change through a Ref is refused
// with ErrConflict when the epoch has moved on.
type Ref struct {
	Tenant Tenant
	ID     string
	Epoch  int64
}

// Meta is fixed when a store is first opened, and the same ever after.
type Meta struct {
	Installation string // ins_…
	// Prefix begins every client reference of this installation: 3 characters of Crockford's
	// base32, in capitals.
	Prefix  string
	Sandbox bool
	// DataKey is 32 random bytes from which callback tokens, key hashes and the ids of sandbox
	// accounts are derived.
	DataKey   []byte
	CreatedAt time.Time
}
