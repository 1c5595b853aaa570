package trackers

import (
	"slices"

	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxTrail is how many scans a tracker remembers to decide by, the newest ones.
const maxTrail = 100

// heard is a scan as the judge remembers it. Key is the scan's dedupe key.
type heard struct {
	Key string `json:"key"`
	responsibility.Scan
}

func (h heard) mark() mark {
	return mark{At: h.At, Key: h.Key, Status: h.Status, Substatus: h.Substatus}
}

// judge decides who answers for one parcel. The zero judge says nothing.
type judge struct {
	book *responsibility.Book
	way  responsibility.Way
}

// judge is that of a tracker: its label told whose order it is; where there is none, a channel
// that carries one platform's orders only does. Of a bare number nobody knows.
func (s *Service) judge(t *store.Tracker, d *details) judge {
	_, service, _ := s.registry.Service(t.Channel)
	var way responsibility.Way
	switch {
	case s.book == nil:
		return judge{}
	case d.Way != nil:
		way = *d.Way
	case len(service.Platforms) != 1:
		return judge{}
	}
	if way.Platform == "" && len(service.Platforms) == 1 {
		way.Platform = service.Platforms[0]
	}
	way.Channel, way.Mode, way.Destination = t.Channel, service.Mode, t.DestinationCountry
	return judge{s.book, way}
}

// OfOrder notes on a new tracker whose order it is, before the tracker is stored.
func OfOrder(t *store.Tracker, w responsibility.Way) {
	d := detailsOf(t)
	d.Way = &w
	if b, err := d.encode(); err == nil { // plain words always encode
		t.Details = b
	}
}

// hear takes a scan in and decides anew; the scan learns who answers by it.
func (j judge) hear(t *store.Tracker, d *details, e *store.TrackerEvent) string {
	if j.book == nil {
		return ""
	}
	d.remember(heard{e.Dedupe, j.book.ScanOf(e.ID, e.Event)})
	v := j.decide(t.Status, d.Trail)
	d.Liability = v.Now
	for i, h := range d.Trail {
		if l := v.Events[i]; h.Key == e.Dedupe && l != nil {
			e.Liable = l.Party
			return l.Rule
		}
	}
	return ""
}

// remember keeps the newest scans in their order. One that is told again, since its code has a
// meaning now, takes its own place.
func (d *details) remember(h heard) {
	d.Trail = slices.DeleteFunc(d.Trail, func(o heard) bool { return o.Key == h.Key })
	at, _ := slices.BinarySearchFunc(d.Trail, h, func(a, b heard) int { return a.mark().compare(b.mark()) })
	d.Trail = slices.Insert(d.Trail, at, h)
	if more := len(d.Trail) - maxTrail; more > 0 {
		d.Trail = slices.Delete(d.Trail, 0, more)
	}
}

func (j judge) decide(status normalize.Status, trail []heard) responsibility.Verdict {
	list := make([]responsibility.Scan, len(trail))
	for i, h := range trail {
		list[i] = h.Scan
	}
	return j.book.Decide(j.way, status, list)
}

// review decides by the whole timeline, and by the rules that are loaded now.
func (j judge) review(out *Tracker, events []store.TrackerEvent) {
	if j.book == nil {
		return
	}
	trail := make([]heard, len(events))
	for i, e := range events {
		trail[i] = heard{e.Dedupe, j.book.ScanOf(e.ID, e.Event)}
	}
	slices.SortStableFunc(trail, func(a, b heard) int { return a.mark().compare(b.mark()) })
	v := j.decide(out.Status, trail)
	out.Liability = v.Now
	for i, h := range trail {
		at := slices.IndexFunc(out.Events, func(e Event) bool { return e.ID == h.ID })
		if at < 0 {
			continue
		}
		out.Events[at].Liable, out.Events[at].LiableRule = nil, ""
		if l := v.Events[i]; l != nil {
			out.Events[at].Liable, out.Events[at].LiableRule = &l.Party, l.Rule
		}
	}
}
