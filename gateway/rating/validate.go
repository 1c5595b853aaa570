package rating

import (
	"fmt"

	"github.com/crossdock-hub/crossdock/gateway/channels"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Deadlines of a request in milliseconds.
const (
	minDeadline     = 100
	maxDeadline     = 30_000
	defaultDeadline = 2500
)

// validate reports every fault of a request, by its pointer.
func (s *Service) validate(tenant string, r *Request) normalize.FieldErrors {
	errs := r.Shipment.Validate()
	errs = append(errs, channels.CheckOptions(s.registry.Specs(), r.Options)...)
	if r.Currency != "" && !normalize.ValidCurrency(r.Currency) {
		errs = append(errs, normalize.FieldError{Pointer: "/currency", Detail: "is not an ISO 4217 code"})
	}
	for i, c := range r.Channels {
		if _, _, ok := s.registry.Service(c); !ok {
			errs = append(errs, normalize.FieldError{Pointer: fmt.Sprintf("/channels/%d", i), Detail: "is not a channel of this gateway"})
		}
	}
	for i, id := range r.Accounts {
		if _, ok := s.registry.Get(tenant, id); !ok {
			errs = append(errs, normalize.FieldError{Pointer: fmt.Sprintf("/accounts/%d", i), Detail: "is not a carrier account of yours"})
		}
	}
	if r.DeadlineMS != 0 && (r.DeadlineMS < minDeadline || r.DeadlineMS > maxDeadline) {
		errs = append(errs, normalize.FieldError{Pointer: "/deadline_ms", Detail: fmt.Sprintf("must be from %d to %d", minDeadline, maxDeadline)})
	}
	return errs
}

// currency is the asked one, else that of the order's value, else of the items.
func (r *Request) currency() string {
	switch {
	case r.Currency != "":
		return r.Currency
	case r.Order != nil && !r.Order.Value.IsZero():
		return r.Order.Value.Currency
	default:
		return r.Items[0].UnitValue.Currency
	}
}
