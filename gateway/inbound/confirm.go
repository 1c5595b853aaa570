package inbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// detail is what a step keeps: what was asked, and the platform's raw reply to a call that
// commits, kept before it is parsed.
type detail struct {
	Option    string                   `json:"option,omitempty"`
	Transport *TransportConfirmRequest `json:"transport,omitempty"`
	Reply     *reply                   `json:"reply,omitempty"`
	PlanID    string                   `json:"plan_id,omitempty"` // of a created plan
}

type reply struct {
	Status int       `json:"status"`
	Body   string    `json:"body"`
	At     time.Time `json:"at"`
}

func detailOf(s store.Step) detail {
	var d detail
	if len(s.Detail) > 0 {
		// What we wrote ourselves; an unreadable one says nothing.
		_ = json.Unmarshal(s.Detail, &d)
	}
	return d
}

// ConfirmPlacement takes a placement option. It is written down here, with its key, and sent
// once by the worker. The same key again changes nothing and answers with the plan as it stands.
func (s *Service) ConfirmPlacement(ctx context.Context, tenant, id, option, key string, r ConfirmRequest) (out Plan, replayed bool, err error) {
	print := fingerprint("POST /v1/inbound-plans/"+id+"/placements/"+option+"/confirm", r)
	step := store.Step{Name: stepConfirmPlacement, Key: key, Fingerprint: print, Irreversible: true, Detail: mustJSON(detail{Option: option})}
	return s.confirm(ctx, tenant, id, step, r.Confirm, func(p store.Plan, f *file) error { return f.placeable(option, time.Now()) })
}

// placeable refuses an option that cannot be confirmed now.
func (f *file) placeable(id string, now time.Time) error {
	o := f.option(f.Placements, id)
	switch {
	case f.Stage != stagePlacement:
		return conflict(f, "its placement cannot be confirmed now")
	case o == nil:
		return gateway.NotFound("placement option")
	case o.expired(now):
		return gateway.Refuse(gateway.CodeRateExpired, "the placement option has expired; new ones are on their way")
	case o.Status != adapters.OptionOffered:
		return gateway.Refuse(gateway.CodeStateConflict, "the placement option is "+o.status(now))
	}
	return nil
}

// confirm begins an irreversible step. Its key is looked for first, since a plan that has moved
// on by it would refuse it otherwise.
func (s *Service) confirm(ctx context.Context, tenant, id string, step store.Step, word string, check func(store.Plan, *file) error) (Plan, bool, error) {
	if word != "irreversible" {
		return Plan{}, false, gateway.RefuseField(gateway.CodeInvalidRequest, "/confirm", `must be "irreversible": the platform cannot undo it`)
	}
	for range maxTries {
		p, err := s.plan(ctx, tenant, id)
		if err != nil {
			return Plan{}, false, err
		}
		f, err := fileOf(p)
		if err != nil {
			return Plan{}, false, err
		}
		known, err := s.stepOfKey(ctx, p, step.Key)
		if err != nil {
			return Plan{}, false, err
		}
		if known == nil {
			if err := check(p, &f); err != nil {
				s.renew(ctx, p, err)
				return Plan{}, false, err
			}
		}
		begun, created, err := s.Store.BeginStep(ctx, p.Ref(), step)
		switch {
		case errors.Is(err, store.ErrConflict):
			continue
		case errors.Is(err, store.ErrKeyReused):
			return Plan{}, false, gateway.Refuse(gateway.CodeKeyReused, "this idempotency key belongs to another request")
		case err != nil:
			return Plan{}, false, err
		case begun.Key != step.Key:
			return Plan{}, false, conflict(&f, "another confirmation is under way")
		case !bytes.Equal(begun.Fingerprint, step.Fingerprint):
			return Plan{}, false, gateway.Refuse(gateway.CodeKeyReused, "this idempotency key was used with another body")
		}
		return s.accept(ctx, tenant, id, begun, created, check)
	}
	return Plan{}, false, busy()
}

