package purchase

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/store"
	"github.com/crossdock-hub/crossdock/normalize"
)

// ruling is what the platform's rules say of a purchase that they let pass.
type ruling struct {
	verdict *mandates.Verdict // nil where no rules are known
	// against are the rules that an override sets aside.
	against []string
	// quotas are those that count the order.
	quotas []mandates.QuotaCount
}

// rule holds the platform's rules against a purchase before anything is asked or written. A
// forbidden one is refused, unless the override names the rule, which must allow that.
func (s *Service) rule(tenant, channel string, shipment *normalize.Shipment, o *Override) (ruling, *gateway.Refusal) {
	if s.Mandates == nil {
		return ruling{}, nil
	}
	d := s.Mandates.Decide(tenant, shipment, time.Now(), false)
	if !d.Known() {
		return ruling{}, nil
	}
	on := d.On(channel)
	out := ruling{verdict: &on.Verdict, quotas: on.Quotas}
	for _, r := range on.Forbids {
		if ref := violation(r, channel, o); ref != nil {
			return ruling{}, ref
		}
		out.against = append(out.against, r.ID)
	}
	return out, nil
}

// violation is the refusal by one rule, nil where the override sets it aside.
func violation(r *mandates.Rule, channel string, o *Override) *gateway.Refusal {
	ref := gateway.Refuse(gateway.CodeMandateViolation, "the rule "+r.ID+" forbids this channel: "+r.Reason)
	ref.Channel = channel
	if p := r.Penalty; p != nil {
		ref.Detail += "; " + p.Text
		if !p.Amount.IsZero() {
			ref.Detail += ", " + p.Amount.String()
		}
	}
	switch {
	case o == nil && r.Override:
		ref.Detail += "; an override that names the rule and a reason buys all the same"
	case o == nil:
	case !r.Override:
		ref.Fields = normalize.FieldErrors{{Pointer: "/override/rule", Detail: "the rule " + r.ID + " allows no override"}}
	case o.Rule != r.ID:
		ref.Fields = normalize.FieldErrors{{Pointer: "/override/rule", Detail: "is not the rule that forbids this channel, " + r.ID}}
	default:
		return nil
	}
	return ref
}

// check refuses an override that says no reason.
func (o *Override) check() normalize.FieldErrors {
	if o == nil {
		return nil
	}
	var errs normalize.FieldErrors
	for _, f := range []struct{ pointer, value string }{{"/override/rule", o.Rule}, {"/override/reason", o.Reason}} {
		if strings.TrimSpace(f.value) == "" {
			errs = append(errs, normalize.FieldError{Pointer: f.pointer, Detail: "is required"})
		}
	}
	return errs
}

// overrideRecord is the audit log's detail of an override. Against is what it set aside, and
// empty where nothing forbade the purchase.
type overrideRecord struct {
	*Override
	Channel string   `json:"channel"`
	Against []string `json:"against"`
}

func (want prepared) overrideDetail(o *Override) (json.RawMessage, error) {
	against := want.ruling.against
	if against == nil {
		against = []string{}
	}
	return json.Marshal(overrideRecord{o, want.channel, against})
}

// counts are the shares towards which the purchase counts once it is bought.
func (want prepared) counts() []store.QuotaEntry {
	shop := ""
	if o := want.order.Shipment.Order; o != nil {
		shop = o.Store
	}
	var out []store.QuotaEntry
	for _, q := range want.ruling.quotas {
		out = append(out, store.QuotaEntry{Rule: q.Rule.ID, Shop: shop, Satisfied: q.Satisfied})
	}
	return out
}

// intended is the first line of a purchase's history.
func (want prepared) intended() string {
	if len(want.ruling.against) > 0 {
		return "written down, nothing sent yet; by override against the rule " + strings.Join(want.ruling.against, ", ")
	}
	return "written down, nothing sent yet"
}
