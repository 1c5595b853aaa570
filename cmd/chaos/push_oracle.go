package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// The goals of pushes, by what breaks them.
const (
	lost         = "lost_events"      // acknowledged, and not on the timeline
	invented     = "invented_events"  // on the timeline, and never sent by the carrier
	doubled      = "doubled_effects"  // one scan counts twice, on the timeline or at the subscriber
	disorder     = "broken_sequences" // a gap, an inversion, or a repeat after its successor
	untold       = "untold_events"    // on the timeline, and the subscriber never heard
	badSignature = "bad_deliveries"   // that do not verify, or cannot be read
	unaccounted  = "unaccounted"      // garbage and forgeries that are not where they belong
	misfiled     = "misfiled"         // a proper message in the quarantine
	unanswered   = "unanswered"       // never answered as it must be
)

var pushGoals = []string{lost, invented, doubled, disorder, untold, badSignature, unaccounted, misfiled, unanswered}

// timeline is what the harness reads of a tracker.
type timeline struct {
	ID     string `json:"id"`
	Events []struct {
		OccurredAt time.Time `json:"occurred_at"`
		Raw        struct {
			Code string `json:"code"`
		} `json:"raw"`
	} `json:"events"`
}

// filed is what the harness reads of the inbox.
type filed struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	SHA256 string `json:"sha256"`
}

// evidence is all that is judged: the history of the generator and of the subscriber against
// what the gateway shows.
type evidence struct {
	play      *play
	sink      *sink
	timelines []timeline
	inbox     map[string][]filed // by state
	found     map[string][]string
}

func (e *evidence) add(goal, format string, args ...any) {
	e.found[goal] = append(e.found[goal], fmt.Sprintf(format, args...))
}

// judge reads what there is when all is quiet, and holds it against the histories.
func (p *pushing) judge(ctx context.Context, s *stage, r *pushReport) error {
	e := &evidence{play: s.play, sink: s.sink, inbox: map[string][]filed{}, found: map[string][]string{}}
	var err error
	if e.timelines, err = pages[timeline](ctx, s.api, "/v1/trackers", url.Values{}); err != nil {
		return err
	}
	for _, state := range []string{"received", "quarantined", "refused", "unmatched"} {
		if e.inbox[state], err = pages[filed](ctx, s.api, "/v1/callbacks", url.Values{"state": {state}}); err != nil {
			return err
		}
	}
	e.judge()
	r.Kills, r.Panics = p.trouble.kills.Load(), s.fleet.panics()
	r.fillPlay(e)
	r.blame(pushGoals, e.found)
	r.count(pushGoals)
	if r.OK = len(r.Missed) == 0; !r.OK {
		r.detail = append(r.detail, s.fleet.logs()...)
	}
	return nil
}

func (e *evidence) judge() {
	e.sink.mu.Lock()
	defer e.sink.mu.Unlock()
	for goal, list := range e.sink.wrong {
		e.found[goal] = append(e.found[goal], list...)
	}
	sent := map[string]map[int64]*scan{} // by tracker and time
	for _, s := range e.play.scans {
		id := s.parcel.tracker
		if sent[id] == nil {
			sent[id] = map[int64]*scan{}
		}
		sent[id][s.At.Unix()] = s
	}
	for _, t := range e.timelines {
		e.timeline(t, sent[t.ID])
	}
	// What is left was on no timeline.
	for id, scans := range sent {
		for _, s := range scans {
			if s.acked.Load() > 0 {
				e.add(lost, "%s: %s of %s was acknowledged %d times and is not on the timeline", id, s.Code, s.At.Format(time.RFC3339), s.acked.Load())
			}
		}
	}
	e.messages()
}

// timeline takes what it holds out of sent.
func (e *evidence) timeline(t timeline, sent map[int64]*scan) {
	seen := map[int64]bool{}
	th := e.sink.trackers[t.ID]
	for _, ev := range t.Events {
		at := ev.OccurredAt.Unix()
		switch {
		case seen[at]:
			e.add(doubled, "%s: %s of %s is on the timeline twice", t.ID, ev.Raw.Code, ev.OccurredAt.Format(time.RFC3339))
			continue
		case sent[at] == nil:
			e.add(invented, "%s: %s of %s was never sent", t.ID, ev.Raw.Code, ev.OccurredAt.Format(time.RFC3339))
		case th == nil || th.scans[at] == "":
			e.add(untold, "%s: %s of %s", t.ID, ev.Raw.Code, ev.OccurredAt.Format(time.RFC3339))
		}
		seen[at] = true
		delete(sent, at)
	}
}

// messages looks where garbage, forgeries and everything else have ended.
func (e *evidence) messages() {
	files := map[string]map[string]bool{}
	for state, list := range e.inbox {
		files[state] = map[string]bool{}
		for _, f := range list {
			files[state][f.SHA256] = true
		}
	}
	bad := map[kind]map[string]bool{garbage: {}, forged: {}}
	for _, m := range e.play.messages {
		e.message(m, files)
		if m.kind != news {
			for _, b := range m.bodies {
				bad[m.kind][b] = true
			}
		}
	}
	for state, list := range e.inbox {
		for _, f := range list {
			switch {
			case state == "received", state == "unmatched":
				e.add(misfiled, "%s is still %s: %s", f.ID, state, f.Reason)
			case state == "quarantined" && !bad[garbage][f.SHA256], state == "refused" && !bad[forged][f.SHA256]:
				e.add(misfiled, "%s is %s: %s", f.ID, state, f.Reason)
			}
		}
	}
}

func (e *evidence) message(m *message, files map[string]map[string]bool) {
	name := m.of.parcel.carrier.Code + " " + m.of.Code
	in := func(state string) bool {
		return slices.ContainsFunc(m.bodies, func(b string) bool { return files[state][b] })
	}
	switch {
	case !m.acked && !m.refused:
		e.add(unanswered, "%s: sent %d times: %s", name, m.tries, m.last)
	case m.kind == garbage && !m.acked:
		e.add(unaccounted, "%s: authentic garbage is refused", name)
	case m.kind == garbage && !in("quarantined"):
		e.add(unaccounted, "%s: garbage was acknowledged and is not in the quarantine", name)
	case m.kind == forged && !m.of.parcel.carrier.secret():
		// Nobody can tell a lie from a hint. That it is not believed shows on the timeline.
	case m.kind == forged && m.acked:
		e.add(unaccounted, "%s: a forgery was acknowledged", name)
	case m.kind == forged && !in("refused"):
		e.add(unaccounted, "%s: a forgery was refused, and nothing tells of it", name)
	}
}

func isEmptyList(body []byte) bool {
	var page struct {
		Data []json.RawMessage `json:"data"`
	}
	return json.Unmarshal(body, &page) == nil && len(page.Data) == 0
}
