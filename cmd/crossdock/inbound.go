package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/ids"
	"github.com/crossdock-hub/crossdock/gateway/inbound"
)

// inboundCommand is stock into a platform's own warehouses.
func inboundCommand() *cobra.Command {
	c := &cobra.Command{Use: "inbound", Short: "Send stock into a platform's warehouses (FBA)",
		Long: "Send stock into a platform's own warehouses. The gateway drives the platform's steps; show tells what the plan\n" +
			"waits for: boxes (pack), a placement (place), transport (transport)."}
	c.PersistentFlags().Bool("wait", false, "wait until the plan needs a person, or has ended")
	c.AddCommand(inboundCreate(), inboundShow(), inboundList(), inboundPack(), inboundPlace(), inboundQuote(), inboundTransport(),
		inboundDocuments(), inboundTrack(), inboundCancel())
	return c
}

// planPath is the address of a plan, or of something below it.
func planPath(parts ...string) string {
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return "/v1/inbound-plans/" + strings.Join(parts, "/")
}

// sendPlan makes a request that answers with a plan, and shows it.
func sendPlan(c *cobra.Command, path string, body any, header ...string) error {
	cl := newClient()
	a, err := cl.do(c.Context(), http.MethodPost, path, body, header...)
	if err != nil {
		return failed(c, err)
	}
	var p inbound.Plan
	if err := json.Unmarshal(a.body, &p); err != nil {
		return err
	}
	return showPlan(c, cl, p, a.body)
}

// How often a plan is looked at that is waited for, and for how long at most.
const (
	planEvery = 500 * time.Millisecond
	planLimit = 30 * time.Minute
)

// showPlan shows a plan, with --wait as soon as it needs a person or has ended.
func showPlan(c *cobra.Command, cl *client, p inbound.Plan, raw []byte) error {
	if wait, err := c.Flags().GetBool("wait"); err == nil && wait {
		ctx, cancel := context.WithTimeout(c.Context(), planLimit)
		defer cancel()
		tick := time.NewTicker(planEvery)
		defer tick.Stop()
		for p.WaitingFor == "platform" {
			select {
			case <-ctx.Done():
				return fmt.Errorf("plan %s still waits for the platform; it is %s", p.ID, p.Status)
			case <-tick.C:
			}
			id := p.ID
			p = inbound.Plan{}
			if raw, err = cl.get(ctx, planPath(id), &p); err != nil {
				return failed(c, err)
			}
		}
	}
	return show(c, raw, func(w io.Writer) error { return writePlan(w, p) })
}

// object reads a JSON object from the file that -f names.
func object(c *cobra.Command, file string) (map[string]any, error) {
	if file == "" {
		return nil, usage("name a file with -f, - for standard input")
	}
	raw, err := readFile(c, file)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber() // a weight stays as it was written
	body := map[string]any{}
	if err := dec.Decode(&body); err != nil {
		return nil, usage("%s is not a JSON object: %w", file, err)
	}
	return body, nil
}

func inboundCreate() *cobra.Command {
	var file, key string
	c := &cobra.Command{Use: "create -f PLAN.json", Short: "Open a plan", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			body, err := object(c, file)
			if err != nil {
				return err
			}
			return sendPlan(c, "/v1/inbound-plans", body, "Idempotency-Key", either(key, ids.New("plan")))
		}}
	c.Flags().StringVarP(&file, "file", "f", "", "the plan as JSON, - for standard input")
	c.Flags().StringVar(&key, "key", "", "idempotency key")
	return c
}

func inboundShow() *cobra.Command {
	return &cobra.Command{Use: "show ID", Short: "Where a plan stands, and what it waits for", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var p inbound.Plan
			cl := newClient()
			raw, err := cl.get(c.Context(), planPath(args[0]), &p)
			if err != nil {
				return failed(c, err)
			}
			return showPlan(c, cl, p, raw)
		}}
}

func inboundPack() *cobra.Command {
	var file string
	c := &cobra.Command{Use: "pack ID -f BOXES.json", Short: "Tell what is in which box", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := object(c, file)
			if err != nil {
				return err
			}
			return sendPlan(c, planPath(args[0], "packing"), body)
		}}
	c.Flags().StringVarP(&file, "file", "f", "", "the boxes as JSON, - for standard input")
	return c
}

