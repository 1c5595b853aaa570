package speedpak

import (
	"context"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// ActualCost tells what the wallet was charged for a label, line by line. It is not_found until
// the parcel was weighed.
//
// Amounts are added as eDIS sends them; whether a compensation comes with a minus is
// unconfirmed. The weight is that of the last charge that names one.
// Source: OpenAPI 1.1.0, getActualCosts, read 2026-11-21.
func (a *Adapter) ActualCost(ctx context.Context, ref normalize.ShipmentRef) (normalize.ActualCost, error) {
	if ref.TrackingNumber == "" {
		return normalize.ActualCost{}, needNumber(adapters.OpActualCost)
	}
	var lines []actualCost
	err := a.client.call(ctx, request{op: adapters.OpActualCost, method: http.MethodGet, path: "/actual_costs",
		query: url.Values{"tracking_numbers": {ref.TrackingNumber}}, container: "actualCosts"}, &lines)
	if err != nil {
		return normalize.ActualCost{}, err
	}
	return a.client.costFrom(lines, ref.TrackingNumber)
}

func (c *client) costFrom(lines []actualCost, number string) (normalize.ActualCost, error) {
	var out normalize.ActualCost
	var last string
	for _, line := range lines {
		if line.TrackingNumber != number || line.ResultCode != printedOK {
			continue
		}
		money := line.Amount.money()
		total, err := out.Total.Add(money)
		if err != nil || money.IsZero() {
			return normalize.ActualCost{}, c.bad(adapters.OpActualCost, rest.Reply{}, "a charge has no readable amount")
		}
		out.Total = total
		out.Charges = append(out.Charges, c.chargeOf(line.CostType, money))
		if line.ChargeWeight > 0 && line.BillingTime >= last { // in UTC, so that texts compare
			out.ChargeableWeight, last = normalize.Weight(line.ChargeWeight)*normalize.Gram, line.BillingTime
		}
	}
	if len(out.Charges) == 0 {
		return out, &normalize.Error{Kind: normalize.KindNotFound, Carrier: code, Op: string(adapters.OpActualCost), Message: "not billed yet"}
	}
	return out, nil
}

func (c *client) chargeOf(costType string, m normalize.Money) normalize.Charge {
	t, ok := costTypes[costType]
	if !ok {
		return normalize.Charge{Type: normalize.ChargeOther, Name: c.rest.Excerpt("cost type " + costType), Amount: m}
	}
	return normalize.Charge{Type: t.kind, Name: t.name, Amount: m}
}
