package inbound

import (
	"context"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// finding is what the platform's state says of a call whose answer was lost.
type finding int

const (
	absent finding = iota
	unclear
	happened
)

// job is one kind of remote write. Those with again do no harm twice and are done again when
// their answer is lost; the others have find.
type job struct {
	words string // for the history, when it is done
	again bool
	send  func(ctx context.Context, t *turnOf, step store.Step) (adapters.InboundStarted, error)
	done  func(p *store.Plan, f *file, r Request, step store.Step)
	// failed goes on after a refusal; where it is nil the step is tried a few times.
	failed func(p *store.Plan, f *file, step store.Step)
	// look reads the platform's state before the step is sent. It tells whether that settled it.
	look func(s *Service, ctx context.Context, t *turnOf, step store.Step) (settled bool, err error)
	find func(s *Service, ctx context.Context, t *turnOf, step store.Step) (finding, func(*store.Plan, *file), error)
	// absent goes on where the call is proven not to have happened; where it is nil a person must.
	absent func(p *store.Plan, f *file)
}

// sends wraps a call that answers with an operation alone.
func sends(call func(ctx context.Context, t *turnOf, step store.Step) (string, error)) func(context.Context, *turnOf, store.Step) (adapters.InboundStarted, error) {
	return func(ctx context.Context, t *turnOf, step store.Step) (adapters.InboundStarted, error) {
		op, err := call(ctx, t, step)
		return adapters.InboundStarted{Operation: op}, err
	}
}

// renews goes on to a stage of offers, counted where they are made anew for a person who did not come.
func renews(waited string, to stage) func(*store.Plan, *file, Request, store.Step) {
	return func(_ *store.Plan, f *file, _ Request, _ store.Step) {
		if f.Reached == waited && f.Confirm == nil {
			f.Renewed++
		}
		f.enter(to)
	}
}

// jobOf is the table of all writes.
func jobOf(name string) job {
	switch name {
	case stepCreatePlan:
		return createJob()
	case stepCancelPlan:
		return cancelJob()
	case stepCancelTwin:
		return twinJob()
	case stepSetPrep:
		return prepJob()
	case stepGeneratePacking:
		return job{again: true, done: renews(statusNeedsPacking, stageListPacking),
			send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
				return t.in.GeneratePacking(ctx, t.plan.CarrierPlanID)
			})}
	case stepSetPacking:
		return setPackingJob()
	case stepConfirmPacking:
		return confirmPackingJob()
	case stepGeneratePlacement:
		return job{again: true, done: renews(statusNeedsPlacement, stageListPlacement),
			send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
				return t.in.GeneratePlacement(ctx, t.plan.CarrierPlanID)
			})}
	case stepConfirmPlacement:
		return placementJob()
	case stepGenerateTransport:
		return quoteJob()
	case stepGenerateWindows:
		return windowsJob()
	case stepConfirmWindow:
		return windowJob()
	case stepConfirmTransport:
		return transportJob()
	case stepSetTracking:
		return trackingJob()
	}
	return job{}
}

// twinPauses are how long after a second creation a plan that the first one left behind is looked
// for: a platform may be slow to list what it has.
var twinPauses = []time.Duration{time.Minute, 10 * time.Minute}

// clockSkew is how far the platform's clock may be behind ours, when plans are told by their age.
const clockSkew = 2 * time.Minute

