package speedpak

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// scope is eDIS's own: it lies outside of api_scope.
const scope = "https://api.ebay.com/oauth/scope/sell.edelivery"

// tokenName is the account's token in the store; tokenLife what an access token is given whose
// answer does not say when it ends, in seconds.
const (
	tokenName = "ebay"
	tokenLife = 3600
)

// basic is the value of Authorization by which the keyset proves itself.
func basic(id string, secret normalize.Secret) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret.Reveal()))
}

// grant is a seller's pair of tokens as the store keeps it. Seed tells which configured
// credentials it stems from: new ones in the account replace what was stored.
type grant struct {
	Seed    string `json:"seed"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int64  `json:"expires"` // of the access token, seconds since the epoch
}

// seller keeps the tokens of one seller: one caller fetches while the others wait, and a
// refresh token is stored before it is used.
type seller struct {
	vault   *token.Vault
	store   adapters.TokenStore
	first   grant // of the configuration
	refused atomic.Pointer[string]
	renew   func(ctx context.Context, refresh string) (grant, error)
}

// newSeller makes the tokens of an account. renew exchanges a refresh token, or where there is
// none the code of the seller's consent.
func newSeller(c Config, store adapters.TokenStore, renew func(context.Context, string) (grant, error)) *seller {
	s := &seller{store: store, renew: renew, first: grant{Seed: seedOf(c), Refresh: c.RefreshToken.Reveal()}}
	if s.store == nil {
		s.store = newMemory()
	}
	s.vault = token.New(s.fetch)
	return s
}

// seedOf is a mark of an account's credentials that does not tell them.
func seedOf(c Config) string {
	sum := sha256.Sum256([]byte(c.ClientID + "\n" + c.RefreshToken.Reveal() + "\n" + c.AuthCode.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// get returns an access token that is good for another minute.
func (s *seller) get(ctx context.Context) (normalize.Secret, error) { return s.vault.Get(ctx) }

// refuse forgets an access token that eBay does not take.
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
			fresh, err := s.renew(ctx, g.Refresh)
			if err != nil {
				return "", err
			}
			// eBay's refresh tokens stay what they are for 18 months, unless it sends a new one.
			fresh.Seed, fresh.Refresh = s.first.Seed, either(fresh.Refresh, g.Refresh)
			g = fresh
		}
		b, err := json.Marshal(g)
		return string(b), err
	})
	if err != nil {
		return token.Token{}, err
	}
	g := s.stored(text)
	return token.Token{Access: normalize.NewSecret(g.Access), Expires: time.Unix(g.Expires, 0)}, nil
}

// stored reads what the store has; what does not stem from the configured credentials counts
// for nothing.
func (s *seller) stored(text string) grant {
	var g grant
	if json.Unmarshal([]byte(text), &g) != nil || g.Seed != s.first.Seed {
		return s.first
	}
	return g
}

func (s *seller) good(g grant, now time.Time) bool {
	refused := s.refused.Load()
	return g.Access != "" && (refused == nil || *refused != g.Access) && now.Add(time.Minute).Before(time.Unix(g.Expires, 0))
}

// tokenForm asks for an access token by a refresh token, or without one by the code of the
// seller's consent, which is good once.
func (c *client) tokenForm(refresh string) url.Values {
	if refresh == "" {
		return url.Values{"grant_type": {"authorization_code"}, "code": {c.authCode.Reveal()}, "redirect_uri": {c.ruName}}
	}
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "scope": {scope}}
}

// renewed fetches an access token, about two hours good.
// Source: eBay's OAuth guide, read 2026-11-21.
func (c *client) renewed(ctx context.Context, refresh string) (grant, error) {
	if refresh == "" && c.authCode.IsZero() {
		return grant{}, &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpToken),
			Message: "there is no refresh token: the seller must consent again"}
	}
	reply, err := c.rest.Do(ctx, rest.Call{
		Op: adapters.OpToken, Method: http.MethodPost, Path: c.tokenURL,
		Header: http.Header{"Authorization": {basic(c.clientID, c.clientSecret)},
			"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
		Body: []byte(c.tokenForm(refresh).Encode()),
	})
	if err != nil {
		return grant{}, err
	}
	var out struct {
		Access    string      `json:"access_token"`
		Refresh   string      `json:"refresh_token"`
		ExpiresIn json.Number `json:"expires_in"`
		Error     string      `json:"error"`
		Words     string      `json:"error_description"`
	}
	unread := rest.DecodeJSON(reply.Body, &out)
	switch {
	case !reply.OK() && unread == nil && out.Error != "":
		return grant{}, c.rest.Fail(adapters.OpToken, tokenKind(reply.Status), reply, out.Error, out.Words)
	case !reply.OK():
		return grant{}, c.rest.Fail(adapters.OpToken, rest.Fallback(reply.Status, false), reply, "", "")
	case unread != nil || out.Access == "":
		return grant{}, c.bad(adapters.OpToken, reply, "the answer holds no access token")
	}
	life, err := strconv.ParseInt(out.ExpiresIn.String(), 10, 32)
	if err != nil || life <= 0 {
		life = tokenLife
	}
	return grant{Access: out.Access, Refresh: out.Refresh, Expires: time.Now().Unix() + life}, nil
}

// tokenKind is what a refusal of the token endpoint means: the credentials or the consent are
// not good, whatever the word for it is.
func tokenKind(status int) normalize.Kind {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return rest.Fallback(status, false)
	}
	return normalize.KindAuthFailed
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
