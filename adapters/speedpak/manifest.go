package speedpak

import (
	"context"
	"net/http"
	"net/url"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// dataBagLabel tells, as "missing", that a bag was made whose label could not be fetched.
const dataBagLabel = "bag_label"

// Manifest prints the handover sheet of up to 200 parcels, which the courier signs. Where a
// handover is given the parcels also go into one bag, of its consign preference, with a label
// of its own; its id is the manifest's reference.
//
// A bag cannot be looked up, so that one whose label fails is told all the same.
// Source: OpenAPI 1.1.0, getHandoverSheet and createBundle, read 2026-11-21.
func (a *Adapter) Manifest(ctx context.Context, req normalize.ManifestRequest) (normalize.Manifest, error) {
	numbers, err := numbersOf(req.Labels)
	if err != nil {
		return normalize.Manifest{}, err
	}
	preference := ""
	if req.Handover != nil {
		if preference, err = a.consign(req.Handover); err != nil {
			return normalize.Manifest{}, err
		}
	}
	var out normalize.Manifest
	sheet, err := a.client.file(ctx, "/handover_sheet", url.Values{"tracking_numbers": numbers}, "handoverSheet")
	if err != nil {
		return out, err
	}
	out.Documents = []normalize.Document{{Type: normalize.DocumentManifest, Format: "pdf", Data: sheet}}
	if preference == "" {
		return out, nil
	}
	if out.CarrierReference, err = a.client.bag(ctx, preference, numbers); err != nil {
		return normalize.Manifest{}, err
	}
	label, err := a.client.file(ctx, "/bundle/"+url.PathEscape(out.CarrierReference)+"/label", nil, "label")
	if err != nil {
		out.CarrierData = map[string]string{dataBagLabel: "missing"}
		return out, nil
	}
	out.Documents = append(out.Documents, normalize.Document{Type: normalize.DocumentLabel, Format: "pdf", Data: label})
	return out, nil
}

// numbersOf are the tracking numbers of labels.
func numbersOf(labels []normalize.ShipmentRef) ([]string, error) {
	if len(labels) == 0 || len(labels) > maxNumbers {
		return nil, normalize.Invalid("/labels", "must be 1 to %d", maxNumbers)
	}
	var out []string
	for i, l := range labels {
		if l.TrackingNumber == "" {
			return nil, normalize.Invalid(normalize.Pointer("labels", i), "has no tracking number yet")
		}
		out = append(out, l.TrackingNumber)
	}
	return out, nil
}

// bag puts parcels into one bag and returns its id.
func (c *client) bag(ctx context.Context, preference string, numbers []string) (string, error) {
	var in bundleRequest
	in.Bundle.ConsignPreferenceID, in.Bundle.TrackingNumbers = preference, numbers
	var out bundle
	err := c.call(ctx, request{op: adapters.OpManifest, method: http.MethodPost, path: "/bundle", in: in, container: "bundle"}, &out)
	if err == nil && out.BundleID == "" {
		err = c.bad(adapters.OpManifest, rest.Reply{}, "the answer names no bag")
	}
	return out.BundleID, err
}

// file fetches one PDF of a manifest.
func (c *client) file(ctx context.Context, path string, q url.Values, container string) ([]byte, error) {
	var out file
	if err := c.call(ctx, request{op: adapters.OpManifest, method: http.MethodGet, path: path, query: q, container: container}, &out); err != nil {
		return nil, err
	}
	return c.pdf(adapters.OpManifest, out.Base64Str)
}
