package amazonfba

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Papers of box labels.
const (
	size4x6    = "4x6"
	sizeA4     = "a4"
	sizeLetter = "letter"
)

var labelSizes = []string{size4x6, sizeA4, sizeLetter}

// maxLabelBoxes bounds the ids in one query.
const maxLabelBoxes = 100

// BoxLabels prints the labels of a shipment's boxes. The shipment is named by the number on its
// boxes (FBA…), not by its id in the 2024 API.
// Source: v0 getLabels.
func (a *Adapter) BoxLabels(ctx context.Context, req adapters.InboundLabelRequest) (normalize.Document, error) {
	size := either(req.Size, a.labelSize)
	page, err := pageType(req, size)
	if err != nil {
		return normalize.Document{}, err
	}
	if n := len(req.Boxes); n < 1 || n > maxLabelBoxes {
		return normalize.Document{}, normalize.Invalid("/boxes", "must be 1 to %d boxes in one call", maxLabelBoxes)
	}
	query := url.Values{"PageType": {page}, "LabelType": {"UNIQUE"}, "PackageLabelsToPrint": {strings.Join(req.Boxes, ",")}}
	if !req.Partnered && req.Mode != "small_parcel" { // required for freight of one's own carrier
		query.Set("PageSize", strconv.Itoa(len(req.Boxes)))
		query.Set("PageStartIndex", "0")
	}
	return a.paper(ctx, prefixV0+"/shipments/"+url.PathEscape(req.ConfirmationID)+"/labels", query, normalize.DocumentLabel, size)
}

// pageType chooses the paper. Which thermal one fits hangs on who carries: UPS, DHL and Amazon's
// own fleet have one each, and so has one's own carrier.
func pageType(req adapters.InboundLabelRequest, size string) (string, error) {
	carrier := strings.ToUpper(req.CarrierCode)
	switch {
	case size == sizeA4:
		return "PackageLabel_A4_2", nil
	case size == sizeLetter:
		return "PackageLabel_Letter_2", nil
	case size != size4x6:
		return "", normalize.Invalid("/size", "must be 4x6, a4 or letter")
	case !req.Partnered:
		return "PackageLabel_Thermal_NonPCP", nil
	case strings.Contains(carrier, "DHL"):
		return "PackageLabel_Thermal_No_Carrier_Rotation", nil
	case strings.HasPrefix(carrier, "UPS"):
		return "PackageLabel_Thermal", nil
	default:
		return "PackageLabel_Thermal_Unified", nil
	}
}

// BillOfLading fetches the paper of partnered freight.
// Source: v0 getBillOfLading.
func (a *Adapter) BillOfLading(ctx context.Context, confirmationID string) (normalize.Document, error) {
	return a.paper(ctx, prefixV0+"/shipments/"+url.PathEscape(confirmationID)+"/billOfLading", nil, adapters.DocumentBillOfLading, "")
}

// paper asks for a link and follows it at once: it lives for about 15 seconds.
func (a *Adapter) paper(ctx context.Context, path string, query url.Values, kind normalize.DocumentType, size string) (normalize.Document, error) {
	var out linkReply
	if err := a.client.get(ctx, path, query, &out); err != nil {
		return normalize.Document{}, err
	}
	return a.download(ctx, out.Payload.URL, kind, size)
}

func (a *Adapter) download(ctx context.Context, link string, kind normalize.DocumentType, size string) (normalize.Document, error) {
	data, format, err := a.client.fetch(ctx, link)
	if err != nil {
		return normalize.Document{}, err
	}
	return normalize.Document{Type: kind, Format: format, Size: size, Data: data}, nil
}

// maxItemRun is how many labels of one SKU are printed in one call.
const maxItemRun = 10_000

// ItemLabels prints the barcodes of single units, as many as there are of each SKU, on the
// sheet that is usual in the marketplace.
// Source: createMarketplaceItemLabels.
func (a *Adapter) ItemLabels(ctx context.Context, country string, items []adapters.InboundItem, size string) (normalize.Document, error) {
	m, err := a.market(country)
	if err != nil {
		return normalize.Document{}, err
	}
	if err := countSKUs(len(items)); err != nil {
		return normalize.Document{}, err
	}
	pages := map[string]string{"": m.itemPage, sizeA4: a421, sizeLetter: letter30}
	page, ok := pages[size]
	if !ok {
		return normalize.Document{}, normalize.Invalid("/size", "must be a4 or letter")
	}
	body := itemLabelsBody{Marketplace: m.id, Type: "STANDARD_FORMAT", Page: page, Locale: m.locale}
	for _, it := range items {
		body.Runs = append(body.Runs, labelRun{it.SKU, min(it.Quantity, maxItemRun)})
	}
	var out itemLabelsReply
	if err := a.client.do(ctx, call{method: http.MethodPost, path: path("items", "labels"), in: body}, &out); err != nil {
		return normalize.Document{}, err
	}
	if len(out.Downloads) == 0 {
		return normalize.Document{}, a.client.bad("the answer holds no link")
	}
	size = sizeA4
	if page == letter30 {
		size = sizeLetter
	}
	return a.download(ctx, out.Downloads[0].URI, adapters.DocumentItemLabel, size)
}
