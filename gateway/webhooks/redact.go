package webhooks

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// maxResponse is how much of an answer is kept, in bytes.
const maxResponse = 4 << 10

// What endpoints echo and nobody should read later: secrets and signatures, ours and others',
// addresses of mail, and numbers of the length of phones, cards and bank accounts.
var secretForms = regexp.MustCompile(`(?i)whsec_[a-z0-9+/=_-]+|sk_[a-z0-9_]{8,}|\bv1a?,[a-z0-9+/=]{16,}|\b(?:bearer|basic)\s+[a-z0-9+/=._~-]+|` +
	`"?\b(?:password|passwd|secret|token|api[_-]?key|authorization)"?\s*[:=]\s*"?[^"\s,;&}]+|` +
	`[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}|\+?\d(?:[ -]?\d){8,}`)

const redacted = "[redacted]"

// redact makes an answer fit to be kept: text, bounded, without secrets.
func redact(body []byte, w *store.Webhook) string {
	text := strings.ToValidUTF8(string(body), "\uFFFD")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
	text = secretForms.ReplaceAllString(text, redacted)
	for _, key := range [][]byte{w.Secret, w.Previous} {
		if len(key) > 0 {
			text = strings.ReplaceAll(text, strings.TrimPrefix(secretText(key), "whsec_"), redacted)
			text = strings.ReplaceAll(text, string(key), redacted)
		}
	}
	if len(text) > maxResponse {
		text = strings.ToValidUTF8(text[:maxResponse], "")
	}
	return text
}
