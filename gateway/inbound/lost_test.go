package inbound

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// lost is an answer that never came.
func lost() error { return normalize.Fail(normalize.KindTimeout, "no answer in time") }

// once fails the first call of a name.
func once(name string, err error) func(string) error {
	done := false
	return func(called string) error {
		if called != name || done {
			return nil
		}
		done = true
		return err
	}
}

// An answer that was lost after it happened is read from the platform's state; one that was lost
// before is proven absent after the quiet period. Neither is sent again by itself.
func TestALostConfirmation(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		s.pack(boxes(s.until(statusNeedsPacking)))
		p := s.until(statusNeedsPlacement)
		s.platform.before = once("ConfirmPlacement", lost())
		began := time.Now()
		s.mustPlace(p, 1, "k1")
		p = s.until(statusNeedsPlacement)
		if !has(p, "outcome_unknown") || time.Since(began) < 30*time.Second || s.platform.count("ConfirmPlacement") != 1 {
			t.Fatalf("after %v and %d calls: %+v", time.Since(began), s.platform.count("ConfirmPlacement"), p.Problems)
		}
		if p, replayed, err := s.place(p.Placements[0].ID, "k1"); err != nil || !replayed || p.Status != statusNeedsPlacement {
			t.Errorf("the old key: %s, %v, %v", p.Status, replayed, err)
		}
		s.platform.after = once("ConfirmPlacement", lost())
		s.mustPlace(p, 1, "k2")
		p = s.until(statusNeedsTransportation)
		if len(p.Problems) > 0 || s.platform.count("ConfirmPlacement") != 2 {
			t.Errorf("%d calls, problems %+v", s.platform.count("ConfirmPlacement"), p.Problems)
		}
		s.platform.after = once("ConfirmTransport", lost())
		if _, _, err := s.carry(choose(p, "North Post"), "k3"); err != nil {
			t.Fatal(err)
		}
		p = s.until(statusLabelsReady)
		if s.platform.count("ConfirmTransport") != 1 || *p.Spent != usd(1400) {
			t.Errorf("%d calls, spent %v", s.platform.count("ConfirmTransport"), p.Spent)
		}
	})
}

// A refusal is certain: the plan waits again, with the platform's words, and the next try is a
// person's.
func TestARefusedConfirmation(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		p := s.placed(sample())
		s.platform.refuse["ConfirmTransport"] = []adapters.InboundProblem{{Code: "BadRequest", Message: "the carrier did not confirm", Severity: "error"}}
		if _, _, err := s.carry(choose(p, "North Post"), "k1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		p = s.until(statusNeedsTransportation)
		if !has(p, "BadRequest") || s.platform.count("ConfirmTransport") != 1 {
			t.Fatalf("%d calls, problems %+v", s.platform.count("ConfirmTransport"), p.Problems)
		}
		if _, _, err := s.carry(choose(p, "North Post"), "k2"); err != nil {
			t.Fatal(err)
		}
		if p = s.until(statusLabelsReady); len(p.Problems) > 0 {
			t.Errorf("answered problems stay: %+v", p.Problems)
		}
	})
}

// What says nothing about the request is tried again: no quota, no credentials. The plan shows it
// while it lasts.
func TestTroubleOnTheWayPasses(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		fails := 0
		s.platform.before = func(name string) error {
			kinds := []*normalize.Error{{Kind: normalize.KindRateLimited, RetryAfter: 5 * time.Second}, {Kind: normalize.KindAuthFailed}, {Kind: normalize.KindUnavailable, NotSent: true}}
			if name == "CreatePlan" && fails < len(kinds) {
				fails++
				return kinds[fails-1]
			}
			return nil
		}
		s.create(sample())
		time.Sleep(3 * time.Second)
		if p := s.get(); !has(p, "rate_limited") || !p.Problems[0].Passing {
			t.Errorf("got %+v", p.Problems)
		}
		p := s.until(statusNeedsPacking)
		if len(p.Problems) > 0 || len(s.platform.plans) != 1 {
			t.Errorf("problems %+v, %d plans", p.Problems, len(s.platform.plans))
		}
	})
}

// A plan that the platform refuses has failed; whoever may say why is told which line it is.
func TestARefusedPlan(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.platform.refuse["CreatePlan"] = []adapters.InboundProblem{{Code: "NW49", Message: "no such goods", Severity: "error", SKU: "CASE-1"}}
		s.create(sample())
		p := s.until(statusFailed)
		if len(p.Problems) != 1 || p.Problems[0] != (Problem{Code: "NW49", Message: "no such goods", Severity: "error", Pointer: "/items/0"}) {
			t.Errorf("got %+v", p.Problems)
		}
		if p, err := s.svc.Cancel(t.Context(), "t1", s.id); err != nil {
			t.Errorf("a failed plan that exists is cancelled: %+v, %v", p, err)
		}
		s.until(statusCancelled)
	})
}

// A lost creation is found by its name; one that did not happen is sent again after the quiet
// period; and one that turns up late is cancelled beside the other.
func TestALostCreation(t *testing.T) {
	t.Run("it happened", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.after = once("CreatePlan", lost())
			s.create(sample())
			if p := s.until(statusNeedsPacking); p.CarrierPlanID != "wf-1" || s.platform.count("CreatePlan") != 1 {
				t.Errorf("plan %s after %d calls", p.CarrierPlanID, s.platform.count("CreatePlan"))
			}
		})
	})
	t.Run("its reply was kept", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.kept.Status, s.kept.Body = 202, []byte("wf-1 op-2") // and then lost, before it was read
			s.platform.after = once("CreatePlan", lost())
			s.create(sample())
			if p := s.until(statusNeedsPacking); p.CarrierPlanID != "wf-1" || s.platform.count("FindPlans") != 0 {
				t.Errorf("plan %s after %d searches", p.CarrierPlanID, s.platform.count("FindPlans"))
			}
		})
	})
	t.Run("it did not", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.before = once("CreatePlan", lost())
			s.create(sample())
			began := time.Now()
			s.until(statusNeedsPacking)
			if s.platform.count("CreatePlan") != 2 || time.Since(began) < 30*time.Second || s.platform.count("CancelPlan") != 0 {
				t.Errorf("%d calls within %v", s.platform.count("CreatePlan"), time.Since(began))
			}
		})
	})
	t.Run("it shows up late", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.searchLag = 5 * time.Minute // longer than the quiet period
			s.platform.after = once("CreatePlan", lost())
			s.create(sample())
			p := s.until(statusNeedsPacking)
			s.sleep(21 * time.Minute)
			active := 0
			for _, r := range s.platform.plans {
				if r.Status == adapters.PlanActive {
					active++
				}
			}
			if len(s.platform.plans) != 2 || active != 1 || p.CarrierPlanID != s.platform.plans[1].ID {
				t.Errorf("%d plans, %d active, ours is %s", len(s.platform.plans), active, p.CarrierPlanID)
			}
		})
	})
	t.Run("a stranger's plan of that name", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.plans = append(s.platform.plans, &remotePlan{InboundPlanInfo: adapters.InboundPlanInfo{ID: "old", Name: "autumn", Status: adapters.PlanActive, CreatedAt: time.Now().Add(-time.Hour)}})
			s.platform.before = once("CreatePlan", lost())
			s.create(sample())
			if p := s.until(statusNeedsPacking); p.CarrierPlanID == "old" || s.platform.plans[0].Status != adapters.PlanActive {
				t.Errorf("took %s, and the old one is %s", p.CarrierPlanID, s.platform.plans[0].Status)
			}
		})
	})
}
