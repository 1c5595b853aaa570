package speedpak

import (
	"context"
	"net/http"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Find reads the package that was drafted, else looks for ours among the packages of the order
// line. A confirmed one is a label, an unconfirmed one the draft, a cancelled one nothing.
//
// A package or a list without ours is a clean negative. A status that we cannot read proves
// nothing, unless eDIS's 204 to the confirm was kept.
// Source: OpenAPI 1.1.0, getPackage and getPackagesByLineItemID, read 2026-11-21.
func (a *Adapter) Find(ctx context.Context, req normalize.FindRequest) (normalize.Found, error) {
	id := packageID(req.Ref)
	if id == "" {
		return a.findByLine(ctx, req)
	}
	d, err := a.client.detail(ctx, adapters.OpFind, id)
	switch {
	case err == nil:
		return foundAs(d, confirmed(req.Evidence)), nil
	case normalize.KindOf(err) == normalize.KindNotFound:
		return normalize.Found{Complete: true}, nil // only a cancelled package can be deleted
	}
	return normalize.Found{}, err
}

// packageID is eDIS's own id of a purchase, "" where nobody knows it.
func packageID(ref normalize.ShipmentRef) string { return either(ref.CarrierReference, ref.DraftID) }

// confirmed tells whether eDIS's yes to the confirm was kept.
func confirmed(evidence []normalize.Evidence) bool {
	for _, e := range evidence {
		if e.Operation == string(adapters.OpLabel) && e.Status == http.StatusNoContent {
			return true
		}
	}
	return false
}

// foundAs reads a package that is ours. A yes that was kept beats a status that has not
// followed yet.
func foundAs(d packageDetail, saidYes bool) normalize.Found {
	is := stateOf(d.PackageStatus)
	if saidYes && is != gone {
		is = sold
	}
	switch is {
	case sold:
		return normalize.Found{Labels: []normalize.Label{d.label()}, Complete: true}
	case draft:
		return normalize.Found{Draft: new(d.draft()), Complete: true}
	}
	return normalize.Found{Complete: is == gone}
}

func (d packageDetail) label() normalize.Label {
	return bought(d.PackageID, d.TrackingNumber, d.LastMile, d.PaymentCost.money())
}

// findByLine looks for the package whose comment is our reference. Every package of the
// purchase holds all of its lines, so that the first one finds it.
func (a *Adapter) findByLine(ctx context.Context, req normalize.FindRequest) (normalize.Found, error) {
	if err := checkReference(req.Ref.ClientReference); err != nil {
		return normalize.Found{}, err
	}
	if len(req.Ref.LineIDs) == 0 {
		return normalize.Found{}, normalize.Invalid("/items/0/line_id", "packages are found by order line")
	}
	packages, err := a.client.packagesOf(ctx, adapters.OpFind, req.Ref.LineIDs[0])
	if err != nil {
		return normalize.Found{}, err
	}
	out := normalize.Found{Complete: len(packages) <= maxPackages}
	for _, one := range packages[:min(len(packages), maxPackages)] {
		if stateOf(one.PackageStatus) == gone {
			continue
		}
		d, err := a.client.detail(ctx, adapters.OpFind, one.PackageID)
		if err != nil {
			return normalize.Found{}, err
		}
		if d.Comment != req.Ref.ClientReference {
			continue
		}
		found := foundAs(d, false)
		out.Labels, out.Complete = append(out.Labels, found.Labels...), out.Complete && found.Complete
		if found.Draft != nil {
			out.Draft = found.Draft
		}
	}
	return out, nil
}
