package dhlexpress

import (
	"context"
	"net/url"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// images are the papers that can be fetched after the purchase. The transport label is not one
// of them.
var images = []string{"waybill", "commercial-invoice", "customs-entry"}

// Documents fetches the copies that DHL keeps: waybill, invoice, customs entry, and the proof
// of delivery once there is one. What it does not have (a 404) is left out. A label that did
// not come with the purchase is never among them, so that nothing is ever pending.
// Source: MyDHL API OpenAPI 3.1.1, GET /shipments/{id}/get-image and /proof-of-delivery, read
// 2026-11-21.
func (a *Adapter) Documents(ctx context.Context, req normalize.DocumentsRequest) (normalize.Documents, error) {
	number := waybill(req.Ref)
	if number == "" {
		return normalize.Documents{}, normalize.Invalid("/tracking_number", "is required")
	}
	var out normalize.Documents
	for _, fetch := range a.fetches(number, req.Ref.At) {
		var reply documentsReply
		err := a.client.get(ctx, adapters.OpDocuments, fetch.path, fetch.query, &reply)
		if err != nil && normalize.KindOf(err) == normalize.KindNotFound {
			continue
		}
		if err != nil {
			return normalize.Documents{}, err
		}
		if reply.Documents == nil {
			return normalize.Documents{}, a.client.bad(adapters.OpDocuments, 0, "the answer holds no documents")
		}
		for _, d := range reply.Documents {
			d.TypeCode = either(fetch.typeCode, d.TypeCode)
			if paper, ok := paperOf(d); ok {
				out.Documents = append(out.Documents, paper)
			}
		}
	}
	return out, nil
}

// fetch is one call for papers; typeCode is what they are, where the call itself says so.
type fetch struct {
	path, typeCode string
	query          url.Values
}

func (a *Adapter) fetches(number string, bought time.Time) []fetch {
	if bought.IsZero() {
		bought = time.Now()
	}
	base := "/shipments/" + url.PathEscape(number)
	var out []fetch
	for _, kind := range images {
		out = append(out, fetch{base + "/get-image", kind, url.Values{
			"shipperAccountNumber": {a.config.AccountNumber}, "typeCode": {kind},
			// The month of the pickup, which is not known: that of the purchase is nearly always it.
			"pickupYearAndMonth": {bought.Format("2006-01")}, "encodingFormat": {"pdf"},
		}})
	}
	return append(out, fetch{base + "/proof-of-delivery", "POD", url.Values{
		"shipperAccountNumber": {a.config.AccountNumber}, "content": {"epod-summary"}}})
}

// waybill is the number of the whole shipment.
func waybill(ref normalize.ShipmentRef) string {
	return either(ref.CarrierReference, ref.TrackingNumber)
}
