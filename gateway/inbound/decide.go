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
