package main

import (
	"math/rand/v2"
	"slices"

	"github.com/crossdock-hub/crossdock/mocks"
)

// crash is one case of harness H2: a gateway dies at one step of one purchase while its
// carrier does one thing, and another takes over what it left.
type crash struct {
	channel string
	step    string
	nth     int    // the time that the step is reached, from 1
	fault   string // of the purchase, or of the void where void is set; none when empty
	void    bool   // it dies while the label is voided
}

// The steps at which a gateway can die, in the order in which they come. The words are those
// of the failpoints.
var (
	draftSteps = []string{"drafting", "draft_parsed", "draft_settling", "draft_settled"}
	// unsentSteps come before the purchase leaves: written stands in a buffer only.
	unsentSteps = []string{"intended", "claimed", "connected", "written"}
	// sentSteps come after all of it has left. At sent the carrier has it, which the carrier
	// alone can tell: there the harness kills.
	sentSteps = []string{"sent", "first_byte", "kept", "parsed", "settling", "settled"}
	findSteps = []string{"finding", "found", "find_settling", "find_settled"}
	// voidUnsent and voidSent are those of a void.
	voidUnsent = []string{"void_claimed"}
	voidSent   = []string{"void_sent", "void_first_byte", "void_kept", "void_parsed", "void_settling", "void_settled"}
)

// What a carrier does with a purchase.
var replyFaults = []string{"", mocks.Status, mocks.ResetConn, mocks.CommitThenCut, mocks.CommitThenSlow, mocks.CommitThen500,
	mocks.Truncate, mocks.Garbage, mocks.LateCommit}

// lostReplies leave a purchase unknown, one way or the other.
var lostReplies = []string{mocks.Status, mocks.CommitThenCut, mocks.LateCommit}

var voidFaults = []string{"", mocks.Status, mocks.CommitThenCut, mocks.CommitThen500}

// crashLane is a channel, and what its carrier can be asked about a lost purchase.
type crashLane struct {
	channel string
	proves  bool // its search proves that nothing was bought
	finds   bool // its search finds what was bought
	prints  bool // the label can be had again, without the reply of the purchase
	drafts  bool // the free draft comes before the confirmation that is paid
	voids   bool // it takes a label back
}

// crashLanes are one channel of each way in which a carrier can be asked.
var crashLanes = []crashLane{
	{channel: "yanwen.tracked", proves: true, finds: true, prints: true, voids: true},                  // B, by reference
	{channel: "speedpak.standard", proves: true, finds: true, prints: true, drafts: true, voids: true}, // B, by order line
	{channel: "cainiao.standard", proves: true, finds: true, prints: true},                             // D, by trade order
	{channel: "dhl_express.worldwide", finds: true},                                                    // D, without papers
	{channel: "cainiao.global_standard", voids: true},                                                  // E: by the kept reply alone
	{channel: "wishpost.epacket", voids: true},                                                         // E, with another form of its replies
}

func laneNamed(channel string) crashLane {
	i := slices.IndexFunc(crashLanes, func(l crashLane) bool { return l.channel == channel })
	return crashLanes[i]
}

// crashes are all cases.
func crashes() []crash {
	var out []crash
	for _, l := range crashLanes {
		for _, s := range unsentSteps {
			out = append(out, crash{channel: l.channel, step: s})
		}
		for _, s := range sentSteps {
			for _, f := range replyFaults {
				out = append(out, crash{channel: l.channel, step: s, fault: f})
			}
		}
		for _, f := range lostReplies {
			for _, s := range findSteps {
				out = append(out, crash{channel: l.channel, step: s, fault: f})
			}
			out = append(out, crash{channel: l.channel, step: "found", nth: 2, fault: f})
		}
		if l.drafts {
			for _, s := range draftSteps {
				out = append(out, crash{channel: l.channel, step: s})
			}
		}
		if l.voids {
			for _, s := range voidUnsent {
				out = append(out, crash{channel: l.channel, step: s, void: true})
			}
			for _, s := range voidSent {
				for _, f := range voidFaults {
					out = append(out, crash{channel: l.channel, step: s, fault: f, void: true})
				}
			}
		}
	}
	return out
}

// some are n cases in the seed's order, but first those that bring a carrier, a step or a
// fault that was not there yet.
func some(all []crash, n int, seed uint64) []crash {
	if n <= 0 || n >= len(all) {
		return all
	}
	var first, rest []crash
	seen := map[string]bool{}
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(all)) {
		c := all[i]
		if seen[c.step] && seen[c.channel] && seen[c.fault] {
			rest = append(rest, c)
			continue
		}
		seen[c.step], seen[c.channel], seen[c.fault] = true, true, true
		first = append(first, c)
	}
	return append(first, rest...)[:n]
}

// ending is how a case ended: the label's status and how many labels live at the carrier.
type ending struct {
	Status string `json:"status"`
	Live   int    `json:"live"`
}

// table is how a case may end. died tells whether the step was reached, since what some
// carriers do leaves no reply to die at.
func (c crash) table(died bool) []ending {
	l := laneNamed(c.channel)
	absent := []ending{{needsAttention, 0}}
	switch {
	case l.proves:
		absent = []ending{{failed, 0}}
	case l.finds: // asked again and again, for minutes
		absent = []ending{{unknown, 0}, {needsAttention, 0}}
	}
	switch {
	case c.void:
		return c.voidTable(l, died)
	case c.step == "intended", slices.Contains(draftSteps, c.step):
		// Written down and not sent: whoever finds it knows that nothing was bought.
		return []ending{{failed, 0}}
	case slices.Contains(unsentSteps, c.step), c.fault == mocks.Status, c.fault == mocks.ResetConn:
		return absent
	case c.proven(died), l.finds && l.prints:
		return []ending{{purchased, 1}}
	default: // known as bought, or not, but in no case without a person
		return []ending{{needsAttention, 1}}
	}
}

// proven tells whether the whole reply was kept before the gateway died: then it is as good
// as the carrier's own word.
func (c crash) proven(died bool) bool {
	return c.fault == "" && (!died || !slices.Contains([]string{"sent", "first_byte"}, c.step))
}

// voidTable is the same for a void: never voided while it lives, never purchased while it does
// not.
func (c crash) voidTable(l crashLane, died bool) []ending {
	alive := died && slices.Contains(voidUnsent, c.step) || c.fault == mocks.Status
	switch {
	case alive && l.finds:
		return []ending{{purchased, 1}}
	case alive:
		return []ending{{purchased, 1}, {needsAttention, 1}}
	case l.finds:
		return []ending{{voided, 0}}
	default:
		return []ending{{voided, 0}, {needsAttention, 0}}
	}
}
