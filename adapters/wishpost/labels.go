package wishpost

import (
	"context"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Label creates the order, which buys it. The carrier's number comes with the answer or later,
// the label's PDF by Documents.
//
// Weights are kilograms of all pieces of a line, rounded up to a gram; amounts are dollars. No
// price comes with the answer.
// Source: public clients of create_order, read 2026-11-21.
func (a *Adapter) Label(ctx context.Context, req normalize.LabelRequest) (normalize.Label, error) {
	o, err := a.orderOf(req)
	if err != nil {
		return normalize.Label{}, err
	}
	out, reply, err := a.client.callXML(ctx, adapters.OpLabel, pathCreate, func(access string) any {
		return orders{AccessToken: access, Mark: req.ClientReference, Order: o}
	})
	if err != nil {
		return normalize.Label{}, err
	}
	return a.client.bought(adapters.OpLabel, reply, out, req.ClientReference)
}

// bought reads the answer to an order as the label that was bought under a reference. It names
// WishPost's own number, the carrier's, or both. On which element the guid stands differs.
func (c *client) bought(op adapters.Operation, r rest.Reply, n node, reference string) (normalize.Label, error) {
	for _, kid := range append(n.Kids, n) {
		if guid := kid.attr("guid"); guid != "" && guid != reference {
			return normalize.Label{}, c.bad(op, r, "the answer is about another order")
		}
	}
	id, number := n.text("wish_standard_tracking_id"), n.text("barcode")
	if id == "" && number == "" {
		return normalize.Label{}, c.bad(op, r, "the answer names no order")
	}
	return labelOf(id, number), nil
}

// labelOf is an order by its numbers.
func labelOf(id, number string) normalize.Label {
	out := normalize.Label{TrackingNumber: number, CarrierReference: either(id, number)}
	if number != "" {
		out.Parcels = []normalize.LabelParcel{{TrackingNumber: number, CarrierReference: out.CarrierReference}}
	}
	return out
}
