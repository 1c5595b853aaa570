package inbound

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// lead does what a person would, again and again, until the labels are ready: whoever finds the
// gateway dead starts it anew and says the same thing once more.
func (s *stand) lead() Plan {
	s.t.Helper()
	for range 3600 {
		if s.life.over() {
			s.stop()
			s.begin(0)
		}
		p := s.get()
		switch {
		case p.Status == statusLabelsReady:
			return p
		case p.Status == statusFailed:
			s.t.Fatalf("failed: %+v", p.Problems)
		case p.WaitingFor != "platform":
			s.decideOnce(p)
		}
		time.Sleep(5 * time.Second)
	}
	p := s.get()
	s.t.Fatalf("stuck: %s, waiting for %s, problems %+v, history %+v", p.Status, p.WaitingFor, p.Problems, p.History)
	return Plan{}
}

// decideOnce is one decision, whose failure is a dead process's or is seen at the next look. A
// confirmation that is said to have failed is made anew under another key.
func (s *stand) decideOnce(p Plan) {
	key := func(what string) string { return fmt.Sprintf("%s-%d-%s", what, s.round, s.id) }
	var replayed bool
	switch p.Status {
	case statusNeedsPacking:
		_, _ = s.svc.Pack(s.t.Context(), "t1", s.id, boxes(p))
	case statusNeedsPlacement:
		_, replayed, _ = s.place(p.Placements[len(p.Placements)-1].ID, key("place"))
	case statusNeedsTransportation:
		_, replayed, _ = s.carry(choose(p, "North Post"), key("transport"))
	}
	if replayed && has(s.get(), "outcome_unknown") {
		s.round++
	}
}

// instants is how many are passed over between two deaths: 9 and 1 tell the same, in minutes.
var instants = flag.Int("instants", 9, "in TestDeathAtEveryInstant, take every n-th")

// A process may die at any instant: before or after each write to the store and each call to the
// platform. Whatever it left, the next one brings the plan to its labels, and what cannot be
// undone was done once: the platform fails the test otherwise.
func TestDeathAtEveryInstant(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		s.lead()
		s.life.mu.Lock()
		events := s.life.events
		s.life.mu.Unlock()
		if events < 100 {
			t.Fatalf("only %d instants", events)
		}
		for at := 1; at <= events; at += *instants {
			s.dieAndGoOn(at)
		}
	})
}

// dieAndGoOn takes a new plan before a new platform through a death at an event.
func (s *stand) dieAndGoOn(at int) {
	s.t.Helper()
	s.stop()
	s.platform, s.round = newPlatform(s.t), 0
	s.every.Tick = 5 * time.Second // a dead one's lease takes minutes
	s.begin(at)
	r := sample()
	r.Name = fmt.Sprintf("died at %d", at)
	s.create(r)
	p := s.lead()
	if len(p.Documents) != 3 || p.Spent == nil || *p.Spent != usd(2000) {
		s.t.Errorf("died at %d: %d documents, spent %v", at, len(p.Documents), p.Spent)
	}
	// Out of the way of the next one.
	plan, err := s.db.ClaimPlan(s.t.Context(), "t1", s.id, time.Hour)
	for range 300 {
		if err == nil {
			break
		}
		time.Sleep(time.Second)
		plan, err = s.db.ClaimPlan(s.t.Context(), "t1", s.id, time.Hour)
	}
	if err == nil {
		_, err = s.db.UpdatePlan(s.t.Context(), plan.Ref(), store.PlanUpdate{Change: func(p *store.Plan) error { p.DueAt = time.Time{}; return nil }})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
