package purchase

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// orphanage is what is known of a label that belongs to no purchase.
type orphanage struct {
	// Of is the purchase that was given up before the label showed, and Reference what the
	// carrier was told of it. Both are empty where there is no such purchase.
	Of        string `json:"of,omitempty"`
	Reference string `json:"reference,omitempty"`
	// Void says that the worker is to void it, not before VoidAt; Voids counts how often it did
	// so in vain.
	Void   bool      `json:"void,omitempty"`
	VoidAt time.Time `json:"void_at,omitzero"`
	Voids  int       `json:"voids,omitempty"`
}

// again is when the worker voids it once more, after a void that did not reach it.
func (o *orphanage) again(at time.Time) {
	o.Voids++
	o.Void, o.VoidAt = o.Void && o.Voids < maxVoids, at
}

// orphan makes a row of a paid label that carries a reference of ours and that no purchase
// knows of, as after a restored backup or a failover that lost the last intents. It needs a
// person, who voids it or settles it as bought.
func (s *Service) orphan(ctx context.Context, a *accounts.Account, l normalize.Listed) (store.Purchase, error) {
	request, err := json.Marshal(order{})
	if err != nil {
		return store.Purchase{}, err
	}
	service, channel := "", a.Adapter
	if len(l.Services) == 1 {
		service, channel = l.Services[0], a.Spec.Channel(l.Services[0])
	}
	// No caller's key has a space.
	key := "orphan " + a.ID + " " + l.ClientReference
	print := sha256.Sum256([]byte(key))
	label := l.Label()
	p := store.Purchase{
		ID: ids.New(ids.Label), Tenant: store.Tenant(a.Tenant), Key: key, Fingerprint: print[:],
		Account: a.ID, Adapter: a.Adapter, Channel: channel, Service: service, Class: string(a.Spec.PurchaseOf(service).Class),
		OrderID: l.OrderID, ClientReference: l.ClientReference, State: store.PurchaseParked, Request: request,
	}
	apply(&p, order{}, label)
	d := detailsOf(p)
	d.Orphan = &orphanage{}
	p.Details = d.encode()
	p.Spend = s.spent(p, label)
	begun, err := s.Store.BeginPurchase(ctx, store.Intent{Purchase: p,
		Labels:  []store.BoughtLabel{boughtLabel(p, label)},
		History: []store.HistoryLine{{Status: "needs_attention", Detail: "the carrier lists this label under a reference of ours, and no purchase knows of it: void it, or settle it as bought"}},
		Events:  []store.Event{event("label.orphaned", p)},
	})
	if err != nil || !begun.Created {
		return begun.Purchase, err
	}
	s.metrics.orphans.WithLabelValues(a.Adapter).Inc()
	s.Logger.Error("the carrier lists a label of ours that no purchase knows of", "carrier", a.Adapter, "account", a.ID, "op", "list", "shipment_id", p.ID)
	return begun.Purchase, nil
}

// orphanOf makes a row of a paid label that showed when its purchase had been given up, and its
// caller had been told so: that word stays, and the label becomes known. Where voiding is set and
// the carrier can void, the worker voids it, for nobody was told that it was bought; else it needs
// a person, who voids it or settles it as bought. One label is made one row, whoever finds it.
func (s *Service) orphanOf(ctx context.Context, a *accounts.Account, of store.Purchase, label normalize.Label, how string, voiding bool) (store.Purchase, error) {
	if known, err := s.byLabel(ctx, of, label); !errors.Is(err, store.ErrNotFound) {
		return known, err
	}
	var o order
	if err := json.Unmarshal(of.Request, &o); err != nil {
		return of, err
	}
	p := orphanRow(of, o, label)
	p.Spend = s.spent(of, label)
	in := store.Intent{Labels: []store.BoughtLabel{boughtLabel(of, label)}}
	detail := "the purchase " + of.ID + " had been given up, and " + how
	if d := detailsOf(p); voiding && a.Ops.Voider != nil && isSold(p) {
		d.Orphan.Void = true
		p.Details, in.DueIn = d.encode(), workEvery
		in.History = []store.HistoryLine{{Status: "needs_attention", Detail: detail + "; it is voided"}}
	} else {
		in.History = []store.HistoryLine{{Status: "needs_attention", Detail: detail + ": void it, or settle it as bought"}}
	}
	in.Purchase, in.Events = p, []store.Event{event("label.orphaned", p)}
	begun, err := s.Store.BeginPurchase(ctx, in)
	if errors.Is(err, store.ErrDuplicate) { // another row has the label by now
		return s.byLabel(ctx, of, label)
	}
	if err != nil || !begun.Created {
		return begun.Purchase, err
	}
	s.metrics.orphans.WithLabelValues(a.Adapter).Inc()
	s.Logger.Error("a purchase that had been given up has a live label", "carrier", a.Adapter, "account", a.ID, "op", "label", "shipment_id", p.ID)
	s.orphanPapers(ctx, of, begun.Purchase, label)
	return begun.Purchase, nil
}

