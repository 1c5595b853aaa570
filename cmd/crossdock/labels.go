package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/purchase"
)

func buyCommand() *cobra.Command {
	var file, channel, rate, key, reference, format, output, rule, reason string
	c := &cobra.Command{
		Use: "buy (-f ORDER.json --channel CHANNEL | --rate RATE)", Short: "Buy a label", Args: cobra.NoArgs,
		Long: "Buy a label, by a channel or by a rate. It is bought once per --key; without one a new key is made and shown,\n" +
			"so that the same purchase can be asked for again.",
		RunE: func(c *cobra.Command, _ []string) error {
			body := map[string]any{}
			switch {
			case rate != "" && channel == "" && file == "":
				body["rate_id"] = rate
			case rate == "" && channel != "" && file != "":
				raw, err := readFile(c, file)
				if err != nil {
					return err
				}
				if err := json.Unmarshal(raw, &body); err != nil {
					return usage("%s is not a JSON object: %w", file, err)
				}
				for _, only := range []string{"channels", "accounts", "explain", "deadline_ms"} {
					delete(body, only)
				}
				body["channel"] = channel
			default:
				return usage("give an order and a channel with -f and --channel, or a rate with --rate")
			}
			if reference != "" {
				body["reference"] = reference
			}
			if format != "" {
				body["label"] = map[string]string{"format": format}
			}
			if rule != "" {
				body["override"] = map[string]string{"rule": rule, "reason": reason}
			}
			if key == "" {
				key = ids.New("buy")
			}
			return buy(c, body, key, output)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&file, "file", "f", "", "the order as JSON, - for standard input")
	fl.StringVar(&channel, "channel", "", "the channel, as yanwen.tracked")
	fl.StringVar(&rate, "rate", "", "a rate's id")
	fl.StringVar(&key, "key", "", "idempotency key")
	fl.StringVar(&reference, "reference", "", "your own reference")
	fl.StringVar(&format, "format", "", "pdf, png or zpl")
	fl.StringVarP(&output, "output", "o", "", "write the label to this file")
	fl.StringVar(&rule, "override", "", "buy against this rule")
	fl.StringVar(&reason, "reason", "", "why, for the audit log")
	return c
}

func buy(c *cobra.Command, body map[string]any, key, output string) error {
	cl := newClient()
	a, err := cl.do(c.Context(), http.MethodPost, "/v1/labels", body, "Idempotency-Key", key)
	if err != nil {
		return failed(c, err)
	}
	var l purchase.Label
	if err := json.Unmarshal(a.body, &l); err != nil {
		return err
	}
	if output != "" {
		if err := saveLabel(c, cl, l, output); err != nil {
			return failed(c, err)
		}
	}
	return show(c, a.body, func(w io.Writer) error {
		if err := writeLabel(w, l); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "key        %s\n", key)
		return err
	})
}

func writeLabel(w io.Writer, l purchase.Label) error {
	lines := [][2]string{{"label", l.ID}, {"status", l.Status}, {"channel", l.Channel}, {"number", dash(l.TrackingNumber)},
		{"cost", money(l.Cost)}, {"quoted", money(l.Quoted)}, {"tracker", dash(l.Tracker)}}
	for _, d := range l.Documents {
		lines = append(lines, [2]string{"document", fmt.Sprintf("%s %s %s, %d bytes", d.ID, d.Type, d.Format, d.Bytes)})
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(w, "%-10s %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

// saveLabel writes the first label document to a file.
func saveLabel(c *cobra.Command, cl *client, l purchase.Label, path string) error {
	for _, d := range l.Documents {
		if d.Type != "label" {
			continue
		}
		a, err := cl.do(c.Context(), http.MethodGet, d.URL, nil)
		if err != nil {
			return err
		}
		return os.WriteFile(path, a.body, 0o600)
	}
	return fmt.Errorf("the label's paper is not there yet; ask again with crossdock label get %s -o %s", l.ID, path)
}

func labelCommand() *cobra.Command {
	c := &cobra.Command{Use: "label", Short: "Show, print and void labels"}
	var output string
	get := &cobra.Command{Use: "get ID", Short: "Show a label, and write its paper to a file", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cl := newClient()
			var l purchase.Label
			raw, err := cl.get(c.Context(), "/v1/labels/"+url.PathEscape(args[0]), &l)
			if err != nil {
				return failed(c, err)
			}
			if output != "" {
				if err := saveLabel(c, cl, l, output); err != nil {
					return failed(c, err)
				}
			}
			return show(c, raw, func(w io.Writer) error { return writeLabel(w, l) })
		}}
	get.Flags().StringVarP(&output, "output", "o", "", "file for the label")
	void := &cobra.Command{Use: "void ID", Short: "Void a label at its carrier", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return labelAction(c, args[0], "/void", nil) }}
	history := &cobra.Command{Use: "history ID", Short: "What happened to a label, and every call to its carrier", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var l purchase.Label
			raw, err := newClient().get(c.Context(), "/v1/labels/"+url.PathEscape(args[0]), &l)
			if err != nil {
				return failed(c, err)
			}
			return show(c, raw, func(w io.Writer) error { return writeHistory(w, l) })
		}}
	c.AddCommand(get, void, history, reconcileCommand(), settleCommand(), adjustmentsCommand())
	return c
}

// labelAction posts to a route of one label and shows what it became.
func labelAction(c *cobra.Command, id, route string, body any) error {
	a, err := newClient().do(c.Context(), http.MethodPost, "/v1/labels/"+url.PathEscape(id)+route, body)
	if err != nil {
		return failed(c, err)
	}
	var l purchase.Label
	if err := json.Unmarshal(a.body, &l); err != nil {
		return err
	}
	return show(c, a.body, func(w io.Writer) error { return writeLabel(w, l) })
}

func reconcileCommand() *cobra.Command {
	return &cobra.Command{Use: "reconcile ID", Short: "Ask the carrier now what became of an unknown purchase or void", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return labelAction(c, args[0], "/reconcile", nil) }}
}

func settleCommand() *cobra.Command {
	var in purchase.Settlement
	c := &cobra.Command{Use: "settle ID --outcome OUTCOME --reason WORDS", Short: "Settle by hand a label that needs attention; audited", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return labelAction(c, args[0], "/settle", in) }}
	c.Flags().StringVar(&in.Outcome, "outcome", "", "bought or not_bought; of a void: voided or live")
	c.Flags().StringVar(&in.TrackingNumber, "number", "", "the tracking number, with bought")
	c.Flags().StringVar(&in.CarrierReference, "carrier-reference", "", "the carrier's own id of it")
	c.Flags().StringVar(&in.Reason, "reason", "", "how it is known, for the audit log")
	return c
}

func writeHistory(w io.Writer, l purchase.Label) error {
	t := table{head: []string{"AT", "STATUS", "WHAT"}}
	for _, h := range l.History {
		t.add(h.At.Local().Format(time.DateTime), h.Status, h.Detail)
	}
	if err := t.write(w); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	calls := table{head: []string{"AT", "CALL", "PHASE", "OUTCOME", "CARRIER'S CODE"}}
	for _, a := range l.Attempts {
		calls.add(a.At.Local().Format(time.DateTime), a.Kind, dash(a.Phase), dash(a.Outcome), dash(a.CarrierCode))
	}
	return calls.write(w)
}
