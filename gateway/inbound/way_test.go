package inbound

import (
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The whole way: three decisions by a person, all else by the worker, each write once.
func TestAPlanGoesFromItsCreationToTheCount(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		if p := s.placed(sample()); p.Spent == nil || *p.Spent != usd(400) {
			t.Errorf("spent %v after the placement, want its fee less its discount", p.Spent)
		}
		p, replayed, err := s.carry(choose(s.get(), "North Post"), "transport")
		if err != nil || replayed || p.Status != statusConfirming {
			t.Fatalf("got %s, %v, %v", p.Status, replayed, err)
		}
		p = s.until(statusLabelsReady)
		if len(p.Documents) != 2 || *p.Spent != usd(1400) || p.Shipments[0].ConfirmationID == "" || p.Documents[0].Shipment != p.Shipments[0].ID {
			t.Errorf("got %+v", p)
		}
		for _, next := range [][2]string{{adapters.InboundInTransit, statusShipped}, {adapters.InboundReceiving, statusReceived}, {adapters.InboundClosed, statusClosed}} {
			s.platform.move(next[0])
			p = s.until(next[1])
		}
		if it := p.Shipments[0].Items[0]; it.Received == nil || *it.Received != 39 || p.WaitingFor != "" {
			t.Errorf("got %+v, waiting for %q", it, p.WaitingFor)
		}
		for _, write := range []string{"CreatePlan", "GeneratePacking", "SetPacking", "ConfirmPacking", "GeneratePlacement", "ConfirmPlacement", "GenerateTransport", "ConfirmTransport"} {
			if n := s.platform.count(write); n != 1 {
				t.Errorf("%s was called %d times", write, n)
			}
		}
		before := s.platform.count("GetShipment")
		s.sleep(24 * time.Hour)
		if n := s.platform.count("GetShipment"); n != before {
			t.Errorf("a closed plan is still asked for, %d times a day", n-before)
		}
	})
}

// No write reaches the platform before it is in the store, marked as maybe sent.
func TestEveryWriteIsWrittenAhead(t *testing.T) {
	steps := map[string]string{"CreatePlan": stepCreatePlan, "GeneratePacking": stepGeneratePacking, "SetPacking": stepSetPacking, "ConfirmPacking": stepConfirmPacking,
		"GeneratePlacement": stepGeneratePlacement, "ConfirmPlacement": stepConfirmPlacement, "GenerateTransport": stepGenerateTransport, "ConfirmTransport": stepConfirmTransport}
	bubble(t, func(t *testing.T, s *stand) {
		seen := map[string]bool{}
		s.platform.before = func(name string) error {
			want, write := steps[name]
			if !write {
				return nil
			}
			plans, err := s.db.ListPlans(t.Context(), "t1", store.PlanFilter{}, store.Page{})
			if err != nil || len(plans.Items) != 1 {
				t.Errorf("%d plans, %v", len(plans.Items), err)
				return nil
			}
			list, err := s.db.StepsOf(t.Context(), "t1", plans.Items[0].ID)
			if err != nil {
				t.Error(err)
			}
			for _, step := range list {
				seen[name] = seen[name] || step.Name == want && step.State == store.StepUnknown && step.Operation == ""
			}
			return nil
		}
		s.placed(sample())
		if _, _, err := s.carry(choose(s.get(), "North Post"), "transport"); err != nil {
			t.Fatal(err)
		}
		s.until(statusLabelsReady)
		for name := range steps {
			if !seen[name] {
				t.Errorf("%s was sent before it was written down", name)
			}
		}
	})
}

// The same key and body do nothing twice and answer with the plan as it stands; another body is
// refused, and another key meets a plan that has moved on.
func TestAKeyConfirmsOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		s.pack(boxes(s.until(statusNeedsPacking)))
		p := s.until(statusNeedsPlacement)
		one, two := p.Placements[0].ID, p.Placements[1].ID
		if _, replayed, err := s.place(one, "k1"); err != nil || replayed {
			t.Fatalf("got %v, %v", replayed, err)
		}
		for _, c := range []struct{ option, key, want string }{{one, "k1", "<nil>"}, {two, "k1", "idempotency_key_reused"}, {two, "k2", "state_conflict"}, {one, "plan-autumn", "state_conflict"}} {
			if _, _, err := s.place(c.option, c.key); code(err) != c.want {
				t.Errorf("%s by %s: got %s, want %s", c.option, c.key, code(err), c.want)
			}
		}
		s.until(statusNeedsTransportation)
		if p, replayed, err := s.place(one, "k1"); err != nil || !replayed || p.Status != statusNeedsTransportation {
			t.Errorf("later: %s, %v, %v", p.Status, replayed, err)
		}
		if n := s.platform.count("ConfirmPlacement"); n != 1 {
			t.Errorf("confirmed %d times", n)
		}
		_, _, err := s.svc.ConfirmPlacement(t.Context(), "t1", s.id, one, "k3", ConfirmRequest{Confirm: "yes"})
		if code(err) != "invalid_request" {
			t.Errorf("without the word: %v", err)
		}
		if _, _, err := s.carry(choose(s.get(), "North Post"), "k1"); code(err) != "idempotency_key_reused" {
			t.Errorf("a key of another confirmation: %v", err)
		}
	})
}

