package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/quotas"
)

func quotaCommand() *cobra.Command {
	var orders, rule, shop, target string
	c := &cobra.Command{
		Use: "quota PLATFORM [--plan ORDERS.csv]", Short: "The shares that a platform wants of its own channels, and how to reach them", Args: cobra.ExactArgs(1),
		Long: `Tells how many of your orders went by the channels that a platform wants a share for, and how
many more must. With --plan the open orders of a file (the form of rates --csv) are rated, and
for each it is said which way it had best go so that the share is reached at the least cost.`,
		RunE: func(c *cobra.Command, args []string) error {
			var list httpapi.ListBody[quotas.Quota]
			raw, err := newClient().get(c.Context(), "/v1/quotas?platform="+url.QueryEscape(args[0]), &list)
			if err != nil {
				return failed(c, err)
			}
			if orders == "" {
				return show(c, raw, func(w io.Writer) error { return writeQuotas(w, args[0], list.Data) })
			}
			req, err := planRequest(list.Data, args[0], rule)
			if err != nil {
				return err
			}
			req.Store, req.Target = shop, target
			return planOrders(c, req, orders)
		},
	}
	c.Flags().StringVar(&orders, "plan", "", "plan the open orders of this CSV file")
	c.Flags().StringVar(&rule, "rule", "", "with --plan: the rule, where the platform has several with a share")
	c.Flags().StringVar(&shop, "store", "", "with --plan: the shop whose orders these are")
	c.Flags().StringVar(&target, "target", "", "with --plan: another share than the configured one, such as 0.6")
	return c
}

func writeQuotas(w io.Writer, platform string, list []quotas.Quota) error {
	if len(list) == 0 {
		_, err := fmt.Fprintf(w, "no rule in force of %s wants a share\n", platform)
		return err
	}
	t := table{head: []string{"RULE", "STORE", "ORDERS", "FOLLOW", "SHARE", "TARGET", "LEFT", "STATE"}, right: []bool{false, false, true, true, true, true, true}}
	for _, q := range list {
		left := "-"
		if q.OrdersLeft != nil {
			left = fmt.Sprint(*q.OrdersLeft)
		}
		t.add(q.Rule, dash(q.Store), fmt.Sprint(q.Orders), fmt.Sprint(q.Satisfied), textOr(q.Share), textOr(q.Target), left, string(q.State))
	}
	if err := t.write(w); err != nil {
		return err
	}
	for _, q := range list {
		if q.Target == nil {
			_, err := fmt.Fprintf(w, "\n%s: no target is configured; your platform's word goes into a file of rules (shipped: keep, adjust: [{rule: %s, share: \"0.6\"}])\n", q.Rule, q.Rule)
			return err
		}
	}
	return nil
}

func textOr(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

// planRequest names the rule: the one that is asked for, or the platform's only one.
func planRequest(list []quotas.Quota, platform, rule string) (quotas.PlanRequest, error) {
	found := map[string]bool{}
	for _, q := range list {
		found[q.Rule] = true
	}
	if rule == "" && len(found) == 1 {
		rule = list[0].Rule
	}
	switch {
	case len(found) == 0:
		return quotas.PlanRequest{}, fmt.Errorf("no rule in force of %s wants a share", platform)
	case !found[rule]:
		return quotas.PlanRequest{}, fmt.Errorf("%s has several rules with a share; name one by --rule", platform)
	}
	return quotas.PlanRequest{Rule: rule}, nil
}

// planOrders rates the orders of a file and asks for the plan.
func planOrders(c *cobra.Command, req quotas.PlanRequest, path string) error {
	results, err := rateOrders(c, path)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Error != "" {
			return fmt.Errorf("line %d, order %s: %s", r.Line, r.Order, r.Error)
		}
		var a struct{ ID string }
		if err := json.Unmarshal(r.Answer, &a); err != nil {
			return err
		}
		req.Orders = append(req.Orders, quotas.Order{ID: r.Order, RateRequest: a.ID})
	}
	a, err := newClient().do(c.Context(), http.MethodPost, "/v1/quotas/plan", req)
	if err != nil {
		return failed(c, err)
	}
	var p quotas.Plan
	if err := json.Unmarshal(a.body, &p); err != nil {
		return err
	}
	return show(c, a.body, func(w io.Writer) error { return writeQuotaPlan(w, p) })
}

func writeQuotaPlan(w io.Writer, p quotas.Plan) error {
	t := table{head: []string{"ORDER", "WAY", "CHANNEL", "COST", "RATE"}, right: []bool{false, false, false, true}}
	for _, o := range p.Orders {
		cost := "-"
		if o.Cost != nil {
			cost = o.Cost.String()
		}
		t.add(o.ID, o.Use, dash(o.Channel), cost, dash(o.Rate))
	}
	if err := t.write(w); err != nil {
		return err
	}
	word := "reached"
	if !p.Met {
		word = "not reached"
	}
	_, err := fmt.Fprintf(w, "\n%s, target %s: %s; %d of %d orders follow now, %d of %d then\ncost %s, without the rule %s\n",
		p.Rule, textOr(p.Target), word, p.Before.Satisfied, p.Before.Orders, p.After.Satisfied, p.After.Orders, p.Cost, p.Cheapest)
	return err
}
