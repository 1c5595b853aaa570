package store

import (
	"context"
	"time"
)

// Keys are the API keys. Only a keyed hash of a key is kept; the key itself is shown once.
type Keys interface {
	// CreateKey stores a key; an empty ID is filled in. A hash that is there already is
	// ErrDuplicate.
	CreateKey(ctx context.Context, k APIKey) (APIKey, error)
	// KeyByHash finds the key that a request carries. Revoked and expired ones are found
	// too: ask Valid.
	KeyByHash(ctx context.Context, hash []byte) (APIKey, error)
	ListKeys(ctx context.Context, tenant Tenant, page Page) (List[APIKey], error)
	// RevokeKey is final. Revoking twice keeps the first time.
	RevokeKey(ctx context.Context, tenant Tenant, id string) (APIKey, error)
}

// APIKey is what is kept of a key.
type APIKey struct {
	ID     string // key_…
	Tenant Tenant
	Name   string
	Scopes []string
	Prefix string // the key's first characters, for people
	Hash   []byte // unique over all tenants

	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	RevokedAt time.Time // zero: not revoked
}

// Valid tells whether the key opens anything at now.
func (k APIKey) Valid(now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}
