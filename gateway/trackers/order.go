package trackers

import (
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/normalize"
)

// mark is what the fold remembers of one scan: enough to order it among all others, and
// what it says of the parcel. It is the same however often and in whichever order scans come.
type mark struct {
	At        time.Time           `json:"at"`
	Key       string              `json:"key"` // the scan's dedupe key
	Status    normalize.Status    `json:"status"`
	Substatus normalize.Substatus `json:"substatus,omitempty"`
	Leg       normalize.Leg       `json:"leg,omitempty"`
	SignedBy  string              `json:"signed_by,omitempty"`
}

// compare orders scans by their own time. Carriers round to the minute and list in no order,
// so scans of one time are ordered by how far each milestone is along the way, and at last
// by their key, so that no two orders of arrival make two different timelines.
func (m mark) compare(o mark) int {
	if c := m.At.Compare(o.At); c != 0 {
		return c
	}
	if c := progress[m.Status] - progress[o.Status]; c != 0 {
		return c
	}
	if c := refinement[m.Substatus] - refinement[o.Substatus]; c != 0 {
		return c
	}
	return strings.Compare(m.Key, o.Key)
}

// progress ranks milestones of one and the same minute. A status that is not listed tells
// nothing of the parcel.
var progress = map[normalize.Status]int{
	normalize.StatusRegistered:         1,
	normalize.StatusLabelCreated:       2,
	normalize.StatusPickedUp:           3,
	normalize.StatusInTransit:          4,
	normalize.StatusCustoms:            5,
	normalize.StatusException:          6,
	normalize.StatusOutForDelivery:     7,
	normalize.StatusDeliveryFailed:     8,
	normalize.StatusAvailableForPickup: 9,
	normalize.StatusReturning:          10,
	normalize.StatusDelivered:          11,
	normalize.StatusReturned:           12,
	normalize.StatusCancelled:          13,
	normalize.StatusExpired:            14,
}

// refinement does the same within one milestone, where there is a natural order.
var refinement = map[normalize.Substatus]int{
	normalize.SubstatusCustomsProcessing:  1,
	normalize.SubstatusCustomsHeld:        2,
	normalize.SubstatusDocumentsMissing:   2,
	normalize.SubstatusDutiesDue:          2,
	normalize.SubstatusCustomsReleased:    3,
	normalize.SubstatusExportDeparted:     1,
	normalize.SubstatusArrivedDestination: 2,
	normalize.SubstatusHandedToLastMile:   3,
}

// informs tells whether a scan says what became of the parcel. A code that we do not know
// yet stays on the timeline, and says nothing.
func informs(e normalize.TrackingEvent) bool {
	return progress[e.Status] > 0 && e.Substatus != normalize.SubstatusUnmapped
}

func earlier(a, b *mark) *mark {
	if a == nil || b != nil && b.compare(*a) < 0 {
		return b
	}
	return a
}

func later(a, b *mark) *mark {
	if a == nil || b != nil && b.compare(*a) > 0 {
		return b
	}
	return a
}
