package cainiao

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The pages of a listing. AliExpress names 50 as the largest of a like call; a listing of more
// pages than maxListPages has a Next all the same.
const (
	listPageSize = "50"
	maxListPages = 10_000
)

// List tells AliExpress orders that were made within a time. LINK has no list.
//
// In which zone the bounds are read is not documented: they are written so that the time is
// covered in Beijing's as well as in Los Angeles's, and each order says between which two
// times it was made. An answer shows no address and no weight.
// Source: AliExpress IOP SDK, aliexpress.logistics.querylogisticsorderdetail, read 2026-11-21.
func (a *Adapter) List(ctx context.Context, req normalize.ListRequest) (normalize.Listing, error) {
	if a.iop == nil {
		return normalize.Listing{}, &normalize.Error{Kind: normalize.KindUnsupported, Carrier: code, Op: string(adapters.OpList),
			Message: "LINK has no list of orders", NotSent: true}
	}
	page := 1
	if req.Cursor != "" {
		var err error
		if page, err = strconv.Atoi(req.Cursor); err != nil || page < 1 || page > maxListPages {
			return normalize.Listing{}, normalize.Invalid("/cursor", "is not one of a listing")
		}
	}
	in := map[string]string{"current_page": strconv.Itoa(page), "page_size": listPageSize,
		"gmt_create_start_str": req.From.In(losAngeles).Format(time.DateTime), "gmt_create_end_str": req.Until.In(beijing).Format(time.DateTime)}
	var out orderPage
	reply, err := a.iop.call(ctx, adapters.OpList, methodOrders, in, &out)
	switch {
	case err != nil:
		return normalize.Listing{}, err
	case out.Result == nil || out.Result.Success == "":
		return normalize.Listing{}, a.iop.bad(adapters.OpList, reply, "the answer holds no result")
	case !out.Result.Success.yes():
		return normalize.Listing{}, a.iop.refuse(adapters.OpList, reply, "", out.Result.ErrorDesc)
	}
	pages, err := strconv.Atoi(string(out.Result.Pages))
	if err != nil {
		return normalize.Listing{}, a.iop.bad(adapters.OpList, reply, "the answer does not say how many pages there are")
	}
	listing := normalize.Listing{Complete: true}
	if pages > page && page < maxListPages {
		listing.Next = strconv.Itoa(page + 1)
	}
	for _, o := range out.Result.List {
		if o.Code == "" && o.ID == "" {
			listing.Complete = false // an order that nobody could name
			continue
		}
		listing.Shipments = append(listing.Shipments, a.listed(o, req))
	}
	return listing, nil
}

// listed is an order of a list. What has no readable time was made within that of the list.
func (a *Adapter) listed(o order, req normalize.ListRequest) normalize.Listed {
	label := aliexpressLabel(o.Code, string(o.ID), o.Number, o.Number, feeOf(o.Fee, o.Fees))
	out := normalize.Listed{OrderID: string(o.Trade), CarrierReference: label.CarrierReference, TrackingNumber: label.TrackingNumber,
		Cost: label.Cost, CarrierData: label.CarrierData, Gone: strings.EqualFold(o.Status, closed),
		MadeFrom: req.From, MadeUntil: req.Until, Services: a.servicesOf(o.Service)}
	first, err := time.ParseInLocation(time.DateTime, string(o.Created), beijing)
	if err != nil {
		return out
	}
	if last, err := time.ParseInLocation(time.DateTime, string(o.Created), losAngeles); err == nil {
		out.MadeFrom, out.MadeUntil = first.UTC(), last.UTC()
	}
	return out
}

// servicesOf are our names for a solution; none where it is of no service, since the account's
// solution may have been changed meanwhile.
func (a *Adapter) servicesOf(solution string) []string {
	var out []string
	for _, service := range aliexpressServices {
		codes := []string{a.config.Services[service], a.config.BatteryServices[service], solutions[service]}
		if solution != "" && slices.Contains(codes, solution) {
			out = append(out, service)
		}
	}
	return out
}