// accept puts a begun step into the plan's file. Where that is not reached, the worker does it.
func (s *Service) accept(ctx context.Context, tenant, id string, step store.Step, created bool, check func(store.Plan, *file) error) (Plan, bool, error) {
	if !created {
		p, err := s.plan(ctx, tenant, id)
		if err != nil {
			return Plan{}, true, err
		}
		out, err := s.show(ctx, p)
		return out, true, err
	}
	words := map[string]string{stepConfirmPlacement: "placement confirmed: it is about to be sent", stepConfirmTransport: "transport confirmed: it is about to be sent"}
	out, err := s.edit(ctx, tenant, id, line(words[step.Name]), func(p store.Plan, f *file) error {
		if f.holds(step) { // the worker was quicker
			return nil
		}
		if err := check(p, f); err != nil {
			return err
		}
		f.take(step)
		return nil
	})
	if _, refused := errors.AsType[*gateway.Refusal](err); refused {
		// The plan moved on between the look and the step; nothing was sent, and nothing will be.
		_, uerr := s.Store.UpdateStep(ctx, store.Tenant(tenant), id, store.StepResult{ID: step.ID, State: store.StepFailed})
		if uerr != nil && !errors.Is(uerr, store.ErrConflict) {
			return Plan{}, false, uerr
		}
	}
	return out, false, err
}

// holds tells whether a confirmed step is in the file already.
func (f *file) holds(step store.Step) bool {
	switch step.Name {
	case stepConfirmPlacement:
		return f.Stage == stageConfirmPlacement || f.Placement != ""
	case stepConfirmTransport:
		return f.Confirm != nil && f.Confirm.Step == step.ID || f.Stage == stagePapers || f.Stage == stageFollow
	}
	return true
}

// take puts a confirmed step into the file.
func (f *file) take(step store.Step) {
	d := detailOf(step)
	f.asked()
	if step.Name == stepConfirmPlacement {
		f.enter(stageConfirmPlacement)
		return
	}
	r := d.Transport
	if r == nil {
		return
	}
	c := &confirmation{Step: step.ID, Selections: r.Selections, Windows: r.Windows, Wanted: map[string]adapters.InboundTransport{}}
	if r.Contact != nil {
		c.Contact = *r.Contact
	}
	for _, sh := range f.Shipments {
		if t := sh.transportOption(r.Selections[sh.ID]); t != nil {
			c.Wanted[sh.ID] = *t
		}
		q := f.Quoting[sh.ID]
		if !r.ReadyFrom.IsZero() && !r.ReadyFrom.Equal(q.ReadyFrom) {
			q.ReadyFrom, c.Requote = r.ReadyFrom, true
			f.quoting(sh.ID, q)
		}
	}
	f.Confirm = c
	f.enter(stageConfirmTransport)
	if c.Requote {
		f.enter(stageTransportOptions)
	}
}

// renew has expired offers made anew, now that somebody wants one.
func (s *Service) renew(ctx context.Context, p store.Plan, refusal error) {
	r, ok := errors.AsType[*gateway.Refusal](refusal)
	if !ok || r.Code != gateway.CodeRateExpired {
		return
	}
	_, _, err := s.change(ctx, p.Ref(), store.PlanUpdate{}, func(p *store.Plan, f *file) error {
		f.asked()
		switch f.Stage {
		case stagePlacement:
			f.enter(stagePlacementOptions)
		case stageTransport:
			f.enter(stageTransportOptions)
		}
		p.DueAt = p.UpdatedAt
		return nil
	})
	if err == nil {
		s.stir()
	}
}

func (s *Service) stepOfKey(ctx context.Context, p store.Plan, key string) (*store.Step, error) {
	steps, err := s.Store.StepsOf(ctx, p.Tenant, p.ID)
	if err != nil {
		return nil, err
	}
	for i := range steps {
		if steps[i].Key == key && key != "" {
			return &steps[i], nil
		}
	}
	return nil, nil
}
