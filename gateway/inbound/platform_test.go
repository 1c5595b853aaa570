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
