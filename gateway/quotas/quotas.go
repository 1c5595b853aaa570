// Package quotas keeps the shares that platforms want of their own channels: how many of a
// seller's orders followed a rule within its window, how many more must, and which of the open
// orders had best do so.
package quotas

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// TypeAtRisk is the event that tells of a share in danger.
const TypeAtRisk = "mandate.quota_at_risk"

// Count is what was counted of a shop within the window.
type Count struct{ Orders, Satisfied int }

// State says how a share stands.
type State string

// The states of a share.
const (
	NoTarget State = "no_target" // nobody has said what is wanted
	Met      State = "met"
	AtRisk   State = "at_risk" // reached, and lost by the next order that does not follow
	Missed   State = "missed"
)

// Quota is how a share stands, as the API shows it.
type Quota struct {
	Rule       string    `json:"rule"`
	Platform   string    `json:"platform"`
	Store      string    `json:"store" doc:"The seller's shop, as orders name it; empty where they name none"`
	WindowDays int       `json:"window_days"`
	Since      time.Time `json:"since" doc:"Where the window begins now"`
	Orders     int       `json:"orders" doc:"That count, bought within the window and not voided"`
	Satisfied  int       `json:"satisfied" doc:"Of these, by a channel that follows the rule"`
	Share      *string   `json:"share" null:"true" doc:"Of the orders, four digits; null where there is none"`
	Target     *string   `json:"target" null:"true" doc:"The share that is wanted; null where no configuration says it"`
	OrdersLeft *int      `json:"orders_left" null:"true" doc:"How many orders more must follow, one after the other, until the target is reached"`
	State      State     `json:"state" enum:"no_target,met,at_risk,missed"`
}

// Deps are what the service needs.
type Deps struct {
	Judge  *mandates.Judge
	Rates  Rates
	Store  store.Quotas
	Logger *slog.Logger
	// Look is how often shares in danger are looked for, and Tell how often one is told of at
	// most; a minute and a day when zero.
	Look, Tell time.Duration
}

// Service keeps shares.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Look <= 0 {
		d.Look = time.Minute
	}
	if d.Tell <= 0 {
		d.Tell = 24 * time.Hour
	}
	return &Service{d}
}

// List tells how a tenant's shares stand, those of one platform or, where it is empty, of all.
// A rule that has counted nothing yet is there once, without a shop.
func (s *Service) List(ctx context.Context, tenant, platform string) ([]Quota, error) {
	out := []Quota{}
	now := time.Now()
	for _, r := range s.rules(tenant, platform, now) {
		counts, err := s.Store.QuotaCounts(ctx, store.Tenant(tenant), r.ID, windowOf(r))
		if err != nil {
			return nil, err
		}
		if len(counts) == 0 {
			counts = []store.QuotaCount{{}}
		}
		for _, c := range counts {
			out = append(out, quotaOf(r, c, now))
		}
	}
	return out, nil
}

// rules are those with a quota that bind a tenant now; an empty tenant is any.
func (s *Service) rules(tenant, platform string, now time.Time) []*mandates.Rule {
	var out []*mandates.Rule
	for _, p := range s.Judge.Set().Platforms() {
		if platform != "" && p.Code != platform {
			continue
		}
		for _, r := range p.Rules {
			if r.Quota != nil && r.InForce(normalize.DateOf(now.UTC())) && (tenant == "" || r.Binds(tenant)) {
				out = append(out, r)
			}
		}
	}
	return out
}

func windowOf(r *mandates.Rule) time.Duration {
	return time.Duration(r.Quota.WindowDays) * 24 * time.Hour
}

func quotaOf(r *mandates.Rule, c store.QuotaCount, now time.Time) Quota {
	n := Count{c.Orders, c.Satisfied}
	q := Quota{Rule: r.ID, Platform: r.Platform, Store: c.Shop, WindowDays: r.Quota.WindowDays, Since: now.Add(-windowOf(r)).UTC(),
		Orders: c.Orders, Satisfied: c.Satisfied, OrdersLeft: left(n, r.Quota.Share), State: stateOf(n, r.Quota.Share)}
	if c.Orders > 0 {
		q.Share = new(big.NewRat(int64(c.Satisfied), int64(c.Orders)).FloatString(4))
	}
	if r.Quota.Share != nil {
		q.Target = &r.Quota.ShareText
	}
	return q
}

func stateOf(c Count, target *big.Rat) State {
	reaches := func(orders int) bool { return c.Satisfied >= needed(target, orders) }
	switch {
	case target == nil:
		return NoTarget
	case !reaches(c.Orders):
		return Missed
	case c.Orders > 0 && !reaches(c.Orders+1):
		return AtRisk
	}
	return Met
}

// Watch tells of shares in danger, until ctx ends. Any number of processes may run it on one
// store.
func (s *Service) Watch(ctx context.Context) {
	tick := time.NewTicker(s.Look)
	defer tick.Stop()
	for {
		if err := s.tell(ctx); err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "quotas: shares in danger could not be told", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Service) tell(ctx context.Context) error {
	now := time.Now()
	for _, r := range s.rules("", "", now) {
		if r.Quota.Share == nil {
			continue
		}
		tenants, err := s.Store.QuotaTenants(ctx, r.ID, windowOf(r))
		if err != nil {
			return err
		}
		for _, t := range tenants {
			if err := s.tellOne(ctx, r, t, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) tellOne(ctx context.Context, r *mandates.Rule, tenant store.Tenant, now time.Time) error {
	if !r.Binds(string(tenant)) {
		return nil
	}
	counts, err := s.Store.QuotaCounts(ctx, tenant, r.ID, windowOf(r))
	if err != nil {
		return err
	}
	for _, c := range counts {
		q := quotaOf(r, c, now)
		data, err := json.Marshal(q)
		if err != nil {
			return fmt.Errorf("a quota for its event: %w", err)
		}
		alert := store.QuotaAlert{Tenant: tenant, Rule: r.ID, Shop: c.Shop, AtRisk: q.State == AtRisk || q.State == Missed}
		_, err = s.Store.AlertQuota(ctx, alert, s.Tell, func() []store.Event {
			return []store.Event{{Tenant: tenant, Type: TypeAtRisk, Subject: r.ID, Data: data}}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
