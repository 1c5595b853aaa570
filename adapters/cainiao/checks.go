package cainiao

import (
	"slices"

	"github.com/crossdock-hub/crossdock/normalize"
)

// checkOrder refuses what is no order of AliExpress's.
func checkOrder(s normalize.Shipment) error {
	switch {
	case s.OrderID() == "":
		return normalize.Invalid("/order/id", "the number of the AliExpress order is required")
	case !digits(s.OrderID()):
		return normalize.Invalid("/order/id", "must be the number of an AliExpress order")
	}
	return nil
}

// checkParcel refuses what neither door can carry.
func checkParcel(s normalize.Shipment) error {
	if len(s.Parcels) != 1 {
		return normalize.NotServiceable("/parcels", "an order carries one parcel")
	}
	if s.Parcels[0].Weight <= 0 {
		return normalize.Invalid("/parcels/0/weight", "is required")
	}
	return nil
}

// checkSize refuses a parcel whose sides are not known. checkParcel comes first.
func checkSize(s normalize.Shipment) error {
	if len(s.Parcels) != 1 {
		return nil
	}
	if d := s.Parcels[0].Dimensions; min(d.Length, d.Width, d.Height) <= 0 {
		return normalize.Invalid("/parcels/0/dimensions", "are required")
	}
	return nil
}

// checkSmall refuses what is over the limits of small parcels. checkParcel comes first.
func checkSmall(s normalize.Shipment) error {
	if len(s.Parcels) != 1 {
		return nil
	}
	p := s.Parcels[0]
	switch {
	case p.Weight > maxWeight:
		return normalize.NotServiceable("/parcels/0/weight", "weight %s exceeds %s", p.Weight, maxWeight)
	case p.Dimensions.Longest() > maxSide:
		return normalize.NotServiceable("/parcels/0/dimensions", "the longest side %s exceeds %s", p.Dimensions.Longest(), maxSide)
	case p.Dimensions.Girthed() > maxSum:
		return normalize.NotServiceable("/parcels/0/dimensions", "the sum of the sides %s exceeds %s", p.Dimensions.Girthed(), maxSum)
	}
	return nil
}

// checkGoods refuses goods that AliExpress could not read.
func checkGoods(s normalize.Shipment) error {
	if len(s.Items) == 0 {
		return normalize.Invalid("/items", "must hold at least one item")
	}
	if len(s.Items) > maxLines {
		return normalize.NotServiceable("/items", "an order declares at most %d lines of goods", maxLines)
	}
	for i, it := range s.Items {
		switch {
		case it.ListingID != "0" && !digits(it.ListingID):
			return normalize.Invalid(at(i, "listing_id"), "the number of the AliExpress product is required, 0 for a gift")
		case it.LocalDescription == "":
			return normalize.Invalid(at(i, "local_description"), "the name in Chinese is required")
		case it.HSCode == "":
			return normalize.Invalid(at(i, "hs_code"), "is required")
		case it.Weight <= 0:
			return normalize.Invalid(at(i, "weight"), "the weight of one unit is required")
		case it.Weight > maxWeight:
			return normalize.NotServiceable(at(i, "weight"), "a unit weighs more than %s", maxWeight)
		case it.Quantity > maxQuantity:
			return normalize.NotServiceable(at(i, "quantity"), "a line declares at most %d units", maxQuantity)
		case it.UnitValue.Currency != "USD":
			return normalize.NotServiceable(at(i, "unit_value"), "customs values are taken in USD")
		case it.UnitValue.Minor < 1 || it.UnitValue.Minor > maxAmount:
			return normalize.NotServiceable(at(i, "unit_value"), "a unit is declared for 0.01 to 10000.00 USD")
		}
	}
	return nil
}

// checkInsurance refuses a cover that AliExpress has no form for. The least one is that of its
// estimate.
func checkInsurance(s normalize.Shipment) error {
	m := s.Insurance
	switch {
	case m.Minor <= 0:
		return nil
	case normalize.CurrencyDigits(m.Currency) != 2:
		return normalize.NotServiceable("/insurance", "a cover is told in cents")
	case m.Currency == "USD" && m.Minor < minCover:
		return normalize.NotServiceable("/insurance", "a cover starts at 45.00 USD")
	}
	return nil
}

// checkDelivery refuses a receiver whom nobody could deliver to, and what the order has no words
// for. Where the platform seals the address it knows the rest.
func (a *Adapter) checkDelivery(s normalize.Shipment) error {
	h := s.Handover
	switch {
	case s.Destination.PlatformAddressID == "" && s.Destination.Phone == "":
		return normalize.Invalid("/destination/phone", "is required")
	case s.NonDeliveryOption == "ask":
		return normalize.NotServiceable("/non_delivery_option", "offers return and abandon only")
	case h != nil && a.method(h) == pickup && !h.ReadyFrom.IsZero():
		return normalize.NotServiceable("/handover/ready_from", "the time of a collection cannot be chosen")
	}
	return nil
}

// checkLink refuses what LINK has no words for.
func checkLink(s normalize.Shipment) error {
	switch {
	case s.Insurance.Minor > 0:
		return normalize.NotServiceable("/insurance", "has no place for insurance")
	case s.Origin.Phone == "":
		return normalize.Invalid("/origin/phone", "is required")
	case s.Destination.Phone == "":
		return normalize.Invalid("/destination/phone", "is required")
	case len(s.Items) == 0:
		return normalize.Invalid("/items", "must hold at least one item")
	case len(s.Items) > maxLinkLines:
		return normalize.NotServiceable("/items", "an order declares at most %d lines of goods", maxLinkLines)
	}
	if h := s.Handover; h != nil {
		switch {
		case h.Method != "" && h.Method != dropOff:
			return normalize.NotServiceable("/handover/method", "takes parcels by drop_off only")
		case h.Point != "" && !portShape.MatchString(h.Point):
			return normalize.NotServiceable("/handover/point", "must be the IATA code of a port")
		}
	}
	for i, it := range s.Items {
		switch {
		case it.Weight <= 0:
			return normalize.Invalid(at(i, "weight"), "the weight of one unit is required")
		case normalize.CurrencyDigits(it.UnitValue.Currency) != 2:
			return normalize.NotServiceable(at(i, "unit_value"), "values are told in cents")
		case it.UnitValue.Minor < 1:
			return normalize.NotServiceable(at(i, "unit_value"), "a unit has a value of 0.01 at least")
		case slices.ContainsFunc(it.Goods, func(g string) bool { return !slices.Contains(linkGoods, g) }):
			return &normalize.Error{Kind: normalize.KindProhibitedGoods, Field: at(i, "goods"),
				Message: "only goods without special declaration and goods with batteries inside or beside are carried"}
		}
	}
	return nil
}
