package httpapi

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

type webhookID struct {
	ID string `path:"id" maxLength:"60"`
}

type webhookOutput struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed"`
	Body     webhooks.Endpoint
}

func (s *Server) webhookRoutes() {
	const scope, tag = "webhooks:write", "Webhooks"
	register(s, route{method: "POST", path: "/v1/webhooks", id: "create-webhook", summary: "Tell an address of events; the secret is shown this once",
		scope: scope, tag: tag, status: http.StatusCreated}, s.createWebhook)
	register(s, route{method: "GET", path: "/v1/webhooks", id: "list-webhooks", summary: "Endpoints from the newest", scope: scope, tag: tag},
		func(ctx context.Context, in *struct{ Page }) (*List[webhooks.Endpoint], error) {
			items, next, err := s.Webhooks.List(ctx, tenantOf(ctx), in.store())
			if err != nil {
				return nil, err
			}
			return listOf(items, next), nil
		})
	for _, r := range []struct {
		route
		do func(ctx context.Context, tenant, id string) (webhooks.Endpoint, error)
	}{
		{route{method: "GET", path: "/v1/webhooks/{id}", id: "get-webhook", summary: "An endpoint as it stands"}, s.Webhooks.Get},
		{route{method: "POST", path: "/v1/webhooks/{id}/rotate-secret", id: "rotate-webhook-secret",
			summary: "A new secret, shown this once; the one before signs too for 24 hours", status: 200}, s.Webhooks.Rotate},
		{route{method: "POST", path: "/v1/webhooks/{id}/enable", id: "enable-webhook",
			summary: "Begin again with a disabled endpoint, with what it missed", status: 200}, s.Webhooks.Enable},
	} {
		r.scope, r.tag = scope, tag
		register(s, r.route, func(ctx context.Context, in *webhookID) (*webhookOutput, error) {
			e, err := r.do(ctx, tenantOf(ctx), in.ID)
			return &webhookOutput{Status: 200, Body: e}, err
		})
	}
	register(s, route{method: "DELETE", path: "/v1/webhooks/{id}", id: "delete-webhook", summary: "Forget an endpoint and its secrets", scope: scope, tag: tag, status: 204},
		func(ctx context.Context, in *webhookID) (*struct{}, error) {
			return &struct{}{}, s.Webhooks.Delete(ctx, tenantOf(ctx), in.ID)
		})
	s.deliveryRoutes(scope, tag)
}

func (s *Server) createWebhook(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" doc:"1 to 255 visible ASCII characters; optional"`
	Body webhooks.Request
}) (*webhookOutput, error) {
	if in.Key != "" {
		if err := checkIdempotencyKey(in.Key); err != nil {
			return nil, err
		}
	}
	e, made, err := s.Webhooks.Create(ctx, tenantOf(ctx), in.Key, in.Body)
	out := &webhookOutput{Status: http.StatusCreated, Body: e}
	if !made {
		out.Replayed = "true"
	}
	return out, err
}

type deliveryOutput struct{ Body webhooks.Delivery }

// deliveryRoutes are what an endpoint was told, and telling it again.
func (s *Server) deliveryRoutes(scope, tag string) {
	register(s, route{method: "GET", path: "/v1/webhooks/{id}/deliveries", id: "list-deliveries", summary: "What an endpoint was told, from the newest; dead ones are the dead letters",
		scope: scope, tag: tag},
		func(ctx context.Context, in *struct {
			Page
			ID      string `path:"id" maxLength:"60"`
			Status  string `query:"status" enum:"pending,delivered,dead"`
			Event   string `query:"event" maxLength:"60"`
			Tracker string `query:"tracker" maxLength:"60" doc:"Or another subject, by its id"`
		}) (*List[webhooks.Delivery], error) {
			items, next, err := s.Webhooks.Deliveries(ctx, tenantOf(ctx), in.ID,
				webhooks.DeliveryFilter{Status: in.Status, Event: in.Event, Subject: in.Tracker}, in.store())
			if err != nil {
				return nil, err
			}
			return listOf(items, next), nil
		})
	register(s, route{method: "POST", path: "/v1/webhooks/{id}/replay", id: "replay-webhook", summary: "Tell it again, by time, event or tracker, under the same event ids; enables a disabled endpoint",
		scope: scope, tag: tag, status: http.StatusAccepted},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body webhooks.ReplayRequest
		}) (*struct{ Body webhooks.Replayed }, error) {
			r, err := s.Webhooks.Replay(ctx, tenantOf(ctx), in.ID, in.Body)
			return &struct{ Body webhooks.Replayed }{r}, err
		})
	register(s, route{method: "POST", path: "/v1/webhooks/{id}/test", id: "test-webhook", summary: "Send a test event now, once, and tell how it went", scope: scope, tag: tag, status: 200},
		func(ctx context.Context, in *webhookID) (*deliveryOutput, error) {
			d, err := s.Webhooks.Test(ctx, tenantOf(ctx), in.ID)
			return &deliveryOutput{d}, err
		})
}
