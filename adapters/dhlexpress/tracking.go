package dhlexpress

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/zones"
	"github.com/crossdock-hub/crossdock/normalize"
)

// pieceNumber is the licence plate of one piece; anything else is a waybill.
var pieceNumber = regexp.MustCompile(`^JD\d{18}$`)

// Track asks for all scans of a waybill, or of the shipment that a piece belongs to.
//
// A number that DHL does not know, or has not scanned yet, is not_found. Times are local to the
// scan: with the offset that we ask for, else with that of the place (ZoneKnown is false then).
// Source: MyDHL API OpenAPI 3.1.1, GET /shipments/{id}/tracking, read 2026-11-21.
func (a *Adapter) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	number := either(req.Ref.TrackingNumber, req.Ref.CarrierReference)
	if number == "" {
		return normalize.Tracking{}, normalize.Invalid("/tracking_number", "is required")
	}
	path, query := trackCall(number)
	var out trackingReply
	if err := a.client.get(ctx, adapters.OpTrack, path, query, &out); err != nil {
		return normalize.Tracking{}, err
	}
	if out.Shipments == nil {
		return normalize.Tracking{}, a.client.bad(adapters.OpTrack, 0, "the answer holds no shipments")
	}
	for _, s := range out.Shipments {
		if t := trackingFrom(s, number); len(t.Events) > 0 {
			return t, nil
		}
	}
	e := normalize.Fail(normalize.KindNotFound, "not scanned yet")
	e.Carrier, e.Op = code, string(adapters.OpTrack)
	return normalize.Tracking{}, e
}

func trackCall(number string) (path string, query url.Values) {
	query = url.Values{"trackingView": {"all-checkpoints"}, "levelOfDetail": {"all"}}
	if pieceNumber.MatchString(number) {
		query.Set("pieceTrackingNumber", number)
		return "/tracking", query // which declares no offsets
	}
	query.Set("requestGMTOffsetPerEvent", "true")
	return "/shipments/" + url.PathEscape(number) + "/tracking", query
}

// trackingFrom reads one shipment. Its own scans count once; a piece adds those that are not
// among them, under its own number. Where there are several pieces, what ends the way of one
// is told of that piece alone: the shipment's list repeats it without saying whose it was.
func trackingFrom(s trackedShipment, asked string) normalize.Tracking {
	out := normalize.Tracking{
		TrackingNumber: asked, TrackingURL: trackingURL(either(s.ShipmentTrackingNumber, asked)),
		OriginCountry: s.ShipperDetails.PostalAddress.CountryCode, DestCountry: s.ReceiverDetails.PostalAddress.CountryCode,
	}
	day, _, _ := strings.Cut(s.EstimatedDeliveryDate, "T")
	if d, err := normalize.ParseDate(day); err == nil {
		out.EstimatedDelivery = d
	}
	whose := s.endings()
	seen := map[string]bool{}
	add := func(number string, scans []scan, takes func(scan) bool) {
		for _, sc := range scans {
			if takes(sc) {
				seen[sc.key()] = true
				out.Events = append(out.Events, eventOf(sc, number, out.OriginCountry, out.DestCountry))
			}
		}
	}
	add(s.ShipmentTrackingNumber, s.Events, func(sc scan) bool { return !seen[sc.key()] && whose[sc.key()] == "" })
	one := len(s.Pieces) > 1 && pieceNumber.MatchString(asked)
	for _, p := range s.Pieces {
		if one && p.TrackingNumber != asked {
			continue // another parcel than the one that is followed
		}
		if p.TrackingNumber != "" && p.TrackingNumber != asked {
			out.Numbers = append(out.Numbers, normalize.TrackedNumber{Number: p.TrackingNumber})
			if len(s.Pieces) > 1 {
				out.Pieces = append(out.Pieces, p.TrackingNumber)
			}
		}
		own := map[string]bool{}
		add(p.TrackingNumber, p.Events, func(sc scan) bool {
			key := sc.key()
			again := own[key]
			own[key] = true
			return !again && (!seen[key] || whose[key] != "" && p.TrackingNumber != "")
		})
	}
	if s.ShipmentTrackingNumber != "" && s.ShipmentTrackingNumber != asked {
		out.Numbers = append(out.Numbers, normalize.TrackedNumber{Number: s.ShipmentTrackingNumber})
	}
	return out
}

// endings are the scans of pieces after which nothing but a return follows, each with one of
// its pieces; none where there is only one piece.
func (s trackedShipment) endings() map[string]string {
	out := map[string]string{}
	if len(s.Pieces) < 2 {
		return out
	}
	for _, p := range s.Pieces {
		for _, sc := range p.Events {
			if p.TrackingNumber != "" && meaningOf(sc.TypeCode).status.Terminal() {
				out[sc.key()] = p.TrackingNumber
			}
		}
	}
	return out
}

// key tells two scans apart: what, when, where.
func (s scan) key() string {
	return strings.Join([]string{s.Date, s.Time, s.TypeCode, s.area()}, "|")
}

func (s scan) area() string {
	if len(s.ServiceArea) == 0 {
		return ""
	}
	return s.ServiceArea[0].Description
}

func eventOf(s scan, number, from, to string) normalize.TrackingEvent {
	where := locationOf(s.area())
	at, known := s.at(where.Country)
	m := meaningOf(s.TypeCode)
	abroad := from != "" && to != "" && from != to
	switch {
	case m.leg == normalize.LegImportCustoms && abroad && where.Country == from:
		m.leg = normalize.LegExportCustoms
	case s.TypeCode == "AF" && abroad && where.Country == to:
		m.substatus = normalize.SubstatusArrivedDestination
	}
	return normalize.TrackingEvent{
		Number: number, Status: m.status, Substatus: m.substatus, Leg: m.leg,
		Code: s.TypeCode, Text: s.Description, OccurredAt: at, ZoneKnown: known,
		RawTime: strings.TrimSpace(s.Date + " " + s.Time + " " + s.GMTOffset), Location: where, SignedBy: s.SignedBy,
	}
}

// locationOf reads a service area, SYDNEY-AU. One without a country's code is a name alone.
func locationOf(area string) normalize.Location {
	area = strings.TrimSpace(area)
	i := strings.LastIndex(area, "-")
	if i < 0 || !normalize.ValidCountry(strings.TrimSpace(area[i+1:])) {
		return normalize.Location{City: area}
	}
	return normalize.Location{City: strings.TrimSpace(area[:i]), Country: strings.TrimSpace(area[i+1:])}
}

// at is when a scan was made; known tells that the offset is DHL's own. A time that cannot be
// read is the zero time.
func (s scan) at(country string) (at time.Time, known bool) {
	const local = "2006-01-02T15:04:05"
	text := s.Date + "T" + s.Time
	if at, err := time.Parse(local+"-07:00", text+s.GMTOffset); err == nil {
		return at, true
	}
	zone, _ := zones.Of(country)
	at, err := time.ParseInLocation(local, text, zone)
	if err != nil {
		return time.Time{}, false
	}
	return at, false
}
