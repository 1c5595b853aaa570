package inbound

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// stand is the service on a real store before an invented platform, in a bubble of its own time.
type stand struct {
	t        *testing.T
	platform *platform
	db       *store.DB
	life     *life
	svc      *Service
	stop     func()
	id       string
	round    int // of keys
	every    Intervals
	kept     *normalize.Evidence
}

// bubble runs a test in its own time, with a stand.
func bubble(t *testing.T, run func(t *testing.T, s *stand)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "x.db")})
		if err != nil {
			t.Fatal(err)
		}
		s := &stand{t: t, platform: newPlatform(t), db: db, every: DefaultIntervals(), kept: &normalize.Evidence{}}
		s.begin(0)
		t.Cleanup(func() {
			s.stop()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		run(t, s)
	})
}

// begin starts a process that dies at an event, 0 for never.
func (s *stand) begin(dieAt int) {
	s.t.Helper()
	a := &accounts.Account{ID: "acct_1", Tenant: "t1", Adapter: "north", Enabled: true, Default: true, Spec: spec(),
		Ops: adapters.OpsOf(s.platform), Services: []string{"small_parcel"}}
	registry, err := accounts.NewRegistry([]adapters.Spec{spec(), {Code: "post"}}, []*accounts.Account{a})
	if err != nil {
		s.t.Fatal(err)
	}
	s.life = &life{dieAt: dieAt}
	s.svc = New(Deps{Registry: registry, Caller: caller{s.life, s.kept}, Store: mortalStore{s.db, s.life}, Logger: slog.New(slog.DiscardHandler), Intervals: s.every})
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { s.svc.Run(ctx) })
	s.stop = func() {
		cancel()
		running.Wait()
	}
}

// sleep lets hours pass, in which the process looks for what is due every ten minutes only.
func (s *stand) sleep(d time.Duration) {
	s.t.Helper()
	for _, tick := range []time.Duration{10 * time.Minute, DefaultIntervals().Tick} {
		s.stop()
		s.every.Tick = tick
		s.begin(0)
		if tick > time.Minute {
			time.Sleep(d)
		}
	}
}

// sample is a plan of one SKU that the platform takes.
func sample() Request {
	return Request{Adapter: "north", Marketplace: "US", Name: "autumn",
		Source: normalize.Address{Name: "Li Wei", Phone: "+8675512345678", Line1: "88 Keyuan Rd", City: "Shenzhen", PostalCode: "518057", Country: "CN"},
		Items:  []Item{{SKU: "CASE-1", Quantity: 40, LabelOwner: "seller", PrepOwner: "none"}}}
}

// create opens the plan; a process that dies over it is asked again by its caller.
func (s *stand) create(r Request) Plan {
	s.t.Helper()
	p, _, err := s.svc.Create(s.t.Context(), "t1", "plan-"+r.Name, r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.id = p.ID
	return p
}

func (s *stand) get() Plan {
	s.t.Helper()
	p, err := s.svc.Get(s.t.Context(), "t1", s.id)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// until waits for a status.
func (s *stand) until(status string) Plan {
	s.t.Helper()
	for i := range 300 {
		if p := s.get(); p.Status == status && p.WaitingFor != "platform" || p.Status == status && status == statusFailed {
			return p
		}
		if time.Sleep(time.Second); i > 120 { // a shipment is looked at four times an hour
			time.Sleep(time.Minute)
		}
	}
	p := s.get()
	s.t.Fatalf("never %s: it is %s and waits for %q, problems %+v, history %+v", status, p.Status, p.WaitingFor, p.Problems, p.History)
	return p
}

// boxes pack everything of a plan into its groups.
func boxes(p Plan) PackRequest {
	var out PackRequest
	for _, g := range p.PackingGroups {
		b := Box{Group: g.ID, Weight: 10 * normalize.Kilogram, Dimensions: normalize.Dimensions{Length: 300_000, Width: 200_000, Height: 100_000}}
		for _, it := range g.Items {
			b.Items = append(b.Items, BoxItem{SKU: it.SKU, Quantity: it.Quantity})
		}
		out.Boxes = append(out.Boxes, b)
	}
	return out
}

func (s *stand) pack(r PackRequest) Plan {
	s.t.Helper()
	p, err := s.svc.Pack(s.t.Context(), "t1", s.id, r)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

var sure = ConfirmRequest{Confirm: "irreversible"}

func (s *stand) place(option, key string) (Plan, bool, error) {
	return s.svc.ConfirmPlacement(s.t.Context(), "t1", s.id, option, key, sure)
}

// mustPlace confirms the placement with so many shipments.
func (s *stand) mustPlace(p Plan, shipments int, key string) Plan {
	s.t.Helper()
	for _, o := range p.Placements {
		if len(o.Shipments) == shipments && o.Status == adapters.OptionOffered {
			out, _, err := s.place(o.ID, key)
			if err != nil {
				s.t.Fatal(err)
			}
			return out
		}
	}
	s.t.Fatalf("no placement of %d shipments among %+v", shipments, p.Placements)
	return Plan{}
}

// choose takes for every shipment the option of a carrier.
func choose(p Plan, carrier string) TransportConfirmRequest {
	r := TransportConfirmRequest{Confirm: "irreversible", Selections: map[string]string{}}
	for _, sh := range p.Shipments {
		for _, o := range sh.Transportation {
			if o.Carrier == carrier {
				r.Selections[sh.ID] = o.ID
			}
		}
	}
	return r
}

func (s *stand) carry(r TransportConfirmRequest, key string) (Plan, bool, error) {
	return s.svc.ConfirmTransport(s.t.Context(), "t1", s.id, key, r)
}

// placed leads a new plan to its transport.
func (s *stand) placed(r Request) Plan {
	s.t.Helper()
	s.create(r)
	s.pack(boxes(s.until(statusNeedsPacking)))
	s.mustPlace(s.until(statusNeedsPlacement), 1, "place")
	return s.until(statusNeedsTransportation)
}

func code(err error) string {
	if r, ok := errors.AsType[*gateway.Refusal](err); ok {
		return string(r.Code)
	}
	if _, ok := errors.AsType[normalize.FieldErrors](err); ok {
		return string(gateway.CodeInvalidRequest)
	}
	return fmt.Sprint(err)
}

func has(p Plan, problem string) bool {
	for _, one := range p.Problems {
		if one.Code == problem {
			return true
		}
	}
	return false
}
