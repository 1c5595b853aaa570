package wishpost

import (
	"context"
	"slices"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Find reads the label from the kept answer of the order's creation, else asks for the order by
// WishPost's own number. Without either nothing can be asked, and nothing is ever proven absent
// but an order that is cancelled.
// Source: public clients of order_status, read 2026-11-21.
func (a *Adapter) Find(ctx context.Context, req normalize.FindRequest) (normalize.Found, error) {
	if label, ok := a.evident(req.Evidence, req.Ref.ClientReference); ok {
		return normalize.Found{Labels: []normalize.Label{label}, Complete: true}, nil
	}
	id := req.Ref.CarrierReference
	if id == "" {
		return normalize.Found{}, nil
	}
	o, known, err := a.client.status(ctx, adapters.OpFind, id)
	switch {
	case err != nil || !known:
		return normalize.Found{}, err
	case o.StateCode == stateCancelled:
		return normalize.Found{Complete: true}, nil
	}
	return normalize.Found{Labels: []normalize.Label{labelOf(o.ID, o.LogisticsOrderCode)}, Complete: true}, nil
}

// evident reads the label from a kept answer.
func (a *Adapter) evident(evidence []normalize.Evidence, reference string) (normalize.Label, bool) {
	for _, e := range evidence {
		if e.Operation != string(adapters.OpLabel) {
			continue
		}
		reply := rest.Reply{Status: e.Status, Body: e.Body}
		n, err := a.client.readXML(adapters.OpFind, reply)
		if err != nil {
			continue
		}
		if label, err := a.client.bought(adapters.OpFind, reply, n, reference); err == nil {
			return label, true
		}
	}
	return normalize.Label{}, false
}

// status asks for one order by WishPost's own number; known is false where the answer leaves it out.
func (c *client) status(ctx context.Context, op adapters.Operation, id string) (o statusOrder, known bool, err error) {
	var out statusAnswer
	_, err = c.callJSON(ctx, op, pathStatus, func(access string) any {
		return statusRequest{AccessToken: access, IDs: []string{id}}
	}, &out)
	if err != nil {
		return o, false, err
	}
	i := slices.IndexFunc(out.Orders, func(o statusOrder) bool { return o.ID == id })
	if i < 0 {
		return o, false, nil
	}
	return out.Orders[i], true, nil
}
