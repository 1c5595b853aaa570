package purchase

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Settlement is what a person found out about a label that needs attention, from the
// carrier's portal, listing or invoice. It goes to the audit log.
type Settlement struct {
	Outcome          string `json:"outcome" enum:"bought,not_bought,voided,live" doc:"voided and live settle a void, voided also a label that was sold and needs attention, the others a purchase"`
	TrackingNumber   string `json:"tracking_number,omitempty" maxLength:"100" doc:"Required with bought"`
	CarrierReference string `json:"carrier_reference,omitempty" maxLength:"100"`
	Reason           string `json:"reason" minLength:"1" maxLength:"500" doc:"How it is known"`
}

// Settle takes a person's word for a label that needs attention.
func (s *Service) Settle(ctx context.Context, tenant, actor, id string, in Settlement) (Label, error) {
	f, err := s.Store.PurchaseFile(ctx, store.Tenant(tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return Label{}, gateway.NotFound("label")
	}
	if err != nil {
		return Label{}, err
	}
	p := f.Purchase
	t, ref := s.settlement(f, in)
	if ref != nil {
		return Label{}, ref
	}
	detail, err := json.Marshal(in)
	if err != nil {
		return Label{}, err
	}
	t.Audit = []store.AuditEntry{{Tenant: p.Tenant, Actor: actor, Action: "label.settle", Object: id, Detail: detail}}
	t.Release = true
	out, err := s.Store.TransitionPurchase(ctx, p.Ref(), t)
	if err != nil {
		if errors.Is(err, store.ErrConflict) {
			return Label{}, gateway.Refuse(gateway.CodeStateConflict, "the label has moved on; look at it again")
		}
		if errors.Is(err, store.ErrDuplicate) {
			return Label{}, gateway.RefuseField(gateway.CodeStateConflict, "/tracking_number", "belongs to another label of this account")
		}
		return Label{}, err
	}
	if out.State == store.PurchaseVoided {
		s.cancelTracker(ctx, out)
	}
	return s.Get(ctx, tenant, id)
}

// settlement is the change that a person's word makes, or why it fits not here.
func (s *Service) settlement(f store.PurchaseFile, in Settlement) (store.Transition, *gateway.Refusal) {
	p := f.Purchase
	sold := p.CarrierReference != "" || p.TrackingNumber != ""
	fits := map[string][]store.PurchaseState{"bought": {store.PurchaseParked}, "not_bought": {store.PurchaseParked},
		"voided": {store.PurchaseVoidUnknown}, "live": {store.PurchaseVoidUnknown}}
	if sold {
		fits["voided"] = append(fits["voided"], store.PurchaseParked)
	}
	if !slices.Contains(fits[in.Outcome], p.State) {
		return store.Transition{}, gateway.Refuse(gateway.CodeStateConflict,
			"a label that is "+Status(p.State)+" cannot be settled as "+strings.ReplaceAll(in.Outcome, "_", " "))
	}
	switch in.Outcome {
	case "bought":
		return s.boughtByHand(f, in)
	case "not_bought":
		if sold {
			return store.Transition{}, gateway.Refuse(gateway.CodeStateConflict, "the carrier has told that it sold this label; void it instead")
		}
		gone := normalize.Fail(normalize.KindUnavailable, "a person found that the carrier sold nothing; buy again with a new key")
		return change(func(p *store.Purchase) { p.State, p.Refusal = store.PurchaseFailed, encodeRefusal(gone) }, "failed", in.Reason), nil
	case "voided":
		t := change(func(p *store.Purchase) { p.State = store.PurchaseVoided }, "voided", in.Reason)
		t.Labels, t.Emit = voidedLabels(f), emit("label.voided")
		return t, nil
	default:
		return change(func(p *store.Purchase) { p.State = store.PurchaseVoidRefused }, "purchased", in.Reason), nil
	}
}

func change(apply func(*store.Purchase), status, reason string) store.Transition {
	return store.Transition{
		Change: func(p *store.Purchase) error {
			d := detailsOf(*p)
			d.settleExtras()
			p.Details = d.encode()
			apply(p)
			resting(p)
			return nil
		},
		History: []store.HistoryLine{{Status: status, Detail: "settled by hand: " + reason}},
	}
}

// boughtByHand makes the purchase bought; its papers are fetched where the carrier has them.
func (s *Service) boughtByHand(f store.PurchaseFile, in Settlement) (store.Transition, *gateway.Refusal) {
	p := f.Purchase
	if in.TrackingNumber == "" {
		return store.Transition{}, gateway.RefuseField(gateway.CodeInvalidRequest, "/tracking_number", "is required with bought")
	}
	a, o, err := s.accountAndOrder(p)
	if err != nil {
		return store.Transition{}, gateway.Refuse(gateway.CodeStateConflict, err.Error())
	}
	l := normalize.Label{TrackingNumber: in.TrackingNumber, CarrierReference: cmp.Or(in.CarrierReference, p.CarrierReference),
		Parcels: p.Parcels, CarrierData: p.CarrierData}
	whole := hasLabel(f.Documents) || a.Ops.Documenter == nil
	t := change(func(p *store.Purchase) {
		apply(p, o, l)
		p.State = store.PurchaseBought
		if whole {
			p.State = store.PurchaseSettled
		}
	}, "bought", in.Reason)
	inner := t.Change
	t.Change = func(p *store.Purchase) error {
		err := inner(p)
		if p.State == store.PurchaseBought {
			p.DueAt = p.UpdatedAt.Add(time.Second)
		}
		return err
	}
	t.Labels = []store.BoughtLabel{boughtLabel(p, l)}
	t.Tracker = s.tracker(p, a, o, l)
	t.Emit = emitBought
	return t, nil
}
