package inbound

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// platform is an invented warehouse platform. Its work takes a second, it keeps plans, and it
// fails the test when something is done to it twice that cannot be undone.
type platform struct {
	t  testing.TB
	mu sync.Mutex

	plans []*remotePlan
	ops   map[string]*work
	calls []string
	n     int // of ids

	// before and after see every call, before and after it is done, and may fail it.
	before, after func(name string) error
	// refuse makes the work that a call starts fail.
	refuse map[string][]adapters.InboundProblem

	packingFee, placementFee int64 // minor units of the one option that has no free one beside it
	freeOptions              bool
	lives                    time.Duration // of offers
	windows                  bool          // freight asks for one
	unknownPrep              map[string]bool
	searchLag                time.Duration
}

type work struct {
	ends     time.Time
	problems []adapters.InboundProblem
	effect   func()
}

type remotePlan struct {
	adapters.InboundPlanInfo
	req        adapters.InboundPlanRequest
	packing    []adapters.InboundOption
	boxes      []adapters.InboundBox
	placements []adapters.InboundOption
	transport  []adapters.InboundTransport
	windows    map[string][]adapters.InboundWindow
	window     map[string]string
	ready      map[string]time.Time
	selected   map[string]string
	status     map[string]string
	tracking   map[string][]adapters.InboundTracking
}

func newPlatform(t testing.TB) *platform {
	return &platform{t: t, ops: map[string]*work{}, refuse: map[string][]adapters.InboundProblem{}, freeOptions: true,
		lives: 24 * time.Hour, unknownPrep: map[string]bool{}}
}

func (p *platform) Spec() adapters.Spec { return spec() }

func spec() adapters.Spec {
	return adapters.Spec{Code: "north", Carrier: "Northwind warehouses",
		Support:  map[adapters.Operation]adapters.Support{adapters.OpInbound: adapters.Can("")},
		Services: []adapters.Service{{Name: "small_parcel", Kind: "inbound"}},
		Purchase: adapters.Purchase{Class: adapters.ClassC, QuietPeriod: 30 * time.Second}}
}

// do is one call: what was started before has ended where its time is over.
func do[T any](p *platform, name string, fn func() (T, error)) (out T, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, name)
	if p.before != nil {
		if err := p.before(name); err != nil {
			return out, err
		}
	}
	for _, w := range p.ops {
		if w.effect != nil && !time.Now().Before(w.ends) {
			if effect := w.effect; len(w.problems) == 0 {
				w.effect = nil
				effect()
			}
		}
	}
	if out, err = fn(); err == nil && p.after != nil {
		err = p.after(name)
	}
	return out, err
}

func (p *platform) id(kind string) string {
	p.n++
	return fmt.Sprintf("%s-%d", kind, p.n)
}

// start begins work that ends in a second.
func (p *platform) start(name string, effect func()) string {
	id := p.id("op")
	p.ops[id] = &work{time.Now().Add(time.Second), p.refuse[name], effect}
	delete(p.refuse, name)
	return id
}

func (p *platform) starts(name string, plan string, fn func(*remotePlan) (func(), error)) (string, error) {
	return do(p, name, func() (string, error) {
		r, err := p.find(plan)
		if err != nil {
			return "", err
		}
		effect, err := fn(r)
		if err != nil {
			return "", err
		}
		return p.start(name, effect), nil
	})
}

