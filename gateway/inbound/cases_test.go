package inbound

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

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
