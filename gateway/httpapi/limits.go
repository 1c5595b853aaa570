package httpapi

import (
	"errors"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/guards"
)

// tenantLimits are the budgets of requests of those tenants that have one.
type tenantLimits struct {
	mu sync.Mutex
	by map[string]*guards.Limiter
}

// of is a tenant's budget, nil where it has none. Tenants come from keys that exist, so that
// there are not more of them than customers.
func (t *tenantLimits) of(tenant string, limit func(string) (float64, int)) *guards.Limiter {
	if limit == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if l, known := t.by[tenant]; known {
		return l
	}
	var l *guards.Limiter
	if perSecond, burst := limit(tenant); perSecond > 0 {
		if burst < 1 {
			burst = max(1, int(math.Ceil(2*perSecond)))
		}
		l, _ = guards.NewLimiter(perSecond, burst, 1, 0) // fails for numbers that the configuration refuses
	}
	if t.by == nil {
		t.by = map[string]*guards.Limiter{}
	}
	t.by[tenant] = l
	return l
}

// limit refuses what goes over the tenant's budget, and tells each answer how much is left.
func (s *Server) limit(ctx huma.Context, next func(huma.Context)) {
	l := s.limits.of(tenantOf(ctx.Context()), s.TenantLimit)
	if l == nil {
		next(ctx)
		return
	}
	err := l.Take(ctx.Context(), 1, 0)
	left := l.Snapshot()
	ctx.SetHeader("RateLimit-Limit", strconv.Itoa(left.Limit))
	ctx.SetHeader("RateLimit-Remaining", strconv.Itoa(left.Remaining))
	ctx.SetHeader("RateLimit-Reset", strconv.FormatInt(int64(math.Ceil(left.Reset.Seconds())), 10))
	if err == nil {
		next(ctx)
		return
	}
	r := gateway.Refuse(gateway.CodeTooManyRequests, "more requests than this tenant may make")
	if refused, ok := errors.AsType[*guards.Refused](err); ok {
		r.RetryAfter = max(refused.After, time.Millisecond)
	}
	s.refuse(ctx, r)
}
