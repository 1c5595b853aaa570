package inbound

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/guards"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// make makes one move. A pause above 0 ends the turn for that long.
func (s *Service) make(ctx context.Context, t *turnOf, m move) (pause time.Duration, err error) {
	switch m.do {
	case actBegin:
		return 0, s.begin(ctx, t, m)
	case actSend:
		return s.send(ctx, t, m.step)
	case actPoll:
		return s.poll(ctx, t, m.step)
	case actResolve:
		return s.resolve(ctx, t, m.step)
	case actRead:
		return s.read(ctx, t, m)
	case actDrop:
		return 0, s.drop(ctx, t, m.step)
	case actTake:
		return 0, s.progress(ctx, t, store.PlanUpdate{}, "the confirmation is taken up", func(_ *store.Plan, f *file) error {
			f.take(m.step)
			return nil
		})
	default:
		return 0, s.progress(ctx, t, store.PlanUpdate{}, "ended before anything was sent", func(_ *store.Plan, f *file) error {
			f.end(m.name)
			return nil
		})
	}
}

// begin writes a step down. One that is open already is taken up by the next move.
func (s *Service) begin(ctx context.Context, t *turnOf, m move) error {
	own, cancel := lasting(ctx)
	defer cancel()
	step, created, err := s.Store.BeginStep(own, t.plan.Ref(), store.Step{Name: m.name, Target: m.target})
	if err != nil {
		return err
	}
	if created {
		t.steps = append(t.steps, step)
		return nil
	}
	return s.reload(ctx, t)
}

func (s *Service) reload(ctx context.Context, t *turnOf) (err error) {
	t.steps, err = s.Store.StepsOf(ctx, t.plan.Tenant, t.plan.ID)
	return err
}

// mark puts what became of a step into the turn's own list.
func (t *turnOf) mark(step store.Step) {
	for i := range t.steps {
		if t.steps[i].ID == step.ID {
			t.steps[i] = step
		}
	}
}

// close says what became of a step and changes the plan by it, in one transaction.
func (s *Service) close(ctx context.Context, t *turnOf, step store.Step, state store.StepState, words string, fn func(p *store.Plan, f *file)) error {
	u := store.PlanUpdate{Steps: []store.StepResult{{ID: step.ID, State: state}}}
	err := s.progress(ctx, t, u, words, func(p *store.Plan, f *file) error {
		f.Polls, f.Negatives = 0, 0
		fn(p, f)
		return nil
	})
	if err == nil {
		step.State = state
		t.mark(step)
	}
	return err
}

// drop gives up a step that was never sent.
func (s *Service) drop(ctx context.Context, t *turnOf, step store.Step) error {
	return s.close(ctx, t, step, store.StepFailed, "", func(*store.Plan, *file) {})
}

// send sends a step. From the moment that it is marked unknown, which is before the first byte,
// only the platform can say what became of it.
func (s *Service) send(ctx context.Context, t *turnOf, step store.Step) (time.Duration, error) {
	j := jobOf(step.Name)
	if j.look != nil {
		done, err := j.look(s, ctx, t, step)
		if done || err != nil {
			return 0, err
		}
	}
	permit, err := s.Caller.Admit(ctx, t.account, adapters.OpInbound)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, t, store.PlanUpdate{Steps: []store.StepResult{{ID: step.ID, State: store.StepUnknown}}}, func(_ *store.Plan, f *file) error {
		f.Polls, f.Negatives, f.SentAt = 0, 0, time.Now()
		return nil
	})
	if err != nil {
		permit.Cancel()
		return 0, err
	}
	step.State = store.StepUnknown
	t.mark(step)
	started, err := s.call(ctx, t, step, j, permit)
	if err != nil {
		return s.unsent(ctx, t, step, normalize.AsError(err))
	}
	return s.Intervals.Poll, s.started(ctx, t, step, started)
}

// call makes the one request of a step; the reply to one that commits is kept before it is read.
func (s *Service) call(ctx context.Context, t *turnOf, step store.Step, j job, permit accounts.Permit) (started adapters.InboundStarted, err error) {
	d := detailOf(step)
	// Whoever stops us now waits for this one call: its outcome would be unknown otherwise.
	recorded, _ := s.Caller.Recorded(context.WithoutCancel(ctx), func(ctx context.Context, e normalize.Evidence) error {
		d.Reply = &reply{e.Status, string(e.Body), e.At}
		_, err := s.Store.UpdateStep(ctx, t.plan.Tenant, t.plan.ID, store.StepResult{ID: step.ID, Detail: mustJSON(d)})
		return err
	})
	err = permit.Run(recorded, func(ctx context.Context) (err error) {
		if err := ctx.Err(); err != nil {
			return &normalize.Error{Kind: normalize.KindTimeout, NotSent: true, Message: "the call's time was over before it began", Err: err}
		}
		started, err = j.send(ctx, t, step)
		return err
	})
	return started, err
}

// started writes down the platform's id of the work. That is a fact, whoever holds the plan by
// then, so that the step is written without asking for the epoch.
func (s *Service) started(ctx context.Context, t *turnOf, step store.Step, started adapters.InboundStarted) error {
	r := store.StepResult{ID: step.ID, State: store.StepPending, Operation: started.Operation}
	if started.PlanID != "" {
		r.Detail = mustJSON(detail{PlanID: started.PlanID})
	}
	own, cancel := lasting(ctx)
	defer cancel()
	out, err := s.Store.UpdateStep(own, t.plan.Tenant, t.plan.ID, r)
	if err != nil {
		return err
	}
	t.mark(out)
	return s.progress(ctx, t, store.PlanUpdate{}, "", func(p *store.Plan, f *file) error {
		if started.PlanID != "" {
			p.CarrierPlanID = started.PlanID
		}
		return nil
	})
}

// unsent writes down a failed call: certainly not sent, certainly refused, or unknown.
func (s *Service) unsent(ctx context.Context, t *turnOf, step store.Step, e *normalize.Error) (time.Duration, error) {
	switch {
	case e.NotSent && e.Kind != normalize.KindInvalidRequest, passes(e.Kind):
		// It has not happened, and may be sent as if for the first time.
		own, cancel := lasting(ctx)
		defer cancel()
		out, err := s.Store.UpdateStep(own, t.plan.Tenant, t.plan.ID, store.StepResult{ID: step.ID, State: store.StepPending})
		if err != nil {
			return 0, err
		}
		t.mark(out)
		return 0, e
	case e.Kind.AfterWrite() == normalize.NotBought:
		return s.refused(ctx, t, step, []adapters.InboundProblem{{Code: carrierCode(e), Message: e.Message, Severity: "error"}}, e.RetryAfter)
	case jobOf(step.Name).again:
		// Doing it twice does no harm, so that it is done again instead of looked for.
		if err := s.close(ctx, t, step, store.StepFailed, "", func(*store.Plan, *file) {}); err != nil {
			return 0, err
		}
		return 0, e
	}
	err := s.progress(ctx, t, store.PlanUpdate{}, "no usable answer to "+step.Name+": the platform is asked what became of it", func(*store.Plan, *file) error { return nil })
	return s.Intervals.Poll, err
}

// passes tells whether a refusal says nothing about the request, only about the time or about
// the account's credentials.
func passes(k normalize.Kind) bool {
	return k == normalize.KindRateLimited || k == normalize.KindCircuitOpen || k == guards.KindOverloaded || k == normalize.KindAuthFailed
}

func carrierCode(e *normalize.Error) string {
	if e.Code != "" {
		return e.Code
	}
	return string(e.Kind)
}
