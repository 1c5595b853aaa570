package cainiao

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// sign is the signature of a call to AliExpress: upper-case hex HMAC-SHA256 over all
// parameters, common and business, sorted by name in byte order, names and raw values without
// separators. sign itself and empty values are left out. A call to /rest has its API path in
// front; a call to /sync has none, since its method is a parameter.
// Source: AliExpress Open Platform, signature algorithm; its published examples come out.
func sign(secret normalize.Secret, path string, params map[string]string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(path))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if value := params[name]; name != "sign" && value != "" {
			mac.Write([]byte(name + value))
		}
	}
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// digest is the signature of a LINK message: Base64 of the sixteen bytes of an MD5 (not of
// their hex) over the message and the secret, both in UTF-8.
// Source: Cainiao LINK access guide; its published example comes out.
func digest(message string, secret normalize.Secret) string {
	sum := md5.Sum([]byte(message + secret.Reveal()))
	return base64.StdEncoding.EncodeToString(sum[:])
}
