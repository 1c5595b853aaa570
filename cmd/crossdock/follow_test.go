package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/trackers"
)

// following is `crossdock track --follow` under way.
type following struct {
	out, complaints logBuffer
	stop            context.CancelFunc
	done            chan error
}

// follow begins it against a gateway, or whatever stands in front of it.
func (s *stand) follow(t *testing.T, base, tracker string) *following {
	t.Helper()
	f := &following{done: make(chan error, 1)}
	c := trackCommand()
	c.Flags().Bool("json", false, "")
	c.SetOut(&f.out)
	c.SetErr(&f.complaints)
	var ctx context.Context
	ctx, f.stop = context.WithCancel(t.Context())
	c.SetContext(ctx)
	cl := newClient()
	cl.url = base
	go func() { f.done <- followTracker(c, cl, trackers.Tracker{Summary: trackers.Summary{ID: tracker}}) }()
	t.Cleanup(f.stop)
	return f
}

func (f *following) ends(t *testing.T) {
	t.Helper()
	select {
	case err := <-f.done:
		if err != nil {
			t.Errorf("got %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("it goes on; so far:\n%s%s", f.out.String(), f.complaints.String())
	}
}

func (s *stand) scanned(t *testing.T, number, code string) {
	t.Helper()
	r := s.call("POST", "/_control/scan", map[string]any{"carrier": "yanwen", "tracking_number": number, "code": code,
		"at": time.Now().UTC().Format(time.RFC3339Nano), "city": "Berlin", "country": "DE"})
	if r.status >= 300 {
		t.Fatalf("scan: %d %s", r.status, r.body)
	}
}

func (s *stand) once(t *testing.T, f *following, tracker string) {
	t.Helper()
	var tr trackers.Tracker
	s.call("GET", "/v1/trackers/"+tracker, nil).into(t, &tr)
	if lines := strings.Count(f.out.String(), "\n"); lines != len(tr.Events) || lines == 0 {
		t.Errorf("%d scans of %d are shown:\n%s", lines, len(tr.Events), f.out.String())
	}
}

// A followed parcel's scans are shown once each, as they come, through a connection that breaks
// in between, until it has arrived.
func TestFollowThroughABrokenConnection(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	l := s.buy(t, "yanwen.tracked", "order-de.json", "follow")
	to, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	var views, down atomic.Int64
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			views.Add(1)
			if down.Add(-1) >= 0 {
				http.Error(w, "a proxy's own page", http.StatusBadGateway)
				return
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	defer front.Close()
	f := s.follow(t, front.URL, l.Tracker)
	s.scanned(t, l.TrackingNumber, "PU10")
	eventually(t, "the first scan is shown", func() bool { return strings.Contains(f.out.String(), "picked_up") })
	down.Store(1)
	front.CloseClientConnections()
	eventually(t, "it says that it lost the view", func() bool { return strings.Contains(f.complaints.String(), "broke off") })
	s.scanned(t, l.TrackingNumber, "LM25")
	eventually(t, "it has come back", func() bool { return views.Load() >= 3 })
	s.call("POST", "/_control/push", map[string]any{"carrier": "yanwen", "tracking_number": l.TrackingNumber, "journey": "delivered", "shuffle": true})
	f.ends(t)
	s.once(t, f, l.Tracker)
	if !strings.Contains(f.out.String(), "delivered") {
		t.Errorf("got %s", f.out.String())
	}
}

// An interruption ends it without a word of failure; a tracker that is none is a refusal.
func TestFollowEndsWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	l := s.buy(t, "yanwen.tracked", "order-de.json", "interrupted")
	f := s.follow(t, s.url, l.Tracker)
	s.scanned(t, l.TrackingNumber, "PU10")
	eventually(t, "a scan is shown", func() bool { return strings.Contains(f.out.String(), "picked_up") })
	f.stop()
	f.ends(t)
	if f.complaints.String() != "" {
		t.Errorf("it complains: %s", f.complaints.String())
	}
	none := s.follow(t, s.url, "trk_none")
	if err := <-none.done; err == nil || !strings.Contains(err.Error(), "not_found") {
		t.Errorf("got %v", err)
	}
}

// Where there is no live view it says so, and looks by itself.
func TestFollowWithoutALiveView(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	l := s.buy(t, "yanwen.tracked", "order-de.json", "old")
	to, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Header.Del("Accept")
	}}
	front := httptest.NewServer(proxy)
	defer front.Close()
	f := s.follow(t, front.URL, l.Tracker)
	eventually(t, "it says so", func() bool { return strings.Contains(f.complaints.String(), "no live view") })
	s.call("POST", "/_control/push", map[string]any{"carrier": "yanwen", "tracking_number": l.TrackingNumber, "journey": "delivered"})
	f.ends(t)
	s.once(t, f, l.Tracker)
}

func TestEventReader(t *testing.T) {
	t.Parallel()
	in := newEventReader(strings.NewReader(": hello\n\nevent: a\nid: 1\ndata: x\ndata:y\n\nid: 2\n\ndata:\n\nevent: cut\ndata: off"))
	var got []string
	lines := 0
	for in.next(func() { lines++ }) {
		got = append(got, fmt.Sprintf("%s %s %q", in.kind, in.id, in.data))
	}
	if want := []string{`a 1 "x\ny"`, ` 2 ""`}; fmt.Sprint(got) != fmt.Sprint(want) || lines != 13 || in.err() != nil {
		t.Errorf("got %q after %d lines, %v", got, lines, in.err())
	}
}

// A refusal that would come again is final; what a busy or broken server says is not.
func TestWhatIsFinal(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{401: true, 404: true, 429: false, 503: false} {
		p := &problemError{}
		p.Status, p.Retryable = status, status == 429 || status == 503
		if got := final(p); got != want {
			t.Errorf("%d: got %v", status, got)
		}
	}
	if final(errNoView) || final(nil) {
		t.Error("no refusal is final")
	}
	var c cobra.Command
	var out bytes.Buffer
	c.SetErr(&out)
	(&follower{c: &c}).say("x")
	if out.String() != "crossdock: x\n" {
		t.Errorf("got %q", out.String())
	}
}