// irreversible is the flag without which nothing is confirmed that cannot be undone.
func irreversible(c *cobra.Command, yes *bool, key *string) {
	c.Flags().BoolVar(yes, "yes-irreversible", false, "yes, although the platform cannot undo it")
	c.Flags().StringVar(key, "key", "", "idempotency key; by default made of what is confirmed, so that a repetition confirms nothing twice")
}

var errNotSure = usage("the platform cannot undo this; say so with --yes-irreversible")

func inboundPlace() *cobra.Command {
	var yes bool
	var key string
	c := &cobra.Command{Use: "place ID OPTION --yes-irreversible", Short: "Confirm a placement", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if !yes {
				return errNotSure
			}
			return sendPlan(c, planPath(args[0], "placements", args[1], "confirm"), map[string]string{"confirm": "irreversible"},
				"Idempotency-Key", either(key, confirmKey("place", args[0], args[1])))
		}}
	irreversible(c, &yes, &key)
	return c
}

func inboundTransport() *cobra.Command {
	var yes bool
	var file, key string
	c := &cobra.Command{Use: "transport ID -f SELECTIONS.json --yes-irreversible", Short: "Confirm transport for all shipments, which spends money", Args: cobra.ExactArgs(1),
		Long: `Confirm transport for all shipments. The file holds {"selections":{"<shipment>":"<option>"}}, or the selections alone.`,
		RunE: func(c *cobra.Command, args []string) error {
			if !yes {
				return errNotSure
			}
			body, err := object(c, file)
			if err != nil {
				return err
			}
			if _, whole := body["selections"]; !whole {
				body = map[string]any{"selections": body}
			}
			body["confirm"] = "irreversible"
			text, err := json.Marshal(body)
			if err != nil {
				return err
			}
			return sendPlan(c, planPath(args[0], "transportation", "confirm"), body, "Idempotency-Key", either(key, confirmKey("transport", args[0], string(text))))
		}}
	c.Flags().StringVarP(&file, "file", "f", "", "the selections as JSON, - for standard input")
	irreversible(c, &yes, &key)
	return c
}

func inboundQuote() *cobra.Command {
	var file string
	c := &cobra.Command{Use: "quote ID -f SHIPMENTS.json", Short: "Ask for transport quotes again, with what freight needs", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := object(c, file)
			if err != nil {
				return err
			}
			return sendPlan(c, planPath(args[0], "transportation"), body)
		}}
	c.Flags().StringVarP(&file, "file", "f", "", `{"shipments":[…]} as JSON, - for standard input`)
	return c
}

func inboundTrack() *cobra.Command {
	var file, shipment, bill, freight string
	var boxes []string
	c := &cobra.Command{Use: "track ID (-f NUMBERS.json | --shipment S --box BOX=NUMBER …)", Short: "Tell the numbers of your own carrier", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if file != "" {
				body, err := object(c, file)
				if err != nil {
					return err
				}
				return sendPlan(c, planPath(args[0], "tracking"), body)
			}
			body := inbound.TrackingRequest{Shipment: shipment, BillOfLading: bill, FreightBill: freight}
			for _, b := range boxes {
				box, number, ok := strings.Cut(b, "=")
				if !ok {
					return usage("--box takes BOX=NUMBER")
				}
				body.Boxes = append(body.Boxes, inbound.BoxNumber{Box: box, Number: number})
			}
			if shipment == "" {
				return usage("name the shipment with --shipment, or a file with -f")
			}
			return sendPlan(c, planPath(args[0], "tracking"), body)
		}}
	fl := c.Flags()
	fl.StringVarP(&file, "file", "f", "", "the numbers as JSON, - for standard input")
	fl.StringVar(&shipment, "shipment", "", "the shipment's id")
	fl.StringArrayVar(&boxes, "box", nil, "BOX=NUMBER, as often as there are boxes")
	fl.StringVar(&bill, "bill-of-lading", "", "of freight")
	fl.StringVar(&freight, "freight-bill", "", "of freight")
	return c
}

func inboundCancel() *cobra.Command {
	return &cobra.Command{Use: "cancel ID", Short: "Give a plan up, at the platform too", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return sendPlan(c, planPath(args[0], "cancel"), nil) }}
}
