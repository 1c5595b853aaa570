package inbound

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// ConfirmTransport takes a transport option for every shipment, which buys what is partnered.
func (s *Service) ConfirmTransport(ctx context.Context, tenant, id, key string, r TransportConfirmRequest) (out Plan, replayed bool, err error) {
	print := fingerprint("POST /v1/inbound-plans/"+id+"/transportation/confirm", r)
	step := store.Step{Name: stepConfirmTransport, Key: key, Fingerprint: print, Irreversible: true, Detail: mustJSON(detail{Transport: &r})}
	return s.confirm(ctx, tenant, id, step, r.Confirm, func(p store.Plan, f *file) error { return f.carriable(r, time.Now()) })
}

// carriable refuses a selection that cannot be confirmed now.
func (f *file) carriable(r TransportConfirmRequest, now time.Time) error {
	if f.Stage != stageTransport {
		return conflict(f, "its transport cannot be confirmed now")
	}
	var errs normalize.FieldErrors
	add := func(detail string, parts ...any) {
		errs = append(errs, normalize.FieldError{Pointer: normalize.Pointer(parts...), Detail: detail})
	}
	partnered := map[bool]bool{}
	for id := range r.Selections {
		if f.shipment(id) == nil {
			add("is not a shipment of this plan", "selections", id)
		}
	}
	for _, sh := range f.Shipments {
		t := sh.transportOption(r.Selections[sh.ID])
		switch {
		case r.Selections[sh.ID] == "":
			add("is required: all shipments are confirmed in one call", "selections", sh.ID)
			continue
		case t == nil:
			add("is not a transport option of this shipment", "selections", sh.ID)
			continue
		case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
			return gateway.Refuse(gateway.CodeRateExpired, "a transport option has expired; ask for quotes again")
		}
		partnered[t.Partnered] = true
		if slices.Contains(t.Requires, adapters.RequiresDeliveryWindow) && !sh.hasWindow(r.Windows[sh.ID]) {
			add("this option requires one of the shipment's delivery_windows", "windows", sh.ID)
		}
	}
	for id := range r.Windows {
		if f.shipment(id) == nil {
			add("is not a shipment of this plan", "windows", id)
		}
	}
	if len(errs) == 0 && len(partnered) > 1 { // whether the platform would take it is unconfirmed
		add("partnered and own carriers cannot be mixed in one plan", "selections")
	}
	if !r.ReadyFrom.IsZero() && r.ReadyFrom.Before(now) {
		add("is in the past", "ready_from")
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}

func (s *shipment) hasWindow(id string) bool {
	return slices.ContainsFunc(s.Windows, func(w adapters.InboundWindow) bool { return w.ID == id && w.Availability != "blocked" })
}

func (f *file) quoting(shipment string, t transport) {
	if f.Quoting == nil {
		f.Quoting = map[string]transport{}
	}
	f.Quoting[shipment] = t
}

// Transport asks for quotes again, with what freight needs.
func (s *Service) Transport(ctx context.Context, tenant, id string, r TransportRequest) (Plan, error) {
	now := time.Now()
	return s.edit(ctx, tenant, id, line("quotes are asked for again"), func(p store.Plan, f *file) error {
		if f.Stage != stageTransport {
			return conflict(f, "its transport is not quoted now")
		}
		var errs normalize.FieldErrors
		for i, sh := range r.Shipments {
			at := fmt.Sprintf("/shipments/%d", i)
			switch {
			case f.shipment(sh.Shipment) == nil:
				errs = append(errs, normalize.FieldError{Pointer: at + "/shipment", Detail: "is not a shipment of this plan"})
			case !sh.ReadyFrom.IsZero() && sh.ReadyFrom.Before(now):
				errs = append(errs, normalize.FieldError{Pointer: at + "/ready_from", Detail: "is in the past"})
			}
			q := f.Quoting[sh.Shipment]
			if !sh.ReadyFrom.IsZero() {
				q.ReadyFrom = sh.ReadyFrom
			}
			if sh.Contact != nil {
				q.Contact = *sh.Contact
			}
			q.Pallets, q.Freight = sh.Pallets, sh.Freight
			f.quoting(sh.Shipment, q)
		}
		if len(errs) > 0 {
			return errs
		}
		f.asked()
		f.enter(stageTransportOptions)
		return nil
	})
}
