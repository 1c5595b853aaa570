package cainiao

import (
	"context"
	"slices"
	"strings"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/normalize"
)

// ruleSource is where the rules are from, in the answer's words.
const ruleSource = "AliExpress Open Platform, aliexpress.logistics.query.rule.info"

// ruleBook is the answer with AliExpress's net rules. Its package rules, which say what may
// travel together, are left aside: what their conditions mean is not documented.
type ruleBook struct {
	Result *struct {
		Success   text    `json:"success"`
		ErrorDesc string  `json:"error_desc"`
		Data      netRule `json:"data"`
	} `json:"result"`
}

type netRule struct {
	Services []struct {
		Level  string `json:"service_type"`
		Config struct {
			Conditions []ruleCondition `json:"condition"`
			Codes      []string        `json:"logistics_codes"`
		} `json:"service_net_rule_config_dto"`
	} `json:"service_net_rule_info_list"`
}

type ruleCondition struct {
	Country  string `json:"country"`
	Amount   text   `json:"amount"`
	Compare  string `json:"compare_type"`
	Currency string `json:"currency_code"`
}

// comparisons are the words of compare_type. Their spelling is unconfirmed: signs are the most
// plausible, and any other word is refused rather than guessed.
var comparisons = map[string]string{">": "over", ">=": "from", "<": "below", "<=": "up_to", "": ""}

// Mandates reads which services an AliExpress order must have, by country and by the amount in
// whole units of a currency. LINK has no such rules.
// Source: AliExpress IOP SDK, aliexpress.logistics.query.rule.info, read 2026-11-21.
func (a *Adapter) Mandates(ctx context.Context) ([]normalize.PlatformRule, error) {
	if a.iop == nil {
		return nil, &normalize.Error{Kind: normalize.KindUnsupported, Carrier: code, Op: string(adapters.OpMandates),
			Message: "LINK publishes no rules of a platform", NotSent: true}
	}
	var out ruleBook
	reply, err := a.iop.call(ctx, adapters.OpMandates, methodRules, map[string]string{"param1": `{"type":"platformRule"}`}, &out)
	switch {
	case err != nil:
		return nil, err
	case out.Result == nil || out.Result.Success == "":
		return nil, a.iop.bad(adapters.OpMandates, reply, "the answer holds no result")
	case !out.Result.Success.yes():
		return nil, a.iop.refuse(adapters.OpMandates, reply, "", out.Result.ErrorDesc)
	}
	var rules []normalize.PlatformRule
	for _, r := range out.Result.Data.Services {
		ours, foreign := a.named(r.Config.Codes)
		if len(r.Config.Codes) == 0 {
			return nil, a.iop.bad(adapters.OpMandates, reply, "a rule names no service")
		}
		for _, c := range r.Config.Conditions {
			rule, why := c.rule()
			if why != "" {
				return nil, a.iop.bad(adapters.OpMandates, reply, why)
			}
			rule.Level, rule.Services, rule.Foreign = r.Level, ours, foreign
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// named are the services behind solution codes, and the codes that are none of ours.
func (a *Adapter) named(codes []string) (ours, foreign []string) {
	for _, c := range codes {
		services := a.servicesOf(c)
		if len(services) == 0 {
			foreign = append(foreign, c)
		}
		for _, s := range services {
			if !slices.Contains(ours, s) {
				ours = append(ours, s)
			}
		}
	}
	return ours, foreign
}

// rule reads a condition, or tells why it cannot be read.
func (c ruleCondition) rule() (normalize.PlatformRule, string) {
	out := normalize.PlatformRule{Platform: "aliexpress", Source: ruleSource}
	compare, known := comparisons[strings.TrimSpace(c.Compare)]
	if !known {
		return out, "a rule compares amounts in a way that is not known"
	}
	if out.Compare = compare; compare != "" {
		amount, err := normalize.ParseCarrierMoney(string(c.Amount), c.Currency)
		if err != nil {
			return out, "a rule has no readable amount: " + err.Error()
		}
		out.Value = amount
	}
	switch country := strings.ToUpper(strings.TrimSpace(c.Country)); {
	case country == "" || country == "ALL":
	case country == "UK":
		out.Countries = []string{"GB"} // AliExpress's own word for it
	case !normalize.ValidCountry(country):
		return out, "a rule is for a country that is none"
	default:
		out.Countries = []string{country}
	}
	return out, ""
}
