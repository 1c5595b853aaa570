// Package ids makes the names of things: a prefix that says what it is, an underscore, and
// 26 lower-case characters of Crockford's base32 that hold a UUID version 7. Ids sort by
// the time at which they were made, and nobody can guess the next one.
package ids

import (
	"strings"

	"github.com/google/uuid"
)

// The prefixes of the API, and of what the store keeps besides.
const (
	RateRequest = "rq"
	Rate        = "rate"
	Label       = "lbl"
	Tracker     = "trk"
	Event       = "evt"
	Webhook     = "whk"
	Delivery    = "dlv"
	Account     = "acct"
	InboundPlan = "inb"
	Claim       = "clm"
	Key         = "key"
	Document    = "doc"
	Callback    = "cbk"
	Step        = "stp"
	Audit       = "aud"
	Evidence    = "evd"
	Install     = "ins"
)

// Alphabet is Crockford's base32 in lower case: no i, l, o, u.
const Alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// bodyLen is the length of 128 bits in base32.
const bodyLen = 26

// referenceTail is how much of an id goes into a client reference: 65 bits, of which 62
// are random, so that a reference cannot be guessed and 3 + 13 fits every carrier's field.
const referenceTail = 13

// New makes an id that sorts after all that this process made before.
func New(prefix string) string { return prefix + "_" + encode(uuid.Must(uuid.NewV7())) }

// encode writes 128 bits as 26 digits, the most significant first.
func encode(u uuid.UUID) string {
	var out [bodyLen]byte
	var acc uint32
	bits, n := 0, bodyLen
	for i := len(u) - 1; i >= 0; i-- {
		acc |= uint32(u[i]) << bits
		for bits += 8; bits >= 5; bits -= 5 {
			n--
			out[n] = Alphabet[acc&31]
			acc >>= 5
		}
	}
	out[0] = Alphabet[acc&31]
	return string(out[:])
}

// Valid tells whether id has the form of an id with this prefix.
func Valid(prefix, id string) bool {
	body, ok := strings.CutPrefix(id, prefix+"_")
	return ok && len(body) == bodyLen && inAlphabet(body)
}

func inAlphabet(s string) bool {
	for i := range len(s) {
		if strings.IndexByte(Alphabet, s[i]) < 0 {
			return false
		}
	}
	return true
}

// ClientReference is what a carrier is told of a purchase: the installation's prefix and
// the random end of the purchase's id, in capitals. The same purchase always has the same.
func ClientReference(installation, purchase string) string {
	if len(purchase) < referenceTail {
		return strings.ToUpper(installation + purchase)
	}
	return strings.ToUpper(installation + purchase[len(purchase)-referenceTail:])
}

// IsClientReference tells whether a reference has the form of those that an installation makes.
func IsClientReference(installation, ref string) bool {
	tail, ok := strings.CutPrefix(ref, strings.ToUpper(installation))
	return ok && len(tail) == referenceTail && tail == strings.ToUpper(tail) && inAlphabet(strings.ToLower(tail))
}

// MaxRates is how many rates of one request can be named.
const MaxRates = 32 * 32

// RateOf names the n-th rate (from 0) of a rate request, so that a rate is found through its
// request without an index. It panics for n outside 0 … MaxRates-1, which no answer reaches.
func RateOf(request string, n int) string {
	if n < 0 || n >= MaxRates {
		panic("ids: more rates than a request can name")
	}
	_, body, _ := strings.Cut(request, "_")
	return Rate + "_" + body + string([]byte{Alphabet[n/32], Alphabet[n%32]})
}

// RequestOf returns the rate request of a rate's id and the rate's place in it.
func RequestOf(rate string) (request string, n int, ok bool) {
	body, found := strings.CutPrefix(rate, Rate+"_")
	if !found || len(body) != bodyLen+2 || !inAlphabet(body) {
		return "", 0, false
	}
	n = 32*strings.IndexByte(Alphabet, body[bodyLen]) + strings.IndexByte(Alphabet, body[bodyLen+1])
	return RateRequest + "_" + body[:bodyLen], n, true
}
