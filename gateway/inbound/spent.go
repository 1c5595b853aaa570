package inbound

import (
	"time"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// spent is what a plan costs by what was confirmed: the placement's fees less its discounts, and
// the quotes of the transport that is selected. Amounts of two currencies cannot be added: those
// of another one than the first are left to the options that show them.
func (f *file) spent(country string) normalize.Money {
	total := normalize.Money{Currency: currencyOf(country)}
	if o := f.option(f.Placements, f.Placement); o != nil {
		total = plus(total, o.Fees)
		total = plus(total, normalize.Money{Minor: -o.Discounts.Minor, Currency: o.Discounts.Currency})
	}
	for _, sh := range f.Shipments {
		if t := sh.transportOption(sh.Selected); t != nil {
			total = plus(total, t.Quote)
		}
	}
	return total
}

// lost is what stays spent of a plan that was cancelled at a time: transport that could not be
// voided any more. Whether a placement's fee is charged then is unconfirmed; nothing arrives that
// it could be charged for.
func (f *file) lost(country string, at time.Time) normalize.Money {
	if f.Placement == "" {
		return normalize.Money{}
	}
	total := normalize.Money{Currency: currencyOf(country)}
	for _, sh := range f.Shipments {
		if t := sh.transportOption(sh.Selected); t != nil && !t.VoidableUntil.IsZero() && !at.Before(t.VoidableUntil) {
			total = plus(total, t.Quote)
		}
	}
	return total
}

func plus(total, more normalize.Money) normalize.Money {
	switch {
	case more.IsZero():
		return total
	case total.Currency == "":
		return more
	}
	sum, err := total.Add(more)
	if err != nil {
		return total
	}
	return sum
}

// sumOf adds the fees or discounts of an option; of none it is 0.00 in the marketplace's money.
func sumOf(list []adapters.InboundFee, country string) normalize.Money {
	if len(list) == 0 {
		return normalize.Money{Currency: currencyOf(country)}
	}
	total := normalize.Money{Currency: list[0].Amount.Currency}
	for _, fee := range list {
		total = plus(total, fee.Amount)
	}
	return total
}
