package inbound

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/bojanz/currency"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/store"
)

// planOf shows a plan; papers and history where there are any.
func planOf(p store.Plan, f file, papers []store.Document, history []store.HistoryLine, now time.Time) Plan {
	out := Plan{ID: p.ID, Adapter: p.Adapter, Account: p.Account, Marketplace: p.Marketplace, Name: p.Name, CarrierPlanID: p.CarrierPlanID,
		Status: f.status(), WaitingFor: f.waitingFor(), PackingGroups: []PackingGroup{}, PackingOptions: []PackingOption{},
		Placements: []Placement{}, Shipments: []Shipment{}, Documents: []Document{}, Problems: []Problem{}, History: []HistoryLine{}, CreatedAt: p.CreatedAt}
	if !p.Spent.IsZero() {
		out.Spent = &p.Spent
	}
	for _, o := range f.PackingOptions {
		out.PackingOptions = append(out.PackingOptions, PackingOption{ID: o.ID, Status: o.status(now), Fees: o.Fees, Discounts: o.Discounts,
			Groups: orEmpty(o.Groups), ExpiresAt: when(o.ExpiresAt), Limits: o.limits()})
	}
	for _, g := range f.taken() {
		out.PackingGroups = append(out.PackingGroups, PackingGroup{g.ID, itemsOf(g.Items, nil)})
	}
	for _, o := range f.Placements {
		out.Placements = append(out.Placements, Placement{ID: o.ID, Status: o.status(now), Fees: o.Fees, Discounts: o.Discounts,
			Shipments: orEmpty(o.Shipments), ExpiresAt: when(o.ExpiresAt)})
	}
	for _, s := range f.Shipments {
		out.Shipments = append(out.Shipments, s.view())
	}
	for _, d := range papers {
		out.Documents = append(out.Documents, documentOf(p.ID, f, d))
	}
	out.Problems = append(out.Problems, f.Problems...)
	for _, h := range history {
		out.History = append(out.History, HistoryLine(h))
	}
	return out
}

// taken are the groups of the packing option that is taken, of all where none is.
func (f *file) taken() []group {
	o := f.option(f.PackingOptions, f.Packing)
	if o == nil {
		return f.Groups
	}
	var out []group
	for _, g := range f.Groups {
		if slices.Contains(o.Groups, g.ID) {
			out = append(out, g)
		}
	}
	return out
}

func documentOf(plan string, f file, d store.Document) Document {
	out := Document{ID: d.ID, Type: string(d.Type), Format: d.Format, Size: d.Size, SHA256: hex.EncodeToString(d.SHA256), Bytes: d.Bytes,
		URL: "/v1/inbound-plans/" + plan + "/documents/" + d.ID}
	if n := d.Parcel; n > 0 && n <= len(f.Shipments) && d.Type != adapters.DocumentItemLabel {
		out.Shipment = f.Shipments[n-1].ID
	}
	return out
}

// expired tells whether an offer cannot be taken any more.
func (o option) expired(now time.Time) bool {
	return o.Status == adapters.OptionExpired || o.Status == adapters.OptionOffered && !o.ExpiresAt.IsZero() && !now.Before(o.ExpiresAt)
}

func (o option) limits() map[string]Limit {
	out := map[string]Limit{}
	if o.MinWeight > 0 {
		out[limitMin] = o.MinWeight
	}
	if o.MaxWeight > 0 {
		out[limitMax] = o.MaxWeight
	}
	return out
}

func (s shipment) view() Shipment {
	out := Shipment{ID: s.ID, ConfirmationID: s.ConfirmationID, Status: s.Status, Destination: Warehouse{s.Warehouse, s.Destination},
		Transportation: []Transportation{}, Selected: s.Selected, DeliveryWindows: []DeliveryWindow{}, Window: s.Window, Boxes: []ShippedBox{},
		Items: itemsOf(s.Items, s.Counted), Tracking: []Tracking{}, BillOfLading: s.BillOfLading, FreightBill: s.FreightBill}
	if out.Status == "" {
		out.Status = adapters.InboundUnconfirmed
	}
	for _, t := range s.Transport {
		one := Transportation{ID: t.ID, Carrier: t.Carrier, Mode: t.Mode, Partnered: t.Partnered, Requires: t.Requires,
			ExpiresAt: when(t.ExpiresAt), VoidableUntil: when(t.VoidableUntil)}
		if one.Mode == "" {
			one.Mode = "unknown"
		}
		if !t.Quote.IsZero() {
			one.Quote = &t.Quote
		}
		out.Transportation = append(out.Transportation, one)
	}
	for _, w := range s.Windows {
		out.DeliveryWindows = append(out.DeliveryWindows, DeliveryWindow{w.ID, w.From, w.Until, w.Availability, when(w.ExpiresAt)})
	}
	for _, b := range s.Boxes {
		one := ShippedBox{ID: b.ID, Weight: b.Weight, Dimensions: b.Dimensions, Items: itemsOf(b.Items, nil)}
		if b.Count > 1 {
			one.Count = b.Count
		}
		out.Boxes = append(out.Boxes, one)
	}
	for _, t := range s.Tracking {
		out.Tracking = append(out.Tracking, Tracking(t))
	}
	return out
}

// itemsOf shows goods, with what was counted of each SKU where that is known. A SKU that comes
// in several lots is counted by its first line, since the platform counts by SKU alone.
func itemsOf(items, counted []adapters.InboundItem) []PlannedItem {
	out := []PlannedItem{}
	left := map[string]int{}
	for _, c := range counted {
		left[c.SKU] += c.Received
	}
	for _, it := range items {
		one := PlannedItem{SKU: it.SKU, Quantity: it.Quantity, ExpiresOn: it.ExpiresOn, Lot: it.Lot}
		if n, ok := left[it.SKU]; ok {
			one.Received = new(n)
			left[it.SKU] = 0
		}
		out = append(out, one)
	}
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// currencyOf is the money of a marketplace, by which a fee of nothing is shown as 0.00.
func currencyOf(country string) string {
	code, _ := currency.ForCountryCode(country)
	return code
}

// eventOf tells webhooks of a plan that went on, without papers and history.
func eventOf(p store.Plan, f file) store.Event {
	b, err := json.Marshal(planOf(p, f, nil, nil, p.UpdatedAt))
	if err != nil {
		b = []byte(`{}`)
	}
	return store.Event{Tenant: p.Tenant, Type: "inbound_plan.updated", Subject: p.ID, Data: b}
}