func createJob() job {
	done := func(p *store.Plan, f *file) {
		f.enter(stagePackingOptions)
		if f.Resent {
			f.TwinsDue = p.UpdatedAt.Add(twinPauses[0])
		}
	}
	return job{words: "the platform has the plan",
		send: func(ctx context.Context, t *turnOf, _ store.Step) (adapters.InboundStarted, error) {
			return t.in.CreatePlan(ctx, t.req.platformRequest())
		},
		done: func(p *store.Plan, f *file, _ Request, step store.Step) {
			if id := detailOf(step).PlanID; id != "" { // where whoever created it did not live to write it down
				p.CarrierPlanID = id
			}
			done(p, f)
		},
		failed: func(_ *store.Plan, f *file, _ store.Step) { f.end(statusFailed) },
		find: func(s *Service, ctx context.Context, t *turnOf, step store.Step) (finding, func(*store.Plan, *file), error) {
			list, complete, err := s.plansOfName(ctx, t, step.StartedAt.Add(-clockSkew))
			if err != nil {
				return absent, nil, err
			}
			mine := slices.DeleteFunc(list, func(p adapters.InboundPlanInfo) bool {
				return p.Status == adapters.PlanVoided || p.ID == t.plan.CarrierPlanID
			})
			if len(mine) == 0 {
				if !complete {
					return unclear, nil, nil
				}
				return absent, nil, nil
			}
			first := slices.MinFunc(mine, func(a, b adapters.InboundPlanInfo) int { return a.CreatedAt.Compare(b.CreatedAt) })
			return happened, func(p *store.Plan, f *file) {
				p.CarrierPlanID = first.ID
				f.Resent = f.Resent || len(mine) > 1
				if done(p, f); first.Status == adapters.PlanErrored {
					f.end(statusFailed, Problem{Code: "plan_errored", Severity: "error", Message: "the platform could not create the plan, and its reason was lost"})
				}
			}, nil
		},
		absent: func(_ *store.Plan, f *file) {
			f.Resent = true // from now on a second one may turn up
			if f.Refusals++; f.Refusals >= maxRefusals {
				f.end(statusFailed, Problem{Code: string(normalize.KindUnavailable), Severity: "error", Message: "the platform takes no plan"})
			}
		},
	}
}

// plansOfName lists the platform's plans with the plan's name since a time.
func (s *Service) plansOfName(ctx context.Context, t *turnOf, since time.Time) (list []adapters.InboundPlanInfo, complete bool, err error) {
	err = s.Caller.Call(ctx, t.account, adapters.OpInbound, func(ctx context.Context) (err error) {
		list, complete, err = t.in.FindPlans(ctx, t.plan.Name, since)
		return err
	})
	return list, complete, err
}

func twinJob() job {
	gone := func(f *file, id string) {
		f.Twins = slices.DeleteFunc(f.Twins, func(t string) bool { return t == id })
	}
	return job{words: "a second plan of the same name is cancelled", again: true,
		send: sends(func(ctx context.Context, t *turnOf, step store.Step) (string, error) {
			return t.in.CancelPlan(ctx, step.Target)
		}),
		done: func(_ *store.Plan, f *file, _ Request, step store.Step) { gone(f, step.Target) },
		failed: func(_ *store.Plan, f *file, step store.Step) {
			f.note(Problem{Code: "second_plan", Severity: "warning", Message: "the platform has a second plan of this name, " + step.Target + ", which could not be cancelled"})
			gone(f, step.Target)
		},
	}
}

func cancelJob() job {
	done := func(p *store.Plan, f *file) {
		p.Spent = f.lost(p.Marketplace, p.UpdatedAt)
		f.end(statusCancelled)
	}
	keep := func(_ *store.Plan, f *file, _ store.Step) { f.Cancel = false }
	return job{words: "the platform has cancelled the plan",
		send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
			return t.in.CancelPlan(ctx, t.plan.CarrierPlanID)
		}),
		done: func(p *store.Plan, f *file, _ Request, _ store.Step) { done(p, f) }, failed: keep,
		find: func(s *Service, ctx context.Context, t *turnOf, _ store.Step) (finding, func(*store.Plan, *file), error) {
			var info adapters.InboundPlanInfo
			err := s.Caller.Call(ctx, t.account, adapters.OpInbound, func(ctx context.Context) (err error) {
				info, err = t.in.GetPlan(ctx, t.plan.CarrierPlanID)
				return err
			})
			if err == nil && info.Status == adapters.PlanVoided {
				return happened, done, nil
			}
			return absent, nil, err
		},
	}
}

