package inbound

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func step(name string, state store.StepState, operation string) store.Step {
	return store.Step{ID: "stp_1", Name: name, State: state, Operation: operation}
}

// The whole protocol is this function, so that this table is the protocol.
func TestDecide(t *testing.T) {
	t.Parallel()
	offers := []option{{ID: "pl1", Status: adapters.OptionOffered, ExpiresAt: noon.Add(time.Hour)}}
	gone := []option{{ID: "pl1", Status: adapters.OptionOffered, ExpiresAt: noon.Add(-time.Hour)}}
	confirmed := &confirmation{Step: "stp_1", Selections: map[string]string{"sh1": "to1"}, Windows: map[string]string{"sh1": "dw1"}}
	freight := shipment{ID: "sh1", Transport: []adapters.InboundTransport{{ID: "to1", Requires: []string{adapters.RequiresDeliveryWindow}}}}
	for _, c := range []struct {
		name   string
		plan   store.Plan
		file   file
		steps  []store.Step
		do     act
		write  string
		target string
		until  time.Time
	}{
		{name: "a new plan is created", file: file{Stage: stageCreate}, do: actBegin, write: stepCreatePlan},
		{name: "what is written down is sent", file: file{Stage: stageCreate}, steps: []store.Step{step(stepCreatePlan, store.StepPending, "")}, do: actSend},
		{name: "what may be sent is read", file: file{Stage: stageCreate}, steps: []store.Step{step(stepCreatePlan, store.StepUnknown, "")}, do: actResolve},
		{name: "what has an operation is polled", file: file{Stage: stageCreate}, steps: []store.Step{step(stepCreatePlan, store.StepPending, "op")}, do: actPoll},
		{name: "also where its state is unknown", file: file{Stage: stageCreate}, steps: []store.Step{step(stepCreatePlan, store.StepUnknown, "op")}, do: actPoll},
		{name: "what is done is done", file: file{Stage: stagePackingOptions}, steps: []store.Step{step(stepCreatePlan, store.StepDone, "op")}, do: actBegin, write: stepGeneratePacking},

		{name: "a cancel before anything was sent", file: file{Stage: stageCreate, Cancel: true}, do: actEnd, write: statusCancelled},
		{name: "a cancel drops what was not sent", file: file{Stage: stageConfirmPlacement, Cancel: true}, steps: []store.Step{step(stepConfirmPlacement, store.StepPending, "")}, do: actDrop},
		{name: "a cancel waits for what was", file: file{Stage: stageConfirmPlacement, Cancel: true}, steps: []store.Step{step(stepConfirmPlacement, store.StepUnknown, "")}, do: actResolve},
		{name: "a cancel at the platform", plan: store.Plan{CarrierPlanID: "wf1"}, file: file{Stage: stageBoxes, Cancel: true}, do: actBegin, write: stepCancelPlan},

		{name: "the first group is listed", file: file{Stage: stageGroups, Groups: []group{{ID: "a", Listed: true}, {ID: "b"}}}, do: actRead, write: readGroup, target: "b"},
		{name: "prep is listed, then set", file: file{Stage: stagePrep, PrepListed: true}, do: actBegin, write: stepSetPrep},
		{name: "boxes are waited for as long as the offer", file: file{Stage: stageBoxes, PackingOptions: offers}, do: actWait, until: noon.Add(time.Hour)},
		{name: "offers that ran out are made anew", file: file{Stage: stageBoxes, PackingOptions: gone}, do: actBegin, write: stepGeneratePacking},
		{name: "but not for ever", file: file{Stage: stageBoxes, PackingOptions: gone, Renewed: maxRenewed}, do: actWait},
		{name: "placements are waited for, and looked at", file: file{Stage: stagePlacement, Placements: offers, ReadAt: noon}, do: actWait, until: noon.Add(10 * time.Minute)},
		{name: "placements are looked at", file: file{Stage: stagePlacement, Placements: offers, ReadAt: noon.Add(-time.Hour)}, do: actRead, write: readPlacement},

		{name: "a confirmation is sent", file: file{Stage: stageConfirmPlacement}, steps: []store.Step{step(stepConfirmPlacement, store.StepPending, "")}, do: actSend},
		{name: "one that nobody put into the file is taken", file: file{Stage: stagePlacement}, steps: []store.Step{step(stepConfirmPlacement, store.StepPending, "")}, do: actTake},
		{name: "one that does not fit any more is dropped", file: file{Stage: stageTransport}, steps: []store.Step{step(stepConfirmPlacement, store.StepPending, "")}, do: actDrop},
		{name: "one that was given up is dropped", file: file{Stage: stageTransport, Dropped: []string{"stp_1"}}, steps: []store.Step{step(stepConfirmTransport, store.StepPending, "")}, do: actDrop},
		{name: "its step is gone", file: file{Stage: stageConfirmPlacement}, do: actRead, write: readPlacement},

		{name: "the window first", file: file{Stage: stageConfirmTransport, Confirm: confirmed, Shipments: []shipment{freight}},
			steps: []store.Step{step(stepConfirmTransport, store.StepPending, "")}, do: actBegin, write: stepConfirmWindow, target: "sh1"},
		{name: "the window that was begun", file: file{Stage: stageConfirmTransport, Confirm: confirmed, Shipments: []shipment{freight}},
			steps: []store.Step{step(stepConfirmTransport, store.StepPending, ""), {ID: "stp_2", Name: stepConfirmWindow, Target: "sh1", State: store.StepPending}}, do: actSend},
		{name: "quoted again first", file: file{Stage: stageTransportOptions, Confirm: confirmed, Shipments: []shipment{freight}},
			steps: []store.Step{step(stepConfirmTransport, store.StepPending, "")}, do: actBegin, write: stepGenerateTransport},
		{name: "windows are made", file: file{Stage: stageWindows, Shipments: []shipment{freight}}, do: actBegin, write: stepGenerateWindows, target: "sh1"},

		{name: "papers want a number", file: file{Stage: stagePapers, Shipments: []shipment{{ID: "sh1"}}}, do: actRead, write: readShipment, target: "sh1"},
		{name: "then boxes", file: file{Stage: stagePapers, Shipments: []shipment{{ID: "sh1", ConfirmationID: "FBA1"}}}, do: actRead, write: readBoxes, target: "sh1"},
		{name: "numbers are told", file: file{Stage: stageFollow, Shipments: []shipment{{ID: "sh1", LookedAt: noon}}, Tracking: map[string]TrackingAsk{"sh1": {}}}, do: actBegin, write: stepSetTracking, target: "sh1"},
		{name: "a shipment is looked at in its turn", file: file{Stage: stageFollow, Shipments: []shipment{{ID: "sh1", LookedAt: noon}}}, do: actWait, until: noon.Add(15 * time.Minute)},
		{name: "what is counted is read", file: file{Stage: stageFollow, Shipments: []shipment{{ID: "sh1", LookedAt: noon, CountDue: true}}}, do: actRead, write: readReceived, target: "sh1"},
		{name: "a late twin is looked for", file: file{Stage: stageBoxes, TwinsDue: noon}, do: actRead, write: readTwins},
		{name: "and woken up for", file: file{Stage: stageBoxes, TwinsDue: noon.Add(time.Minute)}, do: actWait, until: noon.Add(time.Minute)},
		{name: "the end is the end", file: file{Stage: stageEnd, Reached: statusClosed}, do: actWait},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := decide(c.plan, c.file, c.steps, noon, DefaultIntervals())
			if m.do != c.do || m.name != c.write || m.target != c.target || !m.until.Equal(c.until) {
				t.Errorf("got %d %s %s until %v, want %d %s %s until %v", m.do, m.name, m.target, m.until, c.do, c.write, c.target, c.until)
			}
		})
	}
}

