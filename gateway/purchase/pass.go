package purchase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// How the lists of accounts are read.
const (
	passKind  = "listing"
	passLook  = time.Minute // how often somebody looks whether one is due
	passTime  = 30 * time.Minute
	passLease = passTime + 5*time.Minute
	// The first list of an account goes back listFirst; later ones begin listOverlap before the
	// end of the one before, since carriers list late; and listOldest is how far back they go
	// for a purchase that is not proven yet.
	listFirst   = 7 * 24 * time.Hour
	listOverlap = 24 * time.Hour
	listOldest  = 30 * 24 * time.Hour
	// maxListPages bounds one list, and maxParked how many purchases are matched with it.
	maxListPages = 10_000
	maxParked    = 1000
	passRetry    = 5 * time.Minute
)

// makePasses reads what carriers list of each account at regular times, until ctx ends. Of all
// replicas one reads a list.
func (s *Service) makePasses(ctx context.Context) {
	tick := time.NewTicker(min(passLook, s.PassEvery))
	defer tick.Stop()
	for {
		s.duePasses(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// duePasses makes the passes that are due, one after the other.
func (s *Service) duePasses(ctx context.Context) {
	for _, a := range s.Registry.All() {
		if a.Ops.Lister == nil || !a.Enabled {
			continue
		}
		if err := s.Passes.EnsurePass(ctx, store.Tenant(a.Tenant), a.ID, passKind, s.PassEvery/24); err != nil && ctx.Err() == nil {
			s.Logger.Error("a regular list cannot be planned", "carrier", a.Adapter, "account", a.ID, "op", "list", "err", err.Error())
		}
	}
	for ctx.Err() == nil {
		list, err := s.Passes.ClaimDuePasses(ctx, store.Due{Lease: passLease, Limit: 1})
		if err != nil && ctx.Err() == nil {
			s.Logger.Error("due lists could not be claimed", "op", "claim", "err", err.Error())
		}
		if len(list) == 0 {
			return
		}
		s.makePass(ctx, list[0])
	}
}

// makePass reads one account's list and writes down when it is due again.
func (s *Service) makePass(ctx context.Context, p store.Pass) {
	a, ok := s.Registry.Get(string(p.Tenant), p.Account)
	if !ok || !a.Enabled || a.Ops.Lister == nil {
		s.endPass(ctx, p, func(p *store.Pass) { p.DueAt = p.UpdatedAt.Add(s.PassEvery) })
		return
	}
	own, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	until, err := s.listingPass(own, a, p)
	kind := "ok"
	if err != nil {
		kind = string(normalize.KindOf(err))
	}
	s.metrics.passes.WithLabelValues(a.Adapter, kind).Inc()
	switch {
	case err == nil:
		s.endPass(ctx, p, func(p *store.Pass) {
			p.DueAt, p.CoveredUntil, p.Failures = p.UpdatedAt.Add(s.PassEvery), until, 0
		})
	case normalize.KindOf(err) == normalize.KindUnsupported: // this account's door has no list
		s.endPass(ctx, p, func(p *store.Pass) { p.DueAt, p.Failures = p.UpdatedAt.Add(s.PassEvery), 0 })
	default:
		s.Logger.Error("a regular list was not read to its end", "carrier", a.Adapter, "account", a.ID, "op", "list", "err", err.Error())
		s.endPass(ctx, p, func(p *store.Pass) {
			p.Failures++
			p.DueAt = p.UpdatedAt.Add(min(passRetry<<min(p.Failures-1, 8), s.PassEvery))
		})
	}
}

func (s *Service) endPass(ctx context.Context, p store.Pass, change func(*store.Pass)) {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := s.Passes.EndPass(own, p.Ref(), change); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrClosed) {
		s.Logger.Error("the end of a regular list could not be written", "account", p.Account, "op", "list", "err", err.Error())
	}
}

// listingPass reads the account's list from before the last one's end up to now, page by page,
// and acts on what is in it. It returns the time up to which it has looked.
func (s *Service) listingPass(ctx context.Context, a *accounts.Account, p store.Pass) (time.Time, error) {
	until := time.Now()
	from := until.Add(-listFirst)
	if !p.CoveredUntil.IsZero() {
		from = p.CoveredUntil.Add(-listOverlap)
	}
	open, err := s.unproven(ctx, a)
	if err != nil {
		return until, err
	}
	for _, c := range open {
		if at := c.p.CreatedAt.Add(-listedBefore); at.Before(from) && at.After(until.Add(-listOldest)) {
			from = at
		}
	}
	complete, err := s.readList(ctx, a, from, until, func(l normalize.Listed) error {
		return s.listed(ctx, a, l, open)
	})
	if err != nil {
		return until, err
	}
	return until, s.prove(ctx, a, open, complete, from, until)
}

// readList hands each shipment of an account's list to do. complete says that nothing that was
// sold within the time is missing.
func (s *Service) readList(ctx context.Context, a *accounts.Account, from, until time.Time, do func(normalize.Listed) error) (complete bool, err error) {
	complete = true
	req := normalize.ListRequest{From: from, Until: until}
	for range maxListPages {
		var page normalize.Listing
		err := s.Caller.Call(ctx, a, adapters.OpList, func(ctx context.Context) (err error) {
			page, err = a.Ops.Lister.List(ctx, req)
			return err
		})
		if err != nil {
			return false, err
		}
		complete = complete && page.Complete
		for _, l := range page.Shipments {
			if err := do(l); err != nil {
				return false, err
			}
		}
		if page.Next == "" {
			return complete, nil
		}
		if page.Next == req.Cursor {
			break
		}
		req.Cursor = page.Next
	}
	return false, fmt.Errorf("the list of %s has no end", a.Adapter)
}
