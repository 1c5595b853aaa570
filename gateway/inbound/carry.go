package inbound

import (
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// placementJob confirms a placement. It cannot be undone and is sent once.
func placementJob() job {
	return job{words: "the placement is confirmed",
		send: sends(func(ctx context.Context, t *turnOf, step store.Step) (string, error) {
			return t.in.ConfirmPlacement(ctx, t.plan.CarrierPlanID, detailOf(step).Option)
		}),
		done:   func(p *store.Plan, f *file, _ Request, step store.Step) { f.placed(p, detailOf(step).Option) },
		failed: func(_ *store.Plan, f *file, _ store.Step) { f.enter(stageListPlacement) },
		look:   (*Service).lookPlacement,
		find: func(s *Service, ctx context.Context, t *turnOf, _ store.Step) (finding, func(*store.Plan, *file), error) {
			list, err := s.listPlacement(ctx, t)
			if err != nil {
				return absent, nil, err
			}
			i := slices.IndexFunc(list, func(o adapters.InboundOption) bool { return o.Status == adapters.OptionAccepted })
			if i < 0 {
				return absent, nil, nil
			}
			return happened, func(p *store.Plan, f *file) { f.placed(p, list[i].ID) }, nil
		},
	}
}

// lookPlacement reads the options before one is confirmed: what is taken already settles the
// step, and what has run out is made anew instead of sent.
func (s *Service) lookPlacement(ctx context.Context, t *turnOf, step store.Step) (bool, error) {
	list, err := s.listPlacement(ctx, t)
	if err != nil {
		return false, err
	}
	want := detailOf(step).Option
	var offered, taken string
	for _, o := range list {
		switch {
		case o.Status == adapters.OptionAccepted:
			taken = o.ID
		case o.ID == want && !optionOf(o, t.plan.Marketplace).expired(time.Now()):
			offered = o.ID
		}
	}
	switch {
	case taken == want:
		return true, s.close(ctx, t, step, store.StepDone, "the placement is confirmed at the platform already", func(p *store.Plan, f *file) { f.placed(p, taken) })
	case taken != "":
		return true, s.close(ctx, t, step, store.StepFailed, "another placement is confirmed at the platform already", func(p *store.Plan, f *file) {
			f.note(Problem{Code: "placement_taken", Severity: "error", Message: "another placement option was confirmed before this one was sent"})
			f.placed(p, taken)
		})
	case offered == "":
		return true, s.close(ctx, t, step, store.StepFailed, "the placement option has run out before it was sent", func(_ *store.Plan, f *file) {
			f.note(Problem{Code: "option_expired", Severity: "error", Message: "the placement option has expired; choose among the new ones"})
			f.enter(stagePlacementOptions)
		})
	}
	return false, nil
}

// placed goes on with the shipments of a confirmed placement.
func (f *file) placed(p *store.Plan, id string) {
	f.Placement = id
	if o := f.option(f.Placements, id); o != nil {
		o.Status = adapters.OptionAccepted
		f.Shipments = slices.DeleteFunc(f.Shipments, func(sh shipment) bool { return !slices.Contains(o.Shipments, sh.ID) })
		for _, sh := range o.Shipments {
			if f.shipment(sh) == nil {
				f.Shipments = append(f.Shipments, shipment{ID: sh})
			}
		}
	}
	p.Spent = f.spent(p.Marketplace)
	if f.PackLater && !f.Packed {
		f.enter(stageBoxesLater)
		return
	}
	f.enter(stageTransportOptions)
}

// quoteJob asks for transport of every shipment of the confirmed placement.
func quoteJob() job {
	return job{again: true,
		done: func(p *store.Plan, f *file, r Request, step store.Step) {
			for i := range f.Shipments {
				sh := &f.Shipments[i]
				sh.Windows, sh.WindowsMade, sh.WindowsListed = nil, false, false
			}
			renews(statusNeedsTransportation, stageListTransport)(p, f, r, step)
		},
		send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
			return t.in.GenerateTransport(ctx, t.quoteRequest(time.Now()))
		}),
		failed: func(_ *store.Plan, f *file, _ store.Step) {
			f.giveUp()
			if f.Reached == statusNeedsTransportation {
				f.enter(stageListTransport)
			} else if f.Refusals++; f.Refusals >= maxRefusals {
				f.end(statusFailed)
			}
		},
	}
}