// While offers are made anew the plan waits for the same; the first time it does not wait yet.
func TestStatusOfAStage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file          file
		status, waits string
	}{
		{file{Stage: stageCreate}, statusCreating, "platform"},
		{file{Stage: stageListPacking}, statusCreating, "platform"},
		{file{Stage: stageListPacking, Reached: statusNeedsPacking}, statusNeedsPacking, "platform"},
		{file{Stage: stageBoxes, Packing: "po1"}, statusNeedsPacking, "packing"},
		{file{Stage: stageBoxes}, statusNeedsPacking, "packing_option"},
		{file{Stage: stageConfirmPacking}, statusPacking, "platform"},
		{file{Stage: stagePlaces, Reached: statusNeedsPacking}, statusPacking, "platform"},
		{file{Stage: stagePlaces, Reached: statusNeedsPlacement}, statusNeedsPlacement, "platform"},
		{file{Stage: stagePlacement}, statusNeedsPlacement, "placement"},
		{file{Stage: stageConfirmPlacement}, statusPlacing, "platform"},
		{file{Stage: stageTransportOptions, Reached: statusNeedsPlacement}, statusPlacing, "platform"},
		{file{Stage: stageTransportOptions, Reached: statusNeedsTransportation}, statusNeedsTransportation, "platform"},
		{file{Stage: stageTransportOptions, Confirm: &confirmation{}}, statusConfirming, "platform"},
		{file{Stage: stageTransport}, statusNeedsTransportation, "transportation"},
		{file{Stage: stagePapers}, statusConfirming, "platform"},
		{file{Stage: stagePrep, PrepBefore: stagePlacementOptions}, statusPacking, "platform"},
		{file{Stage: stageFollow, Reached: statusLabelsReady}, statusLabelsReady, "handover"},
		{file{Stage: stageFollow, Reached: statusShipped}, statusShipped, "receiving"},
		{file{Stage: stageEnd, Reached: statusClosed}, statusClosed, ""},
	} {
		if s, w := c.file.status(), c.file.waitingFor(); s != c.status || w != c.waits {
			t.Errorf("%s after %q: got %s and waits for %q, want %s and %q", c.file.Stage, c.file.Reached, s, w, c.status, c.waits)
		}
	}
}

