package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/mandates"
	"github.com/crossdock-hub/crossdock/gateway/rating"
)

func mandatesCommand() *cobra.Command {
	var platform, on string
	c := &cobra.Command{
		Use: "mandates [--platform PLATFORM]", Short: "The platforms' rules in force: what they say of which channels", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			q := url.Values{}
			for name, v := range map[string]string{"platform": platform, "on": on} {
				if v != "" {
					q.Set(name, v)
				}
			}
			path := "/v1/mandates"
			if len(q) > 0 {
				path += "?" + q.Encode()
			}
			var list httpapi.ListBody[mandates.View]
			raw, err := newClient().get(c.Context(), path, &list)
			if err != nil {
				return failed(c, err)
			}
			return show(c, raw, func(w io.Writer) error { return writeMandates(w, list.Data) })
		},
	}
	c.Flags().StringVar(&platform, "platform", "", "of one platform only, as ebay")
	c.Flags().StringVar(&on, "on", "", "in force on this day, YYYY-MM-DD; today when absent")
	return c
}

func writeMandates(w io.Writer, list []mandates.View) error {
	t := table{head: []string{"RULE", "SAYS", "OF", "OTHERS", "SINCE", "FINE", "REASON"}}
	for _, v := range list {
		of := strings.Join(v.Channels, ",")
		if v.Where != "" {
			of = strings.TrimPrefix(of+" "+string(v.Where), " ")
		}
		t.add(v.Rule, string(v.Verdict), cut(of, 36), dash(string(v.Others)), dash(string(v.ValidFrom)), fineOf(v.Penalty), v.Reason)
	}
	return t.write(w)
}

// fineOf is a penalty in a cell.
func fineOf(p *mandates.Penalty) string {
	switch {
	case p == nil:
		return "-"
	case p.Amount.IsZero():
		return "unknown"
	}
	return p.Amount.String()
}

// verdictOf is what the rules say of a rate, with the fine where there is one.
func verdictOf(v *mandates.Verdict) string {
	if v == nil || v.Rule == "" {
		return "-"
	}
	if v.Penalty == nil {
		return string(v.Verdict)
	}
	return string(v.Verdict) + ", fine " + fineOf(v.Penalty)
}

// writeRules says why the verdicts are what they are, and what a fine is for.
func writeRules(w io.Writer, a rating.Answer) error {
	if len(a.Mandates) == 0 {
		return nil
	}
	fines := map[string]string{}
	for _, r := range a.Rates {
		if v := r.Mandate; v != nil && v.Penalty != nil {
			fines[string(v.Rule)] = "; " + v.Penalty.Text
		}
	}
	t := table{head: []string{"RULE", "SAYS", "REASON"}}
	for _, m := range a.Mandates {
		t.add(m.Rule, string(m.Verdict), m.Reason+fines[m.Rule])
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return t.write(w)
}
