package httpapi

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/gateway/claims"
)

type claimID struct {
	ID string `path:"id" maxLength:"60"`
}

type claimOutput struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed"`
	Body     claims.Claim
}

func (s *Server) claimRoutes() {
	const tag = "Claims"
	register(s, route{method: "POST", path: "/v1/claims", id: "open-claim", summary: "Name who answers and by when, and gather the evidence; one for each tracker and reason",
		scope: "tracking:write", tag: tag, status: http.StatusCreated}, s.openClaim)
	register(s, route{method: "GET", path: "/v1/claims", id: "list-claims", summary: "Claims from the newest", scope: "tracking:read", tag: tag},
		func(ctx context.Context, in *struct {
			Page
			Tracker string `query:"tracker" maxLength:"60"`
			Reason  string `query:"reason" enum:"lost,damaged,delayed,customs,other"`
			Status  string `query:"status" enum:"open,closed"`
		}) (*List[claims.Claim], error) {
			items, next, err := s.Claims.List(ctx, tenantOf(ctx), claims.Filter{Tracker: in.Tracker, Reason: in.Reason, Status: in.Status}, in.store())
			if err != nil {
				return nil, err
			}
			return listOf(items, next), nil
		})
	register(s, route{method: "GET", path: "/v1/claims/{id}", id: "get-claim", summary: "A claim as it stands", scope: "tracking:read", tag: tag},
		func(ctx context.Context, in *claimID) (*claimOutput, error) {
			c, err := s.Claims.Get(ctx, tenantOf(ctx), in.ID)
			return &claimOutput{Status: 200, Body: c}, err
		})
	// The archive holds the label, addresses and prices, so that it asks for the labels' scope.
	register(s, route{method: "GET", path: "/v1/claims/{id}/archive", id: "get-claim-archive", summary: "The evidence as a zip, the same bytes each time", scope: "labels:read", tag: tag},
		func(ctx context.Context, in *claimID) (*documentOutput, error) {
			d, err := s.Claims.Bytes(ctx, tenantOf(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &documentOutput{ContentType: contentType(d.Format), Disposition: disposition(in.ID + "." + d.Format), Body: d.Data}, nil
		})
	register(s, route{method: "POST", path: "/v1/claims/{id}/close", id: "close-claim", summary: "End a claim: it was paid, refused or withdrawn", scope: "tracking:write", tag: tag, status: 200},
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"60"`
			Body claims.Closing
		}) (*claimOutput, error) {
			c, err := s.Claims.Close(ctx, tenantOf(ctx), who(ctx).ID, in.ID, in.Body)
			return &claimOutput{Status: 200, Body: c}, err
		})
}

func (s *Server) openClaim(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" doc:"1 to 255 visible ASCII characters; optional"`
	Body claims.Request
}) (*claimOutput, error) {
	if in.Key != "" {
		if err := checkIdempotencyKey(in.Key); err != nil {
			return nil, err
		}
	}
	c, made, err := s.Claims.Open(ctx, tenantOf(ctx), who(ctx).ID, in.Key, in.Body)
	out := &claimOutput{Status: http.StatusCreated, Body: c}
	if !made {
		out.Replayed = "true"
	}
	return out, err
}