// Another tenant's plan is not there, by any door.
func TestAStrangersPlanIsNotThere(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		p := s.create(sample())
		ctx := t.Context()
		_, get := s.svc.Get(ctx, "t2", p.ID)
		_, pack := s.svc.Pack(ctx, "t2", p.ID, PackRequest{Later: true})
		_, _, place := s.svc.ConfirmPlacement(ctx, "t2", p.ID, "x", "k", sure)
		_, cancel := s.svc.Cancel(ctx, "t2", p.ID)
		_, doc := s.svc.Document(ctx, "t2", p.ID, "doc_1", "")
		for name, err := range map[string]error{"get": get, "pack": pack, "place": place, "cancel": cancel, "document": doc} {
			if code(err) != "not_found" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A request that cannot be served is refused before anything is written.
func TestCreateRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"unknown adapter":        {func(r *Request) { r.Adapter = "south" }, "invalid_request"},
		"a carrier of parcels":   {func(r *Request) { r.Adapter = "post" }, "unsupported"},
		"somebody's account":     {func(r *Request) { r.Account = "acct_2" }, "invalid_request"},
		"the platform's own no":  {func(r *Request) { r.Name = "now!" }, "invalid_request"},
		"a name with a new line": {func(r *Request) { r.Name = "a\nb" }, "invalid_request"},
		"no such country":        {func(r *Request) { r.Marketplace = "ZZ" }, "invalid_request"},
		"a SKU twice":            {func(r *Request) { r.Items = append(r.Items, r.Items[0]) }, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *stand) {
				r := sample()
				c.change(&r)
				if _, _, err := s.svc.Create(t.Context(), "t1", "k", r); code(err) != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
				if list, err := s.db.ListPlans(t.Context(), "t1", store.PlanFilter{}, store.Page{}); err != nil || len(list.Items) > 0 {
					t.Errorf("%d plans, %v", len(list.Items), err)
				}
			})
		})
	}
}

// The key of a plan works like that of a label, and a name is taken once in an account.
func TestAPlanIsCreatedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		p := s.create(sample())
		again, replayed, err := s.svc.Create(t.Context(), "t1", "plan-autumn", sample())
		if err != nil || !replayed || again.ID != p.ID {
			t.Errorf("the same again: %s, %v, %v", again.ID, replayed, err)
		}
		other := sample()
		other.Items[0].Quantity++
		if _, _, err := s.svc.Create(t.Context(), "t1", "plan-autumn", other); code(err) != "idempotency_key_reused" {
			t.Errorf("another body: %v", err)
		}
		if _, _, err := s.svc.Create(t.Context(), "t1", "k2", other); code(err) != "state_conflict" {
			t.Errorf("the same name: %v", err)
		}
	})
}

// A box over the limit is refused by the limit's name, and nothing is sent.
func TestABoxOverTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		r := boxes(s.until(statusNeedsPacking))
		r.Boxes[0].Weight = 50*normalize.Pound + 1
		_, err := s.svc.Pack(t.Context(), "t1", s.id, r)
		f, ok := err.(normalize.FieldErrors)
		if !ok || len(f) != 1 || f[0].Pointer != "/boxes/0/weight" || f[0].Detail != "weight 22.679618500001 kg exceeds max_weight 22.6796185 kg (50 lb)" {
			t.Errorf("got %+v", err)
		}
		r.Boxes[0].Weight = 50 * normalize.Pound
		s.pack(r)
		s.until(statusNeedsPlacement)
		if n := s.platform.count("SetPacking"); n != 1 {
			t.Errorf("boxes were sent %d times", n)
		}
	})
}
