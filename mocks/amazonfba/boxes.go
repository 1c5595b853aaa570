package amazonfba

import (
	"encoding/json"
	"slices"
	"strconv"
)

const (
	maxBoxes    = 5000   // of one plan's grouping, one by one
	longestSide = 36_000 // thousandths of an inch
)

// boxInput is a kind of box as the seller describes it.
type boxInput struct {
	PackageID  string     `json:"packageId,omitempty"` // of content updates only
	Content    string     `json:"contentInformationSource"`
	Dimensions dimensions `json:"dimensions"`
	Weight     weight     `json:"weight"`
	Quantity   int64      `json:"quantity"`
	Items      []item     `json:"items"`
}

// box is one box.
type box struct {
	packageID string
	boxID     string // known once transport is confirmed
	input     boxInput
	pounds    int64 // thousandths
}

// checkBoxes is what can be said of boxes by themselves.
func checkBoxes(boxes []boxInput) *problem {
	if len(boxes) < 1 || len(boxes) > 5000 {
		return bad("boxes must have 1 to 5000 boxes.")
	}
	total := int64(0)
	for _, b := range boxes {
		_, weighed := b.Weight.milliPounds()
		_, measured := b.Dimensions.longest()
		switch {
		case !slices.Contains([]string{"BOX_CONTENT_PROVIDED", "MANUAL_PROCESS", "BARCODE_2D"}, b.Content):
			return bad("The contentInformationSource is not valid.")
		case !weighed || !measured:
			return bad("The weight or the dimensions of a box are not valid.")
		case b.Quantity < 1 || b.Quantity > 10_000:
			return bad("The quantity of a box must be between 1 and 10000.")
		case b.Content == "BOX_CONTENT_PROVIDED" && len(b.Items) == 0:
			return bad("The items of a box are required with BOX_CONTENT_PROVIDED.")
		case b.Content != "BOX_CONTENT_PROVIDED" && len(b.Items) > 0:
			return bad("The items of a box must be empty with " + b.Content + ".")
		}
		for _, i := range b.Items {
			if no := i.check(); no != nil {
				return no
			}
		}
		total += b.Quantity
	}
	if total > maxBoxes {
		return bad("There are too many boxes.")
	}
	return nil
}

// weigh is what an operation finds out about boxes: limits, and whether they hold the items.
func (p *plan) weigh(name string, boxes []boxInput, want []item) (problems []opProblem) {
	limit := p.market.boxLimit()
	most, _ := weight{limit.Unit, json.Number(strconv.Itoa(limit.Maximum))}.milliPounds()
	held, listed := map[[3]string]int64{}, true
	for _, b := range boxes {
		if pounds, _ := b.Weight.milliPounds(); pounds > most {
			problems = append(problems, failure("BadRequest", "A box of packageGroupings["+name+"] is heavier than the limit of "+
				strconv.Itoa(limit.Maximum)+" "+limit.Unit+"."))
		}
		if side, _ := b.Dimensions.longest(); side > longestSide {
			problems = append(problems, failure("BadRequest", "A side of a box of packageGroupings["+name+"] is longer than 36 IN."))
		}
		listed = listed && b.Content == "BOX_CONTENT_PROVIDED"
		for _, i := range b.Items {
			held[i.kind()] += i.Quantity * b.Quantity
		}
	}
	if !listed {
		return problems
	}
	for _, i := range want {
		if held[i.kind()] != i.Quantity {
			problems = append(problems, failure("BadRequest", "The boxes of packageGroupings["+name+"] hold "+strconv.FormatInt(held[i.kind()], 10)+
				" units of the resource '"+i.MSKU+"', expected "+strconv.FormatInt(i.Quantity, 10)+"."))
		}
		delete(held, i.kind())
	}
	for kind := range held {
		problems = append(problems, failure("BadRequest", "The resource '"+kind[0]+"' is not part of packageGroupings["+name+"]."))
	}
	return problems
}

// unpack makes boxes one by one of kinds of boxes.
func (c *Carrier) unpack(kinds []boxInput) (out []box) {
	for _, kind := range kinds {
		pounds, _ := kind.Weight.milliPounds() // checked
		for range kind.Quantity {
			one := kind
			one.Quantity = 1
			out = append(out, box{packageID: c.newID("pk"), input: one, pounds: pounds})
		}
	}
	return out
}

// boxView is a box as Amazon tells it.
type boxView struct {
	PackageID  string            `json:"packageId"`
	BoxID      string            `json:"boxId,omitempty"`
	Content    string            `json:"contentInformationSource"`
	Dimensions dimensions        `json:"dimensions"`
	Weight     weight            `json:"weight"`
	Quantity   int64             `json:"quantity"`
	Template   string            `json:"templateName"`
	Items      []itemView        `json:"items"`
	Region     map[string]string `json:"destinationRegion,omitempty"`
}

// boxPage is a page of boxes, for the three lists of them.
func (c *Carrier) boxPage(in *request, boxes []box) (any, *problem) {
	page, info, no := paged(in, boxes, 1000)
	if no != nil {
		return nil, no
	}
	list := []boxView{}
	for i, b := range page {
		list = append(list, boxView{PackageID: b.packageID, BoxID: b.boxID, Content: b.input.Content, Dimensions: b.input.Dimensions,
			Weight: b.input.Weight, Quantity: 1, Template: "P1 - B" + strconv.Itoa(i+1), Items: c.views(b.input.Items)})
	}
	return struct {
		Boxes []boxView `json:"boxes"`
		Page  *pageInfo `json:"pagination"`
	}{list, info}, nil
}

// pallet is a kind of pallet as the seller describes it.
type pallet struct {
	PackageID    string      `json:"packageId"`
	Quantity     int64       `json:"quantity"`
	Dimensions   *dimensions `json:"dimensions,omitempty"`
	Weight       *weight     `json:"weight,omitempty"`
	Stackability string      `json:"stackability,omitempty"`
}

func (p pallet) check() *problem {
	switch {
	case p.Quantity < 1 || p.Quantity > 10_000:
		return bad("The quantity of a pallet must be between 1 and 10000.")
	case p.Stackability != "" && p.Stackability != "STACKABLE" && p.Stackability != "NON_STACKABLE":
		return bad("The stackability is not valid.")
	}
	if p.Weight != nil {
		if _, ok := p.Weight.milliPounds(); !ok {
			return bad("The weight of a pallet is not valid.")
		}
	}
	if p.Dimensions != nil {
		if _, ok := p.Dimensions.longest(); !ok {
			return bad("The dimensions of a pallet are not valid.")
		}
	}
	return nil
}

func palletPage(in *request, pallets []pallet) (any, *problem) {
	page, info, no := paged(in, pallets, 1000)
	if no != nil {
		return nil, no
	}
	return struct {
		Pallets []pallet  `json:"pallets"`
		Page    *pageInfo `json:"pagination"`
	}{page, info}, nil
}
