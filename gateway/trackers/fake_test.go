package trackers

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// carrier is an invented carrier that answers polls from what it is told.
type carrier struct {
	mu    sync.Mutex
	known map[string]normalize.Tracking
	err   error
	panic bool
	hang  bool
	polls []time.Time
	busy  int
	most  int // polls at once, at most so far
}

func (c *carrier) Spec() adapters.Spec {
	return adapters.Spec{Code: "north", NumberForms: []string{`NW\d{9}`, `[A-Z]{2}\d{9}CN`},
		Services: []adapters.Service{{Name: "tracked"}, {Name: "plain"}},
		Statuses: adapters.StatusTable{Reads: adapters.ReadsCode, Source: "invented", Date: "2026-11-21",
			Codes: []adapters.StatusCode{{Code: "A", Status: normalize.StatusPickedUp}}}}
}

func (c *carrier) Track(ctx context.Context, req normalize.TrackRequest) (normalize.Tracking, error) {
	c.mu.Lock()
	c.polls = append(c.polls, time.Now())
	c.busy++
	c.most = max(c.most, c.busy)
	tr, ok := c.known[req.Ref.TrackingNumber]
	err, breaks, hangs := c.err, c.panic, c.hang
	c.mu.Unlock()
	defer func() { c.mu.Lock(); c.busy--; c.mu.Unlock() }()
	switch {
	case breaks:
		panic("nonsense")
	case hangs:
		<-ctx.Done()
		return normalize.Tracking{}, ctx.Err()
	case err != nil:
		return normalize.Tracking{}, err
	case !ok:
		return normalize.Tracking{}, normalize.Fail(normalize.KindNotFound, "no scan yet")
	}
	return tr, nil
}

func (c *carrier) tell(number string, events ...normalize.TrackingEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	tr := c.known[number]
	tr.TrackingNumber = number
	tr.Events = append(slices.Clone(tr.Events), events...)
	c.known[number] = tr
}

func (c *carrier) set(f func(*carrier)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

func (c *carrier) asked() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.polls)
}

// silent is a carrier that offers nothing to hear of its parcels.
type silent struct{}

func (silent) Spec() adapters.Spec {
	return adapters.Spec{Code: "mute", NumberForms: []string{`MU\d+`}, Services: []adapters.Service{{Name: "sea"}}}
}

// other has numbers of a form that north has, too.
type other struct{ carrier }

func (o *other) Spec() adapters.Spec {
	return adapters.Spec{Code: "south", NumberForms: []string{`[A-Z]{2}\d{9}CN`}, Services: []adapters.Service{{Name: "post"}}}
}

// direct calls without guards.
type direct struct{}

func (direct) Call(ctx context.Context, _ *accounts.Account, _ adapters.Operation, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return fn(ctx)
}

func (direct) Limit(adapters.Operation) time.Duration { return 10 * time.Second }

// bench is a service with its store and its carrier.
type bench struct {
	*Service
	t       testing.TB
	store   store.Store
	carrier *carrier
	account *accounts.Account
}

func account(tenant, name string, a adapters.Adapter) *accounts.Account {
	spec := a.Spec()
	out := &accounts.Account{ID: accounts.ID(tenant, spec.Code, name), Tenant: tenant, Name: name, Adapter: spec.Code,
		Default: true, Enabled: true, Spec: spec, Ops: adapters.OpsOf(a),
		CallbackToken: accounts.CallbackToken([]byte("k"), tenant+spec.Code+name, 0)}
	for _, s := range spec.Services {
		out.Services = append(out.Services, s.Name)
	}
	return out
}

func newBench(t testing.TB, change ...func(*Deps)) *bench {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "crossdock.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{t: t, store: db, carrier: &carrier{known: map[string]normalize.Tracking{}}}
	b.account = account("ada", "main", b.carrier)
	south := &other{}
	list := []*accounts.Account{b.account, account("ada", "main", silent{}), account("ben", "main", b.carrier), account("ben", "main", south)}
	registry, err := accounts.NewRegistry([]adapters.Spec{b.carrier.Spec(), silent{}.Spec(), south.Spec()}, list)
	if err != nil {
		t.Fatal(err)
	}
	d := Deps{Registry: registry, Caller: direct{}, Store: db, Logger: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&d)
	}
	if b.Service, err = New(d); err != nil {
		t.Fatal(err)
	}
	return b
}

// run starts the poller and returns how to stop it.
func (b *bench) run() (stop func()) {
	ctx, cancel := context.WithCancel(b.t.Context())
	var work sync.WaitGroup
	work.Go(func() { b.Run(ctx) })
	return func() { cancel(); work.Wait() }
}

func (b *bench) create(number string) Tracker {
	b.t.Helper()
	tr, _, err := b.Create(b.t.Context(), "ada", Request{TrackingNumber: number, Channel: "north.tracked"})
	if err != nil {
		b.t.Fatal(err)
	}
	return tr
}

func (b *bench) get(id string) Tracker {
	b.t.Helper()
	tr, err := b.Get(b.t.Context(), "ada", id)
	if err != nil {
		b.t.Fatal(err)
	}
	return tr
}

func (b *bench) row(id string) store.Tracker {
	b.t.Helper()
	row, err := b.store.Tracker(b.t.Context(), "ada", id)
	if err != nil {
		b.t.Fatal(err)
	}
	return row
}

func (b *bench) push(list ...normalize.Tracking) Applied {
	b.t.Helper()
	got, err := b.Apply(b.t.Context(), b.account, list, SourceCallback, "cbk_1")
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// log are the events of one tracker in the log, in order.
func (b *bench) log(id string) []store.Event {
	b.t.Helper()
	all, err := b.store.ReadEvents(b.t.Context(), 0, 10_000)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(e store.Event) bool { return e.Subject != id })
}
