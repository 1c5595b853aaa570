package inbound

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// change writes one change of a plan's file, and all that belongs to it, in one transaction. fn
// gets the file as it is in the store by then, and runs again where the transaction does, so
// that two who change different parts of it never undo each other.
func (s *Service) change(ctx context.Context, ref store.Ref, u store.PlanUpdate, fn func(p *store.Plan, f *file) error) (store.Plan, file, error) {
	var after file
	var status string
	var moved bool
	u.Change = func(p *store.Plan) error {
		f, err := fileOf(*p)
		if err != nil {
			return err
		}
		before := f.status()
		if err := fn(p, &f); err != nil {
			return err
		}
		status = f.status()
		moved = status != before
		p.Status, p.State, after = status, f.encode(), f
		return nil
	}
	u.Emit = func(p store.Plan) []store.Event {
		if !moved {
			return nil
		}
		return []store.Event{eventOf(p, after)}
	}
	p, err := s.Store.UpdatePlan(ctx, ref, u)
	return p, after, err
}

// maxTries bounds how often a caller's change is tried while a worker claims the plan.
const maxTries = 8

// edit makes a caller's change: fn looks at the plan and says what to do, or refuses. Where a
// worker claims the plan meanwhile it is asked again.
func (s *Service) edit(ctx context.Context, tenant, id string, history func(f file) []store.HistoryLine, fn func(p store.Plan, f *file) error) (Plan, error) {
	for range maxTries {
		p, err := s.plan(ctx, tenant, id)
		if err != nil {
			return Plan{}, err
		}
		f, err := fileOf(p)
		if err != nil {
			return Plan{}, err
		}
		if err := fn(p, &f); err != nil { // tried on a copy, for its refusals and the history's words
			return Plan{}, err
		}
		p, _, err = s.change(ctx, p.Ref(), store.PlanUpdate{History: history(f)}, func(p *store.Plan, f *file) error {
			if err := fn(*p, f); err != nil {
				return err
			}
			p.DueAt = p.UpdatedAt
			return nil
		})
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return Plan{}, err
		}
		s.stir()
		return s.show(ctx, p)
	}
	return Plan{}, busy()
}

// busy is the answer where workers were quicker every time.
func busy() error {
	r := gateway.Refuse(gateway.CodeInProgress, "the plan is being worked on")
	r.RetryAfter = time.Second
	return r
}

// line is one line of history.
func line(detail string) func(f file) []store.HistoryLine {
	return func(f file) []store.HistoryLine {
		return []store.HistoryLine{{Status: f.status(), Detail: detail}}
	}
}

// conflict refuses what does not fit where the plan stands.
func conflict(f *file, needs string) error {
	detail := "the plan is " + f.status()
	if w := f.waitingFor(); w != "" {
		detail += " and waits for " + w
	}
	return gateway.Refuse(gateway.CodeStateConflict, detail+"; "+needs)
}

// fingerprint is the digest of route and body as it was understood, by which a reused key is
// told from a twin.
func fingerprint(route string, body any) []byte {
	sum := sha256.Sum256(append([]byte(route+"\n"), mustJSON(body)...))
	return sum[:]
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil { // only types of ours come here
		panic("inbound: cannot be written as JSON: " + err.Error())
	}
	return b
}
