package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/inbound"
	"github.com/crossdock-hub/crossdock/normalize"
)

// plan makes a request that answers with a plan, which must have this status.
func (s *stand) plan(t *testing.T, status int, method, path string, body any, header ...string) inbound.Plan {
	t.Helper()
	r := s.call(method, path, body, header...)
	if r.status != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, r.status, status, r.body)
	}
	var p inbound.Plan
	r.into(t, &p)
	return p
}

// until waits for a plan to come to a status. One that fails on the way ends the test.
func (s *stand) until(t *testing.T, id, status string) inbound.Plan {
	t.Helper()
	var p inbound.Plan
	eventually(t, status, func() bool {
		p = s.plan(t, 200, "GET", "/v1/inbound-plans/"+id, nil)
		if p.Status == "failed" && status != "failed" {
			t.Fatalf("failed: %+v", p.Problems)
		}
		return p.Status == status
	})
	return p
}

// newPlan opens the shipped example plan under a name, as changed.
func (s *stand) newPlan(t *testing.T, name string, change func(map[string]any)) inbound.Plan {
	t.Helper()
	body := example(t, "plan-us.json")
	body["name"] = name
	if change != nil {
		change(body)
	}
	return s.plan(t, 202, "POST", "/v1/inbound-plans", body, "Idempotency-Key", "plan-"+name)
}

// boxes are the shipped example boxes for the plan's one group.
func boxes(t *testing.T, p inbound.Plan) map[string]any {
	t.Helper()
	if len(p.PackingGroups) != 1 {
		t.Fatalf("%d packing groups, want one", len(p.PackingGroups))
	}
	body := example(t, "boxes-us.json")
	for _, b := range body["boxes"].([]any) {
		b.(map[string]any)["group"] = p.PackingGroups[0].ID
	}
	return body
}

// placed leads a plan to its transport options, by the placement with so many shipments.
func (s *stand) placed(t *testing.T, name string, shipments int) inbound.Plan {
	t.Helper()
	p := s.until(t, s.newPlan(t, name, nil).ID, "needs_packing")
	at := "/v1/inbound-plans/" + p.ID
	s.plan(t, 202, "POST", at+"/packing", boxes(t, p))
	p = s.until(t, p.ID, "needs_placement")
	i := slices.IndexFunc(p.Placements, func(o inbound.Placement) bool { return len(o.Shipments) == shipments })
	s.plan(t, 202, "POST", at+"/placements/"+p.Placements[i].ID+"/confirm", sure, "Idempotency-Key", "place-"+name)
	return s.until(t, p.ID, "needs_transportation")
}

var sure = map[string]any{"confirm": "irreversible"}

// selections takes for each shipment the option of this mode, partnered or not.
func selections(t *testing.T, p inbound.Plan, mode string, partnered bool) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, sh := range p.Shipments {
		i := slices.IndexFunc(sh.Transportation, func(o inbound.Transportation) bool { return o.Mode == mode && o.Partnered == partnered })
		if i < 0 {
			t.Fatalf("no %s option (partnered: %v) among %+v", mode, partnered, sh.Transportation)
		}
		out[sh.ID] = sh.Transportation[i].ID
	}
	return out
}

// A plan goes from creation to closed: the platform's steps are driven, its papers are stored and
// scan, what was confirmed was bought once, and what the warehouse counts comes back.
func TestAPlanGoesFromCreationToTheWarehouse(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	p := s.placed(t, "to-the-end", 2)
	at := "/v1/inbound-plans/" + p.ID
	if p.Spent == nil || p.Spent.Amount() != "23.00" { // 160 units at 0.15, less a discount of 1.00
		t.Errorf("spent %v after the placement, want 23.00 USD", p.Spent)
	}
	picks := selections(t, p, "small_parcel", true)
	s.plan(t, 202, "POST", at+"/transportation/confirm", map[string]any{"confirm": "irreversible", "selections": picks}, "Idempotency-Key", "transport-1")
	p = s.until(t, p.ID, "labels_ready")
	checkPapers(t, s, p)
	if charged := s.charged(t); len(charged) != 2 || p.Spent == nil || charged[0].Minor+charged[1].Minor != p.Spent.Minor {
		t.Errorf("spent %v, and the platform's books have %v", p.Spent, charged)
	}
	for _, sh := range p.Shipments {
		if r := s.call("POST", "/_control/push", map[string]any{"carrier": "amazon_fba", "tracking_number": sh.ConfirmationID, "journey": "delivered"}); r.status != 200 {
			t.Fatalf("journey: %d %s", r.status, r.body)
		}
	}
	p = s.until(t, p.ID, "closed")
	for _, sh := range p.Shipments {
		for _, it := range sh.Items {
			if it.Received == nil || *it.Received != it.Quantity {
				t.Errorf("shipment %s: %d of %s sent, %v counted", sh.ConfirmationID, it.Quantity, it.SKU, it.Received)
			}
		}
	}
	checkHistory(t, p)
}

