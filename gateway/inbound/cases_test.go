package inbound

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// lost is an answer that never came.
func lost() error { return normalize.Fail(normalize.KindTimeout, "no answer in time") }

// once fails the first call of a name.
func once(name string, err error) func(string) error {
	done := false
	return func(called string) error {
		if called != name || done {
			return nil
		}
		done = true
		return err
	}
}

// An answer that was lost after it happened is read from the platform's state; one that was lost
// before is proven absent after the quiet period. Neither is sent again by itself.
func TestALostConfirmation(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		s.pack(boxes(s.until(statusNeedsPacking)))
		p := s.until(statusNeedsPlacement)
		s.platform.before = once("ConfirmPlacement", lost())
		began := time.Now()
		s.mustPlace(p, 1, "k1")
		p = s.until(statusNeedsPlacement)
		if !has(p, "outcome_unknown") || time.Since(began) < 30*time.Second || s.platform.count("ConfirmPlacement") != 1 {
			t.Fatalf("after %v and %d calls: %+v", time.Since(began), s.platform.count("ConfirmPlacement"), p.Problems)
		}
		if p, replayed, err := s.place(p.Placements[0].ID, "k1"); err != nil || !replayed || p.Status != statusNeedsPlacement {
			t.Errorf("the old key: %s, %v, %v", p.Status, replayed, err)
		}
		s.platform.after = once("ConfirmPlacement", lost())
		s.mustPlace(p, 1, "k2")
		p = s.until(statusNeedsTransportation)
		if len(p.Problems) > 0 || s.platform.count("ConfirmPlacement") != 2 {
			t.Errorf("%d calls, problems %+v", s.platform.count("ConfirmPlacement"), p.Problems)
		}
		s.platform.after = once("ConfirmTransport", lost())
		if _, _, err := s.carry(choose(p, "North Post"), "k3"); err != nil {
			t.Fatal(err)
		}
		p = s.until(statusLabelsReady)
		if s.platform.count("ConfirmTransport") != 1 || *p.Spent != usd(1400) {
			t.Errorf("%d calls, spent %v", s.platform.count("ConfirmTransport"), p.Spent)
		}
	})
}

// A refusal is certain: the plan waits again, with the platform's words, and the next try is a
// person's.
func TestARefusedConfirmation(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		p := s.placed(sample())
		s.platform.refuse["ConfirmTransport"] = []adapters.InboundProblem{{Code: "BadRequest", Message: "the carrier did not confirm", Severity: "error"}}
		if _, _, err := s.carry(choose(p, "North Post"), "k1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		p = s.until(statusNeedsTransportation)
		if !has(p, "BadRequest") || s.platform.count("ConfirmTransport") != 1 {
			t.Fatalf("%d calls, problems %+v", s.platform.count("ConfirmTransport"), p.Problems)
		}
		if _, _, err := s.carry(choose(p, "North Post"), "k2"); err != nil {
			t.Fatal(err)
		}
		if p = s.until(statusLabelsReady); len(p.Problems) > 0 {
			t.Errorf("answered problems stay: %+v", p.Problems)
		}
	})
}

// What says nothing about the request is tried again: no quota, no credentials. The plan shows it
// while it lasts.
func TestTroubleOnTheWayPasses(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		fails := 0
		s.platform.before = func(name string) error {
			kinds := []*normalize.Error{{Kind: normalize.KindRateLimited, RetryAfter: 5 * time.Second}, {Kind: normalize.KindAuthFailed}, {Kind: normalize.KindUnavailable, NotSent: true}}
			if name == "CreatePlan" && fails < len(kinds) {
				fails++
				return kinds[fails-1]
			}
			return nil
		}
		s.create(sample())
		time.Sleep(3 * time.Second)
		if p := s.get(); !has(p, "rate_limited") || !p.Problems[0].Passing {
			t.Errorf("got %+v", p.Problems)
		}
		p := s.until(statusNeedsPacking)
		if len(p.Problems) > 0 || len(s.platform.plans) != 1 {
			t.Errorf("problems %+v, %d plans", p.Problems, len(s.platform.plans))
		}
	})
}

