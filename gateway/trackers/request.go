package trackers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway"
	"github.com/crossdock-hub/crossdock/gateway/accounts"
	"github.com/crossdock-hub/crossdock/normalize"
)

// Request asks to follow a parcel.
type Request struct {
	TrackingNumber string         `json:"tracking_number" minLength:"4" maxLength:"64"`
	Channel        string         `json:"channel,omitempty" maxLength:"80" doc:"Guessed by the number's form when absent"`
	Account        string         `json:"account,omitempty" maxLength:"60" doc:"The carrier account; the channel's default when absent"`
	Reference      string         `json:"reference,omitempty" maxLength:"100" doc:"Yours, up to 100 visible characters"`
	OrderID        string         `json:"order_id,omitempty" maxLength:"100"`
	Destination    *Destination   `json:"destination,omitempty" doc:"For carriers that want proof"`
	Phone          string         `json:"phone,omitempty" maxLength:"40"`
	ShipDate       normalize.Date `json:"ship_date,omitempty" format:"date" doc:"Tells two parcels apart where a carrier uses numbers again"`
}

// Destination is as much of an address as proves that one knows the parcel.
type Destination struct {
	Country    string `json:"country,omitempty" maxLength:"2"`
	PostalCode string `json:"postal_code,omitempty" maxLength:"20"`
}

func (r *Request) validate() normalize.FieldErrors {
	var errs normalize.FieldErrors
	add := func(pointer, format string, args ...any) {
		errs = append(errs, normalize.FieldError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	r.TrackingNumber = strings.TrimSpace(r.TrackingNumber)
	switch n := r.TrackingNumber; {
	case n == "":
		add("/tracking_number", "is required")
	case len(n) < 4 || len(n) > 64:
		add("/tracking_number", "must have 4 to 64 characters")
	case strings.ContainsFunc(n, func(c rune) bool { return c <= 0x20 || c > 0x7e }):
		add("/tracking_number", "must be visible ASCII characters without spaces")
	}
	for _, f := range []struct {
		pointer, value string
		most           int
	}{{"/reference", r.Reference, 100}, {"/order_id", r.OrderID, 100}, {"/phone", r.Phone, 40}} {
		if len(f.value) > f.most || strings.ContainsFunc(f.value, func(c rune) bool { return c < 0x20 || c == 0x7f }) {
			add(f.pointer, "must be at most %d visible characters", f.most)
		}
	}
	if d := r.Destination; d != nil {
		if d.Country != "" && !normalize.ValidCountry(d.Country) {
			add("/destination/country", "is not an ISO 3166-1 alpha-2 code")
		}
		if len(d.PostalCode) > 20 || strings.ContainsFunc(d.PostalCode, func(c rune) bool { return c < 0x20 || c == 0x7f }) {
			add("/destination/postal_code", "must be at most 20 visible characters")
		}
	}
	if r.ShipDate != "" {
		if _, err := normalize.ParseDate(string(r.ShipDate)); err != nil {
			add("/ship_date", "%s", err)
		}
	}
	return errs
}

// forms are the number forms of all adapters, compiled once.
type forms []form

type form struct {
	adapter string
	tracks  bool // and carries nothing
	whole   []*regexp.Regexp
}

func compileForms(specs []adapters.Spec) (forms, error) {
	var out forms
	for _, s := range specs {
		f := form{adapter: s.Code, tracks: s.OnlyTracks()}
		for _, text := range s.NumberForms {
			re, err := regexp.Compile(`^(?:` + text + `)$`)
			if err != nil {
				return nil, fmt.Errorf("adapter %s: number form: %w", s.Code, err)
			}
			f.whole = append(f.whole, re)
		}
		out = append(out, f)
	}
	return out, nil
}

// guess returns the adapters whose numbers look like this one.
func (fs forms) guess(number string) []form {
	var out []form
	for _, f := range fs {
		if slices.ContainsFunc(f.whole, func(re *regexp.Regexp) bool { return re.MatchString(number) }) {
			out = append(out, f)
		}
	}
	return out
}

// choose finds the account and the channel that a request means.
func (s *Service) choose(tenant string, r *Request) (*accounts.Account, string, *gateway.Refusal) {
	if r.Channel != "" {
		return s.byChannel(tenant, r)
	}
	if r.Account != "" {
		a, ok := s.registry.Get(tenant, r.Account)
		if !ok || !a.Enabled {
			return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/account", "is no enabled account of yours")
		}
		return a, firstChannel(a), nil
	}
	fit := s.fitting(tenant, r.TrackingNumber)
	switch len(fit) {
	case 1:
		return fit[0], firstChannel(fit[0]), nil
	case 0:
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/channel",
			"is required: the number has the form of no carrier that you have an account with")
	default:
		var names []string
		for _, a := range fit {
			names = append(names, a.Adapter)
		}
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/channel",
			"is required: the number could be one of "+strings.Join(names, ", "))
	}
}

// fitting are the accounts whose carrier's numbers look like this one, one per adapter: of
// those that carry, else of those that only track.
func (s *Service) fitting(tenant, number string) []*accounts.Account {
	var carry, track []*accounts.Account
	for _, f := range s.forms.guess(number) {
		a := defaultOf(s.registry.Tenant(tenant), f.adapter)
		switch {
		case a == nil:
		case f.tracks:
			track = append(track, a)
		default:
			carry = append(carry, a)
		}
	}
	if len(carry) > 0 {
		return carry
	}
	return track
}

func (s *Service) byChannel(tenant string, r *Request) (*accounts.Account, string, *gateway.Refusal) {
	if _, _, ok := s.registry.Service(r.Channel); !ok {
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/channel", "is no channel")
	}
	a, ok := s.registry.ForChannel(tenant, r.Channel, r.Account)
	switch {
	case ok:
		return a, r.Channel, nil
	case r.Account != "":
		return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/account", "is no enabled account of yours that serves this channel")
	}
	return nil, "", gateway.RefuseField(gateway.CodeInvalidRequest, "/channel", "no enabled account of yours serves it")
}

// defaultOf is the account of an adapter that is asked where none is named: lists run with
// the default first.
func defaultOf(list []*accounts.Account, adapter string) *accounts.Account {
	for _, a := range list {
		if a.Adapter == adapter {
			return a
		}
	}
	return nil
}

// firstChannel stands for the account where only its carrier is known: tracking is the same
// in all channels of one adapter.
func firstChannel(a *accounts.Account) string {
	if list := a.Channels(); len(list) > 0 {
		return list[0]
	}
	return a.Adapter
}
