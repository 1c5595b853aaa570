package speedpak

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// printedOK is a label's own code of success, beside the answer's 200.
const printedOK = "200"

// Documents prints the label, one PDF on A4 or on 4-inch thermal paper, with the goods on it
// where a pick list was asked for.
//
// While eDIS cannot print, which only the label's own code tells, the papers are pending and
// its words are a warning: what was bought is owed a label. So is a number that was not there
// when the package was drafted.
// Source: OpenAPI 1.1.0, getLabels, read 2026-11-21.
func (a *Adapter) Documents(ctx context.Context, req normalize.DocumentsRequest) (normalize.Documents, error) {
	number := req.Ref.TrackingNumber
	if number == "" {
		return a.lateNumber(ctx, req)
	}
	size, paper := "THERMAL_PAPER", "4x6"
	if req.Label.Size == "a4" {
		size, paper = "A4", "a4"
	}
	q := url.Values{"tracking_numbers": {number}, "page_size": {size}}
	if words := a.printPreference(req.Label); words != "" {
		q.Set("print_preference", words)
	}
	var out []printed
	err := a.client.call(ctx, request{op: adapters.OpDocuments, method: http.MethodGet, path: "/labels", query: q, container: "labels"}, &out)
	if err != nil {
		return normalize.Documents{}, err
	}
	i := slices.IndexFunc(out, func(p printed) bool { return p.TrackingNumber == number })
	if i < 0 {
		return normalize.Documents{}, a.client.bad(adapters.OpDocuments, rest.Reply{}, "the answer is about another number")
	}
	if out[i].ResultCode != printedOK {
		words := a.client.rest.Excerpt(either(out[i].Message, "no reason given") + " (" + out[i].ResultCode + ")")
		return normalize.Documents{Pending: true, Label: normalize.Label{
			Warnings: []normalize.Warning{{Code: "label_not_printed", Message: words}}}}, nil
	}
	pdf, err := a.client.pdf(adapters.OpDocuments, out[i].Base64Str)
	if err != nil {
		return normalize.Documents{}, err
	}
	return normalize.Documents{Documents: []normalize.Document{
		{Type: normalize.DocumentLabel, Format: "pdf", Size: paper, Parcel: 1, Data: pdf}}}, nil
}

// lateNumber asks the package for a number that it did not have as a draft.
func (a *Adapter) lateNumber(ctx context.Context, req normalize.DocumentsRequest) (normalize.Documents, error) {
	id := packageID(req.Ref)
	if id == "" {
		return normalize.Documents{}, needNumber(adapters.OpDocuments)
	}
	d, err := a.client.detail(ctx, adapters.OpDocuments, id)
	if err != nil {
		return normalize.Documents{}, err
	}
	return normalize.Documents{Label: d.label(), Pending: true}, nil
}

// printPreference is what the label shows of the goods.
func (a *Adapter) printPreference(f normalize.LabelFormat) string {
	words := slices.Clone(a.config.PrintPreference)
	if slices.Contains(f.Extras, "pick_list") {
		for _, word := range []string{"skuNo", "nameZh", "quantity"} {
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return strings.Join(words, ",")
}

// pdf decodes a file.
func (c *client) pdf(op adapters.Operation, text string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !bytes.HasPrefix(b, []byte("%PDF")) {
		return nil, c.bad(op, rest.Reply{}, "the file is no PDF")
	}
	return b, nil
}

// needNumber refuses a call for which eDIS asks the tracking number.
func needNumber(op adapters.Operation) error {
	return &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
		Field: "/tracking_number", Message: "the tracking number is required", NotSent: true}
}
