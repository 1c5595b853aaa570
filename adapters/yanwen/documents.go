package yanwen

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Documents prints the label: one PDF in the size that the product decides, with the pick
// list in it where that was asked for.
//
// While Yanwen cannot print, which only the inner isSuccess tells, the papers are pending and
// its words are a warning: what was bought is owed a label.
// Source: public clients of express.order.label.get, read 2026-11-21.
func (a *Adapter) Documents(ctx context.Context, req normalize.DocumentsRequest) (normalize.Documents, error) {
	if err := needWaybill(adapters.OpDocuments, req.Ref); err != nil {
		return normalize.Documents{}, err
	}
	in := printRequest{WaybillNumber: req.Ref.TrackingNumber}
	if slices.Contains(req.Label.Extras, "pick_list") {
		in.PrintRemark = 1
	}
	var out printed
	if err := a.client.call(ctx, adapters.OpDocuments, methodLabel, in, &out); err != nil {
		return normalize.Documents{}, err
	}
	if !out.IsSuccess {
		words := a.client.rest.Excerpt(either(out.ErrorMessage, "no reason given"))
		return normalize.Documents{Pending: true, Label: normalize.Label{
			Warnings: []normalize.Warning{{Code: "label_not_printed", Message: words}}}}, nil
	}
	pdf, err := base64.StdEncoding.DecodeString(out.Base64String)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
		return normalize.Documents{}, a.client.bad(adapters.OpDocuments, rest.Reply{}, "the label is no PDF")
	}
	return normalize.Documents{Documents: []normalize.Document{
		{Type: normalize.DocumentLabel, Format: "pdf", Parcel: 1, Data: pdf}}}, nil
}

// needWaybill refuses a call whose carrier side asks for the waybill number where there is none.
func needWaybill(op adapters.Operation, ref normalize.ShipmentRef) error {
	if ref.TrackingNumber != "" {
		return nil
	}
	return &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
		Field: "/tracking_number", Message: "the waybill number is required", NotSent: true}
}
