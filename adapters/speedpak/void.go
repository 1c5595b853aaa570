package speedpak

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Void cancels the package, which gives back what was frozen. Cancelling twice is as good as
// once: of a package that cannot be cancelled the status tells whether it already is.
//
// The package is not deleted: its costs and what became of it stay readable, and a cancel whose
// answer was lost can be proven. Draft deletes it where it stands in the way of a new one.
// Source: OpenAPI 1.1.0, cancelPackage, read 2026-11-21.
func (a *Adapter) Void(ctx context.Context, req normalize.VoidRequest) (normalize.Voided, error) {
	id := packageID(req.Ref)
	if id == "" {
		return normalize.Voided{}, &normalize.Error{Kind: normalize.KindInvalidRequest, Carrier: code,
			Op: string(adapters.OpVoid), Message: "the package id is not known", NotSent: true}
	}
	refused := a.client.cancel(ctx, id)
	if refused == nil {
		return normalize.Voided{Confirmed: true}, nil
	}
	if kind := normalize.KindOf(refused); kind != normalize.KindRejected {
		return normalize.Voided{}, unproven(refused)
	}
	d, err := a.client.detail(ctx, adapters.OpVoid, id)
	switch {
	case err != nil:
		return normalize.Voided{}, unproven(err)
	case stateOf(d.PackageStatus) == gone:
		return normalize.Voided{Confirmed: true}, nil
	}
	return normalize.Voided{}, refused
}

// cancel ends a package.
func (c *client) cancel(ctx context.Context, id string) error {
	return c.call(ctx, request{op: adapters.OpVoid, method: http.MethodPost, path: packagePath(id, "/cancel")}, nil)
}

// unproven is the error of a cancel that nobody knows the end of. A package that eDIS does not
// know any more was cancelled and deleted, or is another seller's: neither is a no.
func unproven(err error) error {
	e := normalize.AsError(err)
	if e.Kind != normalize.KindNotFound {
		return err
	}
	out := *e
	out.Kind, out.Message = normalize.KindBadResponse, "eDIS does not know the package"
	return &out
}
