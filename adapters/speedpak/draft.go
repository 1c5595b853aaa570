package speedpak

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/adapters/internal/rest"
	"github.com/crossdock-hub/crossdock/normalize"
)

// maxPackages bounds how many packages of one order line are looked at.
const maxPackages = 20

// Draft creates the package: its number is final, its label can be printed, and it costs
// nothing until it is confirmed. Cost is eDIS's estimate, which the confirm freezes.
//
// 355005 says that the order line is in a package already. Where that is an unconfirmed one of
// the same contents, as an answer that was lost leaves behind, it is the draft; where there are
// but cancelled ones they are deleted and the package is created; any other is a duplicate.
// Source: OpenAPI 1.1.0, createPackage, read 2026-11-21.
func (a *Adapter) Draft(ctx context.Context, req normalize.LabelRequest) (normalize.Draft, error) {
	p, err := a.packageOf(req)
	if err != nil {
		return normalize.Draft{}, err
	}
	if p.ShippingServiceID, err = a.service(ctx, req.Service, req.Shipment); err != nil {
		return normalize.Draft{}, err
	}
	out, err := a.client.create(ctx, p)
	if err == nil || normalize.KindOf(err) != normalize.KindDuplicate {
		return out, err
	}
	return a.client.unblock(ctx, p, err)
}

// create makes a package.
func (c *client) create(ctx context.Context, p packageRequest) (normalize.Draft, error) {
	var out created
	err := c.call(ctx, request{op: adapters.OpDraft, method: http.MethodPost, path: "/package",
		in: createRequest{p}, container: "createPackageResult"}, &out)
	if err != nil {
		return normalize.Draft{}, err
	}
	if out.PackageID == "" {
		return normalize.Draft{}, c.bad(adapters.OpDraft, rest.Reply{}, "the answer names no package")
	}
	return normalize.Draft{ID: out.PackageID, TrackingNumber: out.TrackingNumber, Cost: out.EstimateCost.money()}, nil
}

// unblock looks at the packages that hold the order line. Nothing that could be another
// purchase's is touched: only what is cancelled is deleted, which may or may not be needed.
func (c *client) unblock(ctx context.Context, p packageRequest, refused error) (normalize.Draft, error) {
	packages, err := c.packagesOf(ctx, adapters.OpDraft, p.Items[0].OrderLineItem)
	if err != nil {
		return normalize.Draft{}, err
	}
	deleted := 0
	for _, one := range packages[:min(len(packages), maxPackages)] {
		switch stateOf(one.PackageStatus) {
		case gone:
			if err := c.call(ctx, request{op: adapters.OpDraft, method: http.MethodDelete, path: packagePath(one.PackageID, "")}, nil); err != nil {
				return normalize.Draft{}, err
			}
			deleted++
		case draft:
			d, err := c.detail(ctx, adapters.OpDraft, one.PackageID)
			if err != nil {
				return normalize.Draft{}, err
			}
			if !d.same(p) {
				return normalize.Draft{}, refused
			}
			return d.draft(), nil
		default:
			return normalize.Draft{}, refused
		}
	}
	if deleted == 0 {
		return normalize.Draft{}, refused
	}
	return c.create(ctx, p)
}

// detail reads one package.
func (c *client) detail(ctx context.Context, op adapters.Operation, id string) (packageDetail, error) {
	var out packageDetail
	err := c.call(ctx, request{op: op, method: http.MethodGet, path: packagePath(id, ""), container: "packageDetail"}, &out)
	if err == nil && out.PackageID != id {
		err = c.bad(op, rest.Reply{}, "the answer is about another package")
	}
	return out, err
}

// packagesOf lists the packages of an order line, in whatever state they are.
func (c *client) packagesOf(ctx context.Context, op adapters.Operation, line string) ([]itemPackage, error) {
	var out []itemPackage
	err := c.call(ctx, request{op: op, method: http.MethodGet, path: packagePath(line, "/item"), container: "itemPackages"}, &out)
	return out, err
}

// draft is an unconfirmed package; what it would cost eDIS tells but once.
func (d packageDetail) draft() normalize.Draft {
	return normalize.Draft{ID: d.PackageID, TrackingNumber: d.TrackingNumber}
}

// same tells whether a package is what p would make, our comment and remarks aside.
func (d packageDetail) same(p packageRequest) bool {
	have, want := packageRequest{d.packageInfo, d.Agent}, p
	if want.AgentInfo == nil {
		have.AgentInfo = nil // the seller's own for the country
	}
	one, err := rest.EncodeJSON(bare(have))
	other, err2 := rest.EncodeJSON(bare(want))
	return err == nil && err2 == nil && string(one) == string(other)
}

// bare is a package without what only informs.
func bare(p packageRequest) packageRequest {
	items := p.Items
	p.Comment, p.Items = "", nil
	for _, it := range items {
		it.SKU.Remark = ""
		p.Items = append(p.Items, it)
	}
	return p
}
