package dhlexpress

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
)

// basic is the value of Authorization for a user and a password (RFC 7617).
func basic(user, pass string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+pass))
}

// authorized compares the header as a whole: the carrier wants it with every call.
func authorized(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(basic(username, password))) == 1
}
