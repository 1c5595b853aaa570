package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

func requestOf(p store.Plan) (Request, error) {
	var r Request
	err := json.Unmarshal(p.Request, &r)
	return r, err
}

// Tracking tells the platform the numbers of one's own carrier.
func (s *Service) Tracking(ctx context.Context, tenant, id string, r TrackingRequest) (Plan, error) {
	return s.edit(ctx, tenant, id, line("tracking numbers are taken"), func(p store.Plan, f *file) error {
		sh := f.shipment(r.Shipment)
		switch {
		case f.Stage != stageFollow:
			return conflict(f, "it takes no tracking numbers now")
		case sh == nil:
			return gateway.RefuseField(gateway.CodeInvalidRequest, "/shipment", "is not a shipment of this plan")
		}
		if err := checkNumbers(sh, r); err != nil {
			return err
		}
		f.asked()
		if f.Tracking == nil {
			f.Tracking = map[string]TrackingAsk{}
		}
		f.Tracking[r.Shipment] = TrackingAsk{r.Boxes, r.BillOfLading, r.FreightBill}
		return nil
	})
}

func checkNumbers(sh *shipment, r TrackingRequest) error {
	if t := sh.transportOption(sh.Selected); t != nil && t.Partnered {
		return gateway.Refuse(gateway.CodeStateConflict, "a partnered carrier tells its numbers to the platform itself")
	}
	freight := r.BillOfLading != "" || r.FreightBill != ""
	if freight == (len(r.Boxes) > 0) {
		return gateway.RefuseField(gateway.CodeInvalidRequest, "/boxes", "either boxes, or bill_of_lading with freight_bill, must be given")
	}
	if freight && r.FreightBill == "" {
		return gateway.RefuseField(gateway.CodeInvalidRequest, "/freight_bill", "is required beside bill_of_lading")
	}
	var errs normalize.FieldErrors
	for i, b := range r.Boxes {
		if !slices.ContainsFunc(sh.Boxes, func(known adapters.InboundBox) bool { return known.ID == b.Box }) {
			errs = append(errs, normalize.FieldError{Pointer: fmt.Sprintf("/boxes/%d/box", i), Detail: "is not a box of this shipment"})
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// Cancel gives the plan up, at the platform too. What was bought is voided where its time has
// not passed.
func (s *Service) Cancel(ctx context.Context, tenant, id string) (Plan, error) {
	p, err := s.plan(ctx, tenant, id)
	if err != nil {
		return Plan{}, err
	}
	if p.Status == statusCancelled {
		return s.show(ctx, p)
	}
	return s.edit(ctx, tenant, id, line("a cancel was asked for"), func(p store.Plan, f *file) error {
		ended := f.Stage == stageEnd && (f.Reached != statusFailed || p.CarrierPlanID == "")
		if ended || slices.Contains([]string{statusShipped, statusReceived, statusClosed}, f.status()) {
			return conflict(f, "it cannot be cancelled any more")
		}
		f.asked()
		f.Cancel = true
		return nil
	})
}

// Document returns a paper with its bytes. Another size than it was stored in is printed by the
// platform anew, and stored too.
func (s *Service) Document(ctx context.Context, tenant, id, doc, size string) (store.Document, error) {
	p, err := s.plan(ctx, tenant, id)
	if err != nil {
		return store.Document{}, err
	}
	d, err := s.Store.Document(ctx, p.Tenant, id, doc)
	if errors.Is(err, store.ErrNotFound) {
		return store.Document{}, gateway.NotFound("document")
	}
	if err != nil || size == "" || size == d.Size {
		return d, err
	}
	return s.reprint(ctx, p, d, size)
}

// reprint fetches a stored paper in another size.
func (s *Service) reprint(ctx context.Context, p store.Plan, d store.Document, size string) (store.Document, error) {
	f, err := fileOf(p)
	if err != nil {
		return store.Document{}, err
	}
	a, ok := s.Registry.Get(string(p.Tenant), p.Account)
	if !ok || a.Ops.Inbounder == nil {
		return store.Document{}, gateway.Refuse(gateway.CodeStateConflict, "the account of this plan is not there any more")
	}
	paper, err := f.paperOf(p, d)
	if err != nil {
		return store.Document{}, err
	}
	var out normalize.Document
	err = s.Caller.Call(ctx, a, adapters.OpInbound, func(ctx context.Context) (err error) {
		out, err = paper.fetch(ctx, a.Ops.Inbounder, size)
		return err
	})
	if err != nil {
		e := normalize.AsError(err)
		if e.Field == "/size" {
			return store.Document{}, gateway.RefuseField(gateway.CodeUnsupported, "/size", e.Message)
		}
		return store.Document{}, err
	}
	return s.Store.PutDocument(ctx, stored(p, out, d.Parcel))
}