// checkPapers opens all papers of a plan: each box's label reads as the box's id.
func checkPapers(t *testing.T, s *stand, p inbound.Plan) {
	t.Helper()
	read := map[string]bool{}
	kinds := map[string]int{}
	for _, d := range p.Documents {
		kinds[d.Type]++
		r := s.call("GET", d.URL, nil)
		if r.status != 200 || r.header.Get("Content-Type") != "application/pdf" || int64(len(r.body)) != d.Bytes {
			t.Fatalf("%s: %d %s, %d bytes", d.Type, r.status, r.header.Get("Content-Type"), len(r.body))
		}
		for _, code := range barcodes(t, r.body) {
			read[code] = true
		}
	}
	if kinds["label"] != len(p.Shipments) || kinds["item_label"] != 1 {
		t.Errorf("papers %v for %d shipments", kinds, len(p.Shipments))
	}
	for _, sh := range p.Shipments {
		if !strings.HasPrefix(sh.ConfirmationID, "FBA") || len(sh.Boxes) == 0 || sh.Destination.Code == "" {
			t.Errorf("shipment %+v", sh)
		}
		for _, b := range sh.Boxes {
			if !read[b.ID] || !strings.HasPrefix(b.ID, sh.ConfirmationID) {
				t.Errorf("no label reads as box %s", b.ID)
			}
		}
	}
}

// checkHistory: the statuses of the API come in the order of the API.
func checkHistory(t *testing.T, p inbound.Plan) {
	t.Helper()
	var order []string
	for _, h := range p.History {
		if len(order) == 0 || order[len(order)-1] != h.Status {
			order = append(order, h.Status)
		}
	}
	want := []string{"creating", "needs_packing", "packing", "needs_placement", "placing", "needs_transportation", "confirming", "labels_ready", "shipped", "received", "closed"}
	at := 0
	for _, status := range order {
		for at < len(want) && want[at] != status {
			at++
		}
	}
	if at == len(want) || order[len(order)-1] != "closed" || len(order) < len(want)-1 { // shipped may pass unseen
		t.Errorf("history goes through %v", order)
	}
}

// charged is what the platform's books say was charged, sale by sale.
func (s *stand) charged(t *testing.T) (out []normalize.Money) {
	t.Helper()
	var books struct {
		Data []struct{ Charged normalize.Money }
	}
	s.call("GET", "/_control/ledger?carrier=amazon_fba", nil).into(t, &books)
	for _, sale := range books.Data {
		out = append(out, sale.Charged)
	}
	return out
}