func prepJob() job {
	return job{words: "the platform knows how the goods are prepared", again: true,
		send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
			return t.in.SetPrep(ctx, t.plan.Marketplace, t.file.PrepTodo[:min(len(t.file.PrepTodo), adapters.MaxInboundSKUs)])
		}),
		done: func(_ *store.Plan, f *file, _ Request, _ store.Step) {
			f.PrepTodo = f.PrepTodo[min(len(f.PrepTodo), adapters.MaxInboundSKUs):]
			if len(f.PrepTodo) == 0 {
				f.PrepDone, f.Problems = true, nil
				f.enter(f.PrepBefore)
			}
		},
		failed: func(_ *store.Plan, f *file, _ store.Step) { f.end(statusFailed) },
	}
}

func setPackingJob() job {
	return job{words: "the platform knows the boxes", again: true,
		send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
			return t.in.SetPacking(ctx, t.plan.CarrierPlanID, t.file.Boxes)
		}),
		done: func(_ *store.Plan, f *file, _ Request, _ store.Step) {
			if f.Placement != "" {
				f.Packed = true
				f.enter(stageTransportOptions)
				return
			}
			f.enter(stageConfirmPacking)
		},
		failed: func(_ *store.Plan, f *file, _ store.Step) {
			f.Boxes = nil
			if f.Placement != "" {
				f.enter(stageBoxesLater)
				return
			}
			f.enter(stageListPacking)
		},
	}
}

func confirmPackingJob() job {
	done := func(f *file, id string) {
		if o := f.option(f.PackingOptions, id); o != nil {
			o.Status = adapters.OptionAccepted
		}
		f.Packed = true
		f.enter(stagePlacementOptions)
	}
	return job{words: "packed",
		send: sends(func(ctx context.Context, t *turnOf, _ store.Step) (string, error) {
			return t.in.ConfirmPacking(ctx, t.plan.CarrierPlanID, t.file.Packing)
		}),
		done:   func(_ *store.Plan, f *file, _ Request, _ store.Step) { done(f, f.Packing) },
		failed: func(_ *store.Plan, f *file, _ store.Step) { f.enter(stageListPacking) },
		find: func(s *Service, ctx context.Context, t *turnOf, _ store.Step) (finding, func(*store.Plan, *file), error) {
			list, err := s.listPacking(ctx, t)
			i := slices.IndexFunc(list, func(o adapters.InboundOption) bool { return o.Status == adapters.OptionAccepted })
			if err != nil || i < 0 || list[i].ID != t.file.Packing {
				return absent, nil, err
			}
			return happened, func(_ *store.Plan, f *file) { done(f, f.Packing) }, nil
		},
		absent: func(*store.Plan, *file) {}, // taking an option costs nothing more than it says, and only one can be taken
	}
}

func trackingJob() job {
	told := func(f *file, id string) {
		delete(f.Tracking, id)
		if sh := f.shipment(id); sh != nil {
			sh.LookedAt = time.Time{}
		}
	}
	return job{words: "the platform knows the tracking numbers", again: true,
		send: sends(func(ctx context.Context, t *turnOf, step store.Step) (string, error) {
			ask := t.file.Tracking[step.Target]
			req := adapters.InboundTrackingRequest{PlanID: t.plan.CarrierPlanID, Shipment: step.Target, BillOfLading: ask.BillOfLading, FreightBill: ask.FreightBill}
			for _, b := range ask.Boxes {
				req.Boxes = append(req.Boxes, adapters.InboundTracking{Box: b.Box, Number: b.Number})
			}
			return t.in.SetTracking(ctx, req)
		}),
		done:   func(_ *store.Plan, f *file, _ Request, step store.Step) { told(f, step.Target) },
		failed: func(_ *store.Plan, f *file, step store.Step) { told(f, step.Target) },
	}
}
