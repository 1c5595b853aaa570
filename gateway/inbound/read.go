package inbound

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// ask makes one guarded reading call.
func ask[T any](ctx context.Context, s *Service, t *turnOf, call func(context.Context) (T, error)) (T, error) {
	var out T
	err := s.Caller.Call(ctx, t.account, adapters.OpInbound, func(ctx context.Context) (err error) {
		out, err = call(ctx)
		return err
	})
	return out, err
}

func (s *Service) listPacking(ctx context.Context, t *turnOf) ([]adapters.InboundOption, error) {
	return ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundOption, error) {
		return t.in.ListPacking(ctx, t.plan.CarrierPlanID)
	})
}

func (s *Service) listPlacement(ctx context.Context, t *turnOf) ([]adapters.InboundOption, error) {
	return ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundOption, error) {
		return t.in.ListPlacement(ctx, t.plan.CarrierPlanID)
	})
}

func (s *Service) listTransport(ctx context.Context, t *turnOf) ([]adapters.InboundTransport, error) {
	return ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundTransport, error) {
		return t.in.ListTransport(ctx, t.plan.CarrierPlanID, t.file.Placement)
	})
}

func (s *Service) getShipment(ctx context.Context, t *turnOf, id string) (adapters.InboundShipment, error) {
	return ask(ctx, s, t, func(ctx context.Context) (adapters.InboundShipment, error) {
		return t.in.GetShipment(ctx, t.plan.CarrierPlanID, id)
	})
}

// read makes one reading of the protocol and puts it into the file.
func (s *Service) read(ctx context.Context, t *turnOf, m move) (pause time.Duration, err error) {
	var words string
	var apply func(p *store.Plan, f *file) error
	switch m.name {
	case readTwins:
		words, apply, err = s.readTwins(ctx, t)
	case readPrep:
		words, apply, err = s.readPrep(ctx, t)
	case readPacking:
		words, apply, err = s.readPacking(ctx, t)
	case readGroup:
		words, apply, err = s.readGroup(ctx, t, m.target)
	case readPlacement:
		words, apply, err = s.readPlacement(ctx, t)
	case readShipment:
		return s.readShipment(ctx, t, m.target)
	case readTransport:
		words, apply, err = s.readTransport(ctx, t)
	case readWindows:
		words, apply, err = s.readWindows(ctx, t, m.target)
	case readBoxes:
		return s.readBoxes(ctx, t, m.target)
	case readItems:
		words, apply, err = s.readItems(ctx, t, m.target)
	case readPaper:
		return s.readPaper(ctx, t)
	case readReceived:
		words, apply, err = s.readReceived(ctx, t, m.target)
	}
	if err != nil {
		return 0, err
	}
	return 0, s.progress(ctx, t, store.PlanUpdate{}, words, apply)
}

// applies is what a reading changes.
type applies = func(p *store.Plan, f *file) error

// readTwins looks for plans that a lost answer left behind beside ours.
func (s *Service) readTwins(ctx context.Context, t *turnOf) (string, applies, error) {
	list, _, err := s.plansOfName(ctx, t, t.plan.CreatedAt.Add(-clockSkew))
	if err != nil {
		return "", nil, err
	}
	var twins []string
	for _, p := range list {
		if p.ID != t.plan.CarrierPlanID && p.Status == adapters.PlanActive {
			twins = append(twins, p.ID)
		}
	}
	return "", func(p *store.Plan, f *file) error {
		f.Twins, f.TwinsDue = twins, time.Time{}
		if f.TwinLooks++; f.TwinLooks < len(twinPauses) {
			f.TwinsDue = p.UpdatedAt.Add(twinPauses[f.TwinLooks])
		}
		return nil
	}, nil
}

// readPrep finds out for which of the goods that the request prepares the platform does not know
// it yet.
func (s *Service) readPrep(ctx context.Context, t *turnOf) (string, applies, error) {
	said := map[string]Prep{}
	var skus []string
	at := t.file.PrepAt
	for ; at < len(t.req.Items) && len(skus) < adapters.MaxInboundSKUs; at++ {
		it := t.req.Items[at]
		if _, again := said[it.SKU]; it.Prep != nil && !again {
			said[it.SKU] = *it.Prep
			skus = append(skus, it.SKU)
		}
	}
	var todo []adapters.InboundPrep
	if len(skus) > 0 {
		known, err := ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundPrep, error) {
			return t.in.ListPrep(ctx, t.plan.Marketplace, skus)
		})
		if err != nil {
			return "", nil, err
		}
		for _, k := range known {
			if p, ok := said[k.SKU]; ok && k.Category == "" {
				todo = append(todo, adapters.InboundPrep{SKU: k.SKU, Category: p.Category, Types: p.Types})
			}
		}
	}
	return "", func(_ *store.Plan, f *file) error {
		f.PrepAt = at
		f.PrepTodo = append(f.PrepTodo, todo...)
		if at < len(t.req.Items) {
			return nil
		}
		if f.PrepListed = true; len(f.PrepTodo) == 0 {
			f.end(statusFailed, Problem{Code: "prep_unknown", Severity: "error", Pointer: "/items",
				Message: "the platform asks how goods are prepared, and the request does not say it of those"})
		}
		return nil
	}, nil
}

