package rating

import (
	"cmp"
	"slices"
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/promises"
	"github.com/crossdock-hub/crossdock/normalize"
)

// lifetime is how long a rate may be bought, unless the carrier's own word is shorter.
const lifetime = 30 * time.Minute

// complete turns an outcome with a rate into the API's form, in the asked currency.
func (s *Service) complete(o outcome, r *Request, id string, now time.Time) (Rate, *normalize.Error) {
	c := o.rate
	sum := normalize.Money{}
	for _, ch := range c.Charges {
		var err error
		if sum, err = sum.Add(ch.Amount); err != nil {
			return Rate{}, normalize.Fail(normalize.KindBadResponse, "the carrier's charges are in two currencies")
		}
	}
	if sum != c.Total {
		return Rate{}, normalize.Fail(normalize.KindBadResponse, "the carrier's charges do not sum to its total")
	}
	out := Rate{
		ID: id, Channel: o.channel, Carrier: o.account.Spec.Carrier, Service: c.ServiceName, Account: o.account.ID,
		CarrierTotal: c.Total, TaxTreatment: c.TaxTreatment,
		ChargeableWeight: c.ChargeableWeight, DimDivisor: Number(c.DimDivisor), Transit: s.transit(o, r),
		Source: o.source, FallbackFor: o.instead, ExpiresAt: now.Add(lifetime),
		Warnings: slices.Concat(c.Warnings, taxWarnings(o, r)), Handover: c.Handover,
	}
	if svc, ok := o.account.Spec.Service(c.Service); ok && out.Service == "" {
		out.Service = svc.Title
	}
	if !c.ExpiresAt.IsZero() && c.ExpiresAt.Before(out.ExpiresAt) {
		out.ExpiresAt = c.ExpiresAt
	}
	if err := s.convert(&out, c, r.currency(), now); err != nil {
		return Rate{}, normalize.AsError(err)
	}
	return out, nil
}

// convert rounds once, on the total, and allocates it over the charges.
func (s *Service) convert(out *Rate, c *normalize.Rate, to string, now time.Time) error {
	lines := make([]normalize.Money, len(c.Charges))
	for i, ch := range c.Charges {
		lines[i] = ch.Amount
	}
	price, err := s.fx.Price(lines, to, now)
	if err != nil {
		return normalize.NotServiceable("/currency", "the price cannot be converted into %s: %s", to, err)
	}
	if !c.ListTotal.IsZero() {
		if out.ListTotal, _, err = s.fx.Convert(c.ListTotal, to, now); err != nil {
			return err
		}
	}
	out.Total, out.FX = price.Total, price.Rate
	for i, ch := range c.Charges {
		out.Charges = append(out.Charges, Charge{string(ch.Type), ch.Name, price.Amounts[i], ch.Amount})
	}
	return nil
}

// taxWarnings names each tax id that the channel can neither send nor leave to the platform.
func taxWarnings(o outcome, r *Request) []normalize.Warning {
	var out []normalize.Warning
	for _, t := range r.TaxIDs {
		spec := o.account.Spec
		if !slices.Contains(spec.SendsTaxIDs, t.Type) && !slices.Contains(spec.PlatformTaxIDs, t.Type) {
			out = append(out, normalize.Warning{Code: "tax_id_not_sent", Message: "this channel has no place for a tax id of the type " + t.Type})
		}
	}
	return out
}

// transit completes the carrier's answer with the channel's general promise and the day of
// delivery on the calendar.
func (s *Service) transit(o outcome, r *Request) Transit {
	t := o.rate.Transit
	if t.DaysMax == 0 {
		p := s.promised(o, r)
		t.DaysMin, t.DaysMax, t.BusinessDays = p.DaysMin, p.DaysMax, p.BusinessDays
	}
	if t.DeliverBy == "" && t.DaysMax > 0 {
		t.DeliverBy = s.calendar.Add(r.Destination.Country, s.shipDate(r), t.DaysMax, t.BusinessDays)
	}
	return Transit{Number(t.DaysMin), Number(t.DaysMax), t.BusinessDays, Day(t.DeliverBy), t.Guaranteed, t.DeliverBefore, t.HandoverBy}
}

