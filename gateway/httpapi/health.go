package httpapi

import (
	"strconv"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/guards"
)

// health is the worst of the accounts behind a channel.
func (s *Server) health(of []*accounts.Account, ops ...adapters.Operation) Health {
	out := Health{State: string(guards.Closed), ErrorRate: "0"}
	for i, a := range of {
		h := s.Guards.Health(a.ID, ops...)
		if i > 0 && badness(string(h.State)) <= badness(out.State) {
			continue
		}
		out = Health{State: string(h.State), ErrorRate: strconv.FormatFloat(h.ErrorRate, 'f', -1, 32),
			P50MS: h.P50.Milliseconds(), P99MS: h.P99.Milliseconds(),
			RateLimit: &RateLimit{h.RateLimit.Limit, h.RateLimit.Remaining}}
		if !h.Since.IsZero() {
			out.Since = &h.Since
		}
		if h.Reason != "" {
			out.Reason = &h.Reason
		}
	}
	return out
}

func badness(state string) int {
	switch guards.State(state) {
	case guards.Open:
		return 2
	case guards.HalfOpen:
		return 1
	default:
		return 0
	}
}