func optionOf(o adapters.InboundOption, country string) option {
	return option{ID: o.ID, Status: o.Status, Groups: o.Groups, Shipments: o.Shipments, Fees: sumOf(o.Fees, country),
		Discounts: sumOf(o.Discounts, country), ExpiresAt: o.ExpiresAt, MinWeight: o.MinWeight, MaxWeight: o.MaxWeight}
}

func optionsOf(list []adapters.InboundOption, country string) []option {
	out := make([]option, len(list))
	for i, o := range list {
		out[i] = optionOf(o, country)
	}
	return out
}

// choosePacking is the option that is taken on our own account: the accepted one, else the first
// on offer that costs nothing. Where all cost, it is a person's choice.
func choosePacking(list []option, now time.Time) string {
	for _, o := range list {
		if o.Status == adapters.OptionAccepted {
			return o.ID
		}
	}
	for _, o := range list {
		if o.Status == adapters.OptionOffered && !o.expired(now) && o.Fees.Minor <= o.Discounts.Minor {
			return o.ID
		}
	}
	return ""
}

// readPacking takes the packing options. Without any there is nothing to pack before the
// placement.
func (s *Service) readPacking(ctx context.Context, t *turnOf) (string, applies, error) {
	list, err := s.listPacking(ctx, t)
	if err != nil {
		return "", nil, err
	}
	options, now := optionsOf(list, t.plan.Marketplace), time.Now()
	words := fmt.Sprintf("%d packing options", len(options))
	return words, func(_ *store.Plan, f *file) error {
		before := f.Packing
		f.PackingOptions, f.ReadAt, f.Packing = options, now, choosePacking(options, now)
		if o := f.option(options, f.Packing); o != nil && o.Status == adapters.OptionAccepted && before == o.ID && len(f.Boxes) > 0 {
			f.Packed = true // confirmed, though its answer said otherwise or was lost
			f.enter(stagePlacementOptions)
			return nil
		}
		f.Boxes = nil
		if len(options) == 0 {
			f.PackLater = true
			f.enter(stagePlacementOptions)
			return nil
		}
		f.keepGroups()
		f.enter(stageGroups)
		f.passGroups()
		return nil
	}, nil
}

// maxGroups bounds how many groups are looked into.
const maxGroups = 60

// keepGroups makes the list of groups that of the options, with what is known of them.
func (f *file) keepGroups() {
	var groups []group
	for _, o := range f.PackingOptions {
		for _, id := range o.Groups {
			if len(groups) < maxGroups && !slices.ContainsFunc(groups, func(g group) bool { return g.ID == id }) {
				g := group{ID: id}
				if known := f.group(id); known != nil {
					g = *known
				}
				groups = append(groups, g)
			}
		}
	}
	f.Groups = groups
}

func (f *file) passGroups() {
	if f.Stage == stageGroups && !slices.ContainsFunc(f.Groups, func(g group) bool { return !g.Listed }) {
		f.enter(stageBoxes)
	}
}

func (s *Service) readGroup(ctx context.Context, t *turnOf, id string) (string, applies, error) {
	items, err := ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundItem, error) {
		return t.in.ListGroupItems(ctx, t.plan.CarrierPlanID, id)
	})
	if err != nil {
		return "", nil, err
	}
	return "", func(_ *store.Plan, f *file) error {
		if g := f.group(id); g != nil {
			g.Listed, g.Items = true, items
		}
		f.passGroups()
		return nil
	}, nil
}

func (s *Service) readItems(ctx context.Context, t *turnOf, id string) (string, applies, error) {
	items, err := ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundItem, error) {
		return t.in.ListShipmentItems(ctx, t.plan.CarrierPlanID, id)
	})
	if err == nil && len(items) == 0 {
		err = normalize.Fail(normalize.KindBadResponse, "the shipment has no items")
	}
	if err != nil {
		return "", nil, err
	}
	return "", func(_ *store.Plan, f *file) error {
		if sh := f.shipment(id); sh != nil {
			sh.Items = items
		}
		return nil
	}, nil
}