// promised is what is promised of the lane, else what the carrier tells of its service in
// general.
func (s *Service) promised(o outcome, r *Request) adapters.Promise {
	p, ok := s.promises.Transit(promises.Subject{
		Channel: o.channel, Platform: r.Platform, OperatingModel: r.OperatingModel,
		From: r.Origin.Country, To: r.Destination.Country, Shipped: s.shipDate(r),
	})
	if !ok {
		svc, _ := o.account.Spec.Service(o.rate.Service)
		p = svc.Promise
	}
	return p
}

// sortRates orders by landed cost, else total, then by channel; forbidden ones come last.
func sortRates(rates []Rate) {
	slices.SortStableFunc(rates, func(a, b Rate) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			cmp.Compare(a.cost().Minor, b.cost().Minor),
			cmp.Compare(a.Channel, b.Channel),
			cmp.Compare(a.Account, b.Account),
		)
	})
}

func rank(r Rate) int {
	if r.verdict() == mandates.Forbidden {
		return 1
	}
	return 0
}

func (r Rate) verdict() mandates.Word {
	if r.Mandate == nil {
		return ""
	}
	return r.Mandate.Verdict
}

func (r Rate) cost() normalize.Money {
	if r.LandedCost != nil {
		return r.LandedCost.Total
	}
	return r.Total
}

// recommend picks from sorted rates. Best is the cheapest, neither forbidden nor penalized,
// whose days_max is within 1.5 times the fastest's.
func recommend(rates []Rate) Recommended {
	var out Recommended
	fastest := -1
	for i, r := range rates {
		if r.verdict() == mandates.Forbidden {
			continue
		}
		if out.Cheapest == nil {
			out.Cheapest = &rates[i].ID
		}
		if r.Transit.DaysMax > 0 && (fastest < 0 || r.Transit.DaysMax < rates[fastest].Transit.DaysMax) {
			fastest = i
		}
	}
	if fastest < 0 {
		return out
	}
	out.Fastest = &rates[fastest].ID
	for i, r := range rates {
		bad := r.verdict() == mandates.Forbidden || r.verdict() == mandates.Penalized
		if !bad && r.Transit.DaysMax > 0 && 2*r.Transit.DaysMax <= 3*rates[fastest].Transit.DaysMax {
			out.Best = &rates[i].ID
			break
		}
	}
	return out
}

// unavailable names each channel without a rate once, with the reason of its default
// account where several failed.
func unavailable(outcomes []outcome, rated map[string]bool) []Unavailable {
	out := []Unavailable{}
	at := map[string]int{}
	for _, o := range outcomes {
		if o.err == nil || rated[o.channel] {
			continue
		}
		i, seen := at[o.channel]
		switch {
		case !seen:
			at[o.channel] = len(out)
			out = append(out, unavailableFrom(o))
		case o.account != nil && o.account.Default:
			out[i] = unavailableFrom(o)
		}
	}
	slices.SortFunc(out, func(a, b Unavailable) int { return cmp.Compare(a.Channel, b.Channel) })
	return out
}

func unavailableFrom(o outcome) Unavailable {
	return Unavailable{
		Channel: o.channel, Code: string(o.err.Kind), Message: o.err.Message, Retryable: o.err.Kind.Retryable(),
		RetryAfterMS: o.err.RetryAfter.Milliseconds(), Pointer: o.err.Field,
		CarrierCode: o.err.Code, CarrierMessage: o.err.CarrierMsg,
	}
}

// couldServe tells whether a channel's reason makes the answer partial: it might have
// served, had it answered.
func couldServe(code string) bool {
	switch code {
	case "timeout", "circuit_open", "rate_limited", "unavailable", "bad_response", "auth_failed", "overloaded":
		return true
	}
	return false
}

func status(a *Answer) string {
	if len(a.Rates) == 0 {
		return StatusFailed
	}
	for _, u := range a.Unavailable {
		if couldServe(u.Code) {
			return StatusPartial
		}
	}
	for _, r := range a.Rates {
		if r.FallbackFor != "" {
			return StatusPartial
		}
	}
	return StatusComplete
}
