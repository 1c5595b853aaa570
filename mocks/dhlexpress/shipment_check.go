package dhlexpress

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// refusal is a status and what is wrong.
type refusal struct {
	status   int
	title    string
	problems []string
}

func bad(problems ...string) *refusal { return &refusal{http.StatusBadRequest, badRequest, problems} }

// order is a request that may be sold: everything that it needs is known.
type order struct {
	in      shipmentRequest
	inquiry inquiry
	product product
	lines   []charge
}

// accept checks a request that keeps the schema. Customs data that is absent from dutiable
// goods is answered like a missing key, all else with the carrier's codes. Where a code is
// marked unconfirmed, only its situation is documented.
func accept(in shipmentRequest, now time.Time, strict bool) (order, *refusal) {
	at, problem := checkStamp(in.Planned, now)
	if problem != "" {
		return order{}, bad(problem)
	}
	if no := in.accounts(); no != nil {
		return order{}, no
	}
	if absent := in.customs(); len(absent) > 0 {
		return order{}, &refusal{http.StatusUnprocessableEntity, validation, absent}
	}
	l, _ := findLane(in.CustomerDetails.Shipper.PostalAddress.place, in.CustomerDetails.Receiver.PostalAddress.place)
	packages := make([]packageRequest, len(in.Content.Packages))
	for i, p := range in.Content.Packages {
		packages[i] = p.packageRequest
	}
	q := inquiry{lane: l, pieces: measureAll(packages, in.Content.UnitOfMeasurement), at: at, dutiable: in.Content.IsCustomsDeclarable,
		products: []string{in.ProductCode}, services: in.ValueAddedServices, deliveryType: "QDDC", strict: strict}
	offers, problems := q.offers()
	problems = append(problems, in.values()...)
	problems = append(problems, in.papers()...)
	if len(problems) > 0 {
		return order{}, bad(problems...)
	}
	if !offers[0].rated {
		return order{}, bad(noProduct(in.ProductCode))
	}
	o := order{in: in, inquiry: q, product: offers[0]}
	o.lines = o.product.price(l, q.pieces.grams, in.ValueAddedServices)
	return o, nil
}

// accounts must have a shipper or a payer, all of them allowed.
func (in shipmentRequest) accounts() *refusal {
	pays := false
	for _, a := range in.Accounts {
		pays = pays || a.TypeCode != "duties-taxes"
	}
	if !known(in.Accounts) || !pays {
		return bad(notAllowed)
	}
	return nil
}

// customs lists what dutiable goods need and the request lacks.
func (in shipmentRequest) customs() []string {
	c := in.Content
	if !c.IsCustomsDeclarable {
		return nil
	}
	var f findings
	if c.DeclaredValue == nil {
		f.add("#/content", "required key [declaredValue] not found")
	}
	if c.DeclaredValueCurrency == "" {
		f.add("#/content", "required key [declaredValueCurrency] not found")
	}
	if c.ExportDeclaration == nil {
		f.add("#/content", "required key [exportDeclaration] not found")
	} else if c.ExportDeclaration.Invoice == nil {
		f.add("#/content/exportDeclaration", "required key [invoice] not found")
	}
	return f.list
}

// values checks the sums: line weights and values are totals of their line, and all lines
// together are what is declared. The codes are unconfirmed.
func (in shipmentRequest) values() []string {
	var problems []string
	for i, s := range in.ValueAddedServices {
		if o, ok := findOptional(s.ServiceCode); !ok || o.ofValue == 0 {
			continue
		}
		if _, ok := convert(1, s.Currency, billing); s.Value == "" || !ok {
			problems = append(problems, fmt.Sprintf("7009: The Special Service #/valueAddedServices/%d needs a value and a currency.", i))
		}
	}
	problems = append(problems, in.numbered()...)
	d := in.Content.ExportDeclaration
	if d == nil || !in.Content.IsCustomsDeclarable {
		return problems
	}
	if _, ok := perDollar[in.Content.DeclaredValueCurrency]; !ok {
		problems = append(problems, "7101: The #/content/declaredValueCurrency value provided is invalid.")
	}
	var worth, gross int64
	for i, l := range d.LineItems {
		worth += l.worth()
		line := milliOf(l.Weight.GrossValue)
		if milliOf(l.Weight.NetValue) > line {
			problems = append(problems, fmt.Sprintf("7102: The net weight of #/content/exportDeclaration/lineItems/%d exceeds its gross weight.", i))
		}
		gross += line
	}
	var extra int64
	for _, a := range d.AdditionalCharges {
		extra += thousandths(a.Value)
	}
	// Rounding may cost half a hundredth per line.
	declared, slack := thousandths(*in.Content.DeclaredValue), int64(5*len(d.LineItems))
	if (declared-worth) > extra+slack || worth-declared > slack {
		problems = append(problems, "7103: The #/content/declaredValue does not equal the total of the line items.")
	}
	if shipped := in.totalWeight(); gross > shipped+int64(len(d.LineItems)) {
		problems = append(problems, "7104: The total gross weight of the line items exceeds the weight of the shipment.")
	}
	return problems
}

// worth is the value of all pieces of the line, in thousandths; a unit price times a count.
func (l lineItem) worth() int64 {
	const most = 1_000_000_000_000_000 // so that 999 lines can be added up
	price, count := thousandths(l.Price), thousandths(l.Quantity.Value)/1000
	if count > 0 && price > most/count {
		return most
	}
	return price * count
}

// numbered: if one package has a reference number, all must have one of their own.
func (in shipmentRequest) numbered() []string {
	seen := map[string]bool{}
	for _, p := range in.Content.Packages {
		seen[p.ReferenceNumber.String()] = true
	}
	if !(len(seen) == 1 && seen[""]) && (seen[""] || len(seen) < len(in.Content.Packages)) {
		return []string{"7105: Either all or none of #/content/packages must have a referenceNumber, each its own."} // unconfirmed
	}
	return nil
}

// papers: paperless trade needs an invoice, uploaded or printed by the carrier.
func (in shipmentRequest) papers() []string {
	if len(in.DocumentImages) > 0 || in.wantsInvoice() {
		return nil
	}
	for _, s := range in.ValueAddedServices {
		if s.ServiceCode == "WY" {
			return []string{"7120: Required either #/outputImageProperties/imageOptions where typeCode=invoice or provide #/documentImages"}
		}
	}
	return nil
}

func (in shipmentRequest) wantsInvoice() bool {
	return in.Content.ExportDeclaration != nil && in.wants("invoice", false)
}

// wants tells whether a document is asked for; otherwise is the answer when nothing is said.
func (in shipmentRequest) wants(typeCode string, otherwise bool) bool {
	for _, o := range in.Output.ImageOptions {
		if o.TypeCode == typeCode {
			return o.IsRequested == nil || *o.IsRequested
		}
	}
	return otherwise
}

func (in shipmentRequest) totalWeight() int64 {
	var sum int64
	for _, p := range in.Content.Packages {
		sum += thousandths(p.Weight)
	}
	return sum
}

func milliOf(n *json.Number) int64 {
	if n == nil {
		return 0
	}
	return thousandths(*n)
}

// referenceNumber of the piece with this index, counted from 1 where the request has none.
func (p shippedPiece) referenceNumber(i int) int64 {
	if n, err := strconv.ParseInt(p.ReferenceNumber.String(), 10, 64); err == nil {
		return n
	}
	return int64(i + 1)
}
