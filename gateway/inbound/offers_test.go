package inbound

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Offers that ran out are made anew while somebody may still come, not for ever; whoever comes
// later is told, and new ones are made for him.
func TestOffersRunOut(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.platform.lives = time.Hour
		s.create(sample())
		s.pack(boxes(s.until(statusNeedsPacking)))
		old := s.until(statusNeedsPlacement)
		s.sleep(time.Hour + 2*time.Minute)
		time.Sleep(30 * time.Second) // the new ones are made
		p := s.until(statusNeedsPlacement)
		if p.Placements[0].ID == old.Placements[0].ID || s.platform.count("GeneratePlacement") != 2 {
			t.Fatalf("%d times: %+v", s.platform.count("GeneratePlacement"), p.Placements)
		}
		if _, _, err := s.place(old.Placements[0].ID, "k0"); code(err) != "not_found" {
			t.Errorf("an option of before: %v", err)
		}
		s.sleep(24 * time.Hour)
		p = s.get()
		if n := s.platform.count("GeneratePlacement"); n != 1+maxRenewed || p.Placements[0].Status != adapters.OptionExpired {
			t.Errorf("made %d times, the first is %s", n, p.Placements[0].Status)
		}
		if _, _, err := s.place(p.Placements[0].ID, "k1"); code(err) != "rate_expired" {
			t.Errorf("an expired option: %v", err)
		}
		time.Sleep(2 * time.Minute)
		s.mustPlace(s.until(statusNeedsPlacement), 1, "k1")
		s.until(statusNeedsTransportation)
	})
}

// Somebody confirmed in the platform's own pages: the plan goes on from there.
func TestAPlacementThatWasConfirmedElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		s.pack(boxes(s.until(statusNeedsPacking)))
		p := s.until(statusNeedsPlacement)
		s.platform.mu.Lock()
		setStatus(s.platform.plans[0].placements, p.Placements[1].ID)
		s.platform.mu.Unlock()
		s.mustPlace(p, 1, "k1") // of the other option
		p = s.until(statusNeedsTransportation)
		if len(p.Shipments) != 2 || !has(p, "placement_taken") || s.platform.count("ConfirmPlacement") != 0 {
			t.Errorf("%d shipments, problems %+v", len(p.Shipments), p.Problems)
		}
	})
}

// Another day to collect is quoted again; the carrier that was chosen is taken where it costs no
// more, and not taken where it does.
func TestAnotherDayIsQuotedAgain(t *testing.T) {
	for _, c := range []struct {
		name   string
		dearer int64
		status string
	}{{"for the same", 0, statusLabelsReady}, {"for more", 1, statusNeedsTransportation}} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *stand) {
				p := s.placed(sample())
				s.platform.placementFee = c.dearer
				r := choose(p, "North Post")
				r.ReadyFrom = time.Now().Add(72 * time.Hour).Truncate(time.Minute)
				if _, _, err := s.carry(r, "k1"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				p = s.until(c.status)
				if got := s.platform.plans[0].ready[p.Shipments[0].ID]; !got.Equal(r.ReadyFrom) || s.platform.count("GenerateTransport") != 2 {
					t.Errorf("quoted for %v, want %v", got, r.ReadyFrom)
				}
				if bought := len(s.platform.plans[0].selected) > 0; bought != (c.dearer == 0) || has(p, "rate_mismatch") != (c.dearer > 0) {
					t.Errorf("bought: %v, problems %+v", bought, p.Problems)
				}
			})
		})
	}
}

// An option that asks for a delivery window is not confirmed without one, and the window first.
func TestDeliveryWindows(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.platform.windows = true
		p := s.placed(sample())
		sh := p.Shipments[0]
		r := choose(p, "North Freight")
		for _, w := range []map[string]string{nil, {sh.ID: "dw-none"}, {sh.ID: sh.DeliveryWindows[1].ID}} { // the last one is blocked
			r.Windows = w
			if _, _, err := s.carry(r, "k1"); code(err) != "invalid_request" {
				t.Errorf("%v: %v", w, err)
			}
		}
		r.Windows = map[string]string{sh.ID: sh.DeliveryWindows[0].ID}
		if _, _, err := s.carry(r, "k1"); err != nil {
			t.Fatal(err)
		}
		p = s.until(statusLabelsReady)
		if p.Shipments[0].Window != sh.DeliveryWindows[0].ID || !slices.ContainsFunc(p.Documents, func(d Document) bool { return d.Type == "bill_of_lading" }) {
			t.Errorf("window %s, documents %+v", p.Shipments[0].Window, p.Documents)
		}
	})
}

// Freight is quoted once its pallets are told.
func TestQuotesAreAskedForAgain(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		p := s.placed(sample())
		if len(p.Shipments[0].Transportation) != 2 {
			t.Fatalf("got %+v", p.Shipments[0].Transportation)
		}
		r := TransportRequest{Shipments: []TransportShipment{{Shipment: "sh-none"}}}
		if _, err := s.svc.Transport(t.Context(), "t1", s.id, r); code(err) != "invalid_request" {
			t.Errorf("a stranger: %v", err)
		}
		r.Shipments = []TransportShipment{{Shipment: p.Shipments[0].ID, Pallets: []Pallet{{Count: 1, Weight: 100 * normalize.Pound}}, Freight: &Freight{Class: "FC_50", DeclaredValue: usd(10000)}}}
		if _, err := s.svc.Transport(t.Context(), "t1", s.id, r); err != nil {
			t.Fatal(err)
		}
		p = s.until(statusNeedsTransportation)
		if len(p.Shipments[0].Transportation) != 3 || !p.Shipments[0].Transportation[2].Partnered {
			t.Errorf("got %+v", p.Shipments[0].Transportation)
		}
	})
}

// What is wrong with a selection is said at once, with the place of it.
func TestASelectionIsWhole(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		s.pack(boxes(s.until(statusNeedsPacking)))
		s.mustPlace(s.until(statusNeedsPlacement), 2, "place")
		p := s.until(statusNeedsTransportation)
		one, two := p.Shipments[0], p.Shipments[1]
		for name, c := range map[string]struct {
			selections map[string]string
			pointer    string
		}{
			"one is missing":    {map[string]string{one.ID: one.Transportation[0].ID}, "/selections/" + two.ID},
			"another's option":  {map[string]string{one.ID: one.Transportation[0].ID, two.ID: one.Transportation[0].ID}, "/selections/" + two.ID},
			"a stranger":        {map[string]string{one.ID: one.Transportation[0].ID, two.ID: two.Transportation[0].ID, "sh-x": "to-x"}, "/selections/sh-x"},
			"partnered and own": {map[string]string{one.ID: one.Transportation[0].ID, two.ID: two.Transportation[1].ID}, "/selections"},
		} {
			_, _, err := s.carry(TransportConfirmRequest{Confirm: "irreversible", Selections: c.selections}, "k-"+name)
			f, ok := errors.AsType[normalize.FieldErrors](err)
			if !ok || f[0].Pointer != c.pointer {
				t.Errorf("%s: got %v, want %s", name, err, c.pointer)
			}
		}
		if s.platform.count("ConfirmTransport") != 0 {
			t.Error("something was sent")
		}
	})
}