// quoteRequest asks with what was said of each shipment, else with the plan's own words. What is
// not said to be ready is ready a day from now.
func (t *turnOf) quoteRequest(now time.Time) adapters.InboundTransportRequest {
	out := adapters.InboundTransportRequest{PlanID: t.plan.CarrierPlanID, Placement: t.file.Placement}
	for _, sh := range t.file.Shipments {
		q := t.file.Quoting[sh.ID]
		one := adapters.InboundTransportShipment{Shipment: sh.ID, ReadyFrom: q.ReadyFrom, Contact: q.Contact.platform()}
		if one.ReadyFrom.IsZero() {
			one.ReadyFrom = t.req.ReadyFrom
		}
		if !one.ReadyFrom.After(now) {
			one.ReadyFrom = now.Add(24 * time.Hour)
		}
		if q.Contact == (Contact{}) {
			one.Contact = t.req.contact().platform()
		}
		for _, p := range q.Pallets {
			one.Pallets = append(one.Pallets, adapters.InboundPallet{Count: p.Count, Weight: p.Weight, Dimensions: p.Dimensions, Stackable: p.Stackable})
		}
		if q.Freight != nil {
			one.FreightValue, one.FreightClass = q.Freight.DeclaredValue, q.Freight.Class
		}
		out.Shipments = append(out.Shipments, one)
	}
	return out
}

// giveUp drops a confirmation of transport that was not sent.
func (f *file) giveUp() {
	if f.Confirm != nil {
		f.Dropped = append(f.Dropped, f.Confirm.Step)
		f.Confirm = nil
	}
}

func windowsJob() job {
	return job{again: true,
		send: sends(func(ctx context.Context, t *turnOf, step store.Step) (string, error) {
			return t.in.GenerateWindows(ctx, t.plan.CarrierPlanID, step.Target)
		}),
		done: func(_ *store.Plan, f *file, _ Request, step store.Step) {
			if sh := f.shipment(step.Target); sh != nil {
				sh.WindowsMade = true
			}
		},
		failed: func(_ *store.Plan, f *file, step store.Step) { // other options need none
			if sh := f.shipment(step.Target); sh != nil {
				sh.WindowsMade, sh.WindowsListed = true, true
			}
			f.passWindows()
		},
	}
}

func windowJob() job {
	return job{words: "a delivery window is confirmed", again: true,
		send: sends(func(ctx context.Context, t *turnOf, step store.Step) (string, error) {
			return t.in.ConfirmWindow(ctx, t.plan.CarrierPlanID, step.Target, t.file.Confirm.Windows[step.Target])
		}),
		done: func(_ *store.Plan, f *file, _ Request, step store.Step) {
			if sh := f.shipment(step.Target); sh != nil && f.Confirm != nil {
				sh.Window = f.Confirm.Windows[step.Target]
			}
		},
		failed: func(_ *store.Plan, f *file, _ store.Step) {
			f.giveUp()
			f.enter(stageListTransport)
		},
	}
}

// transportJob confirms transport for all shipments at once. It spends money, cannot be undone
// and is sent once.
func transportJob() job {
	return job{words: "transport is confirmed",
		send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
			var selections []adapters.InboundSelection
			for _, sh := range t.file.Shipments {
				selections = append(selections, adapters.InboundSelection{Shipment: sh.ID, Option: t.file.Confirm.Selections[sh.ID], Contact: t.file.Confirm.Contact.platform()})
			}
			return t.in.ConfirmTransport(ctx, t.plan.CarrierPlanID, selections)
		}),
		done: func(p *store.Plan, f *file, _ Request, _ store.Step) { f.carried(p) },
		failed: func(_ *store.Plan, f *file, _ store.Step) {
			f.Confirm = nil
			f.enter(stageListTransport)
		},
		look: (*Service).lookTransport,
		find: (*Service).findTransport,
	}
}