// A plan that the platform refuses has failed; whoever may say why is told which line it is.
func TestARefusedPlan(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.platform.refuse["CreatePlan"] = []adapters.InboundProblem{{Code: "NW49", Message: "no such goods", Severity: "error", SKU: "CASE-1"}}
		s.create(sample())
		p := s.until(statusFailed)
		if len(p.Problems) != 1 || p.Problems[0] != (Problem{Code: "NW49", Message: "no such goods", Severity: "error", Pointer: "/items/0"}) {
			t.Errorf("got %+v", p.Problems)
		}
		if p, err := s.svc.Cancel(t.Context(), "t1", s.id); err != nil {
			t.Errorf("a failed plan that exists is cancelled: %+v, %v", p, err)
		}
		s.until(statusCancelled)
	})
}

// A lost creation is found by its name; one that did not happen is sent again after the quiet
// period; and one that turns up late is cancelled beside the other.
func TestALostCreation(t *testing.T) {
	t.Run("it happened", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.after = once("CreatePlan", lost())
			s.create(sample())
			if p := s.until(statusNeedsPacking); p.CarrierPlanID != "wf-1" || s.platform.count("CreatePlan") != 1 {
				t.Errorf("plan %s after %d calls", p.CarrierPlanID, s.platform.count("CreatePlan"))
			}
		})
	})
	t.Run("its reply was kept", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.kept.Status, s.kept.Body = 202, []byte("wf-1 op-2") // and then lost, before it was read
			s.platform.after = once("CreatePlan", lost())
			s.create(sample())
			if p := s.until(statusNeedsPacking); p.CarrierPlanID != "wf-1" || s.platform.count("FindPlans") != 0 {
				t.Errorf("plan %s after %d searches", p.CarrierPlanID, s.platform.count("FindPlans"))
			}
		})
	})
	t.Run("it did not", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.before = once("CreatePlan", lost())
			s.create(sample())
			began := time.Now()
			s.until(statusNeedsPacking)
			if s.platform.count("CreatePlan") != 2 || time.Since(began) < 30*time.Second || s.platform.count("CancelPlan") != 0 {
				t.Errorf("%d calls within %v", s.platform.count("CreatePlan"), time.Since(began))
			}
		})
	})
	t.Run("it shows up late", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.searchLag = 5 * time.Minute // longer than the quiet period
			s.platform.after = once("CreatePlan", lost())
			s.create(sample())
			p := s.until(statusNeedsPacking)
			s.sleep(21 * time.Minute)
			active := 0
			for _, r := range s.platform.plans {
				if r.Status == adapters.PlanActive {
					active++
				}
			}
			if len(s.platform.plans) != 2 || active != 1 || p.CarrierPlanID != s.platform.plans[1].ID {
				t.Errorf("%d plans, %d active, ours is %s", len(s.platform.plans), active, p.CarrierPlanID)
			}
		})
	})
	t.Run("a stranger's plan of that name", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.plans = append(s.platform.plans, &remotePlan{InboundPlanInfo: adapters.InboundPlanInfo{ID: "old", Name: "autumn", Status: adapters.PlanActive, CreatedAt: time.Now().Add(-time.Hour)}})
			s.platform.before = once("CreatePlan", lost())
			s.create(sample())
			if p := s.until(statusNeedsPacking); p.CarrierPlanID == "old" || s.platform.plans[0].Status != adapters.PlanActive {
				t.Errorf("took %s, and the old one is %s", p.CarrierPlanID, s.platform.plans[0].Status)
			}
		})
	})
}

// Where the platform asks how goods are prepared, it is told what the request says, and the plan
// is made again; where the request says nothing, the line is named.
func TestPrepDetails(t *testing.T) {
	t.Run("said", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.unknownPrep["CASE-1"] = true
			r := sample()
			r.Items[0].Prep = &Prep{Category: "none", Types: []string{"item_no_prep"}}
			s.create(r)
			if p := s.until(statusNeedsPacking); len(p.Problems) > 0 || s.platform.count("SetPrep") != 1 || s.platform.count("CreatePlan") != 2 {
				t.Errorf("problems %+v after %d calls", p.Problems, s.platform.count("SetPrep"))
			}
		})
	})
	t.Run("not said", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.unknownPrep["CASE-1"] = true
			s.create(sample())
			p := s.until(statusFailed)
			if !slices.ContainsFunc(p.Problems, func(x Problem) bool { return x.Pointer == "/items/0/prep" }) || s.platform.count("SetPrep") != 0 {
				t.Errorf("got %+v", p.Problems)
			}
		})
	})
}

