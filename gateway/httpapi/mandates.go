package httpapi

import (
	"cmp"
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/normalize"
)

// MandateQuery narrows the list of rules.
type MandateQuery struct {
	Platform string `query:"platform" maxLength:"40"`
	On       string `query:"on" format:"date" doc:"The day on which they are in force; today when absent"`
}

func (s *Server) mandateRoutes() {
	register(s, route{method: "GET", path: "/v1/mandates", id: "list-mandates", summary: "The platforms' rules in force", scope: "rates:read", tag: "Platform rules"}, s.listMandates)
	register(s, route{method: "POST", path: "/v1/mandates/evaluate", id: "evaluate-mandates", summary: "What the rules say of an order, channel by channel",
		scope: "rates:read", tag: "Platform rules", status: 200},
		func(ctx context.Context, in *struct{ Body rating.Request }) (*evaluateOutput, error) {
			e, err := s.Rating.Evaluate(ctx, tenantOf(ctx), in.Body)
			return &evaluateOutput{e}, err
		})
}

type evaluateOutput struct{ Body rating.Evaluation }

func (s *Server) listMandates(ctx context.Context, in *struct {
	Part
	MandateQuery
}) (*List[mandates.View], error) {
	on := normalize.Date(cmp.Or(in.On, string(normalize.DateOf(time.Now()))))
	if _, err := normalize.ParseDate(string(on)); err != nil {
		return nil, normalize.FieldErrors{{Pointer: "/on", Detail: err.Error()}}
	}
	return partOf(s.Mandates.Views(tenantOf(ctx), in.Platform, on), func(v mandates.View) string { return v.Rule }, in.Part)
}
