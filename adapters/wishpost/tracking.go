package wishpost

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// beijing is the zone of WishPost's own clock.
var beijing = time.FixedZone("CST", 8*60*60)

// Track asks for the scans of one parcel by the carrier's number. A number without a scan is
// not_found.
//
// Times have no zone. Whether they are Beijing's or the place's is unconfirmed: they are taken
// for Beijing's, and marked so.
// Source: public clients of tracking, read 2026-11-21.
func (a *Adapter) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	number := req.Ref.TrackingNumber
	if number == "" {
		return normalize.Tracking{}, needNumber(adapters.OpTrack)
	}
	n, reply, err := a.client.callXML(ctx, adapters.OpTrack, pathTracking, func(access string) any {
		return tracksRequest{AccessToken: access, Language: "en", Barcode: number}
	})
	if err != nil {
		return normalize.Tracking{}, err
	}
	parcels := n.all("tracks")
	i := slices.IndexFunc(parcels, func(p node) bool { return p.attr("barcode") == number })
	if i < 0 {
		return normalize.Tracking{}, a.client.bad(adapters.OpTrack, reply, "the answer is about another number")
	}
	return a.trackingFrom(reply, parcels[i], req.Ref)
}

func (a *Adapter) trackingFrom(reply rest.Reply, parcel node, ref normalize.ShipmentRef) (normalize.Tracking, error) {
	out := normalize.Tracking{TrackingNumber: ref.TrackingNumber}
	for _, scan := range parcel.all("track") {
		if scan.text("status_number") == notScanned {
			continue
		}
		e, err := eventOf(scan)
		if err != nil {
			return normalize.Tracking{}, a.client.bad(adapters.OpTrack, reply, "a scan has no readable time")
		}
		m := meaningOf(e.Code, a.untracked(ref.Service), a.config.LastScan)
		e.Status, e.Substatus, e.Leg = m.status, m.substatus, m.leg
		out.Events = append(out.Events, e)
	}
	if len(out.Events) == 0 {
		words := either(parcel.attr("error_message"), "no scan yet")
		return out, a.client.rest.Fail(adapters.OpTrack, normalize.KindNotFound, reply, "", words)
	}
	return out, nil
}

// eventOf is a scan without its meaning.
func eventOf(scan node) (normalize.TrackingEvent, error) {
	raw := scan.text("date")
	when, err := timeOf(raw)
	if err != nil {
		return normalize.TrackingEvent{}, err
	}
	return normalize.TrackingEvent{
		Code: scan.text("status_number"), Text: joined(scan.text("status_desc"), scan.text("remark")),
		OccurredAt: when, RawTime: raw,
		Location: normalize.Location{City: scan.text("city"), State: scan.text("state"), Country: country(scan.text("country_code"))},
	}, nil
}

// timeOf reads a scan's time in the forms that WishPost's other times have.
func timeOf(raw string) (when time.Time, err error) {
	for _, layout := range []string{time.DateTime, "2006/01/02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if when, err = time.ParseInLocation(layout, raw, beijing); err == nil {
			return when, nil
		}
	}
	return when, err
}

// country keeps a code that is one.
func country(s string) string {
	if s = strings.ToUpper(s); normalize.ValidCountry(s) {
		return s
	}
	return ""
}
