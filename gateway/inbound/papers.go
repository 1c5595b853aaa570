package inbound

import (
	"context"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// readBoxes lists the boxes of a confirmed shipment, with the ids that are printed on them.
func (s *Service) readBoxes(ctx context.Context, t *turnOf, id string) (time.Duration, error) {
	boxes, err := ask(ctx, s, t, func(ctx context.Context) ([]adapters.InboundBox, error) {
		return t.in.ListShipmentBoxes(ctx, t.plan.CarrierPlanID, id)
	})
	if err != nil {
		return 0, err
	}
	pause := time.Duration(0)
	if len(boxes) == 0 || boxes[0].ID == "" { // numbered a little later
		pause = s.Intervals.Poll
	}
	return pause, s.progress(ctx, t, store.PlanUpdate{}, "", func(_ *store.Plan, f *file) error {
		if sh := f.shipment(id); sh != nil {
			sh.Boxes = boxes
		}
		return nil
	})
}

// paper is one document of a plan.
type paper struct {
	key    string // label/2/0: the first labels of the second shipment
	kind   normalize.DocumentType
	parcel int // the shipment, from 1; 0 for the plan
	fetch  func(ctx context.Context, in adapters.Inbounder, size string) (normalize.Document, error)
}

// maxLabels is how many boxes are printed in one document.
const maxLabels = 100

// papers are all documents that a plan must have: labels of all boxes, bills of lading of
// partnered freight, and labels of the units that the seller labels.
func (f *file) papers(country string, r Request) []paper {
	var out []paper
	for i, sh := range f.Shipments {
		way := sh.transportOption(sh.Selected)
		if way == nil {
			way = &adapters.InboundTransport{Mode: "small_parcel"}
		}
		for n := 0; n*maxLabels < len(sh.Boxes); n++ {
			req := adapters.InboundLabelRequest{ConfirmationID: sh.ConfirmationID, Partnered: way.Partnered, CarrierCode: way.CarrierCode, Mode: way.Mode}
			for _, b := range sh.Boxes[n*maxLabels : min((n+1)*maxLabels, len(sh.Boxes))] {
				req.Boxes = append(req.Boxes, b.ID)
			}
			out = append(out, paper{key: fmt.Sprintf("label/%d/%d", i+1, n), kind: normalize.DocumentLabel, parcel: i + 1,
				fetch: func(ctx context.Context, in adapters.Inbounder, size string) (normalize.Document, error) {
					req.Size = size
					return in.BoxLabels(ctx, req)
				}})
		}
		if way.Partnered && (way.Mode == "ltl" || way.Mode == "ftl") {
			out = append(out, paper{key: fmt.Sprintf("bill/%d", i+1), kind: adapters.DocumentBillOfLading, parcel: i + 1,
				fetch: func(ctx context.Context, in adapters.Inbounder, size string) (normalize.Document, error) {
					if size != "" {
						return normalize.Document{}, normalize.Invalid("/size", "a bill of lading comes in one size")
					}
					return in.BillOfLading(ctx, sh.ConfirmationID)
				}})
		}
	}
	return append(out, itemPapers(country, r)...)
}

// itemPapers are labels for the units that the seller labels, a hundred kinds in each document.
func itemPapers(country string, r Request) []paper {
	var list []adapters.InboundItem
	at := map[string]int{}
	for _, it := range r.Items {
		if it.LabelOwner != "seller" {
			continue
		}
		if i, ok := at[it.SKU]; ok {
			list[i].Quantity += it.Quantity
			continue
		}
		at[it.SKU] = len(list)
		list = append(list, adapters.InboundItem{SKU: it.SKU, Quantity: it.Quantity})
	}
	var out []paper
	for n := 0; n*adapters.MaxInboundSKUs < len(list); n++ {
		part := list[n*adapters.MaxInboundSKUs : min((n+1)*adapters.MaxInboundSKUs, len(list))]
		out = append(out, paper{key: fmt.Sprintf("item/%d", n), kind: adapters.DocumentItemLabel,
			fetch: func(ctx context.Context, in adapters.Inbounder, size string) (normalize.Document, error) {
				return in.ItemLabels(ctx, country, part, size)
			}})
	}
	return out
}

// readPaper fetches the next document and stores it at once, since its link lives for seconds.
// One that the platform refuses is left out with a remark: the others are worth having.
func (s *Service) readPaper(ctx context.Context, t *turnOf) (time.Duration, error) {
	for _, p := range t.file.papers(t.plan.Marketplace, t.req) {
		if _, done := t.file.Papers[p.key]; done {
			continue
		}
		doc, err := ask(ctx, s, t, func(ctx context.Context) (normalize.Document, error) { return p.fetch(ctx, t.in, "") })
		if err != nil && normalize.KindOf(err).AfterWrite() == normalize.NotBought && !passes(normalize.KindOf(err)) {
			return 0, s.keepPaper(ctx, t, p, nil, normalize.AsError(err))
		}
		if err != nil {
			return 0, err
		}
		return 0, s.keepPaper(ctx, t, p, &doc, nil)
	}
	return 0, s.progress(ctx, t, store.PlanUpdate{}, "labels are ready", func(_ *store.Plan, f *file) error {
		f.enter(stageFollow)
		f.Reached = statusLabelsReady
		f.follow()
		return nil
	})
}

func (s *Service) keepPaper(ctx context.Context, t *turnOf, p paper, doc *normalize.Document, refused *normalize.Error) error {
	u := store.PlanUpdate{}
	id := ""
	if doc != nil {
		d := stored(t.plan, *doc, p.parcel)
		id = d.ID
		u.Documents = []store.Document{d}
	}
	return s.progress(ctx, t, u, "", func(_ *store.Plan, f *file) error {
		if f.Papers == nil {
			f.Papers = map[string]string{}
		}
		f.Papers[p.key] = id
		if refused != nil {
			f.note(Problem{Code: carrierCode(refused), Severity: "warning", Message: "the platform did not print " + string(p.kind) + ": " + refused.Message})
		}
		return nil
	})
}

func stored(p store.Plan, d normalize.Document, parcel int) store.Document {
	return store.Document{ID: ids.New(ids.Document), Tenant: p.Tenant, Owner: p.ID, Type: d.Type, Format: d.Format, Size: d.Size,
		Parcel: parcel, Source: "carrier", Data: d.Data}
}

// paperOf finds out how a stored document is printed again.
func (f *file) paperOf(p store.Plan, d store.Document) (paper, error) {
	r, err := requestOf(p)
	if err != nil {
		return paper{}, err
	}
	for _, one := range f.papers(p.Marketplace, r) {
		if f.Papers[one.key] == d.ID {
			return one, nil
		}
	}
	return paper{}, gateway.RefuseField(gateway.CodeUnsupported, "/size", "this document is not printed in another size; ask for its original")
}
