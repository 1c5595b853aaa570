package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

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
