package inbound

import (
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
)

// decideStage is what the stage itself asks for.
func decideStage(f file, now time.Time, every Intervals) move {
	begin := func(name string) move { return move{do: actBegin, name: name} }
	read := func(name string) move { return move{do: actRead, name: name} }
	switch f.Stage {
	case stageCreate:
		return begin(stepCreatePlan)
	case stagePrep:
		if !f.PrepListed {
			return read(readPrep)
		}
		return begin(stepSetPrep)
	case stagePackingOptions:
		return begin(stepGeneratePacking)
	case stageListPacking:
		return read(readPacking)
	case stageGroups:
		for _, g := range f.Groups {
			if !g.Listed {
				return move{do: actRead, name: readGroup, target: g.ID}
			}
		}
	case stageBoxes:
		return decideOffers(f, lastEnd(f.PackingOptions), begin(stepGeneratePacking), move{}, now, every)
	case stageSetPacking:
		return begin(stepSetPacking)
	case stageConfirmPacking:
		return begin(stepConfirmPacking)
	case stagePlacementOptions:
		return begin(stepGeneratePlacement)
	case stageListPlacement, stageConfirmPlacement: // the latter where its step is gone
		return read(readPlacement)
	case stagePlaces:
		for _, sh := range f.Shipments {
			if !sh.Seen {
				return move{do: actRead, name: readShipment, target: sh.ID}
			}
		}
	case stagePlacement:
		return decideOffers(f, lastEnd(f.Placements), begin(stepGeneratePlacement), read(readPlacement), now, every)
	case stageTransportOptions:
		return begin(stepGenerateTransport)
	case stageListTransport, stageConfirmTransport:
		return read(readTransport)
	case stageWindows:
		return decideWindows(f)
	case stageTransport:
		return decideOffers(f, f.firstEnd(), begin(stepGenerateTransport), read(readTransport), now, every)
	case stagePapers:
		return decidePapers(f)
	case stageFollow:
		return decideFollow(f, now, every)
	}
	return move{do: actWait}
}

// maxRenewed bounds how often offers are made anew for a person who does not come.
const maxRenewed = 5

// decideOffers waits while there is an offer to take, reads it again now and then (someone may
// have taken one in the platform's own pages, or a confirmation that was given up may have come
// through), and has offers that have run out made anew.
func decideOffers(f file, ends time.Time, renew, refresh move, now time.Time, every Intervals) move {
	if !ends.IsZero() && !now.Before(ends) {
		if f.Renewed >= maxRenewed {
			return move{do: actWait}
		}
		return renew
	}
	if refresh.do != actRead {
		return move{do: actWait, until: ends}
	}
	next := f.ReadAt.Add(every.Refresh)
	switch {
	case !now.Before(next):
		return refresh
	case !ends.IsZero() && ends.Before(next):
		return move{do: actWait, until: ends}
	}
	return move{do: actWait, until: next}
}

// lastEnd is when the last of the offers ends: while one can be taken, none is made anew.
func lastEnd(list []option) (last time.Time) {
	for _, o := range list {
		if o.Status == adapters.OptionAccepted {
			return time.Time{}
		}
		if o.ExpiresAt.After(last) {
			last = o.ExpiresAt
		}
	}
	return last
}

// firstEnd is when the first of the quotes ends: all shipments are confirmed at once.
func (f *file) firstEnd() (first time.Time) {
	for _, sh := range f.Shipments {
		for _, t := range sh.Transport {
			if !t.ExpiresAt.IsZero() && (first.IsZero() || t.ExpiresAt.Before(first)) {
				first = t.ExpiresAt
			}
		}
	}
	return first
}

// decideWindows makes and lists delivery windows where an option asks for one.
func decideWindows(f file) move {
	for _, sh := range f.Shipments {
		switch {
		case !sh.needsWindow() || sh.WindowsListed:
		case !sh.WindowsMade:
			return move{do: actBegin, name: stepGenerateWindows, target: sh.ID}
		default:
			return move{do: actRead, name: readWindows, target: sh.ID}
		}
	}
	return move{do: actWait}
}

func (s *shipment) needsWindow() bool {
	return slices.ContainsFunc(s.Transport, func(t adapters.InboundTransport) bool {
		return slices.Contains(t.Requires, adapters.RequiresDeliveryWindow)
	})
}

// decidePapers gathers what stands on the boxes, then prints it.
func decidePapers(f file) move {
	for _, sh := range f.Shipments {
		switch {
		case sh.ConfirmationID == "":
			return move{do: actRead, name: readShipment, target: sh.ID}
		case len(sh.Boxes) == 0 || sh.Boxes[0].ID == "":
			return move{do: actRead, name: readBoxes, target: sh.ID}
		case len(sh.Items) == 0:
			return move{do: actRead, name: readItems, target: sh.ID}
		}
	}
	return move{do: actRead, name: readPaper}
}

// decideFollow tells numbers that were asked for, and looks at each shipment in its turn.
func decideFollow(f file, now time.Time, every Intervals) move {
	for _, sh := range f.Shipments {
		if _, ok := f.Tracking[sh.ID]; ok {
			return move{do: actBegin, name: stepSetTracking, target: sh.ID}
		}
	}
	var next time.Time
	for _, sh := range f.Shipments {
		if sh.done() {
			continue
		}
		if sh.CountDue {
			return move{do: actRead, name: readReceived, target: sh.ID}
		}
		due := sh.LookedAt.Add(every.Follow)
		if !now.Before(due) {
			return move{do: actRead, name: readShipment, target: sh.ID}
		}
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	return move{do: actWait, until: next}
}

// counting tells whether the warehouse has begun to count.
func counting(status string) bool {
	return status == adapters.InboundCheckedIn || status == adapters.InboundReceiving || status == adapters.InboundClosed
}

// done tells whether nothing more will be heard of a shipment.
func (s *shipment) done() bool {
	switch s.Status {
	case adapters.InboundClosed:
		return s.Final
	case adapters.InboundCancelled, adapters.InboundDeleted, adapters.InboundAbandoned:
		return true
	}
	return false
}