// A plan has come as far as its hindmost shipment; what was given up holds up nobody.
func TestReachedBy(t *testing.T) {
	t.Parallel()
	one := func(statuses ...string) []shipment {
		var out []shipment
		for _, s := range statuses {
			out = append(out, shipment{Status: s, Final: s == adapters.InboundClosed})
		}
		return out
	}
	for _, c := range []struct {
		list []shipment
		want string
		gone int
	}{
		{one("ready_to_ship", "closed"), statusLabelsReady, 0},
		{one("shipped", "in_transit", "delivered", "checked_in"), statusShipped, 0},
		{one("receiving", "closed"), statusReceived, 0},
		{one("closed", "cancelled"), statusClosed, 1},
		{one("closed", "closed"), statusClosed, 0},
		{[]shipment{{Status: "closed"}}, statusReceived, 0}, // not counted for the last time
		{one("deleted", "abandoned"), statusClosed, 2},
		{one("mixed"), statusLabelsReady, 0},
	} {
		if got, gone := reachedBy(c.list); got != c.want || gone != c.gone {
			t.Errorf("%+v: got %s and %d gone, want %s and %d", c.list, got, gone, c.want, c.gone)
		}
	}
}

// What is reached is never taken back by a state that says nothing.
func TestFollowNeverGoesBack(t *testing.T) {
	t.Parallel()
	f := file{Stage: stageFollow, Reached: statusReceived, Shipments: []shipment{{Status: adapters.InboundMixed}}}
	if f.follow(); f.Reached != statusReceived {
		t.Errorf("got %s", f.Reached)
	}
	f.Shipments[0].Status = adapters.InboundDeleted
	if f.follow(); f.status() != statusCancelled || len(f.Problems) != 1 {
		t.Errorf("got %s, %+v", f.status(), f.Problems)
	}
}

func TestPausesGrowAndEnd(t *testing.T) {
	t.Parallel()
	every := DefaultIntervals()
	for n, want := range map[int]time.Duration{1: 2 * time.Second, 2: 4 * time.Second, 3: 8 * time.Second, 100: 5 * time.Minute} {
		if got := backoff(n, every); got != want {
			t.Errorf("backoff %d: %v, want %v", n, got, want)
		}
	}
	for n, want := range map[int]time.Duration{0: time.Second, 1: 1500 * time.Millisecond, 100: 30 * time.Second} {
		if got := pollPause(n, every); got != want {
			t.Errorf("poll %d: %v, want %v", n, got, want)
		}
	}
	if sandbox := SandboxIntervals(); sandbox.Poll < 250*time.Millisecond || every.Poll < time.Second {
		t.Error("the platform's operations allow two calls a second")
	}
}

