package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/egress"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/store/storetest"
)

const shop = "https://1.1.1.1/shop"

// bench is a service on a real store, and endpoints in memory in place of the internet.
type bench struct {
	*Service
	t     *testing.T
	db    *store.DB
	world *world
	logs  *logs
}

// logs are those of all processes.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// world answers for all endpoints: by URL, or 200.
type world struct {
	mu      sync.Mutex
	got     []call
	answers map[string]func(c call) (*http.Response, error)
	open    map[string]int // requests under way by URL
	most    map[string]int
}

// call is a request that arrived.
type call struct {
	url    string
	header http.Header
	body   []byte
	at     time.Time
	n      int // of those to this URL, from 1
	ctx    context.Context
}

func (c call) message() Message {
	var m Message
	if err := json.Unmarshal(c.body, &m); err != nil {
		panic(err)
	}
	return m
}

// RoundTrip takes a request in.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c := call{url: r.URL.String(), header: r.Header.Clone(), body: body, at: time.Now(), ctx: r.Context()}
	w.mu.Lock()
	for _, g := range w.got {
		if g.url == c.url {
			c.n++
		}
	}
	c.n++
	w.got = append(w.got, c)
	w.open[c.url]++
	w.most[c.url] = max(w.most[c.url], w.open[c.url])
	answer := w.answers[c.url]
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.open[c.url]--
		w.mu.Unlock()
	}()
	if answer == nil {
		return reply(200, "ok"), nil
	}
	return answer(c)
}

func reply(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func (w *world) answer(url string, fn func(c call) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[url] = fn
}

// calls are those to a URL.
func (w *world) calls(url string) []call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.got), func(c call) bool { return c.url != url })
}

// always gives the same status.
func always(status int) func(call) (*http.Response, error) {
	return func(call) (*http.Response, error) { return reply(status, ""), nil }
}

// never hangs until the caller gives up.
func never(c call) (*http.Response, error) {
	<-c.ctx.Done()
	return nil, c.ctx.Err()
}

func newBench(t *testing.T, set ...func(*Deps)) *bench {
	t.Helper()
	b := &bench{t: t, db: storetest.Open(t), logs: &logs{},
		world: &world{answers: map[string]func(call) (*http.Response, error){}, open: map[string]int{}, most: map[string]int{}}}
	b.Service = b.service(set...)
	return b
}

// resting lets the worker look that rarely, so that days pass quickly.
func resting(idle time.Duration) func(*Deps) {
	return func(d *Deps) { d.Limits.Idle, d.Limits.Watch = idle, 5*time.Minute+idle }
}

// service is another process on the same store.
func (b *bench) service(set ...func(*Deps)) *Service {
	b.t.Helper()
	g := egress.New(egress.Options{})
	d := Deps{Store: b.db, Guard: g, Logger: slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), Version: "test",
		Client: &http.Client{Transport: b.world, CheckRedirect: g.Client().CheckRedirect}}
	resting(2 * time.Second)(&d)
	for _, fn := range set {
		fn(&d)
	}
	s, err := New(d)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// run starts a service, and stops it at the end of the test or before.
func (b *bench) run(s *Service) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	b.t.Cleanup(stop)
	return stop
}

func (b *bench) create(tenant, url string, events ...string) Endpoint {
	b.t.Helper()
	if len(events) == 0 {
		events = []string{"tracker.updated"}
	}
	e, made, err := b.Create(b.t.Context(), tenant, "", Request{URL: url, Events: events})
	if err != nil || !made {
		b.t.Fatalf("create: %v, %v", made, err)
	}
	return e
}

// tell appends the scans of a parcel, from first on.
func (b *bench) tell(tenant, tracker string, first, n int) {
	b.t.Helper()
	for i := range n {
		err := b.db.AppendEvents(b.t.Context(), store.Event{Tenant: store.Tenant(tenant), Type: "tracker.updated", Subject: tracker, Sequence: int64(first + i),
			Data: json.RawMessage(fmt.Sprintf(`{"id":%q,"sequence":%d}`, tracker, first+i))})
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *bench) deliveries(e Endpoint) []Delivery {
	b.t.Helper()
	list, _, err := b.Deliveries(b.t.Context(), "ada", e.ID, DeliveryFilter{}, store.Page{Limit: 1000})
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func (b *bench) endpoint(e Endpoint) Endpoint {
	b.t.Helper()
	got, err := b.Get(b.t.Context(), "ada", e.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// bubble runs a test in a time of its own.
func bubble(t *testing.T, fn func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, fn)
}

// soon is long enough for what is due at once.
const soon = 10 * time.Second
