package speedpak

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

// newSeller makes the tokens of an account. A code of the seller's consent is exchanged where
// there is no refresh token; eBay's refresh tokens stay what they are for 18 months, unless it
// sends a new one.
func newSeller(c Config, store adapters.TokenStore, renew token.Renew) *token.Rotating {
	return token.NewRotating(tokenName, token.Grant{Seed: seedOf(c), Refresh: c.RefreshToken.Reveal()}, store, renew)
}

// seedOf is a mark of an account's credentials that does not tell them.
func seedOf(c Config) string {
	return token.Seed(c.ClientID, c.RefreshToken.Reveal(), c.AuthCode.Reveal())
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
func (c *client) renewed(ctx context.Context, refresh string) (token.Grant, error) {
	if refresh == "" && c.authCode.IsZero() {
		return token.Grant{}, &normalize.Error{Kind: normalize.KindAuthFailed, Carrier: code, Op: string(adapters.OpToken),
			Message: "there is no refresh token: the seller must consent again"}
	}
	reply, err := c.rest.Do(ctx, rest.Call{
		Op: adapters.OpToken, Method: http.MethodPost, Path: c.tokenURL,
		Header: http.Header{"Authorization": {basic(c.clientID, c.clientSecret)},
			"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
		Body: []byte(c.tokenForm(refresh).Encode()),
	})
	if err != nil {
		return token.Grant{}, err
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
		return token.Grant{}, c.rest.Fail(adapters.OpToken, tokenKind(reply.Status), reply, out.Error, out.Words)
	case !reply.OK():
		return token.Grant{}, c.rest.Fail(adapters.OpToken, rest.Fallback(reply.Status, false), reply, "", "")
	case unread != nil || out.Access == "":
		return token.Grant{}, c.bad(adapters.OpToken, reply, "the answer holds no access token")
	}
	life, err := strconv.ParseInt(out.ExpiresIn.String(), 10, 32)
	if err != nil || life <= 0 {
		life = tokenLife
	}
	return token.Grant{Access: out.Access, Refresh: out.Refresh, Expires: time.Now().Unix() + life}, nil
}

// tokenKind is what a refusal of the token endpoint means: the credentials or the consent are
// not good, whatever the word for it is.
func tokenKind(status int) normalize.Kind {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return rest.Fallback(status, false)
	}
	return normalize.KindAuthFailed
}