// The option without fees is taken; where all cost, a person takes one.
func TestChoosePacking(t *testing.T) {
	t.Parallel()
	free, dear := option{ID: "free", Status: adapters.OptionOffered, Fees: usd(0)}, option{ID: "dear", Status: adapters.OptionOffered, Fees: usd(1)}
	even, old := option{ID: "even", Status: adapters.OptionOffered, Fees: usd(5), Discounts: usd(5)}, option{ID: "old", Status: adapters.OptionOffered, ExpiresAt: noon}
	taken := option{ID: "taken", Status: adapters.OptionAccepted, Fees: usd(9)}
	for want, list := range map[string][]option{"free": {dear, free}, "": {dear, old}, "even": {dear, even}, "taken": {free, taken}} {
		if got := choosePacking(list, noon); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// An option is taken as it was confirmed or not at all.
func TestOfferGone(t *testing.T) {
	t.Parallel()
	list := []adapters.InboundTransport{{ID: "to1", Shipment: "sh1", Quote: usd(1000), ExpiresAt: noon.Add(time.Minute)}, {ID: "own", Shipment: "sh1"}}
	for _, c := range []struct {
		option string
		quoted normalize.Money
		now    time.Time
		gone   bool
	}{
		{"to1", usd(1000), noon, false}, {"to1", usd(1001), noon, false}, {"to1", usd(999), noon, true}, {"to1", normalize.Money{Minor: 1000, Currency: "EUR"}, noon, true},
		{"to1", usd(1000), noon.Add(time.Minute), true}, {"to2", usd(1000), noon, true}, {"own", normalize.Money{}, noon, false}, {"own", usd(1), noon, true},
	} {
		if why := offerGone(list, "sh1", c.option, c.quoted, c.now); (why != "") != c.gone {
			t.Errorf("%s for %v at %v: %q", c.option, c.quoted, c.now, why)
		}
	}
}

func TestSpent(t *testing.T) {
	t.Parallel()
	f := file{Placement: "pl1", Placements: []option{{ID: "pl1", Fees: usd(500), Discounts: usd(100)}, {ID: "pl2", Fees: usd(9)}},
		Shipments: []shipment{
			{ID: "sh1", Selected: "to1", Transport: []adapters.InboundTransport{{ID: "to1", Quote: usd(1000), VoidableUntil: noon}, {ID: "to2", Quote: usd(9)}}},
			{ID: "sh2", Selected: "to3", Transport: []adapters.InboundTransport{{ID: "to3"}}}}}
	if got := f.spent("US"); got != usd(1400) {
		t.Errorf("spent %v", got)
	}
	for at, want := range map[time.Time]normalize.Money{noon.Add(-time.Second): usd(0), noon: usd(1000)} {
		if got := f.lost("US", at); got != want {
			t.Errorf("lost at %v: %v, want %v", at, got, want)
		}
	}
	if got := (&file{}).lost("US", noon); !got.IsZero() {
		t.Errorf("nothing was confirmed, and %v is lost", got)
	}
}

// Boxes hold what the group has, no more and no less; what is not listed is not counted.
func TestCheckContents(t *testing.T) {
	t.Parallel()
	want := []adapters.InboundItem{{SKU: "A", Quantity: 10}, {SKU: "B", Quantity: 2, ExpiresOn: "2027-05-01"}}
	box := func(count int, items ...adapters.InboundItem) adapters.InboundBox {
		return adapters.InboundBox{Group: "g", Count: count, Content: "listed", Items: items}
	}
	a := func(n int) adapters.InboundItem { return adapters.InboundItem{SKU: "A", Quantity: n} }
	b := adapters.InboundItem{SKU: "B", Quantity: 1, ExpiresOn: "2027-05-01"}
	for name, c := range map[string]struct {
		boxes  []adapters.InboundBox
		faults int
	}{
		"exactly":         {[]adapters.InboundBox{box(2, a(5), b)}, 0},
		"one too few":     {[]adapters.InboundBox{box(1, a(9), b, b)}, 1},
		"a stranger":      {[]adapters.InboundBox{box(2, a(5), b), box(1, adapters.InboundItem{SKU: "C", Quantity: 1})}, 1},
		"another expiry":  {[]adapters.InboundBox{box(2, a(5), adapters.InboundItem{SKU: "B", Quantity: 1})}, 2},
		"no box":          {nil, 1},
		"content unknown": {[]adapters.InboundBox{{Group: "g", Count: 1, Content: "manual"}}, 0},
	} {
		got := checkContents("group", "g", want, c.boxes, func(b adapters.InboundBox) string { return b.Group })
		if len(got) != c.faults {
			t.Errorf("%s: %v", name, got)
		}
	}
}
