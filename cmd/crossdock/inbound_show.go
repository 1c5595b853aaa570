package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/crossdock-hub/crossdock/gateway/httpapi"
	"github.com/crossdock-hub/crossdock/gateway/inbound"
)

// either is v, or what stands in for it where nothing was said.
func either(v, other string) string {
	if v == "" {
		return other
	}
	return v
}

// confirmKey is the same for the same confirmation, so that a command that is typed twice
// confirms nothing twice.
func confirmKey(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "cli-" + parts[0] + "-" + hex.EncodeToString(sum[:16])
}

func inboundList() *cobra.Command {
	var status string
	c := &cobra.Command{Use: "list", Short: "Plans from the newest", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list httpapi.ListBody[inbound.Plan]
			path := "/v1/inbound-plans"
			if status != "" {
				path += "?status=" + url.QueryEscape(status)
			}
			raw, err := newClient().get(c.Context(), path, &list)
			if err != nil {
				return failed(c, err)
			}
			return show(c, raw, func(w io.Writer) error {
				t := table{head: []string{"PLAN", "NAME", "STATUS", "WAITS FOR", "SPENT", "CREATED"}}
				for _, p := range list.Data {
					t.add(p.ID, p.Name, p.Status, dash(p.WaitingFor), money(p.Spent), p.CreatedAt.Local().Format(time.DateTime))
				}
				return t.write(w)
			})
		}}
	c.Flags().StringVar(&status, "status", "", "only of this status")
	return c
}

