package trackers

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Bounds on what is taken of one message of a carrier. An answer that fits in a body never
// comes near the number of scans.
const (
	maxScans   = 10_000
	maxPortion = 1_000 // scans in one write
	maxNumbers = 128
	maxText    = 2_000 // bytes of each of a carrier's words
	maxWord    = 200   // bytes of a code, a number, a place
)

// news is what one message says of one parcel, ready for the fold.
type news struct {
	number   string
	numbers  []normalize.TrackedNumber
	pieces   []string
	events   []store.TrackerEvent // by their own time
	asOf     time.Time            // of the newest of them
	estimate normalize.Date
	url      string
}

// newsOf makes scans comparable: bounded, ordered by their own time, each with its key.
// A scan whose time is none that a calendar of this century has is put at now, since every
// place on a timeline is a guess then; its raw time stays as sent.
func newsOf(account string, tr normalize.Tracking, source Source, callback string, now time.Time) news {
	n := news{number: cut(tr.TrackingNumber, maxWord), estimate: tr.EstimatedDelivery, url: cut(tr.TrackingURL, maxText)}
	for _, o := range tr.Numbers[:min(len(tr.Numbers), maxNumbers)] {
		if o.Number = cut(o.Number, maxWord); o.Number != "" {
			o.Carrier = cut(o.Carrier, maxWord)
			n.numbers = append(n.numbers, o)
		}
	}
	for _, piece := range tr.Pieces[:min(len(tr.Pieces), maxNumbers)] {
		if piece = cut(piece, maxWord); piece != "" {
			n.pieces = append(n.pieces, piece)
		}
	}
	for _, e := range tr.Events[:min(len(tr.Events), maxScans)] {
		e = bounded(e)
		key := dedupeKey(account, n.number, e)
		if y := e.OccurredAt.UTC().Year(); y < 2000 || y > 2099 {
			e.OccurredAt, e.ZoneKnown = now, false
		}
		e.OccurredAt = e.OccurredAt.Truncate(time.Microsecond) // as the store keeps it
		n.events = append(n.events, store.TrackerEvent{Dedupe: key, Event: e, Source: string(source), Callback: callback})
		if e.OccurredAt.After(n.asOf) {
			n.asOf = e.OccurredAt
		}
	}
	slices.SortStableFunc(n.events, func(a, b store.TrackerEvent) int { return markOf(a).compare(markOf(b)) })
	return n
}

func markOf(e store.TrackerEvent) mark {
	return mark{At: e.Event.OccurredAt, Key: e.Dedupe, Status: e.Event.Status, Substatus: e.Event.Substatus}
}

// dedupeKey says what makes a scan one: the carrier's own id of it, else parcel, code, time
// as sent and place.
func dedupeKey(account, number string, e normalize.TrackingEvent) string {
	if e.CarrierEventID != "" && len(e.CarrierEventID) < maxWord {
		return "id:" + e.CarrierEventID
	}
	if e.Number != "" {
		number = e.Number
	}
	at := e.RawTime
	if at == "" {
		at = e.OccurredAt.UTC().Format(time.RFC3339)
	}
	if s := stamp(at); s != "" {
		at = s
	}
	l := e.Location
	sum := sha256.Sum256([]byte(strings.Join([]string{account, number, e.CarrierEventID, e.Code, at,
		l.Name, l.City, l.State, l.Country, l.PostalCode}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// stamp is a time as sent in digits up to the second, since one carrier writes the same
// moment with and without separators, fractions and offset: in a push, and in an answer.
// It is empty for any other form, which then counts as it is.
func stamp(s string) string {
	out := make([]byte, 0, 14)
	for i := 0; i < len(s) && len(out) < 14; i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			out = append(out, c)
		case !atJoint(len(out)) || strings.IndexByte("-/.: T", c) < 0 || i > 0 && (s[i-1] < '0' || s[i-1] > '9'):
			return ""
		}
	}
	if len(out) < 14 {
		return ""
	}
	return string(out)
}

// atJoint tells whether a separator may follow n digits of YYYYMMDDhhmmss.
func atJoint(n int) bool { return n >= 4 && n%2 == 0 }

// bounded cuts a carrier's words to lengths that a store and a page can take.
func bounded(e normalize.TrackingEvent) normalize.TrackingEvent {
	e.CarrierEventID, e.Number = cut(e.CarrierEventID, maxWord), cut(e.Number, maxWord)
	e.Code, e.RawTime, e.SignedBy = cut(e.Code, maxWord), cut(e.RawTime, maxWord), cut(e.SignedBy, maxWord)
	e.Text = cut(e.Text, maxText)
	l := &e.Location
	for _, s := range []*string{&l.Name, &l.City, &l.State, &l.Country, &l.PostalCode} {
		*s = cut(*s, maxWord)
	}
	if progress[e.Status] == 0 {
		e.Status = normalize.StatusUnknown
	}
	return e
}

// cut shortens text to n bytes of whole characters, without control characters.
func cut(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.TrimSpace(s)
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// all are the numbers by which a message may name a tracker of ours, each once.
func (n news) all() []string {
	out := []string{n.number}
	for _, o := range n.numbers {
		out = append(out, o.Number)
	}
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	slices.Sort(out[min(1, len(out)):])
	return slices.Compact(out)
}
