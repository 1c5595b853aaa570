package webhooks

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

func pageOf(n int) store.Page { return store.Page{Limit: n} }

func TestWhatIsRefusedAtRegistration(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, c := range map[string]struct {
		r       Request
		pointer string
	}{
		"loopback":  {Request{URL: "https://127.0.0.1/", Events: []string{"tracker.updated"}}, "/url"},
		"metadata":  {Request{URL: "https://169.254.169.254/latest", Events: []string{"tracker.updated"}}, "/url"},
		"http":      {Request{URL: "http://1.1.1.1/", Events: []string{"tracker.updated"}}, "/url"},
		"no event":  {Request{URL: shop}, "/events"},
		"typo":      {Request{URL: shop, Events: []string{"tracker.updated", "tracker.update"}}, "/events/1"},
		"test only": {Request{URL: shop, Events: []string{TypeTest}}, "/events/0"},
	} {
		_, _, err := b.Create(t.Context(), "ada", "", c.r)
		refusal, ok := errors.AsType[*gateway.Refusal](err)
		if !ok || len(refusal.Fields) == 0 || refusal.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: got %v, want %s refused", name, err, c.pointer)
		}
	}
}

func TestAnEndpointIsMadeOncePerKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := Request{URL: "HTTPS://1.1.1.1:443/shop", Events: []string{"tracker.updated", "label.purchased", "tracker.updated"}}
	first, made, err := b.Create(t.Context(), "ada", "k1", r)
	if err != nil || !made || first.URL != shop || len(first.Events) != 2 {
		t.Fatalf("got %+v, %v, %v", first, made, err)
	}
	again, made, err := b.Create(t.Context(), "ada", "k1", r)
	if err != nil || made || again.ID != first.ID || again.Secret != first.Secret {
		t.Errorf("again: got %+v, %v, %v", again, made, err)
	}
	r.Description = "another"
	_, _, err = b.Create(t.Context(), "ada", "k1", r)
	if refusal, ok := errors.AsType[*gateway.Refusal](err); !ok || refusal.Code != gateway.CodeKeyReused {
		t.Errorf("another body: got %v", err)
	}
	list, _, err := b.List(t.Context(), "ada", pageOf(10))
	if err != nil || len(list) != 1 || list[0].Secret != "" {
		t.Errorf("listed: %+v, %v", list, err)
	}
	if err := b.Delete(t.Context(), "ben", first.ID); err == nil {
		t.Error("another tenant deleted it")
	}
	if err := b.Delete(t.Context(), "ada", first.ID); err != nil {
		t.Error(err)
	}
	if _, err := b.Get(t.Context(), "ada", first.ID); err == nil {
		t.Error("it is still there")
	}
}

// The guard looks again at each delivery: what was allowed once is not for ever.
func TestAnAddressThatIsAllowedNoMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		trial := b.service(func(d *Deps) { d.Guard = egress.New(egress.Options{AllowLoopback: true}) })
		e, _, err := trial.Create(t.Context(), "ada", "", Request{URL: "http://127.0.0.1:5000/", Events: []string{"tracker.updated"}})
		if err != nil {
			t.Fatal(err)
		}
		b.run(b.Service)
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(soon)
		if n := len(b.world.calls("http://127.0.0.1:5000/")); n != 0 {
			t.Errorf("%d requests went to this machine", n)
		}
		if got := b.deliveries(e)[0]; got.Status != "pending" || got.Attempts[0].Error != "not allowed: must begin with https://" {
			t.Errorf("got %+v", got)
		}
	})
}

// 410 ends it at once. What happens meanwhile is told when the endpoint is enabled again.
func TestGoneDisablesAndNothingIsLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(20*time.Second))
		b.run(b.Service)
		e := b.create("ada", shop)
		watcher := b.create("ada", "https://1.1.1.1/watch", TypeDisabled, TypeFailing)
		b.world.answer(shop, always(http.StatusGone))
		b.tell("ada", "trk_1", 1, 2)
		time.Sleep(time.Hour)
		got := b.endpoint(e)
		if got.Status != "disabled" || got.DisabledReason != ReasonGone || len(b.world.calls(shop)) != 1 {
			t.Errorf("got %+v after %d tries", got, len(b.world.calls(shop)))
		}
		told := b.world.calls(watcher.URL)
		if len(told) != 1 || told[0].message().Type != TypeDisabled || !strings.Contains(string(told[0].body), e.ID) {
			t.Errorf("the watcher was told %d times", len(told))
		}
		b.tell("ada", "trk_1", 3, 2)
		b.world.answer(shop, nil)
		time.Sleep(time.Hour)
		if _, err := b.Enable(t.Context(), "ada", e.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		var sequence string
		for _, c := range b.world.calls(shop)[1:] {
			sequence += string(c.body[strings.Index(string(c.body), `"sequence":`)+11])
		}
		if sequence != "1234" {
			t.Errorf("after enabling: got %s, want 1234", sequence)
		}
	})
}