func (p *platform) find(id string) (*remotePlan, error) {
	for _, r := range p.plans {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, normalize.Fail(normalize.KindInvalidRequest, "no such plan")
}

func reads[T any](p *platform, name, plan string, fn func(*remotePlan) (T, error)) (T, error) {
	return do(p, name, func() (out T, err error) {
		r, err := p.find(plan)
		if err != nil {
			return out, err
		}
		return fn(r)
	})
}

func (p *platform) CheckPlan(req adapters.InboundPlanRequest) error {
	if strings.Contains(req.Name, "!") {
		return normalize.Invalid("/name", "no exclamation here")
	}
	return nil
}

func (p *platform) CreatePlan(_ context.Context, req adapters.InboundPlanRequest) (adapters.InboundStarted, error) {
	return do(p, "CreatePlan", func() (adapters.InboundStarted, error) {
		r := &remotePlan{InboundPlanInfo: adapters.InboundPlanInfo{ID: p.id("wf"), Name: req.Name, Status: adapters.PlanActive, CreatedAt: time.Now()}, req: req,
			windows: map[string][]adapters.InboundWindow{}, window: map[string]string{}, ready: map[string]time.Time{},
			selected: map[string]string{}, status: map[string]string{}, tracking: map[string][]adapters.InboundTracking{}}
		p.plans = append(p.plans, r)
		for _, it := range req.Items {
			if p.unknownPrep[it.SKU] {
				p.refuse["CreatePlan"] = append(p.refuse["CreatePlan"], adapters.InboundProblem{Code: "PREP", Message: "prep is missing", Severity: "error", SKU: it.SKU, NeedsPrep: true})
				r.Status = adapters.PlanErrored
			}
		}
		return adapters.InboundStarted{PlanID: r.ID, Operation: p.start("CreatePlan", func() {})}, nil
	})
}

func (p *platform) Started(e normalize.Evidence) (adapters.InboundStarted, bool) {
	plan, op, ok := strings.Cut(string(e.Body), " ")
	return adapters.InboundStarted{PlanID: plan, Operation: op}, ok
}

func (p *platform) FindPlans(_ context.Context, name string, since time.Time) ([]adapters.InboundPlanInfo, bool, error) {
	out, err := do(p, "FindPlans", func() (out []adapters.InboundPlanInfo, err error) {
		for _, r := range p.plans {
			if r.Name == name && !r.CreatedAt.Before(since) && !time.Now().Before(r.CreatedAt.Add(p.searchLag)) {
				out = append(out, r.InboundPlanInfo)
			}
		}
		return out, nil
	})
	return out, true, err
}

func (p *platform) GetPlan(_ context.Context, plan string) (adapters.InboundPlanInfo, error) {
	return reads(p, "GetPlan", plan, func(r *remotePlan) (adapters.InboundPlanInfo, error) { return r.InboundPlanInfo, nil })
}

func (p *platform) CancelPlan(_ context.Context, plan string) (string, error) {
	return p.starts("CancelPlan", plan, func(r *remotePlan) (func(), error) {
		return func() { r.Status = adapters.PlanVoided }, nil
	})
}

func (p *platform) GetOperation(_ context.Context, id string) (adapters.InboundOperation, error) {
	return do(p, "GetOperation", func() (adapters.InboundOperation, error) {
		w := p.ops[id]
		switch {
		case w == nil:
			return adapters.InboundOperation{}, normalize.Fail(normalize.KindNotFound, "no such operation")
		case time.Now().Before(w.ends):
			return adapters.InboundOperation{Status: adapters.OperationInProgress}, nil
		case len(w.problems) > 0:
			return adapters.InboundOperation{Status: adapters.OperationFailed, Problems: w.problems}, nil
		}
		return adapters.InboundOperation{Status: adapters.OperationSuccess}, nil
	})
}

func (p *platform) ListPrep(_ context.Context, _ string, skus []string) ([]adapters.InboundPrep, error) {
	return do(p, "ListPrep", func() (out []adapters.InboundPrep, err error) {
		for _, s := range skus {
			one := adapters.InboundPrep{SKU: s, Category: "none"}
			if p.unknownPrep[s] {
				one.Category = ""
			}
			out = append(out, one)
		}
		return out, nil
	})
}

func (p *platform) SetPrep(_ context.Context, _ string, preps []adapters.InboundPrep) (string, error) {
	return do(p, "SetPrep", func() (string, error) {
		return p.start("SetPrep", func() {
			for _, one := range preps {
				delete(p.unknownPrep, one.SKU)
			}
		}), nil
	})
}

func usd(minor int64) normalize.Money { return normalize.Money{Minor: minor, Currency: "USD"} }

func fee(minor int64) []adapters.InboundFee {
	return []adapters.InboundFee{{Name: "fee", Amount: usd(minor)}}
}

func (p *platform) GeneratePacking(_ context.Context, plan string) (string, error) {
	return p.starts("GeneratePacking", plan, func(r *remotePlan) (func(), error) {
		return func() {
			dear := adapters.InboundOption{ID: p.id("po"), Status: adapters.OptionOffered, Groups: []string{p.id("pg")}, Fees: fee(p.packingFee + 1),
				ExpiresAt: time.Now().Add(p.lives), MaxWeight: 50 * normalize.Pound}
			r.packing = []adapters.InboundOption{dear}
			if p.freeOptions {
				free := dear
				free.ID, free.Groups, free.Fees = p.id("po"), []string{p.id("pg")}, nil
				r.packing = append(r.packing, free)
			}
		}, nil
	})
}

func (p *platform) ListPacking(_ context.Context, plan string) ([]adapters.InboundOption, error) {
	return reads(p, "ListPacking", plan, func(r *remotePlan) ([]adapters.InboundOption, error) { return slices.Clone(r.packing), nil })
}

func (p *platform) ListGroupItems(_ context.Context, plan, _ string) ([]adapters.InboundItem, error) {
	return reads(p, "ListGroupItems", plan, func(r *remotePlan) ([]adapters.InboundItem, error) { return r.req.Items, nil })
}

func accept(list []adapters.InboundOption, id string) error {
	i := slices.IndexFunc(list, func(o adapters.InboundOption) bool { return o.ID == id })
	switch {
	case i < 0:
		return normalize.Fail(normalize.KindInvalidRequest, "no such option")
	case !time.Now().Before(list[i].ExpiresAt):
		return normalize.Fail(normalize.KindInvalidRequest, "the option has expired")
	case slices.ContainsFunc(list, func(o adapters.InboundOption) bool { return o.Status == adapters.OptionAccepted }):
		return normalize.Fail(normalize.KindInvalidRequest, "an option is confirmed already")
	}
	return nil
}

func (p *platform) ConfirmPacking(_ context.Context, plan, option string) (string, error) {
	return p.starts("ConfirmPacking", plan, func(r *remotePlan) (func(), error) {
		if err := accept(r.packing, option); err != nil {
			return nil, err
		}
		return func() { setStatus(r.packing, option) }, nil
	})
}

func setStatus(list []adapters.InboundOption, id string) {
	for i := range list {
		if list[i].ID == id {
			list[i].Status = adapters.OptionAccepted
		}
	}
}

func (p *platform) SetPacking(_ context.Context, plan string, boxes []adapters.InboundBox) (string, error) {
	return p.starts("SetPacking", plan, func(r *remotePlan) (func(), error) { return func() { r.boxes = boxes }, nil })
}

func (p *platform) GeneratePlacement(_ context.Context, plan string) (string, error) {
	return p.starts("GeneratePlacement", plan, func(r *remotePlan) (func(), error) {
		return func() {
			r.placements = nil
			for n := 1; n <= 2; n++ {
				o := adapters.InboundOption{ID: p.id("pl"), Status: adapters.OptionOffered, ExpiresAt: time.Now().Add(p.lives)}
				for range n {
					o.Shipments = append(o.Shipments, p.id("sh"))
				}
				if n == 1 {
					o.Fees, o.Discounts = fee(500), fee(100)
				}
				r.placements = append(r.placements, o)
			}
		}, nil
	})
}

func (p *platform) ListPlacement(_ context.Context, plan string) ([]adapters.InboundOption, error) {
	return reads(p, "ListPlacement", plan, func(r *remotePlan) ([]adapters.InboundOption, error) { return slices.Clone(r.placements), nil })
}

// ConfirmPlacement is taken at once; a second one, after one was taken, is the fault that all of
// the write-ahead is against.
func (p *platform) ConfirmPlacement(_ context.Context, plan, option string) (string, error) {
	return p.starts("ConfirmPlacement", plan, func(r *remotePlan) (func(), error) {
		if slices.ContainsFunc(r.placements, func(o adapters.InboundOption) bool { return o.Status == adapters.OptionAccepted }) {
			p.t.Error("a placement was confirmed a second time")
		}
		if err := accept(r.placements, option); err != nil {
			return nil, err
		}
		if len(p.refuse["ConfirmPlacement"]) == 0 {
			setStatus(r.placements, option)
		}
		return func() {}, nil
	})
}

func (p *platform) GetShipment(_ context.Context, plan, id string) (adapters.InboundShipment, error) {
	return reads(p, "GetShipment", plan, func(r *remotePlan) (adapters.InboundShipment, error) {
		out := adapters.InboundShipment{ID: id, Status: adapters.InboundUnconfirmed, WarehouseCode: "NW1", Tracking: r.tracking[id],
			Destination: normalize.Address{Name: "NW1", Line1: "1 Hall Way", City: "Reno", PostalCode: "89501", Country: "US"}}
		if s := r.status[id]; s != "" {
			out.Status = s
		}
		if t := r.selected[id]; t != "" {
			out.Transport, out.ConfirmationID = t, "NW"+id
		}
		return out, nil
	})
}

func (p *platform) ListShipmentBoxes(_ context.Context, plan, id string) ([]adapters.InboundBox, error) {
	return reads(p, "ListShipmentBoxes", plan, func(r *remotePlan) (out []adapters.InboundBox, err error) {
		for _, b := range r.boxes {
			one := b
			one.ID, one.Count = "NW"+id+"U1", 1
			out = append(out, one)
		}
		return out, nil
	})
}

func (p *platform) ListShipmentItems(_ context.Context, plan, _ string) ([]adapters.InboundItem, error) {
	return reads(p, "ListShipmentItems", plan, func(r *remotePlan) ([]adapters.InboundItem, error) { return r.req.Items, nil })
}

func (p *platform) GenerateTransport(_ context.Context, req adapters.InboundTransportRequest) (string, error) {
	return p.starts("GenerateTransport", req.PlanID, func(r *remotePlan) (func(), error) {
		return func() {
			if len(r.selected) > 0 {
				return
			}
			r.transport = nil
			for _, s := range req.Shipments {
				r.ready[s.Shipment] = s.ReadyFrom
				r.transport = append(r.transport,
					adapters.InboundTransport{ID: p.id("to"), Shipment: s.Shipment, Carrier: "North Post", CarrierCode: "NP", Mode: "small_parcel", Partnered: true,
						Quote: usd(1000 + p.placementFee), ExpiresAt: time.Now().Add(p.lives), VoidableUntil: time.Now().Add(p.lives + 24*time.Hour)},
					adapters.InboundTransport{ID: p.id("to"), Shipment: s.Shipment, Carrier: "Other", CarrierCode: "OT", Mode: "small_parcel"})
				if len(s.Pallets) > 0 || p.windows {
					r.transport = append(r.transport, adapters.InboundTransport{ID: p.id("to"), Shipment: s.Shipment, Carrier: "North Freight", CarrierCode: "NF",
						Mode: "ltl", Partnered: true, Quote: usd(9000), ExpiresAt: time.Now().Add(p.lives), Requires: []string{adapters.RequiresDeliveryWindow}})
				}
			}
		}, nil
	})
}

func (p *platform) ListTransport(_ context.Context, plan, _ string) ([]adapters.InboundTransport, error) {
	return reads(p, "ListTransport", plan, func(r *remotePlan) ([]adapters.InboundTransport, error) { return slices.Clone(r.transport), nil })
}

func (p *platform) ConfirmTransport(_ context.Context, plan string, list []adapters.InboundSelection) (string, error) {
	return p.starts("ConfirmTransport", plan, func(r *remotePlan) (func(), error) {
		if len(r.selected) > 0 {
			p.t.Error("transport was confirmed a second time")
		}
		for _, s := range list {
			i := slices.IndexFunc(r.transport, func(o adapters.InboundTransport) bool { return o.ID == s.Option && o.Shipment == s.Shipment })
			switch {
			case i < 0:
				return nil, normalize.Fail(normalize.KindInvalidRequest, "no such option")
			case len(r.transport[i].Requires) > 0 && r.window[s.Shipment] == "":
				return nil, normalize.Fail(normalize.KindInvalidRequest, "no delivery window is confirmed")
			}
		}
		if len(p.refuse["ConfirmTransport"]) == 0 {
			for _, s := range list {
				r.selected[s.Shipment], r.status[s.Shipment] = s.Option, adapters.InboundReadyToShip
			}
		}
		return func() {}, nil
	})
}

func (p *platform) GenerateWindows(_ context.Context, plan, id string) (string, error) {
	return p.starts("GenerateWindows", plan, func(r *remotePlan) (func(), error) {
		return func() {
			r.windows[id] = []adapters.InboundWindow{{ID: p.id("dw"), From: time.Now().Add(72 * time.Hour), Until: time.Now().Add(78 * time.Hour), Availability: "available"},
				{ID: p.id("dw"), From: time.Now().Add(96 * time.Hour), Until: time.Now().Add(99 * time.Hour), Availability: "blocked"}}
		}, nil
	})
}

func (p *platform) ListWindows(_ context.Context, plan, id string) ([]adapters.InboundWindow, error) {
	return reads(p, "ListWindows", plan, func(r *remotePlan) ([]adapters.InboundWindow, error) { return r.windows[id], nil })
}

func (p *platform) ConfirmWindow(_ context.Context, plan, id, window string) (string, error) {
	return p.starts("ConfirmWindow", plan, func(r *remotePlan) (func(), error) { return func() { r.window[id] = window }, nil })
}

func (p *platform) BoxLabels(_ context.Context, req adapters.InboundLabelRequest) (normalize.Document, error) {
	return do(p, "BoxLabels", func() (normalize.Document, error) {
		size := req.Size
		if size == "" {
			size = "4x6"
		}
		return normalize.Document{Type: normalize.DocumentLabel, Format: "pdf", Size: size, Data: []byte("%PDF-" + size + strings.Join(req.Boxes, ","))}, nil
	})
}

func (p *platform) BillOfLading(_ context.Context, id string) (normalize.Document, error) {
	return do(p, "BillOfLading", func() (normalize.Document, error) {
		return normalize.Document{Type: adapters.DocumentBillOfLading, Format: "pdf", Data: []byte("%PDF-" + id)}, nil
	})
}

func (p *platform) ItemLabels(_ context.Context, _ string, items []adapters.InboundItem, size string) (normalize.Document, error) {
	return do(p, "ItemLabels", func() (normalize.Document, error) {
		return normalize.Document{Type: adapters.DocumentItemLabel, Format: "pdf", Size: size, Data: []byte("%PDF-" + items[0].SKU)}, nil
	})
}

func (p *platform) SetTracking(_ context.Context, req adapters.InboundTrackingRequest) (string, error) {
	return p.starts("SetTracking", req.PlanID, func(r *remotePlan) (func(), error) {
		return func() { r.tracking[req.Shipment] = req.Boxes }, nil
	})
}

func (p *platform) Receiving(_ context.Context, _, id string) (adapters.InboundReceipt, error) {
	return do(p, "Receiving", func() (adapters.InboundReceipt, error) {
		return adapters.InboundReceipt{Status: adapters.InboundClosed, Items: []adapters.InboundItem{{SKU: "CASE-1", Quantity: 40, Received: 39}}}, nil
	})
}

// move puts all shipments of the newest plan into a state.
func (p *platform) move(status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.plans[len(p.plans)-1]
	for id := range r.selected {
		r.status[id] = status
	}
}

// count is how often a call was made.
func (p *platform) count(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, c := range p.calls {
		if c == name {
			n++
		}
	}
	return n
}
