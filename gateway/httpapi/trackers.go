package httpapi

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

type trackerID struct {
	ID string `path:"id" maxLength:"60"`
}

type trackerOutput struct {
	Status int
	Body   trackers.Tracker
}

func (s *Server) trackerRoutes() {
	register(s, route{method: "POST", path: "/v1/trackers", id: "create-tracker", summary: "Follow a parcel; a number that is followed already gives that tracker",
		scope: "tracking:write", tag: "Tracking", status: http.StatusCreated, also: []int{http.StatusOK}},
		func(ctx context.Context, in *struct{ Body trackers.Request }) (*trackerOutput, error) {
			t, made, err := s.Trackers.Create(ctx, tenantOf(ctx), in.Body)
			status := http.StatusOK
			if made {
				status = http.StatusCreated
			}
			return &trackerOutput{status, t}, err
		})
	register(s, route{method: "GET", path: "/v1/trackers/{id}", id: "get-tracker", summary: "A parcel's timeline", scope: "tracking:read", tag: "Tracking"},
		func(ctx context.Context, in *trackerID) (*trackerOutput, error) {
			t, err := s.Trackers.Get(ctx, tenantOf(ctx), in.ID)
			return &trackerOutput{200, t}, err
		})
	register(s, route{method: "GET", path: "/v1/trackers", id: "list-trackers", summary: "Trackers from the newest", scope: "tracking:read", tag: "Tracking"},
		func(ctx context.Context, in *struct {
			Page
			Number string `query:"tracking_number" maxLength:"100"`
			Status string `query:"status" enum:"registered,label_created,picked_up,in_transit,customs,out_for_delivery,available_for_pickup,delivery_failed,delivered,returning,returned,exception,cancelled,expired,unknown"`
		}) (*List[trackers.Tracker], error) {
			items, next, err := s.Trackers.List(ctx, tenantOf(ctx), trackers.Filter{TrackingNumber: in.Number, Status: in.Status}, in.store())
			if err != nil {
				return nil, err
			}
			return listOf(items, next), nil
		})
	register(s, route{method: "POST", path: "/v1/trackers/{id}/refresh", id: "refresh-tracker", summary: "Ask the carrier now", scope: "tracking:write",
		tag: "Tracking", status: 200, errors: []int{502, 504}},
		func(ctx context.Context, in *trackerID) (*trackerOutput, error) {
			t, err := s.Trackers.Refresh(ctx, tenantOf(ctx), in.ID)
			return &trackerOutput{200, t}, err
		})
}
