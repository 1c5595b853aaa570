package webhooks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Request asks for an endpoint.
type Request struct {
	URL         string   `json:"url" doc:"https, on port 443 or 8443, at a public address" maxLength:"2048"`
	Events      []string `json:"events" doc:"The types that it wants" minItems:"1" maxItems:"50"`
	Description string   `json:"description,omitempty" maxLength:"200"`
}

// Endpoint is an endpoint as the API shows it.
type Endpoint struct {
	ID             string     `json:"id"`
	URL            string     `json:"url"`
	Events         []string   `json:"events"`
	Description    string     `json:"description,omitempty"`
	Status         string     `json:"status" enum:"enabled,disabled"`
	DisabledReason string     `json:"disabled_reason,omitempty" doc:"gone: it answered 410; failing: nothing but failure for five days"`
	DisabledAt     *time.Time `json:"disabled_at,omitempty"`
	Secret         string     `json:"secret,omitempty" doc:"Shown this once"`
	OldSecretUntil *time.Time `json:"old_secret_until,omitempty" doc:"Until then the secret before the rotation signs too"`
	Queued         int        `json:"queued" doc:"Deliveries that are not done yet"`
	FailingSince   *time.Time `json:"failing_since,omitempty"`
	LastDelivered  *time.Time `json:"last_delivered_at,omitempty"`
	Warning        string     `json:"warning,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
}

func present(w store.Webhook) Endpoint {
	out := Endpoint{ID: w.ID, URL: w.URL, Events: w.Events, Description: w.Description, Status: string(w.State),
		DisabledReason: w.Reason, DisabledAt: when(w.DisabledAt), Queued: w.Queued, FailingSince: when(w.FailingSince),
		LastDelivered: when(w.DeliveredAt), CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt}
	if time.Now().Before(w.PreviousUntil) {
		out.OldSecretUntil = when(w.PreviousUntil)
	}
	if out.Events == nil {
		out.Events = []string{}
	}
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Create makes an endpoint and shows its secret. The same idempotency key gives the same
// answer again, with made false. A refusal is a *gateway.Refusal.
func (s *Service) Create(ctx context.Context, tenant, key string, r Request) (e Endpoint, made bool, err error) {
	print := fingerprint(r)
	u, err := s.guard.Check(ctx, r.URL)
	errs := checkEvents(r.Events)
	warning := ""
	switch refused, is := errors.AsType[*egress.Refused](err); {
	case is:
		errs = append(normalize.FieldErrors{{Pointer: "/url", Detail: refused.Reason}}, errs...)
	case err != nil:
		// Every connection looks again, so that nothing is lost but an early word.
		warning = "the host cannot be looked up now"
	}
	if len(errs) > 0 {
		return Endpoint{}, false, &gateway.Refusal{Code: gateway.CodeInvalidRequest, Fields: errs}
	}
	events := slices.Clone(r.Events)
	slices.Sort(events)
	w, made, err := s.store.CreateWebhook(ctx, store.Webhook{Tenant: store.Tenant(tenant), Key: key, Fingerprint: print, URL: u.String(),
		Events: slices.Compact(events), Description: r.Description, Secret: newSecret()}, s.limits.Endpoints)
	switch {
	case errors.Is(err, store.ErrTooManyWebhooks):
		return Endpoint{}, false, gateway.Refuse(gateway.CodeStateConflict, fmt.Sprintf("there are %d endpoints already; delete one first", s.limits.Endpoints))
	case errors.Is(err, store.ErrKeyReused), err == nil && !made && !bytes.Equal(w.Fingerprint, print):
		return Endpoint{}, false, gateway.Refuse(gateway.CodeKeyReused, "the Idempotency-Key belongs to another request")
	case err != nil:
		return Endpoint{}, false, found(err)
	}
	e = present(w)
	e.Secret, e.Warning = secretText(w.Secret), warning
	return e, made, nil
}

// fingerprint is what tells two requests apart.
func fingerprint(r Request) []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic("webhooks: a request cannot be written: " + err.Error()) // three texts always can
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

func checkEvents(events []string) normalize.FieldErrors {
	if len(events) == 0 {
		return normalize.FieldErrors{{Pointer: "/events", Detail: "must name at least one type of event"}}
	}
	var errs normalize.FieldErrors
	for i, e := range events {
		if !slices.Contains(Types, e) {
			errs = append(errs, normalize.FieldError{Pointer: fmt.Sprintf("/events/%d", i), Detail: "must be one of " + strings.Join(Types, ", ")})
		}
	}
	return errs
}

// found names what is not there.
func found(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return gateway.NotFound("webhook")
	}
	return err
}

// Get shows an endpoint.
func (s *Service) Get(ctx context.Context, tenant, id string) (Endpoint, error) {
	w, err := s.store.Webhook(ctx, store.Tenant(tenant), id)
	if err != nil {
		return Endpoint{}, found(err)
	}
	return present(w), nil
}

// List shows endpoints from the newest.
func (s *Service) List(ctx context.Context, tenant string, page store.Page) ([]Endpoint, string, error) {
	list, err := s.store.ListWebhooks(ctx, store.Tenant(tenant), page)
	if err != nil {
		return nil, "", err
	}
	out := make([]Endpoint, len(list.Items))
	for i, w := range list.Items {
		out[i] = present(w)
	}
	return out, list.Next, nil
}

// Delete forgets an endpoint. What is under way to it may still arrive.
func (s *Service) Delete(ctx context.Context, tenant, id string) error {
	return found(s.store.DeleteWebhook(ctx, store.Tenant(tenant), id))
}

// Rotate gives an endpoint a new secret and shows it. The one before signs too for a day.
func (s *Service) Rotate(ctx context.Context, tenant, id string) (Endpoint, error) {
	fresh := newSecret()
	w, err := s.store.ChangeWebhook(ctx, store.Tenant(tenant), id, func(w *store.Webhook) error {
		w.Previous, w.PreviousUntil, w.Secret = w.Secret, w.UpdatedAt.Add(s.limits.Overlap), fresh
		return nil
	})
	if err != nil {
		return Endpoint{}, found(err)
	}
	e := present(w)
	e.Secret = secretText(w.Secret)
	return e, nil
}

// Enable begins again with an endpoint: what waits is delivered, and what it missed.
func (s *Service) Enable(ctx context.Context, tenant, id string) (Endpoint, error) {
	w, err := s.store.ChangeWebhook(ctx, store.Tenant(tenant), id, func(w *store.Webhook) error {
		enable(w)
		return nil
	})
	if err != nil {
		return Endpoint{}, found(err)
	}
	s.Wake()
	return present(w), nil
}
