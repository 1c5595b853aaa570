package sf

import (
	"crypto/md5" // SF's choice
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/crossdock-hub/crossdock/normalize"
)

// digests are the three ways in which an app may sign, by our name: each over the message, the
// timestamp and the check word, one after the other.
var digests = map[string]func(text string) []byte{
	"md5": func(text string) []byte {
		sum := md5.Sum([]byte(javaEscape(text)))
		return sum[:]
	},
	"simple_md5": func(text string) []byte {
		sum := md5.Sum([]byte(text))
		return sum[:]
	},
	"sm3": func(text string) []byte {
		sum := sm3([]byte(javaEscape(text)))
		return sum[:]
	},
}

// sign makes msgDigest. message is signed as it stands in msgData before the form is encoded.
// Source: SF open platform, page of the digest, and public clients, read 2026-11-21.
func sign(mode, message, timestamp string, checkword normalize.Secret) string {
	return base64.StdEncoding.EncodeToString(digests[mode](message + timestamp + checkword.Reveal()))
}

// javaEscape escapes as Java's URLEncoder does: it leaves the asterisk and escapes the tilde,
// where Go does the reverse.
var javaEscapes = strings.NewReplacer("%2A", "*", "~", "%7E")

func javaEscape(s string) string { return javaEscapes.Replace(url.QueryEscape(s)) }
