package httpapi

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// mappingRoutes tell how scans are read, and which codes nobody could read yet.
func (s *Server) mappingRoutes() {
	register(s, route{method: "GET", path: "/v1/mappings", id: "list-mappings", summary: "Carriers' codes that came and have no meaning yet, from the newest; or the tables of those that have one",
		scope: "tracking:read", tag: "Tracking"},
		func(ctx context.Context, in *struct {
			Page
			Adapter string `query:"adapter" maxLength:"60"`
			State   string `query:"state" enum:"unmapped,mapped" default:"unmapped"`
		}) (*List[trackers.Mapping], error) {
			items, err := s.Trackers.Mappings(ctx, tenantOf(ctx), in.Adapter, in.State)
			if err != nil {
				return nil, err
			}
			return partOf(items, trackers.Mapping.ID, Part{Limit: in.Limit, Cursor: in.Cursor})
		})
	register(s, route{method: "GET", path: "/v1/mappings/tables", id: "list-mapping-tables", summary: "The adapters' tables of codes, with source and date",
		scope: "tracking:read", tag: "Tracking"},
		func(ctx context.Context, in *struct{ Part }) (*List[trackers.StatusTable], error) {
			items, err := s.Trackers.Tables(ctx, tenantOf(ctx))
			if err != nil {
				return nil, err
			}
			return partOf(items, func(t trackers.StatusTable) string { return t.Adapter }, in.Part)
		})
	register(s, route{method: "POST", path: "/v1/mappings/{adapter}/replay", id: "replay-mapping", summary: "Read unmapped scans of an adapter again, a part at a time, once its table has learnt",
		scope: "tracking:write", tag: "Tracking", status: http.StatusAccepted},
		func(ctx context.Context, in *struct {
			Adapter string `path:"adapter" maxLength:"60"`
			Cursor  string `query:"cursor" maxLength:"64"`
		}) (*struct{ Body trackers.Reread }, error) {
			out, err := s.Trackers.Reread(ctx, tenantOf(ctx), in.Adapter, in.Cursor)
			if err == nil {
				s.Inbox.Wake()
			}
			return &struct{ Body trackers.Reread }{out}, err
		})
}
