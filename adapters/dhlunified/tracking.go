package dhlunified

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/zones"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Track asks for the scans of one number, a shipment's or a piece's.
//
// Times with an offset are DHL's own; those without are local to the scan, and get the zone of
// its country (ZoneKnown is false then). A 404 is not_found: the number is too new, purged or
// wrong. Two divisions that use the number are rejected unless the account names its service or
// the destination's country tells them apart.
// Source: DHL Shipment Tracking Unified OpenAPI 1.3.1, GET /shipments, read 2026-11-21.
func (a *Adapter) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	number := strings.TrimSpace(req.Ref.TrackingNumber)
	if number == "" {
		return normalize.Tracking{}, normalize.Invalid("/tracking_number", "is required")
	}
	out, reply, err := a.client.track(ctx, trackQuery(number, a.config.Service, req.Ref.Destination.PostalCode))
	if err != nil {
		return normalize.Tracking{}, err
	}
	mine := shipmentsOf(out.Shipments, number, a.config.Service, req.Ref.Destination.Country)
	switch {
	case len(out.Shipments) == 0:
		return normalize.Tracking{}, a.client.notFound(reply)
	case len(mine) == 0:
		return normalize.Tracking{}, a.client.bad(reply, "the answer is about another number or division")
	case len(mine) > 1:
		return normalize.Tracking{}, a.client.rest.Fail(adapters.OpTrack, normalize.KindRejected, reply, "",
			"several divisions use this number: the account needs its service setting")
	}
	tracking, ok := trackingFrom(mine[0], number)
	switch {
	case !ok:
		return normalize.Tracking{}, a.client.bad(reply, "a scan has no readable time")
	case len(tracking.Events) == 0:
		return normalize.Tracking{}, a.client.notFound(reply)
	}
	return tracking, nil
}

// trackQuery are the parameters of one number. The postal code unlocks full data of the parcel
// divisions.
func trackQuery(number, service, postalCode string) url.Values {
	q := url.Values{"trackingNumber": {number}, "language": {"en"}}
	if service != "" {
		q.Set("service", service)
	}
	if postalCode != "" {
		q.Set("recipientPostalCode", postalCode)
	}
	return q
}

// shipmentsOf are those of a number and, where it is known, of a division. Of several only those
// to the destination's country are meant.
func shipmentsOf(list []shipment, number, service, country string) []shipment {
	mine := slices.DeleteFunc(slices.Clone(list), func(s shipment) bool {
		return !s.has(number) || service != "" && s.Service != "" && s.Service != service
	})
	if len(mine) < 2 || country == "" {
		return mine
	}
	return slices.DeleteFunc(mine, func(s shipment) bool { return s.Destination.country() != country })
}

// has tells whether a shipment or a piece of it has a number.
func (s shipment) has(number string) bool {
	same := func(t text) bool { return strings.EqualFold(string(t), number) }
	return same(s.ID) || slices.ContainsFunc(s.Details.PieceIDs, same)
}

// maxPieces bounds the numbers of one shipment.
const maxPieces = 100

// trackingFrom reads one shipment. Where it holds its status and no events, as in a push, that is
// its one scan. It is false where a scan has no time.
func trackingFrom(s shipment, asked string) (normalize.Tracking, bool) {
	out := normalize.Tracking{TrackingNumber: asked, TrackingURL: pageOf(s.ServiceURL),
		OriginCountry: s.Origin.country(), DestCountry: s.Destination.country()}
	day, _, _ := strings.Cut(s.Estimated, "T")
	if d, err := normalize.ParseDate(day); err == nil {
		out.EstimatedDelivery = d
	}
	for _, n := range append([]text{s.ID}, s.Details.PieceIDs[:min(len(s.Details.PieceIDs), maxPieces)]...) {
		if n != "" && !strings.EqualFold(string(n), asked) {
			out.Numbers = append(out.Numbers, normalize.TrackedNumber{Number: string(n)})
		}
	}
	events := s.Events
	if len(events) == 0 && s.Status != nil {
		events = []event{*s.Status}
	}
	for _, e := range events {
		scan, ok := eventOf(s, e)
		if !ok {
			return normalize.Tracking{}, false
		}
		out.Events = append(out.Events, scan)
	}
	return out, true
}

// eventOf reads one scan.
func eventOf(s shipment, e event) (normalize.TrackingEvent, bool) {
	where := e.Location.location()
	at, known, ok := timeOf(e.Timestamp, where.Country)
	if !ok {
		return normalize.TrackingEvent{}, false
	}
	m, from := meaningOf(s.Service, e.StatusCode, string(e.Status))
	if s.ReturnFlag && m.leg != normalize.LegReturn {
		m = onReturn(m)
	}
	out := normalize.TrackingEvent{Status: m.status, Substatus: m.substatus, Leg: m.leg,
		Code: from, Text: either(e.Description, string(e.Status)), OccurredAt: at, ZoneKnown: known, RawTime: e.Timestamp, Location: where}
	if len(e.PieceIDs) == 1 {
		out.Number = string(e.PieceIDs[0])
	}
	return out, true
}

// onReturn is the meaning of a scan of a shipment that goes back. Which of its scans were made on
// the way out is not told, so that only the end changes: delivered is delivered to the sender, and
// a failure its beginning.
func onReturn(m meaning) meaning {
	switch m.status {
	case normalize.StatusDelivered:
		return meaning{normalize.StatusReturned, m.substatus, normalize.LegReturn}
	case normalize.StatusException:
		return meaning{normalize.StatusReturning, m.substatus, normalize.LegReturn}
	}
	return m
}

// timeOf reads a scan's time, with its offset or without.
func timeOf(s, country string) (at time.Time, known, ok bool) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, true, true
	}
	zone, _ := zones.Of(country)
	at, err := time.ParseInLocation("2006-01-02T15:04:05", s, zone) // with or without a fraction
	return at, false, err == nil
}

func (p *place) country() string {
	if p == nil {
		return ""
	}
	if c := strings.ToUpper(strings.TrimSpace(p.Address.Country)); normalize.ValidCountry(c) {
		return c
	}
	return ""
}

// location reads a place. Express writes BERLIN - GERMANY for the town.
func (p *place) location() normalize.Location {
	if p == nil {
		return normalize.Location{}
	}
	city, _, _ := strings.Cut(p.Address.Locality, " - ")
	return normalize.Location{City: strings.TrimSpace(city), Country: p.country(), PostalCode: string(p.Address.PostalCode)}
}

// pageOf is the division's page for the buyer, where it is one of DHL's.
func pageOf(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.User != nil || !dhlHost.MatchString(u.Hostname()) {
		return ""
	}
	return link
}
