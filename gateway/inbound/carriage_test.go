package inbound

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

func (p *platform) GeneratePlacement(_ context.Context, plan string) (string, error) {
	return p.starts("GeneratePlacement", plan, func(r *remotePlan) (func(), error) {
		return func() {
			r.placements = nil
			for n := 1; n <= 2; n++ {
				o := adapters.InboundOption{ID: p.id("pl"), Status: adapters.OptionOffered, ExpiresAt: time.Now().Add(p.lives)}
				for range n {
					o.Shipments = append(o.Shipments, p.id("sh"))
				}
				if n == 1 {
					o.Fees, o.Discounts = fee(500), fee(100)
				}
				r.placements = append(r.placements, o)
			}
		}, nil
	})
}

func (p *platform) ListPlacement(_ context.Context, plan string) ([]adapters.InboundOption, error) {
	return reads(p, "ListPlacement", plan, func(r *remotePlan) ([]adapters.InboundOption, error) { return slices.Clone(r.placements), nil })
}

// ConfirmPlacement is taken at once; a second one, after one was taken, is the fault that all of
// the write-ahead is against.
func (p *platform) ConfirmPlacement(_ context.Context, plan, option string) (string, error) {
	return p.starts("ConfirmPlacement", plan, func(r *remotePlan) (func(), error) {
		if slices.ContainsFunc(r.placements, func(o adapters.InboundOption) bool { return o.Status == adapters.OptionAccepted }) {
			p.t.Error("a placement was confirmed a second time")
		}
		if err := accept(r.placements, option); err != nil {
			return nil, err
		}
		if len(p.refuse["ConfirmPlacement"]) == 0 {
			setStatus(r.placements, option)
		}
		return func() {}, nil
	})
}

func (p *platform) GetShipment(_ context.Context, plan, id string) (adapters.InboundShipment, error) {
	return reads(p, "GetShipment", plan, func(r *remotePlan) (adapters.InboundShipment, error) {
		out := adapters.InboundShipment{ID: id, Status: adapters.InboundUnconfirmed, WarehouseCode: "NW1", Tracking: r.tracking[id],
			Destination: normalize.Address{Name: "NW1", Line1: "1 Hall Way", City: "Reno", PostalCode: "89501", Country: "US"}}
		if s := r.status[id]; s != "" {
			out.Status = s
		}
		if t := r.selected[id]; t != "" {
			out.Transport, out.ConfirmationID = t, "NW"+id
		}
		return out, nil
	})
}

func (p *platform) ListShipmentBoxes(_ context.Context, plan, id string) ([]adapters.InboundBox, error) {
	return reads(p, "ListShipmentBoxes", plan, func(r *remotePlan) (out []adapters.InboundBox, err error) {
		for _, b := range r.boxes {
			one := b
			one.ID, one.Count = "NW"+id+"U1", 1
			out = append(out, one)
		}
		return out, nil
	})
}

func (p *platform) ListShipmentItems(_ context.Context, plan, _ string) ([]adapters.InboundItem, error) {
	return reads(p, "ListShipmentItems", plan, func(r *remotePlan) ([]adapters.InboundItem, error) { return r.req.Items, nil })
}

func (p *platform) GenerateTransport(_ context.Context, req adapters.InboundTransportRequest) (string, error) {
	return p.starts("GenerateTransport", req.PlanID, func(r *remotePlan) (func(), error) {
		return func() {
			if len(r.selected) > 0 {
				return
			}
			r.transport = nil
			for _, s := range req.Shipments {
				r.ready[s.Shipment] = s.ReadyFrom
				r.transport = append(r.transport,
					adapters.InboundTransport{ID: p.id("to"), Shipment: s.Shipment, Carrier: "North Post", CarrierCode: "NP", Mode: "small_parcel", Partnered: true,
						Quote: usd(1000 + p.placementFee), ExpiresAt: time.Now().Add(p.lives), VoidableUntil: time.Now().Add(p.lives + 24*time.Hour)},
					adapters.InboundTransport{ID: p.id("to"), Shipment: s.Shipment, Carrier: "Other", CarrierCode: "OT", Mode: "small_parcel"})
				if len(s.Pallets) > 0 || p.windows {
					r.transport = append(r.transport, adapters.InboundTransport{ID: p.id("to"), Shipment: s.Shipment, Carrier: "North Freight", CarrierCode: "NF",
						Mode: "ltl", Partnered: true, Quote: usd(9000), ExpiresAt: time.Now().Add(p.lives), Requires: []string{adapters.RequiresDeliveryWindow}})
				}
			}
		}, nil
	})
}