// carried goes on to the papers of a confirmed transport.
func (f *file) carried(p *store.Plan) {
	for i := range f.Shipments {
		sh := &f.Shipments[i]
		if f.Confirm != nil {
			sh.Selected = f.Confirm.Selections[sh.ID]
		}
	}
	f.Confirm = nil
	p.Spent = f.spent(p.Marketplace)
	f.enter(stagePapers)
}

// findTransport asks each shipment which option it has.
func (s *Service) findTransport(ctx context.Context, t *turnOf, _ store.Step) (finding, func(*store.Plan, *file), error) {
	bought := map[string]string{}
	for _, sh := range t.file.Shipments {
		got, err := s.getShipment(ctx, t, sh.ID)
		if err != nil {
			return absent, nil, err
		}
		if got.Transport != "" || got.ConfirmationID != "" {
			bought[sh.ID] = got.Transport
		}
	}
	switch {
	case len(bought) == 0:
		return absent, nil, nil
	case len(bought) < len(t.file.Shipments):
		return unclear, nil, nil
	}
	return happened, func(p *store.Plan, f *file) {
		f.carried(p)
		for i := range f.Shipments {
			if id := bought[f.Shipments[i].ID]; id != "" {
				f.Shipments[i].Selected = id
			}
		}
		p.Spent = f.spent(p.Marketplace)
	}, nil
}

// lookTransport reads the platform's state before transport is bought: what is confirmed already
// settles the step, and an option that has run out or grown dearer is not bought.
func (s *Service) lookTransport(ctx context.Context, t *turnOf, step store.Step) (bool, error) {
	if len(t.file.Shipments) == 0 {
		return false, normalize.Fail(normalize.KindBadResponse, "the placement has no shipments")
	}
	first, err := s.getShipment(ctx, t, t.file.Shipments[0].ID)
	if err != nil {
		return false, err
	}
	if first.Transport != "" || first.ConfirmationID != "" {
		found, apply, err := s.findTransport(ctx, t, step)
		if err == nil && found != happened {
			err = normalize.Fail(normalize.KindUnavailable, "the platform shows transport for some of the shipments only")
		}
		if err != nil {
			return false, err
		}
		return true, s.close(ctx, t, step, store.StepDone, "transport is confirmed at the platform already", apply)
	}
	list, err := s.listTransport(ctx, t)
	if err != nil {
		return false, err
	}
	for id, option := range t.file.Confirm.Selections {
		if why := offerGone(list, id, option, t.file.Confirm.Wanted[id].Quote, time.Now()); why != "" {
			return true, s.close(ctx, t, step, store.StepFailed, "nothing was sent: "+why, func(_ *store.Plan, f *file) {
				f.note(Problem{Code: "option_expired", Severity: "error", Message: why + "; choose among the new options"})
				f.Confirm = nil
				f.enter(stageTransportOptions)
			})
		}
	}
	return false, nil
}

// offerGone says why an option cannot be taken as it was confirmed, "" where it can.
func offerGone(list []adapters.InboundTransport, shipment, option string, quoted normalize.Money, now time.Time) string {
	i := slices.IndexFunc(list, func(o adapters.InboundTransport) bool { return o.Shipment == shipment && o.ID == option })
	switch {
	case i < 0:
		return "a transport option is not offered any more"
	case !list[i].ExpiresAt.IsZero() && !now.Before(list[i].ExpiresAt):
		return "a transport option has expired"
	case !noDearer(list[i].Quote, quoted):
		return "a transport option costs more than it was quoted for"
	}
	return ""
}

// noDearer compares two quotes of one currency; one's own carrier has none.
func noDearer(now, quoted normalize.Money) bool {
	if now.IsZero() || quoted.IsZero() {
		return now.IsZero() && quoted.IsZero()
	}
	return now.Currency == quoted.Currency && now.Minor <= quoted.Minor
}
