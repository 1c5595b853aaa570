package webhooks

import (
	"sync"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// lanes share out the places for running deliveries. Endpoints that fail have a part of them
// only, and so has each tenant, so that a place is left for who works.
type lanes struct {
	mu                 sync.Mutex
	limits             Limits
	all, failing       int
	tenants, endpoints map[string]int
}

func newLanes(l Limits) *lanes {
	return &lanes{limits: l, tenants: map[string]int{}, endpoints: map[string]int{}}
}

// endpoint is whose places they are.
type endpoint struct {
	tenant store.Tenant
	id     string
}

func (e endpoint) key() string { return string(e.tenant) + "\x00" + e.id }

// take gives as many places as there are, up to one endpoint's share; failing endpoints get one.
func (l *lanes) take(e endpoint, failing bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(l.limits.All-l.all, l.limits.PerTenant-l.tenants[string(e.tenant)], l.limits.PerEndpoint-l.endpoints[e.key()])
	if failing {
		n = min(n, l.limits.Failing-l.failing, 1-l.endpoints[e.key()])
	}
	if n <= 0 {
		return 0
	}
	l.add(e, failing, n)
	return n
}

// give returns places that were taken in the same lane.
func (l *lanes) give(e endpoint, failing bool, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(e, failing, -n)
}

func (l *lanes) add(e endpoint, failing bool, n int) {
	l.all += n
	if failing {
		l.failing += n
	}
	count(l.tenants, string(e.tenant), n)
	count(l.endpoints, e.key(), n)
}

// count keeps no key of nothing.
func count(m map[string]int, key string, n int) {
	if m[key] += n; m[key] == 0 {
		delete(m, key)
	}
}
