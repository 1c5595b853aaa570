package httpapi

import (
	"context"
	"encoding/json"
	"time"
)

// AuditLine is one thing that somebody did and that must be answered for.
type AuditLine struct {
	ID     string          `json:"id"`
	Actor  string          `json:"actor" doc:"The key that asked for it, or the gateway's part that acted"`
	Action string          `json:"action"`
	Object string          `json:"object" doc:"The id of what it was done to"`
	Detail json.RawMessage `json:"detail"`
	At     time.Time       `json:"at"`
}

func (s *Server) auditRoutes() {
	register(s, route{method: "GET", path: "/v1/audit", id: "list-audit", summary: "Who did what: overrides of rules, labels settled by hand, keys", scope: "admin", tag: "Operations"},
		func(ctx context.Context, in *struct{ Page }) (*List[AuditLine], error) {
			list, err := s.Store.ListAudit(ctx, who(ctx).Tenant, in.store())
			if err != nil {
				return nil, err
			}
			out := make([]AuditLine, 0, len(list.Items))
			for _, e := range list.Items {
				if len(e.Detail) == 0 {
					e.Detail = json.RawMessage(`{}`)
				}
				out = append(out, AuditLine{e.ID, e.Actor, e.Action, e.Object, e.Detail, e.At})
			}
			return listOf(out, list.Next), nil
		})
}
