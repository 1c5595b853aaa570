package wishpost

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// basic is the value of Authorization for the application.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

var wrongClient = &refusal{status: http.StatusUnauthorized, code: codeUnrecognised, message: "Client id or client secret is not recognized"}

// authorize is the consent page of a merchant who agrees at once: it leads back to the
// application with a code.
func (c *Carrier) authorize(w http.ResponseWriter, r *http.Request, _ []byte) {
	q := r.URL.Query()
	legacy := r.URL.Path == "/oauth/authorize"
	asked := strings.Fields(q.Get("scope"))
	known := func(s string) bool { return slices.Contains(strings.Fields(scopes), s) }
	switch {
	case q.Get("client_id") != clientID:
		http.Error(w, "unknown client_id", http.StatusBadRequest)
		return
	case !legacy && (q.Get("response_type") != "code" || len(asked) == 0 || slices.ContainsFunc(asked, func(s string) bool { return !known(s) })):
		http.Error(w, "response_type must be code, and scope some of "+scopes, http.StatusBadRequest)
		return
	}
	back := url.Values{"code": {seal(kindConsent, time.Now().Add(consentFor), c.desk.Serial(10))}}
	if q.Has("state") {
		back.Set("state", q.Get("state"))
	}
	w.Header().Set("Location", redirectURI+"?"+back.Encode())
	w.WriteHeader(http.StatusFound)
}

// token3 gives tokens in the manner of /api/v3: a form, the application in the header.
func (c *Carrier) token3(kind string) func(http.ResponseWriter, *http.Request, []byte) {
	return func(w http.ResponseWriter, r *http.Request, body []byte) {
		form, err := url.ParseQuery(string(body))
		if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			invalid("body", "not a form").json(w)
			return
		}
		if r.Header.Get("Authorization") != basic(clientID, clientSecret) {
			wrongClient.json(w)
			return
		}
		g, no := c.tokens(kind, form.Get)
		if no != nil {
			no.json(w)
			return
		}
		writeJSON(w, http.StatusOK, map[string]any{"code": 0, "message": "Success", "user_id": merchant, "access_token": g.access, "refresh_token": g.refresh,
			"access_token_expires_in": int64(time.Until(g.ends).Seconds()), "access_token_expiry_time": g.ends.Unix()})
	}
}

// tokens checks what both generations ask for.
func (c *Carrier) tokens(kind string, get func(string) string) (grant, *refusal) {
	if get("grant_type") != kind {
		return grant{}, missing("grant_type " + kind)
	}
	if kind == "refresh_token" {
		return c.exchange(kind, get("refresh_token"))
	}
	switch {
	case get("client_id") != clientID || get("client_secret") != clientSecret:
		return grant{}, wrongClient
	case get("redirect_uri") != redirectURI:
		return grant{}, invalid("redirect_uri", "not the one of the application")
	}
	return c.exchange(kind, get("code"))
}

// token2 gives tokens in the manner of /api/v2: XML, the application in the body.
func (c *Carrier) token2(kind string) func(http.ResponseWriter, *http.Request, []byte) {
	return func(w http.ResponseWriter, _ *http.Request, body []byte) {
		in, err := readXML(body)
		if err != nil {
			invalid("body", "not one XML document").xml(w)
			return
		}
		if in.get("client_id") != clientID || in.get("client_secret") != clientSecret {
			wrongClient.xml(w)
			return
		}
		g, no := c.tokens(kind, in.get)
		if no != nil {
			no.xml(w)
			return
		}
		writeXML(w, http.StatusOK, leaf("status", "0"), leaf("timestamp", timestamp(time.Now())), leaf("user_id", merchant), leaf("token_type", "Bearer"),
			leaf("access_token", g.access), leaf("expires_in", strconv.FormatInt(int64(time.Until(g.ends).Seconds()), 10)),
			leaf("expiry_time", strconv.FormatInt(g.ends.Unix(), 10)), leaf("refresh_token", g.refresh))
	}
}
