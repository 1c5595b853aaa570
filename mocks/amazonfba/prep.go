package amazonfba

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/mocks"
)

var itemRoutes = []mounted{
	{"GET /items/prepDetails", route{mocks.OpInbound, 30, 200, (*Carrier).listPrep, nil}},
	{"POST /items/prepDetails", route{mocks.OpInbound, 30, 202, (*Carrier).setPrep, nil}},
	{"POST /items/labels", route{mocks.OpDocument, 30, 200, (*Carrier).itemLabels, nil}},
	{"GET /items/compliance", route{mocks.OpInbound, 6, 200, (*Carrier).listCompliance, nil}},
	{"PUT /items/compliance", route{mocks.OpInbound, 6, 202, (*Carrier).updateCompliance, nil}},
}

// prepDetail is how goods must be prepared.
type prepDetail struct {
	MSKU     string   `json:"msku"`
	Category string   `json:"prepCategory"`
	Types    []string `json:"prepTypes"`
}

var (
	categories = strings.Fields("ADULT BABY FC_PROVIDED FRAGILE GRANULAR HANGER LIQUID PERFORATED SET SHARP SMALL TEXTILE UNKNOWN NONE")
	prepTypes  = strings.Fields("ITEM_BLACK_SHRINKWRAP ITEM_BLANKSTK ITEM_BOXING ITEM_BUBBLEWRAP ITEM_CAP_SEALING ITEM_DEBUNDLE ITEM_HANG_GARMENT ITEM_LABELING " +
		"ITEM_NO_PREP ITEM_POLYBAGGING ITEM_RMOVHANG ITEM_SETCREAT ITEM_SETSTK ITEM_SIOC ITEM_SUFFOSTK ITEM_TAPING")
)

// prepOf is what is known of a SKU: what the seller said, else that it needs none, unless its
// name asks to be unknown.
func (c *Carrier) prepOf(msku string) prepDetail {
	if d, ok := c.prep[msku]; ok {
		return d
	}
	if strings.Contains(msku, "NOPREP") {
		return prepDetail{msku, "UNKNOWN", []string{}}
	}
	return prepDetail{msku, "NONE", []string{"ITEM_NO_PREP"}}
}

// skus reads a list of SKUs of a query. In there, %, + and , are percent-encoded twice.
func (in *request) skus() ([]string, *problem) {
	var out []string
	for _, part := range in.URL.Query()["mskus"] {
		for _, text := range strings.Split(part, ",") {
			msku, err := url.PathUnescape(text)
			if err != nil || !within(msku, 1, 255) {
				return nil, bad("The requested MSKU is not valid.")
			}
			out = append(out, msku)
		}
	}
	if len(out) < 1 || len(out) > 100 {
		return nil, bad("mskus must have 1 to 100 MSKUs.")
	}
	return out, nil
}

func (c *Carrier) listPrep(in *request) (any, *problem) {
	if _, ok := markets[in.URL.Query().Get("marketplaceId")]; !ok {
		return nil, bad("The marketplaceId is not valid.")
	}
	list, no := in.skus()
	if no != nil {
		return nil, no
	}
	out := []prepDetail{}
	for _, msku := range list {
		if strings.Contains(msku, "NOSUCH") {
			return nil, bad("The requested MSKU is not valid.")
		}
		out = append(out, c.prepOf(msku))
	}
	return map[string][]prepDetail{"mskuPrepDetails": out}, nil
}

func (c *Carrier) setPrep(in *request) (any, *problem) {
	var body struct {
		Market  string       `json:"marketplaceId"`
		Details []prepDetail `json:"mskuPrepDetails"`
	}
	if no := in.read(&body); no != nil {
		return nil, no
	}
	if _, ok := markets[body.Market]; !ok {
		return nil, bad("The marketplaceId is not valid.")
	}
	if len(body.Details) < 1 || len(body.Details) > 100 {
		return nil, bad("mskuPrepDetails must have 1 to 100 entries.")
	}
	for _, d := range body.Details {
		switch {
		case !within(d.MSKU, 1, 255) || strings.Contains(d.MSKU, "NOSUCH"):
			return nil, bad("The requested MSKU is not valid.")
		case !slices.Contains(categories, d.Category) || d.Category == "UNKNOWN":
			return nil, bad("The prepCategory is not valid.")
		case len(d.Types) == 0 || slices.ContainsFunc(d.Types, func(t string) bool { return !slices.Contains(prepTypes, t) }):
			return nil, bad("The prepTypes are not valid.")
		case d.Category == "NONE" && !slices.Equal(d.Types, []string{"ITEM_NO_PREP"}):
			return nil, bad("The prepCategory NONE accepts only the prepType ITEM_NO_PREP.")
		}
	}
	return c.start("setPrepDetails", in.now, nil, func() {
		if len(c.prep) >= maxPlans {
			clear(c.prep)
		}
		for _, d := range body.Details {
			c.prep[d.MSKU] = d
		}
	}), nil
}

// itemView is an item as Amazon tells it.
type itemView struct {
	ASIN       string     `json:"asin"`
	FNSKU      string     `json:"fnsku"`
	MSKU       string     `json:"msku"`
	Quantity   int64      `json:"quantity"`
	LabelOwner string     `json:"labelOwner"`
	Expiration string     `json:"expiration,omitempty"`
	Lot        string     `json:"manufacturingLotCode,omitempty"`
	Prep       []prepView `json:"prepInstructions"`
}

type prepView struct {
	Type  string `json:"prepType"`
	Owner string `json:"prepOwner"`
}

func (c *Carrier) views(items []item) []itemView {
	out := []itemView{}
	for _, i := range items {
		v := itemView{"B0" + catalogID(i.MSKU, "asin"), fnsku(i.MSKU), i.MSKU, i.Quantity, i.LabelOwner, i.Expiration, i.Lot, []prepView{}}
		for _, t := range c.prepOf(i.MSKU).Types {
			v.Prep = append(v.Prep, prepView{t, i.PrepOwner})
		}
		out = append(out, v)
	}
	return out
}

// fnsku is Amazon's own barcode of a SKU.
func fnsku(msku string) string { return "X0" + catalogID(msku, "fnsku") }

// catalogID makes up eight letters and digits that stay the same for a SKU.
func catalogID(msku, kind string) string {
	h := fnv.New64a()
	h.Write([]byte(kind + "/" + msku))
	return fmt.Sprintf("%08X", uint32(h.Sum64()))
}
