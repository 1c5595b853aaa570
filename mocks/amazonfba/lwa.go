package amazonfba

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The published application and the seller's authorisation of it.
const (
	tokenPath    = "/auth/o2/token"
	clientID     = "amzn1.application-oa2-client.demo0001"
	clientSecret = "amzn1.oa2-cs.v1.demosecret"
	refreshToken = "Atzr|demo-refresh"
	tokenLives   = time.Hour
	tokenKind    = "Atza|"
)

// token is Login with Amazon: a form, answered with a token for an hour. The refresh token does
// not change.
func (c *Carrier) token(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	form, bad := url.ParseQuery(string(body))
	switch {
	case err != nil || bad != nil || strings.Contains(string(body), "|") || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		refuseToken(w, http.StatusBadRequest, "invalid_request", "The request has an invalid parameter or is otherwise malformed")
	case form.Get("grant_type") != "refresh_token":
		refuseToken(w, http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server")
	case form.Get("client_id") != clientID || !same(form.Get("client_secret"), clientSecret):
		refuseToken(w, http.StatusUnauthorized, "invalid_client", "Client authentication failed")
	case !same(form.Get("refresh_token"), refreshToken):
		refuseToken(w, http.StatusBadRequest, "invalid_grant", "The request has an invalid grant parameter : refresh_token")
	default:
		writeJSON(w, http.StatusOK, struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
			Type    string `json:"token_type"`
			Expires int    `json:"expires_in"` // seconds
		}{c.newToken(time.Now().Add(tokenLives)), refreshToken, "bearer", int(tokenLives.Seconds())})
	}
}

func refuseToken(w http.ResponseWriter, status int, code, text string) {
	writeJSON(w, status, map[string]string{"error": code, "error_description": text})
}

// newToken carries its end and a seal, so that it outlives a reset of the sandbox.
func (c *Carrier) newToken(ends time.Time) string {
	head := tokenKind + fmt.Sprintf("%010d", ends.Unix()) + c.desk.Serial(10)
	return head + seal(head)
}

func seal(head string) string {
	mac := hmac.New(sha256.New, []byte(clientSecret))
	mac.Write([]byte(head))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// admit checks the token of a call, which is in a header of its own.
func admit(r *http.Request, now time.Time) *problem {
	const head = len(tokenKind) + 10 + 10
	token := r.Header.Get("X-Amz-Access-Token")
	if token == "" {
		return &problem{http.StatusForbidden, "MissingAuthentication", "Missing Authentication Token", ""}
	}
	if len(token) != head+32 || !strings.HasPrefix(token, tokenKind) || !same(token[head:], seal(token[:head])) {
		return &problem{http.StatusForbidden, "Unauthorized", "Access to requested resource is denied.", "The access token you provided is revoked, malformed or invalid."}
	}
	seconds, err := strconv.ParseInt(token[len(tokenKind):len(tokenKind)+10], 10, 64)
	if err != nil || now.After(time.Unix(seconds, 0)) {
		return &problem{http.StatusForbidden, "Unauthorized", "Access to requested resource is denied.", "The access token you provided has expired."}
	}
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b) // a caller who left is not our fault
}
