package token

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// unsaid is what an access token is given whose end nobody told.
const unsaid = time.Hour

// Grant is a pair of tokens as the store keeps it. Seed tells which configured credentials it
// stems from: new ones in the account replace what was stored.
type Grant struct {
	Seed    string `json:"seed"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int64  `json:"expires"` // of the access token, seconds since the epoch; 0 where nobody told
}

// Renew asks the carrier for a new pair by a refresh token, "" where there is none. A pair
// without a refresh token leaves the old one in use; the Seed is filled in.
type Renew func(ctx context.Context, refresh string) (Grant, error)

// Rotating keeps the tokens of one account whose refresh tokens may rotate: one caller renews
// while the others wait, and a new pair is stored before it is used.
type Rotating struct {
	vault   *Vault
	store   adapters.TokenStore
	name    string // in the store
	first   Grant  // of the configuration
	refused atomic.Pointer[string]
	renew   Renew
}

// NewRotating makes the tokens of an account from those of its configuration. A nil store keeps
// them as long as the process lasts.
func NewRotating(name string, first Grant, store adapters.TokenStore, renew Renew) *Rotating {
	r := &Rotating{store: store, name: name, first: first, renew: renew}
	if r.store == nil {
		r.store = newMemory()
	}
	r.vault = New(r.fetch)
	return r
}

// Seed is a mark of an account's credentials that does not tell them.
func Seed(credentials ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(credentials, "\n")))
	return hex.EncodeToString(sum[:8])
}

// Get returns an access token that is good for another minute.
func (r *Rotating) Get(ctx context.Context) (normalize.Secret, error) { return r.vault.Get(ctx) }

// Refuse forgets an access token that the carrier does not take.
func (r *Rotating) Refuse(ctx context.Context, t normalize.Secret) {
	r.refused.Store(new(t.Reveal()))
	r.vault.Drop(ctx, t)
}

// fetch takes the stored token if it is good, which another process may have renewed, and
// renews it otherwise, under the store's lock.
func (r *Rotating) fetch(ctx context.Context) (Token, error) {
	text, err := r.store.Refresh(ctx, r.name, func(stored string) (string, error) {
		g := r.stored(stored)
		if !r.good(g, time.Now()) {
			fresh, err := r.renew(ctx, g.Refresh)
			if err != nil {
				return "", err
			}
			fresh.Seed = r.first.Seed
			if fresh.Refresh == "" {
				fresh.Refresh = g.Refresh
			}
			g = fresh
		}
		b, err := json.Marshal(g)
		return string(b), err
	})
	if err != nil {
		return Token{}, err
	}
	g := r.stored(text)
	expires := time.Now().Add(unsaid)
	if g.Expires > 0 {
		expires = time.Unix(g.Expires, 0)
	}
	return Token{Access: normalize.NewSecret(g.Access), Expires: expires}, nil
}

// stored reads what the store has; what does not stem from the configured credentials counts
// for nothing.
func (r *Rotating) stored(text string) Grant {
	var g Grant
	if json.Unmarshal([]byte(text), &g) != nil || g.Seed != r.first.Seed {
		return r.first
	}
	return g
}

func (r *Rotating) good(g Grant, now time.Time) bool {
	refused := r.refused.Load()
	return g.Access != "" && (refused == nil || *refused != g.Access) &&
		(g.Expires == 0 || now.Add(time.Minute).Before(time.Unix(g.Expires, 0)))
}

// memory is a store for an account that was given none: it lasts as long as the process.
type memory struct{ slot chan string }

func newMemory() memory {
	m := memory{make(chan string, 1)}
	m.slot <- ""
	return m
}

// Refresh runs fn with the value under the lock that holding it is.
func (m memory) Refresh(ctx context.Context, _ string, fn func(string) (string, error)) (string, error) {
	select {
	case stored := <-m.slot:
		fresh, err := fn(stored)
		if err != nil {
			m.slot <- stored
			return "", err
		}
		m.slot <- fresh
		return fresh, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