// Where every packing option costs, the plan waits for a person to take one.
func TestPackingOptionsThatCost(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.platform.freeOptions = false
		s.create(sample())
		p := s.until(statusNeedsPacking)
		if p.WaitingFor != "packing_option" || len(p.PackingGroups) != 1 {
			t.Fatalf("waits for %s with %d groups", p.WaitingFor, len(p.PackingGroups))
		}
		r := boxes(p)
		if _, err := s.svc.Pack(t.Context(), "t1", s.id, r); code(err) != "invalid_request" {
			t.Errorf("without an option: %v", err)
		}
		r.Option = p.PackingOptions[0].ID
		s.pack(r)
		if p = s.until(statusNeedsPlacement); p.PackingOptions[0].Status != adapters.OptionAccepted {
			t.Errorf("the option is %s", p.PackingOptions[0].Status)
		}
	})
}

// Packed later: the placement comes first, then the boxes of each shipment.
func TestPackedAfterThePlacement(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.create(sample())
		s.until(statusNeedsPacking)
		s.pack(PackRequest{Later: true})
		s.mustPlace(s.until(statusNeedsPlacement), 1, "place")
		p := s.until(statusNeedsPacking)
		r := PackRequest{Boxes: []Box{{Shipment: p.Shipments[0].ID, Count: 2, Weight: normalize.Kilogram, Content: "manual",
			Dimensions: normalize.Dimensions{Length: 1000, Width: 1000, Height: 1000}}}}
		s.pack(r)
		p = s.until(statusNeedsTransportation)
		if s.platform.count("ConfirmPacking") != 0 || s.platform.plans[0].boxes[0].Shipment != p.Shipments[0].ID {
			t.Errorf("boxes %+v", s.platform.plans[0].boxes)
		}
	})
}

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

