package main

import (
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
)

func legsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "legs LABEL", Short: "Who acts, pays and answers on each leg of a label's parcel", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var l httpapi.LabelLegs
			raw, err := newClient().get(c.Context(), "/v1/labels/"+url.PathEscape(args[0])+"/legs", &l)
			if err != nil {
				return failed(c, err)
			}
			return show(c, raw, func(w io.Writer) error { return writeLegs(w, l) })
		},
	}
}

func writeLegs(w io.Writer, l httpapi.LabelLegs) error {
	if _, err := fmt.Fprintf(w, "%s  %s  %s, %s\n\n", l.Label, l.Channel, orElse(l.Platform, "own shop"), orElse(l.OperatingModel, "model not told")); err != nil {
		return err
	}
	legs := table{head: []string{"LEG", "ACTS", "PAYS", "LIABLE", "WHY"}}
	for _, v := range l.Legs {
		legs.add(string(v.Leg), v.Acts, v.Pays, v.Liable, v.Reason)
	}
	if err := legs.write(w); err != nil {
		return err
	}
	if l.Liability == nil {
		return nil
	}
	_, err := fmt.Fprintf(w, "\nnow        %s (%s): %s\n", l.Liability.Party, dash(l.Liability.Rule), l.Liability.Reason)
	return err
}

// orElse is what a text says, or what stands for it where it is null.
func orElse(s *string, other string) string {
	if s == nil {
		return other
	}
	return *s
}
