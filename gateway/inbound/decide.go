package inbound

import (
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// The remote writes. Each is a step of its own in the store before it is sent.
const (
	stepCreatePlan        = "create_plan"
	stepCancelPlan        = "cancel_plan"
	stepCancelTwin        = "cancel_twin"
	stepSetPrep           = "set_prep"
	stepGeneratePacking   = "generate_packing"
	stepSetPacking        = "set_packing"
	stepConfirmPacking    = "confirm_packing"
	stepGeneratePlacement = "generate_placement"
	stepConfirmPlacement  = "confirm_placement"
	stepGenerateTransport = "generate_transport"
	stepGenerateWindows   = "generate_windows"
	stepConfirmWindow     = "confirm_window"
	stepConfirmTransport  = "confirm_transport"
	stepSetTracking       = "set_tracking"
)

// The remote readings.
const (
	readTwins     = "twins"
	readPrep      = "prep"
	readPacking   = "packing"
	readGroup     = "group"
	readPlacement = "placement"
	readShipment  = "shipment"
	readTransport = "transport"
	readWindows   = "windows"
	readBoxes     = "boxes"
	readItems     = "items"
	readPaper     = "paper"
	readReceived  = "received"
)

// act is what the worker does next.
type act int

const (
	actWait    act = iota // until a time, or for ever where it is zero
	actBegin              // write a step down
	actSend               // send a step that was written down
	actPoll               // ask how far its work is
	actResolve            // read what became of a step whose answer was lost
	actRead               // read something else
	actDrop               // give up a step that was never sent
	actTake               // put a confirmed step into the file
	actEnd                // the plan has come to an end that needs no call
)

// move is one step of progress.
type move struct {
	do     act
	name   string
	target string
	step   store.Step
	until  time.Time
}

// decide is the whole protocol: from what is known of a plan to the one thing to do next.
func decide(p store.Plan, f file, steps []store.Step, now time.Time, every Intervals) move {
	open := openSteps(steps)
	for _, s := range open { // what is under way comes first
		switch {
		case s.Operation != "":
			return move{do: actPoll, step: s}
		case s.State == store.StepUnknown:
			return move{do: actResolve, step: s}
		}
	}
	if f.Cancel {
		return decideCancel(p, f, open)
	}
	// Nothing of these was sent yet. What a confirmation needs comes before it.
	slices.SortStableFunc(open, func(a, b store.Step) int { return rankOf(a) - rankOf(b) })
	for _, s := range open {
		if m, ok := decidePending(f, s); ok {
			return m
		}
	}
	switch {
	case len(f.Twins) > 0:
		return move{do: actBegin, name: stepCancelTwin, target: f.Twins[0]}
	case !f.TwinsDue.IsZero() && !now.Before(f.TwinsDue):
		return move{do: actRead, name: readTwins}
	}
	m := decideStage(f, now, every)
	if m.do == actWait && !f.TwinsDue.IsZero() && (m.until.IsZero() || f.TwinsDue.Before(m.until)) {
		m.until = f.TwinsDue
	}
	return m
}

// rankOf puts confirmations behind all other steps.
func rankOf(s store.Step) int {
	if s.Name == stepConfirmPlacement || s.Name == stepConfirmTransport {
		return 1
	}
	return 0
}

func openSteps(steps []store.Step) (open []store.Step) {
	for _, s := range steps {
		if s.State == store.StepPending || s.State == store.StepUnknown {
			open = append(open, s)
		}
	}
	return open
}

// decideCancel drops what was never sent, then cancels at the platform where there is a plan.
func decideCancel(p store.Plan, f file, open []store.Step) move {
	if len(open) > 0 {
		if open[0].Name == stepCancelPlan {
			return move{do: actSend, step: open[0]}
		}
		return move{do: actDrop, step: open[0]}
	}
	if p.CarrierPlanID == "" {
		return move{do: actEnd, name: statusCancelled}
	}
	return move{do: actBegin, name: stepCancelPlan}
}

// decidePending sends a step that was written down. A confirmation waits until what must come
// before it is done.
func decidePending(f file, s store.Step) (move, bool) {
	if slices.Contains(f.Dropped, s.ID) {
		return move{do: actDrop, step: s}, true
	}
	switch s.Name {
	case stepConfirmPlacement:
		if f.Stage != stageConfirmPlacement {
			return takeOrDrop(s, f.Stage == stagePlacement), true
		}
	case stepConfirmTransport:
		if f.Confirm == nil || f.Confirm.Step != s.ID {
			return takeOrDrop(s, f.Stage == stageTransport), true
		}
		if f.Stage != stageConfirmTransport {
			return move{}, false // quoted again first
		}
		if target, ok := f.windowToConfirm(); ok {
			return move{do: actBegin, name: stepConfirmWindow, target: target}, true
		}
	}
	return move{do: actSend, step: s}, true
}

// takeOrDrop: a confirmation that whoever began it did not live to put into the file is taken
// where it still fits, and dropped unsent where it does not.
func takeOrDrop(s store.Step, fits bool) move {
	if fits {
		return move{do: actTake, step: s}
	}
	return move{do: actDrop, step: s}
}

// windowToConfirm is the next shipment whose option needs a window that is not confirmed yet.
func (f *file) windowToConfirm() (string, bool) {
	for _, sh := range f.Shipments {
		t := sh.transportOption(f.Confirm.Selections[sh.ID])
		if t != nil && slices.Contains(t.Requires, adapters.RequiresDeliveryWindow) && sh.Window != f.Confirm.Windows[sh.ID] {
			return sh.ID, true
		}
	}
	return "", false
}

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
