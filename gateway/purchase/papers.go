package purchase

import (
	"context"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// retryPapers is how long to wait before the n-th time of asking for papers, from 0.
func retryPapers(n int) time.Duration {
	steps := []time.Duration{0, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, time.Second, 2 * time.Second, 5 * time.Second,
		15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	return steps[min(n, len(steps)-1)]
}

// maxPapers bounds how often papers are asked for: about three days, then a person looks.
const maxPapers = 80

// papers fetches what did not come with the label, as often as fits before until. Whoever
// asks holds the purchase's lease from one time to the next, so that nobody else asks
// meanwhile; where papers stops, the worker goes on.
func (s *Service) papers(ctx context.Context, p store.Purchase, a *accounts.Account, o order, until time.Time) {
	for {
		var err error
		if p, err = s.fetch(ctx, p, a, o, until); err != nil {
			s.lost(p, "documents", err)
			return
		}
		if p.State != store.PurchaseBought || p.LeaseUntil.IsZero() || !s.pause(retryPapers(detailsOf(p).DocumentTries)) {
			return
		}
	}
}

// pause waits, and tells whether to go on: not when the service is being closed.
func (s *Service) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.stop:
		return false
	}
}

// fetch asks once for the papers and late numbers of a bought label whose lease the caller
// holds. It keeps the lease where the next time of asking is before until.
func (s *Service) fetch(ctx context.Context, p store.Purchase, a *accounts.Account, o order, until time.Time) (store.Purchase, error) {
	next := retryPapers(detailsOf(p).DocumentTries + 1)
	p, attempt, err := s.Store.ClaimPurchase(ctx, p.Ref(), store.Claim{
		From: []store.PurchaseState{store.PurchaseBought}, To: store.PurchaseBought, Held: true,
		Lease: s.Caller.Limit(adapters.OpDocuments) + next + leaseSlack, Kind: store.AttemptFetchDoc,
	})
	if err != nil {
		return p, err
	}
	var got normalize.Documents
	err = s.Caller.Call(ctx, a, adapters.OpDocuments, func(ctx context.Context) (err error) {
		got, err = a.Ops.Documenter.Documents(ctx, normalize.DocumentsRequest{Ref: refOf(p, o), Label: o.Label})
		return err
	})
	res := store.AttemptResult{N: attempt.N, Outcome: store.OutcomeOK}
	if err != nil {
		res.Outcome, res.CarrierCode = store.OutcomeError, normalize.AsError(err).Code
		got = normalize.Documents{Pending: true}
	}
	// What came is written down even where the worker is being stopped.
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	out, err := s.fetched(own, p, a, o, got, res, time.Now().Add(next).Before(until))
	if errors.Is(err, store.ErrDuplicate) {
		return s.park(own, p, &res, "the tracking number that came belongs to another purchase of the account", documentsOf(p, got.Documents)...)
	}
	return out, err
}

// fetched stores what came. Where the carrier says that there is no more to come, or has been
// asked too often, a person has to look.
func (s *Service) fetched(ctx context.Context, p store.Purchase, a *accounts.Account, o order, got normalize.Documents, res store.AttemptResult, hold bool) (store.Purchase, error) {
	f, err := s.Store.PurchaseFile(ctx, p.Tenant, p.ID)
	if err != nil {
		return p, err
	}
	docs := documentsOf(p, append(got.Documents, got.Label.Documents...))
	number := got.Label.TrackingNumber
	fresh := number != "" && p.TrackingNumber == ""
	tries := detailsOf(p).DocumentTries + 1
	complete := (number != "" || p.TrackingNumber != "") && (hasLabel(docs) || hasLabel(f.Documents))
	over := !complete && (!got.Pending || tries >= maxPapers)
	var waiting []normalize.Warning
	if !complete { // what is said while nothing is there concerns the waiting, not the label
		waiting, got.Label.Warnings = got.Label.Warnings, nil
	}
	t := store.Transition{
		Attempt: &res, Documents: docs, Release: complete || over || !hold,
		Labels: relabelled(f.Labels, p, got.Label),
		Change: func(p *store.Purchase) error {
			apply(p, o, got.Label)
			d := detailsOf(*p)
			d.DocumentTries, d.Waiting = tries, waiting
			p.Details = d.encode()
			p.DueAt = p.UpdatedAt.Add(retryPapers(tries))
			switch {
			case complete:
				p.State, p.SettledAt = store.PurchaseSettled, p.UpdatedAt
				resting(p)
			case over:
				p.State = store.PurchaseParked
				resting(p)
			}
			return nil
		},
		History: fetchedLines(fresh, complete, over, got.Pending),
	}
	if fresh {
		t.Tracker = s.tracker(p, a, o, got.Label)
	}
	t.Emit = func(p store.Purchase, made *store.Tracker) []store.Event {
		out := emitBought(p, made)
		if p.State != store.PurchaseSettled && (fresh || len(docs) > 0 || over) {
			out = append(out, event("label.updated", p))
		}
		return out
	}
	s.costs(&t, p, o, got.Label)
	return s.Store.TransitionPurchase(ctx, p.Ref(), t)
}

func fetchedLines(fresh, complete, over, pending bool) []store.HistoryLine {
	var out []store.HistoryLine
	if fresh {
		out = append(out, store.HistoryLine{Status: "purchasing", Detail: "the tracking number has arrived"})
	}
	switch {
	case complete:
		out = append(out, store.HistoryLine{Status: "purchased", Detail: "number and label are stored"})
	case over && pending:
		out = append(out, store.HistoryLine{Status: "needs_attention", Detail: "bought, but number or paper did not come in three days of asking"})
	case over:
		out = append(out, store.HistoryLine{Status: "needs_attention", Detail: "bought, but the carrier has no further number or paper for it"})
	}
	return out
}

// relabelled is the bought label with the numbers that came since, so that no second purchase
// of the account may have them.
func relabelled(labels []store.BoughtLabel, p store.Purchase, l normalize.Label) []store.BoughtLabel {
	for _, b := range labels {
		if b.N != 0 || l.TrackingNumber == "" && l.CarrierReference == "" && len(l.Parcels) == 0 {
			continue
		}
		if b.ShipmentID == p.ClientReference && l.CarrierReference != "" {
			b.ShipmentID = l.CarrierReference
		}
		if l.TrackingNumber != "" {
			b.TrackingNumber = l.TrackingNumber
		}
		if len(l.Parcels) > 0 {
			b.Parcels = l.Parcels
		}
		return []store.BoughtLabel{b}
	}
	return nil
}