// Whoever says the same thing twice has it done once; another word on what is done is a conflict;
// and without the word "irreversible" nothing is done at all.
func TestAConfirmationIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	p := s.until(t, s.newPlan(t, "once", nil).ID, "needs_packing")
	at := "/v1/inbound-plans/" + p.ID
	s.plan(t, 202, "POST", at+"/packing", boxes(t, p))
	p = s.until(t, p.ID, "needs_placement")
	confirm := at + "/placements/" + p.Placements[0].ID + "/confirm"
	s.refused(t, 422, "invalid_request", "/confirm", confirm, map[string]any{}, "Idempotency-Key", "k1")
	s.refused(t, 422, "invalid_request", "/confirm", confirm, map[string]any{"confirm": "yes"}, "Idempotency-Key", "k1")
	s.refused(t, 400, "idempotency_key_required", "", confirm, sure)
	s.refused(t, 404, "not_found", "", at+"/placements/pl-nothing/confirm", sure, "Idempotency-Key", "k1")
	s.plan(t, 202, "POST", confirm, sure, "Idempotency-Key", "k1")
	for range 3 {
		r := s.call("POST", confirm, sure, "Idempotency-Key", "k1")
		if r.status != 202 || r.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("again: %d %s", r.status, r.header)
		}
	}
	s.refused(t, 409, "state_conflict", "", confirm, sure, "Idempotency-Key", "k2")
	other := at + "/placements/" + p.Placements[1].ID + "/confirm"
	s.refused(t, 422, "idempotency_key_reused", "", other, sure, "Idempotency-Key", "k1")
	s.until(t, p.ID, "needs_transportation")
	s.refused(t, 409, "state_conflict", "", other, sure, "Idempotency-Key", "k3")
	if l := s.ledger(t, "amazon_fba"); len(l.Data) != 1 {
		t.Errorf("the platform's books have %+v, want one placement", l.Data)
	}
	again := s.newPlan(t, "once", nil)
	if again.ID != p.ID {
		t.Errorf("the same key and body made plan %s beside %s", again.ID, p.ID)
	}
}

// refused makes a request that must be refused with a status, a code and a pointer.
func (s *stand) refused(t *testing.T, status int, code, pointer, path string, body any, header ...string) {
	t.Helper()
	r := s.call("POST", path, body, header...)
	var p problem
	r.into(t, &p)
	ok := r.status == status && p.Code == code
	if pointer != "" {
		ok = ok && slices.ContainsFunc(p.Errors, func(e struct{ Pointer, Detail string }) bool { return e.Pointer == pointer })
	}
	if !ok {
		t.Errorf("%s: got %d %s, want %d %s at %q", path, r.status, r.body, status, code, pointer)
	}
}

// A confirmation whose answer is lost is never sent again: what became of it is read. Every way
// of losing it ends with one sale and a plan that goes on.
func TestALostConfirmationIsReadAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"commit_then_cut", "commit_then_500", "garbage", "truncate", "commit_then_slow"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			p := s.until(t, s.newPlan(t, "lost", nil).ID, "needs_packing")
			at := "/v1/inbound-plans/" + p.ID
			s.plan(t, 202, "POST", at+"/packing", boxes(t, p))
			p = s.until(t, p.ID, "needs_placement")
			s.lose(t, kind)
			s.plan(t, 202, "POST", at+"/placements/"+p.Placements[0].ID+"/confirm", sure, "Idempotency-Key", "place")
			p = s.until(t, p.ID, "needs_transportation")
			s.lose(t, kind)
			s.plan(t, 202, "POST", at+"/transportation/confirm",
				map[string]any{"confirm": "irreversible", "selections": selections(t, p, "small_parcel", true)}, "Idempotency-Key", "transport")
			p = s.until(t, p.ID, "labels_ready")
			if l := s.ledger(t, "amazon_fba"); len(l.Data) != 2 {
				t.Errorf("the platform's books have %+v, want a placement and a transport", l.Data)
			}
		})
	}
}

// lose spoils the next answer to a call that commits.
func (s *stand) lose(t *testing.T, kind string) {
	t.Helper()
	r := s.call("POST", "/_control/faults", map[string]any{"carrier": "amazon_fba", "operation": "label", "kind": kind, "rate": 1, "count": 1, "delay_ms": 1000})
	if r.status >= 300 {
		t.Fatalf("fault: %d %s", r.status, r.body)
	}
}

