package cainiao

import (
	"context"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Track asks for the scans of one parcel: AliExpress by number, trade order, service and
// country, LINK by the LP number.
//
// A parcel without a scan is not_found. AliExpress tells local times in a way of its own (see
// aliexpressTime), so that their offset is ours; LINK tells the offset.
// Source: AliExpress IOP SDK, aliexpress.logistics.redefining.querytrackingresult, and public
// clients of cnge.track.get, read 2026-11-21.
func (a *Adapter) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	ref := req.Ref
	aliexpress, err := a.trackingDoor(&ref)
	switch {
	case err != nil:
		return normalize.Tracking{}, err
	case !aliexpress:
		return a.linkTrack(ctx, ref)
	}
	in, err := a.trackParams(ref)
	if err != nil {
		return normalize.Tracking{}, err
	}
	var out scanList
	reply, err := a.iop.call(ctx, adapters.OpTrack, methodTrack, in, &out)
	switch {
	case err != nil:
		return normalize.Tracking{}, err
	case out.Success == "":
		return normalize.Tracking{}, a.iop.bad(adapters.OpTrack, reply, "the answer holds no result")
	case !out.Success.yes() && len(out.Details) == 0 && !trouble.MatchString(out.ErrorDesc):
		// No code tells a number that is unknown from one without a scan.
		return normalize.Tracking{}, a.iop.rest.Fail(adapters.OpTrack, normalize.KindNotFound, reply, "", out.ErrorDesc)
	case !out.Success.yes():
		return normalize.Tracking{}, a.iop.refuse(adapters.OpTrack, reply, "", out.ErrorDesc)
	case len(out.Details) == 0:
		return normalize.Tracking{}, a.iop.rest.Fail(adapters.OpTrack, normalize.KindNotFound, reply, "", "no scan yet")
	}
	tracking, err := out.tracking(ref)
	if err != nil {
		return normalize.Tracking{}, a.iop.bad(adapters.OpTrack, reply, "a scan has no readable time")
	}
	return tracking, nil
}

// trackingDoor tells which door knows a parcel. A bare number, which nobody bought here, is
// LINK's where it is an LP number, and else AliExpress's; ref is completed with what the
// number says.
func (a *Adapter) trackingDoor(ref *normalize.ShipmentRef) (aliexpress bool, err error) {
	if ref.CarrierReference == "" && lpShape.MatchString(ref.TrackingNumber) {
		ref.CarrierReference = ref.TrackingNumber
	}
	if ref.Service != "" {
		return a.door(ref.Service)
	}
	if a.link != nil && lpShape.MatchString(ref.CarrierReference) && (a.iop == nil || ref.OrderID == "") {
		return false, nil
	}
	return a.door(standard)
}

// trackParams are the proof that AliExpress asks for.
func (a *Adapter) trackParams(ref normalize.ShipmentRef) (map[string]string, error) {
	switch {
	case ref.TrackingNumber == "":
		return nil, needs(adapters.OpTrack, "/tracking_number", "is required")
	case !digits(ref.OrderID):
		return nil, needs(adapters.OpTrack, "/order_id", "aliexpress tracks a number together with its order")
	case ref.Destination.Country == "":
		return nil, needs(adapters.OpTrack, "/destination/country", "aliexpress tracks a number together with its country")
	}
	service := either(ref.Service, standard)
	return map[string]string{
		"logistics_no": ref.TrackingNumber, "origin": "ESCROW", "out_ref": ref.OrderID,
		"service_name": either(ref.CarrierData[dataSolution], either(a.config.Services[service], solutions[service])),
		"to_area":      aliexpressCountry(ref.Destination.Country),
	}, nil
}

func (l scanList) tracking(ref normalize.ShipmentRef) (normalize.Tracking, error) {
	out := normalize.Tracking{TrackingNumber: ref.TrackingNumber, TrackingURL: trackingURL(ref.TrackingNumber),
		Numbers: otherNumbers(ref.TrackingNumber, ref.CarrierReference), OriginCountry: "CN", DestCountry: ref.Destination.Country}
	for _, d := range l.Details {
		m, where := meaningOf(d.Action), locationOf(d.Address)
		when, err := aliexpressTime(d.Date, scanZone(where.Country, m.leg, ref.Destination.Country))
		if err != nil {
			return normalize.Tracking{}, err
		}
		out.Events = append(out.Events, normalize.TrackingEvent{
			Status: m.status, Substatus: m.substatus, Leg: m.leg, Code: d.Action, Text: d.Desc,
			OccurredAt: when, RawTime: d.Date, Location: where, SignedBy: d.Signed,
		})
	}
	return out, nil
}

