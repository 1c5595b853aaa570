package cainiao

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// tokenName is the account's token in the store; tokenLife what a token is given that does not
// say when it ends.
const (
	tokenName = "aliexpress"
	tokenLife = time.Hour
)

// grant is a seller's pair of tokens as the store keeps it. Seed tells which configured
// credentials it stems from: new ones in the account replace what was stored.
type grant struct {
	Seed    string `json:"seed"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int64  `json:"expires"` // seconds since the epoch, 0 where nobody told
}

// seller keeps the token of the seller's shop: one fetches while the others wait, and a
// refresh token is stored before the one that it replaces is of no use any more.
type seller struct {
	vault   *token.Vault
	store   adapters.TokenStore
	first   grant // of the configuration
	refused atomic.Pointer[string]
	renew   func(ctx context.Context, refresh string) (grant, error)
}

func newSeller(c Config, store adapters.TokenStore, renew func(context.Context, string) (grant, error)) *seller {
	seed := sha256.Sum256([]byte(c.AccessToken.Reveal() + "\n" + c.RefreshToken.Reveal()))
	s := &seller{store: store, renew: renew, first: grant{Seed: hex.EncodeToString(seed[:8]),
		Access: c.AccessToken.Reveal(), Refresh: c.RefreshToken.Reveal()}}
	if s.store == nil {
		s.store = newMemory()
	}
	s.vault = token.New(s.fetch)
	return s
}

// get returns a token that is good for another minute.
func (s *seller) get(ctx context.Context) (normalize.Secret, error) { return s.vault.Get(ctx) }

// refuse forgets a token that AliExpress does not take.
func (s *seller) refuse(ctx context.Context, t normalize.Secret) {
	s.refused.Store(new(t.Reveal()))
	s.vault.Drop(ctx, t)
}

// fetch takes the stored token if it is good, which another process may have renewed, and
// renews it otherwise, under the store's lock.
func (s *seller) fetch(ctx context.Context) (token.Token, error) {
	text, err := s.store.Refresh(ctx, tokenName, func(stored string) (string, error) {
		g := s.stored(stored)
		if !s.good(g, time.Now()) {
			var err error
			if g, err = s.renewed(ctx, g); err != nil {
				return "", err
			}
		}
		b, err := json.Marshal(g)
		return string(b), err
	})
	if err != nil {
		return token.Token{}, err
	}
	g := s.stored(text)
	expires := time.Now().Add(tokenLife)
	if g.Expires > 0 {
		expires = time.Unix(g.Expires, 0)
	}
	return token.Token{Access: normalize.NewSecret(g.Access), Expires: expires}, nil
}

// stored reads what the store has; anything that does not stem from the configured
// credentials counts for nothing.
func (s *seller) stored(text string) grant {
	var g grant
	if json.Unmarshal([]byte(text), &g) != nil || g.Seed != s.first.Seed {
		return s.first
	}
	return g
}

func (s *seller) good(g grant, now time.Time) bool {
	refused := s.refused.Load()
	return g.Access != "" && (refused == nil || *refused != g.Access) &&
		(g.Expires == 0 || now.Add(time.Minute).Before(time.Unix(g.Expires, 0)))
}

func (s *seller) renewed(ctx context.Context, old grant) (grant, error) {
	if old.Refresh == "" {
		return grant{}, &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpToken),
			Message: "the access token was refused and there is no refresh token: the seller must authorise the app again"}
	}
	g, err := s.renew(ctx, old.Refresh)
	if err != nil {
		return grant{}, err
	}
	g.Seed, g.Refresh = s.first.Seed, either(g.Refresh, old.Refresh)
	return g, nil
}

// refreshed asks for a new pair.
//
// expires_in is seconds. Its fields are unconfirmed beyond the tokens themselves; one client
// reports a live round trip.
// Source: public clients of /auth/token/refresh, read 2026-11-21.
func (i *iop) refreshed(ctx context.Context, refresh string) (grant, error) {
	var out struct {
		Access    string `json:"access_token"`
		Refresh   string `json:"refresh_token"`
		ExpiresIn text   `json:"expires_in"`
	}
	reply, err := i.system(ctx, adapters.OpToken, "/auth/token/refresh", map[string]string{"refresh_token": refresh}, &out)
	if err != nil {
		return grant{}, err
	}
	if out.Access == "" {
		return grant{}, i.bad(adapters.OpToken, reply, "the answer holds no access token")
	}
	g := grant{Access: out.Access, Refresh: out.Refresh}
	if seconds, err := strconv.ParseInt(string(out.ExpiresIn), 10, 32); err == nil && seconds > 0 {
		g.Expires = time.Now().Unix() + seconds
	}
	return g, nil
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
