package purchase

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/rating"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Dossier is what is known of a purchase when somebody has to answer for its parcel.
type Dossier struct {
	Label Label
	// Shipment is what the carrier was told.
	Shipment normalize.Shipment
	Quote    Quote
}

// Quote is what a label was to cost and did.
type Quote struct {
	RateID           string           `json:"rate_id,omitempty"`
	Source           string           `json:"source,omitempty"` // live, cached, rate_card
	Quoted           *normalize.Money `json:"quoted,omitempty"`
	CarrierQuote     *normalize.Money `json:"carrier_quote,omitempty"` // in the carrier's currency
	Charges          []rating.Charge  `json:"charges,omitempty"`
	Cost             *normalize.Money `json:"cost,omitempty"`
	CostSource       string           `json:"cost_source,omitempty"` // carrier, quote, rate_card
	Billed           *normalize.Money `json:"billed,omitempty"`
	BilledBy         string           `json:"billed_by,omitempty"`
	ChargeableWeight normalize.Weight `json:"chargeable_weight,omitzero"`
	DeliverBy        normalize.Date   `json:"deliver_by,omitempty"` // the rate's day of delivery
}

// Dossier reads a purchase with the shipment that was sent.
func (s *Service) Dossier(ctx context.Context, tenant, id string) (Dossier, error) {
	f, err := s.Store.PurchaseFile(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		err = gateway.NotFound("label")
	}
	if err != nil {
		return Dossier{}, err
	}
	var o order
	if err := json.Unmarshal(f.Purchase.Request, &o); err != nil {
		return Dossier{}, err
	}
	l, d := labelOf(f), detailsOf(f.Purchase)
	q := Quote{RateID: o.RateID, Source: o.QuoteSource, Quoted: l.Quoted, Charges: l.Charges, Cost: l.Cost, CostSource: l.CostSource,
		Billed: d.Billed, BilledBy: d.BilledBy, ChargeableWeight: l.ChargeableWeight, DeliverBy: o.DeliverBy}
	if len(q.Charges) == 0 {
		q.Charges = o.Charges
	}
	if !o.CarrierCost.IsZero() {
		q.CarrierQuote = &o.CarrierCost
	}
	return Dossier{Label: l, Shipment: o.Shipment, Quote: q}, nil
}
