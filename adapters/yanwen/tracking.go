package yanwen

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// trackingURL is the page for buyers. Source: the carrier's site, read 2026-11-21.
func trackingURL(number string) string {
	return "https://track.yw56.com.cn/en/querydel?nums=" + url.QueryEscape(number)
}

// Track asks the Track API for one parcel, by Yanwen's or the last mile's number.
//
// Scans come in no order, in local time with whole hours of offset. A number without a scan
// is not_found, which is no failure of Yanwen's.
// Source: Yanwen Open API, page 物流轨迹查询, read 2026-11-21.
func (a *Adapter) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	number := req.Ref.TrackingNumber
	if err := needWaybill(adapters.OpTrack, req.Ref); err != nil {
		return normalize.Tracking{}, err
	}
	if strings.Contains(number, ",") { // which would ask for several
		return normalize.Tracking{}, normalize.Invalid("/tracking_number", "holds a comma")
	}
	answer, reply, err := a.client.track(ctx, number)
	if err != nil {
		return normalize.Tracking{}, err
	}
	i := slices.IndexFunc(answer.Result, func(r trackResult) bool { return r.TrackingNumber == number })
	if i < 0 {
		return normalize.Tracking{}, a.client.bad(adapters.OpTrack, reply, "the answer is about another number")
	}
	return a.client.trackingFrom(reply, answer.Result[i])
}

func (c *client) trackingFrom(reply rest.Reply, r trackResult) (normalize.Tracking, error) {
	if r.TrackingStatus == notFound || len(r.Checkpoints) == 0 {
		return normalize.Tracking{}, c.rest.Fail(adapters.OpTrack, normalize.KindNotFound, reply, notFound, "no scan yet")
	}
	out := normalize.Tracking{
		TrackingNumber: r.TrackingNumber, Numbers: numbersOf(r), TrackingURL: trackingURL(r.TrackingNumber),
		OriginCountry: country(r.OriginCountry), DestCountry: country(r.DestCountry),
	}
	for _, p := range r.Checkpoints {
		e, err := eventOf(p)
		if err != nil {
			return normalize.Tracking{}, c.bad(adapters.OpTrack, reply, "a scan has no readable time")
		}
		out.Events = append(out.Events, e)
	}
	return out, nil
}

// numbersOf are the other numbers of the same parcel.
func numbersOf(r trackResult) []normalize.TrackedNumber {
	var out []normalize.TrackedNumber
	if r.WaybillNumber != "" && r.WaybillNumber != r.TrackingNumber {
		out = append(out, normalize.TrackedNumber{Number: r.WaybillNumber, Carrier: "Yanwen Express"})
	}
	if r.ExchangeNumber != "" && r.ExchangeNumber != r.TrackingNumber {
		out = append(out, normalize.TrackedNumber{Number: r.ExchangeNumber, Carrier: r.LastMileCarrier, Leg: normalize.LegLastMile})
	}
	return out
}

func eventOf(p checkpoint) (normalize.TrackingEvent, error) {
	when, known, err := timeOf(p)
	if err != nil {
		return normalize.TrackingEvent{}, err
	}
	m := meaningOf(p.TrackingStatus)
	return normalize.TrackingEvent{
		Status: m.status, Substatus: m.substatus, Leg: m.leg,
		Code: p.TrackingStatus, Text: p.Message,
		OccurredAt: when, ZoneKnown: known, RawTime: p.TimeStamp + p.TimeZone,
		Location: normalize.Location{
			Name: p.Location, City: string(p.ExtraProperties.City), State: string(p.ExtraProperties.State),
			Country: country(string(p.ExtraProperties.Country)),
		},
	}, nil
}

// timeOf reads a scan's local time. Its offset has no minutes: "+08". Where it has none at
// all the time is taken for Beijing's, where Yanwen's computers are, and marked so.
func timeOf(p checkpoint) (when time.Time, known bool, err error) {
	if p.TimeZone == "" {
		when, err = time.ParseInLocation("2006-01-02T15:04:05", p.TimeStamp, beijing)
		return when, false, err
	}
	when, err = time.Parse("2006-01-02T15:04:05-07", p.TimeStamp+p.TimeZone)
	return when, true, err
}

// country keeps a code that is one; Yanwen also writes names.
func country(s string) string {
	if s = strings.ToUpper(strings.TrimSpace(s)); normalize.ValidCountry(s) {
		return s
	}
	return ""
}
