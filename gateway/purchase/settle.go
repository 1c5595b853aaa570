package purchase

import (
	"context"
	"encoding/json"
	"math/big"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/gateway/trackers"
	"github.com/crossdock-hub/crossdock/normalize"
)

// settle stores a bought label: settled where number and paper came with it, else bought,
// and the rest is fetched; until then the purchase stays leased to its worker. A label that
// another purchase has is store.ErrDuplicate, and nothing is written. Extras were bought
// besides, and are to be voided. Whoever looks for the purchase's fate meanwhile, for a late
// answer comes at any time, finds that it has moved on.
func (s *Service) settle(ctx context.Context, p store.Purchase, a *accounts.Account, o order, l normalize.Label, res *store.AttemptResult, detail string, extras ...normalize.Label) (store.Purchase, error) {
	docs := documentsOf(p, l.Documents)
	complete := l.TrackingNumber != "" && hasLabel(docs)
	paperless := !complete && a.Ops.Documenter == nil
	t := store.Transition{
		Attempt: res, Release: complete || paperless, Fence: true, Documents: docs,
		Labels: []store.BoughtLabel{boughtLabel(p, l)},
		Change: func(p *store.Purchase) error {
			apply(p, o, l)
			d := detailsOf(*p)
			d.addExtras(p.UpdatedAt, extras)
			beginAudits(p, a, &d)
			p.Details = d.encode()
			p.State, p.DueAt = store.PurchaseBought, p.UpdatedAt
			switch {
			case complete:
				p.State, p.SettledAt = store.PurchaseSettled, p.UpdatedAt
				resting(p)
			case paperless:
				p.State = store.PurchaseParked
				resting(p)
			}
			return nil
		},
		History: []store.HistoryLine{{Status: "bought", Detail: detail}},
		Emit:    emitBought,
	}
	switch {
	case complete:
		t.History = append(t.History, store.HistoryLine{Status: "purchased", Detail: "number and label are stored"})
	case paperless:
		t.History = append(t.History, store.HistoryLine{Status: "needs_attention",
			Detail: "number or paper did not come with the sale, and this carrier cannot be asked for them"})
	}
	d := detailsOf(p)
	for _, e := range d.addExtras(time.Now(), extras) {
		t.Labels = append(t.Labels, extraLabel(p, e))
	}
	if l.TrackingNumber != "" {
		t.Tracker = s.tracker(p, a, o, l)
	}
	s.costs(&t, p, o, l)
	return s.Store.TransitionPurchase(ctx, p.Ref(), t)
}

// costs adds to a transition what the carrier's own word of the cost changes: what counts
// against the tenant's ceilings, and the news where it is not what was quoted.
func (s *Service) costs(t *store.Transition, p store.Purchase, o order, l normalize.Label) {
	if l.Cost.IsZero() {
		return
	}
	change, tell, spend := t.Change, t.Emit, s.spent(p, l)
	t.Change = func(p *store.Purchase) error {
		p.Spend = spend
		return change(p)
	}
	if s.drifted(o.CarrierCost, l.Cost) {
		t.History = append(t.History, store.HistoryLine{Status: "bought", Detail: "costs " + l.Cost.String() + " and was quoted at " + o.CarrierCost.String()})
		t.Emit = func(p store.Purchase, made *store.Tracker) []store.Event {
			return append(tell(p, made), event("label.adjusted", p))
		}
	}
}

// drifted tells whether a cost differs from its quote by more than the operator's percentage.
// Amounts of two currencies are not compared.
func (s *Service) drifted(quote, cost normalize.Money) bool {
	if quote.Currency != cost.Currency || quote.Minor <= 0 {
		return false
	}
	off := new(big.Int).Sub(big.NewInt(cost.Minor), big.NewInt(quote.Minor))
	allowed := new(big.Int).Mul(big.NewInt(quote.Minor), big.NewInt(int64(s.DriftPercent)))
	return off.Abs(off).Mul(off, big.NewInt(100)).Cmp(allowed) > 0
}

// spent is a cost in the currency of the tenant's ceilings, as far as it can be converted;
// else what was quoted counts on.
func (s *Service) spent(p store.Purchase, l normalize.Label) normalize.Money {
	spend, err := s.Spend(l.Cost, s.Ceilings(string(p.Tenant)))
	if err != nil || spend.Minor < 0 {
		return p.Spend
	}
	return spend
}

func boughtLabel(p store.Purchase, l normalize.Label) store.BoughtLabel {
	id := l.CarrierReference
	if id == "" {
		id = l.TrackingNumber
	}
	if id == "" {
		id = p.ClientReference
	}
	return store.BoughtLabel{Account: p.Account, ShipmentID: id, TrackingNumber: l.TrackingNumber, Parcels: l.Parcels,
		Cost: l.Cost, CarrierData: l.CarrierData}
}

