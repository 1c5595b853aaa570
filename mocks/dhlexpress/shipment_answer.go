package dhlexpress

import (
	"fmt"
	"net/http"
	"strconv"
)

func (o order) answer(s *shipment, documents []document, r *http.Request) shipmentAnswer {
	tracking := host(r) + "/shipments/" + s.awb + "/tracking"
	out := shipmentAnswer{
		URL: host(r) + "/shipments", TrackingNumber: s.awb, TrackingURL: tracking, DispatchNumber: s.confirmation, Documents: documents,
		EstimatedDelivery: &estimatedDeliveryDate{s.delivery.Format(localStamp) + "Z", "QDDC"},
	}
	if s.confirmation != "" {
		out.CancelPickupURL = host(r) + "/pickups/" + s.confirmation
	}
	for i, plate := range s.plates {
		out.Packages = append(out.Packages, packageAnswer{o.in.Content.Packages[i].referenceNumber(i), plate,
			tracking + "?pieceTrackingNumber=" + plate, milli(s.pieces.list[i].volumetric)})
	}
	out.ShipmentDetails = []shipmentDetails{{VolumetricWeight: milli(s.pieces.volumetric), BillingCode: "DSA", ProductShortName: s.product.name}}
	if o.asks("pickupDetails") {
		out.ShipmentDetails[0].Pickup = o.pickupDetails()
	}
	if o.asks("barcodeInformation") {
		out.BarcodeInfo = &barcodeInfo{Shipment: s.awb}
		for i, plate := range s.plates {
			out.BarcodeInfo.Pieces = append(out.BarcodeInfo.Pieces, pieceBarcode{out.Packages[i].ReferenceNumber, plate})
		}
	}
	if o.in.GetRateEstimates {
		out.ShipmentCharges = o.charges()
	}
	for i, which := range []string{"origin", "destination"} {
		if end := []place{s.lane.from, s.lane.to}[i]; !end.postalFits() {
			out.Warnings = append(out.Warnings, fmt.Sprintf(laxLocation, which))
		}
	}
	return out
}

// asks tells whether additional information of a type was wanted.
func (o order) asks(typeCode string) bool {
	for _, g := range o.in.GetAdditionalInformation {
		if g.TypeCode == typeCode && g.IsRequested {
			return true
		}
	}
	return false
}

// pickupDetails are the rating's capabilities, all of them as texts.
func (o order) pickupDetails() *pickupDetails {
	p, d := o.inquiry.pickupCapabilities(), o.inquiry.deliveryCapabilities(o.product)
	return &pickupDetails{LocalCutoff: p.LocalCutoff, PickupEarliest: p.PickupEarliest, PickupLatest: p.PickupLatest,
		TotalTransitDays: strconv.Itoa(d.TotalTransitDays), PickupAdditionalDays: strconv.Itoa(p.PickupAdditionalDays),
		PickupDayOfWeek: strconv.Itoa(p.PickupDayOfWeek), DeliveryDayOfWeek: strconv.Itoa(d.DeliveryDayOfWeek)}
}

func (o order) charges() []shipmentCharge {
	var out []shipmentCharge
	for _, c := range o.inquiry.currencies() {
		s := shipmentCharge{CurrencyType: c.kind, PriceCurrency: c.code, Price: inCurrency(c.code, total(o.lines))}
		for _, l := range o.lines {
			s.ServiceBreakdown = append(s.ServiceBreakdown, serviceCharge{l.name, inCurrency(c.code, l.cents), l.code})
		}
		out = append(out, s)
	}
	return out
}