func (p *platform) ListTransport(_ context.Context, plan, _ string) ([]adapters.InboundTransport, error) {
	return reads(p, "ListTransport", plan, func(r *remotePlan) ([]adapters.InboundTransport, error) { return slices.Clone(r.transport), nil })
}

func (p *platform) ConfirmTransport(_ context.Context, plan string, list []adapters.InboundSelection) (string, error) {
	return p.starts("ConfirmTransport", plan, func(r *remotePlan) (func(), error) {
		if len(r.selected) > 0 {
			p.t.Error("transport was confirmed a second time")
		}
		for _, s := range list {
			i := slices.IndexFunc(r.transport, func(o adapters.InboundTransport) bool { return o.ID == s.Option && o.Shipment == s.Shipment })
			switch {
			case i < 0:
				return nil, normalize.Fail(normalize.KindInvalidRequest, "no such option")
			case len(r.transport[i].Requires) > 0 && r.window[s.Shipment] == "":
				return nil, normalize.Fail(normalize.KindInvalidRequest, "no delivery window is confirmed")
			}
		}
		if len(p.refuse["ConfirmTransport"]) == 0 {
			for _, s := range list {
				r.selected[s.Shipment], r.status[s.Shipment] = s.Option, adapters.InboundReadyToShip
			}
		}
		return func() {}, nil
	})
}

func (p *platform) GenerateWindows(_ context.Context, plan, id string) (string, error) {
	return p.starts("GenerateWindows", plan, func(r *remotePlan) (func(), error) {
		return func() {
			r.windows[id] = []adapters.InboundWindow{{ID: p.id("dw"), From: time.Now().Add(72 * time.Hour), Until: time.Now().Add(78 * time.Hour), Availability: "available"},
				{ID: p.id("dw"), From: time.Now().Add(96 * time.Hour), Until: time.Now().Add(99 * time.Hour), Availability: "blocked"}}
		}, nil
	})
}

func (p *platform) ListWindows(_ context.Context, plan, id string) ([]adapters.InboundWindow, error) {
	return reads(p, "ListWindows", plan, func(r *remotePlan) ([]adapters.InboundWindow, error) { return r.windows[id], nil })
}

func (p *platform) ConfirmWindow(_ context.Context, plan, id, window string) (string, error) {
	return p.starts("ConfirmWindow", plan, func(r *remotePlan) (func(), error) { return func() { r.window[id] = window }, nil })
}

func (p *platform) BoxLabels(_ context.Context, req adapters.InboundLabelRequest) (normalize.Document, error) {
	return do(p, "BoxLabels", func() (normalize.Document, error) {
		size := req.Size
		if size == "" {
			size = "4x6"
		}
		return normalize.Document{Type: normalize.DocumentLabel, Format: "pdf", Size: size, Data: []byte("%PDF-" + size + strings.Join(req.Boxes, ","))}, nil
	})
}

func (p *platform) BillOfLading(_ context.Context, id string) (normalize.Document, error) {
	return do(p, "BillOfLading", func() (normalize.Document, error) {
		return normalize.Document{Type: adapters.DocumentBillOfLading, Format: "pdf", Data: []byte("%PDF-" + id)}, nil
	})
}

func (p *platform) ItemLabels(_ context.Context, _ string, items []adapters.InboundItem, size string) (normalize.Document, error) {
	return do(p, "ItemLabels", func() (normalize.Document, error) {
		return normalize.Document{Type: adapters.DocumentItemLabel, Format: "pdf", Size: size, Data: []byte("%PDF-" + items[0].SKU)}, nil
	})
}

func (p *platform) SetTracking(_ context.Context, req adapters.InboundTrackingRequest) (string, error) {
	return p.starts("SetTracking", req.PlanID, func(r *remotePlan) (func(), error) {
		return func() { r.tracking[req.Shipment] = req.Boxes }, nil
	})
}

func (p *platform) Receiving(_ context.Context, _, id string) (adapters.InboundReceipt, error) {
	return do(p, "Receiving", func() (adapters.InboundReceipt, error) {
		return adapters.InboundReceipt{Status: adapters.InboundClosed, Items: []adapters.InboundItem{{SKU: "CASE-1", Quantity: 40, Received: 39}}}, nil
	})
}
