package webhooks

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Hundreds of endpoints that never answer are one tenant's trouble: another tenant's events
// arrive as fast as without them.
func TestDeadEndpointsOfOneTenantDelayNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(250*time.Millisecond))
		b.run(b.Service)
		const dead = 150
		for i := range dead {
			url := fmt.Sprintf("https://1.1.1.1/dead/%d", i)
			b.world.answer(url, never)
			b.create("bad", url)
		}
		good := b.create("ada", shop)
		b.tell("bad", "trk_x", 1, 2)
		time.Sleep(soon)
		var worst time.Duration
		for i := range 10 {
			start := time.Now()
			b.tell("ada", fmt.Sprint("trk_", i), 1, 1)
			time.Sleep(2 * time.Second)
			got := b.world.calls(shop)
			if len(got) != i+1 {
				t.Fatalf("after %d events: %d deliveries", i+1, len(got))
			}
			worst = max(worst, got[i].at.Sub(start))
		}
		if worst > 300*time.Millisecond {
			t.Errorf("the slowest took %s, want no longer than a rest", worst)
		}
		if got := b.endpoint(good); got.FailingSince != nil || got.Queued != 0 {
			t.Errorf("got %+v", got)
		}
	})
}

// A slow endpoint has no more than its share of places, one that fails a single one.
func TestPlacesAreShared(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(5*time.Second))
		b.run(b.Service)
		slow, broken := "https://1.1.1.1/slow", "https://1.1.1.1/broken"
		b.create("ada", slow)
		b.create("ada", broken)
		b.world.answer(slow, func(call) (*http.Response, error) { time.Sleep(2 * time.Second); return reply(200, ""), nil })
		b.world.answer(broken, never)
		for i := range 100 {
			b.tell("ada", fmt.Sprint("trk_", i), 1, 1)
		}
		time.Sleep(time.Minute)
		if n := len(b.world.calls(slow)); n != 100 || b.world.most[slow] != 16 {
			t.Errorf("slow: %d deliveries, %d at once; want 100 and 16", n, b.world.most[slow])
		}
		b.world.mu.Lock()
		b.world.most[broken] = 0
		b.world.mu.Unlock()
		before := len(b.world.calls(broken))
		time.Sleep(10 * time.Minute)
		if n := len(b.world.calls(broken)) - before; b.world.most[broken] != 1 || n > 30 {
			t.Errorf("broken: %d tries in ten minutes, %d at once; want few, one at a time", n, b.world.most[broken])
		}
	})
}

// An endpoint that is back hears everything that waited, in order.
func TestRecovery(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(20*time.Second))
		b.run(b.Service)
		e := b.create("ada", shop)
		b.world.answer(shop, always(500))
		for i := range 20 {
			b.tell("ada", fmt.Sprint("trk_", i), 1, 3)
		}
		time.Sleep(time.Hour)
		b.world.answer(shop, nil)
		time.Sleep(3 * time.Hour)
		if got := b.endpoint(e); got.Queued != 0 || got.FailingSince != nil {
			t.Errorf("got %+v", got)
		}
		next := map[string]int{}
		for _, c := range b.world.calls(shop) {
			var n int
			var id string
			if _, err := fmt.Sscanf(strings.NewReplacer(`"`, " ", ",", " ", "{", " ", "}", " ", ":", " ").Replace(string(c.message().Data)), "  id   %s   sequence   %d", &id, &n); err != nil {
				t.Fatal(err)
			}
			if n > next[id]+1 || n < next[id] {
				t.Errorf("%s: got %d after %d", id, n, next[id])
			}
			next[id] = n
		}
	})
}

// Processes come and go: whatever they were doing, each event arrives, in order, and what was
// under way when one died arrives again under its id.
func TestProcessesComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		b.create("ada", shop)
		b.world.answer(shop, func(c call) (*http.Response, error) {
			time.Sleep(time.Duration(c.n%7) * 300 * time.Millisecond)
			if c.n%5 == 0 {
				return reply(500, ""), nil
			}
			return reply(200, ""), nil
		})
		var stops []func()
		for range 3 {
			stops = append(stops, b.run(b.service(resting(5*time.Second))))
		}
		for i := range 30 {
			b.tell("ada", fmt.Sprint("trk_", i%10), i/10+1, 1)
			if i%10 == 9 {
				stops[i%3]()
				stops = append(stops, b.run(b.service(resting(5*time.Second))))
				time.Sleep(time.Second)
			}
		}
		time.Sleep(30 * time.Minute)
		last := map[string]int{}
		seen := map[string]bool{}
		for _, c := range b.world.calls(shop) {
			body := string(c.body)
			id := body[strings.Index(body, "trk_") : strings.Index(body, "trk_")+5]
			n := int(body[strings.Index(body, `"sequence":`)+11] - '0')
			if n < last[id] || n > last[id]+1 {
				t.Errorf("%s: got %d after %d", id, n, last[id])
			}
			last[id] = n
			seen[fmt.Sprint(id, n)] = true
		}
		if len(seen) != 30 {
			t.Errorf("%d events arrived, want 30", len(seen))
		}
	})
}

// A process that stops lets running deliveries end, and gives back those that take too long.
func TestStoppingGivesBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		stop := b.run(b.Service)
		e := b.create("ada", shop)
		b.world.answer(shop, never)
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(4 * time.Second)
		start := time.Now()
		stop()
		if took := time.Since(start); took > 6*time.Second {
			t.Errorf("stopping took %s", took)
		}
		b.world.answer(shop, nil)
		b.run(b.service())
		time.Sleep(soon)
		if d := b.deliveries(e)[0]; d.Status != "delivered" || len(d.Attempts) != 1 {
			t.Errorf("got %+v, want it delivered at once and no try counted", d)
		}
	})
}

func TestLanesNeverGiveTooMuch(t *testing.T) {
	t.Parallel()
	var l Limits
	l.fill()
	lanes := newLanes(l)
	var all sync.WaitGroup
	for i := range 500 {
		all.Go(func() {
			e := endpoint{store.Tenant(fmt.Sprint(i % 5)), fmt.Sprint(i % 50)}
			failing := i%50%3 == 0
			for range 50 {
				n := lanes.take(e, failing)
				lanes.mu.Lock()
				if lanes.all > l.All || lanes.failing > l.Failing || lanes.tenants[string(e.tenant)] > l.PerTenant || lanes.endpoints[e.key()] > l.PerEndpoint {
					t.Errorf("too much: %d, %d", lanes.all, lanes.failing)
				}
				lanes.mu.Unlock()
				lanes.give(e, failing, n)
			}
		})
	}
	all.Wait()
	if lanes.all != 0 || lanes.failing != 0 || len(lanes.tenants) != 0 || len(lanes.endpoints) != 0 {
		t.Errorf("places were lost: %+v", lanes)
	}
}
