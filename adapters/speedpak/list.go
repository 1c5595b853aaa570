package speedpak

import (
	"context"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// List names the packages that the wallet was charged for within a time. eDIS lists charges
// only, not packages, so that it proves no absence, and a sum needs all charges of a package:
// ActualCost has it.
// Source: OpenAPI 1.1.0, getActualCosts by trans_begin_time and trans_end_time, read 2026-11-21.
func (a *Adapter) List(ctx context.Context, req normalize.ListRequest) (normalize.Listing, error) {
	var lines []actualCost
	err := a.client.call(ctx, request{op: adapters.OpList, method: http.MethodGet, path: "/actual_costs",
		query:     url.Values{"trans_begin_time": {moment(req.From)}, "trans_end_time": {moment(req.Until)}},
		container: "actualCosts"}, &lines)
	if err != nil {
		return normalize.Listing{}, err
	}
	var out normalize.Listing
	seen := map[string]bool{}
	for _, line := range lines {
		if line.TrackingNumber == "" || line.ResultCode != printedOK || seen[line.TrackingNumber] {
			continue
		}
		seen[line.TrackingNumber] = true
		out.Shipments = append(out.Shipments, normalize.Listed{TrackingNumber: line.TrackingNumber, Charged: true,
			MadeFrom: req.From, MadeUntil: req.Until})
	}
	return out, nil
}
