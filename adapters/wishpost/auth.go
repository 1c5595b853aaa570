package wishpost

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// tokenName is the account's token in the store.
const tokenName = "wishpost"

// Paths of the token endpoint.
const (
	pathToken   = "/api/v3/access_token"
	pathRefresh = "/api/v3/access_token/refresh"
)

// basic is the value of Authorization by which the app proves itself.
func basic(id string, secret normalize.Secret) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret.Reveal()))
}

// newMerchant makes the tokens of an account, of which each refresh gives both anew.
func newMerchant(c Config, store adapters.TokenStore, renew token.Renew) *token.Rotating {
	return token.NewRotating(tokenName, token.Grant{Seed: seedOf(c), Refresh: c.RefreshToken.Reveal()}, store, renew)
}

// seedOf is a mark of an account's credentials that does not tell them.
func seedOf(c Config) string {
	return token.Seed(c.ClientID, c.RefreshToken.Reveal(), c.AuthCode.Reveal())
}

// tokenForm asks for tokens by a refresh token, or without one by the code of the merchant's
// consent, which is good once.
func (c *client) tokenForm(refresh string) (path string, form url.Values) {
	if refresh != "" {
		return pathRefresh, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}
	}
	return pathToken, url.Values{"grant_type": {"authorization_code"}, "code": {c.authCode.Reveal()}, "redirect_uri": {c.redirectURI},
		"client_id": {c.clientID}, "client_secret": {c.clientSecret.Reveal()}}
}

// renewed fetches a pair of tokens. The access token is good for about 30 days; how long a
// refresh token is, nobody tells.
// Source: public clients of /api/v3/access_token and its refresh, read 2026-11-21.
func (c *client) renewed(ctx context.Context, refresh string) (token.Grant, error) {
	if refresh == "" && c.authCode.IsZero() {
		return token.Grant{}, &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpToken),
			Message: "there is no refresh token: the merchant must consent again"}
	}
	path, form := c.tokenForm(refresh)
	reply, err := c.rest.Do(ctx, rest.Call{
		Op: adapters.OpToken, Method: http.MethodPost, Path: path,
		Header: http.Header{"Authorization": {basic(c.clientID, c.clientSecret)},
			"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
		Body: []byte(form.Encode()),
	})
	if err != nil {
		return token.Grant{}, err
	}
	var out struct {
		Access    string      `json:"access_token"`
		Refresh   string      `json:"refresh_token"`
		ExpiresIn json.Number `json:"access_token_expires_in"`
	}
	if err := c.readJSON(adapters.OpToken, reply, &out); err != nil {
		return token.Grant{}, tokenError(err)
	}
	if out.Access == "" {
		return token.Grant{}, c.bad(adapters.OpToken, reply, "the answer holds no access token")
	}
	g := token.Grant{Access: out.Access, Refresh: out.Refresh}
	if life, err := strconv.ParseInt(out.ExpiresIn.String(), 10, 32); err == nil && life > 0 {
		g.Expires = time.Now().Unix() + life
	}
	return g, nil
}

// tokenError is what a refusal of the token endpoint means: the app or the consent is not good,
// whatever the number for it is.
func tokenError(err error) error {
	e := *normalize.AsError(err)
	if e.Kind == normalize.KindRejected || e.Kind == normalize.KindInvalidRequest {
		e.Kind, e.Field = normalize.KindAuthFailed, ""
	}
	return &e
}