// writePlan shows a plan: where it stands, what it offers, what it has.
func writePlan(w io.Writer, p inbound.Plan) error {
	for _, line := range [][2]string{{"plan", p.ID}, {"name", p.Name}, {"status", p.Status}, {"waits for", dash(p.WaitingFor)},
		{"platform", dash(p.CarrierPlanID)}, {"spent", money(p.Spent)}} {
		if _, err := fmt.Fprintf(w, "%-10s %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	for _, t := range []struct {
		title string
		table table
	}{{"groups to pack", groupTable(p)}, {"placements", placementTable(p)}, {"transport", transportTable(p)}, {"delivery windows", windowTable(p)},
		{"shipments", shipmentTable(p)}, {"documents", documentTable(p)}, {"problems", problemTable(p)}} {
		if len(t.table.rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", t.title); err != nil {
			return err
		}
		if err := t.table.write(w); err != nil {
			return err
		}
	}
	return nil
}

func groupTable(p inbound.Plan) table {
	t := table{head: []string{"GROUP", "SKU", "QUANTITY"}, right: []bool{false, false, true}}
	if p.WaitingFor != "packing" && p.WaitingFor != "packing_option" {
		return t
	}
	for _, g := range p.PackingGroups {
		for _, it := range g.Items {
			t.add(g.ID, it.SKU, strconv.Itoa(it.Quantity))
		}
	}
	return t
}

func placementTable(p inbound.Plan) table {
	t := table{head: []string{"OPTION", "STATUS", "FEES", "DISCOUNTS", "EXPIRES", "WAREHOUSES"}}
	codes := map[string]string{}
	for _, s := range p.Shipments {
		codes[s.ID] = s.Destination.Code
	}
	for _, o := range p.Placements {
		var to []string
		for _, id := range o.Shipments {
			if code := codes[id]; code != "" {
				to = append(to, code)
			}
		}
		t.add(o.ID, o.Status, money(&o.Fees), money(&o.Discounts), moment(o.ExpiresAt), strings.Join(to, " "))
	}
	return t
}

func transportTable(p inbound.Plan) table {
	t := table{head: []string{"SHIPMENT", "OPTION", "CARRIER", "MODE", "QUOTE", "REQUIRES"}}
	if p.WaitingFor != "transportation" {
		return t
	}
	for _, s := range p.Shipments {
		for _, o := range s.Transportation {
			carrier := o.Carrier
			if !o.Partnered {
				carrier = "your own"
			}
			t.add(s.ID, o.ID, carrier, o.Mode, money(o.Quote), dash(strings.Join(o.Requires, " ")))
		}
	}
	return t
}

func windowTable(p inbound.Plan) table {
	t := table{head: []string{"SHIPMENT", "WINDOW", "FROM", "UNTIL", "AVAILABILITY"}}
	if p.WaitingFor != "transportation" {
		return t
	}
	for _, s := range p.Shipments {
		for _, o := range s.DeliveryWindows {
			t.add(s.ID, o.ID, moment(&o.From), moment(&o.Until), dash(o.Availability))
		}
	}
	return t
}

func shipmentTable(p inbound.Plan) table {
	t := table{head: []string{"SHIPMENT", "NUMBER", "TO", "STATUS", "BOXES", "RECEIVED"}, right: []bool{false, false, false, false, true, true}}
	for _, s := range p.Shipments {
		received, sent, counted := 0, 0, false
		for _, it := range s.Items {
			sent += it.Quantity
			if it.Received != nil {
				received, counted = received+*it.Received, true
			}
		}
		count := "-"
		if counted {
			count = fmt.Sprintf("%d/%d", received, sent)
		}
		t.add(s.ID, dash(s.ConfirmationID), dash(s.Destination.Code), s.Status, strconv.Itoa(len(s.Boxes)), count)
	}
	return t
}

func documentTable(p inbound.Plan) table {
	t := table{head: []string{"DOCUMENT", "TYPE", "FORMAT", "SIZE", "SHIPMENT"}}
	for _, d := range p.Documents {
		t.add(d.ID, d.Type, d.Format, dash(d.Size), dash(d.Shipment))
	}
	return t
}

func problemTable(p inbound.Plan) table {
	t := table{head: []string{"SEVERITY", "CODE", "AT", "PROBLEM"}}
	for _, one := range p.Problems {
		t.add(one.Severity, one.Code, dash(one.Pointer), one.Message)
	}
	return t
}

func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func inboundDocuments() *cobra.Command {
	var folder, size string
	c := &cobra.Command{Use: "documents ID -o DIR", Short: "Write all papers of a plan into a folder", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if folder == "" {
				return usage("name a folder with -o")
			}
			cl := newClient()
			var p inbound.Plan
			raw, err := cl.get(c.Context(), planPath(args[0]), &p)
			if err != nil {
				return failed(c, err)
			}
			if len(p.Documents) == 0 {
				return fmt.Errorf("the plan has no papers yet; it is %s", p.Status)
			}
			names, err := saveDocuments(c, cl, p, folder, size)
			if err != nil {
				return failed(c, err)
			}
			return show(c, raw, func(w io.Writer) error {
				for _, n := range names {
					if _, err := fmt.Fprintln(w, n); err != nil {
						return err
					}
				}
				return nil
			})
		}}
	c.Flags().StringVarP(&folder, "output", "o", "", "the folder; it is made where it is not there")
	c.Flags().StringVar(&size, "size", "", "4x6, a4 or letter, where a label is wanted in another size")
	return c
}

// saveDocuments writes each paper below the folder and nowhere else, since parts of the names
// come from the platform.
func saveDocuments(c *cobra.Command, cl *client, p inbound.Plan, folder, size string) ([]string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	numbers := map[string]string{}
	for _, s := range p.Shipments {
		numbers[s.ID] = s.ConfirmationID
	}
	var names []string
	for i, d := range p.Documents {
		path := d.URL
		if size != "" && d.Type == "label" {
			path += "?size=" + url.QueryEscape(size)
		}
		a, err := cl.do(c.Context(), http.MethodGet, path, nil)
		if err != nil {
			return names, err
		}
		name := fmt.Sprintf("%02d-%s-%s.%s", i+1, d.Type, either(numbers[d.Shipment], "plan"), d.Format)
		if err := root.WriteFile(name, a.body, 0o600); err != nil {
			return names, err
		}
		names = append(names, name)
	}
	return names, nil
}
