package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// What it takes to settle an unknown purchase.
const (
	// negatives is how many clean negative answers prove that nothing was bought.
	negatives = 2
	// maxSends bounds how often one purchase is sent, the first time included.
	maxSends = 4
	// maxLooks bounds how often a carrier that cannot prove absence is asked before a
	// person or a listing must tell: about a quarter of an hour.
	maxLooks = 8
)

// look asks the carrier once what became of a purchase, and acts on the answer. held says
// that the caller has its lease, as the worker does.
func (s *Service) look(ctx context.Context, p store.Purchase, held bool) error {
	a, o, err := s.accountAndOrder(p)
	if err != nil {
		return err
	}
	if a.Ops.Finder == nil {
		_, err := s.park(ctx, p, nil, "this carrier cannot be asked for a purchase")
		return err
	}
	l, err := s.find(ctx, p, a, o, held, true)
	if err != nil {
		return err
	}
	switch {
	case l.failed != nil:
		return s.lookAgain(ctx, l, a, false, "the carrier could not be asked: "+string(normalize.KindOf(l.failed)))
	case len(l.Labels) > 1 && !byReference(p):
		_, err := s.park(ctx, l.p, &l.res, "several labels of the carrier could be this one")
		return err
	case len(l.Labels) > 0:
		return s.adopt(ctx, l.p, a, o, l.Labels, l.res)
	case l.early:
		return s.lookAgain(ctx, l, a, false, "nothing is found, but it is too early for that to prove anything")
	case !l.Complete:
		return s.cannotTell(ctx, l, a)
	case l.p.Empties+1 < negatives:
		return s.lookAgain(ctx, l, a, true, "the carrier knows of no label; asked once more after a while")
	default:
		return s.absent(ctx, l.p, a, o, l.res)
	}
}

// byReference tells whether the carrier searches by our own reference, which no other
// purchase has, so that whatever it finds is ours.
func byReference(p store.Purchase) bool {
	class := adapters.Class(p.Class)
	return class == adapters.ClassA || class == adapters.ClassB || class == adapters.ClassC
}

func (s *Service) accountAndOrder(p store.Purchase) (*accounts.Account, order, error) {
	var o order
	a, ok := s.Registry.Get(string(p.Tenant), p.Account)
	if !ok {
		return nil, o, fmt.Errorf("the account %s is not there any more", p.Account)
	}
	return a, o, json.Unmarshal(p.Request, &o)
}

// answer is what a search came to, for a purchase whose lease is held meanwhile.
type answer struct {
	normalize.Found
	p      store.Purchase
	res    store.AttemptResult
	failed error
	// early: the quiet period, or the space between two looks, is not over, so that finding
	// nothing proves nothing.
	early bool
}

// find claims the purchase and makes one attempt to find it. Kept replies count where
// withEvidence is set: they prove that a label was bought, but not that it still lives.
func (s *Service) find(ctx context.Context, p store.Purchase, a *accounts.Account, o order, held, withEvidence bool) (answer, error) {
	p, attempt, err := s.Store.ClaimPurchase(ctx, p.Ref(), store.Claim{From: []store.PurchaseState{p.State}, To: p.State, Held: held,
		Lease: s.Caller.Limit(adapters.OpFind) + s.Caller.Limit(adapters.OpLabel) + leaseSlack, Kind: store.AttemptFind})
	if err != nil {
		return answer{}, err
	}
	out := answer{p: p, res: store.AttemptResult{N: attempt.N, Outcome: store.OutcomeError}, early: p.DueAt.After(attempt.StartedAt)}
	req := normalize.FindRequest{Ref: refOf(p, o)}
	if withEvidence {
		kept, err := s.Store.EvidenceOf(ctx, p.Tenant, p.ID)
		if err != nil {
			return out, err
		}
		for _, e := range kept {
			req.Evidence = append(req.Evidence, normalize.Evidence{Operation: e.Operation, Status: e.Status, Body: e.Body, At: e.At})
		}
	}
	out.failed = s.Caller.Call(ctx, a, adapters.OpFind, func(ctx context.Context) (err error) {
		out.Found, err = a.Ops.Finder.Find(ctx, req)
		return err
	})
	switch {
	case out.failed != nil:
		out.res.CarrierCode = normalize.AsError(out.failed).Code
		out.Found = normalize.Found{}
	case len(out.Labels) > 0:
		out.res.Outcome = store.OutcomeOK
	case out.Complete:
		out.res.Outcome = store.OutcomeAbsent
	}
	return out, nil
}

// adopt settles a purchase by the label that was found. Any other label of the same
// reference was bought by mistake and is voided.
func (s *Service) adopt(ctx context.Context, p store.Purchase, a *accounts.Account, o order, labels []normalize.Label, res store.AttemptResult) error {
	detail := "found at the carrier"
	if len(labels) > 1 {
		detail = fmt.Sprintf("found at the carrier %d times; the first counts, the others are voided", len(labels))
	}
	settled, err := s.settle(ctx, p, a, o, labels[0], &res, detail, labels[1:]...)
	if errors.Is(err, store.ErrDuplicate) {
		_, err = s.park(ctx, p, &res, "the carrier's search gives a label that another purchase of the account has", documentsOf(p, labels[0].Documents)...)
	}
	if err != nil {
		return err
	}
	if settled, err = s.voidExtras(ctx, settled, a, o, settled.UpdatedAt); err != nil {
		return err
	}
	if settled.State == store.PurchaseBought {
		s.papers(ctx, settled, a, o, time.Time{})
	}
	return nil
}

