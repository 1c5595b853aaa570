package inbound

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

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
