package cainiao

import (
	"context"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// tokenName is the account's token in the store.
const tokenName = "aliexpress"

// newSeller makes the tokens of the seller's shop. The access token of the configuration is
// used until it ends or is refused.
func newSeller(c Config, store adapters.TokenStore, renew token.Renew) *token.Rotating {
	access, refresh := c.AccessToken.Reveal(), c.RefreshToken.Reveal()
	return token.NewRotating(tokenName, token.Grant{Seed: token.Seed(access, refresh), Access: access, Refresh: refresh}, store, renew)
}

// refreshed asks for a new pair.
//
// expires_in is seconds. Its fields are unconfirmed beyond the tokens themselves; one client
// reports a live round trip.
// Source: public clients of /auth/token/refresh, read 2026-11-21.
func (i *iop) refreshed(ctx context.Context, refresh string) (token.Grant, error) {
	if refresh == "" {
		return token.Grant{}, &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpToken),
			Message: "the access token was refused and there is no refresh token: the seller must authorise the app again"}
	}
	var out struct {
		Access    string `json:"access_token"`
		Refresh   string `json:"refresh_token"`
		ExpiresIn text   `json:"expires_in"`
	}
	reply, err := i.system(ctx, adapters.OpToken, "/auth/token/refresh", map[string]string{"refresh_token": refresh}, &out)
	if err != nil {
		return token.Grant{}, err
	}
	if out.Access == "" {
		return token.Grant{}, i.bad(adapters.OpToken, reply, "the answer holds no access token")
	}
	g := token.Grant{Access: out.Access, Refresh: out.Refresh}
	if seconds, err := strconv.ParseInt(string(out.ExpiresIn), 10, 32); err == nil && seconds > 0 {
		g.Expires = time.Now().Unix() + seconds
	}
	return g, nil
}
