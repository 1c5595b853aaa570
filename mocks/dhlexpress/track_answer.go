package dhlexpress

import (
	"strings"

	"github.com/crossdock-hub/crossdock/mocks"
)

// Answer of the tracking calls. Source: OpenAPI 3.1.1, schema …TrackingResponse, and its
// example. Names and cities are empty, as the carrier leaves them for privacy.
type trackingAnswer struct {
	Shipments []trackedShipment `json:"shipments"`
}

type trackedShipment struct {
	TrackingNumber    string         `json:"shipmentTrackingNumber"`
	Status            string         `json:"status"` // of the look-up, not of the shipment
	Timestamp         string         `json:"shipmentTimestamp,omitempty"`
	ProductCode       string         `json:"productCode,omitempty"`
	Description       string         `json:"description,omitempty"`
	Shipper           trackedParty   `json:"shipperDetails"`
	Receiver          trackedParty   `json:"receiverDetails"`
	TotalWeight       milli          `json:"totalWeight,omitempty"`
	Units             string         `json:"unitOfMeasurements,omitempty"`
	ShipperReferences []reference    `json:"shipperReferences,omitempty"`
	Events            []event        `json:"events"`
	NumberOfPieces    int            `json:"numberOfPieces"`
	Pieces            []trackedPiece `json:"pieces,omitempty"`
	EstimatedDelivery string         `json:"estimatedDeliveryDate,omitempty"`
}

type trackedParty struct {
	Name          string `json:"name"`
	PostalAddress struct {
		CityName     string `json:"cityName"`
		PostalCode   string `json:"postalCode"`
		ProvinceCode string `json:"provinceCode"`
		CountryCode  string `json:"countryCode"`
	} `json:"postalAddress"`
	ServiceArea []area `json:"serviceArea"`
}

type area struct {
	Code        string `json:"code"`
	Description string `json:"description"`
}

type event struct {
	Date        string  `json:"date"`
	Time        string  `json:"time"` // local at the scan, without a zone
	GMTOffset   string  `json:"GMTOffset,omitempty"`
	TypeCode    string  `json:"typeCode"`
	Description string  `json:"description"`
	ServiceArea []area  `json:"serviceArea"`
	SignedBy    *string `json:"signedBy,omitempty"`
}

type trackedPiece struct {
	Number                 int     `json:"number"`
	TypeCode               string  `json:"typeCode"`
	ShipmentTrackingNumber string  `json:"shipmentTrackingNumber"`
	TrackingNumber         string  `json:"trackingNumber"`
	Weight                 milli   `json:"weight"`
	Units                  string  `json:"unitOfMeasurements"`
	Events                 []event `json:"events"`
}

// tracked tells what is known of a waybill or licence plate: nothing within the search lag.
// A parcel that the sandbox was only given scans of is known by those.
func (c *Carrier) tracked(number string, l look) (trackedShipment, bool) {
	p, ok := c.desk.Parcel(number)
	if !ok {
		return trackedShipment{}, false
	}
	s, known := c.sold(p.Number)
	if known && !c.desk.Visible(s.bookedAt) {
		return trackedShipment{}, false
	}
	out := trackedShipment{TrackingNumber: p.Number, Status: "Success", Events: []event{}, NumberOfPieces: max(len(p.Aliases), 1),
		Shipper: partyAt(p.From), Receiver: partyAt(p.To)}
	events := l.events(p.Scans)
	if l.level != "piece" {
		out.Events = events
	}
	if known {
		s.describe(&out, l, events)
	}
	return out, true
}

func (c *Carrier) sold(awb string) (*shipment, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shipments[awb]
	return s, s != nil
}

func (s *shipment) describe(out *trackedShipment, l look, events []event) {
	out.Timestamp, out.ProductCode, out.Description = s.at.Format(localStamp), s.product.code, s.description
	out.TotalWeight, out.Units, out.ShipperReferences = milli(s.pieces.weight), "metric", s.references
	if s.pieces.imperial {
		out.Units = "imperial"
	}
	if n := len(events); n == 0 || events[n-1].TypeCode != "OK" {
		out.EstimatedDelivery = s.delivery.Format("2006-01-02")
	}
	if l.level == "shipment" {
		return
	}
	for i, plate := range s.plates {
		out.Pieces = append(out.Pieces, trackedPiece{i + 1, "", s.awb, plate, milli(s.pieces.list[i].weight), out.Units, events})
	}
}

func partyAt(p mocks.Place) trackedParty {
	var out trackedParty
	out.PostalAddress.CountryCode = p.Country
	code, description := serviceArea(p.City, p.Country)
	out.ServiceArea = []area{{code, description}}
	return out
}

// events are the scans in their order, in the time of their place.
func (l look) events(scans []mocks.Scan) []event {
	out := []event{}
	if l.view == "shipment-details-only" || l.view == "bbx-children" {
		return out
	}
	if l.view == "last-checkpoint" && len(scans) > 1 {
		scans = scans[len(scans)-1:]
	}
	for _, s := range scans {
		local := s.At.In(mocks.Zone(s.Country))
		code, where := serviceArea(s.City, s.Country)
		e := event{Date: local.Format("2006-01-02"), Time: local.Format("15:04:05"), TypeCode: s.Code,
			Description: strings.ReplaceAll(description(s.Code), "{area}", where), ServiceArea: []area{{code, where}}}
		if l.offsets {
			e.GMTOffset = local.Format("-07:00")
		}
		if s.Code == "OK" {
			e.SignedBy = new("")
		}
		out = append(out, e)
	}
	return out
}
