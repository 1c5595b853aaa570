package inbound

import (
	"context"
	"fmt"
	"slices"
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

// poll asks how far a step's work is.
func (s *Service) poll(ctx context.Context, t *turnOf, step store.Step) (time.Duration, error) {
	var op adapters.InboundOperation
	err := s.Caller.Call(ctx, t.account, adapters.OpInbound, func(ctx context.Context) (err error) {
		op, err = t.in.GetOperation(ctx, step.Operation)
		return err
	})
	switch {
	case err != nil && normalize.KindOf(err) == normalize.KindNotFound && !jobOf(step.Name).again:
		return s.resolve(ctx, t, step) // the platform has forgotten the work, not what it did
	case err != nil && normalize.KindOf(err) == normalize.KindNotFound:
		return s.Intervals.Poll, s.close(ctx, t, step, store.StepFailed, "", func(*store.Plan, *file) {})
	case err != nil:
		return 0, err
	}
	switch op.Status {
	case adapters.OperationSuccess:
		return 0, s.succeeded(ctx, t, step, op.Problems)
	case adapters.OperationFailed:
		return s.refused(ctx, t, step, op.Problems, 0)
	}
	var pause time.Duration
	err = s.progress(ctx, t, store.PlanUpdate{}, "", func(_ *store.Plan, f *file) error {
		f.Polls++
		pause = pollPause(f.Polls, s.Intervals)
		return nil
	})
	return pause, err
}

// succeeded goes on from a step whose work is done.
func (s *Service) succeeded(ctx context.Context, t *turnOf, step store.Step, remarks []adapters.InboundProblem) error {
	j := jobOf(step.Name)
	return s.close(ctx, t, step, store.StepDone, j.words, func(p *store.Plan, f *file) {
		f.note(problemsOf(t.req, remarks)...)
		j.done(p, f, t.req, step)
	})
}

// maxRefusals is how often a write of ours may be refused in a row before a person is needed.
const maxRefusals = 4

// refused goes on from a step that certainly did nothing.
func (s *Service) refused(ctx context.Context, t *turnOf, step store.Step, why []adapters.InboundProblem, after time.Duration) (time.Duration, error) {
	j := jobOf(step.Name)
	problems := problemsOf(t.req, why)
	pause := max(s.Intervals.Poll, after)
	err := s.close(ctx, t, step, store.StepFailed, refusalWords(step, problems), func(p *store.Plan, f *file) {
		if slices.ContainsFunc(why, func(w adapters.InboundProblem) bool { return w.NeedsPrep }) && !f.PrepDone && f.Stage != stagePrep {
			f.note(problems...)
			f.PrepBefore = f.Stage
			f.enter(stagePrep)
			return
		}
		if j.failed != nil {
			f.note(problems...)
			j.failed(p, f, step)
			return
		}
		if f.Refusals++; f.Refusals >= maxRefusals {
			f.end(statusFailed, problems...)
			return
		}
		pause = max(backoff(f.Refusals, s.Intervals), after)
	})
	return pause, err
}

func refusalWords(step store.Step, problems []Problem) string {
	code := "refused"
	if len(problems) > 0 {
		code = problems[0].Code
	}
	return fmt.Sprintf("the platform refused %s: %s", step.Name, code)
}

// problemsOf shows the platform's problems, with the line of the request that each is about.
func problemsOf(r Request, list []adapters.InboundProblem) []Problem {
	var out []Problem
	for _, p := range list {
		one := Problem{Code: p.Code, Message: p.Message, Severity: p.Severity}
		if one.Code == "" {
			one.Code = "unspecified"
		}
		if i := slices.IndexFunc(r.Items, func(it Item) bool { return it.SKU == p.SKU }); i >= 0 && p.SKU != "" {
			one.Pointer = fmt.Sprintf("/items/%d", i)
			if p.NeedsPrep {
				one.Pointer += "/prep"
			}
		}
		out = append(out, one)
	}
	return out
}

// resolve finds out what became of a call whose answer was lost: first from the reply, if that
// was kept, then from the platform's state. Two clean readings after the quiet period that do
// not show it prove that it did not happen; nothing is ever sent again before that.
func (s *Service) resolve(ctx context.Context, t *turnOf, step store.Step) (time.Duration, error) {
	if d := detailOf(step); d.Reply != nil && step.Operation == "" {
		if started, ok := t.in.Started(normalize.Evidence{Operation: string(adapters.OpInbound), Status: d.Reply.Status, Body: []byte(d.Reply.Body), At: d.Reply.At}); ok {
			return 0, s.started(ctx, t, step, started)
		}
	}
	j := jobOf(step.Name)
	if j.find == nil { // does no harm twice
		return 0, s.close(ctx, t, step, store.StepFailed, "", func(*store.Plan, *file) {})
	}
	found, apply, err := j.find(s, ctx, t, step)
	if err != nil {
		return 0, err
	}
	switch found {
	case happened:
		return 0, s.close(ctx, t, step, store.StepDone, "the answer was lost, but it happened: "+j.words, func(p *store.Plan, f *file) {
			apply(p, f)
		})
	case unclear:
		return pollPause(t.file.Polls+1, s.Intervals), s.write(ctx, t, store.PlanUpdate{}, func(_ *store.Plan, f *file) error { f.Polls++; return nil })
	}
	negatives := t.file.Negatives
	if time.Now().After(t.file.SentAt.Add(s.quiet(t.account))) {
		negatives++
	}
	if negatives < minNegatives {
		return pollPause(t.file.Polls+1, s.Intervals), s.write(ctx, t, store.PlanUpdate{}, func(_ *store.Plan, f *file) error {
			f.Polls++
			f.Negatives = negatives
			return nil
		})
	}
	return 0, s.close(ctx, t, step, store.StepFailed, "the platform shows that "+step.Name+" did not happen", func(p *store.Plan, f *file) {
		if j.absent != nil {
			j.absent(p, f)
			return
		}
		f.note(Problem{Code: string(normalize.KindOutcomeUnknown), Severity: "error",
			Message: "no answer came to " + step.Name + ", and the platform does not show it; nothing was sent again: confirm anew if it is still wanted"})
		j.failed(p, f, step)
	})
}

// minNegatives is how many clean readings prove that a thing did not happen.
const minNegatives = 2

// quiet is how long after a call its effect may show up.
func (s *Service) quiet(a *accounts.Account) time.Duration {
	if a.QuietPeriod > 0 {
		return a.QuietPeriod
	}
	return a.Spec.Purchase.QuietPeriod
}
