package purchase

import (
	"context"
	"errors"

	"github.com/crossdock-hub/crossdock/gateway"
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
