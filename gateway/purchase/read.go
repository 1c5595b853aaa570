package purchase

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/responsibility"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// Get returns a label.
func (s *Service) Get(ctx context.Context, tenant, id string) (Label, error) {
	f, err := s.Store.PurchaseFile(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return Label{}, gateway.NotFound("label")
	}
	return labelOf(f), err
}

// Way returns a label and the way that its parcel goes: whose order it is, and by which channel.
func (s *Service) Way(ctx context.Context, tenant, id string) (Label, responsibility.Way, error) {
	f, err := s.Store.PurchaseFile(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		err = gateway.NotFound("label")
	}
	if err != nil {
		return Label{}, responsibility.Way{}, err
	}
	var o order
	if err := json.Unmarshal(f.Purchase.Request, &o); err != nil {
		return Label{}, responsibility.Way{}, err
	}
	return labelOf(f), s.wayOf(f.Purchase, o), nil
}

// wayOf takes the platform from the order, else from a channel that carries the orders of one
// only.
func (s *Service) wayOf(p store.Purchase, o order) responsibility.Way {
	ship := o.Shipment
	_, service, _ := s.Registry.Service(p.Channel)
	out := responsibility.Way{Platform: ship.Platform, OperatingModel: ship.OperatingModel, Channel: p.Channel, Mode: service.Mode,
		Incoterm: ship.Incoterm, Origin: ship.Origin.Country, Destination: ship.Destination.Country}
	if out.Platform == "" && len(service.Platforms) == 1 {
		out.Platform = service.Platforms[0]
	}
	return out
}

// Filter narrows a list of labels.
type Filter struct{ Reference, Status, Channel string }

// List returns labels from the newest.
func (s *Service) List(ctx context.Context, tenant string, f Filter, page store.Page) ([]Label, string, error) {
	q := store.PurchaseFilter{Reference: f.Reference, Channel: f.Channel}
	if f.Status != "" {
		if q.States = statesOf(f.Status); q.States == nil {
			return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/status", "is not a status of labels")
		}
	}
	list, err := s.Store.ListPurchases(ctx, store.Tenant(tenant), q, page)
	if err != nil {
		return nil, "", err
	}
	out := make([]Label, 0, len(list.Items))
	for _, p := range list.Items {
		file, err := s.Store.PurchaseFile(ctx, p.Tenant, p.ID)
		if err != nil {
			return nil, "", err
		}
		out = append(out, labelOf(file))
	}
	return out, list.Next, nil
}

// Document returns a paper with its bytes.
func (s *Service) Document(ctx context.Context, tenant, label, doc string) (store.Document, error) {
	d, err := s.Store.Document(ctx, store.Tenant(tenant), label, doc)
	if errors.Is(err, store.ErrNotFound) {
		return store.Document{}, gateway.NotFound("document")
	}
	return d, err
}