// Five days of nothing but failure end it, with notices after an hour and a day.
func TestFailingForDaysDisablesWithNotice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(40*time.Minute))
		b.run(b.Service)
		e := b.create("ada", shop)
		watcher := b.create("ada", "https://1.1.1.1/watch", TypeDisabled, TypeFailing)
		b.world.answer(shop, always(500))
		b.tell("ada", "trk_1", 1, 1)
		time.Sleep(6 * 24 * time.Hour)
		start := b.world.calls(shop)[0].at
		told := b.world.calls(watcher.URL)
		if len(told) != 3 {
			t.Fatalf("got %d notices, want 3", len(told))
		}
		for i, want := range []struct {
			kind  string
			after time.Duration
		}{{TypeFailing, time.Hour}, {TypeFailing, 24 * time.Hour}, {TypeDisabled, 5 * 24 * time.Hour}} {
			if after := told[i].at.Sub(start); told[i].message().Type != want.kind || after < want.after || after > want.after+90*time.Minute {
				t.Errorf("notice %d: got %s after %s, want %s after %s", i, told[i].message().Type, after, want.kind, want.after)
			}
		}
		if got := b.endpoint(e); got.Status != "disabled" || got.DisabledReason != ReasonFailing {
			t.Errorf("got %+v", got)
		}
	})
}

// One success ends a spell of failing.
func TestOneSuccessForgivesAll(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(time.Hour))
		b.run(b.Service)
		e := b.create("ada", shop)
		b.world.answer(shop, func(c call) (*http.Response, error) {
			if c.n%8 == 0 {
				return reply(200, ""), nil
			}
			return reply(500, ""), nil
		})
		for day := range 8 {
			b.tell("ada", "trk_1", day+1, 1)
			time.Sleep(24 * time.Hour)
		}
		if got := b.endpoint(e); got.Status != "enabled" {
			t.Errorf("got %+v", got)
		}
	})
}

func TestReplayTellsAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t)
		b.run(b.Service)
		e := b.create("ada", shop)
		b.tell("ada", "trk_1", 1, 2)
		b.tell("ada", "trk_2", 1, 2)
		time.Sleep(time.Minute)
		noon := time.Now()
		b.tell("ada", "trk_1", 3, 1)
		time.Sleep(time.Minute)
		before := b.world.calls(shop)
		ids := map[string]bool{}
		for _, c := range before {
			ids[c.message().ID] = true
		}
		for name, c := range map[string]struct {
			r    ReplayRequest
			want int
		}{
			"a span of time":     {ReplayRequest{Since: noon}, 1},
			"all before":         {ReplayRequest{Since: noon.Add(-time.Hour), Until: noon}, 4},
			"a tracker":          {ReplayRequest{Tracker: "trk_1"}, 3},
			"a tracker's span":   {ReplayRequest{Tracker: "trk_1", Since: noon}, 1},
			"one event":          {ReplayRequest{Event: before[0].message().ID}, 1},
			"another type":       {ReplayRequest{Since: noon, Types: []string{"label.purchased"}}, 0},
			"nothing, in future": {ReplayRequest{Since: noon.Add(24 * time.Hour)}, 0},
		} {
			was := len(b.world.calls(shop))
			got, err := b.Replay(t.Context(), "ada", e.ID, c.r)
			if err != nil || got.Replayed != c.want {
				t.Errorf("%s: got %v, %v, want %d", name, got, err, c.want)
			}
			time.Sleep(time.Minute)
			calls := b.world.calls(shop)
			if len(calls)-was != c.want {
				t.Errorf("%s: %d deliveries, want %d", name, len(calls)-was, c.want)
			}
			for _, again := range calls[was:] {
				if !ids[again.message().ID] {
					t.Errorf("%s: a new id", name)
				}
			}
		}
		if _, err := b.Replay(t.Context(), "ada", e.ID, ReplayRequest{}); err == nil {
			t.Error("a replay of everything by mistake")
		}
		if _, err := b.Replay(t.Context(), "ada", e.ID, ReplayRequest{Event: "evt_none"}); err == nil {
			t.Error("an event that is not there")
		}
		if _, err := b.Replay(t.Context(), "ben", e.ID, ReplayRequest{Since: noon}); err == nil {
			t.Error("another tenant replayed")
		}
	})
}

// A test tells at once how it went, and changes nothing for the endpoint.
func TestTestEvent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, resting(20*time.Second))
		b.run(b.Service)
		e := b.create("ada", shop)
		other := b.create("ada", "https://1.1.1.1/other")
		d, err := b.Test(t.Context(), "ada", e.ID)
		if err != nil || d.Status != "delivered" || d.Type != TypeTest || d.Attempts[0].Status != 200 || d.Response != "ok" {
			t.Errorf("got %+v, %v", d, err)
		}
		c := b.world.calls(shop)[0]
		if err := verifier(t, e.Secret).Verify(c.body, c.header); err != nil {
			t.Error(err)
		}
		b.world.answer(shop, always(500))
		d, err = b.Test(t.Context(), "ada", e.ID)
		if err != nil || d.Status != "dead" || d.Attempts[0].Status != 500 {
			t.Errorf("got %+v, %v", d, err)
		}
		time.Sleep(time.Hour)
		if n := len(b.world.calls(shop)); n != 2 {
			t.Errorf("%d tries, want no other", n)
		}
		if got := b.endpoint(e); got.FailingSince != nil || got.Queued != 0 || len(b.world.calls(other.URL)) != 0 {
			t.Errorf("got %+v", got)
		}
	})
}
