package adaptertest

import (
	"context"
	"testing"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Extra is an operation that the suite cannot make up itself.
type Extra struct {
	Name    string
	Op      adapters.Operation
	Commits bool // it commits money, as its request's mark says
	// Ready brings about what the call needs, on a healthy wire, and returns the call.
	Ready func(t testing.TB, a adapters.Adapter) func(ctx context.Context) error
}

// action is one operation of an adapter, whatever its types are.
type action struct {
	name    string
	op      adapters.Operation
	commits bool
	offered bool
	// ready brings about what the call needs and returns the call.
	ready func(*session) func(context.Context) error
}

// hits are the requests that a fault breaks: the committing one, or all of a read. Token
// calls stay whole, since they are not the operation's.
func (a action) hits(m adapters.Mark) bool {
	if a.commits {
		return m.Commits
	}
	return m.Op == a.op
}

// actions are the operations that the adapter offers.
func (s *session) actions() []action {
	all := []action{
		{op: adapters.OpRate, offered: s.ops.Rater != nil, ready: readyRate},
		{op: adapters.OpDraft, offered: s.ops.Drafter != nil, ready: readyDraft},
		{op: adapters.OpLabel, offered: s.ops.Labeler != nil, ready: readyLabel, commits: true},
		{op: adapters.OpDocuments, offered: s.ops.Documenter != nil, ready: readyDocuments},
		{op: adapters.OpFind, offered: s.ops.Finder != nil, ready: readyFind},
		{op: adapters.OpList, offered: s.ops.Lister != nil, ready: readyList},
		{op: adapters.OpVoid, offered: s.ops.Voider != nil, ready: readyVoid},
		{op: adapters.OpTrack, offered: s.ops.Tracker != nil, ready: readyTrack},
		{op: adapters.OpLandedCost, offered: s.ops.LandedCoster != nil, ready: readyLandedCost},
		{op: adapters.OpManifest, offered: s.ops.Manifester != nil, ready: readyManifest},
		{op: adapters.OpPickup, offered: s.ops.PickupScheduler != nil, ready: readyPickup},
		{op: adapters.OpReturn, offered: s.ops.Returner != nil, ready: readyReturn, commits: true},
	}
	var out []action
	for _, a := range all {
		if a.name = string(a.op); a.offered {
			out = append(out, a)
		}
	}
	for _, e := range s.h.Extras {
		out = append(out, action{name: e.Name, op: e.Op, commits: e.Commits, offered: true,
			ready: func(s *session) func(context.Context) error { return e.Ready(s.t, s.adapter) }})
	}
	return out
}

func readyRate(s *session) func(context.Context) error {
	req := normalize.RateRequest{Shipment: s.uniqueShipment(), Services: []string{s.h.Service}}
	return func(ctx context.Context) error {
		_, err := s.ops.Rater.Rate(ctx, req)
		return err
	}
}

func readyDraft(s *session) func(context.Context) error {
	req := s.mustOrder()
	req.ClientReference, req.Draft = s.reference(), nil
	req.Shipment = s.uniqueShipment()
	return func(ctx context.Context) error {
		_, err := s.ops.Drafter.Draft(ctx, req)
		return err
	}
}

func readyLabel(s *session) func(context.Context) error {
	req := s.mustOrder()
	return func(ctx context.Context) error {
		_, err := s.ops.Labeler.Label(ctx, req)
		return err
	}
}

func readyDocuments(s *session) func(context.Context) error {
	req := normalize.DocumentsRequest{Ref: s.buy().ref(), Label: s.h.Label}
	return func(ctx context.Context) error {
		_, err := s.ops.Documenter.Documents(ctx, req)
		return err
	}
}

func readyFind(s *session) func(context.Context) error {
	req := normalize.FindRequest{Ref: s.buy().ref()}
	return func(ctx context.Context) error {
		_, err := s.ops.Finder.Find(ctx, req)
		return err
	}
}

func readyList(s *session) func(context.Context) error {
	s.buy()
	now := time.Now()
	return func(ctx context.Context) error {
		_, err := s.ops.Lister.List(ctx, normalize.ListRequest{From: now.Add(-time.Hour), Until: now.Add(time.Hour)})
		return err
	}
}

func readyVoid(s *session) func(context.Context) error {
	req := normalize.VoidRequest{Ref: s.buy().ref(), Reason: "changed my mind"}
	return func(ctx context.Context) error {
		_, err := s.ops.Voider.Void(ctx, req)
		return err
	}
}

func readyTrack(s *session) func(context.Context) error {
	p := s.buy()
	s.travel(p.label.TrackingNumber)
	return func(ctx context.Context) error {
		_, err := s.ops.Tracker.Track(ctx, normalize.TrackRequest{Ref: p.ref()})
		return err
	}
}

func readyLandedCost(s *session) func(context.Context) error {
	req := normalize.RateRequest{Shipment: s.uniqueShipment(), Services: []string{s.h.Service}}
	return func(ctx context.Context) error {
		_, err := s.ops.LandedCoster.LandedCost(ctx, req)
		return err
	}
}

func readyManifest(s *session) func(context.Context) error {
	p := s.buy()
	req := normalize.ManifestRequest{Labels: []normalize.ShipmentRef{p.ref()}, Weight: p.req.Shipment.TotalWeight(),
		Handover: p.req.Shipment.Handover, ReturnAddress: &p.req.Shipment.Origin}
	return func(ctx context.Context) error {
		_, err := s.ops.Manifester.Manifest(ctx, req)
		return err
	}
}

func readyPickup(s *session) func(context.Context) error {
	p := s.buy()
	tomorrow := time.Now().Add(24 * time.Hour).Truncate(24 * time.Hour)
	req := normalize.PickupRequest{Address: p.req.Shipment.Origin, Labels: []normalize.ShipmentRef{p.ref()},
		ReadyFrom: tomorrow.Add(2 * time.Hour), ReadyUntil: tomorrow.Add(9 * time.Hour), // 10 to 17 h in China
		Parcels: p.req.Shipment.Parcels, Service: s.h.Service, Destination: &p.req.Shipment.Destination}
	return func(ctx context.Context) error {
		_, err := s.ops.PickupScheduler.SchedulePickup(ctx, req)
		return err
	}
}

func readyReturn(s *session) func(context.Context) error {
	req := s.buy().req
	req.ClientReference, req.Draft, req.CarrierData = s.reference(), nil, nil
	req.Shipment.Origin, req.Shipment.Destination = req.Shipment.Destination, req.Shipment.Origin
	return func(ctx context.Context) error {
		_, err := s.ops.Returner.Return(ctx, req)
		return err
	}
}
