package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/egress/egresstest"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/webhooks"
)

// front is a host that looks public and answers with redirects.
const front = "front.shop.test"

// fort is the API with webhooks behind the real guard and its real client. Names are looked up
// in a zone of the test's, and whatever is reached on this machine is a trap.
type fort struct {
	*stand
	traps *egresstest.Traps
	zone  *egresstest.Zone
	front *redirector
	key   string
	port  string
}

// redirector takes the place of one host of the internet. All else goes where it would go.
type redirector struct {
	next http.RoundTripper
	to   []string // where each request is led, in turn
	got  atomic.Int64
}

func (f *redirector) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() != front {
		return f.next.RoundTrip(r)
	}
	n := int(f.got.Add(1)) - 1
	w := httptest.NewRecorder()
	w.Header()["Location"] = []string{f.to[n%len(f.to)]}
	w.WriteHeader([]int{301, 302, 303, 307, 308}[n%5])
	return w.Result(), nil
}

// newFort lets the traps' port be a good one, so that the address alone decides.
func newFort(t *testing.T, o egress.Options, redirects func(*http.Request, []*http.Request) error) *fort {
	t.Helper()
	names := map[string][]egresstest.Records{}
	for name, turn := range egresstest.Turns() {
		names[name+".shop.test"] = turn.Answers
	}
	f := &fort{stand: newStand(t), traps: egresstest.NewTraps(t), zone: egresstest.NewZone(names)}
	f.port = strconv.Itoa(int(f.traps.Port))
	o.Ports, o.Resolver, o.Connect = []uint16{443, 8443, f.traps.Port}, f.zone.Resolver(), 300*time.Millisecond
	guard := egress.New(o)
	client := guard.Client()
	if redirects != nil {
		client.CheckRedirect = redirects
	}
	f.front = &redirector{next: client.Transport}
	client.Transport = f.front
	hooks, err := webhooks.New(webhooks.Deps{Store: f.db, Guard: guard, Client: client, Logger: slog.New(slog.DiscardHandler), Version: "test",
		Limits: webhooks.Limits{Trip: 10_000, Schedule: []time.Duration{0}, Idle: 100 * time.Millisecond, Timeout: 2 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	f.deps.Webhooks = hooks
	f.handler = New(f.deps)
	f.key = f.stand.key("t1", "admin")
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var work sync.WaitGroup
	work.Go(func() { hooks.Run(ctx) })
	t.Cleanup(func() { cancel(); work.Wait(); hooks.Close() })
	return f
}

// register asks for an endpoint; "" says that it was refused for its address.
func (f *fort) register(t *testing.T, raw string) (id string) {
	t.Helper()
	body, err := json.Marshal(webhooks.Request{URL: raw, Events: []string{"tracker.updated"}})
	if err != nil {
		t.Fatal(err)
	}
	w := f.call("POST", "/v1/webhooks", f.key, string(body))
	if w.Code == http.StatusCreated {
		var e webhooks.Endpoint
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		return e.ID
	}
	p := problemOf(t, w)
	if w.Code != http.StatusUnprocessableEntity || len(p.Errors) == 0 || !strings.HasSuffix(strings.ReplaceAll(p.Errors[0].Pointer, ".", "/"), "/url") {
		t.Errorf("%.80q: got %d %s, want the address refused", raw, w.Code, w.Body)
	}
	return ""
}

// keep stores an endpoint as if its address had been good when it was given.
func (f *fort) keep(t *testing.T, raw, event string) string {
	t.Helper()
	w, _, err := f.db.CreateWebhook(t.Context(), store.Webhook{Tenant: "t1", URL: raw, Events: []string{event}, Secret: make([]byte, 32)}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return w.ID
}

// tried waits until so many deliveries of an endpoint have ended, and returns all.
func (f *fort) tried(t *testing.T, id string, n int) (list []webhooks.Delivery) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for {
		list, _, err := f.deps.Webhooks.Deliveries(t.Context(), "t1", id, webhooks.DeliveryFilter{Status: "dead"}, store.Page{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) >= n {
			return list
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: %d deliveries ended, want %d", id, len(list), n)
		}
	}
}

// tell appends n events of a type, each of another parcel.
func (f *fort) tell(t *testing.T, event string, n int) {
	t.Helper()
	list := make([]store.Event, n)
	for i := range list {
		list[i] = store.Event{Tenant: "t1", Type: event, Subject: fmt.Sprint("trk_", i), Sequence: 1, Data: json.RawMessage("{}")}
	}
	if err := f.db.AppendEvents(t.Context(), list...); err != nil {
		t.Fatal(err)
	}
	f.deps.Webhooks.Wake()
}

// replay has all be told again, which must be so many.
func (f *fort) replay(t *testing.T, id string, n int) {
	t.Helper()
	w := f.call("POST", "/v1/webhooks/"+id+"/replay", f.key, `{"since":"2000-01-01T00:00:00Z"}`)
	if !strings.Contains(w.Body.String(), fmt.Sprintf(`"replayed":%d}`, n)) {
		t.Errorf("replay: %d %s, want %d", w.Code, w.Body, n)
	}
}

// lairs are the addresses and forms of URL that nobody may lead us to, with the traps' port.
func (f *fort) lairs() map[string]string {
	out := map[string]string{}
	for _, text := range egresstest.Special {
		host := text
		if strings.Contains(text, ":") {
			host = "[" + strings.ReplaceAll(text, "%", "%25") + "]"
		}
		out[text] = "https://" + host + ":" + f.port + "/hook"
	}
	for name, raw := range egresstest.BadURLs {
		out[name] = egresstest.WithPort(raw, f.port)
	}
	return out
}

// No address, no form of one and no name that turns bad is connected to: not when it is given,
// not at a delivery, not by a replay, and not by a redirect to it.
func TestNoWebhookLeadsInside(t *testing.T) {
	t.Parallel()
	f := newFort(t, egress.Options{}, nil)
	kept := map[string]string{} // endpoint → what it is
	for name, raw := range f.lairs() {
		for _, form := range []string{raw, strings.Replace(raw, ":"+f.port, "", 1), strings.Replace(raw, "https://", "http://", 1)} {
			if id := f.register(t, form); id != "" {
				t.Errorf("%s: %q was registered", name, form)
			}
		}
		kept[f.keep(t, raw, "tracker.updated")] = name
		f.front.to = append(f.front.to, raw)
	}
	for name, turn := range egresstest.Turns() {
		raw := "https://" + name + ".shop.test:" + f.port + "/hook"
		id := f.register(t, raw)
		if (id == "") != turn.AtOnce {
			t.Errorf("%s: refused %v, want %v", name, id == "", turn.AtOnce)
		}
		if id == "" {
			id = f.keep(t, raw, "tracker.updated")
		}
		kept[id] = name
		f.front.to = append(f.front.to, raw)
	}
	turned := f.keep(t, "https://"+front+":"+f.port+"/hook", "tracker.delivered")
	targets := len(f.front.to)
	f.tell(t, "tracker.updated", 1)
	f.tell(t, "tracker.delivered", targets)
	for id, name := range kept {
		f.blocked(t, name, f.tried(t, id, 1))
	}
	f.notFollowed(t, f.tried(t, turned, targets))
	// One name is good again at its third lookup, which goes to nobody here.
	_, _ = f.zone.Resolver().LookupNetIP(t.Context(), "ip", "back-and-forth.shop.test")
	f.replay(t, turned, targets)
	for id := range kept {
		f.replay(t, id, 1)
	}
	for id, name := range kept {
		f.blocked(t, name, f.tried(t, id, 2))
	}
	f.notFollowed(t, f.tried(t, turned, 2*targets))
	if hits := f.traps.Hits(); len(hits) != 0 {
		t.Errorf("connections: %v", hits)
	}
}

// blocked wants the guard's own refusal each time, which tells nothing of where a name led.
func (f *fort) blocked(t *testing.T, name string, list []webhooks.Delivery) {
	t.Helper()
	why := "not allowed: "
	if name == "NUL" { // which no store keeps: what is left is a name that is not in the zone
		why = "the host cannot be looked up"
	}
	for _, d := range list {
		if len(d.Attempts) != 1 || !strings.HasPrefix(d.Attempts[0].Error, why) {
			t.Errorf("%s: got %+v, want it blocked", name, d.Attempts)
			continue
		}
		if e := d.Attempts[0].Error; strings.Contains(e, "127.0.0.1") || strings.Contains(e, "10.0.0.5") {
			t.Errorf("%s: the reason tells where it led: %s", name, e)
		}
	}
}

// notFollowed wants one request for each delivery so far, and none behind it.
func (f *fort) notFollowed(t *testing.T, list []webhooks.Delivery) {
	t.Helper()
	if got := int(f.front.got.Load()); got != len(list) {
		t.Errorf("%d requests for %d deliveries", got, len(list))
	}
	for _, d := range list {
		if len(d.Attempts) != 1 || d.Attempts[0].Error == "" {
			t.Errorf("a redirect was taken: %+v", d.Attempts)
		}
	}
}

// The traps do catch: a guard that lets loopback through reaches them, at a delivery and behind
// a redirect that is followed. Behind one that is not, it does not.
func TestTheTrapsOfWebhooksWork(t *testing.T) {
	t.Parallel()
	follow := func(*http.Request, []*http.Request) error { return nil }
	for name, c := range map[string]struct {
		follow   func(*http.Request, []*http.Request) error
		redirect bool
		hit      bool
	}{
		"a delivery":               {nil, false, true},
		"a redirect, followed":     {follow, true, true},
		"a redirect, not followed": {nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFort(t, egress.Options{AllowLoopback: true}, c.follow)
			trap := url.URL{Scheme: "http", Host: "127.0.0.1:" + f.port, Path: "/"}
			f.front.to = []string{trap.String()}
			endpoint := trap.String()
			if c.redirect {
				endpoint = "https://" + front + ":" + f.port + "/302/0"
			}
			id := f.keep(t, endpoint, "tracker.updated")
			f.tell(t, "tracker.updated", 1)
			f.tried(t, id, 1)
			if hit := len(f.traps.Hits()) > 0; hit != c.hit {
				t.Errorf("hit %v, want %v", hit, c.hit)
			}
		})
	}
}
