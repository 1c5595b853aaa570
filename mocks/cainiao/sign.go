package cainiao

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// signIOP signs the parameters of an AliExpress call: sorted by name, names and values bare and
// without separators, behind the API path of a /rest call ("" for /sync). sign itself and empty
// values are left out.
// Source: AliExpress Open Platform, "Signature algorithm"; its two examples come out.
func signIOP(secret, path string, params map[string]string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(path))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if value := params[name]; name != "sign" && value != "" {
			mac.Write([]byte(name + value))
		}
	}
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// digest signs a LINK message: Base64 of the 16 bytes of MD5, not of their hex.
// Source: Cainiao LINK, signing example of the access guide; it comes out.
func digest(message, secret string) string {
	sum := md5.Sum([]byte(message + secret))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// same compares signatures without telling by time where they differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
