package trackers

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The types of a tracker's events in the log.
const (
	TypeCreated   = "tracker.created"
	TypeUpdated   = "tracker.updated"
	TypeDelivered = "tracker.delivered"
	TypeException = "tracker.exception"
	TypeAtRisk    = "tracker.at_risk"
)

// fold takes news into a tracker: each fresh scan moves it one step and makes one
// tracker.updated with the tracker as it stood after that step. It is pure; the same scans in
// any order, with any of them twice, end in the same tracker.
func (n news) fold(t *store.Tracker, d *details, fresh []store.TrackerEvent, j judge) ([]store.Event, error) {
	n.learn(t, d)
	if len(fresh) > 0 {
		d.Quiet = 0
	}
	out := make([]store.Event, 0, len(fresh)+1)
	for i := range fresh {
		made, err := step(t, d, &fresh[i], j)
		if err != nil {
			return nil, err
		}
		out = append(out, made...)
	}
	risk, err := watch(t, d)
	if err != nil {
		return nil, err
	}
	return append(out, risk...), nil
}

// learn takes in what a message says besides its scans.
func (n news) learn(t *store.Tracker, d *details) {
	for _, piece := range n.pieces {
		if i, known := slices.BinarySearch(d.Marks.Pieces, piece); !known && len(d.Marks.Pieces) < maxNumbers {
			d.Marks.Pieces = slices.Insert(d.Marks.Pieces, i, piece)
		}
	}
	t.Numbers = merge(t.Number, t.Numbers, append([]normalize.TrackedNumber{{Number: n.number}}, n.numbers...))
	if c := n.asOf.Compare(d.URLAsOf); n.url != "" && (c > 0 || c == 0 && n.url > d.TrackingURL) {
		d.TrackingURL, d.URLAsOf = n.url, n.asOf
	}
	if c := n.asOf.Compare(d.EstimateAsOf); n.estimate != "" && (c > 0 || c == 0 && n.estimate > t.EstimatedTo) {
		t.EstimatedFrom, t.EstimatedTo, d.EstimateAsOf = n.estimate, n.estimate, n.asOf
	}
}

// advance moves the tracker by one scan, and returns which scan decided before and now.
func advance(t *store.Tracker, d *details, e *store.TrackerEvent) (before, by *mark) {
	before = d.Marks.decides()
	d.Marks.add(e.Dedupe, e.Event)
	by = d.Marks.decides()
	d.Marks.settle(t, by)
	d.Stage = max(d.Stage, promises.StageOf(e.Event))
	return before, by
}

// step applies one scan and says what to tell of it.
func step(t *store.Tracker, d *details, e *store.TrackerEvent, j judge) ([]store.Event, error) {
	before, by := advance(t, d, e)
	rule := j.hear(t, d, e)
	shown := presentEvent(*e)
	shown.LiableRule = rule
	data, err := json.Marshal(Update{Summary: present(t, *d, t.UpdatedAt), Event: &shown, Sequence: e.Seq, Late: e.Late})
	if err != nil {
		return nil, err
	}
	event := func(kind string) store.Event {
		return store.Event{Tenant: t.Tenant, Type: kind, Subject: t.ID, Sequence: e.Seq, Data: data}
	}
	out := []store.Event{event(TypeUpdated)}
	switch {
	case by == nil || before != nil && *by == *before:
	case by.Status == normalize.StatusDelivered && (before == nil || before.Status != normalize.StatusDelivered):
		out = append(out, event(TypeDelivered))
	case by.Status == normalize.StatusException:
		out = append(out, event(TypeException))
	}
	return out, nil
}

// CreatedEvent tells of a tracker that was just made, whoever made it.
func CreatedEvent(t store.Tracker) store.Event {
	data, err := json.Marshal(Update{Summary: present(&t, detailsOf(&t), t.UpdatedAt)})
	if err != nil {
		data = nil // only times beyond the year 9999 fail, and the store's clock has none
	}
	return store.Event{Tenant: t.Tenant, Type: TypeCreated, Subject: t.ID, Data: data}
}

// tellsMore tells whether a number, or something of it, is not known yet.
func tellsMore(known []normalize.TrackedNumber, n normalize.TrackedNumber) bool {
	if n.Number == "" {
		return false
	}
	i := slices.IndexFunc(known, func(o normalize.TrackedNumber) bool { return o.Number == n.Number })
	return i < 0 || n.Carrier > known[i].Carrier || n.Leg > known[i].Leg
}

// merge adds numbers to those that are known. Its result depends on what was ever told, not
// on the order: the tracker's own number first, the others sorted.
func merge(own string, known, told []normalize.TrackedNumber) []normalize.TrackedNumber {
	if len(known) > 0 && known[0].Number == own && !slices.ContainsFunc(told, func(n normalize.TrackedNumber) bool { return tellsMore(known, n) }) {
		return known
	}
	out := slices.Clone(known)
	if !slices.ContainsFunc(out, func(o normalize.TrackedNumber) bool { return o.Number == own }) {
		out = append(out, normalize.TrackedNumber{Number: own})
	}
	for _, n := range told {
		i := slices.IndexFunc(out, func(o normalize.TrackedNumber) bool { return o.Number == n.Number })
		switch {
		case n.Number == "":
		case i >= 0:
			out[i].Carrier, out[i].Leg = max(out[i].Carrier, n.Carrier), max(out[i].Leg, n.Leg)
		case len(out) < maxNumbers:
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b normalize.TrackedNumber) int {
		switch {
		case a.Number == own:
			return -1
		case b.Number == own:
			return 1
		}
		return strings.Compare(a.Number, b.Number)
	})
	return out
}
