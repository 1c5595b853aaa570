package speedpak

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Track asks for the scans of one parcel.
//
// Their codes are published nowhere and their English words say what they mean; see phrases.
// A number that eDIS does not know, or has no scan of, is not_found.
// Source: OpenAPI 1.1.0, getTracking, read 2026-11-21.
func (a *Adapter) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	number := req.Ref.TrackingNumber
	if number == "" {
		return normalize.Tracking{}, needNumber(adapters.OpTrack)
	}
	var scans []scan
	err := a.client.call(ctx, request{op: adapters.OpTrack, method: http.MethodGet, path: "/tracking",
		query: url.Values{"tracking_number": {number}}, container: "trackingDetails"}, &scans)
	if err != nil {
		return normalize.Tracking{}, err
	}
	return a.client.trackingFrom(scans, number)
}

func (c *client) trackingFrom(scans []scan, number string) (normalize.Tracking, error) {
	out := normalize.Tracking{TrackingNumber: number}
	for _, s := range scans {
		if s.TrackingNumber != "" && s.TrackingNumber != number {
			return normalize.Tracking{}, c.bad(adapters.OpTrack, rest.Reply{}, "the answer is about another number")
		}
		e, err := eventOf(s)
		if err != nil {
			return normalize.Tracking{}, c.bad(adapters.OpTrack, rest.Reply{}, "a scan has no readable time")
		}
		out.Events = append(out.Events, e)
		if n, ok := lastMileOf(s.DescriptionEn); ok && len(out.Numbers) == 0 && n.Number != number {
			out.Numbers = []normalize.TrackedNumber{n}
		}
	}
	if len(out.Events) == 0 {
		return out, &normalize.Error{Kind: normalize.KindNotFound, Carrier: code, Op: string(adapters.OpTrack), Message: "no scan yet"}
	}
	return out, nil
}

func eventOf(s scan) (normalize.TrackingEvent, error) {
	when, known, err := timeOf(s.EventTime)
	if err != nil {
		return normalize.TrackingEvent{}, err
	}
	m := meaningOf(s.DescriptionEn)
	return normalize.TrackingEvent{
		Status: m.status, Substatus: m.substatus, Leg: m.leg,
		Code: s.Status, Text: either(s.DescriptionEn, s.DescriptionZh),
		OccurredAt: when, ZoneKnown: known, RawTime: s.EventTime,
		Location: normalize.Location{City: place(s.City), State: place(s.Province), Country: country(s.Country), PostalCode: s.EventPostalCode},
	}, nil
}

// timeOf reads a scan's time, whose form is unconfirmed: eBay's other times are UTC with a Z.
// One without a zone is taken for UTC too, and marked so.
func timeOf(text string) (when time.Time, known bool, err error) {
	if when, err = time.Parse(time.RFC3339, text); err == nil {
		return when, true, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.DateTime} {
		if when, err = time.Parse(layout, text); err == nil {
			return when, false, nil
		}
	}
	return when, false, err
}

// place keeps a name; within Greater China eDIS sends administrative codes, which name nothing
// to a reader.
func place(s string) string {
	if s = strings.TrimSpace(s); strings.Trim(s, "0123456789") == "" {
		return ""
	}
	return s
}

// country keeps a code that is one.
func country(s string) string {
	if s = strings.ToUpper(strings.TrimSpace(s)); normalize.ValidCountry(s) {
		return s
	}
	return ""
}

// lastMileWords is how a scan names who carries on: it is nowhere but in the text.
var lastMileWords = regexp.MustCompile(`LM Carrier: ?\[([^\]]{1,60})\].{0,20}LM tracking No\.? ?[:：] ?\[([^\]]{1,60})\]`)

func lastMileOf(text string) (normalize.TrackedNumber, bool) {
	m := lastMileWords.FindStringSubmatch(text)
	if m == nil {
		return normalize.TrackedNumber{}, false
	}
	return normalize.TrackedNumber{Number: strings.TrimSpace(m[2]), Carrier: strings.TrimSpace(m[1]), Leg: normalize.LegLastMile}, true
}
