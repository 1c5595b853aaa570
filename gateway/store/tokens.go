package store

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// Tokens are carriers' tokens that rotate: whoever refreshes twice with the same one is
// locked out, so one refreshes at a time and the new one is durable before it is used.
type Tokens interface {
	// RefreshToken runs fn under the lock of the token's row with the stored value, nil at
	// first, and stores what it returns before it returns it. Unlike all other functions
	// given to the store, fn may call the carrier; it must end when ctx does. On SQLite the
	// lock is of this process, since one process owns the file.
	RefreshToken(ctx context.Context, tenant Tenant, account, name string, fn func(stored []byte) ([]byte, error)) (Token, error)
	Token(ctx context.Context, tenant Tenant, account, name string) (Token, error)
}

// Token is a stored token. Its value is a secret: never log it.
type Token struct {
	Tenant     Tenant
	Account    string
	Name       string
	Value      []byte
	KeyVersion int   // of the key that Value is encrypted with; 0: plain
	Version    int64 // raised by every refresh that changed it
	UpdatedAt  time.Time
}

// TokensOf is an account's tokens in the form that adapters take.
func TokensOf(s Tokens, tenant Tenant, account string) adapters.TokenStore {
	return accountTokens{s, tenant, account}
}

type accountTokens struct {
	store   Tokens
	tenant  Tenant
	account string
}

func (a accountTokens) Refresh(ctx context.Context, name string, fn func(string) (string, error)) (string, error) {
	t, err := a.store.RefreshToken(ctx, a.tenant, a.account, name, func(stored []byte) ([]byte, error) {
		v, err := fn(string(stored))
		return []byte(v), err
	})
	return string(t.Value), err
}
