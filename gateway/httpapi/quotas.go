package httpapi

import (
	"context"

	"github.com/crossdock-hub/crossdock/gateway/quotas"
)

func (s *Server) quotaRoutes() {
	register(s, route{method: "GET", path: "/v1/quotas", id: "list-quotas", summary: "How the shares stand that platforms want of their own channels",
		scope: "rates:read", tag: "Platform rules"}, s.listQuotas)
	register(s, route{method: "POST", path: "/v1/quotas/plan", id: "plan-quota", summary: "Which open orders should follow a rule, so that its share is reached at the least cost",
		scope: "rates:read", tag: "Platform rules", status: 200},
		func(ctx context.Context, in *struct{ Body quotas.PlanRequest }) (*quotaPlanOutput, error) {
			p, err := s.Quotas.Plan(ctx, tenantOf(ctx), in.Body)
			return &quotaPlanOutput{p}, err
		})
}

type quotaPlanOutput struct{ Body quotas.Plan }

func (s *Server) listQuotas(ctx context.Context, in *struct {
	Part
	Platform string `query:"platform" maxLength:"40"`
}) (*List[quotas.Quota], error) {
	list, err := s.Quotas.List(ctx, tenantOf(ctx), in.Platform)
	if err != nil {
		return nil, err
	}
	return partOf(list, func(q quotas.Quota) string { return q.Rule + " " + q.Store }, in.Part)
}