// otherNumbers is the LP number beside a tracking number.
func otherNumbers(number, lp string) []normalize.TrackedNumber {
	if lp == number || !lpShape.MatchString(lp) {
		return nil
	}
	return []normalize.TrackedNumber{{Number: lp, Carrier: "Cainiao"}}
}

// locationOf reads a place as it is told: a city and a country's code where it ends in one, a
// name otherwise.
func locationOf(address string) normalize.Location {
	address = strings.TrimSpace(address)
	i := strings.LastIndexByte(address, ',')
	if last := strings.TrimSpace(address[i+1:]); normalize.ValidCountry(last) {
		return normalize.Location{City: strings.TrimSpace(address[:max(i, 0)]), Country: last}
	}
	return normalize.Location{Name: address}
}

// linkTrack asks LINK for the scans of an order.
func (a *Adapter) linkTrack(ctx context.Context, ref normalize.ShipmentRef) (normalize.Tracking, error) {
	if !lpShape.MatchString(ref.CarrierReference) {
		return normalize.Tracking{}, needs(adapters.OpTrack, "/tracking_number", "LINK tracks by the LP number of the order")
	}
	var out linkTraces
	in := linkTracking{OrderCode: ref.CarrierReference, Locale: a.config.Locale}
	reply, err := a.link.call(ctx, adapters.OpTrack, messageTrack, in, &out)
	switch {
	case err != nil:
		return normalize.Tracking{}, err
	case out.Success == "":
		return normalize.Tracking{}, a.link.bad(adapters.OpTrack, reply, "the answer holds no result")
	case !out.Success.yes():
		return normalize.Tracking{}, a.link.rest.Fail(adapters.OpTrack, normalize.KindRejected, reply, "", "the inner result is no success")
	case len(out.List) == 0:
		return normalize.Tracking{}, a.link.rest.Fail(adapters.OpTrack, normalize.KindNotFound, reply, "", "no scan yet")
	}
	out.OrderCode, out.Number = ref.CarrierReference, either(ref.TrackingNumber, ref.CarrierReference)
	tracking, err := out.tracking()
	if err != nil {
		return normalize.Tracking{}, a.link.bad(adapters.OpTrack, reply, "a scan has no readable time")
	}
	tracking.DestCountry = ref.Destination.Country
	return tracking, nil
}

// tracking reads the scans of an answer or a push.
func (t linkTraces) tracking() (normalize.Tracking, error) {
	number := either(t.Number, t.OrderCode)
	out := normalize.Tracking{TrackingNumber: number, TrackingURL: trackingURL(number),
		Numbers: otherNumbers(number, t.OrderCode), OriginCountry: "CN"}
	for _, s := range t.List {
		when, known, err := linkTime(s.Time, string(s.Zone))
		if err != nil {
			return normalize.Tracking{}, err
		}
		m := meaningOf(s.Action)
		out.Events = append(out.Events, normalize.TrackingEvent{
			Status: m.status, Substatus: m.substatus, Leg: m.leg, Code: s.Action, Text: s.Desc,
			OccurredAt: when, ZoneKnown: known, RawTime: strings.TrimSpace(s.Time + " " + string(s.Zone)),
		})
	}
	return out, nil
}

// linkTime reads a local time with its offset, "+08:00". How else an offset may be written is
// not documented: GMT before it and whole hours are read too. Without one the time is taken
// for Beijing's and marked so.
func linkTime(clock, zone string) (when time.Time, known bool, err error) {
	zone = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(zone), "GMT"), "UTC")
	for _, form := range []string{"-07:00", "-0700", "-07", "-7"} {
		if form == "-7" { // Go knows no single digit
			form, zone = "-07", singleDigit(zone)
		}
		if when, err = time.Parse(time.DateTime+form, clock+zone); err == nil {
			return when, true, nil
		}
	}
	when, err = time.ParseInLocation(time.DateTime, clock, beijing)
	return when, false, err
}

// singleDigit puts a 0 before the one digit of an offset: +8, -3, 8.
func singleDigit(zone string) string {
	if len(zone) == 1 {
		zone = "+" + zone
	}
	if len(zone) == 2 {
		return zone[:1] + "0" + zone[1:]
	}
	return zone
}
