package httpapi

import (
	"cmp"
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/normalize"
)

// ResponsibilityQuery narrows the list of splits.
type ResponsibilityQuery struct {
	Platform       string `query:"platform" maxLength:"40" doc:"A platform that is not told of has what holds for every platform"`
	OperatingModel string `query:"operating_model" enum:"fully_managed,semi_managed,self_operated"`
	On             string `query:"on" format:"date" doc:"The day on which they hold; today when absent"`
}

// LabelLegs is who acts, pays and answers on each leg of a label's parcel.
type LabelLegs struct {
	Label   string  `json:"label"`
	Channel string  `json:"channel"`
	Tracker *string `json:"tracker" null:"true"`
	responsibility.Parcel
	Liability *responsibility.Liability `json:"liability" null:"true" doc:"Who answers for the parcel where it stands; null where nobody can say"`
}

func (s *Server) responsibilityRoutes() {
	register(s, route{method: "GET", path: "/v1/responsibilities", id: "list-responsibilities", summary: "Who acts, pays and answers on each leg, by platform and operating model",
		scope: "rates:read", tag: "Platform rules"}, s.listResponsibilities)
	register(s, route{method: "GET", path: "/v1/labels/{id}/legs", id: "get-label-legs", summary: "Who acts, pays and answers on each leg of a label's parcel",
		scope: "labels:read", tag: "Labels"}, s.labelLegs)
}

func (s *Server) listResponsibilities(_ context.Context, in *struct {
	Part
	ResponsibilityQuery
}) (*List[responsibility.Split], error) {
	on := normalize.Date(cmp.Or(in.On, string(normalize.DateOf(time.Now()))))
	if _, err := normalize.ParseDate(string(on)); err != nil {
		return nil, normalize.FieldErrors{{Pointer: "/on", Detail: err.Error()}}
	}
	platform := in.Platform
	if platform != "" && !s.Responsibility.Known(platform) {
		platform = responsibility.Every
	}
	return partOf(s.Responsibility.List(platform, in.OperatingModel, on),
		func(v responsibility.Split) string {
			return v.Platform + "/" + v.OperatingModel + "/" + string(v.ValidFrom)
		}, in.Part)
}

type legsOutput struct{ Body LabelLegs }

func (s *Server) labelLegs(ctx context.Context, in *labelID) (*legsOutput, error) {
	l, way, err := s.Purchases.Way(ctx, tenantOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := LabelLegs{Label: l.ID, Channel: l.Channel,
		Parcel: s.Responsibility.OfParcel(way, normalize.DateOf(l.CreatedAt.UTC()))}
	if l.Tracker != "" {
		t, err := s.Trackers.Get(ctx, tenantOf(ctx), l.Tracker)
		if err != nil {
			return nil, err
		}
		out.Tracker, out.Liability = &l.Tracker, t.Liability
	}
	return &legsOutput{out}, nil
}
