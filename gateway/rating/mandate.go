package rating

import (
	"context"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/normalize"
)

// landedPenalty is the type of a landed cost's line that a rule's known fine makes.
const landedPenalty = "penalty"

// judge puts on a rate what the platform's rules say of its channel. A fine of a known amount
// is a line of the landed cost, never a charge: the carrier does not get it. Where no rules are
// known there is no verdict.
func (s *Service) judge(r *Rate, d *mandates.Decision, now time.Time) {
	if !d.Known() {
		return
	}
	on := d.On(r.Channel)
	r.Mandate = &on.Verdict
	r.Warnings = append(r.Warnings, on.Warnings...)
	for _, f := range on.Fines {
		amount, _, err := s.fx.Convert(f.Amount, r.Total.Currency, now)
		if err == nil {
			err = r.addLanded(LandedLine{Type: landedPenalty, Amount: amount, Basis: f.Text, Rule: f.Rule, Payer: "seller"})
		}
		if err != nil {
			r.Warnings = append(r.Warnings, normalize.Warning{Code: "penalty_not_added",
				Message: "the fine of " + f.Amount.String() + " by the rule " + f.Rule + " cannot be added to the landed cost: " + err.Error()})
		}
	}
}

// addLanded adds a line to the landed cost, whose total is the rate's total and all lines.
func (r *Rate) addLanded(line LandedLine) error {
	landed := LandedCost{Total: r.Total, Taxes: "unknown"}
	if r.LandedCost != nil {
		landed = *r.LandedCost
	}
	var err error
	if landed.Total, err = landed.Total.Add(line.Amount); err != nil {
		return err
	}
	landed.Lines = append(landed.Lines, line)
	r.LandedCost = &landed
	return nil
}

// Evaluation is what the rules say of an order, without prices.
type Evaluation struct {
	Channels []mandates.ChannelVerdict `json:"channels"`
	Mandates []mandates.Mandate        `json:"mandates"`
	Trace    []mandates.Trace          `json:"trace,omitempty" doc:"What each rule of the platform saw, with explain"`
}

// Evaluate holds the platform's rules against a request: every channel of this build once, or
// each of those asked for, serviceable or not. A bad request is normalize.FieldErrors.
func (s *Service) Evaluate(_ context.Context, tenant string, r Request) (Evaluation, error) {
	if errs := s.validate(tenant, &r); len(errs) > 0 {
		return Evaluation{}, errs
	}
	d := s.mandates.Decide(tenant, &r.Shipment, time.Now(), r.Explain)
	out := Evaluation{Channels: d.Channels(r.Channels), Mandates: d.Mandates()}
	if r.Explain {
		out.Trace = d.Trace()
	}
	return out, nil
}
