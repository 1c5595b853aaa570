// Package channels decides, before any carrier is asked, which channel may carry a
// shipment and why another may not. It knows the requirements that adapters declare and
// no carrier by name.
package channels

import (
	"fmt"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Stage says how much a channel needs to know: a rate less than a label.
type Stage int

// The stages.
const (
	ForRate Stage = iota
	ForLabel
)

// Check tells why a service cannot carry a shipment, nil where it can. The reason is an
// invalid_request with a pointer where something is missing, else not_serviceable.
func Check(spec adapters.Spec, svc adapters.Service, s *normalize.Shipment, stage Stage) *normalize.Error {
	for _, check := range []func(adapters.Spec, adapters.Service, *normalize.Shipment) *normalize.Error{
		carries, platformFits, laneFits, parcelsFit, goodsFit, fieldsHonoured, optionsFit,
	} {
		if err := check(spec, svc, s); err != nil {
			return err
		}
	}
	return requiredFields(svc, s, stage)
}

func carries(_ adapters.Spec, svc adapters.Service, _ *normalize.Shipment) *normalize.Error {
	if !svc.Carries() {
		return normalize.NotServiceable("", "carries nothing, it follows parcels that were bought elsewhere: POST /v1/trackers")
	}
	return nil
}

func platformFits(_ adapters.Spec, svc adapters.Service, s *normalize.Shipment) *normalize.Error {
	if len(svc.Platforms) > 0 && !slices.Contains(svc.Platforms, s.Platform) {
		return normalize.NotServiceable("/platform", "serves orders of %s only", strings.Join(svc.Platforms, ", "))
	}
	return nil
}

func laneFits(_ adapters.Spec, svc adapters.Service, s *normalize.Shipment) *normalize.Error {
	if err := Lane(svc, s.Origin.Country, s.Destination.Country); err != nil {
		return err
	}
	if terms := svc.Requirements.Incoterms; len(terms) > 0 && !slices.Contains(terms, s.Incoterm) {
		return normalize.NotServiceable("/incoterm", "carries on the terms %s only", joinTerms(terms))
	}
	return nil
}

// Lane tells why a service does not carry from one country to another, nil where it does.
// A country that is not said is any.
func Lane(svc adapters.Service, from, to string) *normalize.Error {
	r := svc.Requirements
	switch {
	case len(r.Origins) > 0 && from != "" && !slices.Contains(r.Origins, from):
		return normalize.NotServiceable("/origin/country", "carries from %s only", strings.Join(r.Origins, ", "))
	case len(r.Destinations) > 0 && to != "" && !slices.Contains(r.Destinations, to), slices.Contains(r.NotTo, to):
		return normalize.NotServiceable("/destination/country", "does not carry to this country")
	}
	return nil
}

func joinTerms(terms []normalize.Incoterm) string {
	out := make([]string, len(terms))
	for i, t := range terms {
		out[i] = string(t)
	}
	return strings.Join(out, ", ")
}

func parcelsFit(_ adapters.Spec, svc adapters.Service, s *normalize.Shipment) *normalize.Error {
	r := svc.Requirements
	if r.MaxParcels > 0 && len(s.Parcels) > r.MaxParcels {
		return normalize.NotServiceable("/parcels", "carries at most %d parcels in one shipment", r.MaxParcels)
	}
	if r.MaxItems > 0 && len(s.Items) > r.MaxItems {
		return normalize.NotServiceable("/items", "declares at most %d lines of goods", r.MaxItems)
	}
	for i, p := range s.Parcels {
		if err := parcelFits(r, p); err != nil {
			err.Field = fmt.Sprintf("/parcels/%d%s", i, err.Field)
			return err
		}
	}
	if r.MaxValue.Minor <= 0 {
		return nil
	}
	if v, err := s.ItemsValue(); err == nil && r.MaxValue.Currency == v.Currency && v.Minor > r.MaxValue.Minor {
		return normalize.NotServiceable("/items", "the goods' value exceeds %s", r.MaxValue)
	}
	return nil
}

func parcelFits(r adapters.Requirements, p normalize.Parcel) *normalize.Error {
	longest, girth := p.Dimensions.Longest(), p.Dimensions.Girthed()
	switch {
	case r.MaxWeight > 0 && p.Weight > r.MaxWeight:
		return normalize.NotServiceable("/weight", "weight %s exceeds %s", p.Weight, r.MaxWeight)
	case p.Weight < r.MinWeight:
		return normalize.NotServiceable("/weight", "weight %s is below %s", p.Weight, r.MinWeight)
	case r.MaxLength > 0 && longest > r.MaxLength:
		return normalize.NotServiceable("/dimensions", "the longest side %s exceeds %s", longest, r.MaxLength)
	case r.MaxGirth > 0 && girth > r.MaxGirth:
		return normalize.NotServiceable("/dimensions", "the sum of the sides %s exceeds %s", girth, r.MaxGirth)
	}
	return nil
}

func goodsFit(_ adapters.Spec, svc adapters.Service, s *normalize.Shipment) *normalize.Error {
	if len(svc.Requirements.Goods) == 0 {
		return nil
	}
	for i, it := range s.Items {
		for j, g := range it.Goods {
			if g != "general" && !slices.Contains(svc.Requirements.Goods, g) {
				return &normalize.Error{Kind: normalize.KindProhibitedGoods, Message: "does not carry goods of the kind " + g,
					Field: fmt.Sprintf("/items/%d/goods/%d", i, j)}
			}
		}
	}
	return nil
}

// fieldsHonoured refuses a channel that would drop in silence what changes the service or
// who is liable. Options are declared apart.
func fieldsHonoured(spec adapters.Spec, svc adapters.Service, s *normalize.Shipment) *normalize.Error {
	honours := spec.HonoursOf(svc.Name)
	for _, f := range serviceChanging(s) {
		if !slices.Contains(honours, f) {
			return normalize.NotServiceable(f, "has no place for %s", strings.TrimPrefix(f, "/"))
		}
	}
	return nil
}

func serviceChanging(s *normalize.Shipment) []string {
	var out []string
	for _, f := range []struct {
		set     bool
		pointer string
	}{
		{s.Signature != "" && s.Signature != "none", "/signature"},
		{s.Insurance.Minor > 0, "/insurance"},
		{s.CashOnDelivery.Minor > 0, "/cash_on_delivery"},
		{s.Destination.ServicePoint != nil, "/destination/service_point"},
		{s.NonDeliveryOption != "", "/non_delivery_option"},
		{s.ReturnAddress != nil, "/return_address"},
		{s.Importer != nil, "/importer"},
		{s.Handover != nil, "/handover"},
	} {
		if f.set {
			out = append(out, f.pointer)
		}
	}
	return out
}

// choices refuses a value that the channel honours in general but not in this form.
func choices(svc adapters.Service, s *normalize.Shipment) *normalize.Error {
	r := svc.Requirements
	for _, c := range []struct {
		value, pointer string
		among          []string
	}{
		{s.NonDeliveryOption, "/non_delivery_option", r.NonDelivery},
		{s.Signature, "/signature", r.Signature},
	} {
		if c.value != "" && c.value != "none" && len(c.among) > 0 && !slices.Contains(c.among, c.value) {
			return normalize.NotServiceable(c.pointer, "offers %s only", strings.Join(c.among, ", "))
		}
	}
	if h := s.Handover; h != nil && h.Method != "" && len(r.Handover) > 0 && !slices.Contains(r.Handover, h.Method) {
		return normalize.NotServiceable("/handover/method", "takes parcels by %s only", strings.Join(r.Handover, ", "))
	}
	return nil
}

func optionsFit(spec adapters.Spec, svc adapters.Service, s *normalize.Shipment) *normalize.Error {
	if err := choices(svc, s); err != nil {
		return err
	}
	for _, o := range spec.Options {
		if _, given := s.Options[o.Name]; o.Required && !given {
			return normalize.Invalid(normalize.Pointer("options", o.Name), "is required by %s", spec.Code)
		}
	}
	return nil
}

func requiredFields(svc adapters.Service, s *normalize.Shipment, stage Stage) *normalize.Error {
	need := svc.Requirements.RequiredRate
	if stage == ForLabel {
		need = append(slices.Clone(need), svc.Requirements.RequiredLabel...)
	}
	for _, pointer := range need {
		if at, ok := present(s, pointer); !ok {
			return normalize.Invalid(at, "is required by %s", svc.Title)
		}
	}
	return nil
}
