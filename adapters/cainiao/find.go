package cainiao

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Find looks for a purchase: first in what the carrier answered already, then by asking.
//
// AliExpress is asked for the orders of the trade order; those of our service that were made
// about the time of the purchase are candidates, and more than one cannot be told apart by
// anything that it shows. An empty list is a clean negative. LINK has no search: beyond the
// kept answer only an order whose LP number is known can be seen, and nothing is ever proven
// absent.
// Source: AliExpress IOP SDK, aliexpress.logistics.querylogisticsorderdetail, read 2026-11-21.
func (a *Adapter) Find(ctx context.Context, req normalize.FindRequest) (normalize.Found, error) {
	aliexpress, err := a.door(req.Ref.Service)
	if err != nil {
		return normalize.Found{}, err
	}
	if label, ok := a.evident(req, aliexpress); ok {
		return normalize.Found{Labels: []normalize.Label{label}, Complete: true}, nil
	}
	if aliexpress {
		return a.findOrders(ctx, req.Ref)
	}
	if !lpShape.MatchString(req.Ref.CarrierReference) {
		return normalize.Found{}, nil
	}
	out, _, err := a.waybill(ctx, adapters.OpFind, req.Ref)
	if err != nil {
		return normalize.Found{}, err
	}
	label := linkLabelOf(linkCreated{OrderCode: req.Ref.CarrierReference, Number: out.Number, Lane: out.Lane})
	return normalize.Found{Labels: []normalize.Label{label}, Complete: true}, nil
}

// evident reads the label from a kept answer of the order's creation.
func (a *Adapter) evident(req normalize.FindRequest, aliexpress bool) (normalize.Label, bool) {
	for _, e := range req.Evidence {
		if e.Operation != string(adapters.OpLabel) {
			continue
		}
		reply := rest.Reply{Status: e.Status, Body: e.Body}
		var label normalize.Label
		var err error
		if aliexpress {
			var c created
			if _, err = a.iop.read(adapters.OpFind, reply, normalize.Secret{}, &c); err == nil {
				label, err = a.iop.bought(reply, c, req.Ref.OrderID)
			}
		} else {
			var c linkCreated
			if err = a.link.read(adapters.OpFind, reply, &c); err == nil {
				label, err = a.link.bought(reply, c)
			}
		}
		if err == nil {
			return label, true
		}
	}
	return normalize.Label{}, false
}

// orderPageSize is more orders than a trade order has.
const orderPageSize = "20"

// findOrders lists the orders of a trade order.
func (a *Adapter) findOrders(ctx context.Context, ref normalize.ShipmentRef) (normalize.Found, error) {
	if !digits(ref.OrderID) {
		return normalize.Found{}, needs(adapters.OpFind, "/order_id", "the number of the AliExpress order is required")
	}
	in := map[string]string{"trade_order_id": ref.OrderID, "current_page": "1", "page_size": orderPageSize}
	var out orderPage
	reply, err := a.iop.call(ctx, adapters.OpFind, methodOrders, in, &out)
	switch {
	case err != nil:
		return normalize.Found{}, err
	case out.Result == nil || out.Result.Success == "":
		return normalize.Found{}, a.iop.bad(adapters.OpFind, reply, "the answer holds no result")
	case !out.Result.Success.yes():
		return normalize.Found{}, a.iop.refuse(adapters.OpFind, reply, "", out.Result.ErrorDesc)
	}
	found := foundIn(out.Result.List, a.codesOf(ref), ref.At)
	if pages, err := strconv.Atoi(string(out.Result.Pages)); err != nil || pages > 1 {
		found.Complete = false
	}
	return found, nil
}

// codesOf are the solutions under which a service may have been bought.
func (a *Adapter) codesOf(ref normalize.ShipmentRef) map[string]bool {
	codes := map[string]bool{}
	for _, c := range []string{ref.CarrierData[dataSolution], a.config.Services[ref.Service],
		a.config.BatteryServices[ref.Service], solutions[ref.Service]} {
		if c != "" {
			codes[c] = true
		}
	}
	return codes
}

// foundIn picks the candidates. One that was closed costs nothing; one of the same time under
// another solution is not taken, and yet proves nothing absent, since the account's solution may
// have been changed meanwhile.
func foundIn(list []order, codes map[string]bool, at time.Time) normalize.Found {
	found := normalize.Found{Complete: true}
	for _, o := range list {
		switch {
		case strings.EqualFold(o.Status, closed), !o.madeAbout(at):
		case o.Code == "" && o.ID == "", o.Service != "" && !codes[o.Service]:
			found.Complete = false
		default:
			found.Labels = append(found.Labels, aliexpressLabel(o.Code, string(o.ID), o.Number, o.Number, feeOf(o.Fee, o.Fees)))
		}
	}
	return found
}

// How far from the purchase its order may have been made, by the carrier's clock: from a
// little before, since clocks differ, to long after, since it may have been slow.
const (
	madeBefore = 15 * time.Minute
	madeAfter  = 6 * time.Hour
)

// losAngeles is the zone of AliExpress's own clock.
var losAngeles = zoneOf("America/Los_Angeles")

// madeAbout tells whether an order may have been made by a purchase at a time. In which zone
// gmt_create is told is not documented: Beijing's and Los Angeles's lie far enough apart to
// allow for both. What cannot be read is not held against an order, since dropping the one that
// was bought would be taken for proof that nothing was.
func (o order) madeAbout(at time.Time) bool {
	if at.IsZero() {
		return true
	}
	for _, zone := range []*time.Location{beijing, losAngeles} {
		made, err := time.ParseInLocation(time.DateTime, string(o.Created), zone)
		if err != nil || (made.After(at.Add(-madeBefore)) && made.Before(at.Add(madeAfter))) {
			return true
		}
	}
	return false
}
