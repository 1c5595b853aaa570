package inbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// carrier is an invented carrier that pushes, signed with its secret.
type carrier struct {
	mu       sync.Mutex
	secret   string
	trust    adapters.Trust
	breaks   string // the method that panics
	readsAll bool   // the parser has learnt to read garbage, and the code ZZ
	polls    []time.Time
	shaken   []string // the secrets that went back
	deaf     int      // how many handshakes the carrier still fails
}

// push is the carrier's message.
type push struct {
	Parcels []struct {
		Number string   `json:"number"`
		Other  []string `json:"other,omitempty"`
		Scans  []struct {
			Code   string           `json:"code"`
			Status normalize.Status `json:"status"`
			At     time.Time        `json:"at"`
		} `json:"scans"`
	} `json:"parcels"`
}

func (c *carrier) Spec() adapters.Spec {
	return adapters.Spec{Code: "north", Services: []adapters.Service{{Name: "tracked"}}}
}

func (c *carrier) get() (string, adapters.Trust, string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.secret, c.trust, c.breaks, c.readsAll
}

func (c *carrier) set(f func(*carrier)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

func (c *carrier) Track(context.Context, normalize.TrackRequest) (normalize.Tracking, error) {
	c.set(func(c *carrier) { c.polls = append(c.polls, time.Now()) })
	return normalize.Tracking{}, normalize.Fail(normalize.KindNotFound, "no scan yet")
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (c *carrier) VerifyCallback(req adapters.CallbackRequest) (adapters.Trust, error) {
	secret, trust, breaks, _ := c.get()
	if breaks == "verify" {
		panic("nonsense")
	}
	if !hmac.Equal([]byte(req.Header.Get("X-North-Signature")), []byte(sign(secret, req.Body))) {
		return "", normalize.Fail(normalize.KindAuthFailed, "the signature is wrong")
	}
	return trust, nil
}

func (c *carrier) ParseCallback(req adapters.CallbackRequest) ([]normalize.Tracking, error) {
	_, _, breaks, readsAll := c.get()
	if breaks == "parse" {
		panic("nonsense")
	}
	var p push
	if err := json.Unmarshal(req.Body, &p); err != nil {
		if readsAll {
			return nil, nil
		}
		return nil, normalize.Fail(normalize.KindBadResponse, "not JSON")
	}
	var out []normalize.Tracking
	var odd error
	for _, parcel := range p.Parcels {
		if parcel.Number == "?" {
			odd = normalize.Fail(normalize.KindBadResponse, "an item is odd")
			continue
		}
		tr := normalize.Tracking{TrackingNumber: parcel.Number}
		for _, n := range parcel.Other {
			tr.Numbers = append(tr.Numbers, normalize.TrackedNumber{Number: n})
		}
		for _, s := range parcel.Scans {
			e := normalize.TrackingEvent{Code: s.Code, Status: s.Status, OccurredAt: s.At, RawTime: s.At.Format(time.RFC3339)}
			if s.Code == "ZZ" && !readsAll {
				e.Status, e.Substatus = normalize.StatusUnknown, normalize.SubstatusUnmapped
			}
			tr.Events = append(tr.Events, e)
		}
		out = append(out, tr)
	}
	return out, odd
}

const greeting = "hello "

func (c *carrier) IsHandshake(req adapters.CallbackRequest) bool {
	if _, _, breaks, _ := c.get(); breaks == "greeting" {
		panic("nonsense")
	}
	return strings.HasPrefix(string(req.Body), greeting)
}

func (c *carrier) Handshake(_ context.Context, req adapters.CallbackRequest) error {
	if _, _, breaks, _ := c.get(); breaks == "handshake" {
		panic("nonsense")
	}
	failed := false
	c.set(func(c *carrier) {
		if failed = c.deaf > 0; failed {
			c.deaf--
			return
		}
		c.shaken = append(c.shaken, strings.TrimPrefix(string(req.Body), greeting))
	})
	if failed {
		return normalize.Fail(normalize.KindUnavailable, "the carrier is down")
	}
	return nil
}

func (c *carrier) AckCallback(_ adapters.CallbackRequest, err error) adapters.Ack {
	if _, _, breaks, _ := c.get(); breaks == "ack" {
		panic("nonsense")
	}
	if err != nil {
		return adapters.Ack{Status: http.StatusOK, ContentType: "text/plain", Body: []byte("RETRY")}
	}
	return adapters.Ack{Status: http.StatusOK, ContentType: "text/plain", Body: []byte("OK")}
}

// message writes a push of one scan.
func message(number, code string, status normalize.Status, at time.Time) []byte {
	return fmt.Appendf(nil, `{"parcels":[{"number":%q,"scans":[{"code":%q,"status":%q,"at":%q}]}]}`, number, code, status, at.Format(time.RFC3339))
}

type direct struct{}

func (direct) Call(ctx context.Context, _ *accounts.Account, _ adapters.Operation, fn func(context.Context) error) error {
	return fn(ctx)
}

func (direct) Limit(adapters.Operation) time.Duration { return 10 * time.Second }

// faulty is a store that can be made to fail.
type faulty struct {
	store.Store
	mu     sync.Mutex
	append error
	apply  error
}

var errDisk = errors.New("the disk is gone")

func (f *faulty) set(change func(*faulty)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *faulty) AppendCallback(ctx context.Context, c store.Callback) (store.Callback, error) {
	f.mu.Lock()
	err := f.append
	f.mu.Unlock()
	if err != nil {
		return c, err
	}
	return f.Store.AppendCallback(ctx, c)
}

func (f *faulty) ApplyEvents(ctx context.Context, tenant store.Tenant, id string, events []store.TrackerEvent, fold store.Fold) (store.Tracker, []store.TrackerEvent, error) {
	f.mu.Lock()
	err := f.apply
	f.mu.Unlock()
	if err != nil {
		return store.Tracker{}, nil, err
	}
	return f.Store.ApplyEvents(ctx, tenant, id, events, fold)
}

// bench is an inbox with its trackers, its store and its carrier.
type bench struct {
	*Service
	t       testing.TB
	store   *faulty
	follow  *trackers.Service
	carrier *carrier
	account *accounts.Account
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
	b := &bench{t: t, store: &faulty{Store: db}, carrier: &carrier{secret: "s1", trust: adapters.TrustSigned}}
	spec := b.carrier.Spec()
	b.account = &accounts.Account{ID: accounts.ID("ada", "north", "main"), Tenant: "ada", Name: "main", Adapter: "north", Default: true,
		Enabled: true, Spec: spec, Ops: adapters.OpsOf(b.carrier), Services: []string{"tracked"},
		CallbackToken: accounts.CallbackToken([]byte("k"), "main", 0)}
	registry, err := accounts.NewRegistry([]adapters.Spec{spec}, []*accounts.Account{b.account})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	b.follow, err = trackers.New(trackers.Deps{Registry: registry, Caller: direct{}, Store: b.store, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	d := Deps{Registry: registry, Caller: direct{}, Store: b.store, Trackers: b.follow, Logger: logger}
	for _, f := range change {
		f(&d)
	}
	if b.Service, err = New(d); err != nil {
		t.Fatal(err)
	}
	return b
}

// run starts the worker and returns how to stop it.
func (b *bench) run() (stop func()) {
	ctx, cancel := context.WithCancel(b.t.Context())
	var work sync.WaitGroup
	work.Go(func() { b.Run(ctx) })
	return func() { cancel(); work.Wait() }
}

func request(body []byte, signature string) adapters.CallbackRequest {
	return adapters.CallbackRequest{Method: "POST", Body: body, Header: http.Header{
		"Content-Type": {"application/json"}, "X-North-Signature": {signature}, "User-Agent": {"north/1"}}}
}

// send pushes a message with the right signature.
func (b *bench) send(body []byte) adapters.Ack {
	b.t.Helper()
	secret, _, _, _ := b.carrier.get()
	return b.sendSigned(body, sign(secret, body))
}

func (b *bench) sendSigned(body []byte, signature string) adapters.Ack {
	b.t.Helper()
	ack, err := b.Accept(b.t.Context(), "north", b.account.CallbackToken, request(body, signature))
	if err != nil {
		b.t.Fatal(err)
	}
	return ack
}

func (b *bench) create(number string) string {
	b.t.Helper()
	tr, _, err := b.follow.Create(b.t.Context(), "ada", trackers.Request{TrackingNumber: number, Channel: "north.tracked"})
	if err != nil {
		b.t.Fatal(err)
	}
	return tr.ID
}

func (b *bench) tracker(id string) trackers.Tracker {
	b.t.Helper()
	tr, err := b.follow.Get(b.t.Context(), "ada", id)
	if err != nil {
		b.t.Fatal(err)
	}
	return tr
}

// in lists the messages in a state.
func (b *bench) in(state store.CallbackState) []Callback {
	b.t.Helper()
	list, _, err := b.List(b.t.Context(), "ada", string(state), store.Page{Limit: 1000})
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// totals counts the messages by state.
func (b *bench) totals() map[store.CallbackState]int {
	b.t.Helper()
	list, err := b.store.CallbackTotals(b.t.Context(), "ada", b.account.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[store.CallbackState]int{}
	for _, total := range list {
		out[total.State] = total.Count
	}
	return out
}

// log are the tracker's events, oldest first.
func (b *bench) log(id string) []store.Event {
	b.t.Helper()
	all, err := b.store.ReadEvents(b.t.Context(), 0, 100_000)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(e store.Event) bool { return e.Subject != id })
}
