package trackers

import (
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Ruling is who answers for what went wrong with a parcel, and by what that was decided.
type Ruling struct {
	*responsibility.Liability
	Source string                `json:"source,omitempty"` // of the rule
	Way    responsibility.Way    `json:"way"`
	Split  responsibility.Parcel `json:"split"`
}

// Answerable tells a parcel's timeline and who answers for what somebody says of it, told as the
// scan that a carrier would make of it. Where scans tell the same the newest of them decides;
// else it counts as told now, where the parcel stands. A scan without a status asks for who
// answers as it is. Liability is nil where nobody can say.
func (s *Service) Answerable(ctx context.Context, tenant, id string, told responsibility.Scan) (Tracker, Ruling, error) {
	row, err := s.row(ctx, tenant, id)
	if err != nil {
		return Tracker{}, Ruling{}, err
	}
	t, err := s.show(ctx, row)
	if err != nil {
		return Tracker{}, Ruling{}, err
	}
	d := detailsOf(&row)
	j := s.judge(&row, &d)
	if j.book == nil {
		return t, Ruling{}, nil
	}
	scans, err := s.scansOf(ctx, j.book, row.ID, tenant)
	if err != nil {
		return Tracker{}, Ruling{}, err
	}
	day := normalize.DateOf(time.Now().UTC())
	out := Ruling{Liability: t.Liability, Way: j.way}
	if told.Status != "" {
		out.Liability = j.onTold(t.Status, scans, told)
	}
	if l := out.Liability; l != nil && len(l.Evidence) > 0 {
		if at := slices.IndexFunc(scans, func(v responsibility.Scan) bool { return v.ID == l.Evidence[0] }); at >= 0 {
			day = normalize.DateOf(scans[at].At.UTC())
		}
	}
	if out.Liability != nil && out.Rule != "" {
		out.Source = j.book.SourceOf(out.Rule, day)
	}
	out.Split = j.book.OfParcel(j.way, day)
	return t, out, nil
}

func (s *Service) scansOf(ctx context.Context, b *responsibility.Book, id, tenant string) ([]responsibility.Scan, error) {
	events, err := s.store.TrackerEvents(ctx, store.Tenant(tenant), id)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(events, func(a, b store.TrackerEvent) int { return markOf(a).compare(markOf(b)) })
	out := make([]responsibility.Scan, len(events))
	for i, e := range events {
		out[i] = b.ScanOf(e.ID, e.Event)
	}
	return out, nil
}

// onTold decides on what is told of a parcel.
func (j judge) onTold(status normalize.Status, scans []responsibility.Scan, told responsibility.Scan) *responsibility.Liability {
	v := j.book.Decide(j.way, status, scans)
	for i, l := range slices.Backward(v.Events) {
		if l != nil && len(l.Evidence) > 0 && sameMatter(scans[i], l.Cause, told) {
			return l
		}
	}
	told.At = time.Now()
	if n := len(scans); n > 0 {
		told.At = scans[n-1].At
	}
	out := j.book.Decide(j.way, told.Status, append(slices.Clone(scans), told)).Now
	if out != nil { // what is told by no scan is no evidence
		out.Evidence = slices.DeleteFunc(out.Evidence, func(id string) bool { return id == told.ID })
	}
	return out
}

// sameMatter tells whether a scan of a matter is about what is told.
func sameMatter(s responsibility.Scan, cause responsibility.Cause, told responsibility.Scan) bool {
	if told.Cause != responsibility.CauseUntold {
		return cause == told.Cause
	}
	switch cause {
	case responsibility.CauseDeclaration, responsibility.CauseDocuments, responsibility.CauseDuties, responsibility.CauseProhibited:
		return true
	}
	return s.Substatus == normalize.SubstatusCustomsHeld
}
