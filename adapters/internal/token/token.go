// Package token is the vault of access tokens: fetched once for many callers, renewed
// before they expire, dropped when the carrier refuses them.
package token

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// margin is how long before its end a token is renewed.
const margin = 60 * time.Second

// Token is an access token and the time when it ends.
type Token struct {
	Access  normalize.Secret
	Expires time.Time
}

// Fetch asks the carrier for a new token.
type Fetch func(ctx context.Context) (Token, error)

// Vault holds the token of one account. It is safe for many goroutines, of which one at a
// time fetches while the others wait, each no longer than its own context.
type Vault struct {
	fetch Fetch
	slot  chan Token // holds the one current token; taking it is taking the lock
}

// New makes a vault that is empty until the first Get.
func New(fetch Fetch) *Vault {
	v := &Vault{fetch: fetch, slot: make(chan Token, 1)}
	v.slot <- Token{}
	return v
}

// Get returns a token that is good for another minute, or half of its life where it is shorter.
func (v *Vault) Get(ctx context.Context) (normalize.Secret, error) {
	t, err := v.take(ctx)
	if err != nil {
		return normalize.Secret{}, err
	}
	if !t.Access.IsZero() && time.Now().Before(t.Expires) {
		v.slot <- t
		return t.Access, nil
	}
	fresh, err := v.fetch(ctx)
	if err != nil {
		v.slot <- Token{}
		return normalize.Secret{}, err
	}
	life := time.Until(fresh.Expires)
	fresh.Expires = fresh.Expires.Add(-min(margin, life/2))
	v.slot <- fresh
	return fresh.Access, nil
}

// Drop forgets a token that the carrier refused, unless it was replaced meanwhile.
func (v *Vault) Drop(ctx context.Context, refused normalize.Secret) {
	t, err := v.take(ctx)
	if err != nil {
		return
	}
	if t.Access == refused {
		t = Token{}
	}
	v.slot <- t
}

func (v *Vault) take(ctx context.Context) (Token, error) {
	select {
	case t := <-v.slot:
		return t, nil
	case <-ctx.Done():
		return Token{}, &normalize.Error{Kind: normalize.KindTimeout, Op: "token", NotSent: true,
			Message: "no token in time", Err: ctx.Err()}
	}
}
