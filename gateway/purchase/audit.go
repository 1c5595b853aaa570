package purchase

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// lastAudit is how long after the answer a purchase that was sent again is looked at last,
// daily listings aside.
const lastAudit = 10 * time.Minute

// mayResend tells whether a purchase that is proven absent may be sent again: where the
// carrier refuses a reference that it has, and where it does not, only if the account's
// operator has switched it on and a second label could be seen and voided.
func mayResend(p store.Purchase, a *accounts.Account) bool {
	switch adapters.Class(p.Class) {
	case adapters.ClassA, adapters.ClassB:
		return true
	case adapters.ClassC:
		return a.Resend && a.Ops.Voider != nil && a.Ops.Finder != nil
	}
	return false
}

// beginAudits makes a purchase that was sent again to a carrier that accepts duplicates be
// looked at when the carrier has had time to show all that it sold, and again later.
func beginAudits(p *store.Purchase, a *accounts.Account, d *details) {
	if d.Sends == 0 || adapters.Class(p.Class) != adapters.ClassC || len(d.Audits) > 0 {
		return
	}
	first := quiet(a, p.Service)
	d.Audits = []time.Time{p.UpdatedAt.Add(first), p.UpdatedAt.Add(max(lastAudit, 2*first))}
}

// audit asks whether a purchase was bought exactly once. What is there besides is voided.
func (s *Service) audit(ctx context.Context, p store.Purchase, a *accounts.Account, o order) error {
	if a.Ops.Finder == nil {
		_, err := s.audited(ctx, answer{p: p}, nil, "needs_attention", "whether it was bought twice cannot be asked any more")
		return err
	}
	l, err := s.find(ctx, p, a, o, true, false)
	if err != nil {
		return err
	}
	d := detailsOf(l.p)
	var others []normalize.Label
	seen := false
	for _, label := range l.Labels {
		if counts(l.p, label) {
			seen = true
		} else if !slices.ContainsFunc(d.Extras, func(e extra) bool { return e.is(label) }) {
			others = append(others, label)
		}
	}
	gone := l.p.State == store.PurchaseVoided
	switch {
	case len(others) > 0:
		after, err := s.audited(ctx, l, others, Status(l.p.State), fmt.Sprintf("sent again and bought %d times; all but the first are voided", len(others)+1))
		if err != nil {
			return err
		}
		_, err = s.voidExtras(ctx, after, a, o, after.UpdatedAt)
		return err
	case l.failed == nil && (seen || gone && l.Complete):
		_, err = s.audited(ctx, l, nil, Status(l.p.State), "sent again, and the carrier shows no second label")
	case d.AuditLooks+1 >= maxLooks:
		_, err = s.audited(ctx, l, nil, "needs_attention", "sent again, and the carrier's search does not show whether it was bought once")
	default:
		_, err = s.auditLater(ctx, l, a)
	}
	return err
}

// audited writes down what an audit came to.
func (s *Service) audited(ctx context.Context, l answer, others []normalize.Label, status, detail string) (store.Purchase, error) {
	d := detailsOf(l.p)
	added := d.addExtras(time.Now(), others)
	t := store.Transition{
		Release: true,
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.addExtras(p.UpdatedAt, others)
			if len(others) == 0 && len(d.Audits) > 0 { // else it is looked at once more
				d.Audits, d.AuditLooks = d.Audits[1:], 0
			}
			p.Details = d.encode()
			if status == "needs_attention" {
				p.State = store.PurchaseParked
			}
			resting(p)
			return nil
		},
		History: []store.HistoryLine{{Status: status, Detail: detail}},
	}
	if l.res.N > 0 {
		t.Attempt = &l.res
	}
	for _, e := range added {
		t.Labels = append(t.Labels, extraLabel(l.p, e))
	}
	if status == "needs_attention" {
		t.Emit = emit("label.updated")
	}
	return s.Store.TransitionPurchase(ctx, l.p.Ref(), t)
}

// auditLater asks again after a while: the carrier could not be asked, or shows nothing.
func (s *Service) auditLater(ctx context.Context, l answer, a *accounts.Account) (store.Purchase, error) {
	return s.Store.TransitionPurchase(ctx, l.p.Ref(), store.Transition{
		Attempt: &l.res, Release: true,
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.AuditLooks++
			d.Audits[0] = p.UpdatedAt.Add(nextLook(quiet(a, p.Service), d.AuditLooks, false))
			p.Details = d.encode()
			resting(p)
			return nil
		},
	})
}
