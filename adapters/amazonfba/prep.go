package amazonfba

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// doubly encodes the three characters that Amazon decodes twice in a list of MSKUs; the query's
// own encoding is the second time, so that a comma leaves us as %252C.
var doubly = strings.NewReplacer("%", "%25", "+", "%2B", ",", "%2C")

func skuList(skus []string) string {
	out := make([]string, len(skus))
	for i, s := range skus {
		out[i] = doubly.Replace(s)
	}
	return strings.Join(out, ",")
}

// ListPrep tells how goods must be prepared, as far as Amazon knows.
// Source: listPrepDetails.
func (a *Adapter) ListPrep(ctx context.Context, country string, skus []string) ([]adapters.InboundPrep, error) {
	m, err := a.market(country)
	if err != nil {
		return nil, err
	}
	if err := countSKUs(len(skus)); err != nil {
		return nil, err
	}
	var out prepReply
	query := url.Values{"marketplaceId": {m.id}, "mskus": {skuList(skus)}}
	if err := a.client.get(ctx, path("items", "prepDetails"), query, &out); err != nil {
		return nil, err
	}
	if out.Details == nil {
		return nil, a.client.bad("the answer holds no list")
	}
	var preps []adapters.InboundPrep
	for _, d := range out.Details {
		category := d.Category
		if category == "UNKNOWN" {
			category = ""
		}
		preps = append(preps, adapters.InboundPrep{SKU: d.MSKU, Category: strings.ToLower(category), Types: lower(d.Types)})
	}
	return preps, nil
}

// SetPrep says how goods are prepared. The category none goes with the type item_no_prep alone.
// Source: setPrepDetails.
func (a *Adapter) SetPrep(ctx context.Context, country string, preps []adapters.InboundPrep) (string, error) {
	m, err := a.market(country)
	if err != nil {
		return "", err
	}
	if err := countSKUs(len(preps)); err != nil {
		return "", err
	}
	body := prepBody{Marketplace: m.id}
	for _, p := range preps {
		d := prepDetail{MSKU: p.SKU, Category: strings.ToUpper(p.Category)}
		for _, t := range p.Types {
			d.Types = append(d.Types, strings.ToUpper(t))
		}
		body.Details = append(body.Details, d)
	}
	return a.client.start(ctx, call{method: http.MethodPost, path: path("items", "prepDetails"), in: body})
}

func lower(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, strings.ToLower(w))
	}
	return out
}

func countSKUs(n int) error {
	if n < 1 || n > adapters.MaxInboundSKUs {
		return normalize.Invalid("/items", "must be 1 to %d SKUs in one call", adapters.MaxInboundSKUs)
	}
	return nil
}