// One's own carrier has no quote and costs the platform nothing; its numbers are told afterwards.
func TestOnesOwnCarrier(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		p := s.placed(sample())
		if _, _, err := s.carry(choose(p, "Other"), "k1"); err != nil {
			t.Fatal(err)
		}
		p = s.until(statusLabelsReady)
		if *p.Spent != usd(400) {
			t.Errorf("spent %v, want the placement alone", p.Spent)
		}
		sh := p.Shipments[0]
		for name, r := range map[string]TrackingRequest{
			"nothing":        {Shipment: sh.ID},
			"a strange box":  {Shipment: sh.ID, Boxes: []BoxNumber{{"U9", "1Z1"}}},
			"bill alone":     {Shipment: sh.ID, BillOfLading: "B1"},
			"no shipment":    {Shipment: "sh-x", Boxes: []BoxNumber{{sh.Boxes[0].ID, "1Z1"}}},
			"both at a time": {Shipment: sh.ID, FreightBill: "F1", Boxes: []BoxNumber{{sh.Boxes[0].ID, "1Z1"}}},
		} {
			if _, err := s.svc.Tracking(t.Context(), "t1", s.id, r); code(err) != "invalid_request" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.svc.Tracking(t.Context(), "t1", s.id, TrackingRequest{Shipment: sh.ID, Boxes: []BoxNumber{{sh.Boxes[0].ID, "1Z999AA10123456784"}}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if p = s.get(); len(p.Shipments[0].Tracking) != 1 || p.Shipments[0].Tracking[0].Number != "1Z999AA10123456784" {
			t.Errorf("got %+v", p.Shipments[0].Tracking)
		}
	})
}

// A plan is cancelled at any point before it has left; what cannot be voided any more stays spent.
func TestCancel(t *testing.T) {
	cancel := func(t *testing.T, s *stand) Plan {
		t.Helper()
		if _, err := s.svc.Cancel(t.Context(), "t1", s.id); err != nil {
			t.Fatal(err)
		}
		return s.until(statusCancelled)
	}
	t.Run("while it waits", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.create(sample())
			s.until(statusNeedsPacking)
			p := cancel(t, s)
			if s.platform.plans[0].Status != adapters.PlanVoided || p.Spent != nil {
				t.Errorf("the platform's is %s, spent %v", s.platform.plans[0].Status, p.Spent)
			}
			if _, err := s.svc.Cancel(t.Context(), "t1", s.id); err != nil {
				t.Errorf("again: %v", err)
			}
			if _, err := s.svc.Pack(t.Context(), "t1", s.id, PackRequest{Later: true}); code(err) != "state_conflict" {
				t.Errorf("packing it: %v", err)
			}
		})
	})
	t.Run("within the time to void", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			p := s.placed(sample())
			if _, _, err := s.carry(choose(p, "North Post"), "k1"); err != nil {
				t.Fatal(err)
			}
			s.until(statusLabelsReady)
			if p = cancel(t, s); p.Spent.Minor != 0 {
				t.Errorf("spent %v", p.Spent)
			}
		})
	})
	t.Run("too late to void", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.platform.lives = time.Hour
			p := s.placed(sample())
			if _, _, err := s.carry(choose(p, "North Post"), "k1"); err != nil {
				t.Fatal(err)
			}
			s.until(statusLabelsReady)
			s.sleep(25*time.Hour + time.Minute)
			if p = cancel(t, s); *p.Spent != usd(1000) {
				t.Errorf("spent %v, want what the carrier keeps", p.Spent)
			}
		})
	})
	t.Run("its answer is lost", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.create(sample())
			s.until(statusNeedsPacking)
			s.platform.after = once("CancelPlan", lost())
			cancel(t, s)
			if n := s.platform.count("CancelPlan"); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	})
	t.Run("after it has left", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			p := s.placed(sample())
			if _, _, err := s.carry(choose(p, "North Post"), "k1"); err != nil {
				t.Fatal(err)
			}
			s.until(statusLabelsReady)
			s.platform.move(adapters.InboundShipped)
			s.until(statusShipped)
			if _, err := s.svc.Cancel(t.Context(), "t1", s.id); code(err) != "state_conflict" {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("the platform refuses", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *stand) {
			s.create(sample())
			s.until(statusNeedsPacking)
			s.platform.refuse["CancelPlan"] = []adapters.InboundProblem{{Code: "TooLate", Message: "it has left", Severity: "error"}}
			if _, err := s.svc.Cancel(t.Context(), "t1", s.id); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			if p := s.until(statusNeedsPacking); !has(p, "TooLate") {
				t.Errorf("got %+v", p.Problems)
			}
		})
	})
}

// A label in another size is printed by the platform and kept; nonsense is refused.
func TestALabelInAnotherSize(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		p := s.placed(sample())
		if _, _, err := s.carry(choose(p, "North Post"), "k1"); err != nil {
			t.Fatal(err)
		}
		p = s.until(statusLabelsReady)
		d, err := s.svc.Document(t.Context(), "t1", s.id, p.Documents[0].ID, "")
		if err != nil || !strings.HasPrefix(string(d.Data), "%PDF-4x6") {
			t.Fatalf("got %q, %v", d.Data, err)
		}
		again, err := s.svc.Document(t.Context(), "t1", s.id, p.Documents[0].ID, "a4")
		if err != nil || !strings.HasPrefix(string(again.Data), "%PDF-a4") || again.ID == d.ID {
			t.Errorf("got %q, %v", again.Data, err)
		}
		if _, err := s.svc.Document(t.Context(), "t1", s.id, again.ID, "letter"); code(err) != "unsupported" {
			t.Errorf("a copy of a copy: %v", err)
		}
		if _, err := s.svc.Document(t.Context(), "t1", s.id, "doc_none", ""); code(err) != "not_found" {
			t.Errorf("no such paper: %v", err)
		}
	})
}

// Webhooks hear of each change of status, in order and once.
func TestEachStatusIsAnEvent(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.placed(sample())
		events, err := s.db.ListEvents(t.Context(), "t1", store.EventFilter{Types: []string{"inbound_plan.updated"}}, store.Page{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range slices.Backward(events.Items) {
			_, rest, _ := strings.Cut(string(e.Data), `"status":"`)
			status, _, _ := strings.Cut(rest, `"`)
			got = append(got, status)
		}
		want := []string{"needs_packing", "packing", "needs_placement", "placing", "needs_transportation"}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