// apply puts what the carrier told into the purchase. What it did not tell this time stays.
func apply(p *store.Purchase, o order, l normalize.Label) {
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&p.TrackingNumber, l.TrackingNumber)
	set(&p.LastMileTrackingNumber, l.LastMileTrackingNumber)
	set(&p.CarrierReference, l.CarrierReference)
	if len(l.Parcels) > 0 {
		p.Parcels = l.Parcels
	}
	if len(p.Parcels) == 0 && p.TrackingNumber != "" {
		p.Parcels = []normalize.LabelParcel{{TrackingNumber: p.TrackingNumber}}
	}
	if p.CarrierData == nil {
		p.CarrierData = map[string]string{}
	}
	for _, data := range []map[string]string{o.CarrierData, l.CarrierData} {
		for k, v := range data {
			p.CarrierData[k] = v
		}
	}
	applyCost(p, o, l)
	for _, w := range l.Warnings {
		if !slices.Contains(p.Warnings, w) {
			p.Warnings = append(p.Warnings, w)
		}
	}
	d := detailsOf(*p)
	set(&d.TrackingURL, l.TrackingURL)
	set(&d.Pickup, l.PickupConfirmation)
	if !l.VoidableUntil.IsZero() {
		d.VoidableUntil = &l.VoidableUntil
	}
	if l.ChargeableWeight > 0 {
		d.ChargeableWeight = l.ChargeableWeight
	}
	if d.Charges == nil {
		d.Charges = o.Charges
	}
	p.Details = d.encode()
}

// applyCost takes the carrier's own word, else the quote or the card that priced it.
func applyCost(p *store.Purchase, o order, l normalize.Label) {
	switch {
	case !l.Cost.IsZero():
		p.Cost, p.CostSource = l.Cost, "carrier"
	case !p.Cost.IsZero():
	case o.QuoteSource == "rate_card":
		p.Cost, p.CostSource = o.CarrierCost, "rate_card"
	case !o.CarrierCost.IsZero():
		p.Cost, p.CostSource = o.CarrierCost, "quote"
	}
}

func documentsOf(p store.Purchase, docs []normalize.Document) []store.Document {
	out := make([]store.Document, 0, len(docs))
	for _, d := range docs {
		if len(d.Data) == 0 {
			continue
		}
		out = append(out, store.Document{Tenant: p.Tenant, Owner: p.ID, Type: d.Type, Format: d.Format, Size: d.Size,
			Parcel: d.Parcel, Source: "carrier", Data: d.Data})
	}
	return out
}

func hasLabel(docs []store.Document) bool {
	return slices.ContainsFunc(docs, func(d store.Document) bool {
		return d.Type == normalize.DocumentLabel || d.Type == normalize.DocumentQR
	})
}

func (s *Service) tracker(p store.Purchase, a *accounts.Account, o order, l normalize.Label) *store.Tracker {
	dest := o.Shipment.Destination
	t := &store.Tracker{
		Tenant: p.Tenant, Account: p.Account, Adapter: p.Adapter, Channel: p.Channel, Number: l.TrackingNumber,
		Reference: p.Reference, LabelID: p.ID, OrderID: p.OrderID,
		DestinationCountry: dest.Country, DestinationPostalCode: dest.PostalCode, ShipDate: o.Shipment.ShipDate,
		Status: normalize.StatusLabelCreated, Numbers: []normalize.TrackedNumber{{Number: l.TrackingNumber, Carrier: p.Adapter}},
	}
	if l.LastMileTrackingNumber != "" && l.LastMileTrackingNumber != l.TrackingNumber {
		t.Numbers = append(t.Numbers, normalize.TrackedNumber{Number: l.LastMileTrackingNumber, Leg: normalize.LegLastMile})
	}
	if a.Ops.Tracker != nil {
		t.DueAt = time.Now().Add(s.TrackEvery)
	}
	trackers.OfOrder(t, s.wayOf(p, o))
	s.promise(t, p, a, o)
	return t
}

// promise notes by when the parcel is to be where.
func (s *Service) promise(t *store.Tracker, p store.Purchase, a *accounts.Account, o order) {
	if s.Promises == nil {
		return
	}
	svc, _ := a.Spec.Service(p.Service)
	sub := promises.Subject{
		Channel: p.Channel, Platform: o.Shipment.Platform, OperatingModel: o.Shipment.OperatingModel,
		From: o.Shipment.Origin.Country, To: o.Shipment.Destination.Country,
		Shipped: o.Shipment.ShipDate, Bought: p.CreatedAt, Quoted: o.DeliverBy, General: svc.Promise,
	}
	if o.Shipment.Order != nil {
		sub.Ordered = o.Shipment.Order.PlacedAt
	}
	trackers.SetPromise(t, s.Promises.For(sub), time.Now())
}

// emitBought tells of a purchase that is settled; one that waits for its number or paper is
// told of when that comes.
func emitBought(p store.Purchase, made *store.Tracker) []store.Event {
	var out []store.Event
	if p.State == store.PurchaseSettled {
		out = append(out, event("label.purchased", p))
	}
	if made != nil {
		out = append(out, trackers.CreatedEvent(*made))
	}
	return out
}

// event tells of a label without a person's data.
func event(kind string, p store.Purchase) store.Event {
	l := labelOf(store.PurchaseFile{Purchase: p})
	return store.Event{Tenant: p.Tenant, Type: kind, Subject: p.ID, Data: mustJSON(l)}
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage(`{}`)
	}
	return b
}