// byLabel finds the row of a label that showed for a purchase that had been given up. A label
// without a name of its own is the one that is known of that purchase, if there is one.
func (s *Service) byLabel(ctx context.Context, of store.Purchase, label normalize.Label) (store.Purchase, error) {
	left := detailsOf(of).Orphans
	switch {
	case label.CarrierReference == "" && label.TrackingNumber == "" && len(left) > 0:
		return s.Store.Purchase(ctx, of.Tenant, left[0])
	case s.Passes == nil:
		return store.Purchase{}, store.ErrNotFound
	}
	return s.Passes.PurchaseByLabel(ctx, of.Tenant, of.Account, label.CarrierReference, label.TrackingNumber)
}

// orphanRow is the row of a label whose purchase had been given up.
func orphanRow(of store.Purchase, o order, label normalize.Label) store.Purchase {
	// No caller's key has a space.
	key := "orphan of " + of.ID + " " + boughtLabel(of, label).ShipmentID
	print := sha256.Sum256([]byte(key))
	p := store.Purchase{
		ID: ids.New(ids.Label), Tenant: of.Tenant, Key: key, Fingerprint: print[:],
		Account: of.Account, Adapter: of.Adapter, Channel: of.Channel, Service: of.Service, Class: of.Class,
		Platform: of.Platform, OrderID: of.OrderID, Reference: of.Reference, Draft: of.Draft,
		State: store.PurchaseParked, Request: of.Request, Quote: of.Quote,
	}
	apply(&p, o, label)
	d := detailsOf(p)
	d.Orphan = &orphanage{Of: of.ID, Reference: of.ClientReference}
	p.Details = d.encode()
	return p
}

// orphanPapers keeps the papers that came with an orphan, and tells the purchase of it. What
// fails here is in the evidence and in the orphan's own history.
func (s *Service) orphanPapers(ctx context.Context, of, p store.Purchase, label normalize.Label) {
	for _, d := range documentsOf(p, label.Documents) {
		if _, err := s.Store.PutDocument(ctx, d); err != nil {
			s.lost(p, "documents", err)
		}
	}
	_, err := s.Store.TransitionPurchase(ctx, of.Ref(), store.Transition{
		Change: func(of *store.Purchase) error {
			d := detailsOf(*of)
			d.Orphans = append(d.Orphans, p.ID)
			of.Details = d.encode()
			return nil
		},
		History: []store.HistoryLine{{Status: Status(of.State), Detail: "a label of it showed at the carrier after that: " + p.ID}}})
	s.lost(of, "label", err)
}

// reference is what a carrier knows a purchase by.
func reference(p store.Purchase) string {
	if o := detailsOf(p).Orphan; o != nil {
		return cmp.Or(p.ClientReference, o.Reference)
	}
	return p.ClientReference
}

// orphanDue tells whether the worker is to void an orphan now.
func orphanDue(p store.Purchase, now time.Time) bool {
	o := detailsOf(p).Orphan
	return o != nil && o.Void && p.State == store.PurchaseParked && !o.VoidAt.After(now)
}

// voidOrphan voids an orphan that the worker holds.
func (s *Service) voidOrphan(ctx context.Context, p store.Purchase, a *accounts.Account) error {
	if a.Ops.Voider == nil {
		return s.orphanLater(ctx, p, func(o *orphanage, _ time.Time) { o.Void = false })
	}
	permit, err := s.Caller.Admit(ctx, a, adapters.OpVoid)
	if err != nil {
		return s.orphanLater(ctx, p, func(o *orphanage, now time.Time) { o.VoidAt = now.Add(extraLater) })
	}
	return s.claimVoid(ctx, p, a, permit, true)
}

func (s *Service) orphanLater(ctx context.Context, p store.Purchase, change func(*orphanage, time.Time)) error {
	_, err := s.Store.TransitionPurchase(ctx, p.Ref(), store.Transition{Release: true, Change: func(p *store.Purchase) error {
		changeOrphan(p, change)
		resting(p)
		return nil
	}})
	return err
}

// changeOrphan changes what is known of an orphan, where p is one.
func changeOrphan(p *store.Purchase, change func(*orphanage, time.Time)) {
	d := detailsOf(*p)
	if d.Orphan == nil {
		return
	}
	change(d.Orphan, p.UpdatedAt)
	p.Details = d.encode()
}
