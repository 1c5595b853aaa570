package dhlexpress

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/crossdock-hub/crossdock/mocks/papers"
)

// paper is what labels and customs papers of a shipment are printed from.
type paper struct {
	label   papers.Label
	invoice *papers.Invoice // nil without customs data
}

func newPaper(in shipmentRequest, s *shipment) paper {
	shipper, receiver := in.CustomerDetails.Shipper.lines(), in.CustomerDetails.Receiver.lines()
	_, client := s.twoReferences()
	out := paper{label: papers.Label{Carrier: "DHL EXPRESS", Service: s.product.name + " " + s.product.code, Number: s.awb,
		Reference: client, From: shipper, To: receiver}}
	d := in.Content.ExportDeclaration
	if d == nil || d.Invoice == nil {
		return out
	}
	v := &papers.Invoice{Number: d.Invoice.Number, Date: d.Invoice.Date, From: shipper, To: receiver}
	if in.Content.DeclaredValue != nil {
		v.Total = in.Content.DeclaredValue.String() + " " + in.Content.DeclaredValueCurrency + " " + in.Content.Incoterm
	}
	for _, o := range in.Output.ImageOptions {
		if o.TypeCode == "invoice" && o.InvoiceType == "proforma" {
			v.Title = "Proforma Invoice"
		}
	}
	for _, l := range d.LineItems[:min(len(d.LineItems), 30)] { // one page; the rest would be on the next
		hs := ""
		for _, c := range l.CommodityCodes {
			hs = c.Value
		}
		v.Lines = append(v.Lines, papers.Line{Description: l.Description, HSCode: hs, Origin: l.ManufacturerCountry,
			Quantity:  l.Quantity.Value.String() + " " + l.Quantity.UnitOfMeasurement,
			UnitValue: l.Price.String(), Total: fixed(l.worth(), 3)})
	}
	out.invoice = v
	return out
}

// documents prints what was asked for. One document of type label holds the labels of all
// pieces; invoices are PDF whatever the format.
func (s *shipment) documents(in shipmentRequest) ([]document, error) {
	format := strings.ToUpper(in.Output.EncodingFormat)
	if format == "" {
		format = "PDF"
	}
	var out []document
	add := func(typeCode, format string, data []byte, err error) error {
		if err == nil {
			out = append(out, document{format, base64.StdEncoding.EncodeToString(data), typeCode})
		}
		return err
	}
	if in.wants("label", true) {
		pages, err := s.labels(format)
		if err == nil && !in.Output.Split {
			pages, err = joined(pages, format)
		}
		for _, data := range pages {
			add("label", format, data, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	if in.wants("waybillDoc", false) {
		archive := s.paper.label
		archive.Service = "ARCHIVE DOC - NOT TO BE ATTACHED TO PACKAGE"
		data, err := printed(archive, format)
		if err := add("waybillDoc", format, data, err); err != nil {
			return nil, err
		}
	}
	if in.wantsInvoice() && s.paper.invoice != nil {
		data, err := s.paper.invoice.PDF()
		if err := add("invoice", "PDF", data, err); err != nil {
			return nil, err
		}
	}
	if in.wants("shipmentReceipt", false) {
		receipt := papers.Invoice{Title: "Shipment Receipt", Number: s.awb, Date: s.at.Format("2006-01-02"),
			From: s.paper.label.From, To: s.paper.label.To, Total: decimal(s.charged).amount() + " " + billing}
		data, err := receipt.PDF()
		if err := add("shipmentReceipt", "PDF", data, err); err != nil {
			return nil, err
		}
	}
	if in.Output.AllInOne && format == "PDF" && len(out) > 1 {
		return oneDocument(out)
	}
	return out, nil
}

// oneDocument merges several PDF documents into one of type label.
func oneDocument(documents []document) ([]document, error) {
	var pages [][]byte
	for _, d := range documents {
		page, err := base64.StdEncoding.DecodeString(d.Content)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", d.TypeCode, err)
		}
		pages = append(pages, page)
	}
	all, err := merge(pages)
	if err != nil {
		return nil, err
	}
	return []document{{"PDF", base64.StdEncoding.EncodeToString(all), "label"}}, nil
}

// labels are the labels of all pieces.
func (s *shipment) labels(format string) ([][]byte, error) {
	var pages [][]byte
	for i, plate := range s.plates {
		l := s.paper.label
		l.Notes = []string{fmt.Sprintf("Piece %d/%d  (J) %s", i+1, len(s.plates), plate[1:]),
			fixed(s.pieces.list[i].grossGrams, 3) + " kg", s.description}
		page, err := printed(l, format)
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	return pages, nil
}

// joined is all pages in one file.
func joined(pages [][]byte, format string) ([][]byte, error) {
	if format != "PDF" {
		return [][]byte{bytes.Join(pages, nil)}, nil
	}
	all, err := merge(pages)
	return [][]byte{all}, err
}

func printed(l papers.Label, format string) ([]byte, error) {
	switch format {
	case "ZPL":
		return l.ZPL()
	case "EPL", "LP2":
		return epl(l), nil
	}
	return l.PDF()
}

// epl is the label for an EPL2 printer of 203 dpi; LP2 is the carrier's name for the same
// language on older printers.
func epl(l papers.Label) []byte {
	var b strings.Builder
	b.WriteString("\nN\nq812\nQ1218,24\n")
	y := 40
	for _, line := range append(append([]string{l.Carrier, l.Service, "From"}, l.From...), append([]string{"To"}, l.To...)...) {
		if line = clean(line); line != "" && y < 720 {
			fmt.Fprintf(&b, "A40,%d,0,3,1,1,N,\"%s\"\n", y, line)
			y += 32
		}
	}
	fmt.Fprintf(&b, "B60,760,0,1,3,6,200,B,\"%s\"\n", l.Number)
	fmt.Fprintf(&b, "A40,1060,0,3,1,1,N,\"%s\"\nA40,1100,0,2,1,1,N,\"%s\"\nP1\n", clean(l.Reference), clean(strings.Join(l.Notes, " / ")))
	return []byte(b.String())
}

// clean is ASCII without what ends an EPL text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return '.'
		}
		return r
	}, s)
}

// noConfigDir keeps pdfcpu from writing a folder of settings.
var noConfigDir = sync.OnceFunc(api.DisableConfigDir)

// merge puts pages into one file.
func merge(pages [][]byte) ([]byte, error) {
	if len(pages) == 1 {
		return pages[0], nil
	}
	noConfigDir()
	in := make([]io.ReadSeeker, len(pages))
	for i, p := range pages {
		in[i] = bytes.NewReader(p)
	}
	var out bytes.Buffer
	if err := api.MergeRaw(in, &out, false, model.NewDefaultConfiguration()); err != nil {
		return nil, fmt.Errorf("labels of %d pieces: %w", len(pages), err)
	}
	return out.Bytes(), nil
}
