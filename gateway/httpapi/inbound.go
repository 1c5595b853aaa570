package httpapi

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/gateway/inbound"
)

type planID struct {
	ID string `path:"id" maxLength:"60"`
}

type planOutput struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed"`
	Body     inbound.Plan
}

// planned is a plan as it stands: 202 while the platform is at work on what was asked.
func planned(p inbound.Plan, replayed bool, err error) (*planOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &planOutput{Status: http.StatusAccepted, Body: p}
	if replayed {
		out.Replayed = "true"
	}
	return out, nil
}

func (s *Server) inboundRoutes() {
	const at = "/v1/inbound-plans/{id}"
	write := func(method, path, id, summary string) route {
		return route{method: method, path: path, id: id, summary: summary, scope: "labels:write", tag: "Inbound plans", status: http.StatusAccepted}
	}
	register(s, write("POST", "/v1/inbound-plans", "create-inbound-plan", "Open a plan, once per idempotency key; the gateway drives its steps"),
		func(ctx context.Context, in *struct {
			Key  string `header:"Idempotency-Key" doc:"1 to 255 visible ASCII characters; required"`
			Body inbound.Request
		}) (*planOutput, error) {
			if err := checkIdempotencyKey(in.Key); err != nil {
				return nil, err
			}
			p, replayed, err := s.Inbound.Create(ctx, tenantOf(ctx), in.Key, in.Body)
			return planned(p, replayed, err)
		})
	s.inboundReads(at)
	register(s, write("POST", at+"/packing", "pack-inbound-plan", "Tell what is in which box"),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body inbound.PackRequest
		}) (*planOutput, error) {
			p, err := s.Inbound.Pack(ctx, tenantOf(ctx), in.ID, in.Body)
			return planned(p, false, err)
		})
	s.inboundConfirmations(at)
	register(s, write("POST", at+"/transportation", "quote-inbound-plan", "Ask for transport quotes again, with what freight needs"),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body inbound.TransportRequest
		}) (*planOutput, error) {
			p, err := s.Inbound.Transport(ctx, tenantOf(ctx), in.ID, in.Body)
			return planned(p, false, err)
		})
	register(s, write("POST", at+"/tracking", "track-inbound-plan", "Tell the numbers of your own carrier"),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body inbound.TrackingRequest
		}) (*planOutput, error) {
			p, err := s.Inbound.Tracking(ctx, tenantOf(ctx), in.ID, in.Body)
			return planned(p, false, err)
		})
	register(s, write("POST", at+"/cancel", "cancel-inbound-plan", "Give a plan up, at the platform too"),
		func(ctx context.Context, in *planID) (*planOutput, error) {
			p, err := s.Inbound.Cancel(ctx, tenantOf(ctx), in.ID)
			return planned(p, false, err)
		})
}

// inboundConfirmations are the two that the platform cannot undo.
func (s *Server) inboundConfirmations(at string) {
	register(s, route{method: "POST", path: at + "/placements/{option}/confirm", id: "confirm-inbound-placement", scope: "labels:write",
		summary: "Confirm a placement, which cannot be undone", tag: "Inbound plans", status: http.StatusAccepted},
		func(ctx context.Context, in *struct {
			ID     string `path:"id" maxLength:"60"`
			Option string `path:"option" maxLength:"64"`
			Key    string `header:"Idempotency-Key" doc:"1 to 255 visible ASCII characters; required"`
			Body   inbound.ConfirmRequest
		}) (*planOutput, error) {
			if err := checkIdempotencyKey(in.Key); err != nil {
				return nil, err
			}
			p, replayed, err := s.Inbound.ConfirmPlacement(ctx, tenantOf(ctx), in.ID, in.Option, in.Key, in.Body)
			return planned(p, replayed, err)
		})
	register(s, route{method: "POST", path: at + "/transportation/confirm", id: "confirm-inbound-transportation", scope: "labels:write",
		summary: "Confirm transport for all shipments, which spends money and cannot be undone", tag: "Inbound plans", status: http.StatusAccepted},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Key  string `header:"Idempotency-Key" doc:"1 to 255 visible ASCII characters; required"`
			Body inbound.TransportConfirmRequest
		}) (*planOutput, error) {
			if err := checkIdempotencyKey(in.Key); err != nil {
				return nil, err
			}
			p, replayed, err := s.Inbound.ConfirmTransport(ctx, tenantOf(ctx), in.ID, in.Key, in.Body)
			return planned(p, replayed, err)
		})
}

func (s *Server) inboundReads(at string) {
	register(s, route{method: "GET", path: at, id: "get-inbound-plan", summary: "Where a plan stands, and what it waits for", scope: "labels:read", tag: "Inbound plans"},
		func(ctx context.Context, in *planID) (*planOutput, error) {
			p, err := s.Inbound.Get(ctx, tenantOf(ctx), in.ID)
			return &planOutput{Status: http.StatusOK, Body: p}, err
		})
	register(s, route{method: "GET", path: "/v1/inbound-plans", id: "list-inbound-plans", summary: "Plans from the newest", scope: "labels:read", tag: "Inbound plans"},
		func(ctx context.Context, in *struct {
			Page
			Adapter string `query:"adapter" maxLength:"40"`
			Account string `query:"account" maxLength:"60"`
			Status  string `query:"status" enum:"creating,needs_packing,packing,needs_placement,placing,needs_transportation,confirming,labels_ready,shipped,received,closed,failed,cancelled"`
		}) (*List[inbound.Plan], error) {
			items, next, err := s.Inbound.List(ctx, tenantOf(ctx), inbound.Filter{Adapter: in.Adapter, Account: in.Account, Status: in.Status}, in.store())
			if err != nil {
				return nil, err
			}
			return listOf(items, next), nil
		})
	register(s, route{method: "GET", path: at + "/documents/{doc}", id: "get-inbound-document", summary: "A paper's bytes; in another size the platform prints it again",
		scope: "labels:read", tag: "Inbound plans", errors: []int{502, 504}},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Doc  string `path:"doc" maxLength:"60"`
			Size string `query:"size" enum:"4x6,a4,letter"`
		}) (*documentOutput, error) {
			d, err := s.Inbound.Document(ctx, tenantOf(ctx), in.ID, in.Doc, in.Size)
			if err != nil {
				return nil, err
			}
			return documentBytes(d), nil
		})
}
