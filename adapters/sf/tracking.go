package sf

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// china is the zone of all of SF's times.
var china = time.FixedZone("CST", 8*60*60)

// Track asks for the scans of one waybill.
//
// An empty list is not_found, and may mean three things that SF does not tell apart: no scan yet,
// a waybill of more than about three months ago, or one that was not ordered under the account and
// came without the digits of a phone. Times are China's by SF's own word.
// Source: SF open platform, EXP_RECE_SEARCH_ROUTES, in public clients, read 2026-11-21.
func (a *Adapter) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	number := strings.TrimSpace(req.Ref.TrackingNumber)
	if number == "" {
		return normalize.Tracking{}, normalize.Invalid("/tracking_number", "is required")
	}
	var out routesReply
	reply, err := a.client.call(ctx, adapters.OpTrack, serviceRoutes, a.routes(number, req.Ref.Destination.Phone), &out)
	if err != nil {
		return normalize.Tracking{}, err
	}
	i := slices.IndexFunc(out.Resps, func(r routeResp) bool { return strings.EqualFold(strings.TrimSpace(r.MailNo), number) })
	switch {
	case out.Resps == nil:
		return normalize.Tracking{}, a.client.bad(adapters.OpTrack, reply, "the answer holds no list of routes")
	case i < 0 && len(out.Resps) > 0:
		return normalize.Tracking{}, a.client.bad(adapters.OpTrack, reply, "the answer is about another number")
	case i < 0 || len(out.Resps[i].Routes) == 0:
		return normalize.Tracking{}, a.client.rest.Fail(adapters.OpTrack, normalize.KindNotFound, reply, "",
			"no scan yet, or the tracker needs the phone of a party")
	}
	tracking := normalize.Tracking{TrackingNumber: number}
	for _, r := range out.Resps[i].Routes {
		e, err := eventOf(r)
		if err != nil {
			return normalize.Tracking{}, a.client.bad(adapters.OpTrack, reply, "a scan has no readable time")
		}
		tracking.Events = append(tracking.Events, e)
	}
	return tracking, nil
}

// routes is the query of one waybill.
func (a *Adapter) routes(number, phone string) routesRequest {
	return routesRequest{Language: a.language, TrackingType: "1", TrackingNumber: []string{number}, MethodType: "1", CheckPhoneNo: lastFour(phone)}
}

// lastFour are the digits by which one proves to know a party; empty where there are fewer.
func lastFour(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if len(digits) < 4 {
		return ""
	}
	return digits[len(digits)-4:]
}

func eventOf(r route) (normalize.TrackingEvent, error) {
	when, err := time.ParseInLocation(time.DateTime, strings.TrimSpace(r.AcceptTime), china)
	if err != nil {
		return normalize.TrackingEvent{}, err
	}
	m := meaningOf(string(r.OpCode))
	return normalize.TrackingEvent{
		Status: m.status, Substatus: m.substatus, Leg: m.leg, Code: string(r.OpCode), Text: r.Remark,
		OccurredAt: when, ZoneKnown: true, RawTime: r.AcceptTime, Location: normalize.Location{City: strings.TrimSpace(r.AcceptAddress)},
	}, nil
}
