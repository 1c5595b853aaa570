package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Delivery is one event for one endpoint as the API shows it.
type Delivery struct {
	ID          string            `json:"id"`
	Webhook     string            `json:"webhook"`
	Event       string            `json:"event"`
	Type        string            `json:"type"`
	Subject     string            `json:"subject"`
	Status      string            `json:"status" enum:"pending,delivered,dead"`
	Replay      bool              `json:"replay"`
	Attempts    []store.Attempted `json:"attempts"`
	NextAttempt *time.Time        `json:"next_attempt_at,omitempty" doc:"Absent while an earlier event of the same subject goes first"`
	Response    string            `json:"response,omitempty" doc:"What the endpoint said last: at most 4 KiB, secrets taken out"`
	CreatedAt   time.Time         `json:"created_at"`
	EndedAt     *time.Time        `json:"ended_at,omitempty"`
}

func presentDelivery(d store.Delivery) Delivery {
	out := Delivery{ID: d.ID, Webhook: d.Webhook, Event: d.Event, Type: d.Type, Subject: d.Subject, Status: string(d.State),
		Replay: d.Replay, Attempts: d.Attempts, NextAttempt: when(d.DueAt), Response: d.Response, CreatedAt: d.CreatedAt, EndedAt: when(d.EndedAt)}
	if out.Attempts == nil {
		out.Attempts = []store.Attempted{}
	}
	return out
}

// DeliveryFilter narrows a list; empty fields do not.
type DeliveryFilter struct{ Status, Event, Subject string }

// Deliveries shows an endpoint's deliveries from the newest; those with the status dead are
// the dead letters.
func (s *Service) Deliveries(ctx context.Context, tenant, id string, f DeliveryFilter, page store.Page) ([]Delivery, string, error) {
	if _, err := s.store.Webhook(ctx, store.Tenant(tenant), id); err != nil {
		return nil, "", found(err)
	}
	list, err := s.store.ListDeliveries(ctx, store.Tenant(tenant), id,
		store.DeliveryFilter{State: store.DeliveryState(f.Status), Event: f.Event, Subject: f.Subject}, page)
	if err != nil {
		return nil, "", err
	}
	out := make([]Delivery, len(list.Items))
	for i, d := range list.Items {
		out[i] = presentDelivery(d)
	}
	return out, list.Next, nil
}

// Test sends an endpoint an event of its own, once, and tells what became of it. It counts
// neither for the endpoint nor against it.
func (s *Service) Test(ctx context.Context, tenant, id string) (Delivery, error) {
	w, err := s.store.Webhook(ctx, store.Tenant(tenant), id)
	if err != nil {
		return Delivery{}, found(err)
	}
	e := store.Event{ID: ids.New(ids.Event), Type: TypeTest}
	e.Subject = e.ID // so that it waits for nothing
	if e.Data, err = json.Marshal(map[string]string{"webhook": id, "message": "a test, sent by hand"}); err != nil {
		return Delivery{}, err
	}
	d, err := s.store.ProbeWebhook(ctx, store.Tenant(tenant), id, e, s.limits.lease())
	if err != nil {
		return Delivery{}, found(err)
	}
	t := s.try(ctx, &w, d.Event)
	r := s.limits.result(&d, t, rand.Float64())
	if r.State == store.DeliveryPending {
		r.State, r.Delay = store.DeliveryDead, 0
	}
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTime)
	defer cancel()
	if _, err := s.store.WorkWebhook(write, store.Tenant(tenant), id, store.WebhookRound{Done: []store.DeliveryResult{r}}); err != nil {
		return Delivery{}, found(err)
	}
	out, err := s.store.Delivery(write, store.Tenant(tenant), id, d.ID)
	return presentDelivery(out), found(err)
}

// Replayed is what will be delivered again.
type Replayed struct {
	Replayed int `json:"replayed" doc:"Events that are queued, or still to come by themselves"`
}

// ReplayRequest says what to deliver again: a span of time, one event, one subject, or a span
// of one subject.
type ReplayRequest struct {
	Since   time.Time `json:"since,omitzero" doc:"At or after"`
	Until   time.Time `json:"until,omitzero" doc:"Before; now when absent"`
	Event   string    `json:"event,omitempty" maxLength:"60" doc:"One event by its id"`
	Tracker string    `json:"tracker,omitempty" maxLength:"60" doc:"Only of this tracker, or of another subject by its id"`
	Types   []string  `json:"types,omitempty" maxItems:"50" doc:"Only of these types"`
}

const (
	replayPart = 500
	replayMost = 100_000
)

// Replay queues events again, each with its own id and in the order of the log, behind what
// waits already. A disabled endpoint is enabled by it. A refusal is a *gateway.Refusal.
func (s *Service) Replay(ctx context.Context, tenant, id string, r ReplayRequest) (Replayed, error) {
	if r.Since.IsZero() && r.Event == "" && r.Tracker == "" {
		return Replayed{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/since", "say from when on, or name an event or a tracker")
	}
	if !r.Until.IsZero() && !r.Until.After(r.Since) {
		return Replayed{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/until", "must be after since")
	}
	part := store.Replay{Filter: store.EventFilter{Types: r.Types, Subject: r.Tracker, Since: r.Since, Until: r.Until}, Limit: replayPart, Wants: wants}
	if r.Event != "" {
		e, err := s.event(ctx, tenant, r.Event)
		if err != nil {
			return Replayed{}, err
		}
		part.After, part.Limit = e.Position-1, 1
		part.Filter.Subject = e.Subject
	}
	w, err := s.store.Webhook(ctx, store.Tenant(tenant), id)
	if err == nil && w.State == store.WebhookDisabled {
		_, err = s.Enable(ctx, tenant, id)
	}
	if err != nil {
		return Replayed{}, found(err)
	}
	var out Replayed
	for out.Replayed < replayMost {
		p, err := s.store.ReplayEvents(ctx, store.Tenant(tenant), id, part)
		if err != nil {
			return out, found(err)
		}
		out.Replayed += p.Matched
		if part.After = p.After; !p.More || r.Event != "" {
			s.Wake()
			return out, nil
		}
	}
	s.Wake()
	return out, gateway.RefuseField(gateway.CodeInvalidRequest, "/until", "the first 100000 events are queued; ask for the rest by a later since")
}

// event finds an event with its place in the log.
func (s *Service) event(ctx context.Context, tenant, id string) (store.Event, error) {
	e, err := s.store.Event(ctx, store.Tenant(tenant), id)
	if err == nil && e.Position == 0 {
		// Reading the log gives places to what is new.
		if _, err = s.store.ReadTenantEvents(ctx, store.Tenant(tenant), 0, store.EventFilter{}, 1); err == nil {
			e, err = s.store.Event(ctx, store.Tenant(tenant), id)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return e, gateway.NotFound("event")
	}
	return e, err
}
