package cainiao

import (
	"bytes"
	"context"
	"encoding/base64"
	"regexp"
	"slices"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// leastBody is how long the Base64 of a label is at least; shorter ones are words of failure.
// Source: public clients of getprintinfo, read 2026-11-21.
const leastBody = 1000

// lpShape is the form of the numbers by which both doors know their orders.
var lpShape = regexp.MustCompile(`^LP\d{8,20}$`)

// Documents fetches what an AliExpress order did not have at its sale, number and fee, and
// prints the label: a PDF in the size that the line decides, with the pick list behind it where
// that was asked for.
//
// While there is no number, or the file is too short for one, the papers are pending. A LINK
// label is there as soon as its number is.
// Source: AliExpress IOP SDK and public clients of getonlinelogisticsinfo, getprintinfo,
// getprintinfos and cnge.waybill.get, read 2026-11-21.
func (a *Adapter) Documents(ctx context.Context, req normalize.DocumentsRequest) (normalize.Documents, error) {
	aliexpress, err := a.door(req.Ref.Service)
	switch {
	case err != nil:
		return normalize.Documents{}, err
	case !aliexpress:
		return a.linkDocuments(ctx, req.Ref)
	}
	var out normalize.Documents
	ref := req.Ref
	if ref.TrackingNumber == "" {
		if out.Label, err = a.iop.numbers(ctx, ref); err != nil {
			return normalize.Documents{}, err
		}
		if ref.TrackingNumber = out.Label.TrackingNumber; ref.TrackingNumber == "" {
			out.Pending = true
			return out, nil
		}
	}
	pdf, warning, err := a.iop.print(ctx, ref, slices.Contains(req.Label.Extras, "pick_list"))
	switch {
	case err != nil && out.Label.TrackingNumber != "":
		// The number is news, and the label can be asked for again.
		out.Pending = true
	case err != nil:
		return normalize.Documents{}, err
	case pdf == nil:
		out.Pending, out.Label.Warnings = true, warning
	default:
		out.Documents = []normalize.Document{{Type: normalize.DocumentLabel, Format: "pdf", Parcel: 1, Data: pdf}}
	}
	return out, nil
}

// numbers asks for the tracking number and the fee of an order, by its LP number or its id.
func (i *iop) numbers(ctx context.Context, ref normalize.ShipmentRef) (normalize.Label, error) {
	in := map[string]string{"current_page": "1", "page_size": "10"}
	switch id := either(ref.CarrierData[dataOrderID], ref.CarrierReference); {
	case lpShape.MatchString(ref.CarrierReference):
		in["logistics_order_code"] = ref.CarrierReference
	case digits(id):
		in["logistics_order_id"] = id
	default:
		return normalize.Label{}, needs(adapters.OpDocuments, "/carrier_reference", "the LP number of the order is required")
	}
	var out numberPage
	reply, err := i.call(ctx, adapters.OpDocuments, methodNumbers, in, &out)
	switch {
	case err != nil:
		return normalize.Label{}, err
	case out.Success == "":
		return normalize.Label{}, i.bad(adapters.OpDocuments, reply, "the answer holds no result")
	case !out.Success.yes():
		return normalize.Label{}, i.refuse(adapters.OpDocuments, reply, "", out.ErrorDesc)
	}
	for _, n := range out.List {
		if n.Code == ref.CarrierReference || string(n.ID) == ref.CarrierReference {
			return aliexpressLabel(n.Code, string(n.ID), n.Original, n.Latest, feeOf(n.Fee, n.Fees)), nil
		}
	}
	return normalize.Label{}, nil // the search has not seen it yet
}

// print asks for the label of a number. No file and no error is a label that is not there yet.
func (i *iop) print(ctx context.Context, ref normalize.ShipmentRef, pickList bool) ([]byte, []normalize.Warning, error) {
	method, in := methodPrint, map[string]string{"international_logistics_id": ref.TrackingNumber}
	if id := ref.CarrierData[dataOrderID]; pickList && digits(id) {
		query, err := jsonText([]printQuery{{number(id), ref.TrackingNumber}})
		if err != nil {
			return nil, nil, err
		}
		method, in = methodPrintAll, map[string]string{"print_detail": "true", "warehouse_order_query_d_t_os": query}
	}
	var out printAnswer
	reply, err := i.call(ctx, adapters.OpDocuments, method, in, &out)
	if err != nil {
		return nil, nil, err
	}
	return i.printed(reply, out)
}

func (i *iop) printed(reply rest.Reply, out printAnswer) ([]byte, []normalize.Warning, error) {
	const op = adapters.OpDocuments
	var file printedFile
	if out.Result == nil || rest.DecodeJSON([]byte(*out.Result), &file) != nil || file.Status == "" {
		return nil, nil, i.bad(op, reply, "the answer holds no file")
	}
	if file.Status != "200" || len(file.Body) < leastBody {
		return nil, []normalize.Warning{{Code: "label_not_printed", Message: "no label yet, status " + i.rest.Excerpt(string(file.Status))}}, nil
	}
	pdf, ok := readPDF(file.Body)
	if !ok {
		return nil, nil, i.bad(op, reply, "the label is no PDF")
	}
	return pdf, nil, nil
}

// readPDF reads a PDF from Base64.
func readPDF(body string) ([]byte, bool) {
	pdf, err := base64.StdEncoding.DecodeString(body)
	return pdf, err == nil && bytes.HasPrefix(pdf, []byte("%PDF"))
}

// linkDocuments prints the label of a LINK order.
func (a *Adapter) linkDocuments(ctx context.Context, ref normalize.ShipmentRef) (normalize.Documents, error) {
	out, reply, err := a.waybill(ctx, adapters.OpDocuments, ref)
	if err != nil {
		return normalize.Documents{}, err
	}
	label := linkLabelOf(linkCreated{OrderCode: ref.CarrierReference, Number: out.Number, Lane: out.Lane})
	if out.PDF == "" {
		return normalize.Documents{Label: label, Pending: true}, nil
	}
	pdf, ok := readPDF(out.PDF)
	if !ok {
		return normalize.Documents{}, a.link.bad(adapters.OpDocuments, reply, "the label is no PDF")
	}
	return normalize.Documents{Label: label, Documents: []normalize.Document{
		{Type: normalize.DocumentLabel, Format: "pdf", Parcel: 1, Data: pdf}}}, nil
}

// waybill asks LINK for the label of an order, number and lane included.
func (a *Adapter) waybill(ctx context.Context, op adapters.Operation, ref normalize.ShipmentRef) (linkPaper, rest.Reply, error) {
	var out linkPaper
	if err := needLP(op, ref); err != nil {
		return out, rest.Reply{}, err
	}
	in := linkWaybill{OrderCode: ref.CarrierReference, Locale: a.config.Locale, Type: "1"}
	reply, err := a.link.call(ctx, op, messageWaybill, in, &out)
	if err == nil && out == (linkPaper{}) {
		err = a.link.bad(op, reply, "the answer holds no waybill")
	}
	return out, reply, err
}

// needLP refuses a call whose carrier side asks for the LP number where there is none.
func needLP(op adapters.Operation, ref normalize.ShipmentRef) error {
	if lpShape.MatchString(ref.CarrierReference) {
		return nil
	}
	return needs(op, "/carrier_reference", "the LP number of the order is required")
}

// needs is the error of a call that was not made for the lack of a field.
func needs(op adapters.Operation, field, message string) error {
	return &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op), Field: field,
		Message: message, NotSent: true}
}
