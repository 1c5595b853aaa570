package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

var planChecks = []check{
	with("is_begun_once_per_key_and_name", func(t *testing.T, s *store.DB) {
		first, created, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"), store.HistoryLine{Status: "creating"})
		noError(t, err)
		equal(t, created, true)
		again, created, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 2"))
		noError(t, err)
		equal(t, created, false)
		equal(t, again, first)
		// The name is all that finds a plan whose answer was lost, so it must be the only one.
		_, _, err = s.BeginPlan(t.Context(), plan(ada, "k2", "box 1"))
		wantError(t, err, store.ErrDuplicate)
		history, err := s.HistoryOf(t.Context(), ada, first.ID)
		noError(t, err)
		equal(t, len(history), 1)
	}),
	with("is_driven_by_one_at_a_time", func(t *testing.T, s *store.DB) {
		_, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		held, err := s.ClaimDuePlans(t.Context(), store.Due{Lease: long})
		noError(t, err)
		equal(t, len(held), 1)
		_, err = s.ClaimPlan(t.Context(), ada, held[0].ID, long)
		wantError(t, err, store.ErrConflict)
		got, err := s.UpdatePlan(t.Context(), held[0].Ref(), store.PlanUpdate{Release: true,
			Change: func(p *store.Plan) error {
				p.Status, p.CarrierPlanID, p.State, p.Spent = "needs_packing", "wf1", []byte(`{"step":2}`), usd(100)
				p.DueAt = time.Time{}
				return nil
			},
			Documents: []store.Document{{Type: "label", Data: []byte("x")}}, History: []store.HistoryLine{{Status: "needs_packing"}},
			Emit: func(p store.Plan) []store.Event {
				return []store.Event{{Type: "inbound_plan.updated", Subject: p.ID}}
			},
		})
		noError(t, err)
		stored, err := s.Plan(t.Context(), ada, got.ID)
		noError(t, err)
		equal(t, stored, got)
		equal(t, allEvents(t, s)[0].Subject, got.ID)
		mine, err := s.ClaimPlan(t.Context(), ada, got.ID, long)
		noError(t, err)
		_, err = s.UpdatePlan(t.Context(), got.Ref(), store.PlanUpdate{})
		wantError(t, err, store.ErrConflict)
		equal(t, mine.Epoch, got.Epoch+1)
		l, err := s.ListPlans(t.Context(), ada, store.PlanFilter{Adapter: "amazon_fba", Status: "needs_packing"}, store.Page{})
		noError(t, err)
		equal(t, len(l.Items), 1)
	}),
	// What cannot be undone is written down before it is asked for, and not asked for twice.
	with("writes_its_steps_ahead", func(t *testing.T, s *store.DB) {
		p, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		confirm := store.Step{Name: "confirm_placement", Target: "pl1", Key: "c1", Fingerprint: []byte("f"), Irreversible: true}
		first, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, []any{created, first.State, first.Plan}, []any{true, store.StepPending, p.ID})
		byKey, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, created, false)
		equal(t, byKey, first)
		confirm.Key = "c2"
		open, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, created, false)
		equal(t, open.ID, first.ID)
		_, err = s.UpdateStep(t.Context(), ada, p.ID, store.StepResult{ID: first.ID, State: store.StepUnknown, Operation: "op1"})
		noError(t, err)
		done, err := s.UpdateStep(t.Context(), ada, p.ID, store.StepResult{ID: first.ID, State: store.StepDone, Detail: []byte(`{}`)})
		noError(t, err)
		equal(t, []any{done.Operation, done.EndedAt.IsZero()}, []any{"op1", false})
		_, err = s.UpdateStep(t.Context(), ada, p.ID, store.StepResult{ID: first.ID, State: store.StepFailed})
		wantError(t, err, store.ErrConflict)
		second, created, err := s.BeginStep(t.Context(), p.Ref(), confirm)
		noError(t, err)
		equal(t, []any{created, second.ID == first.ID}, []any{true, false})
		steps, err := s.StepsOf(t.Context(), ada, p.ID)
		noError(t, err)
		equal(t, len(steps), 2)
		equal(t, steps[0], done)
	}),
	with("shares_step_keys_with_no_other_plan", func(t *testing.T, s *store.DB) {
		a, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		b, _, err := s.BeginPlan(t.Context(), plan(ada, "k2", "box 2"))
		noError(t, err)
		_, _, err = s.BeginStep(t.Context(), a.Ref(), store.Step{Name: "confirm", Key: "c1"})
		noError(t, err)
		for _, key := range []string{"c1", "k1"} {
			_, _, err = s.BeginStep(t.Context(), b.Ref(), store.Step{Name: "confirm", Key: key})
			wantError(t, err, store.ErrKeyReused)
		}
		_, _, err = s.BeginStep(t.Context(), store.Ref{Tenant: ada, ID: a.ID, Epoch: 7}, store.Step{Name: "other"})
		wantError(t, err, store.ErrConflict)
	}),
	with("is_one_step_however_many_ask", func(t *testing.T, s *store.DB) {
		p, _, err := s.BeginPlan(t.Context(), plan(ada, "k1", "box 1"))
		noError(t, err)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, _, err := s.BeginStep(t.Context(), p.Ref(), store.Step{Name: "confirm", Target: "x", Key: "c1"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		steps, err := s.StepsOf(t.Context(), ada, p.ID)
		noError(t, err)
		equal(t, len(steps), 1)
	}),
}
