package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// How far from a purchase its shipment may have been made, by the carrier's clock: from a
// little before, since clocks differ, to long after, since it may have been slow.
const (
	listedBefore = 15 * time.Minute
	listedAfter  = 6 * time.Hour
)

// unproven is a parked purchase whose fate a list may tell, with the shipments that could be it.
type unproven struct {
	p     store.Purchase
	o     order
	could []normalize.Listed
}

// unproven reads the account's parked purchases of which nobody knows whether they were bought.
func (s *Service) unproven(ctx context.Context, a *accounts.Account) ([]*unproven, error) {
	list, err := s.Passes.PurchasesOfAccount(ctx, store.Tenant(a.Tenant), a.ID,
		store.AccountFilter{States: []store.PurchaseState{store.PurchaseParked}}, store.Page{Limit: maxParked})
	if err != nil {
		return nil, err
	}
	var out []*unproven
	for _, p := range list.Items {
		u := &unproven{p: p}
		if isSold(p) || json.Unmarshal(p.Request, &u.o) != nil {
			continue
		}
		out = append(out, u)
	}
	return out, nil
}

// consider keeps a shipment that nobody has if it could be this purchase.
func (u *unproven) consider(l normalize.Listed) {
	const enough = 20 // of which none is the only one
	if len(u.could) < enough && (l.CarrierReference != "" || l.TrackingNumber != "") && u.fits(l) {
		u.could = append(u.could, l)
	}
}

// fits compares what both sides tell: the time, the service, the weight, the destination and
// the words of reference. What a carrier does not tell speaks neither for nor against.
func (u *unproven) fits(l normalize.Listed) bool {
	p, ship := u.p, u.o.Shipment
	switch {
	case !l.MadeUntil.IsZero() && l.MadeUntil.Before(p.CreatedAt.Add(-listedBefore)),
		l.MadeFrom.After(p.CreatedAt.Add(listedAfter)):
		return false
	case len(l.Services) > 0 && !slices.Contains(l.Services, p.Service):
		return false
	case l.ClientReference != "" && l.ClientReference != p.ClientReference:
		return false
	case l.OrderID != "" && p.OrderID != "" && l.OrderID != p.OrderID:
		return false
	case l.Country != "" && !strings.EqualFold(l.Country, ship.Destination.Country):
		return false
	case l.PostalCode != "" && ship.Destination.PostalCode != "" && plainCode(l.PostalCode) != plainCode(ship.Destination.PostalCode):
		return false
	}
	return weighs(l.Weight, ship.TotalWeight()) && mentions(l.Reference, p)
}

func plainCode(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
}

// weighs tells whether a listed weight can be the declared one in a carrier's steps: up to 50 g
// or a fiftieth off.
func weighs(listed, declared normalize.Weight) bool {
	off := listed - declared
	return listed == 0 || declared == 0 || max(off, -off) <= max(50*normalize.Gram, declared/50)
}

// mentions tells whether a text of reference names the purchase, where there is one.
func mentions(text string, p store.Purchase) bool {
	if text == "" {
		return true
	}
	named := false
	for _, own := range []string{p.ClientReference, p.Reference, p.OrderID} {
		if own != "" {
			named = true
			if strings.Contains(text, own) {
				return true
			}
		}
	}
	return !named
}

// prove ends what a list proves: a purchase that one shipment alone could be, and which alone
// could be that one, was bought; one that two whole lists of its time do not have was not.
func (s *Service) prove(ctx context.Context, a *accounts.Account, open []*unproven, complete bool, from, until time.Time) error {
	rivals := map[string]int{}
	for _, u := range open {
		for _, l := range u.could {
			rivals[nameOf(l)]++
		}
	}
	for _, u := range open {
		closed := complete && !u.p.CreatedAt.Add(-listedBefore).Before(from) && u.p.CreatedAt.Add(listedAfter+quiet(a, u.p.Service)).Before(until)
		var err error
		switch {
		case len(u.could) == 1 && rivals[nameOf(u.could[0])] == 1:
			_, err = s.proven(ctx, a, u.p, u.could[0])
			s.metrics.listed.WithLabelValues(a.Adapter, listedFound).Inc()
		case len(u.could) > 0:
			err = s.ambiguous(ctx, u)
		case closed:
			err = s.unlisted(ctx, u)
		}
		if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, errStopped) {
			return err
		}
	}
	return nil
}

// nameOf is a shipment's id at the carrier.
func nameOf(l normalize.Listed) string {
	if l.CarrierReference == "" {
		return l.TrackingNumber
	}
	return l.CarrierReference
}

// ambiguous tells a person which shipments a purchase could be, once.
func (s *Service) ambiguous(ctx context.Context, u *unproven) error {
	var names []string
	for _, l := range u.could {
		names = append(names, nameOf(l))
	}
	slices.Sort(names)
	detail := fmt.Sprintf("the carrier lists what could be it, and it cannot be told from other purchases: %s", strings.Join(names, ", "))
	if detailsOf(u.p).Listed == detail {
		return nil
	}
	_, err := s.Store.TransitionPurchase(ctx, u.p.Ref(), store.Transition{
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.Listed, d.Unlisted = detail, 0
			p.Details = d.encode()
			return nil
		},
		History: []store.HistoryLine{{Status: "needs_attention", Detail: detail}},
		Emit:    emit("label.updated"),
	})
	return err
}

// unlisted counts a whole list of a purchase's time that does not have it. Two prove that it
// was not bought.
func (s *Service) unlisted(ctx context.Context, u *unproven) error {
	d := detailsOf(u.p)
	if d.Unlisted+1 >= negatives {
		gone := normalize.Fail(normalize.KindUnavailable, "the carrier's lists of that time do not have it, so nothing was bought; buy again with a new key")
		p, res, err := s.holdListed(ctx, u.p)
		if err != nil {
			return err
		}
		res.Outcome = store.OutcomeAbsent
		_, err = s.giveUp(ctx, p, &res, gone, "not in what the carrier lists of its time")
		return err
	}
	_, err := s.Store.TransitionPurchase(ctx, u.p.Ref(), store.Transition{
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.Unlisted++
			p.Details = d.encode()
			return nil
		},
		History: []store.HistoryLine{{Status: "needs_attention", Detail: "the carrier does not list it; looked at once more in the next list"}},
	})
	return err
}
