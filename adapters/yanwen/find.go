package yanwen

import (
	"context"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Find looks for the order of a client reference: first in what Yanwen answered already, then
// by asking. A cancelled order is no label, though its number stays burnt.
//
// An empty list is a clean negative. Anything in it that is not ours proves nothing.
// Source: public clients of express.order.getlist, read 2026-11-21.
func (a *Adapter) Find(ctx context.Context, req normalize.FindRequest) (normalize.Found, error) {
	reference := req.Ref.ClientReference
	if err := checkReference(reference); err != nil {
		return normalize.Found{}, err
	}
	if label, ok := a.evident(req.Evidence, reference); ok {
		return normalize.Found{Labels: []normalize.Label{label}, Complete: true}, nil
	}
	var orders []order
	in := ordersQuery{ListNumber: []string{reference}}
	if err := a.client.call(ctx, adapters.OpFind, methodOrders, in, &orders); err != nil {
		return normalize.Found{}, err
	}
	return foundIn(orders, reference), nil
}

// evident reads the label from a kept answer of the order's creation.
func (a *Adapter) evident(evidence []normalize.Evidence, reference string) (normalize.Label, bool) {
	for _, e := range evidence {
		if e.Operation != string(adapters.OpLabel) {
			continue
		}
		var o order
		if a.client.read(adapters.OpFind, rest.Reply{Status: e.Status, Body: e.Body}, &o) != nil {
			continue
		}
		if label, err := o.bought(reference); err == nil {
			return label, true
		}
	}
	return normalize.Label{}, false
}

func foundIn(orders []order, reference string) normalize.Found {
	found := normalize.Found{Complete: true}
	for _, o := range orders {
		switch {
		case o.OrderNumber != reference || o.WaybillNumber == "":
			found.Complete = false
		case o.Status != stateCancelled:
			found.Labels = append(found.Labels, o.label())
		}
	}
	return found
}
