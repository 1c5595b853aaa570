package quotas

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// counts stands in for the store: what it counts is set, and what it is told is kept.
type counts struct {
	mu     sync.Mutex
	now    store.QuotaCount
	atRisk bool
	toldAt time.Time
	told   []store.Event
}

func (c *counts) QuotaCounts(context.Context, store.Tenant, string, time.Duration) ([]store.QuotaCount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return []store.QuotaCount{c.now}, nil
}

func (c *counts) QuotaTenants(context.Context, string, time.Duration) ([]store.Tenant, error) {
	return []store.Tenant{"ada"}, nil
}

func (c *counts) AlertQuota(_ context.Context, a store.QuotaAlert, every time.Duration, emit func() []store.Event) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := a.AtRisk && !c.atRisk && (c.toldAt.IsZero() || time.Since(c.toldAt) >= every)
	if told {
		c.told, c.toldAt = append(c.told, emit()...), time.Now()
	}
	if told || !a.AtRisk {
		c.atRisk = a.AtRisk
	}
	return told, nil
}

func (c *counts) set(orders, satisfied int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = store.QuotaCount{Orders: orders, Satisfied: satisfied}
}

func (c *counts) events() []store.Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.told)
}

// A share is told of when the next order that does not follow would lose it, before it is lost.
func TestAShareInDangerIsToldBeforeItIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, err := mandates.Load(fstest.MapFS{"shop.yaml": {Data: []byte(`platform: shop
rules:
  - id: shop-share
    channels: ["own.*"]
    verdict: required
    reason: the shop wants a share
    source: invented
    quota: {share: "0.5", window_days: 30, satisfied_by: ["own.*"]}
`)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := &counts{now: store.QuotaCount{Orders: 10, Satisfied: 8}}
		s := New(Deps{Judge: mandates.NewJudge(set, nil, nil), Store: c, Logger: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); s.Watch(ctx) }()
		for _, step := range []struct {
			orders, satisfied, told int
			state                   State
		}{{10, 8, 0, Met}, {15, 8, 0, Met}, {16, 8, 1, AtRisk}, {17, 8, 1, Missed}, {17, 9, 1, Met}, {18, 9, 1, AtRisk}} {
			c.set(step.orders, step.satisfied)
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			list, err := s.List(ctx, "ada", "shop")
			if err != nil || len(list) != 1 || list[0].State != step.state || len(c.events()) != step.told {
				t.Fatalf("%d of %d: %+v, told %d times, want %s and %d (%v)", step.satisfied, step.orders, list, len(c.events()), step.state, step.told, err)
			}
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if told := c.events(); len(told) != 2 || told[1].Type != TypeAtRisk || told[1].Subject != "shop-share" {
			t.Errorf("a day later told %d times: %+v", len(told), told)
		}
		cancel()
		<-done
	})
}
