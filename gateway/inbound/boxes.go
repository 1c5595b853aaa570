package inbound

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// The names of a box's limits, as a plan shows them and a refusal calls them.
const (
	limitMin = "min_weight"
	limitMax = "max_weight"
)

// Pack takes the boxes: of packing groups before the placement, of shipments after it. What is
// over a limit or does not hold the goods is refused before anything is sent.
func (s *Service) Pack(ctx context.Context, tenant, id string, r PackRequest) (Plan, error) {
	now := time.Now()
	return s.edit(ctx, tenant, id, line("the boxes are taken"), func(p store.Plan, f *file) error {
		switch {
		case f.Stage == stageBoxes && r.Later:
			return packLater(f, r)
		case f.Stage == stageBoxes:
			return packGroups(f, p, r, now)
		case f.Stage == stageBoxesLater:
			return packShipments(f, p, r)
		}
		return conflict(f, "it takes no boxes now")
	})
}

// packLater goes on to the placement without boxes.
func packLater(f *file, r PackRequest) error {
	if len(r.Boxes) > 0 {
		return gateway.RefuseField(gateway.CodeInvalidRequest, "/boxes", "cannot stand beside later")
	}
	f.asked()
	f.PackLater = true
	f.enter(stagePlacementOptions)
	return nil
}

// packGroups takes boxes for the groups of one packing option.
func packGroups(f *file, p store.Plan, r PackRequest, now time.Time) error {
	id := r.Option
	if id == "" {
		id = f.Packing
	}
	o := f.option(f.PackingOptions, id)
	switch {
	case id == "":
		return gateway.RefuseField(gateway.CodeInvalidRequest, "/option", "must name one of packing_options, since each costs a fee")
	case o == nil:
		return gateway.RefuseField(gateway.CodeInvalidRequest, "/option", "is not a packing option of this plan")
	case o.expired(now):
		return gateway.Refuse(gateway.CodeRateExpired, "the packing options have expired; new ones are on their way")
	}
	boxes, err := boxesOf(r.Boxes, p)
	if err != nil {
		return err
	}
	if errs := checkGroups(f, *o, boxes); len(errs) > 0 {
		return errs
	}
	f.asked()
	f.Packing, f.Boxes = id, boxes
	f.enter(stageSetPacking)
	return nil
}

// packShipments takes boxes for the shipments of the confirmed placement.
func packShipments(f *file, p store.Plan, r PackRequest) error {
	boxes, err := boxesOf(r.Boxes, p)
	if err != nil {
		return err
	}
	var errs normalize.FieldErrors
	for _, sh := range f.Shipments {
		errs = append(errs, checkContents("shipment", sh.ID, sh.Items, boxes, func(b adapters.InboundBox) string { return b.Shipment })...)
	}
	errs = append(errs, checkWeights(f.option(f.PackingOptions, f.Packing), boxes)...)
	for i, b := range boxes {
		if f.shipment(b.Shipment) == nil {
			errs = append(errs, normalize.FieldError{Pointer: fmt.Sprintf("/boxes/%d/shipment", i), Detail: "is not a shipment of this plan"})
		}
	}
	if len(errs) > 0 {
		return errs
	}
	f.asked()
	f.Boxes = boxes
	f.enter(stageSetPacking)
	return nil
}

