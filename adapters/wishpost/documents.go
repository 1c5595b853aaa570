package wishpost

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// minPDF is the size below which a file is an error page, in bytes.
const minPDF = 1000

// wishHosts are WishPost's own, from which labels are fetched; the older name among them.
var wishHosts = []string{"wishpost.cn", "shpostwish.com", "wish.com"}

// Documents prints the label, one PDF of 10 x 10 cm or A4. WishPost makes it and tells where it
// lies; while it is not there the papers are pending. So is the carrier's number, without which
// nothing is printed.
// Source: public clients of generate_label and order_status, read 2026-11-21.
func (a *Adapter) Documents(ctx context.Context, req normalize.DocumentsRequest) (normalize.Documents, error) {
	number := req.Ref.TrackingNumber
	if number == "" {
		return a.lateNumber(ctx, req.Ref)
	}
	in := labelRequest{PrintLang: 1, PrintCode: 2, Barcodes: []string{number}}
	size := "10x10"
	if req.Label.Size == "a4" {
		in.PrintCode, size = 1, "a4"
	}
	if a.config.Language == printLocal {
		in.PrintLang = 2
	}
	n, reply, err := a.client.callXML(ctx, adapters.OpDocuments, pathLabel, func(access string) any {
		in.AccessToken = access
		return in
	})
	if err != nil {
		return normalize.Documents{}, err
	}
	pdf, err := a.client.fetch(ctx, reply, n.text("PDF_URL"))
	switch {
	case err != nil:
		return normalize.Documents{}, err
	case pdf == nil:
		return normalize.Documents{Pending: true, Label: normalize.Label{
			Warnings: []normalize.Warning{{Code: "label_not_printed", Message: "WishPost's file is no label yet"}}}}, nil
	}
	return normalize.Documents{Documents: []normalize.Document{
		{Type: normalize.DocumentLabel, Format: "pdf", Size: size, Parcel: 1, Data: pdf}}}, nil
}

// lateNumber asks the order for the carrier's number. An order that was cancelled has none to come.
func (a *Adapter) lateNumber(ctx context.Context, ref normalize.ShipmentRef) (normalize.Documents, error) {
	if ref.CarrierReference == "" {
		return normalize.Documents{}, needNumber(adapters.OpDocuments)
	}
	o, known, err := a.client.status(ctx, adapters.OpDocuments, ref.CarrierReference)
	switch {
	case err != nil:
		return normalize.Documents{}, err
	case known && o.StateCode == stateCancelled:
		return normalize.Documents{}, &normalize.Error{Kind: normalize.KindRejected, Carrier: code,
			Op: string(adapters.OpDocuments), Message: "the order is cancelled"}
	case !known || o.LogisticsOrderCode == "":
		return normalize.Documents{Pending: true}, nil
	}
	return normalize.Documents{Label: labelOf(o.ID, o.LogisticsOrderCode), Pending: true}, nil
}

// fetch takes the file, nil where there is an error page in its place. No token goes along.
func (c *client) fetch(ctx context.Context, made rest.Reply, link string) ([]byte, error) {
	if !c.mayFetch(link) {
		return nil, c.bad(adapters.OpDocuments, made, "the link to the label is missing, or leads away from WishPost")
	}
	reply, err := c.rest.Do(ctx, rest.Call{Op: adapters.OpDocuments, Method: http.MethodGet, Path: link})
	if err != nil {
		return nil, err
	}
	if !reply.OK() {
		return nil, c.rest.Fail(adapters.OpDocuments, rest.Fallback(reply.Status, false), reply, "", "")
	}
	if len(reply.Body) < minPDF || !bytes.HasPrefix(reply.Body, []byte("%PDF")) {
		return nil, nil
	}
	return reply.Body, nil
}

// mayFetch tells whether a link is one of WishPost's, of a host that the account names, or lies
// where we speak to anyway: an answer must not be able to send us round our own network.
func (c *client) mayFetch(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	if base, err := url.Parse(c.base); err == nil && u.Scheme == base.Scheme && u.Host == base.Host {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && u.Port() == "" && (slices.Contains(c.fileHosts, host) ||
		slices.ContainsFunc(wishHosts, func(own string) bool { return host == own || strings.HasSuffix(host, "."+own) }))
}

// needNumber refuses a call for which WishPost asks the tracking number.
func needNumber(op adapters.Operation) error {
	return &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code, Op: string(op),
		Field: "/tracking_number", Message: "the tracking number is required", NotSent: true}
}
