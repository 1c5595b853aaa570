package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/adapters"
	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/normalize"
)

func channelsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "channels [CHANNEL]", Short: "What there is, what it can do, and how it does", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cl := newClient()
			if len(args) == 1 {
				var ch httpapi.Channel
				raw, err := cl.get(c.Context(), "/v1/channels/"+url.PathEscape(args[0]), &ch)
				if err != nil {
					return failed(c, err)
				}
				return show(c, raw, func(w io.Writer) error { return writeChannel(w, ch) })
			}
			var list httpapi.ListBody[httpapi.Channel]
			raw, err := cl.get(c.Context(), "/v1/channels", &list)
			if err != nil {
				return failed(c, err)
			}
			return show(c, raw, func(w io.Writer) error { return writeChannels(w, list.Data) })
		},
	}
}

func writeChannels(w io.Writer, list []httpapi.Channel) error {
	t := table{head: []string{"CHANNEL", "KIND", "READY", "HEALTH", "PLATFORMS", "CAN"}}
	for _, ch := range list {
		ready := "no account"
		if ch.Configured {
			ready = "yes"
		}
		t.add(ch.Channel, ch.Kind, ready, ch.Health.State, dash(strings.Join(ch.Platforms, ",")), strings.Join(ch.Capabilities, ","))
	}
	return t.write(w)
}

func writeChannel(w io.Writer, ch httpapi.Channel) error {
	health := ch.Health.State
	if ch.Health.Reason != nil {
		health += " " + *ch.Health.Reason
	}
	lines := [][2]string{
		{"channel", ch.Channel}, {"carrier", ch.Carrier}, {"service", ch.Service}, {"kind", kindOf(ch)},
		{"configured", fmt.Sprint(ch.Configured)}, {"platforms", dash(strings.Join(ch.Platforms, ", "))},
		{"can", strings.Join(ch.Capabilities, ", ")}, {"health", health},
		{"needs (rate)", dash(strings.Join(ch.Requirements.Required.Rates, " "))},
		{"needs (label)", dash(strings.Join(ch.Requirements.Required.Labels, " "))},
		{"goods", dash(strings.Join(ch.Requirements.Goods, ", "))},
		{"labels", dash(strings.Join(ch.Requirements.Label.Formats, ", "))},
	}
	if m := ch.Requirements.Limits.MaxWeight; m > 0 {
		lines = append(lines, [2]string{"up to", m.In(normalize.Kilogram) + " kg"})
	}
	if p := ch.Promise; p != nil {
		lines = append(lines, [2]string{"promise", fmt.Sprintf("%d-%d days", p.DaysMin, p.DaysMax)})
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "%-14s %s\n", l[0], strings.TrimSpace(l[1])); err != nil {
			return err
		}
	}
	return nil
}

// kindOf is what a channel is and how it carries, which one that only tracks does not.
func kindOf(ch httpapi.Channel) string {
	if ch.Kind == adapters.KindTracking {
		return ch.Kind
	}
	return ch.Kind + ", " + ch.Mode
}