// lookAgain waits for the next look, longer after each. A look that came too early changes
// nothing but the record.
func (s *Service) lookAgain(ctx context.Context, l answer, a *accounts.Account, negative bool, detail string) error {
	d := detailsOf(l.p)
	if !l.early {
		d.Looks++
	}
	_, err := s.Store.TransitionPurchase(ctx, l.p.Ref(), store.Transition{
		Attempt: &l.res, Release: true,
		Change: func(p *store.Purchase) error {
			p.State, p.Details = store.PurchaseReconciling, d.encode()
			if negative {
				p.Empties++
			}
			if !l.early {
				p.DueAt = p.UpdatedAt.Add(nextLook(quiet(a, p.Service), d.Looks, negative))
			}
			return nil
		},
		History: []store.HistoryLine{{Status: "unknown", Detail: detail}},
	})
	return err
}

// nextLook spaces looks: half a quiet period after a clean negative, else twice as long
// each time, from the quiet period's half to five minutes.
func nextLook(quiet time.Duration, looks int, negative bool) time.Duration {
	base := max(quiet/2, 500*time.Millisecond)
	if negative {
		return base
	}
	return min(base<<min(looks, 10), max(5*time.Minute, quiet))
}

// cannotTell goes on looking at a carrier whose search proves no absence, for a while; one
// that has no search at all is not asked again.
func (s *Service) cannotTell(ctx context.Context, l answer, a *accounts.Account) error {
	if adapters.Class(l.p.Class) == adapters.ClassE || detailsOf(l.p).Looks+1 >= maxLooks {
		_, err := s.park(ctx, l.p, &l.res, "the carrier's search neither finds it nor proves that it is not there")
		return err
	}
	return s.lookAgain(ctx, l, a, false, "the carrier's search finds nothing and proves nothing")
}

// absent acts on the proof that nothing was bought: sent again where that is safe and
// somebody still waits, else failed for good.
func (s *Service) absent(ctx context.Context, p store.Purchase, a *accounts.Account, o order, res store.AttemptResult) error {
	d := detailsOf(p)
	if d.Has { // a reference that it has is one that it sold, whatever its search says
		_, err := s.park(ctx, p, &res, "the carrier has this reference, and its search does not show the label")
		return err
	}
	waits := time.Now().Add(s.Caller.Limit(adapters.OpLabel)).Before(p.CallerDeadline)
	if waits && d.Sends+1 < maxSends && mayResend(p, a) {
		return s.sendAgain(ctx, p, a, o, res)
	}
	gone := normalize.Fail(normalize.KindUnavailable, "no usable answer came, and the carrier has proved that it sold nothing; buy again with a new key")
	_, err := s.giveUp(ctx, p, &res, gone, "proven not bought")
	return err
}

// sendAgain puts the purchase back to ready and sends it. The carrier refuses a reference that
// it has, or it is asked afterwards whether there are two.
func (s *Service) sendAgain(ctx context.Context, p store.Purchase, a *accounts.Account, o order, res store.AttemptResult) error {
	permit, err := s.Caller.Admit(ctx, a, adapters.OpLabel)
	if err != nil {
		return s.lookAgain(ctx, answer{p: p, res: res}, a, false, "proven not bought; not sent again yet: "+string(normalize.KindOf(err)))
	}
	d := detailsOf(p)
	d.Sends++
	p, err = s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{
		Attempt: &res, Release: true,
		Change: func(p *store.Purchase) error {
			p.State, p.Empties, p.Details = store.PurchaseReady, 0, d.encode()
			p.DueAt = p.UpdatedAt.Add(s.Caller.Limit(adapters.OpLabel) + leaseSlack)
			return nil
		},
		History: []store.HistoryLine{{Status: "purchasing", Detail: "proven not bought, and sent again"}},
	})
	if err != nil {
		permit.Cancel()
		return err
	}
	p, err = s.send(ctx, p, prepared{account: a, channel: p.Channel, service: p.Service, order: o, quote: p.Quote}, permit)
	if err == nil && p.State == store.PurchaseBought {
		s.papers(ctx, p, a, o, time.Time{})
	}
	return err
}

// Reconcile looks at once for the fate of a purchase or a void that is unknown, or of a parked
// purchase. Where another worker looks already, it tells what is known.
func (s *Service) Reconcile(ctx context.Context, tenant, id string) (Label, error) {
	p, err := s.Store.Purchase(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return Label{}, gateway.NotFound("label")
	}
	if err != nil {
		return Label{}, err
	}
	own := context.WithoutCancel(ctx)
	switch p.State {
	case store.PurchaseUnknown, store.PurchaseReconciling, store.PurchaseParked:
		if detailsOf(p).Orphan == nil || !isSold(p) { // of which all is known that the carrier knows
			err = s.look(own, p, false)
		}
	case store.PurchaseVoidUnknown:
		err = s.lookVoid(own, p, false)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, errStopped) {
		return Label{}, err
	}
	return s.Get(ctx, tenant, id)
}
