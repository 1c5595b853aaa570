package amazonfba

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/adapters/internal/token"
	"github.com/crossdock-hub/crossdock/normalize"
)

// tokenBody is the form that Login with Amazon takes, in the order of its documentation. The
// pipe in a refresh token travels as %7C.
func tokenBody(refresh, id, secret string) string {
	return "grant_type=refresh_token&refresh_token=" + url.QueryEscape(refresh) +
		"&client_id=" + url.QueryEscape(id) + "&client_secret=" + url.QueryEscape(secret)
}

// tokenReply is the answer. The refresh token in it is the one that was sent: it does not rotate.
type tokenReply struct {
	Access  normalize.Secret `json:"access_token"`
	Expires int64            `json:"expires_in"` // seconds, 3600
}

type tokenRefusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// maxTokenLife bounds what is believed of a token's life.
const maxTokenLife = 24 * time.Hour

// fetchToken exchanges the refresh token for an access token.
// Source: Login with Amazon, as known from the Selling Partner API guide.
func (c *client) fetchToken(ctx context.Context) (token.Token, error) {
	reply, err := c.rest.Do(ctx, rest.Call{
		Op: adapters.OpToken, Method: http.MethodPost, Path: c.tokenURL,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
		Body:   []byte(tokenBody(c.refresh.Reveal(), c.id, c.secret.Reveal())),
	})
	if err != nil {
		return token.Token{}, err
	}
	if !reply.OK() {
		return token.Token{}, c.tokenRefused(reply)
	}
	var out tokenReply
	if rest.DecodeJSON(reply.Body, &out) != nil || out.Access.IsZero() || out.Expires <= 0 {
		return token.Token{}, c.rest.Fail(adapters.OpToken, normalize.KindBadResponse, reply, "", "the answer holds no token")
	}
	life := min(time.Duration(min(out.Expires, int64(maxTokenLife/time.Second)))*time.Second, maxTokenLife)
	return token.Token{Access: out.Access, Expires: time.Now().Add(life)}, nil
}

// tokenRefused reads the refusal in the shape of OAuth; anything else is by its status.
func (c *client) tokenRefused(r rest.Reply) error {
	var out tokenRefusal
	kind := rest.Fallback(r.Status, false)
	if rest.DecodeJSON(r.Body, &out) == nil && out.Error != "" && r.Status < http.StatusInternalServerError && r.Status != http.StatusTooManyRequests {
		kind = normalize.KindAuthFailed
	}
	return c.rest.Fail(adapters.OpToken, kind, r, out.Error, out.Description)
}