// boxesOf reads the boxes, and completes their items by what the plan says of the same SKU.
func boxesOf(in []Box, p store.Plan) ([]adapters.InboundBox, error) {
	req, err := requestOf(p)
	if err != nil {
		return nil, err
	}
	if len(in) == 0 {
		return nil, gateway.RefuseField(gateway.CodeInvalidRequest, "/boxes", "must hold at least one box")
	}
	var errs normalize.FieldErrors
	var out []adapters.InboundBox
	for i, b := range in {
		one := adapters.InboundBox{Group: b.Group, Shipment: b.Shipment, Count: max(b.Count, 1), Weight: b.Weight, Dimensions: b.Dimensions, Content: b.Content}
		if one.Content == "" {
			one.Content = "listed"
		}
		errs = append(errs, checkBox(one, b, i)...)
		for j, it := range b.Items {
			planned, ok := req.planned(it)
			if !ok {
				errs = append(errs, normalize.FieldError{Pointer: fmt.Sprintf("/boxes/%d/items/%d/sku", i, j), Detail: "is not in the plan with this expiry and lot"})
				continue
			}
			one.Items = append(one.Items, planned)
		}
		out = append(out, one)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return out, nil
}

func checkBox(b adapters.InboundBox, in Box, i int) (errs normalize.FieldErrors) {
	at := fmt.Sprintf("/boxes/%d", i)
	add := func(name, detail string) {
		errs = append(errs, normalize.FieldError{Pointer: at + "/" + name, Detail: detail})
	}
	if (b.Group == "") == (b.Shipment == "") {
		add("group", "exactly one of group and shipment must be given")
	}
	if b.Weight <= 0 {
		add("weight", "is required")
	}
	if d := b.Dimensions; d.Length <= 0 || d.Width <= 0 || d.Height <= 0 {
		add("dimensions", "is required")
	}
	if listed := b.Content == "listed"; listed && len(in.Items) == 0 {
		add("items", "is required where the content is listed")
	} else if !listed && len(in.Items) > 0 {
		add("items", "must be empty where the content is not listed")
	}
	return errs
}

// planned finds the plan's line of what lies in a box. Expiry and lot may be left out where the
// SKU has only one line.
func (r Request) planned(it BoxItem) (adapters.InboundItem, bool) {
	var found []Item
	for _, line := range r.Items {
		if line.SKU == it.SKU && (it.ExpiresOn == "" || it.ExpiresOn == line.ExpiresOn) && (it.Lot == "" || it.Lot == line.Lot) {
			found = append(found, line)
		}
	}
	if len(found) != 1 {
		return adapters.InboundItem{}, false
	}
	l := found[0]
	return adapters.InboundItem{SKU: l.SKU, Quantity: it.Quantity, LabelOwner: l.LabelOwner, PrepOwner: l.PrepOwner, ExpiresOn: l.ExpiresOn, Lot: l.Lot}, true
}

// checkGroups holds boxes against the groups of an option: each is packed whole, none is a
// stranger, and no box is over a limit.
func checkGroups(f *file, o option, boxes []adapters.InboundBox) normalize.FieldErrors {
	var errs normalize.FieldErrors
	for i, b := range boxes {
		if !slices.Contains(o.Groups, b.Group) {
			errs = append(errs, normalize.FieldError{Pointer: fmt.Sprintf("/boxes/%d/group", i), Detail: "is not a packing group of this option"})
		}
	}
	for _, id := range o.Groups {
		if g := f.group(id); g != nil {
			errs = append(errs, checkContents("group", id, g.Items, boxes, func(b adapters.InboundBox) string { return b.Group })...)
		}
	}
	return append(errs, checkWeights(&o, boxes)...)
}

// checkWeights names the limit that a box is over.
func checkWeights(o *option, boxes []adapters.InboundBox) (errs normalize.FieldErrors) {
	if o == nil {
		return nil
	}
	for i, b := range boxes {
		at := fmt.Sprintf("/boxes/%d/weight", i)
		if o.MaxWeight > 0 && b.Weight > o.MaxWeight {
			errs = append(errs, normalize.FieldError{Pointer: at, Detail: fmt.Sprintf("weight %s exceeds %s %s (%s lb)", b.Weight, limitMax, o.MaxWeight, o.MaxWeight.In(normalize.Pound))})
		}
		if o.MinWeight > 0 && b.Weight < o.MinWeight {
			errs = append(errs, normalize.FieldError{Pointer: at, Detail: fmt.Sprintf("weight %s is below %s %s (%s lb)", b.Weight, limitMin, o.MinWeight, o.MinWeight.In(normalize.Pound))})
		}
	}
	return errs
}

// checkContents tells whether the boxes of a group or shipment hold its goods, no more, no less.
// Where any box does not list its content, only that there is a box can be said.
func checkContents(what, id string, want []adapters.InboundItem, boxes []adapters.InboundBox, of func(adapters.InboundBox) string) normalize.FieldErrors {
	held := map[goods]int{}
	there, listed := false, true
	for _, b := range boxes {
		if of(b) != id {
			continue
		}
		there, listed = true, listed && b.Content == "listed"
		for _, it := range b.Items {
			held[goods{it.SKU, it.ExpiresOn, it.Lot}] += it.Quantity * b.Count
		}
	}
	if !there {
		return normalize.FieldErrors{{Pointer: "/boxes", Detail: "no box for " + what + " " + id}}
	}
	var errs normalize.FieldErrors
	if !listed {
		return nil
	}
	for _, it := range want {
		kind := goods{it.SKU, it.ExpiresOn, it.Lot}
		if held[kind] != it.Quantity {
			errs = append(errs, normalize.FieldError{Pointer: "/boxes", Detail: fmt.Sprintf("the boxes of %s %s hold %d of the %d units of %s", what, id, held[kind], it.Quantity, it.SKU)})
		}
		delete(held, kind)
	}
	for kind := range held {
		errs = append(errs, normalize.FieldError{Pointer: "/boxes", Detail: fmt.Sprintf("%s does not belong into the boxes of %s %s", kind.sku, what, id)})
	}
	return errs
}
