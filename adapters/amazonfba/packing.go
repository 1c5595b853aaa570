package amazonfba

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Limits of setPackingInformation. Source: the model's PackageGroupingInput and BoxInput.
const (
	maxBoxes = 5000
	maxAlike = 10_000
)

// GeneratePacking begins to work out which items may share boxes. It takes no body.
// Source: generatePackingOptions.
func (a *Adapter) GeneratePacking(ctx context.Context, planID string) (string, error) {
	return a.client.start(ctx, call{method: http.MethodPost, path: path("inboundPlans", planID, "packingOptions")})
}

// ListPacking lists the packing options. Box limits are the widest of their configurations.
// Source: listPackingOptions.
func (a *Adapter) ListPacking(ctx context.Context, planID string) ([]adapters.InboundOption, error) {
	rows, err := list[packingPage](ctx, a.client, path("inboundPlans", planID, "packingOptions"), nil, "20")
	if err != nil {
		return nil, err
	}
	var out []adapters.InboundOption
	for _, r := range rows {
		o := adapters.InboundOption{ID: r.ID, Status: optionWords[r.Status], Groups: r.Groups, ExpiresAt: r.Expiration.Time}
		if o.Fees, o.Discounts, err = a.incentives(r.Fees, r.Discounts); err != nil {
			return nil, err
		}
		first := true
		for _, conf := range r.Configurations {
			if w := conf.Boxes.Weight; w != nil {
				if err := a.boxLimits(&o, first, w.Minimum, w.Maximum, w.Unit); err != nil {
					return nil, err
				}
				first = false
			}
		}
		out = append(out, o)
	}
	return out, nil
}

// boxLimits widens an option's limits to those of one more configuration: a box must fit one of
// them, not all.
func (a *Adapter) boxLimits(o *adapters.InboundOption, first bool, least, most json.Number, unit string) error {
	low, err1 := mass{unit, least}.weight()
	high, err2 := mass{unit, most}.weight()
	if err1 != nil || err2 != nil {
		return a.client.bad("a box's limit is no weight")
	}
	if first || low < o.MinWeight {
		o.MinWeight = low
	}
	if first || high == 0 || (o.MaxWeight > 0 && high > o.MaxWeight) { // 0 is no limit
		o.MaxWeight = high
	}
	return nil
}

func (a *Adapter) incentives(fees, discounts []incentive) (f, d []adapters.InboundFee, err error) {
	if f, err = a.amounts(fees); err == nil {
		d, err = a.amounts(discounts)
	}
	return f, d, err
}

func (a *Adapter) amounts(rows []incentive) ([]adapters.InboundFee, error) {
	var out []adapters.InboundFee
	for _, r := range rows {
		m, err := r.Value.value()
		if err != nil {
			return nil, a.client.bad("a fee is no amount of money")
		}
		out = append(out, adapters.InboundFee{Name: either(r.Description, r.Target), Amount: m})
	}
	return out, nil
}

// ListGroupItems lists what belongs into the boxes of a packing group.
// Source: listPackingGroupItems.
func (a *Adapter) ListGroupItems(ctx context.Context, planID, group string) ([]adapters.InboundItem, error) {
	return a.items(ctx, path("inboundPlans", planID, "packingGroups", group, "items"), "100")
}

func (a *Adapter) items(ctx context.Context, path, size string) ([]adapters.InboundItem, error) {
	rows, err := list[itemsPage](ctx, a.client, path, nil, size)
	var out []adapters.InboundItem
	for _, r := range rows {
		out = append(out, r.normal())
	}
	return out, err
}

// ConfirmPacking takes a packing option. It takes no body.
// Source: confirmPackingOption.
func (a *Adapter) ConfirmPacking(ctx context.Context, planID, option string) (string, error) {
	return a.client.start(ctx, call{method: http.MethodPost, path: path("inboundPlans", planID, "packingOptions", option, "confirmation")})
}

// SetPacking tells the boxes of every group, or of every shipment, in one call; what was told
// before is replaced. Weights go as pounds in hundredths where they come out so, else as
// kilograms of whole grams, rounded up.
// Source: setPackingInformation.
func (a *Adapter) SetPacking(ctx context.Context, planID string, boxes []adapters.InboundBox) (string, error) {
	body, err := packingOf(boxes)
	if err != nil {
		return "", err
	}
	return a.client.start(ctx, call{method: http.MethodPost, path: path("inboundPlans", planID, "packingInformation"), in: body})
}

// packingOf sorts boxes by their group or shipment, in the order in which those come first.
func packingOf(boxes []adapters.InboundBox) (packingBody, error) {
	var body packingBody
	at := map[string]int{}
	for i, b := range boxes {
		out, err := boxOf(b, fmt.Sprintf("/boxes/%d", i))
		if err != nil {
			return body, err
		}
		key := b.Group + "\x00" + b.Shipment
		n, seen := at[key]
		if !seen {
			n = len(body.Groupings)
			at[key] = n
			body.Groupings = append(body.Groupings, grouping{Group: b.Group, Shipment: b.Shipment})
		}
		if g := &body.Groupings[n]; len(g.Boxes) < maxBoxes {
			g.Boxes = append(g.Boxes, out)
			continue
		}
		return body, normalize.Invalid("/boxes", "more than %d kinds of boxes in one group", maxBoxes)
	}
	if len(body.Groupings) == 0 {
		return body, normalize.Invalid("/boxes", "must hold at least one box")
	}
	return body, nil
}

func boxOf(b adapters.InboundBox, at string) (box, error) {
	content, known := contents[b.Content]
	switch {
	case (b.Group == "") == (b.Shipment == ""):
		return box{}, normalize.Invalid(at+"/group", "exactly one of group and shipment must be given")
	case !known:
		return box{}, normalize.Invalid(at+"/content", "must be listed, barcode_2d or manual")
	case b.Count < 1 || b.Count > maxAlike:
		return box{}, normalize.Invalid(at+"/count", "must be from 1 to %d", maxAlike)
	case b.Weight <= 0:
		return box{}, normalize.Invalid(at+"/weight", "is required")
	case b.Dimensions.Length <= 0 || b.Dimensions.Width <= 0 || b.Dimensions.Height <= 0:
		return box{}, normalize.Invalid(at+"/dimensions", "is required")
	case content == contents["listed"] && len(b.Items) == 0:
		return box{}, normalize.Invalid(at+"/items", "is required where the content is listed")
	case content != contents["listed"] && len(b.Items) > 0:
		return box{}, normalize.Invalid(at+"/items", "must be empty with the content %s", strings.ToLower(b.Content))
	}
	out := box{Content: content, Dimensions: sidesOf(b.Dimensions), Weight: massOf(b.Weight), Quantity: b.Count}
	for _, it := range b.Items {
		out.Items = append(out.Items, itemOf(it))
	}
	return out, nil
}
