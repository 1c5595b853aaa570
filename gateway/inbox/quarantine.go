package inbox

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// recount is how long the store's totals are trusted, with what we add ourselves.
const recount = time.Minute

// quarantine bounds what is kept of forged messages, in number, bytes and pace, so that nobody
// fills the disk by sending them, or keeps the store busy.
type quarantine struct {
	store  Store
	limits Limits
	rooms  sync.Map // account → *room
}

type room struct {
	mu      sync.Mutex
	pace    *rate.Limiter
	count   int
	bytes   int64
	counted time.Time
}

// admit takes room for one more message of an account, and tells whether there was any.
func (q *quarantine) admit(ctx context.Context, a *accounts.Account, size int64) bool {
	v, ok := q.rooms.Load(a.ID)
	if !ok {
		pace := rate.NewLimiter(rate.Limit(q.limits.RefusedPerSecond), 20*q.limits.RefusedPerSecond)
		v, _ = q.rooms.LoadOrStore(a.ID, &room{pace: pace})
	}
	r := v.(*room)
	if !r.pace.Allow() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.counted) > recount {
		totals, err := q.store.CallbackTotals(ctx, store.Tenant(a.Tenant), a.ID)
		if err != nil {
			return false
		}
		r.count, r.bytes, r.counted = 0, 0, time.Now()
		for _, t := range totals {
			if t.State == store.CallbackRefused {
				r.count, r.bytes = t.Count, t.Bytes
			}
		}
	}
	if r.count >= q.limits.Refused || r.bytes+size > q.limits.RefusedBytes {
		return false
	}
	r.count++
	r.bytes += size
	return true
}
