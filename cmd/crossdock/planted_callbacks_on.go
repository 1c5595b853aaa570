//go:build canary

package main

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/inbox"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// The bugs of callbacks.
const (
	bugAckBeforeAppend = "ack_before_append" // a push is acknowledged and written down later
	bugInMemoryQueue   = "in_memory_queue"   // a push is written down, and what is to be done with it is not
	bugNoDedupe        = "no_dedupe"         // a scan that comes again is new again
)

// plantedInbox puts the bugs between the inbox and its store.
func plantedInbox(d inbox.Deps) inbox.Deps {
	switch {
	case has(bugAckBeforeAppend):
		d.Store = forgetfulInbox{d.Store}
	case has(bugInMemoryQueue):
		d.Store = &memoryInbox{Store: d.Store}
	}
	return d
}

// plantedTrackers does so for trackers.
func plantedTrackers(d trackers.Deps) trackers.Deps {
	if has(bugNoDedupe) {
		d.Store = &forgetfulTrackers{Store: d.Store}
	}
	return d
}

// plantedDelay is how long a bug leaves something where it must not be.
const plantedDelay = 250 * time.Millisecond

type forgetfulInbox struct{ inbox.Store }

func (s forgetfulInbox) AppendCallback(ctx context.Context, c store.Callback) (store.Callback, error) {
	time.AfterFunc(plantedDelay, func() {
		_, _ = s.Store.AppendCallback(context.WithoutCancel(ctx), c) // nobody would hear of an error
	})
	return c, nil
}

type memoryInbox struct {
	inbox.Store
	mu      sync.Mutex
	waiting []store.Callback
}

func (s *memoryInbox) AppendCallback(ctx context.Context, c store.Callback) (store.Callback, error) {
	todo := c.State == store.CallbackReceived
	if todo {
		c.State = store.CallbackDone
	}
	c, err := s.Store.AppendCallback(ctx, c)
	if todo && err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waiting = append(s.waiting, c)
	}
	return c, err
}

func (s *memoryInbox) ClaimDueCallbacks(ctx context.Context, d store.Due) ([]store.Callback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for n < min(len(s.waiting), d.Limit) && time.Since(s.waiting[n].ReceivedAt) > plantedDelay {
		n++
	}
	out := s.waiting[:n:n]
	s.waiting = s.waiting[n:]
	return out, nil
}

type forgetfulTrackers struct {
	trackers.Store
	n atomic.Int64
}

func (s *forgetfulTrackers) ApplyEvents(ctx context.Context, tenant store.Tenant, id string, events []store.TrackerEvent, fold store.Fold) (store.Tracker, []store.TrackerEvent, error) {
	for i := range events {
		events[i].Dedupe += "#" + strconv.FormatInt(s.n.Add(1), 10)
	}
	return s.Store.ApplyEvents(ctx, tenant, id, events, fold)
}
