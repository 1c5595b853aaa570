package quotas

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Rates are the answers that open orders were given.
type Rates interface {
	Asked(ctx context.Context, tenant, id string) (rating.Request, rating.Answer, error)
}

// PlanRequest asks which of the open orders should follow a rule.
type PlanRequest struct {
	Rule   string  `json:"rule" maxLength:"100" doc:"A rule with a quota, such as ebay-speedpak-quota"`
	Store  string  `json:"store,omitempty" maxLength:"100" doc:"The shop whose orders these are"`
	Target string  `json:"target,omitempty" maxLength:"10" doc:"Another share than the configured one, such as 0.6"`
	Orders []Order `json:"orders" minItems:"1" maxItems:"5000"`
}

// Order is an open order: either a rate request that is not expired, or what its ways cost.
type Order struct {
	ID          string           `json:"id,omitempty" maxLength:"100"`
	RateRequest string           `json:"rate_request,omitempty" maxLength:"100"`
	Follow      *normalize.Money `json:"follow,omitempty" doc:"What the cheapest channel costs that follows the rule; absent where there is none"`
	Other       *normalize.Money `json:"other,omitempty" doc:"What the cheapest other channel costs"`
}

// Plan says how each open order had best go.
type Plan struct {
	Rule       string          `json:"rule"`
	Store      string          `json:"store"`
	Target     *string         `json:"target" null:"true"`
	Met        bool            `json:"met" doc:"Whether the share is reached once all orders went as planned; always where no target is known"`
	Before     Counted         `json:"before"`
	After      Counted         `json:"after"`
	Cost       normalize.Money `json:"cost"`
	Cheapest   normalize.Money `json:"cheapest" doc:"What the orders would cost if no rule counted"`
	Orders     []PlannedOrder  `json:"orders"`
	Unservable int             `json:"unservable" doc:"Orders that no channel takes; they do not count"`
}

// Counted is a number of orders and how many of them follow.
type Counted struct {
	Orders    int `json:"orders"`
	Satisfied int `json:"satisfied"`
}

// PlannedOrder is an order's way.
type PlannedOrder struct {
	ID      string           `json:"id"`
	Use     string           `json:"use" enum:"follow,other,none"`
	Channel string           `json:"channel,omitempty" doc:"Where the order was a rate request"`
	Rate    string           `json:"rate,omitempty"`
	Cost    *normalize.Money `json:"cost" null:"true"`
}

// option is a way that is open to an order.
type option struct {
	cost          normalize.Money
	channel, rate string
}

// ways are the cheapest options of an order.
type ways struct {
	id            string
	follow, other *option
}

// Plan chooses which of the open orders follow a rule, so that its share is reached at the
// least cost. A refusal is a *gateway.Refusal or normalize.FieldErrors.
func (s *Service) Plan(ctx context.Context, tenant string, req PlanRequest) (Plan, error) {
	r, fault := s.ruleOf(tenant, req)
	if fault != nil {
		return Plan{}, fault
	}
	target, text := r.Quota.Share, r.Quota.ShareText
	if req.Target != "" {
		share, err := mandates.ParseShare(req.Target)
		if err != nil {
			return Plan{}, normalize.FieldErrors{{Pointer: "/target", Detail: err.Error()}}
		}
		target, text = share, req.Target
	}
	list, err := s.waysOf(ctx, tenant, r, req.Orders)
	if err != nil {
		return Plan{}, err
	}
	before, err := s.count(ctx, tenant, r, req.Store)
	if err != nil {
		return Plan{}, err
	}
	open := make([]Choice, len(list))
	for i, w := range list {
		open[i] = Choice{Follow: w.follow.minor(), Other: w.other.minor()}
	}
	out := Plan{Rule: r.ID, Store: req.Store, Before: Counted(before), After: Counted(before), Orders: make([]PlannedOrder, len(list))}
	if target != nil {
		out.Target = &text
	}
	if err := out.fill(list, open, planned(before, target, open)); err != nil {
		return Plan{}, err
	}
	out.Met = out.After.Satisfied >= needed(target, out.After.Orders)
	return out, nil
}

func (s *Service) ruleOf(tenant string, req PlanRequest) (*mandates.Rule, error) {
	rules := s.rules(tenant, "", time.Now())
	i := slices.IndexFunc(rules, func(r *mandates.Rule) bool { return r.ID == req.Rule })
	if i < 0 {
		return nil, normalize.FieldErrors{{Pointer: "/rule", Detail: "is no rule in force that has a quota"}}
	}
	return rules[i], nil
}