// What certainly did not happen is said, and waits for a person: the platform is down, nothing is
// sent again by itself, and a new confirmation goes through.
func TestAConfirmationThatDidNotHappenWaitsForAPerson(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	p := s.placed(t, "absent", 1)
	at := "/v1/inbound-plans/" + p.ID
	if r := s.call("POST", "/_control/faults", map[string]any{"carrier": "amazon_fba", "operation": "label", "kind": "reset", "rate": 1, "count": 1}); r.status >= 300 {
		t.Fatalf("fault: %d %s", r.status, r.body)
	}
	body := map[string]any{"confirm": "irreversible", "selections": selections(t, p, "small_parcel", true)}
	s.plan(t, 202, "POST", at+"/transportation/confirm", body, "Idempotency-Key", "first")
	eventually(t, "the plan says that it did not happen", func() bool {
		p = s.plan(t, 200, "GET", at, nil)
		return p.Status == "needs_transportation" && p.WaitingFor == "transportation" && slices.ContainsFunc(p.Problems, func(x inbound.Problem) bool { return x.Code == "outcome_unknown" })
	})
	if l := s.ledger(t, "amazon_fba"); len(l.Data) != 1 {
		t.Errorf("the platform's books have %+v, want the placement alone", l.Data)
	}
	s.plan(t, 202, "POST", at+"/transportation/confirm", body, "Idempotency-Key", "second")
	p = s.until(t, p.ID, "labels_ready")
	if len(p.Problems) != 0 {
		t.Errorf("problems that were answered stay: %+v", p.Problems)
	}
}

// A lost answer to the creation leaves nothing but the name: the plan is found by it, and there
// is only one.
func TestALostPlanIsFoundByItsName(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"commit_then_cut", "garbage"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			if r := s.call("POST", "/_control/faults", map[string]any{"carrier": "amazon_fba", "operation": "draft", "kind": kind, "rate": 1, "count": 1}); r.status >= 300 {
				t.Fatalf("fault: %d %s", r.status, r.body)
			}
			p := s.until(t, s.newPlan(t, "by-its-name", nil).ID, "needs_packing")
			if p.CarrierPlanID == "" || s.created(t) != 1 {
				t.Errorf("plan %q, created %d times", p.CarrierPlanID, s.created(t))
			}
		})
	}
}

// created counts the platform's creations of plans.
func (s *stand) created(t *testing.T) int {
	t.Helper()
	var out struct {
		Data []struct{ Operation string }
	}
	s.call("GET", "/_control/arrivals?carrier=amazon_fba", nil).into(t, &out)
	n := 0
	for _, a := range out.Data {
		if a.Operation == "draft" {
			n++
		}
	}
	return n
}

// A gateway that is killed at any point of a plan's way leaves a plan that the next one brings to
// its end, with everything bought once.
func TestAKilledGatewayGoesOnWithItsPlans(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	box := start(t, "sandbox", "--listen", "127.0.0.1:0")
	s := &stand{t: t, sandbox: box.line(t, "ready ")}
	serve := func() *process {
		gw := start(t, "serve", "--sandbox-url", s.sandbox, "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")
		s.url = gw.line(t, "ready ")
		return gw
	}
	gw := serve()
	restart := func() {
		gw.kill()
		gw = serve()
	}
	p := s.newPlan(t, "killed", nil)
	restart()
	p = s.until(t, p.ID, "needs_packing")
	at := "/v1/inbound-plans/" + p.ID
	s.plan(t, 202, "POST", at+"/packing", boxes(t, p))
	restart()
	p = s.until(t, p.ID, "needs_placement")
	confirm := at + "/placements/" + p.Placements[0].ID + "/confirm"
	s.plan(t, 202, "POST", confirm, sure, "Idempotency-Key", "place")
	time.Sleep(100 * time.Millisecond) // a real process, somewhere in the middle of its call
	restart()
	s.plan(t, 202, "POST", confirm, sure, "Idempotency-Key", "place")
	p = s.until(t, p.ID, "needs_transportation")
	s.plan(t, 202, "POST", at+"/transportation/confirm",
		map[string]any{"confirm": "irreversible", "selections": selections(t, p, "small_parcel", true)}, "Idempotency-Key", "transport")
	restart()
	p = s.until(t, p.ID, "labels_ready")
	if l := s.ledger(t, "amazon_fba"); len(l.Data) != 2 {
		t.Errorf("the platform's books have %+v, want a placement and a transport", l.Data)
	}
	checkPapers(t, s, p)
}
