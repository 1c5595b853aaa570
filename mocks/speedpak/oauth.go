package speedpak

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Scopes of the sandbox's application. The one of eDIS lies outside of api_scope.
const (
	edelivery = "https://api.ebay.com/oauth/scope/sell.edelivery"
	plain     = "https://api.ebay.com/oauth/api_scope"
)

// Lives of tokens, as eBay states them.
const (
	accessLife  = 2 * time.Hour
	refreshLife = 47304000 * time.Second // 18 months
)

// Kinds of tokens.
const (
	access  = "access"
	refresh = "refresh"
)

// grant is what a token says. A token carries all of it, so that none is remembered and a
// reset of the sandbox does not log anybody out.
type grant struct {
	kind, user, scope string
	expires           int64 // Unix seconds
}

// tokenKey signs tokens: they are the sandbox's own and protect nothing.
var tokenKey = []byte("the sandbox's own token key")

const tokenPrefix = "v^1.1#i^1#p^3#r^0#f^0#I^3#t^"

func mac(payload string) []byte {
	m := hmac.New(sha256.New, tokenKey)
	m.Write([]byte(payload))
	return m.Sum(nil)
}

// seal is the text of a token.
func seal(g grant) string {
	payload := strings.Join([]string{g.kind, g.user, g.scope, strconv.FormatInt(g.expires, 10)}, "\n")
	enc := base64.RawURLEncoding
	return tokenPrefix + enc.EncodeToString([]byte(payload)) + "." + enc.EncodeToString(mac(payload))
}

// unseal is false for a token that is not ours, is of another kind, or has expired.
func unseal(token, kind string, now time.Time) (grant, bool) {
	body, ours := strings.CutPrefix(token, tokenPrefix)
	first, second, _ := strings.Cut(body, ".")
	payload, err1 := base64.RawURLEncoding.DecodeString(first)
	sum, err2 := base64.RawURLEncoding.DecodeString(second)
	if !ours || err1 != nil || err2 != nil || !hmac.Equal(sum, mac(string(payload))) {
		return grant{}, false
	}
	parts := strings.Split(string(payload), "\n")
	if len(parts) != 4 {
		return grant{}, false
	}
	expires, err := strconv.ParseInt(parts[3], 10, 64)
	g := grant{parts[0], parts[1], parts[2], expires}
	return g, err == nil && g.kind == kind && now.Unix() < expires
}

// basic is the value of Authorization for the application.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// oauthProblem is an error of the token endpoint (RFC 6749, section 5.2).
type oauthProblem struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

type tokenAnswer struct {
	AccessToken    string `json:"access_token"`
	ExpiresIn      int64  `json:"expires_in"`
	RefreshToken   string `json:"refresh_token,omitempty"`
	RefreshExpires int64  `json:"refresh_token_expires_in,omitempty"`
	TokenType      string `json:"token_type"`
}

// token gives an access token for a consent code or a refresh token. A refresh token does
// not change when it is used.
func (c *Carrier) token(w http.ResponseWriter, r *http.Request) {
	deny := func(status int, code, description string) {
		writeJSON(w, status, oauthProblem{code, description})
	}
	if r.Method != http.MethodPost {
		deny(http.StatusMethodNotAllowed, "invalid_request", "the method must be POST")
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(basic(clientID, clientSecret))) != 1 {
		deny(http.StatusUnauthorized, "invalid_client", "client authentication failed")
		return
	}
	if err := r.ParseForm(); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		deny(http.StatusBadRequest, "invalid_request", "the request body must be a form")
		return
	}
	now := time.Now()
	out := tokenAnswer{ExpiresIn: int64(accessLife.Seconds()), TokenType: "User Access Token"}
	g := grant{user: seller, scope: edelivery + " " + plain}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		if !c.redeem(r.PostForm) {
			deny(http.StatusBadRequest, "invalid_grant", "the provided authorization grant code is invalid or was issued to another client")
			return
		}
		out.RefreshToken = seal(grant{refresh, g.user, g.scope, now.Add(refreshLife).Unix()})
		out.RefreshExpires = int64(refreshLife.Seconds())
	case "refresh_token":
		var ok bool
		if g, ok = unseal(r.PostForm.Get("refresh_token"), refresh, now); !ok {
			deny(http.StatusBadRequest, "invalid_grant", "the provided authorization refresh token is invalid or was issued to another client")
			return
		}
	default:
		deny(http.StatusBadRequest, "unsupported_grant_type", "grant type in request is not supported by the authorization server")
		return
	}
	if wanted := r.PostForm.Get("scope"); wanted != "" {
		if !covers(g.scope, wanted) {
			deny(http.StatusBadRequest, "invalid_scope", "The requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client")
			return
		}
		g.scope = wanted
	}
	out.AccessToken = seal(grant{access, g.user, g.scope, now.Add(accessLife).Unix()})
	writeJSON(w, http.StatusOK, out)
}

// redeem uses up a consent code.
func (c *Carrier) redeem(form url.Values) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if form.Get("code") != consentCode || form.Get("redirect_uri") != ruName || c.spentCodes[consentCode] {
		return false
	}
	c.spentCodes[consentCode] = true
	return true
}

// covers tells whether all of the wanted scopes were granted.
func covers(granted, wanted string) bool {
	have := strings.Fields(granted)
	for _, s := range strings.Fields(wanted) {
		if !slices.Contains(have, s) {
			return false
		}
	}
	return true
}

// admit checks the access token of a call. It returns an HTTP status and eBay's error, or 0.
func admit(r *http.Request, now time.Time) (int, apiError) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || token == "" {
		return http.StatusUnauthorized, general(errNoToken)
	}
	g, ok := unseal(token, access, now)
	switch {
	case !ok:
		return http.StatusUnauthorized, general(errBadToken)
	case !covers(g.scope, edelivery):
		return http.StatusForbidden, general(errScope)
	case g.user != seller:
		return http.StatusUnauthorized, fault(355400)
	}
	return 0, apiError{}
}
