package dhlexpress

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// encodings are our formats of a label and DHL's; lp2 stays unused.
var encodings = map[string]string{"pdf": "pdf", "zpl": "zpl", "epl": "epl"}

// defaultSize is the key of the template that is printed where no size was asked.
const defaultSize = "default"

// templates are the labels by size; 8 by 4 inches is DHL's own default. The one of 6 by 4 is in
// public clients, not in the sample list. Source: MyDHL API OpenAPI 3.1.1, read 2026-11-21.
var templates = map[string]string{
	"": "ECOM26_84_001", "4x6": "ECOM26_64_001", "a6": "ECOM26_A6_002", "a4": "ECOM26_84_A4_001",
}

// outputOf asks for the label, and for the invoice where one is declared. The invoice is a PDF
// whatever the label is.
func (c Config) outputOf(f normalize.LabelFormat, l lane, purpose string) (output, error) {
	out := output{EncodingFormat: encodings[either(f.Format, c.LabelFormat)]}
	if out.EncodingFormat == "" {
		return out, normalize.NotServiceable("/label/format", "dhl express prints pdf, zpl and epl")
	}
	template := c.LabelTemplates[either(f.Size, defaultSize)]
	if template = either(template, templates[f.Size]); template == "" {
		return out, normalize.NotServiceable("/label/size", "dhl express prints 4x6, a6, a4 and its own 8 by 4 inches")
	}
	if len(f.Extras) > 0 {
		return out, normalize.NotServiceable("/label/extras", "dhl express prints no %s", f.Extras[0])
	}
	switch f.DPI {
	case 203: // DHL calls it 200
		out.PrinterDPI = 200
	default:
		out.PrinterDPI = f.DPI
	}
	out.ImageOptions = []image{
		{TypeCode: "label", TemplateName: template},
		{TypeCode: "waybillDoc", IsRequested: new(c.WaybillDoc)},
	}
	if l.declarable() && c.Invoice != "none" {
		out.ImageOptions = append(out.ImageOptions, image{TypeCode: "invoice", TemplateName: c.InvoiceForm,
			IsRequested: new(true), InvoiceType: invoiceType(purpose)})
	}
	return out, nil
}

// invoiceType is commercial for what was sold; what was not has a proforma.
func invoiceType(purpose string) string {
	switch purpose {
	case "sale":
		return "commercial"
	case "return":
		return "returns"
	default:
		return "proforma"
	}
}

// labelFrom reads a created shipment, from the answer or from its stored copy alike. Without a
// waybill number nothing is known; with one the purchase is certain, even if a paper is not
// readable.
func (c *client) labelFrom(op adapters.Operation, out shipmentReply) (normalize.Label, error) {
	number := strings.TrimSpace(out.ShipmentTrackingNumber)
	if number == "" {
		return normalize.Label{}, c.bad(op, 0, "the answer names no waybill")
	}
	label := normalize.Label{
		TrackingNumber: number, CarrierReference: number, TrackingURL: trackingURL(number),
		PickupConfirmation: out.DispatchConfirmationNumber, Warnings: c.warnings(out.Warnings),
	}
	for _, p := range out.Packages {
		label.Parcels = append(label.Parcels, normalize.LabelParcel{TrackingNumber: p.TrackingNumber})
	}
	for _, d := range out.Documents {
		paper, ok := paperOf(d)
		if !ok {
			label.Warnings = append(label.Warnings, normalize.Warning{Code: "document_unreadable",
				Message: "a paper that came with the shipment cannot be read"})
			continue
		}
		label.Documents = append(label.Documents, paper)
	}
	label.Cost, label.Charges = costOf(out.ShipmentCharges)
	return label, nil
}

// trackingURL is the public page; the answer's own trackingUrl is the API's, which asks for a
// password.
func trackingURL(number string) string {
	return "https://www.dhl.com/global-en/home/tracking/tracking-express.html?submit=1&tracking-id=" + number
}

// paperTypes are DHL's names of papers. One label holds all pieces.
var paperTypes = map[string]normalize.DocumentType{
	"label": normalize.DocumentLabel, "waybillDoc": normalize.DocumentReceipt,
	"invoice": normalize.DocumentInvoice, "shipmentReceipt": normalize.DocumentReceipt,
	"receipt": normalize.DocumentReceipt, "qr-code": normalize.DocumentQR,
	// Those that are fetched later.
	"waybill": normalize.DocumentReceipt, "commercial-invoice": normalize.DocumentInvoice,
	"customs-entry": normalize.DocumentCustoms, "POD": normalize.DocumentPOD,
}

// paperOf decodes one document; ok is false where it is empty or no base64.
func paperOf(d document) (paper normalize.Document, ok bool) {
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(d.Content))
	if err != nil || len(data) == 0 {
		return normalize.Document{}, false
	}
	kind := paperTypes[d.TypeCode]
	if kind == "" {
		kind = normalize.DocumentCustoms // of customs there are many, of others none unknown
	}
	parcel, _ := strconv.Atoi(d.PackageReferenceNumber.String())
	return normalize.Document{Type: kind, Format: strings.ToLower(either(d.ImageFormat, d.EncodingFormat)),
		Parcel: parcel, Data: data}, true
}

// costOf reads what a shipment costs, where DHL tells it with the answer. Lines that do not sum
// to the price are left out rather than made up.
func costOf(charges []shipmentCharge) (normalize.Money, []normalize.Charge) {
	for _, s := range charges {
		if s.CurrencyType != billed {
			continue
		}
		total, err := normalize.ParseCarrierMoney(s.Price.String(), s.PriceCurrency)
		if err != nil || total.Minor <= 0 {
			return normalize.Money{}, nil
		}
		var lines []normalize.Charge
		left := total
		for i, b := range s.ServiceBreakdown {
			m, err := normalize.ParseCarrierMoney(b.Price.String(), s.PriceCurrency)
			if err == nil {
				left, err = left.Add(normalize.Money{Minor: -m.Minor, Currency: m.Currency})
			}
			if err != nil {
				return total, nil
			}
			line := breakdownLine{Name: b.Name, ServiceCode: b.TypeCode}
			lines = append(lines, normalize.Charge{Type: chargeType(i, line, m), Name: b.Name, Amount: m})
		}
		if left.Minor != 0 {
			return total, nil
		}
		return total, lines
	}
	return normalize.Money{}, nil
}
