package inbox

import (
	"net/http"
	"slices"
	"strings"
)

// Bounds on the headers that are kept.
const (
	maxHeaders     = 32
	maxHeaderBytes = 4 << 10
)

// What a header's name must hold to be kept: a message is read, and after a change of key
// verified again, by its form, its signature and its topic. All else tells of the way it came.
var keptParts = []string{"content-type", "sign", "digest", "hmac", "timestamp", "nonce", "event", "topic", "webhook", "message", "partner"}

// What must never be kept, whatever else the name holds.
var secretParts = []string{"authorization", "cookie", "token", "key", "secret", "password", "forwarded"}

// chosen are the headers that are kept with a message.
func chosen(h http.Header) http.Header {
	names := make([]string, 0, len(h))
	for name := range h {
		if keeps(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out, left := http.Header{}, maxHeaderBytes
	for _, name := range names[:min(len(names), maxHeaders)] {
		for _, v := range h[name] {
			if left -= len(name) + len(v); left < 0 {
				return out
			}
			out[name] = append(out[name], v)
		}
	}
	return out
}

func keeps(name string) bool {
	name = strings.ToLower(name)
	holds := func(part string) bool { return strings.Contains(name, part) }
	return slices.ContainsFunc(keptParts, holds) && !slices.ContainsFunc(secretParts, holds)
}
