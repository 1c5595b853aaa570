package dhlexpress

import (
	"context"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// SchedulePickup books a courier for parcels that may belong to several labels.
//
// The hours are local to the address. DHL wants a product: that of the service and destination,
// or Worldwide where they are of many.
// Source: MyDHL API OpenAPI 3.1.1, POST /pickups, read 2026-11-21.
func (a *Adapter) SchedulePickup(ctx context.Context, req normalize.PickupRequest) (normalize.Pickup, error) {
	body, err := a.config.pickupRequestOf(req, time.Now())
	if err != nil {
		return normalize.Pickup{}, err
	}
	var out pickupReply
	if err := a.client.post(ctx, adapters.OpPickup, "/pickups", body, &out); err != nil {
		return normalize.Pickup{}, err
	}
	if len(out.DispatchConfirmationNumbers) == 0 {
		return normalize.Pickup{}, a.client.bad(adapters.OpPickup, 0, "the answer names no confirmation")
	}
	booked := normalize.Pickup{
		Confirmation: strings.Join(out.DispatchConfirmationNumbers, ","),
		From:         req.ReadyFrom, Until: req.ReadyUntil, Warnings: a.client.warnings(out.Warnings),
	}
	if out.NextPickupDate != "" {
		booked.Warnings = append(booked.Warnings, normalize.Warning{Code: "next_pickup_date",
			Message: a.client.rest.Excerpt(out.NextPickupDate)})
	}
	return booked, nil
}

func (c Config) pickupRequestOf(req normalize.PickupRequest, now time.Time) (pickupRequest, error) {
	from, until, err := c.window(req, now)
	if err != nil {
		return pickupRequest{}, err
	}
	who, err := partyOf("/address", req.Address)
	if err != nil {
		return pickupRequest{}, err
	}
	// A pickup's party knows neither: locationType says the one, the postal code the other.
	who.TypeCode, who.PostalAddress.ProvinceName = "", ""
	packages, err := parcelsOf(req.Parcels)
	if err != nil {
		return pickupRequest{}, err
	}
	location, err := fit("/location", either(req.Location, c.PickupLocation), 80, false)
	if err != nil {
		return pickupRequest{}, err
	}
	words, err := instructions("/instructions", req.Instructions)
	if err != nil {
		return pickupRequest{}, err
	}
	out := pickupRequest{
		PlannedPickupDateAndTime: plan{at: from}.text(), CloseTime: until, Location: location,
		LocationType: "business", Accounts: c.accountsOf(), SpecialInstructions: words,
		CustomerDetails: pickupParties{who},
		ShipmentDetails: []pickupParcel{c.collected(req, packages)},
	}
	if req.Address.Residential {
		out.LocationType = "residence"
	}
	return out, nil
}

// window is when the courier may come: from a time at the address until an hour of that day.
func (c Config) window(req normalize.PickupRequest, now time.Time) (from time.Time, until string, err error) {
	zone := c.origin(req.Address.Country)
	from, until = req.ReadyFrom.In(zone), c.Close
	switch {
	case req.ReadyFrom.IsZero():
		return from, until, normalize.Invalid("/ready_from", "is required")
	case from.Before(now):
		return from, until, normalize.Invalid("/ready_from", "is in the past")
	}
	if !req.ReadyUntil.IsZero() {
		if normalize.DateOf(req.ReadyUntil.In(zone)) != normalize.DateOf(from) {
			return from, until, normalize.Invalid("/ready_until", "must be on the day of ready_from")
		}
		until = clock(req.ReadyUntil, zone)
	}
	return from, until, ahead("/ready_from", from, now)
}

// collected are the parcels as one shipment of the pickup.
func (c Config) collected(req normalize.PickupRequest, packages []parcel) pickupParcel {
	l := laneGoods
	to := req.Destination
	if to == nil && len(req.Labels) > 0 && req.Labels[0].Destination.Country != "" {
		to = &req.Labels[0].Destination
	}
	if to != nil {
		l = laneOf(normalize.Shipment{Origin: req.Address, Destination: *to})
	}
	out := pickupParcel{
		ProductCode:         either(c.product(req.Service, l), c.product(worldwide, l)),
		IsCustomsDeclarable: l.declarable(), UnitOfMeasurement: metric, Packages: packages,
	}
	if len(req.Labels) == 1 {
		out.ShipmentTrackingNumber = waybill(req.Labels[0])
	}
	return out
}