func (s *Service) count(ctx context.Context, tenant string, r *mandates.Rule, shop string) (Count, error) {
	counts, err := s.Store.QuotaCounts(ctx, store.Tenant(tenant), r.ID, windowOf(r))
	for _, c := range counts {
		if c.Shop == shop {
			return Count{c.Orders, c.Satisfied}, err
		}
	}
	return Count{}, err
}

// waysOf finds each order's cheapest ways. All costs must be of one currency.
func (s *Service) waysOf(ctx context.Context, tenant string, r *mandates.Rule, orders []Order) ([]ways, error) {
	out := make([]ways, len(orders))
	currency := ""
	for i, o := range orders {
		w, err := s.waysOfOne(ctx, tenant, r, o)
		if fault, bad := errors.AsType[normalize.FieldError](err); bad {
			return nil, normalize.FieldErrors{{Pointer: fmt.Sprintf("/orders/%d%s", i, fault.Pointer), Detail: fault.Detail}}
		}
		if err != nil {
			return nil, err
		}
		for _, way := range []*option{w.follow, w.other} {
			if way == nil {
				continue
			}
			if currency == "" {
				currency = way.cost.Currency
			}
			if way.cost.Currency != currency {
				return nil, normalize.FieldErrors{{Pointer: fmt.Sprintf("/orders/%d", i), Detail: "is priced in another currency than the first order; ask for all rates in one"}}
			}
		}
		out[i] = w
	}
	return out, nil
}

func (s *Service) waysOfOne(ctx context.Context, tenant string, r *mandates.Rule, o Order) (ways, error) {
	if o.RateRequest == "" {
		return ways{id: o.ID, follow: costing(o.Follow), other: costing(o.Other)}, nil
	}
	if o.Follow != nil || o.Other != nil {
		return ways{}, normalize.FieldError{Pointer: "/rate_request", Detail: "cannot be given beside costs"}
	}
	asked, answer, err := s.Rates.Asked(ctx, tenant, o.RateRequest)
	if errors.Is(err, rating.ErrNotFound) {
		return ways{}, normalize.FieldError{Pointer: "/rate_request", Detail: "is not there, or has expired; ask for its rates again"}
	}
	if err != nil {
		return ways{}, err
	}
	w := ways{id: o.ID}
	if w.id == "" {
		w.id = asked.OrderID()
	}
	d := s.Judge.Decide(tenant, &asked.Shipment, time.Now(), false)
	for _, rate := range answer.Rates { // the cheapest first
		w.take(rate, d.On(rate.Channel), r)
	}
	return w, nil
}

// take notes a rate where it is the cheapest of its way. What the rules forbid is no way.
func (w *ways) take(rate rating.Rate, on mandates.On, r *mandates.Rule) {
	i := slices.IndexFunc(on.Quotas, func(q mandates.QuotaCount) bool { return q.Rule.ID == r.ID })
	if i < 0 || on.Verdict.Verdict == mandates.Forbidden {
		return
	}
	to := &w.other
	if on.Quotas[i].Satisfied {
		to = &w.follow
	}
	cost := rate.Total
	if rate.LandedCost != nil {
		cost = rate.LandedCost.Total
	}
	if *to == nil || cost.Minor < (*to).cost.Minor {
		*to = &option{cost, rate.Channel, rate.ID}
	}
}

func costing(m *normalize.Money) *option {
	if m == nil {
		return nil
	}
	return &option{cost: *m}
}

func (o *option) minor() *int64 {
	if o == nil {
		return nil
	}
	return &o.cost.Minor
}

// fill writes the ways that were chosen, and adds up what they cost.
func (p *Plan) fill(list []ways, open []Choice, chosen []Way) error {
	for i, way := range chosen {
		w, out := list[i], PlannedOrder{ID: list[i].id, Use: "none"}
		best := w.follow
		if open[i].cheapest() == Otherwise {
			best = w.other
		}
		var used *option
		switch way {
		case Follows:
			out.Use, used = "follow", w.follow
			p.After.Satisfied++
		case Otherwise:
			out.Use, used = "other", w.other
		default:
			p.Unservable++
			p.Orders[i] = out
			continue
		}
		p.After.Orders++
		out.Channel, out.Rate, out.Cost = used.channel, used.rate, &used.cost
		p.Orders[i] = out
		if err := errors.Join(addTo(&p.Cost, used.cost), addTo(&p.Cheapest, best.cost)); err != nil {
			return gateway.Refuse(gateway.CodeInvalidRequest, "the costs are too large to add up")
		}
	}
	return nil
}

func addTo(sum *normalize.Money, m normalize.Money) (err error) {
	if sum.Currency == "" {
		*sum = m
		return nil
	}
	*sum, err = sum.Add(m)
	return err
}
