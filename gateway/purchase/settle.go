package purchase

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// settle stores a bought label: settled where number and paper came with it, else bought,
// and the rest is fetched.
func (s *Service) settle(ctx context.Context, p store.Purchase, a *accounts.Account, o order, l normalize.Label, res *store.AttemptResult, detail string) (store.Purchase, error) {
	docs := documentsOf(p, l.Documents)
	complete := l.TrackingNumber != "" && hasLabel(docs)
	t := store.Transition{
		Attempt: res, Release: true, Documents: docs,
		Labels: []store.BoughtLabel{boughtLabel(p, l)},
		Change: func(p *store.Purchase) error {
			apply(p, o, l)
			p.State, p.DueAt = store.PurchaseBought, p.UpdatedAt.Add(time.Second)
			if complete {
				p.State, p.DueAt, p.SettledAt = store.PurchaseSettled, time.Time{}, p.UpdatedAt
			}
			return nil
		},
		History: []store.HistoryLine{{Status: "bought", Detail: detail}},
		Emit:    emitBought,
	}
	if complete {
		t.History = append(t.History, store.HistoryLine{Status: "purchased", Detail: "number and label are stored"})
	}
	if l.TrackingNumber != "" {
		t.Tracker = s.tracker(p, a, o, l)
	}
	return s.Store.TransitionPurchase(ctx, p.Ref(), t)
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
	p.Warnings = append(p.Warnings, l.Warnings...)
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
	return t
}

// emitBought tells of a purchase that is settled; one that waits for its number or paper is
// told of when that comes.
func emitBought(p store.Purchase, made *store.Tracker) []store.Event {
	var out []store.Event
	if p.State == store.PurchaseSettled {
		out = append(out, event("label.purchased", p))
	}
	if made != nil {
		out = append(out, store.Event{Tenant: p.Tenant, Type: "tracker.created", Subject: made.ID, Data: trackerData(p, made)})
	}
	return out
}

func trackerData(p store.Purchase, t *store.Tracker) json.RawMessage {
	return mustJSON(map[string]any{"id": t.ID, "tracking_number": t.Number, "channel": t.Channel, "status": t.Status,
		"reference": t.Reference, "label": p.ID})
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

// retryPapers is how long to wait before the n-th time of asking for papers, from 0.
func retryPapers(n int) time.Duration {
	steps := []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, time.Second, 2 * time.Second, 5 * time.Second,
		15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	return steps[min(n, len(steps)-1)]
}

// maxPapers bounds how often papers are asked for: about three days, then a person looks.
const maxPapers = 80

// papers fetches what did not come with the label, as often as fits before until; then the
// worker goes on.
func (s *Service) papers(ctx context.Context, p store.Purchase, a *accounts.Account, o order, until time.Time) {
	for n := 0; p.State == store.PurchaseBought; n++ {
		var err error
		if p, err = s.fetch(ctx, p, a, o); err != nil {
			s.lost(p, "documents", err)
			return
		}
		wait := retryPapers(n)
		if p.State != store.PurchaseBought || time.Now().Add(wait).After(until) {
			return
		}
		time.Sleep(wait)
	}
}

// fetch asks once for the papers and late numbers of a bought label.
func (s *Service) fetch(ctx context.Context, p store.Purchase, a *accounts.Account, o order) (store.Purchase, error) {
	if a.Ops.Documenter == nil {
		return p, nil
	}
	attempt, err := s.Store.StartAttempt(ctx, p.Ref(), store.AttemptFetchDoc, nil)
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
	return s.fetched(ctx, p, a, o, got, res)
}

func (s *Service) fetched(ctx context.Context, p store.Purchase, a *accounts.Account, o order, got normalize.Documents, res store.AttemptResult) (store.Purchase, error) {
	docs := documentsOf(p, append(got.Documents, got.Label.Documents...))
	number := got.Label.TrackingNumber
	fresh := number != "" && p.TrackingNumber == ""
	stored, err := s.Store.DocumentsOf(ctx, p.Tenant, p.ID)
	if err != nil {
		return p, err
	}
	complete := (number != "" || p.TrackingNumber != "") && (hasLabel(docs) || hasLabel(stored))
	t := store.Transition{
		Attempt: &res, Documents: docs,
		Change: func(p *store.Purchase) error {
			apply(p, o, got.Label)
			d := detailsOf(*p)
			d.DocumentTries++
			p.Details = d.encode()
			p.DueAt = p.UpdatedAt.Add(retryPapers(d.DocumentTries))
			switch {
			case complete:
				p.State, p.DueAt, p.SettledAt = store.PurchaseSettled, time.Time{}, p.UpdatedAt
			case d.DocumentTries >= maxPapers:
				p.DueAt = time.Time{}
			}
			return nil
		},
		Release: true,
	}
	if fresh {
		t.Tracker = s.tracker(p, a, o, got.Label)
		t.History = append(t.History, store.HistoryLine{Status: "purchasing", Detail: "the tracking number has arrived"})
	}
	if complete {
		t.History = append(t.History, store.HistoryLine{Status: "purchased", Detail: "number and label are stored"})
	}
	t.Emit = func(p store.Purchase, made *store.Tracker) []store.Event {
		out := emitBought(p, made)
		if p.State != store.PurchaseSettled && (fresh || len(docs) > 0) {
			out = append(out, event("label.updated", p))
		}
		return out
	}
	return s.Store.TransitionPurchase(ctx, p.Ref(), t)
}
